"""Re-planning: what is done stays, what is announced stays where it can, no rule is broken."""

from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cross_check import audits, replanning, routes
from cross_check.replanning import Closed, Prices
from gis.errors import WorkbenchError
from tests.cross_check import round_made as made


@cache
def _planned(seed: int, count: int = 16) -> tuple[routes.Routes, object]:
    targets = made.targets(count, seed)
    planned = routes.plan(made.assignment(), targets, made.regions(), params=made.QUICK, lodgings=made.houses())
    return planned, targets


def _closed(planned: routes.Routes, number: int, minutes: int = 10) -> Closed:
    visit = planned.visits.iloc[number % len(planned.visits)]
    hours, past = divmod(int(visit["arrive"][:2]) * 60 + int(visit["arrive"][3:]) + minutes, 60)
    return Closed(visit["target_id"], f"{hours:02d}:{past:02d}")


def _after(planned, targets, event, **changes):
    return replanning.after_closed_gate(
        planned, targets, routes.beds_of(made.houses(), made.regions()), event, params=made.QUICK, **changes
    )


@settings(max_examples=5, deadline=None)
@given(seed=st.integers(0, 200), number=st.integers(0, 11))
def test_no_new_plan_breaks_a_rule(seed, number):
    """Whichever gate is closed, the audit finds nothing, what was done stays to the minute, nothing is lost."""
    planned, targets = _planned(seed)
    event = _closed(planned, number)
    found = _after(planned, targets, event)
    audited = {"params": made.QUICK, "lodgings": made.houses()}
    assert audits.check(found.routes, targets, made.assignment(), made.regions(), **audited) == []
    closed = planned.visits.set_index("target_id").loc[event.target_id]
    before = planned.visits[
        (planned.visits["day"] < closed["day"])
        | ((planned.visits["day"] == closed["day"]) & (planned.visits["order"] < closed["order"]))
    ]
    kept = found.routes.visits.set_index("target_id").loc[before["target_id"]]
    assert kept["arrive"].tolist() == before["arrive"].tolist()
    assert kept["day"].tolist() == before["day"].tolist()


def test_few_announced_visits_change():
    """After a closed gate at most one visit in six of those to come moves to another day or falls out."""
    moved, to_come = 0, 0
    for seed in range(4):
        planned, targets = _planned(seed)
        found = _after(planned, targets, _closed(planned, 1))
        moved += int(found.changes["change"].isin(["moved", "dropped"]).sum())
        to_come += len(planned.visits) - 2
    assert moved <= to_come / 6


def test_changes_cost_their_price():
    """With changes free the same closed gate moves at least as many visits as with changes dear."""
    free = Prices(moved_min=0, dropped_min=0, added_min=0)
    counts = {}
    for name, prices in (("free", free), ("dear", Prices())):
        counts[name] = 0
        for seed in range(3):
            planned, targets = _planned(seed, 20)
            changed = _after(planned, targets, _closed(planned, 1), prices=prices).changes
            counts[name] += int((changed["change"] == "moved").sum())
    assert counts["free"] >= counts["dear"]


def test_a_closed_gate_is_tried_again_only_if_wished():
    """Without a second try the target is left out with its reason; the list of changes says so."""
    planned, targets = _planned(3, 8)
    event = _closed(planned, 0)
    again = _after(planned, targets, event)
    never = _after(planned, targets, event, prices=Prices(again=False))
    assert event.target_id in set(again.routes.visits["target_id"])
    left = never.routes.unserved.set_index("target_id")
    assert left.loc[event.target_id, "reason"] == "routes.closed"
    for found in (again, never):
        assert found.changes.set_index("target_id").loc[event.target_id, "change"] == "closed"


def test_nights_booked_stay_booked():
    """The table of nights is the same after a closed gate."""
    planned, targets = _planned(5)
    found = _after(planned, targets, _closed(planned, 2))
    assert found.routes.nights.equals(planned.nights)


def test_wrong_events_are_refused():
    """A target that nobody was to visit, and a time before the visit ahead has ended, are told in words."""
    planned, targets = _planned(1)
    with pytest.raises(WorkbenchError) as refused:
        _after(planned, targets, Closed("nobody", "10:00"))
    assert refused.value.code == "replanning.not_planned"
    for at in ("07:00", "25:00", "soon"):
        with pytest.raises(WorkbenchError) as refused:
            _after(planned, targets, Closed(planned.visits["target_id"].iloc[1], at))
        assert refused.value.code == "replanning.bad_time"
