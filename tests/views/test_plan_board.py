"""The plan board: grid, figures, alarm, changes; empty it says what to do."""

import datetime as dt

import numpy as np
import pytest

from cross_check import planning, yearplans
from cross_check.files import Project
from cross_check.planning import Change, YearOrder
from cross_check.synthetic import officers
from gis import files, synthetic
from tests.views import opened
from views import state


@pytest.fixture(scope="module")
def year(tmp_path_factory):
    """A project with a small register and a plan for 2026, changed once."""
    project = Project(tmp_path_factory.mktemp("board"))
    rng, regions = np.random.default_rng(3), files.read_sketch()
    files.write_table(regions, project.regions)
    files.write_table(synthetic.enterprises(rng, regions, 200), project.enterprises)
    files.write_table(officers(rng, regions, on=dt.date(2026, 1, 1), site_ids=[]), project.officers)
    planning.build(project, YearOrder(yearplans.Params(2026), share=0.05))
    planning.change(project, 2026, Change("紧急专项", "局长", dt.date(2026, 6, 1)))
    return project


def _on(monkeypatch, day: str) -> None:
    now = dt.datetime.fromisoformat(day).replace(tzinfo=dt.UTC)
    monkeypatch.setattr(state, "now", lambda: now)


def test_the_board_tells_the_plan_and_its_sums(monkeypatch, year):
    """Thirteen cities by twelve months; the sum of the grid is the plan's."""
    _on(monkeypatch, "2026-03-10")
    test = opened.page(monkeypatch, year, "plan_board")
    drawn = opened.html(test)
    held = planning.latest(year, 2026)
    assert "哈尔滨市" in drawn
    assert drawn.count("hdq-bar") >= 13 * 12
    assert f"<b>{len(held.table('plan')):,}</b>" in drawn
    assert test.metric[0].value == f"{len(held.table('plan')):,}"
    assert any("紧急专项" in each.value for each in test.markdown)


@pytest.mark.parametrize(("day", "words"), [("2026-03-10", "还有 21 天"), ("2026-04-05", "已逾期 5 天")])
def test_the_alarm_for_filing_is_told(monkeypatch, year, day, words):
    """In March it warns, in April it is overdue."""
    _on(monkeypatch, day)
    assert any(words in said for said in opened.told(opened.page(monkeypatch, year, "plan_board")))


def test_an_empty_board_says_what_to_do(monkeypatch, project):
    """Without a plan the form to build one stands open."""
    test = opened.page(monkeypatch, project, "plan_board")
    assert any("尚未编制" in said for said in opened.told(test))
    assert any(button.label == "编制" for button in test.button)
