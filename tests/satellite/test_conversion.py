"""JPEG 2000 turned into COG, once."""

import numpy as np
import pytest
import rasterio

from gis.errors import WorkbenchError
from satellite import conversion, scenes
from satellite.scenes import Order
from tests.satellite import made_scenes

RNG = np.random.default_rng(0)
FINE, COARSE = RNG.integers(1, 4000, (120, 120)), RNG.integers(1, 4000, (60, 60))


def product_of(folder):
    return made_scenes.sentinel2(folder, {"B04": FINE, "B11": COARSE}, scl=np.full((60, 60), 5))


def test_counts_stay_and_files_say_what_they_mean(tmp_path):
    """Bit for bit, with scale, offset, nodata and the common name, tiled and with overviews to come."""
    product = scenes.product(product_of(tmp_path))
    done = conversion.convert(product, tmp_path / "cache")
    assert (done.written, done.kept) == (3, 0)
    with rasterio.open(done.folder / "red.tif") as made:
        assert np.array_equal(made.read(1), FINE)
        assert (made.scales, made.offsets, made.nodata, made.descriptions) == ((1e-4,), (-0.1,), 0, ("red",))
        assert made.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        assert made.crs.to_epsg() == 32652
    with rasterio.open(done.folder / "scl.tif") as made:
        assert (made.dtypes, made.scales) == (("uint8",), (1.0,))


@pytest.mark.parametrize("packed", [False, True])
def test_scenes_are_the_same_from_the_cache(tmp_path, packed):
    """From a folder and from a zip: every band, class and pixel; the slow files are not opened any more."""
    path = product_of(tmp_path)
    path = made_scenes.zipped(path) if packed else path
    slow = scenes.load(path).compute()
    conversion.convert(scenes.product(path), tmp_path / "cache")
    fast = scenes.load(path, Order(cache=tmp_path / "cache"))
    assert all(np.array_equal(slow[name], fast[name], equal_nan=True) for name in slow.data_vars)
    addresses = [raster.address for raster in conversion.converted(scenes.product(path), tmp_path / "cache").rasters]
    assert all(address.endswith(".tif") for address in addresses)


def test_it_goes_on_where_it_stopped(tmp_path):
    """Done files are left alone; a source that changed is converted anew; a half-written file is never seen."""
    path, told = product_of(tmp_path), []
    done = conversion.convert(scenes.product(path), tmp_path / "cache", progress=lambda *step: told.append(step))
    assert told[0] == (0, 3, "scene.converting")
    assert told[-1] == (3, 3, "scene.converted")
    (done.folder / "swir16.tif").unlink()
    before = (done.folder / "red.tif").stat().st_mtime_ns
    again = conversion.convert(scenes.product(path), tmp_path / "cache")
    assert (again.written, again.kept) == (1, 2)
    assert (done.folder / "red.tif").stat().st_mtime_ns == before
    image = next(path.rglob("*_B04_10m.jp2"))
    made_scenes.raster(image, (FINE + 1).astype(np.uint16), driver="JP2OpenJPEG")
    assert conversion.convert(scenes.product(path), tmp_path / "cache").written == 1
    assert {file.name for file in done.folder.iterdir()} == {"red.tif", "swir16.tif", "scl.tif"}


def test_a_damaged_image_is_told_and_leaves_nothing_half_done(tmp_path):
    """The others stay; a load from the cache reads them."""
    path = product_of(tmp_path)
    image = next(path.rglob("*_B11_20m.jp2"))
    image.write_bytes(image.read_bytes()[:200])
    with pytest.raises(WorkbenchError) as refusal:
        conversion.convert(scenes.product(path), tmp_path / "cache")
    assert refusal.value.code == "detect.unreadable"
    folder = tmp_path / "cache" / scenes.describe(path).scene_id
    assert [file.name for file in folder.iterdir()] == ["red.tif"]


def test_gzipped_archives_are_unpacked_once(tmp_path):
    """Gaofen's image cannot be read in place at any useful speed."""
    counts = np.full((4, 40, 50), 400)
    archive = made_scenes.tarred(made_scenes.gaofen(tmp_path, counts), gzipped=True)
    folder = conversion.unpacked(archive, tmp_path / "cache")
    assert folder.name == archive.name.removesuffix(".tar.gz")
    assert conversion.unpacked(archive, tmp_path / "cache") == folder
    assert conversion.unpacked(folder, tmp_path / "cache") == folder
    assert scenes.load(archive, Order(cache=tmp_path / "cache")).sizes["y"] > 0
