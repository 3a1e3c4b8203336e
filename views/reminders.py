"""Reminders on the overview: what runs out, and whom the grounds of the positive list speak for or against."""

from datetime import date

import pandas as pd
import streamlit as st

from cross_check import officers, registers
from gis import files
from gis.language import Catalogue
from views import cases, frame, state, wording
from views.state import Stamp, Tables

_FIRST = 8
_WITHIN_DAYS = 60


def draw(words: Catalogue, shown: Tables) -> None:
    """Draw what runs out within sixty days or has run out, and how many sites qualify; where nothing is, nothing."""
    folder, head, today = str(state.project().folder), cases.ledger().head(), state.today()
    due = pd.concat([_ending(folder, head, today), _certificates(today)], ignore_index=True)
    advice = _advice(shown.stamp, head, today) if shown.stamp.has("enterprises") else {}
    if due.empty and not advice:
        return
    st.subheader(words.say("reminders.title"))
    if len(due):
        heads = [words.say(f"reminders.head_{name}") for name in ("what", "name", "day", "left")]
        st.html(
            frame.sheet(heads, [_row(words, row) for row in due.sort_values("day").head(_FIRST).to_dict("records")])
        )
        st.caption(words.say("reminders.count", count=len(due), days=_WITHIN_DAYS))
    if advice:
        st.caption(words.say("reminders.advice", enter=advice.get("list", 0), leave=advice.get("remove", 0)))
        st.code(f"hdq positive suggest --project {state.project().folder.name}", language=None)


def _row(words: Catalogue, row: dict[str, object]) -> tuple[str, str, str, str]:
    left = words.say("reminders.left", days=row["days_left"])
    return words.say(str(row["code"])), str(row["name"] or row["object_id"]), wording.day(row["day"]), left


@st.cache_resource(max_entries=4, show_spinner=False)
def _ending(folder: str, head: tuple[int, str], today: date) -> pd.DataFrame:
    del head
    found = registers.alarms(state.ledger(folder), on=today, within_days=_WITHIN_DAYS)
    return found.assign(name=found["name"].astype(object).where(found["name"].notna(), None))


def _certificates(today: date) -> pd.DataFrame:
    path = state.project().officers
    if not path.is_file():
        return pd.DataFrame(columns=["code", "name", "object_id", "day", "days_left"])
    due = officers.expiring(officers.completed(files.read_table(path)), on=today, within_days=_WITHIN_DAYS)
    left = (due["certificate_until"] - pd.Timestamp(today)).dt.days
    told = {"code": "reminders.certificate", "name": due["name"], "object_id": due["officer_id"]}
    return pd.DataFrame(told | {"day": due["certificate_until"], "days_left": left}, index=due.index)


@st.cache_resource(max_entries=4, show_spinner=False)
def _advice(stamp: Stamp, head: tuple[int, str], today: date) -> dict[str, int]:
    del head
    found = registers.qualified(state.ledger(stamp.folder), state.tables(stamp)["enterprises"], on=today)
    counts: dict[str, int] = found.table["advice"].value_counts().to_dict()
    return counts
