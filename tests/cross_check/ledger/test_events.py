"""Events: applying, folding, reversing."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from cross_check.ledger import events
from cross_check.ledger.events import Act, Entry, Event, Record
from gis.errors import WorkbenchError

KEY = ("lead", "L1")


def _event(number=1, version=1, came="", went="new", **changes):
    return Event(
        number, number, "lead.x", *KEY, version, "a", "analyst", "2026-01-01T00:00:00Z", came, went, "", changes
    )


def test_time_is_kept_in_utc():
    """Eight in Beijing is midnight in UTC."""
    at = datetime(2026, 4, 6, 8, tzinfo=timezone(timedelta(hours=8)))
    assert Act("a", "analyst", at).at_utc == "2026-04-06T00:00:00Z"
    assert Act("a", "analyst", datetime(2026, 4, 6, tzinfo=UTC)).at_utc == "2026-04-06T00:00:00Z"


def test_only_what_differs_is_a_change():
    """A field set to what it was does not count; None clears."""
    record = Record(KEY, 1, "new", {"a": 1, "b": 2})
    assert events.changed(record, Entry("x", KEY, {"a": 1, "b": None, "c": 3})) == {"b": (2, None), "c": (None, 3)}


def test_fold_walks_through_all_events():
    """The state is what the last event left, cleared fields gone."""
    chain = [_event(a=(None, 1)), _event(2, 2, "new", "to_read", a=(1, None), b=(None, 2))]
    assert events.fold(chain) == {KEY: Record(KEY, 2, "to_read", {"b": 2})}


@pytest.mark.parametrize(
    "second",
    [
        _event(2, 3, "new", "to_read"),
        _event(2, 2, "to_read", "excluded"),
        _event(2, 2, "new", "to_read", a=(9, 1)),
    ],
)
def test_events_that_do_not_follow_are_refused(second):
    """Another version, another state or another value before: the chain does not fit."""
    with pytest.raises(WorkbenchError) as refusal:
        events.fold([_event(a=(None, 1)), second])
    assert refusal.value.code == "ledger.does_not_follow"


def test_a_reversing_event_leads_back():
    """Event and reverse together change nothing but the version."""
    before = Record(KEY, 1, "new", {"a": 1})
    event = _event(2, 2, "new", "to_read", a=(1, None), b=(None, 5))
    after = events.applied(before, event)
    entry = events.reversing(event)
    back = replace(event, version=3, from_state="to_read", to_state=entry.state, changes=events.changed(after, entry))
    assert events.applied(after, back) == replace(before, version=3)


def test_the_day_of_an_act_is_that_of_beijing():
    """At one in the morning there it is the day before in UTC, in which the time is recorded."""
    act = Act("甲", "analyst", datetime(2026, 6, 30, 17, 0, tzinfo=UTC))
    assert (act.day.isoformat(), act.at_utc) == ("2026-07-01", "2026-06-30T17:00:00Z")
