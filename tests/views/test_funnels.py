"""The funnel on the overview."""

import pandas as pd

from cross_check import casebook, funnel
from gis.language import catalogue
from tests.cross_check import cases
from tests.views import opened, small
from views import funnels


def test_the_overview_shows_the_funnel_of_the_ledger(monkeypatch, tmp_path):
    """Only where there is a ledger; the step at which most wait is said."""
    project = small.write(tmp_path / "own")
    assert "从预警到销号" not in "".join(each.value for each in opened.page(monkeypatch, project).subheader)
    casebook.take_results(project, cases.act(), "patch")
    casebook.read(casebook.opened(project), cases.act(), "L1", "suspected", "waste")
    test = opened.page(monkeypatch, project)
    assert "从预警到销号" in "".join(each.value for each in test.subheader)
    assert "滞留最多的环节：预警，5 条" in opened.html(test)


def test_a_bar_is_as_long_as_its_share_of_the_longest():
    """Half the leads, half the bar; nothing is no bar."""
    found = funnel.of([], now=pd.Timestamp("2026-07-01T00Z")).assign(count=[10, 5, *[0] * 8])
    drawn = funnels.table(catalogue("zh"), found, ["a"])
    assert "width:100.0%" in drawn
    assert "width:50.0%" in drawn
    assert drawn.count("width:0.0%") == 8
