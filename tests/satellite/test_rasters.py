"""Pixels of a product on any grid."""

import numpy as np
import pytest
import rasterio
from affine import Affine
from pyproj import CRS
from rasterio.warp import Resampling, reproject

from gis.errors import WorkbenchError
from satellite import geotiffs, packages, rasters, sentinel2
from satellite.patches import Grid
from satellite.products import Product, Raster
from satellite.rasters import Placement
from tests.satellite import made_scenes

UTM = CRS.from_epsg(32652)
FINE = np.random.default_rng(0).integers(1100, 4000, (120, 120))
COARSE = np.random.default_rng(1).integers(1100, 4000, (60, 60))


@pytest.fixture(scope="module")
def product(tmp_path_factory):
    folder = tmp_path_factory.mktemp("s2")
    scl = np.full((60, 60), 4)
    scl[0, 0] = 11
    made = made_scenes.sentinel2(folder, {"B04": FINE, "B11": COARSE}, scl=scl)
    return sentinel2.product(packages.opened(made))


def grid(*, step=10.0, left=0, top=0, size=120, crs=UTM):
    corner = (made_scenes.CORNER[0] + left * 10, made_scenes.CORNER[1] - top * 10)
    return Grid(crs, Affine(step, 0, corner[0], 0, -step, corner[1]), size, size)


def test_the_files_own_pixels_are_read_as_they_are(product):
    """On the grid, and on one shifted by whole pixels that reaches beyond the image on two sides."""
    red = (FINE - 1000) / 10_000
    here = rasters.dataset(product, ("red",), Placement(grid(), 50))["red"].to_numpy()
    assert np.allclose(here, red, atol=1e-6)
    moved = rasters.dataset(product, ("red",), Placement(grid(left=-20, top=30), 64))["red"].to_numpy()
    assert np.allclose(moved[:90, 20:], red[30:, :100], atol=1e-6)
    assert np.isnan(moved[90:]).all()
    assert np.isnan(moved[:, :20]).all()
    away = rasters.dataset(product, ("red",), Placement(grid(left=5000), 64))["red"].to_numpy()
    assert np.isnan(away).all()


def test_blocks_give_what_the_whole_gives(product):
    """Whatever their size, on the file's grid and on another one."""
    for place in (grid(), grid(step=7.0, left=3, size=100)):
        whole = rasters.dataset(product, ("red", "swir16", "scl"), Placement(place, 4096)).compute()
        parts = rasters.dataset(product, ("red", "swir16", "scl"), Placement(place, 37)).compute()
        for name in whole.data_vars:
            assert np.allclose(whole[name], parts[name], atol=1e-5, equal_nan=True), name


def test_nothing_is_read_before_it_is_asked_for(product):
    """Only files of computed bands are opened: here those of the other band are gone."""
    broken = Product(
        product.description,
        tuple(r if r.name == "red" else Raster(r.name, r.address + ".gone") for r in product.rasters),
    )
    lazy = rasters.dataset(broken, ("red", "swir16"), Placement(grid(), 64))
    assert np.isfinite(lazy["red"].to_numpy()).all()
    with pytest.raises(WorkbenchError) as refusal:
        lazy["swir16"].compute()
    assert refusal.value.code == "detect.unreadable"


def test_coarser_bands_are_interpolated_and_classes_are_not(product):
    """20 m on 10 m as GDAL's bilinear does it; a class stays one of those there are, twice as large."""
    found = rasters.dataset(product, ("swir16", "scl"), Placement(grid(), 128)).compute()
    expected = np.zeros((120, 120), np.float32)
    reproject(
        COARSE.astype(np.float32),
        expected,
        src_transform=grid(step=20.0).transform,
        dst_transform=grid().transform,
        src_crs="EPSG:32652",
        dst_crs="EPSG:32652",
        resampling=Resampling.bilinear,
    )
    assert np.allclose(found["swir16"] * 10_000 + 1000, expected, atol=0.6)
    assert found["scl"].dtype == np.uint8
    assert (found["scl"].to_numpy() == 11).sum() == 4
    assert set(np.unique(found["scl"])) == {4, 11}


def test_coarser_grids_get_means(product):
    """Ten metres on forty: the mean of sixteen pixels."""
    found = rasters.dataset(product, ("red",), Placement(grid(step=40.0, size=30), 64))["red"].to_numpy()
    expected = ((FINE - 1000) / 10_000).reshape(30, 4, 30, 4).mean(axis=(1, 3))
    assert np.allclose(found, expected, atol=2e-4)


def test_source_tells_whose_a_pixel_is_or_why_there_is_none(tmp_path):
    """1 where it is the scene's, missing inside the footprint, outside beyond it; the table names the scene."""
    values = np.full((1, 40, 40), 5, np.uint16)
    values[0, :10] = 0
    path = made_scenes.raster(tmp_path / "x_20240618.tif", values)
    found = rasters.dataset(geotiffs.product(path), ("band1",), Placement(grid(size=60), 16)).compute()
    source = found["source"].to_numpy()
    assert (source[:10, :40] == rasters.MISSING).all()
    assert (source[10:40, :40] == 1).all()
    assert (source[41:] == rasters.OUTSIDE).all()
    assert '"scene_id": "x_20240618"' in found["source"].attrs["scenes"]


def test_transparency_masks_and_blank_borders_are_no_data(tmp_path):
    """A drone's mosaic: alpha where there is one, else black in all bands; a height of 0 is a height."""
    values = np.full((4, 20, 20), 90, np.uint8)
    values[3, :5] = 0
    path = made_scenes.raster(tmp_path / "a.tif", values, gsd=10.0, photometric="RGB", alpha="YES")
    found = rasters.dataset(geotiffs.product(path), ("red", "green", "blue"), Placement(grid(size=20))).compute()
    assert np.isnan(found["red"][:5]).all()
    assert (found["red"][5:] == 90).all()
    black = np.full((3, 20, 20), 90, np.uint8)
    black[:, :5] = 0
    path = made_scenes.raster(tmp_path / "b.tif", black)
    assert np.isnan(rasters.dataset(geotiffs.product(path), ("red",), Placement(grid(size=20)))["red"][:5]).all()
    path = made_scenes.raster(tmp_path / "dsm.tif", np.zeros((1, 20, 20), np.float32))
    assert (rasters.dataset(geotiffs.product(path), ("height",), Placement(grid(size=20)))["height"] == 0).all()


def test_a_file_that_is_no_plain_image_is_refused(tmp_path):
    """A list of other files that calls itself .tif would make GDAL open whatever it names."""
    inner = made_scenes.raster(tmp_path / "inner.tif", FINE.astype(np.uint16))
    (tmp_path / "evil.tif").write_text(
        f'<VRTDataset rasterXSize="9" rasterYSize="9"><VRTRasterBand dataType="UInt16" band="1"><SimpleSource>'
        f"<SourceFilename>{inner}</SourceFilename></SimpleSource></VRTRasterBand></VRTDataset>"
    )
    with pytest.raises(WorkbenchError) as refusal:
        rasters.opened(str(tmp_path / "evil.tif"))
    assert refusal.value.code == "detect.unreadable"


def test_a_grid_of_its_own_is_told_from_none(tmp_path, product):
    """Tie points and polynomials are no grid."""
    own = rasters.native_grid(product.rasters[0])
    assert (own.rows, own.transform.a) == (120, 10.0)
    safe = made_scenes.sentinel1(tmp_path, {"vv": FINE})
    assert rasters.native_grid(Raster("vv", str(next(safe.rglob("*.tiff"))))) is None
    with rasterio.open(next(safe.rglob("*.tiff"))) as source:
        assert source.gcps[0]
