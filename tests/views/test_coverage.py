"""The page of coverage."""

import os
from datetime import date

import numpy as np
import pytest

from cross_check import coverage
from cross_check.coverage import Wish
from cross_check.files import Project
from gis.language import catalogue
from tests.satellite import made_scenes
from tests.views import opened


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    """Return a project with two scenes, one under cloud for its greater part."""
    folder = tmp_path_factory.mktemp("coverage")
    project = Project(folder / "project")
    for day, cloudy in (("20240618", 10), ("20240708", 40)):
        counts, scl = {}, np.full((60, 60), 4)
        scl[:cloudy] = 9
        for native, value in {"B02": 1400, "B03": 1700, "B04": 1500, "B08": 4500, "B11": 3000}.items():
            size = 120 if native != "B11" else 60
            counts[native] = np.full((size, size), value)
            counts[native][: cloudy * size // 60] = 6500
        safe = made_scenes.sentinel2(folder / day, counts, scl=scl)
        moved = safe.rename(safe.with_name(safe.name.replace("20240618", day)))
        main = moved / "MTD_MSIL2A.xml"
        main.write_text(main.read_text().replace("20240618", day).replace("2024-06-18", f"2024-{day[4:6]}-{day[6:]}"))
        coverage.prepare([moved], project, Wish())
    coverage.months(project)
    return project


def shown(monkeypatch, project, language="zh"):
    return opened.page(monkeypatch, project, "coverage", language)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_scenes_and_months_are_listed(monkeypatch, prepared, language):
    """The latest first; the counts around the day follow the slider."""
    test = shown(monkeypatch, prepared, language)
    scenes, months = test.dataframe[0].value, test.dataframe[1].value
    assert list(scenes.iloc[:, 0]) == ["2024-07-08", "2024-06-18"]
    assert list(months.iloc[:, 0]) == ["2024-07", "2024-06"]
    assert [each.value for each in test.metric][:2] == ["1", "0"]
    test.slider("coverage-least").set_value(10).run()
    assert [each.value for each in test.metric][:2] == ["1", "1"]
    assert catalogue(language).say("coverage_page.choose") in opened.told(test)


def test_a_chosen_scene_shows_reasons_and_pictures(monkeypatch, prepared):
    """Its bar, what found the clouds, and two pictures; too little clear ground is said."""
    test = shown(monkeypatch, prepared)
    name = coverage.read(prepared)["scene_id"].iloc[1]
    test.session_state["coverage-chosen"] = ("footprints", name)
    test.run()
    assert not test.exception
    assert "云 66.7%" in opened.html(test)
    captions = [each.value for each in test.caption]
    assert catalogue("zh").say("coverage_page.too_cloudy", least="50%") in captions
    assert len(test.get("image")) == 2


def test_a_stale_count_and_a_lost_picture_are_said(monkeypatch, prepared):
    """Scenes prepared after the count; files that are gone."""
    later = prepared.coverage_months.stat().st_mtime + 60
    os.utime(prepared.coverage, (later, later))
    test = shown(monkeypatch, prepared)
    assert catalogue("zh").say("coverage_page.stale") in opened.told(test)
    row = coverage.read(prepared).iloc[0]
    picture = prepared.folder / row["folder"] / "image.tif"
    picture.rename(picture.with_suffix(".gone"))
    test.session_state["coverage-chosen"] = ("footprints", row["scene_id"])
    test.run()
    assert any("image.tif" in said for said in opened.told(test))
    picture.with_suffix(".gone").rename(picture)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_an_empty_project_names_the_command(monkeypatch, tmp_path, language):
    """What to run first."""
    test = shown(monkeypatch, Project(tmp_path / "none"), language)
    assert "hdq scenes prepare" in test.code[0].value


def test_the_day_between_the_scenes_is_offered_first(monkeypatch, prepared):
    """Half of them lie on each side."""
    assert date(2024, 6, 18) < shown(monkeypatch, prepared).date_input[0].value < date(2024, 7, 8)
