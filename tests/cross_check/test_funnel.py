"""The funnel: counted against planted histories, acts taken back left out, merged leads once, waits by age."""

from dataclasses import replace
from datetime import timedelta

import pandas as pd
import pytest

from cross_check import casebook, funnel
from cross_check.ledger.events import Entry
from gis.language import catalogue
from tests.cross_check import cases

NOW = pd.Timestamp(cases.NOW) + pd.Timedelta(days=100)
ROAD = ("to_read", "suspected", "to_issue", "to_check", "checking", "to_review", "confirmed")
PROBLEM = ("to_hand_over", "handed_over", "rectifying", "closing_asked", "verifying", "announced", "closed")
FILLED = {"order_id": "Q1", "letter_no": "1", "receiver": "1", "due_on": "2026-08-01", "finding": "1"}
FILLED |= {"human_class": "waste", "problem_id": "P"}
PROVED = {"letter_no": "1", "receiver": "1", "due_on": "2026-08-01", "signed_by": "1", "measures": "1"}
PROVED |= {"acceptance": "1"} | {f"proof_{part}": "1" for part in ("cleared", "traced", "punished", "published")}


@pytest.fixture
def ledger(tmp_path):
    """Return an empty ledger."""
    return casebook.opened(cases.project(tmp_path / "p"))


def _walk(ledger, ref, steps, *, days=2, source="patch"):
    """Take a lead so many steps along the road, one each so many days; return its id."""
    lead = cases.lead(ref, source=source)
    casebook.take_in(ledger, cases.act(), cases.leads(lead))
    name, at = lead["lead_id"], cases.act("approver")
    for step in range(steps):
        at = replace(at, at=at.at + timedelta(days=days))
        if step < len(ROAD):
            ledger.append(at, [Entry("lead.move", ("lead", name), FILLED, ROAD[step])])
        elif step == len(ROAD):
            opened = Entry("problem.open", ("problem", f"P{ref}"), {"lead_id": name}, "pooled", 0)
            ledger.append(at, [opened, Entry("lead.move", ("lead", name), FILLED, "problem")])
        else:
            to = PROBLEM[step - len(ROAD) - 1]
            ledger.append(at, [Entry("problem.move", ("problem", f"P{ref}"), PROVED, to)])
    return name


def _of(ledger, **more):
    return funnel.of(ledger.events(), now=NOW, **more).set_index("step")


def test_an_empty_ledger_has_an_empty_funnel(ledger):
    """Ten steps, none reached, no share."""
    found = _of(ledger)
    assert list(found.index) == list(funnel.STEPS)
    assert (found["count"] == 0).all()
    assert found["share"].isna().all()
    for step in funnel.STEPS:
        assert catalogue("zh").say(f"funnel.{step}")


def test_counts_shares_and_times_are_those_that_were_planted(ledger):
    """Ten alerts: five closed with two days a step, three suspected, two new."""
    for ref in range(5):
        _walk(ledger, f"a{ref}", len(ROAD) + 1 + len(PROBLEM))
    for ref in range(3):
        _walk(ledger, f"b{ref}", 2)
    for ref in range(2):
        _walk(ledger, f"c{ref}", 0)
    found = _of(ledger)
    assert found["count"].to_dict() == {"alert": 10, "read": 8, "suspected": 8} | dict.fromkeys(funnel.STEPS[3:], 5)
    assert found.loc["closed", "share"] == 0.5
    # Read and suspected are one act; issued is two acts on; closing is asked for two acts after the hand-over.
    assert found["median_days"].dropna().to_dict() == {
        "read": 4,
        "suspected": 0,
        "issued": 4,
        "checked": 4,
        "confirmed": 2,
        "problem": 2,
        "handed_over": 4,
        "rectified": 4,
        "closed": 6,
    }
    assert found["waiting"].to_dict() == dict.fromkeys(funnel.STEPS, 0) | {"alert": 2, "suspected": 3}
    assert found.loc["alert", "waiting_days"] == 100
    assert found.loc["suspected", "waiting_days"] == 96


def test_few_cases_give_neither_share_nor_median(ledger):
    """Four alerts are no percentage."""
    for ref in range(4):
        _walk(ledger, f"a{ref}", 2)
    found = _of(ledger)
    assert found["share"].isna().all()
    assert found["median_days"].isna().all()
    assert found.loc["suspected", "count"] == 4


def test_what_was_taken_back_did_not_happen(ledger):
    """A reading undone, and an undoing that was undone itself."""
    name = _walk(ledger, "a", 2)
    last = ledger.events(("lead", name))[-1].number
    back = ledger.undo(cases.act("approver"), last)
    assert _of(ledger).loc["suspected", "count"] == 0
    ledger.undo(cases.act("approver"), back[0].number)
    assert _of(ledger).loc["suspected", "count"] == 1


def test_merged_leads_count_once_and_ended_ones_do_not_wait(ledger):
    """What went into another is that other; what was excluded is read, and waits for nobody."""
    first, second, third = (_walk(ledger, ref, 0) for ref in "abc")
    casebook.merge(ledger, cases.act(), first, second)
    casebook.read(ledger, cases.act(), third, "excluded")
    found = _of(ledger)
    assert found["count"][["alert", "read", "suspected"]].tolist() == [2, 1, 0]
    assert found["waiting"].sum() == 1


def test_one_source_alone(ledger):
    """Only its leads, also in the shares."""
    for ref in range(5):
        _walk(ledger, f"a{ref}", 2)
    _walk(ledger, "b", 0, source="department")
    assert _of(ledger, source="patch").loc["suspected", "share"] == 1
    assert _of(ledger, source="department").loc["alert", "count"] == 1
