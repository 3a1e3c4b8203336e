"""Reference systems: published codes, published coordinates, true areas."""

import geopandas as gpd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import CRS, Geod, Transformer
from shapely import Point, box

from gis.crs import EQUAL_AREA, STORAGE, metric_at, metric_for, stored


@pytest.mark.parametrize(
    ("lon", "epsg"),
    [
        (75, 4534),
        (120, 4549),
        (124.49, 4550),
        (124.51, 4551),
        (126.53, 4551),
        (131, 4553),
        (135.08, 4554),
        (136.4, 4554),
    ],
)
def test_zones_have_their_published_codes(lon, epsg):
    """EPSG 4534 is the zone of 75 degrees east, 4554 that of 135."""
    assert metric_at(lon).to_epsg() == epsg


@given(st.floats(73.6, 136.4))
def test_the_zone_is_the_nearest(lon):
    """No point is farther than a degree and a half from its central meridian."""
    meridian = metric_at(lon).coordinate_operation.params[1].value
    assert abs(lon - meridian) <= 1.5


@pytest.mark.parametrize("lon", [-126.53, 0, 73.4, 136.6, 541203.2])
def test_longitudes_outside_the_zones_are_refused(lon):
    """A western longitude or a coordinate in metres has no zone."""
    with pytest.raises(ValueError, match="outside the 3-degree zones"):
        metric_at(lon)


def test_harbin_has_its_published_coordinates():
    """126.53 E, 45.80 N lies at E 541203.203, N 5073992.677 in EPSG:4551."""
    transformer = Transformer.from_crs(STORAGE, metric_at(126.53), always_xy=True)
    assert transformer.transform(126.53, 45.8) == pytest.approx((541203.203, 5073992.677), abs=0.001)


def test_metric_for_takes_the_middle_of_a_table():
    """One far point does not pull the zone beyond the middle of the extent."""
    table = gpd.GeoDataFrame(geometry=[Point(125, 46), Point(125.2, 46), Point(128.8, 46)], crs=STORAGE)
    assert metric_for(table).to_epsg() == metric_at(126.9).to_epsg() == 4551


@given(st.floats(121.2, 134.8), st.floats(43.5, 53.4), st.floats(0.02, 0.25))
def test_equal_area_keeps_areas(lon, lat, size):
    """Projected areas equal geodesic ones to a ten-thousandth anywhere in the province."""
    cell = box(lon, lat, lon + size, lat + size).segmentize(size / 20)
    true_m2 = abs(Geod(ellps="GRS80").geometry_area_perimeter(cell)[0])
    projected_m2 = gpd.GeoSeries([cell], crs=STORAGE).to_crs(EQUAL_AREA).area.iloc[0]
    assert projected_m2 == pytest.approx(true_m2, rel=1e-4)


def test_storage_is_cgcs2000():
    """Longitude and latitude on the national ellipsoid."""
    assert STORAGE.to_epsg() == 4490
    assert STORAGE.is_geographic


def test_stored_returns_to_longitude_and_latitude():
    """A table in metres comes back to its degrees."""
    table = gpd.GeoDataFrame(geometry=[Point(126.53, 45.8)], crs=STORAGE)
    back = stored(table.to_crs(metric_at(126.53)))
    assert back.crs == STORAGE
    assert back.geometry.iloc[0].distance(Point(126.53, 45.8)) < 1e-9


def test_stored_leaves_a_stored_table_alone():
    """No copy and no rounding where nothing is to be done."""
    table = gpd.GeoDataFrame(geometry=[Point(126.53, 45.8)], crs=STORAGE)
    assert stored(table) is table


def test_a_table_without_a_system_is_not_stored():
    """Numbers without a system are no places."""
    with pytest.raises(ValueError, match="without a CRS"):
        stored(gpd.GeoDataFrame(geometry=[Point(126.53, 45.8)]))


def test_wgs84_is_not_taken_for_storage():
    """A table in EPSG:4326 is relabelled by a transformation, which moves it by less than a metre."""
    table = gpd.GeoDataFrame(geometry=[Point(126.53, 45.8)], crs=CRS.from_epsg(4326))
    assert stored(table).crs == STORAGE
    assert stored(table).geometry.iloc[0].distance(Point(126.53, 45.8)) < 1e-5
