"""The calendar: every day once, holidays and worked week-ends marked by a word."""

import re

from cross_check import calendars
from gis.language import catalogue
from views import plan_calendar


def test_each_day_stands_once_and_holidays_are_marked():
    """2026 by the notice: 33 days off, 6 week-end days worked; working days by month stand in the captions."""
    year = calendars.of_year(2026)
    drawn = plan_calendar.sheet(catalogue("zh"), year)
    assert len(re.findall(r"<td class=", drawn)) == 365
    assert drawn.count(">休</i>") == 3 + 9 + 3 + 5 + 3 + 3 + 7
    assert drawn.count(">班</i>") == 6
    assert '<td class="off">17<i>休</i></td>' in drawn
    assert "7 月 · 工作日 23 天" in drawn


def test_week_ends_of_a_year_without_notice_are_plain():
    """Only fixed dates are known to be off."""
    drawn = plan_calendar.sheet(catalogue("en"), calendars.of_year(2031))
    assert drawn.count(">on</i>") == 0
    assert drawn.count(">off</i>") == 6
