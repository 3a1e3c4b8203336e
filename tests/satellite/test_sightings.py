"""Sightings: strips of any height say what the whole scene says."""

import numpy as np
import pytest

from satellite import runs, sightings
from satellite.sightings import Strip

WEIGHTS = np.array([1, 1, 1, 1, 1, 1, 0.5], np.float32)


def _strips(kinds, values, strength, rows):
    for top in range(0, len(kinds), rows):
        part = slice(top, top + rows)
        at = np.flatnonzero((kinds[part] > 0) & (kinds[part] < 255))
        flat = values[:, part].reshape(len(values), -1)[:, at]
        yield Strip(top, kinds[part].copy(), at, flat, *(2 * [strength[part].ravel()[at]]))


@pytest.fixture
def scene():
    """Kinds, values and strengths of a small scene with much change."""
    rng = np.random.default_rng(1)
    kinds = rng.choice(np.array([0, 0, 0, 1, 3, 7, 255], np.uint8), (37, 29))
    return kinds, rng.random((4, 37, 29), np.float32), rng.random((37, 29), np.float32)


@pytest.mark.parametrize("rows", [2, 5, 16, 36])
def test_strips_of_any_height_give_the_same(scene, rows):
    """Neighbours across the edge of a strip vote and close gaps as those within one."""
    whole = sightings.gather(_strips(*scene, rows=len(scene[0])), WEIGHTS)
    parts = sightings.gather(_strips(*scene, rows=rows), WEIGHTS)
    for name in ("row", "first", "last", "kind"):
        assert np.array_equal(getattr(parts.runs, name), getattr(whole.runs, name))
    assert parts.sums == pytest.approx(whole.sums)
    assert np.array_equal(parts.peak_column, whole.peak_column)
    assert np.array_equal(parts.tops, whole.tops)


def test_sums_and_peaks_are_those_of_the_pixels(scene):
    """Each run sums and ranks its changed pixels, and no closed gap among them."""
    kinds, values, strength = scene
    found = sightings.gather(_strips(*scene, rows=7), WEIGHTS)
    padded = np.pad(kinds, ((2, 2), (0, 0)))
    closed = runs.close(np.pad(runs.vote(padded, WEIGHTS), ((2, 2), (0, 0))))
    assert found.runs.pixels.sum() == ((closed > 0) & (closed < 255)).sum()
    for at in range(0, len(found.changed), 11):
        row, part = found.runs.row[at], slice(found.runs.first[at], found.runs.last[at])
        own = (kinds[row, part] > 0) & (kinds[row, part] < 255)
        assert found.changed[at] == own.sum()
        assert found.sums[:, at] == pytest.approx(values[:, row, part][:, own].sum(axis=1), rel=1e-5)
        if own.any():
            assert found.peak[at] == strength[row, part][own].max()
            assert strength[row, found.peak_column[at]] == found.peak[at]
    assert found.tops.shape == (2, found.changed.sum())


def test_a_scene_without_change_is_empty():
    """Nothing changed: no runs, and no fault."""
    kinds, nothing = np.zeros((9, 9), np.uint8), np.zeros((2, 9, 9), np.float32)
    found = sightings.gather(_strips(kinds, nothing, nothing[0], rows=4), WEIGHTS)
    assert (len(found.changed), found.sums.shape) == (0, (2, 0))
