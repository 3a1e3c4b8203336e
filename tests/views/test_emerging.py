"""The page of emerging hotspots: patterns, one month, the three lists and a cell's months."""

import pytest

from cross_check.files import Project
from gis.language import catalogue
from tests.views import opened


def show(test, view):
    """Switch the page to a view."""
    test.segmented_control("emerging-view").set_value(view).run()
    assert not test.exception
    return test


@pytest.mark.parametrize("language", ["zh", "en"])
def test_correction_can_be_switched_off_and_the_difference_is_said(monkeypatch, project, language):
    """Three cells follow a pattern with correction, five without, and then a warning stands above."""
    test = opened.page(monkeypatch, project, "emerging", language)
    assert list(test.dataframe[0].value.iloc[:, 0]) == ["C1", "C0", "C4"]
    test.toggle("emerging-corrected").set_value(False).run()
    assert len(test.dataframe[0].value) == 5
    assert catalogue(language).say("emerging.difference") in opened.told(test)


def test_slider_goes_through_the_months(monkeypatch, project):
    """Each month lists its own cells; the last is shown first."""
    test = show(opened.page(monkeypatch, project, "emerging"), "month")
    assert list(test.dataframe[0].value.iloc[:, 0]) == ["C0", "C1"]
    test.select_slider("emerging-month-2024-01-2024-12").set_value("2024-05").run()
    assert list(test.dataframe[0].value.iloc[:, 0]) == ["C0", "C2"]


def test_lists_are_ranked_and_an_empty_one_is_said(monkeypatch, project):
    """The list of the month has its ranks and its warning; a record of one year has no list on the year."""
    test = show(opened.page(monkeypatch, project, "emerging"), "on_month")
    listed = test.dataframe[0].value
    assert list(listed.iloc[:, 1]) == ["C1", "C0"]
    assert list(listed.iloc[:, -1]) == ["", "个案过少"]
    assert catalogue("zh").say("emerging_page.empty") in opened.told(show(test, "on_year"))


def test_chosen_cell_shows_sentence_trend_and_months(monkeypatch, project):
    """A cell of another view stays chosen and tells its pattern, its trend and its months."""
    test = opened.page(monkeypatch, project, "emerging")
    test.session_state["emerging-chosen"] = ("cells", "C1")
    test = show(test, "highest")
    drawn = opened.html(test)
    assert "新增热点：" in drawn
    assert drawn.count('title="2024-') == 12
    assert any("上升（z=2.50，p=0.0120）" in each.value for each in test.caption)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_empty_project_names_the_command(monkeypatch, tmp_path, language):
    """Without tables the page says what to run first."""
    test = opened.page(monkeypatch, Project(tmp_path / "none"), "emerging", language)
    assert "hdq" in test.code[0].value


def test_without_the_analysis_the_page_names_its_command(monkeypatch, project, tmp_path):
    """With regions alone the command is that of the analysis."""
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "regions.parquet").write_bytes(project.regions.read_bytes())
    test = opened.page(monkeypatch, Project(tmp_path / "own"), "emerging")
    assert test.code[0].value.startswith("hdq emerging ")
