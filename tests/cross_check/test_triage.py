"""Triage: a table of cases, refusals among them, each with its document."""

import copy
from datetime import date

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cross_check import data, triage
from gis.language import catalogue

ON = date(2026, 7, 1)
FULL = "place;date;image_before;image_after"
PLAIN = {
    "lead_id": "L1",
    "source": "patch",
    "state": "suspected",
    "human_class": "waste",
    "confidence": 0.8,
    "severity": 2,
    "evidence": FULL,
    "site_id": "S1",
    "positive_list": False,
    "positive_document": None,
    "trigger": None,
    "visits_routine": 0,
    "visits_special": 0,
    "visits_case": 0,
    "last_visit_on": pd.NaT,
    "cap_routine": None,
    "cap_special": None,
    "cap_case": None,
    "cap_total": None,
    **{f"cap_{kind}_document": None for kind in ("routine", "special", "case", "total")},
    "benign_reason": None,
}
CAPPED = {"cap_total": 2.0, "visits_routine": 1, "visits_case": 1, "cap_total_document": "黑环发〔示例〕1号"}
OUTSIDE = copy.deepcopy(data.rules("triage"))
OUTSIDE["rules"]["cap"]["case_outside"] = True


def _proposal(rules=None, kind="case", **change):
    return triage.propose(pd.DataFrame([PLAIN | change]), on=ON, rules=rules, check_kind=kind)[0]


@pytest.mark.parametrize(
    ("change", "way", "refused"),
    [
        ({}, "onsite_now", set()),
        ({"severity": 1}, "into_plan", {"severity"}),
        ({"confidence": 0.3}, "local", {"confidence"}),
        ({"confidence": 0.1}, "watch", {"confidence"}),
        ({"human_class": None}, "watch", {"unreviewed"}),
        ({"human_class": None, "source": "hotspot"}, "watch", {"unreviewed"}),
        ({"human_class": None, "source": "complaint"}, "onsite_now", set()),
        ({"state": "to_read"}, "watch", {"state"}),
        ({"state": "doubtful"}, "watch", {"state"}),
        ({"evidence": "place;date"}, "local", {"evidence"}),
        ({"evidence": "date"}, "watch", {"evidence"}),
        ({"source": "monitoring", "evidence": "place;date"}, "local", {"evidence"}),
        ({"source": "monitoring", "evidence": "place;date;data"}, "onsite_now", set()),
        ({"positive_list": True}, "local", {"positive"}),
        ({"positive_list": True, "trigger": "accident"}, "onsite_now", set()),
        ({"positive_list": True, "trigger": "whim"}, "local", {"positive"}),
        ({"positive_list": True, "source": "complaint"}, "onsite_now", set()),
        ({"positive_list": True, "source": "video"}, "local", {"positive"}),
        (CAPPED, "local", {"cap"}),
        (CAPPED | {"visits_case": 0}, "onsite_now", set()),
        ({"cap_case": 1.0, "visits_case": 1}, "local", {"cap"}),
        ({"cap_case": 0.0}, "local", {"cap"}),
        ({"cap_routine": 1.0, "visits_routine": 5}, "onsite_now", set()),
        (CAPPED | {"site_id": None}, "onsite_now", set()),
        ({"last_visit_on": pd.Timestamp("2026-06-10")}, "into_plan", {"recent"}),
        ({"last_visit_on": pd.Timestamp("2026-06-10"), "severity": 3}, "onsite_now", set()),
        ({"last_visit_on": pd.Timestamp("2026-05-10")}, "onsite_now", set()),
        ({"benign_reason": "固定堆场"}, "archive", {"benign"}),
        (CAPPED | {"positive_list": True, "human_class": None}, "watch", {"cap", "positive", "unreviewed"}),
    ],
)
def test_the_table_of_cases(change, way, refused):
    """The first way that nothing refuses is proposed, and every rule that closed another one is named."""
    found = _proposal(**change)
    assert found.way == way
    assert {refusal.code.removeprefix("triage.") for refusal in found.refusals} == refused


def test_case_checks_stand_outside_the_cap_where_the_rule_says_so():
    """Then a case passes at a full cap, a routine check does not, and cases no longer fill it."""
    assert _proposal(OUTSIDE, **CAPPED).way == "onsite_now"
    assert _proposal(OUTSIDE, "routine", **CAPPED).way == "onsite_now"
    full = CAPPED | {"visits_routine": 2, "visits_case": 0}
    assert _proposal(OUTSIDE, **full).way == "onsite_now"
    assert _proposal(OUTSIDE, "routine", **full).way == "local"
    with pytest.raises(ValueError, match="kind of check"):
        _proposal(kind="visit")


def test_the_rules_default_cap_counts_where_the_register_has_none():
    """A figure in the rules holds for all firms; the firm's own goes before it."""
    rules = copy.deepcopy(data.rules("triage"))
    rules["rules"]["cap"]["total"] = 1
    assert _proposal(rules, visits_special=1).way == "local"
    assert _proposal(rules, visits_special=1, cap_total=3.0).way == "onsite_now"


def test_every_refusal_names_rule_document_and_whether_it_binds():
    """The sentence is filled in both languages; the firm's own document goes before the general one."""
    found = _proposal(**(CAPPED | {"positive_list": True, "human_class": None, "state": "new", "evidence": None}))
    for refusal in found.refusals:
        assert refusal.document
        assert catalogue("zh").say(refusal.code, **refusal.facts)
        assert catalogue("en").say(refusal.code, **refusal.facts)
    cap = next(refusal for refusal in found.against("onsite_now") if refusal.code == "triage.cap")
    assert (cap.document, cap.hard) == ("黑环发〔示例〕1号", True)
    positive = next(refusal for refusal in found.against("into_plan") if refusal.code == "triage.positive")
    assert "环办执法〔2021〕10号" in positive.document
    assert not next(one for one in _proposal(confidence=0.1).refusals).hard
    assert found.version == data.rules("triage")["version"]


@pytest.mark.parametrize(("severity", "days", "hours"), [(1, 60, 120), (2, 5, 48), (3, 2, 4)])
def test_deadline_and_clock_follow_the_severity(severity, days, hours):
    """The graver, the sooner; a slight one goes into the plan."""
    found = _proposal(severity=severity)
    assert ((found.due_on - ON).days, found.reply_hours) == (days, hours)
    assert found.approver == "approver"
    assert found.check_kind == "case"


def test_a_trigger_is_told_only_where_it_is_needed():
    """A firm on no list needs none."""
    assert _proposal(positive_list=True, trigger="accident").trigger == "accident"
    assert _proposal(source="complaint", positive_list=True).trigger == "complaint"
    assert _proposal(trigger="accident").trigger == ""
    assert triage.opens("accident")
    assert not triage.opens("")


CASES = st.fixed_dictionaries(
    {
        "source": st.sampled_from(["patch", "hotspot", "fire_point", "complaint", "monitoring", "survey"]),
        "state": st.sampled_from(["suspected", "to_read", "confirmed"]),
        "human_class": st.sampled_from([None, "waste"]),
        "confidence": st.floats(0, 1),
        "severity": st.integers(1, 3),
        "evidence": st.sampled_from([None, "place", FULL + ";data"]),
        "positive_list": st.booleans(),
        "trigger": st.sampled_from([None, "accident", "x"]),
        "visits_case": st.integers(0, 3),
        "cap_total": st.sampled_from([None, 0.0, 1.0, 2.0]),
        "benign_reason": st.sampled_from([None, "x"]),
    }
)


@settings(max_examples=60, deadline=None)
@given(st.lists(CASES, min_size=1, max_size=5))
def test_whatever_comes_nobody_goes_on_site_against_a_hard_rule(changes):
    """Unread machine leads, listed firms without trigger, full caps: never on site; every lead gets some way."""
    rows = [PLAIN | change | {"lead_id": f"L{at}"} for at, change in enumerate(changes)]
    for row, found in zip(rows, triage.propose(pd.DataFrame(rows), on=ON), strict=True):
        assert found.way in triage.WAYS
        assert found.way == "archive" or not found.against(found.way)
        if found.way in triage.ONSITE:
            assert row["human_class"] or row["source"] not in ("patch", "hotspot", "fire_point")
            assert not row["positive_list"] or found.trigger
            assert row["cap_total"] is None or row["visits_case"] < row["cap_total"]
            assert row["state"] == "suspected"
            assert not row["benign_reason"]
