"""The p of the whole map: right about dealt maps, small where something is, whatever the kind of values."""

import numpy as np
import pytest

from gis import mapwide, windows
from gis.windows import Lattice

INSIDE = np.ones((24, 24), bool)
AROUNDS = [Lattice(INSIDE, windows.disc(radius)) for radius in (1.5, 3)]


def _maps(rng, *, planted):
    rate = np.full(INSIDE.shape, 2.0)
    if planted:
        rate[8:12, 8:12] = 8
    return rng.poisson(rate).ravel()


def test_maps_without_a_cluster_have_any_p():
    """Of 200 dealt maps about one in ten has p up to .1, half up to .5: the p is uniform but for ties."""
    rng = np.random.default_rng(1)
    p = np.array([mapwide.of_counts(_maps(rng, planted=False), AROUNDS, rng, tail="hot", deals=39) for _ in range(200)])
    assert (p <= 0.1).mean() <= 0.1 + 3 * np.sqrt(0.09 / 200)
    assert (p <= 0.5).mean() == pytest.approx(0.5, abs=0.15)


@pytest.mark.parametrize("tail", ["hot", "both"])
def test_a_cluster_makes_the_map_stand_out(tail):
    """No deal comes near a planted block, for counts, values and exposed counts."""
    rng = np.random.default_rng(2)
    counts = _maps(rng, planted=True)
    assert mapwide.of_counts(counts, AROUNDS, rng, tail=tail, deals=99) == 0.01
    assert mapwide.of_values(counts.astype(float), AROUNDS, rng, tail=tail, deals=99) == 0.01
    assert mapwide.of_exposed(counts, np.ones(counts.size), AROUNDS, rng, tail=tail, deals=99) == 0.01


def test_the_other_side_does_not_see_it():
    """Who looks for cold cells is not told of a hot one, and an exposure that explains the block silences it."""
    rng = np.random.default_rng(3)
    counts = _maps(rng, planted=True)
    assert mapwide.of_counts(counts, AROUNDS, rng, tail="cold", deals=99) > 0.05
    exposure = np.ones(INSIDE.shape)
    exposure[8:12, 8:12] = 4
    assert mapwide.of_exposed(counts, exposure.ravel(), AROUNDS, rng, tail="hot", deals=99) > 0.05
