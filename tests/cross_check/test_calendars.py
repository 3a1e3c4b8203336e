"""Calendars: working days against the notice, the frozen season, the alarm for filing."""

import datetime as dt

import pandas as pd
import pytest

from cross_check import calendars


def test_a_year_with_its_notice_has_248_working_days():
    """2026: 365 days less 104 of week-ends, less the week-days off, plus the days worked in exchange."""
    year = calendars.of_year(2026)
    assert year.announced
    # By hand: 261 week-days; off on week-days: 2 + 7 + 1 + 3 + 1 + 1 + 5; worked on week-ends: 6.
    off = [dt.date(2026, 1, 1), dt.date(2026, 1, 2), *(dt.date(2026, 2, day) for day in (16, 17, 18, 19, 20, 23))]
    off += [dt.date(2026, 4, 6), *(dt.date(2026, 5, day) for day in (1, 4, 5)), dt.date(2026, 6, 19)]
    off += [dt.date(2026, 9, 25), *(dt.date(2026, 10, day) for day in (1, 2, 5, 6, 7))]
    assert all(day.weekday() < 5 for day in off)
    assert year.days.sum() == 261 - len(off) + 6
    assert year.days[6] == 23


def test_a_year_without_notice_says_so():
    """Only fixed dates and week-ends are known for it."""
    year = calendars.of_year(2031)
    assert not year.announced
    assert 250 <= year.days.sum() <= 261


def test_the_season_goes_by_industry():
    """Mining and building stand still, a power plant does not."""
    assert calendars.frozen(pd.Series(["B0610", "E4710", "D4411", None])).tolist() == [True, True, False, False]
    assert calendars.frozen_months() == (1, 2, 12)


@pytest.mark.parametrize(
    ("on", "filed", "alarm", "left"),
    [
        ("2026-02-28", False, "early", 31),
        ("2026-03-01", False, "open", 30),
        ("2026-03-31", False, "open", 0),
        ("2026-04-01", False, "overdue", -1),
        ("2026-04-01", True, "filed", -1),
    ],
)
def test_the_alarm_runs_from_the_first_to_the_last_of_march(on, filed, alarm, left):
    """Silent in February, open in March, overdue in April, silent again once filed."""
    found = calendars.filing(2026, dt.date.fromisoformat(on), filed=filed)
    assert (found.alarm, found.days_left) == (alarm, left)
