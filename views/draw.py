"""Double-random draws step by step: lists frozen, announced, numbers told, drawn when the public values are out."""

import tempfile
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from cross_check import draw_records
from cross_check.draws import Record
from gis.errors import WorkbenchError
from gis.files import read_json
from gis.language import Catalogue
from views import cases, draw_form, draw_minutes, frame, listing, printing, state, who
from views.draw_minutes import HEADS

PAGE = "draw"
WHICH = f"{PAGE}-which"
_STEPS = ("announced", "told", "concluded")
_PUBLIC = ("csv", "xlsx")


def page() -> None:
    """Draw the page."""
    words = frame.words_now()
    frame.title(words, "draw_page.title", words.say("draw_page.hint"))
    frame.tables(words, "enterprises")
    try:
        table = draw_records.listing(state.project()).iloc[::-1].reset_index(drop=True)
        _list(words, table)
        number = _chosen(words, table)
        if number:
            _draw(words, number, str(table.set_index("number")["state"][number]))
        else:
            draw_form.draw(words)
    except WorkbenchError as fault:
        st.error(cases.explain(words, fault), icon=":material/error:")


def _list(words: Catalogue, table: pd.DataFrame) -> None:
    if table.empty:
        st.info(words.say("draw_page.none"), icon=":material/inbox:")
        return
    heads = [words.say(f"draw_page.head_{name}") for name in ("draw", "title", "state", "units", "to_draw", "done")]
    rows = [
        (
            row.number,
            str(row.title),
            words.say(f"draw_state.{row.state}"),
            f"{row.units:,}",
            f"{row.to_draw:,}",
            f"{row.drawn:,.0f}" if pd.notna(row.drawn) else "-",
        )
        for row in table.itertuples(index=False)
    ]
    st.html(frame.sheet(heads, rows))


def _chosen(words: Catalogue, table: pd.DataFrame) -> str:
    """Ask for a draw; "" is a new one. One that was just announced is opened."""
    if draw_form.NEXT in st.session_state:
        st.session_state[WHICH] = st.session_state.pop(draw_form.NEXT)
    titles = dict(zip(table["number"], table["title"], strict=True))
    return str(
        st.selectbox(
            words.say("draw_page.which"),
            ["", *titles],
            format_func=lambda each: f"{each} {titles[each]}" if each else words.say("draw_page.new"),
            key=WHICH,
            width=520,
        )
    )


def _draw(words: Catalogue, number: str, now: str) -> None:
    project = state.project()
    record = draw_records.read(project, number)
    names = draw_form.people(project) | draw_records.partner_names(project, number)
    _steps(words, record, now)
    announced = record["announcement"]
    st.caption(words.say("draw_page.commitment"))
    with st.container(key="commitment"):
        st.code(announced["commitment"], language=None)
    about = {
        "document": announced["document"],
        "rule": record["frozen"]["rule"]["document"],
        "valid_on": record["frozen"]["valid_on"],
        "announced_at": cases.beijing(announced["announced_at"]),
        "witnesses": words.say("triage_cli.joint").join(record["frozen"]["witnesses"]) or "-",
    }
    if record["frozen"]["partner"]:
        about["partner"] = record["frozen"]["partner"]
    st.html(
        frame.sheet(
            [words.say(f"draw_page.fact_{name}") for name in about],
            [tuple(about.values())],
        )
    )
    if now == "announced":
        _open(words, number, announced)
    elif now == "concluded":
        _result(words, number, record, names)
    with st.expander(words.say("draw_page.lists"), icon=":material/list_alt:", expanded=now != "concluded"):
        draw_form.lists(words, record["frozen"], names)
    with st.expander(words.say("draw_page.history"), icon=":material/history:", expanded=now == "aborted"):
        st.html(cases.history(words, cases.ledger().events(("draw", number))))


def _steps(words: Catalogue, record: Record, now: str) -> None:
    due = max(beacon["due"] for beacon in record["announcement"]["beacons"])
    at = 3 if now == "concluded" else 1 if state.today().isoformat() < due else 2
    marks = ["done" if step < at else "now" if step == at else "" for step in range(len(_STEPS))]
    said = [words.say(f"draw_page.step_{name}", due=due) for name in _STEPS]
    if now == "aborted":
        marks, said = ["done", "now"], [said[0], words.say("draw_state.aborted")]
    spans = "".join(f'<span class="{mark}">{text}</span>' for mark, text in zip(marks, said, strict=True))
    st.html(f'<div class="hdq-steps">{spans}</div>')


def _open(words: Catalogue, number: str, announced: Mapping[str, Any]) -> None:
    """Draw what can still be done: tell a number, enter the public values, give up."""
    if not draw_form.may(words):
        return
    first, last = (pick(each["due"] for each in announced["beacons"]) for pick in (min, max))
    if announced["nonces"] and state.today().isoformat() < first:
        _tell(words, number, announced)
    with st.container(border=True):
        st.markdown(f"**{words.say('draw_page.values')}**")
        if state.today().isoformat() < last:
            st.info(words.say("draws.too_early", day=last), icon=":material/schedule:")
        else:
            values = {
                each["name"]: st.text_input(
                    words.say("draw_page.value_of", name=each["name"], due=each["due"]),
                    key=f"{PAGE}-value-{number}-{each['name']}",
                )
                for each in announced["beacons"]
            }
            if st.button(
                words.say("draw_page.conclude"),
                type="primary",
                disabled=not all(values.values()),
                key=f"{PAGE}-conclude",
            ):
                verb = partial(draw_records.conclude, state.project(), who.act(), number, values)
                draw_form.attempt(words, verb)
    with st.expander(words.say("draw_page.abort"), icon=":material/cancel:"):
        why = st.text_input(words.say("draw_page.abort_why"), key=f"{PAGE}-abort-why-{number}")
        if st.button(words.say("draw_page.abort"), disabled=not why.strip(), key=f"{PAGE}-abort"):
            draw_form.attempt(words, partial(draw_records.abort, state.project(), who.act(why), number))


def _tell(words: Catalogue, number: str, announced: Mapping[str, Any]) -> None:
    path = state.project().draws / number / "told.json"
    told = set(read_json(path)) if path.is_file() else set()
    with st.container(border=True):
        st.markdown(f"**{words.say('draw_page.tell')}**")
        rows = [
            (each["by"], each["commitment"], words.say("map.yes" if each["by"] in told else "map.no"))
            for each in announced["nonces"]
        ]
        st.html(frame.sheet([words.say(f"draw_page.head_{name}") for name in ("party", "digest", "told")], rows))
        waiting = [each["by"] for each in announced["nonces"] if each["by"] not in told]
        if not waiting:
            return
        with st.container(horizontal=True, vertical_alignment="bottom"):
            party = st.selectbox(words.say("draw_page.head_party"), waiting, key=f"{PAGE}-party-{number}", width=200)
            nonce = st.text_input(words.say("draw_page.own_number"), type="password", key=f"{PAGE}-nonce-{number}")
            if st.button(words.say("draw_page.tell_button"), disabled=not nonce.strip(), key=f"{PAGE}-tell"):
                verb = partial(draw_records.tell, state.project(), who.act(), number, str(party), nonce.strip())
                draw_form.attempt(words, verb)


def _result(words: Catalogue, number: str, record: Record, names: Mapping[str, str]) -> None:
    table = draw_minutes.drawn(record, names, words)
    st.subheader(words.say("draw_page.drawn", count=len(table)))
    alone = int((table["pair"] == words.say("draw_page.no_pair")).sum())
    if alone:
        st.warning(words.say("draw_page.without_pair", count=alone), icon=":material/warning:")
    shown = [name for name in HEADS["drawn"] if name != "partner" or record["frozen"]["partner"]]
    headed = table[shown].set_axis([words.say(f"draw_page.head_{name}") for name in shown], axis=1)
    st.dataframe(headed, hide_index=True, height=380)
    with st.container(horizontal=True):
        minutes = partial(_minutes, words, number, record, names)
        _file(words, "minutes", minutes, f"{number}.html", "text/html", "print")
        for ending in _PUBLIC:
            made, name = partial(public, words, number, ending), f"{number}-public.{ending}"
            _file(words, f"public_{ending}", made, name, listing.MIME[ending], "public")
        path = state.project().draws / number / "record.json"
        _file(words, "record", path.read_bytes, "record.json", "application/json", "data_object")
    st.caption(words.say("draw_page.seed"))
    st.code(record["seed"], language=None)
    st.caption(words.say("draw_page.verify"))
    st.code("python tools/verify_draw.py record.json", language=None)


def _minutes(words: Catalogue, number: str, record: Record, names: Mapping[str, str]) -> bytes:
    return printing.whole(draw_minutes.sheet(number, record, names, words)).encode()


def _file(words: Catalogue, name: str, made: Callable[[], bytes], file_name: str, mime: str, icon: str) -> None:
    """Draw a button that makes a file when it is pressed."""
    st.download_button(
        words.say(f"draw_page.{name}"),
        made,
        file_name,
        mime,
        key=f"{PAGE}-{name}",
        icon=f":material/{icon}:",
        on_click="ignore",
    )


def public(words: Catalogue, number: str, ending: str) -> bytes:
    """Return the public list of a concluded draw as a file of an ending."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"public.{ending}"
        draw_records.publish(state.project(), number, path, words)
        return path.read_bytes()


if __name__ == "__main__":
    page()
