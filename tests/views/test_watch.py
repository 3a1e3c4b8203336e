"""The page of the series: fit, take in, look back at one pixel."""

import pytest

from cross_check import watches
from cross_check.files import Project
from gis.language import catalogue
from satellite import states
from tests.satellite.test_states import HISTORY, NEWER, PARAMS, _look
from tests.views import opened


@pytest.fixture(scope="module")
def watched(tmp_path_factory):
    """A project with a series, its looks and its report; and one image more."""
    folder = tmp_path_factory.mktemp("watched")
    project = Project(folder / "project")
    states.fit([_look(folder, day) for day in HISTORY], project.series, params=PARAMS)
    for day in NEWER[:-1]:
        states.update(_look(folder, day), project.series)
    watches.report(project, project.series_report)
    return folder, project


@pytest.mark.parametrize("language", ["zh", "en"])
def test_without_a_series_the_page_asks_for_a_folder(monkeypatch, watched, tmp_path, language):
    """It says what to do, counts the images of a folder, and only then may be asked to fit."""
    folder, _ = watched
    test = opened.page(monkeypatch, Project(tmp_path / "none"), "watch", language)
    assert catalogue(language).say("watch.none") in opened.told(test)
    assert test.button("watch-fit").disabled
    test.text_input("watch-folder").set_value(str(folder)).run()
    assert not test.button("watch-fit").disabled


def test_states_patches_and_a_pixels_life_are_shown(monkeypatch, watched):
    """The planted patch is listed; a place that is typed in tells its life, a wrong one says what is wrong."""
    _, project = watched
    test = opened.page(monkeypatch, project, "watch")
    assert "已确认" in set(test.dataframe[-1].value.iloc[:, 0])
    drawn = opened.html(test)
    assert "未观测" in drawn
    test.session_state["watch-chosen"] = ("patches", test.dataframe[-1].value.iloc[0, -1])
    test.run()
    assert not test.exception
    assert any("行第" in each.value for each in test.caption)
    test.text_input("watch-place").set_value("nowhere").run()
    assert any("不是有效位置" in each for each in opened.told(test))


def test_a_newer_look_makes_the_report_stale(monkeypatch, watched):
    """Taken in and not reported yet: the page says so and offers to write it."""
    folder, project = watched
    states.update(_look(folder, NEWER[-1]), project.series)
    test = opened.page(monkeypatch, project, "watch")
    assert catalogue("zh").say("watch.stale") in opened.told(test)
    assert test.button("watch-again")
