"""The page of drone flights, run without a browser."""

import re
from datetime import date

import geopandas as gpd
import pytest
from shapely.geometry import box

from cross_check import flights
from cross_check.files import Project
from cross_check.flights import Brought
from gis import files
from gis.language import catalogue
from satellite import synthetic_flights
from tests.satellite import flown
from tests.views import opened


@pytest.fixture(scope="module")
def flown_project(tmp_path_factory):
    """A project with two flights, photos, cells and volumes."""
    folder = tmp_path_factory.mktemp("drone")
    project = Project(folder / "p")
    first, second = flown.flights(folder, moved=(2.0, -1.0))
    flights.add(project, "spring", Brought(*first, date(2025, 4, 20), {"pilot": "Li"}))
    flights.add(project, "summer", Brought(*second, date(2025, 6, 1)))
    flights.register(project, "summer", "spring")
    flights.measure_volumes(project, ("spring", "summer"))
    flights.take_photos(project, "summer", flown.photos(folder / "photos"))
    cells = gpd.GeoDataFrame(
        {"cell_id": ["A1", "A2"]},
        geometry=[box(541_010, 5_073_500, 541_070, 5_073_590), box(541_070, 5_073_500, 541_300, 5_073_590)],
        crs=flown.WHERE.crs,
    )
    cells.to_crs(4490).to_file(folder / "cells.gpkg")
    flights.cover(project, "summer", folder / "cells.gpkg")
    return project


def _shown(test, view):
    test.segmented_control("drone-view").set_value(view).run()
    assert not test.exception
    return test


@pytest.mark.parametrize("language", ["zh", "en"])
def test_flights_are_listed_with_what_they_have(monkeypatch, flown_project, language):
    """Latest first; the facts tell how far it lay off the earlier one."""
    test = opened.page(monkeypatch, flown_project, "drone", language)
    assert list(test.dataframe[0].value.iloc[:, 0]) == ["summer", "spring"]
    assert list(test.dataframe[0].value.iloc[:, 4]) == ["14", ""]
    assert re.search(r"2\.2\d .*0\.0\d", opened.html(test))
    assert not test.warning


def test_coverage_lists_cells_and_what_is_wrong_with_photos(monkeypatch, flown_project):
    """The cell with least first; every remark in words, the photo without a position among them."""
    test = _shown(opened.page(monkeypatch, flown_project, "drone"), "coverage")
    cells, remarks = test.dataframe[1].value, test.dataframe[2].value
    assert list(cells.iloc[:, 0]) == ["A2", "A1"]
    told = dict(zip(remarks.iloc[:, 0], remarks.iloc[:, 1], strict=False))
    assert "与 DJI_0001.JPG 是同一文件" in told.values()
    assert any("位置不可核" in each for each in remarks.iloc[:, 1])
    assert any("中断 5.0 分钟" in each for each in remarks.iloc[:, 1])


def test_heights_list_volumes_with_their_intervals(monkeypatch, flown_project):
    """Three places, largest first, with an interval that holds the planted volume; a changed model is told as stale."""
    test = _shown(opened.page(monkeypatch, flown_project, "drone"), "heights")
    table = test.dataframe[1].value
    assert sorted(table.iloc[:, 0]) == ["坑", "堆体", "堆体"]
    largest = max(abs(synthetic_flights.planted(flown.WHERE, [each]).sum()) for each in flown.HEAPS)
    low, high = (float(each.replace(",", "")) for each in table.iloc[0, 2].split(" – "))
    assert low <= largest * flown.WHERE.pixel_m2 <= high
    assert not test.warning
    known = flights.facts_of(flown_project, "summer")
    files.write_json(known | {"moved_m": [0.0, 0.0]}, flown_project.flights / "summer" / "flight.json")
    test = _shown(opened.page(monkeypatch, flown_project, "drone"), "heights")
    assert catalogue("zh").say("drone_page.stale") in opened.told(test)
    files.write_json(known, flown_project.flights / "summer" / "flight.json")


def test_another_flight_may_be_chosen(monkeypatch, flown_project):
    """The earliest flight has nothing to be compared with, no volumes and no photos; each is said."""
    words = catalogue("zh")
    test = opened.page(monkeypatch, flown_project, "drone")
    test.session_state["drone-list-chosen"] = ("flights", "spring")
    test = _shown(test, "heights")
    assert words.say("drone_page.no_volumes") in opened.told(test)
    assert words.say("drone_page.no_photos") in opened.told(_shown(test, "coverage"))
    assert not _shown(test, "images").exception


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_project_without_flights_says_what_to_do(monkeypatch, tmp_path, language):
    """The command stands there, and the form."""
    test = opened.page(monkeypatch, Project(tmp_path / "none"), "drone", language)
    assert "hdq drone cog" in test.code[0].value
    assert catalogue(language).say("drone_page.none") in opened.told(test)
    assert test.button("drone-add").disabled


def test_a_flight_is_brought_through_the_queue(monkeypatch, tmp_path):
    """The form puts the command into the queue, word for word."""
    asked = []
    monkeypatch.setattr("cross_check.jobs.submit", lambda _, argv, **__: asked.append(argv))
    test = opened.page(monkeypatch, Project(tmp_path / "none"), "drone")
    test.text_input("drone-name").set_value("north").run()
    test.text_input("drone-ortho").set_value("/data/o.tif").run()
    test.text_input("drone-day").set_value("2025-06-01").run()
    test.button("drone-add").click().run()
    assert asked == [["drone", "cog", "--flight", "north", "--ortho", "/data/o.tif", "--flown-on", "2025-06-01"]]
