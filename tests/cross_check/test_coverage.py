"""Scenes made ready, and the coverage they give."""

import json

import numpy as np
import pytest
import rasterio
from pyproj import Transformer
from shapely.geometry import box

from cross_check import chain, coverage
from cross_check.coverage import Wish
from cross_check.files import Project
from gis.errors import WorkbenchError
from gis.files import read_table
from satellite import scenes
from satellite.files import PairFiles
from tests.satellite import made_scenes, tifs

RNG = np.random.default_rng(3)
GROUND = {"B02": 1400, "B03": 1700, "B04": 1500, "B08": 4500, "B11": 3000, "B12": 2200}


def made(folder, *, cloud=0.25):
    """Write a scene whose upper part is cloud, in pixels and in its classes."""
    counts, scl = {}, np.full((60, 60), 4)
    scl[: round(60 * cloud)] = 9
    for native, value in GROUND.items():
        size = made_scenes.S2_GSD.get(native, 20)
        size = 120 if size == 10 else 60
        counts[native] = (value + RNG.normal(0, 60, (size, size))).clip(1)
        counts[native][: round(size * cloud)] = 6500
    return made_scenes.sentinel2(folder, counts, scl=scl)


def test_a_scene_is_made_ready(tmp_path):
    """An image in reflectance, a mask and reasons on its grid, a recipe, and a row of the coverage."""
    safe, project = made(tmp_path), Project(tmp_path / "project")
    told = []
    step = coverage.prepare([safe], project, Wish(), progress=lambda *each: told.append(each[2]))
    folder = project.cleared / scenes.describe(safe).scene_id
    assert step.outputs == (folder, project.coverage)
    assert {file.name for file in folder.iterdir()} == {"image.tif", "reasons.tif", "clear.tif", "recipe.json"}
    with rasterio.open(folder / "image.tif") as image, rasterio.open(folder / "clear.tif") as clear:
        assert image.descriptions == ("blue", "green", "red", "nir", "swir16", "swir22")
        assert image.transform == clear.transform
        usable = clear.read(1)
        assert (usable[:40] == 0).all()
        assert (usable[42:] == 1).all()
    row = coverage.read(project).iloc[0]
    assert (row["cloud"], row["screened_by"], row["sensor"]) == (0.25, "scl", "sentinel2-l2a")
    assert row["clear"] == pytest.approx(0.75 - 10 / 120)
    recipe = json.loads((folder / "recipe.json").read_text())
    assert recipe["input"]["scene_id"] == folder.name
    assert recipe["figures"]["pixels"]["cloud"] == 30 * 120
    assert {"scene.converting", "scene.preparing", "scene.prepared"} <= set(told)


def test_prepared_scenes_go_into_the_detection(tmp_path):
    """Two dates on one grid, masks and all: what is under cloud is not observed, and nothing else is wanting."""
    project = Project(tmp_path / "project")
    first = made(tmp_path / "a")
    coverage.prepare([first], project, Wish())
    before = project.cleared / scenes.describe(first).scene_id
    second = made(tmp_path / "b").rename(
        tmp_path / "b" / "S2B_MSIL2A_20240708T024549_N0510_R132_T52TCR_20240708T052233.SAFE"
    )
    main = second / "MTD_MSIL2A.xml"
    main.write_text(main.read_text().replace("20240618T0", "20240708T0").replace("2024-06-18", "2024-07-08"))
    coverage.prepare([second], project, Wish(like=before / "image.tif"))
    after = project.cleared / second.stem
    pair = PairFiles(before / "image.tif", after / "image.tif", (before / "clear.tif", after / "clear.tif"))
    step = chain.detect(pair, tmp_path / "detect")
    assert step.figures["patches"] == 0
    recipe = json.loads((tmp_path / "detect" / "recipe.json").read_text())
    assert recipe["figures"]["observed_share"] == pytest.approx(0.75 - 10 / 120, abs=0.01)
    assert recipe["inputs"]["after"]["seen_on"] == "2024-07-08"
    table = coverage.read(project)
    assert list(table["seen_on"].dt.strftime("%Y-%m-%d")) == ["2024-06-18", "2024-07-08"]


def test_months_are_counted_over_an_area(tmp_path):
    """Over the footprints three quarters less the buffer were seen, over twice the area half of that."""
    safe, project = made(tmp_path), Project(tmp_path / "project")
    with pytest.raises(WorkbenchError) as refusal:
        coverage.months(project)
    assert refusal.value.code == "scene.none_prepared"
    coverage.prepare([safe], project, Wish())
    step = coverage.months(project)
    months = read_table(project.coverage_months)
    assert list(months["month"]) == ["2024-06"]
    assert months["covered"].item() > 0.98
    assert months["observed"].item() == pytest.approx(0.75 - 10 / 120, abs=0.02)
    assert step.figures["month"] == "2024-06"
    west, south, east, north = coverage.read(project).total_bounds
    coverage.months(project, box(west - (east - west), south, east, north))
    assert read_table(project.coverage_months)["observed"].item() == pytest.approx((0.75 - 10 / 120) / 2, abs=0.02)


def test_conversion_is_done_once(tmp_path):
    """Seven bands and classes the first time, nothing the second."""
    safe, project = made(tmp_path), Project(tmp_path / "project")
    assert coverage.convert([safe], project).figures == {"scenes": 1, "written": 7, "kept": 0}
    assert coverage.convert([safe], project).figures == {"scenes": 1, "written": 0, "kept": 7}


def test_radar_and_parts_are_prepared_too(tmp_path):
    """Radar has no clouds; a rectangle cuts; a scene without a day is refused."""
    project = Project(tmp_path / "project")
    radar = made_scenes.sentinel1(tmp_path, {"vv": np.full((100, 80), 200), "vh": np.full((100, 80), 90)})
    coverage.prepare([radar], project, Wish())
    row = coverage.read(project).iloc[0]
    assert row["screened_by"] == "nothing"
    assert row["cloud"] == 0
    optical = made(tmp_path / "o")
    to_degrees = Transformer.from_crs(32652, 4490, always_xy=True)
    west, south, east, north = to_degrees.transform_bounds(400_300, 5_099_200, 400_600, 5_099_500)
    coverage.prepare([optical], project, Wish(bbox=(west, south, east, north), bands=("red", "nir")))
    with rasterio.open(project.cleared / scenes.describe(optical).scene_id / "image.tif") as image:
        assert image.width < 60
        assert image.descriptions == ("red", "nir")
    nameless = made_scenes.raster(tmp_path / "mosaic.tif", np.ones((3, 20, 20), np.uint8))
    with pytest.raises(WorkbenchError) as refusal:
        coverage.prepare([nameless], project, Wish())
    assert refusal.value.code == "series.no_date"


def test_an_image_without_a_word_on_clouds_is_told(tmp_path):
    """Three bands without classes tell no cloud from a roof: the step says how many such; radar is none of them."""
    project, plain = Project(tmp_path / "project"), tmp_path / "shot_20260510.tif"
    tifs.write(plain, np.full((3, 40, 40), 90, np.uint8), names=("red", "green", "blue"))
    radar = made_scenes.sentinel1(tmp_path, {"vv": np.full((100, 80), 200), "vh": np.full((100, 80), 90)})
    step = coverage.prepare([plain, radar], project, Wish())
    assert (step.code, dict(step.figures)["unscreened"]) == ("scene.prepare_unscreened", 1)
    rows = coverage.read(project).set_index("sensor", drop=False)
    assert coverage.unscreened(rows.loc["generic"])
    assert not coverage.unscreened(rows.loc["sentinel1-grd"])
