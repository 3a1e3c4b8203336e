"""The funnel: how many alerts come to be read, checked, made problems and closed, and where they wait. Pure.

Elsewhere 98 % of 200,000 alerts were right and 7 % led to anything: the yardstick is the last step, not the first.
"""

from collections.abc import Sequence
from statistics import median
from typing import Any

import pandas as pd

from cross_check.ledger.events import Event, void
from cross_check.ledger.rules import DISMISSED
from gis import schema

STEPS = (
    "alert",
    "read",
    "suspected",
    "issued",
    "checked",
    "confirmed",
    "problem",
    "handed_over",
    "rectified",
    "closed",
)
"""In the order in which a lead goes through them."""

FEWEST = 5
"""With a smaller denominator there is no percentage, and with fewer times no median."""

FUNNEL = schema.table(
    {
        "step": schema.text(schema.one_of(*STEPS), unique=True),
        "count": schema.whole(),
        "share": schema.number(0, 1, nullable=True),
        "median_days": schema.number(0, nullable=True),
        "waiting": schema.whole(),
        "waiting_days": schema.number(0, nullable=True),
    }
)
"""``count``: leads that came so far; ``share``: of all alerts; ``median_days``: from the step before; ``waiting``:
leads whose last step this is and over which nothing was decided; ``waiting_days``: the median age of these waits."""

_AT = {
    "suspected": "suspected",
    "to_check": "issued",
    "to_review": "checked",
    "confirmed": "confirmed",
    "problem": "problem",
    "handed_over": "handed_over",
    "closing_asked": "rectified",
    "closed": "closed",
}
_READ = ("suspected", "excluded", "doubtful")


def of(events: Sequence[Event], *, now: pd.Timestamp, source: str = "") -> pd.DataFrame:
    """Return the funnel of a ledger (``FUNNEL``), a row a step.

    Parameters
    ----------
    events : sequence of Event
        Of the whole ledger, in order. Acts that were taken back do not count, and merged leads count once.
    now : Timestamp
        UTC, for the ages of waits.
    source : str
        Leads of one source only, such as ``"patch"``; all by default.
    """
    tracks = _tracks(_standing(events))
    chosen = [track for track in tracks if not track["gone"] and source in {"", track["source"]}]
    rows = [_row(step, chosen, now) for step in STEPS]
    return schema.demand(pd.DataFrame(rows, columns=list(FUNNEL.columns)), FUNNEL, "funnel")


def _standing(events: Sequence[Event]) -> list[Event]:
    """Return the events that count: without acts that were taken back, and without what took them back."""
    gone = void(events)
    return [event for event in events if event.act not in gone and not event.reverses]


def _tracks(events: Sequence[Event]) -> list[dict[str, Any]]:
    """Return each lead with the first time at each step, its source, and whether it ended or went into another."""
    tracks: dict[str, dict[str, Any]] = {}
    of_problem: dict[str, str] = {}
    for event in events:
        if event.kind == "problem.open":
            of_problem[event.object_id] = str(event.changes["lead_id"][1])
        lead = of_problem.get(event.object_id) if event.object_kind == "problem" else event.object_id
        if event.object_kind not in {"lead", "problem"} or lead is None:
            continue
        track = tracks.setdefault(lead, {"at": {}, "source": "", "gone": False, "ended": False})
        _note(track, event)
    return list(tracks.values())


def _note(track: dict[str, Any], event: Event) -> None:
    at = pd.Timestamp(event.at)
    if event.kind == "lead.add":
        track["at"].setdefault("alert", at)
        track["source"] = event.changes.get("source", (None, ""))[1]
    if event.changes.get("merged_into", (None, None))[1]:
        track["gone"] = True
    if event.to_state == event.from_state:
        return
    if event.object_kind == "lead":
        track["ended"] = event.to_state in DISMISSED
        if event.to_state in _READ:
            track["at"].setdefault("read", at)
    step = _AT.get(event.to_state)
    if step:
        track["at"].setdefault(step, at)


def _row(step: str, tracks: Sequence[dict[str, Any]], now: pd.Timestamp) -> dict[str, object]:
    place = STEPS.index(step)
    here = [track for track in tracks if step in track["at"]]
    before = STEPS[place - 1] if place else ""
    took = [_days(track["at"][before], track["at"][step]) for track in here if before in track["at"]]
    waits = [
        _days(track["at"][step], now)
        for track in here
        if not track["ended"] and step != STEPS[-1] and not any(later in track["at"] for later in STEPS[place + 1 :])
    ]
    return {
        "step": step,
        "count": len(here),
        "share": len(here) / len(tracks) if len(tracks) >= FEWEST else None,
        "median_days": median(took) if len(took) >= FEWEST else None,
        "waiting": len(waits),
        "waiting_days": median(waits) if waits else None,
    }


def _days(first: pd.Timestamp, last: pd.Timestamp) -> float:
    return max((last - first).total_seconds() / 86_400, 0.0)
