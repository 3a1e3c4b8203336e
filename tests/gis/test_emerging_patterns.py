"""Patterns against the written rules, spelled out a second time, and their sentences."""

import numpy as np
import pytest

from gis import emerging_patterns
from gis.language import LANGUAGES, catalogue


def _by_the_book(bins, rise):
    """Read one cell as the documentation says, without the table."""
    hot, cold, steps = (bins > 0).sum(), (bins < 0).sum(), len(bins)
    if bins[-1] < 0 or (bins[-1] == 0 and cold > hot):
        mirrored = _by_the_book(-bins, -rise)
        return mirrored.replace("hot_", "cold_")
    always = hot >= 0.9 * steps - 1e-12
    if bins[-1] == 0:
        return "hot_historical" if always else "none"
    others = np.flatnonzero(bins <= 0)
    run = steps - 1 - others[-1] if len(others) else steps
    if hot == run and run == 1:
        return "hot_new"
    if always:
        return {1: "hot_intensifying", 0: "hot_persistent", -1: "hot_diminishing"}[rise]
    if hot == run:
        return "hot_consecutive"
    return "hot_oscillating" if cold else "hot_sporadic"


def test_every_cell_agrees_with_the_written_rules():
    """100 % of 40,000 random rows of bins, from nearly none to nearly all hot or cold."""
    rng = np.random.default_rng(1)
    steps, n = 20, 40_000
    hot, cold = rng.beta(0.3, 0.3, n), rng.beta(0.2, 1, n)
    dice = rng.random((steps, n))
    bins = np.where(dice < hot, 1, np.where(dice < hot + cold, -1, 0)).astype(np.int8)
    bins *= rng.integers(1, 4, bins.shape, dtype=np.int8) * rng.choice(np.array([-1, 1], np.int8), n)
    rises = rng.integers(-1, 2, n).astype(np.int8)
    found = emerging_patterns.name_of(emerging_patterns.classify(bins, rises).code)
    assert found.tolist() == [_by_the_book(bins[:, cell], rises[cell]) for cell in range(n)]
    assert set(found) == set(emerging_patterns.names())


@pytest.mark.parametrize(("hot", "pattern"), [(32, "none"), (33, "hot_historical")])
def test_ninety_percent_is_literal(hot, pattern):
    """Of 36 steps 32 are less than 90 percent, 33 are enough."""
    bins = np.zeros((36, 1), np.int8)
    bins[:hot] = 1
    assert emerging_patterns.name_of(emerging_patterns.classify(bins, np.zeros(1, np.int8)).code) == [pattern]


def test_counts_and_runs_are_told():
    """Hot and cold steps and the final run."""
    bins = np.array([[1, 0], [-2, -1], [3, 0], [1, -3]], np.int8)
    found = emerging_patterns.classify(bins, np.zeros(2, np.int8))
    assert (found.hot.tolist(), found.cold.tolist(), found.run.tolist()) == ([3, 0], [1, 2], [2, 1])


def test_there_are_seventeen():
    """Eight patterns, hot and cold, and none."""
    assert len(emerging_patterns.names()) == 17


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_pattern_has_a_sentence_of_its_own(language):
    """Seventeen different sentences that name the steps."""
    words = catalogue(language)
    said = {emerging_patterns.sentence(name, words, hot=5, cold=3, steps=36) for name in emerging_patterns.names()}
    assert len(said) == 17
    assert all("36" in sentence for sentence in said)
