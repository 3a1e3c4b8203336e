"""Columns of a file on the import desk: what each heading was taken for, how surely, and a choice to say otherwise."""

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from cross_check import registry
from cross_check.arrivals import Arrival
from gis import particulars, register
from gis.guesses import SURE
from gis.language import Catalogue
from views import asked

ACROSS = 4


def optional() -> list[str]:
    """Return the columns that a file may have beyond the required ones."""
    more = [column for column in register.COLUMNS if column not in register.REQUIRED]
    return [*more, *particulars.spellings()]


def draw(arrival: Arrival, sha256: str, words: Catalogue) -> None:
    """Draw a choice of heading for each column of the register."""
    st.caption(words.say("desk.columns_required"))
    _grid(arrival, sha256, list(register.REQUIRED), words)
    with st.expander(words.say("desk.columns_more")):
        _grid(arrival, sha256, optional(), words)


def missing(arrival: Arrival) -> list[str]:
    """Return the required columns that no heading was taken for; how places are written is found out apart."""
    placed = arrival.located is not None
    wanted = [column for column in register.REQUIRED if not (placed and column in {"lon", "lat"})]
    return [column for column in wanted if not arrival.columns.get(column)]


def why(column: str, arrival: Arrival, chosen: Mapping[str, str], words: Catalogue) -> str:
    """Return on what the heading of a column rests."""
    if column in chosen:
        return words.say("desk.why_hand")
    found = arrival.guesses[arrival.guesses["column"] == column]
    if found.empty:
        located = arrival.located.headings.get(column, "") if arrival.located is not None else ""
        return registry.column(located, words) if located else words.say("desk.why_missing")
    guess = found.iloc[0]
    said = words.say(f"desk.why_{guess['why']}")
    return words.say("desk.confidence", why=said, share=float(guess["confidence"]))


def _grid(arrival: Arrival, sha256: str, columns: list[str], words: Catalogue) -> None:
    chosen = dict(asked.of(sha256).columns)
    headings = ["", *map(str, arrival.rows.columns)]
    places = st.columns(ACROSS, gap="small")
    for number, column in enumerate(columns):
        with places[number % ACROSS]:
            now = chosen.get(column, arrival.columns.get(column, ""))
            key = f"heading-{sha256[:12]}-{column}"
            st.session_state.setdefault(key, now if now in headings else "")
            st.selectbox(
                registry.column(column, words),
                headings,
                format_func=lambda heading: heading or words.say("desk.no_heading"),
                key=key,
                on_change=_set,
                args=(sha256, column, key),
            )
            st.caption(_hint(column, arrival, chosen, words))


def _hint(column: str, arrival: Arrival, chosen: Mapping[str, str], words: Catalogue) -> str:
    """Return the confidence, and for a guess that is not sure enough the heading that it would be."""
    said = why(column, arrival, chosen, words)
    found: pd.DataFrame = arrival.guesses[arrival.guesses["column"] == column]
    unsure = len(found) and found.iloc[0]["confidence"] < SURE and column not in chosen
    return f"{found.iloc[0]['heading']}? {said}" if unsure else said


def _set(sha256: str, column: str, key: str) -> None:
    asked.keep(sha256, asked.of(sha256).with_column(column, st.session_state[key]))
