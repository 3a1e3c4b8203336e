"""Verdicts on the bench: the lead before the eyes is read with one key, and the reading is an event of the ledger."""

from functools import partial

import pandas as pd
import streamlit as st

from cross_check import casebook
from cross_check.ledger.events import Event, Record
from gis.language import Catalogue
from satellite.targets import CLASSES
from views import cases, next_steps, state, who

KEYS = {"suspected": "1", "excluded": "2", "doubtful": "3"}
"""The key of each verdict."""


def draw(words: Catalogue, lead: pd.Series) -> None:
    """Offer to read a lead (a row of ``casebook.standing``), and to take its last reading back.

    A lead that the ledger does not hold is taken in first; a lead past reading goes on under casework.
    """
    key = ("lead", str(lead["lead_id"]))
    record = cases.ledger().record(key) if casebook.begun(state.project()) else Record(key)
    if not who.name():
        st.caption(words.say("casework.who"))
    elif not record.state:
        st.caption(words.say("bench.not_taken"))
        next_steps.take(words)
    else:
        if record.state in next_steps.READABLE:
            _verdicts(words, record)
        last = cases.ledger().events(key)[-1]
        if _is_reading(last):
            next_steps.undo(words, last.number)


def _verdicts(words: Catalogue, record: Record) -> None:
    """Ask for the class as a person sees it, a reason, and the verdict."""
    mark = f"{record.key[1]}-{record.version}"
    now = record.fields.get("human_class") or record.fields.get("machine_class")
    keys = {"human": f"bench-class-{mark}", "why": f"bench-why-{mark}"}
    left, right = st.columns(2, gap="small")
    left.selectbox(
        words.say("casework.human"),
        CLASSES,
        index=CLASSES.index(now) if now in CLASSES else 0,
        format_func=lambda each: words.say(f"class.{each}"),
        key=keys["human"],
    )
    right.text_input(words.say("bench.why"), key=keys["why"])
    with st.container(horizontal=True):
        for verdict, key in KEYS.items():
            verb = partial(next_steps.read, record.key[1], record.version, verdict=verdict)
            said = words.say(f"lead_state.{verdict}")
            args = (words, keys, verb)
            st.button(said, key=f"verdict-{verdict}", shortcut=key, on_click=cases.press, args=args)


def _is_reading(event: Event) -> bool:
    return event.kind == "lead.read" and not event.reverses
