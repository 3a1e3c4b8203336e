"""The page of problems: tabs and alarms, an extension by two people, evidence, look-back, the record."""

from datetime import timedelta

import pytest

from cross_check import casebook, handovers, rectification
from tests.cross_check import cases
from tests.cross_check.test_rectification import DUE, LOCAL, opened
from tests.views import opened as pages
from views import state

LATE = cases.NOW + timedelta(days=35)


@pytest.fixture
def project(tmp_path, monkeypatch):
    """Return the small province with one problem whose deadline has passed."""
    made = cases.project(tmp_path / "p")
    opened(made)
    monkeypatch.setattr(state, "now", lambda: LATE)
    return made


def _page(monkeypatch, project, role="analyst", who="甲", language="zh"):
    test = pages.page(monkeypatch, project, "problems", language)
    test.session_state["person"], test.session_state["role"] = who, role
    return test.run()


def _chosen(test):
    """Choose the first row, as a click on it does."""
    test.session_state["problems-list"] = {"selection": {"rows": [0], "columns": [], "cells": []}}
    return test.run()


@pytest.mark.parametrize(("language", "said"), [("zh", "超期 1 件"), ("en", "1 overdue")])
def test_the_overdue_stand_first_and_are_counted(monkeypatch, project, language, said):
    """With an alarm above, by how many days, and in Excel the same."""
    test = _page(monkeypatch, project, language=language)
    assert any(said in each for each in pages.told(test))
    assert "2026-07-31" in test.dataframe[0].value.iloc[0, 0]
    assert not test.exception


def test_an_empty_page_says_where_problems_come_from(monkeypatch, tmp_path):
    """They are made of confirmed leads."""
    test = _page(monkeypatch, cases.project(tmp_path / "p"))
    assert "线索台账" in pages.told(test)[0]


def test_an_extension_goes_through_two_people(monkeypatch, project):
    """The locality asked in time; the analyst may not decide, the approver grants it by one press."""
    ledger = casebook.opened(project)
    (problem,) = ledger.records("problem")
    rectification.ask_extension(ledger, LOCAL, problem.key[1], DUE + timedelta(days=20))
    test = _chosen(_page(monkeypatch, project))
    assert any("申请延期至 2026-08-20" in each for each in pages.told(test))
    assert not [button for button in test.button if button.label == "批准延期"]
    test = _chosen(_page(monkeypatch, project, "approver", "乙"))
    pages.press(test, "批准延期")
    assert ledger.record(problem.key).fields["due_on"] == "2026-08-20"


def test_a_late_press_is_recorded_against_what_was_seen(monkeypatch, project):
    """Somebody refused meanwhile: the approval is not recorded, and both versions are shown."""
    ledger = casebook.opened(project)
    (problem,) = ledger.records("problem")
    rectification.ask_extension(ledger, LOCAL, problem.key[1], DUE + timedelta(days=20))
    test = _chosen(_page(monkeypatch, project, "approver", "乙"))
    other = cases.act("approver", "丁", "可加派车辆")
    rectification.decide_extension(ledger, other, problem.key[1], grant=False)
    rectification.ask_extension(ledger, LOCAL, problem.key[1], DUE + timedelta(days=25))
    pages.press(test, "批准延期")
    assert ledger.record(problem.key).fields["due_on"] == DUE.isoformat()
    assert "您要登记的" in pages.html(test)


def test_a_record_is_made_and_can_be_taken_away(monkeypatch, project, tmp_path):
    """The zip that the button hands out is whole."""
    test = _chosen(_page(monkeypatch, project))
    pages.press(test, "生成案卷")
    _, content = test.session_state["problems-zip"]
    (tmp_path / "r.zip").write_bytes(content)
    assert not handovers.verify(tmp_path / "r.zip", casebook.opened(project)).fault


def test_who_may_not_is_offered_nothing(monkeypatch, project):
    """A reader sees the case and no button that records."""
    test = _chosen(_page(monkeypatch, project, "reader", "丁"))
    labels = {button.label for button in test.button}
    assert not labels & {"生成案卷", "批准延期", "存入"}
    assert not test.exception
