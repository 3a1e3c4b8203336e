"""The work map's filters reach table and map alike."""

import pytest

from cross_check import casebook
from tests.cross_check import cases
from tests.views import opened, small


def rows(test):
    """Return the list of the page."""
    return test.dataframe[0].value


@pytest.mark.parametrize(("language", "heading"), [("zh", "工作地图"), ("en", "Work map")])
def test_page_lists_all_leads(monkeypatch, project, language, heading):
    """Without filters the list holds every open lead (one of six was excluded), in both languages."""
    test = opened.page(monkeypatch, project, "work_map", language)
    assert heading in opened.html(test)
    assert len(rows(test)) == 5


def test_filters_narrow_the_list(monkeypatch, project):
    """Score, class and city narrow the list; a city without leads leaves it empty."""
    test = opened.page(monkeypatch, project, "work_map")
    test.slider(key="score").set_value(0.85).run()
    assert len(rows(test)) == 3
    test.slider(key="score").set_value(0.0)
    test.selectbox(key="region").set_value("230100").run()
    assert rows(test).empty
    assert not test.exception


def test_sites_can_be_listed_instead(monkeypatch, project):
    """The list can show enterprises, narrowed to the positive list."""
    test = opened.page(monkeypatch, project, "work_map")
    test.session_state["table-kind"] = "sites"
    test.session_state["listed"] = "listed"
    test.run()
    assert len(rows(test)) == 30


def test_sketch_is_called_a_sketch(monkeypatch, project):
    """The borders are said to prove nothing."""
    assert "示意图，边界不作依据" in opened.html(opened.page(monkeypatch, project, "work_map"))


def test_a_dismissed_lead_is_not_shown_as_open(monkeypatch, tmp_path):
    """What a person excluded leaves list and map at once; it is found again among the settled ones."""
    own = small.write(tmp_path / "own")
    casebook.take_results(own, cases.act(), "patch")
    test = opened.page(monkeypatch, own, "work_map")
    assert len(rows(test)) == 6
    casebook.read(casebook.opened(own), cases.act(), "L1", "excluded", "other")
    test.run()
    assert len(rows(test)) == 5
    assert "L1" not in set(rows(test)["线索编号"])
    test.session_state["stands"] = "over"
    test.run()
    assert list(rows(test)["状态"]) == ["排除"]
