"""Layers of the drone page: what is drawn of photos, cells, heaps and heights."""

import io
import json

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import xarray as xr
from PIL import Image
from shapely.geometry import Polygon, box

from gis.language import catalogue
from views import flight_layers

WORDS = catalogue("zh")
SQUARE = box(126.5, 45.8, 126.501, 45.801)


def _features(layer):
    return json.loads(layer.content)["features"]


def test_photos_without_ground_are_not_drawn():
    """A footprint has its time in Beijing, its height and pixel; a photo without a position has no polygon."""
    photos = gpd.GeoDataFrame(
        {
            "photo_id": ["F1", "F2"],
            "name": ["a.jpg", "b.jpg"],
            "taken_at": pd.to_datetime(["2025-06-01 02:00:00", None]),
            "height_m": [100.0, np.nan],
            "gsd_m": [0.036, np.nan],
        },
        geometry=[SQUARE, Polygon()],
        crs="EPSG:4490",
    )
    drawn = _features(flight_layers.footprints(photos, WORDS))
    assert [each["properties"]["v"] for each in drawn] == [["a.jpg", "2025-06-01 10:00:00", "100.0 米", "0.036 米"]]


def test_cells_have_the_colour_of_their_share():
    """Covered, in part, not at all."""
    cells = gpd.GeoDataFrame(
        {"cell_id": ["a", "b", "c"], "covered": [1.0, 0.5, 0.0], "photos": [9, 4, 0], "missing_m2": [0.0, 5e3, 1e4]},
        geometry=[SQUARE] * 3,
        crs="EPSG:4490",
    )
    layer = flight_layers.cells(cells, WORDS)
    assert [each["properties"]["s"] for each in _features(layer)] == ["whole", "part", "none"]
    assert set(layer.styles) == {"whole", "part", "none"}
    assert len(flight_layers.cell_legend(WORDS)["items"]) == 3


def test_heaps_say_volume_and_interval():
    """The popup has what the table has."""
    heaps = gpd.GeoDataFrame(
        {
            "heap_id": ["V1"],
            "kind": ["pit"],
            "volume_m3": [1234.4],
            "low_m3": [1200.0],
            "high_m3": [1268.8],
            "area_m2": [900.0],
            "extreme_m": [3.24],
        },
        geometry=[SQUARE],
        crs="EPSG:4490",
    )
    (drawn,) = _features(flight_layers.heaps(heaps, WORDS))
    assert drawn["properties"]["s"] == "pit"
    assert drawn["properties"]["v"][:2] == ["坑", "1,234 立方米（1,200 至 1,269）"]


def test_heights_are_warm_cold_pale_or_nothing():
    """Piled up is red, dug out is blue, within the error is pale, unknown is transparent."""
    heights = xr.DataArray(np.array([[[4.0, -4.0], [0.05, np.nan]]]), dims=("band", "y", "x"))
    most = flight_layers.most_of(heights, 0.1)
    assert most == pytest.approx(4.0)
    pixels = np.asarray(Image.open(io.BytesIO(flight_layers.heights_png(heights, 0.1, most))))
    assert pixels[0, 0, 0] > pixels[0, 0, 2]
    assert pixels[0, 1, 2] > pixels[0, 1, 0]
    assert pixels[1, 0].tolist() == [247, 247, 247, 255]
    assert pixels[1, 1, 3] == 0


def test_a_legend_of_heights_goes_both_ways():
    """The ends are those of the colours; where nothing stands out the error itself sets them."""
    quiet = xr.DataArray(np.zeros((1, 2, 2)), dims=("band", "y", "x"))
    assert flight_layers.most_of(quiet, 0.1) == pytest.approx(0.4)
    texts = [each["text"] for each in flight_layers.height_legend(WORDS, 5.0)["items"]]
    assert texts == ["+5.0 m", "+2.5 m", "-2.5 m", "-5.0 m"]
