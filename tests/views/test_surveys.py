"""The page of third parties: what is ordered, delivered and examined, by role."""

from datetime import datetime, timedelta

import pytest

from cross_check import casebook, surveys
from tests.cross_check import cases
from tests.cross_check.test_surveys import CONTRACTOR, DONE, ORDER
from tests.views import opened
from views import state


@pytest.fixture
def project(tmp_path, monkeypatch):
    """Return the small province with an overdue order and a delivered survey."""
    made = cases.project(tmp_path / "p")
    ledger = casebook.opened(made)
    surveys.order(ledger, cases.act(), "survey", "P-1", ORDER)
    surveys.order(ledger, cases.act(), "survey", "P-2", ORDER | {"due_on": "2026-12-01"})
    surveys.deliver(ledger, CONTRACTOR, "survey", "P-2", DONE)
    monkeypatch.setattr(state, "now", lambda: cases.NOW + timedelta(days=35))
    return made


def _page(monkeypatch, project, role="analyst", row=None, language="zh"):
    test = opened.page(monkeypatch, project, "surveys", language)
    test.session_state["person"], test.session_state["role"] = "甲", role
    if row is not None:
        test.session_state["surveys-list"] = {"selection": {"rows": [row], "columns": [], "cells": []}}
    return test.run()


@pytest.mark.parametrize(("language", "said"), [("zh", "超期未交付 1 件"), ("en", "1 overdue")])
def test_overdue_orders_raise_an_alarm(monkeypatch, project, language, said):
    """And stand first in the list."""
    test = _page(monkeypatch, project, language=language)
    assert any(said in each for each in opened.told(test))
    assert "P-1" in set(test.dataframe[0].value.iloc[0])


def test_a_third_party_delivers_and_neither_orders_nor_examines(monkeypatch, project):
    """With nothing chosen it may only deliver; what it delivered it cannot accept."""
    test = _page(monkeypatch, project, "contractor")
    assert "下达任务" not in {each.label for each in test.button}
    test = _page(monkeypatch, project, "contractor", row=1)
    assert not {"通过", "退回"} & {each.label for each in test.button}
    assert not test.exception


def test_the_bureau_accepts_what_was_delivered(monkeypatch, project):
    """By its words in the form; the ledger has the state."""
    test = _page(monkeypatch, project, row=1)
    next(each for each in test.text_input if each.label == "验收结果").set_value("合格")
    opened.press(test, "通过")
    assert casebook.opened(project).record(("survey", "P-2")).state == "accepted"


def test_what_was_accepted_becomes_a_lead_at_the_press(monkeypatch, project):
    """By one button; the act bears who pressed and when, not when the page was drawn."""
    ledger = casebook.opened(project)
    surveys.examine(ledger, cases.act(), "survey", "P-2", accept=True, fields={"acceptance": "合格"})
    test = _page(monkeypatch, project, row=1)
    later = cases.NOW + timedelta(days=36)
    monkeypatch.setattr(state, "now", lambda: later)
    opened.press(test, "登记为线索")
    assert ledger.record(("survey", "P-2")).fields["lead_id"]
    assert (ledger.events()[-1].who, datetime.fromisoformat(ledger.events()[-1].at)) == ("甲", later)


def test_an_order_is_written_by_the_form(monkeypatch, project):
    """Number, site, organisation, task; the deadline from the calendar."""
    test = _page(monkeypatch, project)
    labels = [each.label for each in test.text_input]
    for label, value in (("编号", "P-3"), ("许可证编号", cases.SITES[0]), ("第三方机构", "某公司"), ("任务", "排查")):
        test.text_input[labels.index(label)].set_value(value)
    opened.press(test, "登记")
    assert casebook.opened(project).record(("survey", "P-3")).state == "ordered"
