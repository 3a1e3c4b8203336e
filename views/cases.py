"""What pages of leads, orders and problems share: the ledger as it stands, and what is said when it refuses."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import streamlit as st

from cross_check import casebook, orders
from cross_check.files import Project
from cross_check.ledger.events import Event
from cross_check.ledger.store import Conflict, Ledger
from cross_check.triage import Proposal, Refusal
from gis.errors import TableFaults, WorkbenchError
from gis.history import BEIJING
from gis.language import Catalogue
from views import frame, state, who

STATES = ("lead", "order", "problem", "survey", "assessment")
SAID = (
    "human_class",
    "trigger",
    "way",
    "letter_no",
    "receiver",
    "due_on",
    "finding",
    "merged",
    "merged_into",
    "problem_id",
    "extension_until",
    "look_back_read",
    "acceptance",
    "measures",
    "organisation",
    "task",
    "done_on",
)
"""Fields whose change the history spells out."""
_FAULTS = 20


def region_names(words: Catalogue) -> dict[str, str]:
    """Return what people call each division of the project that is shown."""
    layer = state.project().regions
    mark = layer.stat().st_mtime_ns if layer.is_file() else 0
    return _region_names(str(state.project().folder), mark, words.language)


@st.cache_resource(max_entries=8, show_spinner=False)
def _region_names(folder: str, mark: int, language: str) -> dict[str, str]:
    del mark  # a part of the key: another layer, other names
    return casebook.region_names(Project(Path(folder)), language)


def ledger() -> Ledger:
    """Return the ledger of the project that is shown."""
    return state.ledger(str(state.project().folder))


def leads(*, merged: bool = False) -> gpd.GeoDataFrame:
    """Return all leads as they stand, as the role of who works may see them; with those that went into another."""
    opened = ledger()
    return _leads(str(state.project().folder), opened.head(), who.role(), merged=merged)


@st.cache_resource(max_entries=8, show_spinner=False)
def _leads(folder: str, head: tuple[int, str], role: str, *, merged: bool) -> gpd.GeoDataFrame:
    del head  # a part of the key: another last event, another table
    return casebook.table(state.ledger(folder), role=role, merged=merged)


@st.cache_resource(max_entries=8, show_spinner=False)
def proposals(folder: str, head: tuple[int, str], day: str) -> dict[str, Proposal]:
    """Return what triage proposes for all suspected leads; kept by the last event and the day."""
    del head
    opened = state.ledger(folder)
    whole = casebook.table(opened)
    suspected = whole[whole["state"] == "suspected"].reset_index(drop=True)
    sites = casebook.ground(Project(Path(folder))).enterprises
    return orders.propose(opened, suspected, sites, on=date.fromisoformat(day))


def attempt(words: Catalogue, verb: Callable[[], object], done: str) -> None:
    """Record something; say that it was done, or why not. A conflict shows both versions. May be a button's callback.

    Parameters
    ----------
    words : Catalogue
    verb : callable
        Records. It asks for who and when itself: what is done on a press bears the time of the press.
    done : str
        What is said afterwards, on the page as it is then.
    """
    try:
        verb()
    except Conflict as conflict:
        st.error(words.explain(conflict), icon=":material/group:")
        st.html(_both(words, conflict))
    except WorkbenchError as refusal:
        refused(words, refusal)
    else:
        st.toast(done, icon=":material/check_circle:")


def refused(words: Catalogue, refusal: WorkbenchError) -> None:
    """Say why something was refused; a refused table shows every fault by the row that the user sees."""
    st.error(explain(words, refusal), icon=":material/block:")
    if isinstance(refusal, TableFaults):
        faults = refusal.faults
        heads = [words.say(f"desk.fault_{name}") for name in ("row", "column", "sentence", "value")]
        said = [words.say(code) for code in faults["code"].head(_FAULTS)]
        rows = zip(faults["row"], faults["column"], said, faults["value"], strict=False)
        st.html(frame.sheet(heads, [[str(each) for each in row] for row in rows]))


def press(words: Catalogue, keys: Mapping[str, str], verb: Callable[[dict[str, Any]], object], done: str = "") -> None:
    """Record what a person filled in; runs as the callback of a button, before the page is drawn anew.

    What the button was drawn with, the version before the person's eyes among it, is what is recorded against: if
    somebody else was quicker, both versions are shown above the page, also where the form is gone by then.

    Parameters
    ----------
    words : Catalogue
    keys : mapping of str to str
        Key of the widget of each value.
    verb : callable
        Records the values.
    done : str
        What is said afterwards; by default that it is recorded.
    """
    filled = {name: st.session_state.get(key) for name, key in keys.items()}
    told = {name: value.isoformat() if isinstance(value, date) else value for name, value in filled.items()}
    attempt(words, partial(verb, told), done or words.say("casework.recorded"))


def versions(lead_ids: Sequence[str]) -> dict[str, int]:
    """Return the version of each lead as it is shown."""
    shown = leads().set_index("lead_id")["version"]
    return {name: int(shown[name]) for name in lead_ids}


def explain(words: Catalogue, refusal: WorkbenchError) -> str:
    """Return a refusal with its codes in words."""
    params = dict(refusal.params)
    if refusal.code == "ledger.lacks":
        params["fields"] = words.say("triage_cli.joint").join(
            field(words, name) for name in str(params["fields"]).split(", ")
        )
    if refusal.code == "ledger.not_allowed":
        params["role"] = words.say(f"roles.{params['role']}")
    if refusal.code == "orders.refused":
        params["rule"] = words.say(f"rule.{str(params['rule']).removeprefix('triage.')}")
    if refusal.code == "orders.officers":
        params["reason"] = words.say(str(params["reason"]))
    return words.say(refusal.code, **params)


def not_allowed(words: Catalogue) -> str:
    """Return that the role of who works may not do this."""
    return words.say("problems_page.not_allowed", role=words.say(f"roles.{who.role()}"))


def field(words: Catalogue, name: str) -> str:
    """Return what people call a field of a record; its code where nobody calls it anything."""
    code = f"field.{name}"
    return words.words.get(code, name)


def asked(words: Catalogue, name: str, known: object = None, said: str = "", key: str | None = None) -> str:
    """Ask for a field of a record, by its name or by what is said: a day by a calendar, all else by a line."""
    said = said or field(words, name)
    if not name.endswith("_on"):
        return st.text_input(said, value=str(known or ""), key=key, placeholder=words.words.get(f"hint.{name}"))
    first = date.fromisoformat(str(known)) if known else state.today()
    return st.date_input(said, first, format="YYYY-MM-DD", key=key).isoformat()


def refusal_of(told: Mapping[str, Any]) -> Refusal:
    """Return a refusal as an order keeps it."""
    return Refusal(
        told["way"],
        told["code"],
        told["document"],
        told["article"],
        told.get("issued_on", ""),
        hard=bool(told["hard"]),
        facts=told["facts"],
    )


def state_label(words: Catalogue, kind: str, code: str) -> str:
    """Return what people call a state."""
    known = "survey" if kind == "assessment" else kind
    return words.say(f"{known}_state.{code}") if kind in STATES and code else code


def tab(words: Catalogue, page: str, sizes: Mapping[str, int], codes: Mapping[str, str], default: str) -> str:
    """Ask which part of a list to show, by tabs with their counts; return its name.

    Parameters
    ----------
    page : str
        The list's page, which is the beginning of the widget's key.
    sizes : mapping of str to int
        How many records each part holds, in the order of the tabs.
    codes : mapping of str to str
        The code of each part's name.
    default : str
        The part shown first.
    """

    def label(each: str) -> str:
        return words.say("casework.tab", name=words.say(codes[each]), count=sizes.get(each, 0))

    return str(
        st.segmented_control(
            words.say("casework.tabs"),
            list(sizes),
            format_func=label,
            default=default,
            required=True,
            key=f"{page}-tab",
            label_visibility="collapsed",
        )
    )


def beijing(at: str | datetime) -> str:
    """Return a time, as text or not, in Beijing time, to the minute."""
    return pd.Timestamp(at).tz_convert(BEIJING).strftime("%Y-%m-%d %H:%M")


def history(words: Catalogue, events: Sequence[Event]) -> str:
    """Return the events of a record as a table in HTML, the newest first.

    When, who and the number stand below each other: beside each other they leave no room for what was done.
    """
    heads = [words.say(f"cases.head_{name}") for name in ("at", "what", "why")]
    rows = [("\n".join(_origin(words, event)), _what(words, event), event.why) for event in reversed(events)]
    return frame.sheet(heads, rows)


def _origin(words: Catalogue, event: Event) -> tuple[str, str, str]:
    person = words.say("cases.person", name=event.who, role=words.say(f"roles.{event.role}"))
    return beijing(event.at), person, words.say("cases.event", number=event.number)


def _what(words: Catalogue, event: Event) -> str:
    first, second = (state_label(words, event.object_kind, code) for code in (event.from_state, event.to_state))
    moved = words.say("cases.moved", first=first or "-", second=second or "-") if first != second else ""
    shown = {name: both for name, both in event.changes.items() if name in SAID}
    said = [
        words.say("cases.said", field=field(words, name), value=_value(words, name, after))
        for name, (_, after) in shown.items()
    ]
    back = words.say("cases.reversed", number=event.reverses) if event.reverses else ""
    done = words.words.get(f"event.{event.kind}") or words.say("cases.noted")
    return " ".join(filter(None, [back, moved, *said])) or done


def _value(words: Catalogue, name: str, value: object) -> str:
    if value is None:
        return "-"
    if name == "receiver":
        return region_names(words).get(str(value), str(value))
    catalogues = {"human_class": "class", "trigger": "sources", "way": "way", "look_back_read": "look_back"}
    return words.say(f"{catalogues[name]}.{value}") if name in catalogues else str(value)


def _both(words: Catalogue, conflict: Conflict) -> str:
    """Return a table of what was to be recorded and what stands by now."""
    entry, now = conflict.entry, conflict.now
    kind = entry.key[0]
    rows = [
        (
            words.say("cases.state"),
            state_label(words, kind, now.state if entry.state is None else entry.state),
            state_label(words, kind, now.state),
        )
    ]
    for name, value in entry.fields.items():
        rows.append((field(words, name), _value(words, name, value), _value(words, name, now.fields.get(name))))
    return frame.sheet([words.say(f"cases.head_{name}") for name in ("field", "yours", "theirs")], rows)
