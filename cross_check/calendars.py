"""Calendars: working days by month, the frozen season, and when the yearly plan is to be filed."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from cross_check import data
from cross_check.travel import Ints

MONTHS = 12
ALARMS = ("early", "open", "overdue", "filed")


@dataclass(frozen=True)
class Calendar:
    """One year.

    Attributes
    ----------
    year : int
    days : array (12,)
        Working days of each month.
    announced : bool
        Whether the year's notice of holidays is entered; else only fixed dates and week-ends are known.
    document : str
        What the days stand on.
    holidays, worked : frozenset of date
        Days off, and week-end days worked in exchange.
    """

    year: int
    days: Ints
    announced: bool
    document: str
    holidays: frozenset[dt.date] = frozenset()
    worked: frozenset[dt.date] = frozenset()


def of_year(year: int, rules: Mapping[str, Any] | None = None) -> Calendar:
    """Return the working days of a year.

    Parameters
    ----------
    year : int
    rules : mapping, optional
        Like ``data/calendar.toml``, which is used by default.

    Returns
    -------
    Calendar
    """
    rules = data.rules("calendar") if rules is None else rules
    notice = next((each for each in rules["year"] if each["year"] == year), None)
    off = {day for first, last in (notice["holidays"] if notice else ()) for day in pd.date_range(first, last).date}
    worked = set(notice["worked"]) if notice else set()
    if notice is None:
        off = {dt.date.fromisoformat(f"{year}-{day}") for day in rules["always"]["days"]}
    every = pd.date_range(f"{year}-01-01", f"{year}-12-31")
    busy = [day for day in every if day.date() in worked or (day.date().weekday() < 5 and day.date() not in off)]  # noqa: PLR2004 - Saturday
    counts = pd.Series([day.month for day in busy]).value_counts().reindex(range(1, MONTHS + 1), fill_value=0)
    document = (notice or rules["always"])["document"]
    return Calendar(
        year, counts.to_numpy("int64"), notice is not None, str(document), frozenset(off), frozenset(worked)
    )


def frozen(industry_codes: pd.Series, rules: Mapping[str, Any] | None = None) -> pd.Series:
    """Return for each site whether the frozen season concerns it, by the beginning of its industry's code."""
    begins = (data.rules("calendar") if rules is None else rules)["frozen"]["begins"]
    return industry_codes.fillna("").astype(str).str.startswith(tuple(begins))


def frozen_months(rules: Mapping[str, Any] | None = None) -> tuple[int, ...]:
    """Return the months of the frozen season."""
    return tuple((data.rules("calendar") if rules is None else rules)["frozen"]["months"])


@dataclass(frozen=True)
class Filing:
    """How it stands with filing: one of ``ALARMS``, the days left (below 0 when overdue), when due and by what."""

    alarm: str
    days_left: int
    due_on: dt.date
    document: str


def filing(year: int, on: dt.date, *, filed: bool, rules: Mapping[str, Any] | None = None) -> Filing:
    """Return whether the plan of a year is to be filed: silent before the alarm, open until due, then overdue."""
    told = (data.rules("calendar") if rules is None else rules)["filing"]
    alarm_from, due_on = (dt.date.fromisoformat(f"{year}-{told[name]}") for name in ("alarm_from", "due_on"))
    if filed:
        alarm = "filed"
    elif on < alarm_from:
        alarm = "early"
    else:
        alarm = "open" if on <= due_on else "overdue"
    return Filing(alarm, (due_on - on).days, due_on, str(told["document"]))
