"""Reminders on the overview: what runs out, and whom the grounds of the positive list speak for or against."""

from datetime import date

import pandas as pd
import streamlit as st

from cross_check import officers, planning, registers, staffing
from gis.language import Catalogue
from views import cases, frame, state, wording
from views.state import Stamp, Tables

_FIRST = 8
WITHIN_DAYS = 60
"""How many days ahead pages tell what runs out."""


def draw(words: Catalogue, shown: Tables) -> None:
    """Draw what runs out within sixty days or has run out, and how many sites qualify; where nothing is, nothing."""
    found = due()
    grounds = advised(shown.stamp) if shown.stamp.has("enterprises") else pd.DataFrame()
    if found.empty and grounds.empty:
        return
    st.subheader(words.say("reminders.title"))
    if len(found):
        heads = [words.say(f"reminders.head_{name}") for name in ("what", "name", "day", "left")]
        st.html(frame.sheet(heads, [line(words, row) for row in _nearest(found).to_dict("records")]))
        st.caption(words.say("reminders.count", count=len(found), days=WITHIN_DAYS))
    if not grounds.empty:
        st.caption(advice(words, grounds))
    st.page_link("views/rosters.py", label=words.say("rosters_page.title"), icon=":material/fact_check:")


def unfiled(words: Catalogue) -> None:
    """Warn of a yearly plan that is not filed, from 1 March on."""
    alarm, said = filing(words, state.today().year)
    if alarm in {"open", "overdue"}:
        st.warning(said, icon=":material/alarm:")
        st.page_link("views/plan_board.py", label=words.say("board_page.title"), icon=":material/calendar_month:")


def filing(words: Catalogue, year: int) -> tuple[str, str]:
    """Return how it stands with filing a year's plan, one of ``calendars.ALARMS``, and the sentence for it."""
    told = planning.filing(state.project(), year, state.today())
    facts = {"year": year, "due": told.due_on.isoformat(), "days": abs(told.days_left), "document": told.document}
    return told.alarm, words.say(f"board_page.alarm_{told.alarm}", **facts)


def _nearest(found: pd.DataFrame) -> pd.DataFrame:
    """Return what runs out or ran out nearest to today: what was over years ago does not push it out of sight."""
    first = found["days_left"].astype(int).abs().sort_values(kind="stable").index[:_FIRST]
    return found.loc[first].sort_values("day")


def due() -> pd.DataFrame:
    """Return what runs out within sixty days or has run out, the earliest first: ``listings.ALARMS``, officers too."""
    ending = _ending(str(state.project().folder), cases.ledger().head(), state.today())
    return pd.concat([ending, _certificates(state.today())], ignore_index=True).sort_values("day", ignore_index=True)


def advised(stamp: Stamp) -> pd.DataFrame:
    """Return whom the grounds speak for or against today: site_id, advice (list or remove), missing."""
    return _advised(stamp, cases.ledger().head(), state.today())


def advice(words: Catalogue, found: pd.DataFrame) -> str:
    """Return how many sites could be listed and how many should leave; ``found`` as ``advised`` returns it."""
    counts = found["advice"].value_counts()
    return words.say("reminders.advice", enter=int(counts.get("list", 0)), leave=int(counts.get("remove", 0)))


def line(words: Catalogue, row: dict[str, object]) -> tuple[str, str, str, str]:
    """Return what runs out, whose it is, when, and how long that is from today."""
    days = int(str(row["days_left"]))
    left = words.say("reminders.over" if days < 0 else "reminders.left", days=abs(days))
    return words.say(str(row["code"])), str(row["name"] or row["object_id"]), wording.day(row["day"]), left


@st.cache_resource(max_entries=4, show_spinner=False)
def _ending(folder: str, head: tuple[int, str], today: date) -> pd.DataFrame:
    del head
    found = registers.alarms(state.ledger(folder), on=today, within_days=WITHIN_DAYS)
    return found.assign(name=found["name"].astype(object).where(found["name"].notna(), None))


def _certificates(today: date) -> pd.DataFrame:
    due = officers.expiring(staffing.table(state.project()), on=today, within_days=WITHIN_DAYS)
    left = (due["certificate_until"] - pd.Timestamp(today)).dt.days
    told = {"kind": "officer", "code": "reminders.certificate", "name": due["name"], "object_id": due["officer_id"]}
    return pd.DataFrame(told | {"day": due["certificate_until"], "days_left": left}, index=due.index)


@st.cache_resource(max_entries=4, show_spinner=False)
def _advised(stamp: Stamp, head: tuple[int, str], today: date) -> pd.DataFrame:
    del head
    found = registers.qualified(state.ledger(stamp.folder), state.tables(stamp)["enterprises"], on=today).table
    return found[found["advice"].notna()].reset_index(drop=True)
