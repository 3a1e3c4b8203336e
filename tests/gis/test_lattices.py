"""The fine lattice in blocks: the same squares, cells and counts as the one in memory, turned north up."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from gis import blocks, files, grids, hotspots, lattices, synthetic
from gis.crs import EQUAL_AREA, STORAGE
from gis.hotspots import Params
from gis.signals import KINDS


@pytest.fixture(scope="module")
def province():
    """Return the sketch of the province."""
    return files.read_sketch()


def _points(number, seed=1):
    rng = np.random.default_rng(seed)
    lon, lat = rng.uniform(121, 135, number), rng.uniform(43, 54, number)
    columns = {"signal_id": [f"F{at}" for at in range(number)], "kind": KINDS[0], "seen_on": pd.Timestamp("2024-05-01")}
    return gpd.GeoDataFrame(columns, geometry=gpd.points_from_xy(lon, lat), crs=STORAGE)


def test_cells_and_counts_are_those_of_memory(province):
    """Blocks of any size, north up."""
    frame = lattices.over(province, size_m=20_000)
    held = grids.cover(province, size_m=20_000)
    points = _points(3000)
    inside = lattices.inside(province, frame, chunk=17).compute(scheduler="synchronous")
    counts = lattices.counts(points, frame, chunk=17).compute(scheduler="synchronous")
    assert (inside[::-1] == held.inside).all()
    assert ((counts * inside)[::-1] == grids.count(points, held)).all()


def test_the_transform_leads_to_the_cells_own_corner(province):
    """A point in the middle of a pixel is counted in it."""
    frame = lattices.over(province, size_m=30_000)
    middles = [shapely.Point(frame.transform @ (column + 0.5, row + 0.5)) for column, row in [(4, 7), (11, 3)]]
    middle = gpd.GeoDataFrame(geometry=middles, crs=EQUAL_AREA).to_crs(STORAGE)
    counts = lattices.counts(middle, frame, chunk=10).compute(scheduler="synchronous")
    assert np.argwhere(counts).tolist() == [[3, 11], [7, 4]]


def test_hotspots_of_blocks_are_those_of_memory(province):
    """From points to colours, the fine way and the usual one agree cell by cell."""
    rng = np.random.default_rng(2)
    plan = synthetic.SignalPlan("fire_point", pd.Timestamp("2024-01-01").date(), months=12, background=2000, clusters=4)
    points, _ = synthetic.signals(rng, province, plan)
    params = Params(radii=(1.5, 3.0), deals=0)
    frame, held = lattices.over(province, size_m=10_000), grids.cover(province, size_m=10_000)
    lazy = blocks.judge(lattices.counts(points, frame, chunk=64), lattices.inside(province, frame, chunk=64), params)
    known = hotspots.judge(
        grids.count(points, held)[held.inside], [held.around(radius) for radius in params.radii], params
    )
    assert known.bin.any()
    assert (lazy.bin.compute(scheduler="synchronous")[::-1][held.inside] == known.bin).all()


def test_a_cell_has_an_edge(province):
    """A mistake of the caller."""
    with pytest.raises(ValueError, match="positive"):
        lattices.over(province, size_m=0)
