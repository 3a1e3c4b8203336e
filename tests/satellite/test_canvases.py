"""Rasters written strip by strip."""

import numpy as np
import pytest
import rasterio
from affine import Affine
from pyproj import CRS

from satellite import canvases
from satellite.patches import Grid

GRID = Grid(CRS.from_epsg(32651), Affine(10, 0, 600_000, 0, -10, 5_060_000), 1100, 700)


def test_strips_of_any_height_make_whole_rasters(tmp_path):
    """Both rasters are Cloud Optimized, hold what was put, and no raw file is left."""
    rng = np.random.default_rng(1)
    strength = rng.gamma(2, 2, (1100, 700)).astype(np.float32)
    strength[100:200] = np.nan
    change = np.where(np.isnan(strength), 255, strength > 5).astype(np.uint8)
    with canvases.opened(tmp_path, GRID, {"ORIGIN": "test"}) as canvas:
        for top in range(0, 1100, 350):
            canvas.put(top, strength[top : top + 350], change[top : top + 350])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["change.tif", "score.tif"]
    for name, expected in (("score", strength), ("change", change)):
        with rasterio.open(tmp_path / f"{name}.tif") as source:
            assert source.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
            assert source.tags()["ORIGIN"] == "test"
            np.testing.assert_allclose(source.read(1), expected, atol=1 / 128)


def test_what_fails_while_writing_is_told(tmp_path, monkeypatch):
    """A fault in the thread that writes comes out of the block, and the block ends."""
    strength, change = np.ones((1100, 700), np.float32), np.ones((1100, 700), np.uint8)

    def full(*_args, **_options):
        raise OSError("no space left on device")

    monkeypatch.setattr(canvases, "copy_raster", full)
    with pytest.raises(OSError, match="no space"), canvases.opened(tmp_path, GRID, {}) as canvas:
        canvas.put(0, strength, change)
