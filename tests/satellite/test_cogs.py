"""Lazy scenes and masks on disk."""

import numpy as np
import pytest
import rasterio
import xarray as xr

from satellite import cogs, files, masks, scenes
from satellite.scenes import Order
from tests.satellite import made_scenes

FINE = np.random.default_rng(0).integers(500, 4000, (120, 130))


def scene_of(tmp_path, chunk=50):
    safe = made_scenes.sentinel2(tmp_path, {"B04": FINE, "B08": FINE}, scl=np.full((60, 65), 4))
    return scenes.load(safe, Order(chunk_px=chunk))


def test_reflectance_comes_back_to_half_a_count(tmp_path):
    """Negative values over dark water too; no data stays no data; the scene's facts go along."""
    scene = scene_of(tmp_path)
    scene["red"] = scene["red"].where(scene["x"] > scene["x"][3])
    cogs.write_scene(scene, tmp_path / "image.tif", tags={"SCENE_ID": "x"})
    again = scenes.load(tmp_path / "image.tif")
    assert np.allclose(again["red"], scene["red"], atol=5.1e-5, equal_nan=True)
    assert float(again["nir"].min()) < 0
    assert np.isnan(again["red"][:, :3]).all()
    with rasterio.open(tmp_path / "image.tif") as made:
        assert made.descriptions == ("red", "nir")
        assert made.tags()["SCENE_ID"] == "x"
        assert made.tags()["ACQUISITION_DATE"] == "2024-06-18"
        assert made.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        assert made.transform.to_gdal()[:2] == (399_960.0, 10.0)
    assert files.seen_on(tmp_path / "image.tif").isoformat() == "2024-06-18"


def test_other_units_stay_as_they_are(tmp_path):
    """Backscatter is written as floats."""
    scene = scenes.load(made_scenes.sentinel1(tmp_path, {"vv": np.full((60, 50), 200)}))
    cogs.write_scene(scene, tmp_path / "radar.tif")
    again = scenes.load(tmp_path / "radar.tif")
    assert np.array_equal(again["vv"], scene["vv"], equal_nan=True)


def test_codes_and_mask_are_written_in_one_pass(tmp_path):
    """What is usable is 1, what is not 0, outside 255; the counts are those of the codes."""
    codes = masks.classified(scene_of(tmp_path))
    planted = codes.compute().copy()
    planted[:10], planted[10:20], planted[20:30] = masks.SNOW, masks.CLOUD, masks.NOWHERE
    for snow in (False, True):
        counts = cogs.write_codes(planted, tmp_path / "r.tif", tmp_path / "c.tif", snow=snow, tags={"SCENE_ID": "x"})
        assert counts[masks.SNOW] == counts[masks.CLOUD] == counts[masks.NOWHERE] == 1300
        assert counts.sum() == 120 * 130
        with rasterio.open(tmp_path / "r.tif") as reasons, rasterio.open(tmp_path / "c.tif") as clear:
            assert np.array_equal(reasons.read(1), planted)
            usable = clear.read(1)
            assert (usable[:10] == int(snow)).all()
            assert (usable[10:20] == 0).all()
            assert (usable[20:30] == 255).all()
            assert (usable[30:] == 1).all()


def test_a_failed_write_leaves_nothing(tmp_path):
    """A block that cannot be computed leaves no file, and none beside it."""
    scene = scene_of(tmp_path)

    def fail(_):
        raise OSError("no disk")

    red = scene["red"].data.map_blocks(fail, dtype=np.float32, meta=np.empty((0, 0)))
    broken = xr.Dataset({"red": scene["red"].copy(data=red)}, attrs=scene.attrs)
    out = tmp_path / "out"
    with pytest.raises(OSError, match="no disk"):
        cogs.write_scene(broken, out / "image.tif")
    assert list(out.iterdir()) == []
