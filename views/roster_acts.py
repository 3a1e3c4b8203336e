"""What is done on the page of registers: a line added or changed, a table imported, a line ended, an act taken back."""

from collections.abc import Sequence
from datetime import date
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from cross_check import registers, staffing
from cross_check.ledger.events import Event, Record
from gis.language import Catalogue
from views import cases, frame, handout, next_steps, roster_form, state, who, wording
from views.roster_form import OFFICER

PAGE = "rosters"
_ACTS = 8
_ENDINGS = ["xlsx", "csv"]
_STEP, _MADE = f"{PAGE}-step", f"{PAGE}-made"


def new(words: Catalogue, kind: str) -> None:
    """Offer to add a line, to import a file, and to take back what was recorded last."""
    may = bool(who.name()) and who.may(f"{kind}.add")
    names = ("add", "import", "recent") if may else ("recent",)
    parts = dict(zip(names, st.tabs([words.say(f"rosters_page.part_{each}") for each in names]), strict=True))
    if may:
        with parts["add"]:
            _form(words, kind, Record((kind, "")), {})
        with parts["import"]:
            _import(words, kind)
    with parts["recent"]:
        _recent(words, kind, may=may)


def _form(words: Catalogue, kind: str, record: Record, known: dict[str, Any]) -> None:
    mark = f"{PAGE}-{kind}-{record.key[1]}-{record.version}-{st.session_state.get(_MADE, 0)}"
    with st.form(mark, border=True):
        keys = roster_form.draw(words, kind, mark, known) | {"why": f"{mark}-why"}
        st.text_input(words.say("casework.why"), key=keys["why"])
        # An officer of a table that was laid there by hand has no version yet.
        seen = record.version or (None if known else 0)
        verb = partial(_take, kind, words.say(f"rosters_page.{kind}"), seen)
        st.form_submit_button(
            words.say("rosters_page.change" if known else "rosters_page.add"),
            type="primary",
            on_click=cases.press,
            args=(words, keys, verb),
        )


def _take(kind: str, source: str, seen: int | None, told: dict[str, Any]) -> Sequence[Event]:
    act, rows = who.act(told.pop("why") or ""), roster_form.row(kind, told)
    if kind == OFFICER:
        staffing.take(state.project(), act, rows, source, seen)
    else:
        registers.take(cases.ledger(), act, rows, kind, source, seen)
    # What was recorded leaves the form; what was refused stays in it.
    st.session_state[_MADE] = st.session_state.get(_MADE, 0) + 1
    return ()


def _import(words: Catalogue, kind: str) -> None:
    heads = roster_form.headings(kind)
    needed = roster_form.form_of(kind)["required"]
    joint = words.say("triage_cli.joint")
    told = {"needed": joint.join(heads[name] for name in needed)}
    told["more"] = joint.join(head for name, head in heads.items() if name not in needed)
    st.caption(words.say("rosters_page.heads", **told))
    if kind == OFFICER:
        st.caption(words.say("rosters_page.replaces"))
    st.download_button(
        words.say("rosters_page.blank"),
        data=lambda: handout.sheet(pd.DataFrame(columns=list(heads.values()))),
        file_name=f"{kind}-blank.xlsx",
        icon=":material/description:",
        on_click="ignore",
        key=f"{PAGE}-{kind}-blank",
    )
    keys = {"sent": f"{PAGE}-{kind}-sent"}
    sent = frame.upload(words, words.say("rosters_page.file"), _ENDINGS, key=keys["sent"])
    st.button(
        words.say("rosters_page.import"),
        type="primary",
        disabled=sent is None,
        key=f"{PAGE}-{kind}-import",
        on_click=cases.press,
        args=(words, keys, partial(_imported, kind)),
    )
    step = st.session_state.get(_STEP)
    if step and step[0] == kind:
        st.success(words.say(step[1].code, **step[1].figures), icon=":material/receipt_long:")


def _imported(kind: str, told: dict[str, Any]) -> Sequence[Event]:
    st.session_state.pop(_STEP, None)
    with frame.put_down(told["sent"]) as path:
        if kind == OFFICER:
            step = staffing.import_file(state.project(), who.act(), path)
        else:
            step = registers.import_file(cases.ledger(), who.act(), path, kind)
    st.session_state[_STEP] = (kind, step)
    return ()


def _recent(words: Catalogue, kind: str, *, may: bool) -> None:
    """List the last acts of a register; each is taken back as a whole."""
    acts: dict[int, list[Event]] = {}
    told = cases.ledger().events(object_kind=kind)
    for event in told:
        acts.setdefault(event.act, []).append(event)
    back = {event.reverses for event in told}
    if not acts:
        st.caption(words.say("rosters_page.no_acts"))
    for number in sorted(acts, reverse=True)[:_ACTS]:
        left, right = st.columns([5, 2], vertical_alignment="center")
        left.caption(wording.unmarked(_act(words, acts[number], undone=number in back)))
        if may and number not in back:
            with right:
                next_steps.undo(words, acts[number][0].number)


def _act(words: Catalogue, events: Sequence[Event], *, undone: bool) -> str:
    first = events[0]
    verb = "back" if first.reverses else first.kind.partition(".")[2]
    what = words.say(f"rosters_page.act_{verb}", count=len(events), number=first.reverses)
    said = {"at": cases.beijing(first.at), "who": first.who, "what": what, "why": first.why}
    return words.say("rosters_page.act_undone" if undone else "rosters_page.act", **said)


def one(words: Catalogue, kind: str, object_id: str, known: dict[str, Any]) -> None:
    """Show one line: change it, end it, and what happened to it.

    Parameters
    ----------
    words : Catalogue
    kind, object_id : str
    known : dict
        The line as it stands.
    """
    record = cases.ledger().record((kind, object_id))
    st.subheader(wording.unmarked(roster_form.name(words, kind, object_id, known)))
    may = bool(who.name()) and who.may(f"{kind}.add")
    names = ("change", "end", "history") if may else ("history",)
    parts = dict(zip(names, st.tabs([words.say(f"rosters_page.part_{each}") for each in names]), strict=True))
    if may:
        with parts["change"]:
            _form(words, kind, record, known)
        with parts["end"]:
            _end(words, kind, record, known)
    with parts["history"]:
        events = cases.ledger().events(record.key)
        if not events:
            st.caption(words.say("rosters_page.no_acts"))
            return
        st.html(cases.history(words, events))
        if may:
            next_steps.undo(words, events[-1].number)


def _end(words: Catalogue, kind: str, record: Record, known: dict[str, Any]) -> None:
    """Ask why a line ends; a firm leaves the positive list on a day and may be barred for a time."""
    if kind == "positive" and known.get("removed_on"):
        st.caption(words.say("rosters_page.gone", day=known["removed_on"], why=known["removal_reason"]))
        return
    mark = f"{PAGE}-end-{kind}-{record.key[1]}-{record.version}"
    keys = {"why": f"{mark}-why"}
    with st.form(mark, border=True):
        st.text_input(words.say("casework.why_needed"), key=keys["why"])
        if kind == "positive":
            for name, first in (("removed_on", state.today()), ("barred_until", None)):
                keys[name] = f"{mark}-{name}"
                st.date_input(roster_form.label(words, kind, name), first, format="YYYY-MM-DD", key=keys[name])
        st.form_submit_button(
            words.say(f"rosters_page.end_{'positive' if kind == 'positive' else 'line'}"),
            type="primary",
            on_click=cases.press,
            args=(words, keys, partial(_ended, kind, record)),
        )


def _ended(kind: str, record: Record, told: dict[str, Any]) -> Sequence[Event]:
    act, name, seen = who.act(told["why"] or ""), record.key[1], record.version or None
    if kind == OFFICER:
        return staffing.withdraw(state.project(), act, name, seen)
    if kind != "positive":
        return registers.withdraw(cases.ledger(), act, kind, name, seen)
    day, bar = date.fromisoformat(told["removed_on"]), told.get("barred_until")
    until = date.fromisoformat(bar) if bar else None
    return registers.remove(cases.ledger(), act, name, on=day, barred_until=until, seen=seen)
