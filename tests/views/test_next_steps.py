"""Next steps: from an issued lead to a closed case by buttons alone."""

from cross_check import casebook, orders, staffing
from cross_check.orders import Decision
from gis import files
from tests.cross_check import cases
from tests.views import opened


def _page(monkeypatch, project, role):
    test = opened.signed(monkeypatch, project, "casework", role)
    test.session_state["casework-list"] = {"selection": {"rows": [0], "columns": [], "cells": []}}
    return test.run()


def _to_check(folder):
    """A project with a lead that was handed over for a check, and the lead's name."""
    project = cases.project(folder)
    (name,) = cases.suspected(project, cases.lead("1"))
    orders.decide(project, cases.act("approver"), [Decision(name, "onsite_now")])
    letter = {"letter_no": "1号", "receiver": "230100", "due_on": "2099-07-06"}
    casebook.move(casebook.opened(project), cases.act(), [name], "to_check", letter)
    return project, name


def test_an_inspection_is_opened_by_two_fit_officers(monkeypatch, tmp_path):
    """One officer is refused with the rule; officers on leave are not offered."""
    project, name = _to_check(tmp_path / "p")
    monkeypatch.setattr("views.state.now", lambda: cases.NOW)
    test = _page(monkeypatch, project, "leader")
    going = next(one for one in test.multiselect if one.label.startswith("执法人员"))
    assert [option.split()[0] for option in going.options] == ["人员0", "人员1", "人员2"]
    going.select("O0")
    opened.press(test, "开始现场检查")
    assert any("两名" in said or "2 名" in said for said in opened.told(test))
    next(one for one in test.multiselect if one.label.startswith("执法人员")).select("O1")
    opened.press(test, "开始现场检查")
    assert casebook.opened(project).record(("lead", name)).state == "checking"


def test_a_confirmed_lead_becomes_a_problem_that_moves_on(monkeypatch, tmp_path):
    """The page of a closed lead shows where its problem stands."""
    project = cases.project(tmp_path / "p")
    (name,) = cases.suspected(project, cases.lead("1"))
    ledger = casebook.opened(project)
    orders.decide(project, cases.act("approver"), [Decision(name, "onsite_now")])
    letter = {"letter_no": "1号", "receiver": "230100", "due_on": "2099-07-06"}
    casebook.move(ledger, cases.act(), [name], "to_check", letter)
    orders.inspect(project, cases.act("leader"), name, ["O0", "O1"], on=cases.NOW.date())
    casebook.move(ledger, cases.act("leader"), [name], "to_review", {"finding": "堆放"})
    casebook.move(ledger, cases.act(), [name], "confirmed")
    test = _page(monkeypatch, project, "analyst")
    opened.press(test, "转为问题")
    assert ledger.record(("problem", f"P{name[1:]}")).state == "pooled"
    assert ledger.verify().whole


def test_a_page_says_whose_turn_it_is_and_where(monkeypatch, tmp_path):
    """A suspected lead goes on by an order of the approver; the analyst, who may only go back, is told so."""
    project = cases.project(tmp_path / "p")
    cases.suspected(project, cases.lead("1"))
    test = _page(monkeypatch, project, "analyst")
    assert "下一步：待下发（由负责人办理）" in [each.value for each in test.caption]
    assert not test.exception


def test_what_goes_on_is_offered_before_what_goes_back(monkeypatch, tmp_path):
    """To give back a lead asks for a reason and is the last that is offered."""
    project = cases.project(tmp_path / "p")
    (name,) = cases.suspected(project, cases.lead("1"))
    orders.decide(project, cases.act("approver"), [Decision(name, "onsite_now")])
    test = _page(monkeypatch, project, "analyst")
    assert next(box for box in test.selectbox if box.label == "变更为").options == ["待核查", "疑似"]
    assert next(field for field in test.text_input if field.label == "接收单位").value == "哈尔滨市"


def test_a_lead_stays_chosen_when_the_list_changes(monkeypatch, tmp_path):
    """Another lead slips into its row; the next act is still about the one that was chosen."""
    project = cases.project(tmp_path / "p")
    ids = cases.suspected(project, cases.lead("1"), cases.lead("2", lon=126.9), cases.lead("3", lon=126.7))
    test = _page(monkeypatch, project, "analyst")
    shown = test.subheader[0].value.split()[0]
    assert shown in ids
    other = next(name for name in ids if name != shown)
    orders.decide(project, cases.act("approver"), [Decision(other, "onsite_now")])
    test.run()
    assert test.dataframe[0].value.iloc[0].to_list()[-1] == other
    assert test.subheader[0].value.split()[0] == shown


def test_an_emptied_register_of_officers_says_what_to_do(monkeypatch, tmp_path):
    """As one that was never there: a form without anybody to choose would lead nowhere."""
    project, _ = _to_check(tmp_path / "p")
    files.write_table(staffing.table(project).head(0), project.officers)
    assert any("hdq officers import" in each.value for each in _page(monkeypatch, project, "leader").code)
