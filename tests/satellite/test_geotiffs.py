"""Single GeoTIFFs: stacks of bands, orthomosaics, surface models."""

from datetime import UTC, datetime

import numpy as np
import rasterio

from satellite import geotiffs
from tests.satellite import made_scenes, tifs

ONE = np.ones((1, 8, 8), np.float32)


def test_named_bands_are_known_by_their_common_names(tmp_path):
    """Sentinel-2's names in any stack; the day from the file's name, at noon in Beijing."""
    path = tifs.write(tmp_path / "x_20240618.tif", np.ones((2, 8, 8), np.uint16), names=("B04", "B08"))
    told = geotiffs.product(path).description
    assert told.bands == ("red", "nir")
    assert (told.sensor, told.gsd_m) == ("generic", 10.0)
    assert told.sensed_at == datetime(2024, 6, 18, 4, tzinfo=UTC)
    west, south, east, north = told.footprint.bounds
    assert 125 < west < east < 129
    assert 45 < south < north < 47


def test_an_orthomosaic_is_red_green_blue(tmp_path):
    """Three bytes and transparency, centimetres small; the transparency is no band."""
    path = made_scenes.raster(
        tmp_path / "ortho.tif", np.full((4, 16, 16), 90, np.uint8), gsd=0.05, photometric="RGB", alpha="YES"
    )
    product = geotiffs.product(path)
    assert product.description.sensor == "drone-rgb"
    assert product.description.bands == ("red", "green", "blue")
    assert {raster.units for raster in product.rasters} == {"counts"}


def test_a_multispectral_mosaic_keeps_its_names(tmp_path):
    """Floats are reflectance as they stand."""
    path = made_scenes.raster(tmp_path / "m.tif", np.ones((4, 8, 8), np.float32), gsd=0.08)
    with rasterio.open(path, "r+") as sink:
        sink.descriptions = ("Green", "Red", "RedEdge", "NIR")
    product = geotiffs.product(path)
    assert product.description.sensor == "drone-multispectral"
    assert product.description.bands == ("green", "red", "rededge", "nir")
    assert product.rasters[0].units == "1"


def test_heights_are_told_by_name_or_unit(tmp_path):
    """A surface model by its name; a file of one band that says neither is no height."""
    assert geotiffs.product(tifs.write(tmp_path / "flight2_DSM.tif", ONE)).rasters[0].units == "m"
    told = geotiffs.product(tifs.write(tmp_path / "index.tif", ONE)).description
    assert (told.sensor, told.bands) == ("generic", ("band1",))
    path = tifs.write(tmp_path / "x.tif", ONE)
    with rasterio.open(path, "r+") as sink:
        sink.units = ("metre",)
    assert geotiffs.product(path).description.sensor == "elevation"


def test_resolution_is_in_metres_on_any_grid(tmp_path):
    """Degrees are turned into metres."""
    path = made_scenes.raster(tmp_path / "a.tif", ONE, gsd=0.0001, crs="EPSG:4490", corner=(126, 46))
    assert abs(geotiffs.product(path).description.gsd_m - 11.13) < 0.01
