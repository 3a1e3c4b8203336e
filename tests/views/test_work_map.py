"""The work map's filters reach table and map alike."""

import pytest

from tests.views import opened


def rows(test):
    """Return the list of the page."""
    return test.dataframe[0].value


@pytest.mark.parametrize(("language", "heading"), [("zh", "工作地图"), ("en", "Work map")])
def test_page_lists_all_leads(monkeypatch, project, language, heading):
    """Without filters the list holds every lead, in both languages."""
    test = opened.page(monkeypatch, project, "work_map", language)
    assert heading in opened.html(test)
    assert len(rows(test)) == 6


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
