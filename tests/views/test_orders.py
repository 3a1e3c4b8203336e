"""The page of orders: proposals with reasons, a preview, a decision in bulk, the form."""

import pytest

from cross_check import casebook, orders
from tests.cross_check import cases
from tests.views import opened


@pytest.fixture
def project(tmp_path):
    """Return a province with three suspected leads: a plain one, one of a listed firm, one of low confidence."""
    made = cases.project(tmp_path / "p")
    listed = {"site_id": cases.SITES[1], "site_name": "示例二厂"}
    cases.suspected(made, cases.lead("1"), cases.lead("2", lon=126.6, **listed), cases.lead("3", lon=126.7, score=0.3))
    return made


def _page(monkeypatch, project, role="approver"):
    test = opened.signed(monkeypatch, project, "orders", role, "乙")
    test.session_state["orders-list"] = {"selection": {"rows": [0, 1, 2], "columns": [], "cells": []}}
    test.run()
    assert not test.exception
    return test


def test_nothing_suspected_says_what_to_do(monkeypatch, tmp_path):
    """Leads are read first."""
    test = opened.page(monkeypatch, cases.project(tmp_path / "p"), "orders")
    assert "判读" in opened.told(test)[0]


def test_each_closed_way_stands_with_its_document(monkeypatch, project):
    """The listed firm names the guide of the ministry."""
    drawn = opened.html(_page(monkeypatch, project))
    assert "环办执法〔2021〕10号" in drawn
    assert "不得突破" in drawn
    assert "可突破" in drawn


def test_a_bulk_decision_takes_what_can_be_and_leaves_the_rest(monkeypatch, project):
    """On site for all three: one passes, one needs a reason, one is refused and stays."""
    test = _page(monkeypatch, project)
    test.selectbox(key="orders-way").select("onsite_now").run()
    assert any("可直接批准 1 条，须写明理由 1 条，不允许 1 条" in one.value for one in test.caption)
    test.button(key="orders-approve").click().run()
    assert not test.exception
    states = casebook.table(casebook.opened(project))["state"]
    assert sorted(states) == ["suspected", "suspected", "to_issue"]


def test_a_reason_lets_soft_rules_pass_and_a_trigger_opens_the_list(monkeypatch, project):
    """With both, all three go."""
    test = _page(monkeypatch, project)
    test.selectbox(key="orders-way").select("onsite_now").run()
    test.selectbox(key="orders-trigger").select("accident").run()
    test.text_input(key="orders-why").input("突发事件").run()
    test.button(key="orders-approve").click().run()
    assert set(casebook.table(casebook.opened(project))["state"]) == {"to_issue"}


def test_an_analyst_drafts_and_does_not_decide(monkeypatch, project):
    """The button rests; drafts are listed and can be printed."""
    test = _page(monkeypatch, project, "analyst")
    assert test.button(key="orders-approve").disabled
    test.button(key="orders-draft").click().run()
    assert len(casebook.opened(project).records("order", ["drafted"])) == 3
    test.session_state["orders-orders-list"] = {"selection": {"rows": [0], "columns": [], "cells": []}}
    test.run()
    assert not test.exception
    assert test.get("download_button")


def test_a_third_party_sees_no_order_of_a_complaint(monkeypatch, project):
    """Neither in the list nor on paper; that of a patch is there, and both are for an approver."""
    told = cases.suspected(project, cases.lead("9", source="complaint", lon=126.8))
    patch = next(name for name in casebook.table(casebook.opened(project))["lead_id"] if name not in told)
    orders.draft(project, cases.act(), [*told, patch])
    for role, seen in (("contractor", {patch}), ("approver", {*told, patch})):
        test = opened.signed(monkeypatch, project, "orders", role, "丁")
        listed = next(each.value for each in test.dataframe if "启动单" in each.value.columns)
        assert set(listed["线索编号"]) == seen
