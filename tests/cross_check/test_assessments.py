"""The audit from a detection on disk to a report, with a truth that is known."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from affine import Affine
from pyproj import CRS
from shapely.geometry import box

from cross_check import assessments
from cross_check.assessments import Order
from cross_check.files import Project
from gis import files
from gis.errors import WorkbenchError
from satellite import files as images
from satellite.patches import Grid

GRID = Grid(CRS.from_epsg(32652), Affine(10, 0, 400_000, 0, -10, 5_100_000), 300, 300)


def detection(project):
    """Write a map with one class in two patches, of which the second is wrong, and a strip not observed."""
    change = np.zeros((300, 300), np.uint8)
    change[:20] = 255
    change[50:100, 50:100] = change[150:200, 150:175] = 1
    outlines = [box(400_500, 5_099_000, 401_000, 5_099_500), box(401_500, 5_098_000, 401_750, 5_098_500)]
    table = {"patch_id": ["P1", "P2"], "machine_class": ["burn"] * 2, "after_on": pd.to_datetime(["2021-08-01"] * 2)}
    found = gpd.GeoDataFrame(table, geometry=outlines, crs=GRID.crs).to_crs("EPSG:4490")
    project.detect.mkdir(parents=True)
    images.write_raster(change, GRID, project.detect / "change.tif", nodata=255, tags={})
    files.write_table(found, project.patches)
    inputs = {"before": {"seen_on": "2021-06-01"}, "after": {"seen_on": "2021-08-01"}}
    files.write_json({"inputs": inputs}, project.recipe)


def fill(project, path):
    """Fill the form as somebody who knows the truth: only the first patch burnt."""
    form = pd.read_csv(project.accuracy / "form.csv", dtype=str)
    points = gpd.GeoSeries(gpd.points_from_xy(form["经度"].astype(float), form["纬度"].astype(float)), crs="EPSG:4490")
    inside = points.to_crs(GRID.crs).within(box(400_500, 5_099_000, 401_000, 5_099_500))
    form["实际类别"] = np.where(inside, "焚烧过火", "无变化")
    form.to_csv(path, index=False, encoding="utf-8-sig")
    return path


@pytest.fixture
def project(tmp_path):
    """A project with a detection and a sample."""
    made = Project(tmp_path / "project")
    detection(made)
    assessments.draw(made, Order("公开种子", fewest=60))
    return made


def test_draw_review_report(project, tmp_path):
    """Two thirds of the map's burns are burns: the interval says so, nothing was missed, the area is near the truth."""
    assessments.take(fill(project, tmp_path / "form.csv"), project)
    step = assessments.report(project)
    assert step.code == "chain.accuracy_reported"
    found = files.read_json(project.accuracy_report)
    burn = next(each for each in found["classes"] if each["class"] == "burn")
    assert burn["users"]["low"] <= 2 / 3 <= burn["users"]["high"]
    assert burn["producers"]["value"] == 1
    assert burn["area_m2"]["low"] <= 250_000 <= burn["area_m2"]["high"]
    assert burn["mapped_m2"] == pytest.approx(375_000, rel=0.01)
    assert found["months"][0]["month"] == "2021-08"
    assert found["seed"] == "公开种子"


def test_the_same_seed_gives_the_same_files(project, tmp_path):
    """Drawn again elsewhere: the form is the same to the byte."""
    other = Project(tmp_path / "other")
    detection(other)
    assessments.draw(other, Order("公开种子", fewest=60))
    for name in ("form.csv", "sample.parquet", "sample.json"):
        assert (other.accuracy / name).read_bytes() == (project.accuracy / name).read_bytes()


def test_a_report_is_about_the_map_it_was_drawn_from(project, tmp_path):
    """A detection run again needs a new sample; a new sample forgets the old reviews."""
    assessments.take(fill(project, tmp_path / "form.csv"), project)
    files.write_table(files.read_layer(project.patches).iloc[:1], project.patches)
    assert not assessments.stands(project)
    with pytest.raises(WorkbenchError) as refusal:
        assessments.report(project)
    assert refusal.value.code == "accuracy.other_map"
    assessments.draw(project, Order("2", fewest=60))
    with pytest.raises(WorkbenchError) as refusal:
        assessments.report(project)
    assert refusal.value.code == "accuracy.no_reviews"


def test_a_second_form_adds_and_overrules(project, tmp_path):
    """Places in two forms keep the newer finding, the others stay."""
    whole = pd.read_csv(fill(project, tmp_path / "form.csv"), dtype=str)
    assessments.take(tmp_path / "form.csv", project)
    whole.head(1).assign(实际类别="无法判断").to_csv(tmp_path / "one.csv", index=False, encoding="utf-8-sig")
    step = assessments.take(tmp_path / "one.csv", project)
    assert step.figures["reviewed"] == len(whole)
    kept = files.read_table(project.accuracy_reviews).set_index("sample_id")["found"]
    assert kept[whole["样点编号"].iloc[0]] == "unsure"


def test_each_step_asks_for_the_one_before(tmp_path):
    """No detection, no sample."""
    empty = Project(tmp_path)
    for code, attempt in (
        ("files.missing", lambda: assessments.draw(empty, Order("1"))),
        ("accuracy.no_sample", lambda: assessments.take(tmp_path / "form.csv", empty)),
        ("accuracy.no_sample", lambda: assessments.report(empty)),
    ):
        with pytest.raises(WorkbenchError) as refusal:
            attempt()
        assert refusal.value.code == code
