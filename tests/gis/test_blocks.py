"""Grids in blocks give what grids in memory give."""

import dask.array as da
import numpy as np
import pytest

from gis import blocks, gistar, hotspots, windows
from gis.windows import Lattice


@pytest.mark.parametrize("radius", [1.5, 3, 7])
@pytest.mark.parametrize("tail", ["hot", "cold", "both"])
def test_blocks_equal_memory(radius, tail):
    """z, p and adjusted p are the same to the bit, over block borders, holes and uneven blocks."""
    rng = np.random.default_rng(1)
    counts = rng.poisson(1.5, (60, 70))
    inside = rng.random(counts.shape) < 0.9
    inside[:20, :24] = False
    lazy = blocks.gi_star(
        da.from_array(counts, chunks=(20, 24)), da.from_array(inside, chunks=(20, 24)), windows.disc(radius), tail=tail
    )
    expected = gistar.of_counts(counts[inside], Lattice(inside, windows.disc(radius)), tail=tail)
    adjusted = np.fmax(hotspots.adjust(expected.p_mid), expected.p)
    for found, known in ((lazy.z, expected.z), (lazy.p, expected.p), (lazy.p_adjusted, adjusted)):
        grid = found.compute(scheduler="synchronous")
        assert (grid[inside] == known).all()
        assert np.isnan(grid[~inside]).all()


def test_flat_grids_say_nothing():
    """As in memory, a map that does not vary has neither z nor p."""
    lazy = blocks.gi_star(da.full((20, 20), 3, chunks=10), da.ones((20, 20), dtype=bool, chunks=10), windows.square(1))
    assert np.isnan(lazy.z.compute(scheduler="synchronous")).all()
    assert np.isnan(lazy.p.compute(scheduler="synchronous")).all()


def test_blocks_that_differ_and_empty_areas_are_refused():
    """Both arrays come in the same blocks, and there is an area."""
    counts = da.zeros((20, 20), dtype=int, chunks=10)
    with pytest.raises(ValueError, match="same blocks"):
        blocks.gi_star(counts, da.ones((20, 20), dtype=bool, chunks=5), windows.square(1))
    with pytest.raises(ValueError, match="inside"):
        blocks.gi_star(counts, da.zeros((20, 20), dtype=bool, chunks=10), windows.square(1))
