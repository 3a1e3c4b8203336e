"""The page of day routes: the day by the clock, nights, reserve; a closed gate is previewed before it is taken over."""

import pytest

from cross_check import routing
from cross_check.files import Project
from gis import files
from tests.cross_check import round_made as made
from tests.views import opened, small
from views import day_routes, state


@pytest.fixture
def planned(tmp_path):
    """A project with a round of two teams, planned."""
    project = made.project(tmp_path / "round", 12, 1)
    routing.plan(project, made.QUICK)
    return project


def test_the_day_is_told_by_the_clock(monkeypatch, project):
    """A team's first day: leaving, two visits in order, the break, the lodging; a hostile name is shown as written."""
    test = opened.page(monkeypatch, project, "day_routes")
    drawn = opened.html(test)
    assert drawn.index("线索 L0") < drawn.index("线索 L1") < drawn.index("到达住宿点")
    assert "午休" in drawn
    test.selectbox(key="day_routes-team").set_value("T230600").run()
    drawn = opened.html(test)
    assert small.HOSTILE not in drawn
    assert "&lt;img" in drawn


def test_a_printed_day_tells_its_date_and_document(planned):
    """The second day is the one after the round's first; nothing is told where nothing is known."""
    assert day_routes.dated(state.stamp_of(planned), 2) == {}
    files.write_json({"starts_on": "2026-06-30", "document_no": "示号"}, planned.round)
    assert day_routes.dated(state.stamp_of(planned), 2) == {"date": "2026-07-01", "document": "示号"}


def test_a_closed_gate_is_previewed_then_taken_over(monkeypatch, planned):
    """The preview lists the changes and leaves the plan; taking over makes them the plan."""
    test = opened.page(monkeypatch, planned, "day_routes")
    before = planned.visits.read_bytes()
    opened.press(test, "预览变化")
    assert "未能进入" in opened.html(test)
    assert planned.visits.read_bytes() == before
    opened.press(test, "采用新行程")
    assert planned.visits.read_bytes() != before
    assert routing.check(planned)[0] == []


def test_a_project_without_nights_says_which_command_makes_them(monkeypatch, project, tmp_path):
    """A round planned before nights were told is asked to be planned anew."""
    old = Project(tmp_path / "old")
    for path in project.folder.glob("*.parquet"):
        if path.name != "nights.parquet":
            (tmp_path / "old").mkdir(exist_ok=True)
            (tmp_path / "old" / path.name).write_bytes(path.read_bytes())
    test = opened.page(monkeypatch, old, "day_routes")
    assert "routes plan" in test.code[0].value
