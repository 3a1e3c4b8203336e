"""Equal-area grids: cells partition, ids hold, points are counted once."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import Point, box

from gis import grids
from gis.crs import EQUAL_AREA, GEODESIC, STORAGE


def _area(west=126.0, south=45.0, east=127.0, north=45.6):
    return gpd.GeoDataFrame(geometry=[box(west, south, east, north)], crs=STORAGE)


def _points(lonlat, days=None):
    days = pd.to_datetime(days or ["2024-04-01"] * len(lonlat))
    table = {"signal_id": [f"s{at}" for at in range(len(lonlat))], "kind": "fire_point", "seen_on": days}
    return gpd.GeoDataFrame(table, geometry=[Point(*place) for place in lonlat], crs=STORAGE)


def test_cells_have_one_area():
    """Every cell of 3 km measures 9 square kilometres on the ellipsoid."""
    outlines = grids.cover(_area()).outlines()
    areas = [abs(GEODESIC.geometry_area_perimeter(cell)[0]) for cell in outlines]
    assert areas == pytest.approx([9e6] * len(areas), rel=1e-3)


def test_cells_do_not_overlap_and_cover_the_area():
    """The cells' areas add up to the area's, within its rim."""
    area = _area()
    cells = grids.cover(area)
    covered = cells.outlines().to_crs(EQUAL_AREA)
    assert covered.area.sum() == pytest.approx(covered.union_all().area, rel=1e-9)
    assert covered.area.sum() == pytest.approx(area.to_crs(EQUAL_AREA).area.sum(), rel=0.03)


def test_ids_do_not_depend_on_the_area_asked_for():
    """A cell has the same id in the county's and in the province's grid."""
    large, small = grids.cover(_area()), grids.cover(_area(126.4, 45.2, 126.7, 45.4))
    ids = dict(zip(large.ids(), large.outlines(), strict=True))
    for name, outline in zip(small.ids(), small.outlines(), strict=True):
        assert ids[name].equals_exact(outline, 1e-9)
    assert len(set(large.ids())) == large.inside.sum()


def test_points_are_counted_where_they_lie():
    """Every point inside falls into exactly one cell, that of its place; others are left out."""
    rng = np.random.default_rng(1)
    lonlat = np.column_stack([rng.uniform(126.1, 126.9, 500), rng.uniform(45.1, 45.5, 500)])
    points = _points([*lonlat, (120.0, 40.0)])
    cells = grids.cover(_area())
    counts = grids.count(points, cells)
    joined = gpd.sjoin(points, gpd.GeoDataFrame(geometry=cells.outlines()))
    expected = joined["index_right"].value_counts().sort_index()
    inside = counts[cells.inside]
    assert counts.sum() == 500
    assert inside[expected.index].tolist() == expected.tolist()


def test_between_takes_both_days():
    """A period holds its first and its last day."""
    points = _points([(126, 45)] * 4, ["2024-03-31", "2024-04-01", "2024-04-30", "2024-05-01"])
    kept = grids.between(points, pd.Timestamp("2024-04-01"), pd.Timestamp("2024-04-30"))
    assert kept["signal_id"].tolist() == ["s1", "s2"]


@pytest.mark.parametrize("size", [0, -3000, float("nan"), 1e7])
def test_sizes_without_cells_are_refused(size):
    """A cell has a size, and the area holds at least one."""
    with pytest.raises(ValueError, match="cell" if size > 1e6 else "size_m"):
        grids.cover(_area(), size_m=size)
