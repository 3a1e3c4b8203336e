"""Nearness gives what geopandas gives, on random data of all kinds, borders and corners included."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from gis import nearness
from gis.crs import EQUAL_AREA, STORAGE


def series(shapes):
    """Shapes in metres."""
    return gpd.GeoSeries(list(shapes), crs=EQUAL_AREA)


def joined(places, things, **how):
    """The pairs that geopandas finds, sorted."""
    found = gpd.sjoin(gpd.GeoDataFrame(geometry=places), gpd.GeoDataFrame(geometry=things), **how)
    return sorted(zip(found.index.tolist(), found["index_right"].tolist(), strict=True))


def pairs(table):
    """The pairs of a table."""
    return list(table.iloc[:, :2].itertuples(index=False, name=None))


def world(seed, count=2000):
    """Places, and areas with holes, parts and overlaps, large ones and tiny ones."""
    rng = np.random.default_rng(seed)
    places = rng.uniform(-60_000, 60_000, (count, 2))
    places[: count // 4] = places[: count // 4].round(-4)
    centres = rng.uniform(-50_000, 50_000, (40, 2))
    discs = shapely.buffer(shapely.points(centres), rng.choice([30, 300, 9000, 30_000], 40), quad_segs=6)
    rings = [shapely.difference(one, shapely.buffer(one.centroid, one.length / 20)) for one in discs[:15]]
    many = [shapely.MultiPolygon([discs[15], shapely.box(70_000, 0, 90_000, 9)])]
    squares = list(shapely.box([-20_000, 0, 0], [-20_000, -20_000, 0], [0, 20_000, 10_000], [0, 0, 10_000]))
    return series(shapely.points(places)), series([*rings, *many, *discs[16:], *squares])


@pytest.mark.parametrize("seed", range(6))
def test_inside_is_the_join_of_geopandas(seed):
    """Holes, parts, overlaps; a quarter of the places lie on round coordinates, as the corners of the squares do."""
    places, areas = world(seed)
    assert pairs(nearness.inside(places, areas)) == joined(places, areas, predicate="intersects")


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("distance_m", [0, 10, 500, 20_000])
def test_within_is_the_join_of_geopandas(seed, distance_m):
    """The same pairs, and the distance of each."""
    places, areas = world(seed, 500)
    found = nearness.within(places, areas, distance_m)
    assert pairs(found) == joined(places, areas, predicate="dwithin", distance=distance_m)
    measured = places.iloc[found["place"]].distance(areas.iloc[found["thing"]], align=False)
    np.testing.assert_array_equal(found["distance_m"], measured)


def test_lines_and_points_are_things_too():
    """A long river beside two wells."""
    places = series(shapely.points([[0, 400], [50_000, 90], [70_000, 0]]))
    things = series([shapely.LineString([[-90_000, 0], [60_000, 0]]), *shapely.points([[0, 401], [70_100, 0]])])
    assert pairs(nearness.within(places, things, 100)) == [(0, 1), (1, 0), (2, 2)]


@given(st.integers(0, 2**32 - 1))
def test_inside_holds_on_a_coarse_lattice(seed):
    """Places and corners on the same few coordinates: every touch counts."""
    rng = np.random.default_rng(seed)
    places = series(shapely.points(rng.integers(0, 6, (60, 2)) * 1000.0))
    corner = rng.integers(0, 5, (5, 2)) * 1000.0
    areas = series(shapely.box(*corner.T, *(corner + 1000 * rng.integers(1, 4, (5, 2))).T))
    assert pairs(nearness.inside(places, areas)) == joined(places, areas, predicate="intersects")


def test_nearest_is_that_of_geopandas():
    """The distance is the least one; of equally near things the first is named."""
    places, areas = world(9, 800)
    found = nearness.nearest(places, areas, 5000)
    theirs = gpd.sjoin_nearest(
        gpd.GeoDataFrame(geometry=places), gpd.GeoDataFrame(geometry=areas), max_distance=5000, distance_col="d"
    )
    assert found["place"].tolist() == sorted(set(theirs.index))
    np.testing.assert_allclose(found["distance_m"], theirs.groupby(level=0)["d"].min(), rtol=0, atol=1e-9)
    assert found["thing"].tolist() == theirs.groupby(level=0)["index_right"].min().tolist()


def test_missing_and_empty_places_are_in_no_pair():
    """Nor do empty tables trouble."""
    square = series([shapely.box(0, 0, 10, 10)])
    places = series([None, shapely.Point(), shapely.Point(5, 5)])
    assert pairs(nearness.inside(places, square)) == [(2, 0)]
    assert pairs(nearness.within(places, square, 1)) == [(2, 0)]
    assert nearness.inside(places[:0], square).empty
    assert nearness.inside(places[:2], square).empty
    assert nearness.within(places, square[:0], 1).columns.tolist() == ["place", "thing", "distance_m"]
    assert nearness.nearest(places, series([None]), 1).empty


def test_places_on_one_spot_or_line_are_no_trouble():
    """The grid has one cell then."""
    square = series([shapely.box(0, 0, 10, 10)])
    assert len(nearness.inside(series([shapely.Point(1, 1)] * 3), square)) == 3
    assert pairs(nearness.inside(series(shapely.points([[x, 10.0] for x in (-1, 0, 10, 11)])), square)) == [
        (1, 0),
        (2, 0),
    ]


def test_distances_need_metres_and_one_crs():
    """Degrees are no metres, and two systems are two."""
    places, square = series([shapely.Point(1, 1)]), series([shapely.box(0, 0, 10, 10)])
    with pytest.raises(ValueError, match="two CRSs"):
        nearness.inside(places.to_crs(STORAGE), square)
    with pytest.raises(ValueError, match="projected"):
        nearness.within(places.to_crs(STORAGE), square.to_crs(STORAGE), 1)
    with pytest.raises(ValueError, match="negative"):
        nearness.within(places, square, -1)


def test_shares_are_areas_in_common():
    """A quarter of the first lies in the second; a common border is nothing."""
    areas = series([shapely.box(0, 0, 20, 20), shapely.box(100, 0, 110, 10)])
    others = series([shapely.box(10, 10, 90, 90), shapely.box(20, 0, 30, 20)])
    found = nearness.shares(areas, others)
    expected = pd.DataFrame({"area": [0], "other": [0], "overlap_m2": [100.0], "share": [0.25]})
    pd.testing.assert_frame_equal(found, expected)
