"""The page of leads: states with counts, history, reading, moving, merging, undo."""

from datetime import datetime

import pytest

from cross_check import casebook, orders
from cross_check.orders import Decision
from tests.cross_check import cases
from tests.views import opened, small
from views import state

L1, L2 = (cases.lead(number)["lead_id"] for number in "12")


@pytest.fixture
def project(tmp_path):
    """Return a province with two leads beside each other and one that is late."""
    made = cases.project(tmp_path / "p")
    (late,) = cases.suspected(made, cases.lead("9", lon=126.8))
    orders.decide(made, cases.act("approver"), [Decision(late, "local")])
    casebook.take_in(casebook.opened(made), cases.act(), cases.leads(cases.lead("1"), cases.lead("2", lon=126.501)))
    return made


def _page(monkeypatch, project, rows=(), role="analyst"):
    test = opened.signed(monkeypatch, project, "casework", role)
    if rows:
        test.session_state["casework-list"] = {"selection": {"rows": list(rows), "columns": [], "cells": []}}
        test.run()
    assert not test.exception
    return test


def test_an_empty_ledger_says_what_to_do(monkeypatch, tmp_path):
    """The command stands there; without leads there is nothing to take."""
    test = opened.page(monkeypatch, cases.project(tmp_path / "p"), "casework")
    assert "线索" in opened.told(test)[0]
    assert "hdq leads take patch" in test.code[0].value


def test_tabs_count_by_state_and_the_late_one_comes_first(monkeypatch, project):
    """One is overdue, three are open."""
    test = _page(monkeypatch, project)
    labels = test.get("button_group")[0].options if test.get("button_group") else []
    said = " ".join(getattr(option, "content", str(option)) for option in labels)
    assert "逾期 1" in said
    assert "新线索 2" in said
    table = test.dataframe[0].value
    assert table.iloc[0, 0].startswith("逾期")
    assert len(table) == 3


def test_a_lead_shows_its_facts_and_history_and_is_read(monkeypatch, project):
    """A reading lands in the ledger under the name of who works."""
    ids = list(_page(monkeypatch, project).dataframe[0].value.iloc[:, -1])
    test = _page(monkeypatch, project, [ids.index(L1)])
    drawn = opened.html(test)
    assert "示例一厂" in drawn
    assert "新线索" in drawn
    opened.press(test, "登记判读")
    record = casebook.opened(project).record(("lead", L1))
    assert (record.state, record.fields["human_class"]) == ("suspected", "waste")
    assert casebook.opened(project).events()[-1].who == "甲"


def test_a_refusal_is_said_in_words(monkeypatch, project):
    """A third party may not read; the sentence names the document."""
    ids = list(_page(monkeypatch, project).dataframe[0].value.iloc[:, -1])
    test = _page(monkeypatch, project, [ids.index(L1)], "contractor")
    opened.press(test, "登记判读")
    assert any("国办发" in said for said in opened.told(test))
    assert casebook.opened(project).record(("lead", L1)).state == "new"


def test_the_second_of_two_people_sees_both_versions(monkeypatch, project):
    """Two sessions on one lead: whoever is slower is told who was quicker, and nothing is overwritten."""
    ids = list(_page(monkeypatch, project).dataframe[0].value.iloc[:, -1])
    first, second = (_page(monkeypatch, project, [ids.index(L1)]) for _ in range(2))
    second.session_state["person"] = "乙"
    second.run()
    opened.press(first, "登记判读")
    human = next(one for one in second.selectbox if one.label == "人工类别")
    human.set_value("burn")
    opened.press(second, "登记判读")
    assert any(L1 in said and "甲" in said for said in opened.told(second))
    table = opened.html(second)
    assert "<td>人工类别</td><td>焚烧过火</td><td>固废堆存</td>" in table
    record = casebook.opened(project).record(("lead", L1))
    assert (record.state, record.fields["human_class"]) == ("suspected", "waste")


def test_a_move_of_what_somebody_else_changed_shows_both_versions(monkeypatch, project):
    """Also where the form is gone by then, for the lead has another state."""
    ids = list(_page(monkeypatch, project).dataframe[0].value.iloc[:, -1])
    slow = _page(monkeypatch, project, [ids.index(L1), ids.index(L2)])
    casebook.read(casebook.opened(project), cases.act(who="乙", why="农田"), L1, "excluded", "waste")
    opened.press(slow, "变更 2 条")
    assert any(L1 in said and "乙" in said for said in opened.told(slow))
    assert casebook.opened(project).record(("lead", L2)).state == "new"


def test_several_leads_are_moved_together_after_a_preview(monkeypatch, project):
    """What may follow on each state is told first."""
    ids = list(_page(monkeypatch, project).dataframe[0].value.iloc[:, -1])
    test = _page(monkeypatch, project, [ids.index(L1), ids.index(L2)])
    assert "待判读" in opened.html(test)
    opened.press(test, "变更 2 条")
    states = casebook.table(casebook.opened(project)).set_index("lead_id")["state"]
    assert states[[L1, L2]].tolist() == ["to_read", "to_read"]


def test_without_a_name_nothing_is_recorded(monkeypatch, project):
    """The page asks for it."""
    test = opened.page(monkeypatch, project, "casework")
    test.session_state["casework-list"] = {"selection": {"rows": [0], "columns": [], "cells": []}}
    test.run()
    assert any("姓名" in said for said in opened.told(test))


def test_pairs_are_suggested_and_merged(monkeypatch, project):
    """One pair, 78 m apart, goes into one."""
    test = _page(monkeypatch, project)
    test.session_state["casework-pairs"] = {"selection": {"rows": [0], "columns": [], "cells": []}}
    test.run()
    next(one for one in test.button if "并入" in one.label).click().run()
    assert not test.exception
    assert len(casebook.table(casebook.opened(project))) == 2


def test_a_pair_is_kept_apart_for_a_reason(monkeypatch, project):
    """Without one the refusal is said; with it the pair is suggested no more, and the act bears the reason."""
    test = _page(monkeypatch, project)
    test.session_state["casework-pairs"] = {"selection": {"rows": [0], "columns": [], "cells": []}}
    test.run()
    label = next(one.label for one in test.button if str(one.key).startswith("apart-"))
    next(one for one in test.text_input if str(one.key).startswith("pair-why")).set_value("两处")
    opened.press(test, label)
    assert casebook.opened(project).events()[-1].why == "两处"
    assert casebook.suggestions(casebook.table(casebook.opened(project))).empty


def test_found_leads_are_taken_in_by_a_press(monkeypatch, tmp_path):
    """The list of the detection becomes leads of the ledger, at the time of the press."""
    made = small.write(tmp_path / "own")
    test = opened.signed(monkeypatch, made, "casework", "analyst")
    monkeypatch.setattr(state, "now", lambda: cases.NOW)
    test.button(key="take").click().run()
    assert not test.exception
    events = casebook.opened(made).events()
    assert {datetime.fromisoformat(event.at) for event in events} == {cases.NOW}
    assert len(test.dataframe[0].value) == len(events) > 0
