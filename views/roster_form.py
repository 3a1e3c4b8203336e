"""The form of one line of a register: what the table's form asks for, filled with what stands there."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from cross_check import data, listings
from gis.language import DEFAULT, Catalogue
from views import state

OFFICER = "officer"
_JOINT = ";"
_FROM_TODAY = ("valid_from", "visited_on")


def form_of(kind: str) -> Mapping[str, Any]:
    """Return the form (cross_check/data/forms.toml) under which tables of a register come in."""
    form: Mapping[str, Any] = data.rules("forms")[listings.FORMS.get(kind, "officers")]
    return form


def headings(kind: str) -> dict[str, str]:
    """Return the heading that people write above each column of a register."""
    return {column: spellings[0] for column, spellings in form_of(kind)["columns"].items()}


def label(words: Catalogue, kind: str, column: str) -> str:
    """Return what people call a column of a register."""
    own = (f"rosters_page.field_{kind}_{column}", f"rosters_page.field_{column}")
    return next((words.words[code] for code in own if code in words.words), "") or words.say(f"ledger_head.{column}")


def value(words: Catalogue, kind: str, column: str, told: object) -> str:
    """Return a value of a register in words; nothing for a missing one."""
    if told is None or pd.isna(told):
        return ""
    if isinstance(told, float):
        return f"{told:g}"
    spelled = form_of(kind).get("words", {}).get(column)
    parts = str(told).split(_JOINT)
    return words.say("triage_cli.joint").join(_spelled(words, spelled, part) if spelled else part for part in parts)


def name(words: Catalogue, kind: str, object_id: str, known: Mapping[str, Any]) -> str:
    """Return what people call a line of a register; a cap, which has no name, by its site, year and kind of check."""
    if kind == "cap":
        site = words.say("rosters_page.all_sites") if known["site_id"] == "*" else str(known["site_id"])
        return " ".join([site, *(value(words, kind, each, known[each]) for each in ("year", "check_kind"))])
    return next((str(known[each]) for each in ("name", "officer_id") if known.get(each)), object_id)


def draw(words: Catalogue, kind: str, mark: str, known: Mapping[str, Any]) -> dict[str, str]:
    """Draw the fields of a line in two columns, and return the keys of their widgets.

    Parameters
    ----------
    words : Catalogue
    kind : str
    mark : str
        What tells this form's widgets from others'.
    known : mapping
        Values of the line, none for a new one.
    """
    keys = {column: f"{mark}-{column}" for column in headings(kind)}
    places = st.columns(2, gap="small")
    for at, (column, key) in enumerate(keys.items()):
        with places[at % 2]:
            _field(words, kind, column, known.get(column), key)
    return keys


def row(kind: str, told: Mapping[str, Any]) -> pd.DataFrame:
    """Return what was filled in as a row of a table under the form's headings."""
    texts = {
        heading: _JOINT.join(told[column]) if isinstance(told.get(column), list) else str(told.get(column) or "")
        for column, heading in headings(kind).items()
    }
    return pd.DataFrame([texts], index=[1])


def _field(words: Catalogue, kind: str, column: str, known: object, key: str) -> None:
    form, said = form_of(kind), label(words, kind, column)
    needed = column in form["required"]
    said = words.say("rosters_page.needed", name=said) if needed else said
    spelled = form.get("words", {}).get(column, {})
    if column in form.get("days", ()):
        first = dt.date.fromisoformat(str(known)) if known else state.today() if column in _FROM_TODAY else None
        st.date_input(said, first, format="YYYY-MM-DD", key=key)
    elif spelled and column in form.get("lists", ()):
        chosen = [part for part in str(known or "").split(_JOINT) if part]
        st.multiselect(
            said, list(spelled), chosen, format_func=lambda each: _spelled(words, spelled, each), key=key,
            placeholder=words.say("rosters_page.none"),
        )  # fmt: skip
    elif spelled:
        options = list(spelled) if needed else ["", *spelled]
        st.selectbox(
            said,
            options,
            index=options.index(known) if known in options else 0,
            format_func=lambda each: _spelled(words, spelled, each) if each else words.say("rosters_page.none"),
            key=key,
        )
    else:
        hint = words.words.get(f"rosters_page.hint_{kind}_{column}") or words.words.get(f"rosters_page.hint_{column}")
        st.text_input(said, _text(known), key=key, placeholder=hint)


def _text(known: object) -> str:
    """Return a value as the form reads it back: nobody's eyes, so lists keep their semicolons and 0 is no gap."""
    if known is None:
        return ""
    return f"{known:g}" if isinstance(known, float) else str(known)


def _spelled(words: Catalogue, spelled: Mapping[str, list[str]], code: str) -> str:
    return spelled[code][0] if words.language == DEFAULT and code in spelled else code
