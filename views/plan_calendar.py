"""The year's calendar: working days, holidays and days worked in exchange, with the notice that they stand on."""

import calendar
import datetime as dt
from html import escape

from cross_check.calendars import MONTHS, Calendar
from gis.language import Catalogue

_SATURDAY = 5


def sheet(words: Catalogue, year: Calendar) -> str:
    """Return twelve months as HTML; a holiday and a worked week-end say so in a word, not by colour alone."""
    days = [words.say(f"plan_calendar.day_{number}") for number in range(7)]
    heads = "".join(f"<th>{escape(each)}</th>" for each in days)
    months = []
    for month in range(1, MONTHS + 1):
        rows = "".join(
            "<tr>" + "".join(_cell(words, year, day, month) for day in week) + "</tr>"
            for week in calendar.Calendar().monthdatescalendar(year.year, month)
        )
        name = words.say("plan_calendar.month", month=month, days=int(year.days[month - 1]))
        months.append(f"<table><caption>{escape(name)}</caption><tr>{heads}</tr>{rows}</table>")
    return f'<div class="hdq-calendar">{"".join(months)}</div>'


def _cell(words: Catalogue, year: Calendar, day: dt.date, month: int) -> str:
    if day.month != month:
        return "<td></td>"
    kind, mark = "", ""
    if day in year.worked:
        kind, mark = "worked", words.say("plan_calendar.worked")
    elif day in year.holidays:
        kind, mark = "off", words.say("plan_calendar.off")
    elif day.weekday() >= _SATURDAY:
        kind = "rest"
    return f'<td class="{kind}">{day.day}<i>{escape(mark)}</i></td>'
