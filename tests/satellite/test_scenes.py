"""One door for all scenes."""

import numpy as np
import pytest
from pyproj import Transformer

from gis.errors import WorkbenchError
from satellite import scenes
from satellite.scenes import Order
from tests.satellite import made_scenes, tifs

FINE = np.full((60, 60), 2000)


def test_every_family_comes_through_one_door(tmp_path):
    """Folders, archives, files of metadata, GeoTIFFs and photos."""
    safe = made_scenes.sentinel2(tmp_path, {"B04": FINE})
    landsat = made_scenes.landsat(tmp_path, {4: FINE})
    gaofen = made_scenes.gaofen(tmp_path, np.full((4, 20, 20), 300))
    expected = {
        safe: "sentinel2-l2a",
        safe / "MTD_MSIL2A.xml": "sentinel2-l2a",
        made_scenes.zipped(safe): "sentinel2-l2a",
        landsat: "landsat-c2-l2",
        made_scenes.tarred(landsat): "landsat-c2-l2",
        made_scenes.sentinel1(tmp_path, {"vv": FINE}): "sentinel1-grd",
        gaofen: "gaofen1-wfv",
        made_scenes.tarred(gaofen, gzipped=True): "gaofen1-wfv",
        made_scenes.item(tmp_path, {"red": FINE.astype(np.uint16)}): "sentinel2-l2a",
        tifs.write(tmp_path / "a.tif", np.ones((3, 8, 8), np.uint16)): "generic",
        made_scenes.photo(tmp_path / "a.jpg"): "photo",
    }
    assert {path: scenes.describe(path).sensor for path in expected} == expected


def test_a_description_decodes_no_pixel(tmp_path):
    """Images may be cut off altogether."""
    safe = made_scenes.sentinel2(tmp_path, {"B04": FINE})
    for image in safe.rglob("*.jp2"):
        image.write_bytes(b"")
    assert scenes.describe(safe).bands == ("red",)


def test_what_is_no_scene_is_told(tmp_path):
    """A missing path, a text, an empty folder, an archive of something else."""
    (tmp_path / "a.docx").write_bytes(b"x")
    (tmp_path / "empty").mkdir()
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "a.txt").write_text("x")
    cases = {"none": "files.missing", "a.docx": "scene.unknown", "empty": "scene.unknown", "other.tar": "scene.unknown"}
    made_scenes.tarred(tmp_path / "other")
    for name, code in cases.items():
        with pytest.raises(WorkbenchError) as refusal:
            scenes.describe(tmp_path / name)
        assert refusal.value.code == code


def test_bands_grid_and_part_are_chosen(tmp_path):
    """The grid is that of the finest wanted band; a rectangle cuts whole pixels out of it."""
    fine, coarse = np.full((60, 60), 2000), np.full((30, 30), 3000)
    safe = made_scenes.sentinel2(tmp_path, {"B04": fine, "B11": coarse}, scl=np.full((30, 30), 4))
    whole = scenes.load(safe)
    assert list(whole.data_vars) == ["red", "swir16", "scl", "source"]
    assert (whole.sizes["y"], whole["red"].dtype) == (60, np.float32)
    assert np.allclose(whole["red"], 0.1)
    assert np.allclose(whole["swir16"], 0.2)
    assert whole.rio.crs.to_epsg() == 32652
    assert whole["red"].attrs == {"units": "1", "quantity": "surface_reflectance", "long_name": "red"}
    assert whole["time"].to_numpy() == np.datetime64("2024-06-18T02:45:49.024")
    assert whole.attrs["sun_zenith"] == 25.5
    only = scenes.load(safe, Order(bands=("swir16",)))
    assert only.sizes["y"] == 30
    lon, lat = Transformer.from_crs(32652, 4490, always_xy=True).transform([400_160, 400_340], [5_099_660, 5_099_840])
    part = scenes.load(safe, Order(bands=("red",), bbox=(lon[0], lat[0], lon[1], lat[1])))
    assert 18 <= part.sizes["x"] <= 22
    assert set(part["x"].to_numpy()) <= set(whole["x"].to_numpy())
    for order, code in ((Order(bands=("hh",)), "stack.no_band"), (Order(bbox=(0, 0, 1, 1)), "scene.no_place")):
        with pytest.raises(WorkbenchError) as refusal:
            scenes.load(safe, order)
        assert refusal.value.code == code
    with pytest.raises(WorkbenchError) as refusal:
        scenes.load(made_scenes.photo(tmp_path / "a.jpg"))
    assert refusal.value.code == "scene.unknown"


def test_landsat_is_reflectance(tmp_path):
    """By USGS's formula; the quality bits stay whole numbers."""
    place = made_scenes.landsat(tmp_path, {4: np.full((20, 20), 10_000)}, qa=np.full((20, 20), 21_824))
    for path in (place, made_scenes.tarred(place)):
        found = scenes.load(path).compute()
        assert np.allclose(found["red"], 0.075, atol=1e-6)
        assert (found["qa_pixel"].dtype, int(found["qa_pixel"].max())) == (np.uint16, 21_824)


def test_radar_is_calibrated_and_placed(tmp_path):
    """Counts of 200 under a gain from 300 to 500: sigma0 falls from 0.444 to 0.16 from west to east."""
    found = scenes.load(made_scenes.sentinel1(tmp_path, {"vv": np.full((100, 80), 200)})).compute()
    lon, _ = Transformer.from_crs(found.rio.crs, 4490, always_xy=True).transform(
        *np.meshgrid(found["x"].to_numpy(), found["y"].to_numpy())
    )
    values, known = found["vv"].to_numpy(), np.isfinite(found["vv"].to_numpy())
    column = (lon[known] - 128.0) * 1e4 - 0.5
    gain = 300 + 200 * np.clip(column, 0, 79) / 79
    assert np.allclose(values[known], (200 / gain) ** 2, rtol=0.01)
    assert known.sum() * 100 > 0.9 * 100 * 80 * 11.1 * 7.7
    assert found["vv"].attrs["units"] == "linear_power"


def test_an_image_is_orthorectified_at_a_stated_height(tmp_path):
    """A bright stripe lies where the polynomials put it, and elsewhere at another height, as planted."""
    counts = np.full((4, 80, 80), 100)
    counts[:, 38:42] = 1000
    place = made_scenes.gaofen(tmp_path, counts)

    def latitude_of_stripe(height):
        found = scenes.load(place, Order(bands=("red",), height_m=height)).compute()
        _, lat = Transformer.from_crs(found.rio.crs, 4490, always_xy=True).transform(
            *np.meshgrid(found["x"].to_numpy(), found["y"].to_numpy())
        )
        red = found["red"].to_numpy()
        return float(lat[red > 0.6 * np.nanmax(red)].mean())

    assert latitude_of_stripe(150.0) == pytest.approx(45.8, abs=1e-4)
    # 0.05 of the half image (0.01 degrees) for each 100 m.
    assert latitude_of_stripe(350.0) - latitude_of_stripe(150.0) == pytest.approx(0.001, abs=1e-4)
    dem = made_scenes.raster(
        tmp_path / "dem.tif", np.full((1, 40, 40), 350, np.float32), gsd=0.001, crs="EPSG:4490", corner=(126.48, 45.82)
    )
    assert latitude_of_stripe(dem) == pytest.approx(latitude_of_stripe(350.0), abs=1e-6)
