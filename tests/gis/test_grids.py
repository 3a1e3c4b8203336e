"""Squares, hexagons and polygons: cells partition, ids hold, points are counted once."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from shapely.geometry import Point, box

from gis import grids
from gis.crs import EQUAL_AREA, GEODESIC, STORAGE
from gis.errors import TableFaults, WorkbenchError


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
    with pytest.raises(WorkbenchError if size > 1e6 else ValueError, match="cells" if size > 1e6 else "size_m"):
        grids.cover(_area(), size_m=size)


def _towns():
    row, column = np.divmod(np.arange(12), 4)
    west, south = 126 + column / 4, 45 + row / 5
    squares = [box(x, y, x + 0.25, y + 0.2) for x, y in zip(west, south, strict=True)]
    return gpd.GeoDataFrame({"town": [f"t{at}" for at in range(12)]}, geometry=squares, crs=STORAGE)


def _kinds():
    return {
        "squares": grids.cover(_area()),
        "hexagons": grids.hexagons(_area(), resolution=6),
        "polygons": grids.polygons(_towns(), id_column="town"),
    }


@pytest.mark.parametrize("kind", ["squares", "hexagons", "polygons"])
def test_points_lie_in_the_outline_of_their_cell(kind):
    """Whatever the kind of cell, a place's number leads to the polygon around it; outside there is none."""
    tiles = _kinds()[kind]
    rng = np.random.default_rng(2)
    points = gpd.GeoSeries(gpd.points_from_xy(rng.uniform(126, 127, 300), rng.uniform(45, 45.6, 300)), crs=STORAGE)
    places = tiles.places(points)
    inside = places >= 0
    assert inside.mean() > 0.9
    outlines = shapely.buffer(tiles.outlines().to_numpy()[places[inside]], 1e-4)
    assert shapely.contains(outlines, points[inside].to_numpy()).all()
    far = gpd.GeoSeries(gpd.points_from_xy([100.0], [30.0]), crs=STORAGE)
    assert tiles.places(far).tolist() == [-1]


@pytest.mark.parametrize("kind", ["squares", "hexagons", "polygons"])
def test_areas_are_those_on_the_ellipsoid(kind):
    """Areas in square metres agree with the geodesic ones."""
    tiles = _kinds()[kind]
    geodesic = [abs(GEODESIC.geometry_area_perimeter(cell)[0]) for cell in tiles.outlines()]
    assert tiles.areas_m2() == pytest.approx(geodesic, rel=5e-3)
    assert len(set(tiles.ids())) == len(geodesic)


def test_hexagons_differ_in_area_and_keep_their_ids():
    """A hexagon of the county is the same in the province; their areas are not all one."""
    large, small = grids.hexagons(_area(), resolution=6), grids.hexagons(_area(126.4, 45.2, 126.7, 45.4), resolution=6)
    assert set(small.names) < set(large.names)
    assert large.areas_m2().max() > 1.001 * large.areas_m2().min()


def test_neighbours_follow_the_kind_of_cell():
    """A disc on squares, rings on hexagons, borders or distances on polygons."""
    tiles = _kinds()
    assert tiles["squares"].around(1.5).members.max() == 9
    assert tiles["hexagons"].around(1.5).members.max() == 7
    assert tiles["hexagons"].around(2).members.max() == 19
    assert tiles["polygons"].around(1).members.max() == 9
    near = grids.polygons(_towns(), id_column="town", step_m=23_000)
    assert near.around(1).members.max() == 5
    assert near.around(9).members.min() == 12


def test_layers_with_repeated_codes_are_refused():
    """A code stands for one polygon, and the column is there."""
    towns = _towns()
    towns.loc[3, "town"] = "t2"
    with pytest.raises(TableFaults) as refusal:
        grids.polygons(towns, id_column="town", source="towns.gpkg")
    assert "table.repeated_value" in set(refusal.value.faults["code"])
    with pytest.raises(TableFaults):
        grids.polygons(_towns(), id_column="village")


def test_amounts_are_added_up_by_cell():
    """People are added to the cell of their place, and places outside are left out."""
    tiles = _kinds()["polygons"]
    assert grids.tally(np.array([0, 0, 3, -1]), tiles).tolist() == [2, 0, 0, 1] + [0] * 8
    assert grids.tally(np.array([0, 0, 3, -1]), tiles, [5, 1.5, 2, 9]).tolist() == [6.5, 0, 0, 2] + [0] * 8


def test_months_hold_every_event_once():
    """Counts by cell and month add up, carry the exposure, and know the first and the last day of a month."""
    tiles = _kinds()["polygons"]
    points = _points(
        [(126.1, 45.1)] * 3 + [(126.6, 45.5), (100, 30)],
        ["2024-03-31", "2024-04-01", "2024-04-30"] + ["2024-04-02"] * 2,
    )
    months = grids.by_month(points, tiles, exposure=np.arange(12.0))
    assert months["count"].tolist() == [1, 2, 1]
    assert months["cell_id"].tolist() == ["t0", "t0", "t10"]
    assert months["month"].dt.strftime("%Y-%m-%d").tolist() == ["2024-03-01", "2024-04-01", "2024-04-01"]
    assert months["exposure"].tolist() == [0, 0, 10]


@pytest.mark.parametrize("resolution", [-1, 16, 0])
def test_resolutions_without_cells_are_refused(resolution):
    """H3 has sixteen resolutions, and the coarsest has no middle in a county."""
    with pytest.raises((ValueError, WorkbenchError), match=r"H3|middle"):
        grids.hexagons(_area(), resolution=resolution)
