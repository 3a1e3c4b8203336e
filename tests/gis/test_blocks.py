"""Grids in blocks give what grids in memory give."""

import dask
import dask.array as da
import numpy as np
import pytest

from gis import blocks, hotspots, windows
from gis.hotspots import Params
from gis.windows import Lattice

CHUNKS = (40, 48)


@pytest.fixture(autouse=True)
def _alone():
    """Run block by block: the order of threads must not matter, and here they would only cost."""
    with dask.config.set(scheduler="synchronous"):
        yield


def _grid(seed=1, hot=0.0):
    """Return counts and an area with holes and an empty corner; some cells may be hot, others cold."""
    rng = np.random.default_rng(seed)
    rate = np.full((60, 70), 4.0)
    rate[37:44, 45:52] += hot
    rate[30:50, :20] *= 1 - 0.2 * hot
    inside = rng.random(rate.shape) < 0.9
    inside[:20, :24] = False
    return rng.poisson(rate), inside


def _judged(counts, inside, params):
    return blocks.judge(da.from_array(counts, chunks=CHUNKS), da.from_array(inside, chunks=CHUNKS), params)


@pytest.mark.parametrize("radii", [(1.5,), (7.0,), (1.5, 3.0)])
@pytest.mark.parametrize(("tail", "method"), [("hot", "bh"), ("cold", "by"), ("both", "bh")])
def test_blocks_equal_memory(radii, tail, method):
    """All figures are the same to the bit, over block borders, holes and uneven blocks, for one window and for two."""
    counts, inside = _grid(hot=3.0)
    params = Params(radii=radii, tail=tail, method=method, deals=0, least_cases=40)
    lazy = _judged(counts, inside, params)
    known = hotspots.judge(counts[inside], [Lattice(inside, windows.disc(radius)) for radius in radii], params)
    assert known.bin.any() or known.few.any()
    for name in ("z", "p", "p_adjusted", "bin", "few", "radius", "window_count"):
        grid = getattr(lazy, name).compute()
        np.testing.assert_array_equal(grid[inside], getattr(known, name).astype(float), err_msg=name)
        assert np.isnan(grid[~inside]).all()


def test_the_map_as_a_whole_is_asked():
    """A planted spot keeps its colour at the p of the map; deals in blocks and in memory agree on it."""
    counts, inside = _grid(hot=3.0)
    params = Params(deals=19)
    found = _judged(counts, inside, params)
    assert found.p_map == 1 / 20
    assert found.bin.compute()[40, 48] == 2  # 19 deals allow 95 % at most


def test_maps_without_a_cluster_are_judged_alike():
    """The p of the map from deals in blocks is that from deals in memory, within what dealing leaves open."""
    counts, inside = _grid(seed=5)
    values, area = da.from_array(counts * inside, chunks=CHUNKS), da.from_array(inside, chunks=CHUNKS)
    params = Params(deals=29)
    cards, looks = blocks._gathered(values, area, [windows.disc(radius) for radius in params.radii])
    lazily = blocks._p_map(values, area, cards, looks, params, blocks.silent)
    arounds = [Lattice(inside, windows.disc(radius)) for radius in params.radii]
    in_memory = hotspots.mapwide.of_counts(counts[inside], arounds, np.random.default_rng(6), tail="hot", deals=199)
    assert abs(lazily - in_memory) < 4 * np.sqrt(0.25 / 29 + 0.25 / 199)


def test_hands_hold_the_whole_deck():
    """Every deal gives out each card once, and each block as many as it has cells."""
    counts, inside = _grid()
    area = da.from_array(inside, chunks=CHUNKS)
    cards = blocks.nulls.deck(counts[inside])
    (hands,) = blocks._hands(area, cards, np.random.default_rng(1), 1)
    sizes = [int(inside[row : row + 40, column : column + 48].sum()) for row in (0, 40) for column in (0, 48)]
    assert [len(hand) for hand in hands] == sizes
    assert sorted(np.concatenate(hands)) == sorted(counts[inside])


def test_flat_grids_say_nothing():
    """As in memory, a map that does not vary has neither z nor p nor colour."""
    found = blocks.judge(da.full((20, 20), 3, chunks=10), da.ones((20, 20), dtype=bool, chunks=10))
    assert np.isnan(found.z.compute()).all()
    assert np.isnan(found.p.compute()).all()
    assert not found.bin.compute().any()


def test_what_cannot_be_is_refused():
    """Both arrays come in the same blocks, there is an area, and the statistic is Gi*."""
    counts = da.zeros((20, 20), dtype=int, chunks=10)
    there = da.ones((20, 20), dtype=bool, chunks=10)
    with pytest.raises(ValueError, match="same blocks"):
        blocks.judge(counts, there.rechunk(5))
    with pytest.raises(ValueError, match="inside"):
        blocks.judge(counts, ~there)
    with pytest.raises(ValueError, match=r"Gi\*"):
        blocks.judge(counts, there, Params(statistic="moran"))
