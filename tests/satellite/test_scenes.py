"""One door for all scenes."""

import numpy as np
import pytest

from gis.errors import WorkbenchError
from satellite import scenes
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
