"""Regions: the shipped sketch, and which region answers for a place."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from shapely.geometry import Point, box

from gis import boundaries, codes, files, regions, schema
from gis.crs import EQUAL_AREA, STORAGE

PUBLISHED_KM2 = {"230100": 53_100, "230600": 21_200, "231200": 34_900}
OUTLINES = Path(__file__).parents[3] / "shared" / "data" / "boundaries" / "heilongjiang_prefectures.geojson"


@pytest.fixture(scope="module")
def sketch():
    """The shipped regions."""
    return files.read_sketch()


def squares():
    """Two squares of one degree with a common border at 126 E."""
    rows = {"division_code": ["230200", "230100"], "name_zh": ["乙", "甲"], "name_en": ["B", "A"]}
    seats = {"seat_lon": [126.5, 125.5], "seat_lat": [45.5, 45.5]}
    return gpd.GeoDataFrame(rows | seats, geometry=[box(126, 45, 127, 46), box(125, 45, 126, 46)], crs=STORAGE)


def points(*lonlat, index=None):
    """Places as a GeoSeries."""
    return gpd.GeoSeries([Point(one) for one in lonlat], index=index, crs=STORAGE)


def test_sketch_is_thirteen_regions_of_the_schema(sketch):
    """It passes the door every verb has."""
    assert len(schema.demand(sketch, regions.SCHEMA, "sketch")) == 13


def test_sketch_is_a_coverage(sketch):
    """Neighbours share their borders vertex by vertex: valid, no overlap, no gap inside."""
    outlines = sketch.geometry.to_numpy()
    assert shapely.is_valid(outlines).all()
    assert shapely.coverage_is_valid(outlines)
    assert all(len(part.interiors) == 0 for part in shapely.get_parts(shapely.union_all(outlines)))


def test_sketch_coordinates_have_three_decimals(sketch):
    """More digits would claim more than a sketch knows."""
    points = shapely.get_coordinates(sketch.geometry)
    np.testing.assert_array_equal(points, points.round(3))


def test_sketch_areas_are_near_the_published_ones(sketch):
    """Generalising moved borders, not land: areas stay within two per cent."""
    area_km2 = pd.Series(sketch.to_crs(EQUAL_AREA).area.to_numpy() / 1e6, index=sketch["division_code"])
    assert area_km2[list(PUBLISHED_KM2)].to_dict() == pytest.approx(PUBLISHED_KM2, rel=0.02)


@pytest.mark.skipif(not OUTLINES.is_file(), reason="the full outlines are not beside the project")
def test_sketch_follows_the_full_outlines(sketch):
    """No border of the sketch is farther from the full outline than the import's allowance, but for a few corners."""
    full = gpd.read_file(OUTLINES).set_index("adcode").to_crs(EQUAL_AREA).geometry
    drawn = sketch.set_index("division_code").to_crs(EQUAL_AREA).geometry
    for code, outline in drawn.items():
        astray = outline.symmetric_difference(full[code].buffer(0)).area / outline.area
        assert astray < 0.06
        assert shapely.hausdorff_distance(outline.boundary, full[code].boundary) < 6000


def test_sketch_seats_lie_in_their_regions(sketch):
    """Jiagedaqi too, seat of Daxing'anling."""
    seats = gpd.GeoSeries(gpd.points_from_xy(sketch["seat_lon"], sketch["seat_lat"]), crs=STORAGE)
    assert regions.division_of(seats, sketch).tolist() == sketch["division_code"].tolist()
    assert (regions.distances_m(seats, sketch["division_code"], sketch) == 0).all()


def test_point_in_region_gets_its_code():
    """Inside one, inside the other, and outside both: the nearest."""
    places = points((125.5, 45.5), (126.5, 45.5), (128.0, 45.5))
    assert regions.division_of(places, squares()).tolist() == ["230100", "230200", "230200"]


def test_point_on_a_common_border_gets_the_lower_code():
    """In whatever order the regions stand."""
    assert regions.division_of(points((126.0, 45.5)), squares()).tolist() == ["230100"]
    assert regions.division_of(points((126.0, 45.5)), squares().iloc[::-1]).tolist() == ["230100"]


def test_index_may_repeat_and_places_may_be_missing():
    """Rows come back in order, one each, a missing place with a missing code."""
    places = gpd.GeoSeries([Point(126.5, 45.5), None, Point(), Point(125.5, 45.5)], index=[4, 4, 1, 0], crs=STORAGE)
    found = regions.division_of(places, squares())
    assert found.index.tolist() == [4, 4, 1, 0]
    assert found.fillna("-").tolist() == ["230200", "-", "-", "230100"]


def test_distance_from_a_named_region():
    """Zero inside; half a degree of latitude outside is about 55.6 km; an unknown division has no distance."""
    places = points((125.5, 45.5), (125.5, 46.5), (125.5, 45.5))
    found = regions.distances_m(places, pd.Series(["230100", "230100", "239900"]), squares())
    assert found[0] == 0
    assert found[1] == pytest.approx(55_570, rel=0.01)
    assert np.isnan(found[2])


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("230600", "230600"),
        ("230622", "230600"),
        ("230622105000", "230600"),
        ("大庆市", "230600"),
        ("大庆", "230600"),
        ("肇源县", "230600"),
        ("黑龙江省大庆市肇源县", "230600"),
        ("大庆市 肇源县", "230600"),
        ("大兴安岭", "232700"),
        ("松岭区", "232700"),
        ("美溪区", "230700"),
        ("佳木斯市向阳区", "230800"),
    ],
)
def test_declared_division_is_told(written, code):
    """By code, by name long and short, by county, former counties included."""
    assert regions.declared(pd.Series([written])).tolist() == [code]


@pytest.mark.parametrize("written", ["向阳区", "郑州市", "2306", "220100", "230000", "某地"])
def test_declared_division_that_cannot_be_told_is_missing(written):
    """A county name that two prefectures share, other provinces, and half a code."""
    assert regions.declared(pd.Series([written])).isna().tolist() == [True]


def test_land_beyond_the_outline_belongs_to_one_division_only():
    """Songling answers to Daxing'anling, whoever asks for another division there does not."""
    places = points((124.19, 50.73), (124.19, 50.73), (126.5, 45.8))
    told = pd.Series(["232700", "231100", "232700"])
    assert regions.beyond_outline(places, told).tolist() == [True, False, False]


def test_shipped_counties_tile_the_province():
    """All 121 that exist, each in its prefecture but for the borders' generalising, without overlap or gap."""
    counties = files.read_county_sketch()
    assert schema.find_faults(counties, boundaries.COUNTIES).empty
    expected = {code for prefecture in codes.prefectures() for code in codes.counties(prefecture)}
    assert set(counties["division_code"]) == expected
    outlines = counties.geometry.to_numpy()
    assert shapely.is_valid(outlines).all()
    assert shapely.coverage_is_valid(outlines)
    rows = counties.set_index(pd.RangeIndex(1, len(counties) + 1))
    assert boundaries.check_divisions(rows, "county", files.read_sketch()).faults.empty
    inner = gpd.GeoSeries(counties.geometry.representative_point(), crs=STORAGE)
    home = regions.division_of(inner, files.read_sketch())
    assert (home == counties["division_code"].map(codes.prefecture_of)).all()


def test_county_of_a_point_is_told_and_of_a_stranger_not():
    """Zhaoyuan in Daqing; nothing in Beijing; a missing place has a missing county."""
    places = gpd.GeoSeries([Point(125.08, 45.52), Point(116.4, 39.9), None], index=[5, 6, 7], crs=STORAGE)
    found = regions.county_of(places, files.read_county_sketch())
    assert found.index.tolist() == [5, 6, 7]
    assert found[5] == "230622"
    assert found[[6, 7]].isna().all()
