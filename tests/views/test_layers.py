"""Layers carry every feature to the browser, rounded to a tenth of a metre, and nothing that is not JSON."""

import json

import geopandas as gpd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import Point, box, shape

from gis.crs import STORAGE
from views import layers

SQUARE = gpd.GeoDataFrame(geometry=[box(125.12345678, 45, 125.2, 45.1), box(126, 46, 126.1, 46.1)], crs=STORAGE)


def test_shapes_keep_order_ids_classes_and_values():
    """Each feature has its id, class and values, and its outline to six digits."""
    found = json.loads(layers.shapes(SQUARE, ["a", "b"], ["burn", "waste"], [["A", "B"], ["1", "2"]]))
    assert [each["properties"] for each in found["features"]] == [
        {"id": "a", "s": "burn", "v": ["A", "1"]},
        {"id": "b", "s": "waste", "v": ["B", "2"]},
    ]
    assert shape(found["features"][0]["geometry"]).bounds == pytest.approx((125.123457, 45, 125.2, 45.1), abs=1e-9)


@given(st.text(max_size=40))
def test_any_name_arrives_as_written(name):
    """No name breaks the JSON around it."""
    found = json.loads(layers.shapes(SQUARE, [name, "b"], ["s", "s"], [[name, "x"]]))
    assert found["features"][0]["properties"]["v"] == [name]


def test_places_come_as_columns():
    """Points are columns of one length."""
    points = SQUARE.set_geometry([Point(125, 45), Point(126.1234567, 46)], crs=STORAGE)
    found = json.loads(layers.places(points, ["a", "b"], ["s", "t"], [["A", "B"]], [1, 2]))
    assert found == {
        "lon": [125, 126.123457],
        "lat": [45, 46],
        "id": ["a", "b"],
        "s": ["s", "t"],
        "n": [1, 2],
        "v": [["A", "B"]],
    }


def test_columns_of_other_lengths_are_refused():
    """A value column that misses a row is a mistake, not a shorter layer."""
    with pytest.raises(ValueError, match="zip"):
        layers.shapes(SQUARE, ["a", "b"], ["s", "s"], [["A"]])


def test_empty_table_shows_the_province():
    """Without rows the map has an extent all the same."""
    assert layers.bounds_of(SQUARE[:0]) == layers.PROVINCE
    assert layers.bounds_of(SQUARE) == ((45, 125.1235), (46.1, 126.1))
    (south, _), (north, _) = layers.bounds_of(SQUARE, room=0.5)
    assert (south, north) == pytest.approx((44.45, 46.65))


def test_contents_of_nothing_are_json():
    """The constants for empty layers can be read by the browser."""
    assert json.loads(layers.NO_SHAPES)["features"] == []
    assert set(json.loads(layers.NO_PLACES)) == {"lon", "lat", "id", "s", "n", "v"}
