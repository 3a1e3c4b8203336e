"""One selection for the map and the table of a page: whichever was touched last leads, the other follows."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from views import board

HEAD_PX, ROW_PX = 35, 32
"""Height of a table's heading and of its rows."""

Chosen = tuple[str, str]
"""(layer, id) of the chosen feature."""


def chosen(page: str) -> Chosen | None:
    """Return what is chosen on a page."""
    found: Chosen | None = st.session_state.get(f"{page}-chosen")
    return found


def flight(page: str) -> int:
    """Return a number that changes whenever the map is to go to the chosen feature."""
    return int(st.session_state.get(f"{page}-flight", 0))


def choose(page: str, wanted: Chosen | None, *, fly: bool = True) -> None:
    """Choose a feature; with ``fly`` the map goes to it."""
    st.session_state[f"{page}-chosen"] = wanted
    st.session_state[f"{page}-flight"] = flight(page) + int(fly)


def view(page: str, label: str, named: Mapping[str, str]) -> str:
    """Draw the choice among the views of a page, remembered from page to page, and return the one chosen.

    Parameters
    ----------
    page : str
    label : str
        What stands above it.
    named : mapping of str to str
        What each view is called; the first one is shown at first.
    """
    return str(
        st.segmented_control(
            label,
            list(named),
            format_func=lambda each: named[each],
            default=next(iter(named)),
            required=True,
            key=f"{page}-view",
            persist_state="session",
        )
    )


def from_map(page: str) -> Callable[[], None]:
    """Return the callback of a map: what was clicked is chosen, and the map stays where it is."""
    return partial(_follow_map, page)


def table(
    page: str, layer: str, listed: pd.DataFrame, ids: Sequence[str], columns: Mapping[str, Any], height: int
) -> None:
    """Draw a table whose rows are features of a layer; choosing a row chooses the feature and moves the map to it.

    Parameters
    ----------
    page, layer : str
    listed : DataFrame
        Readable columns.
    ids : sequence of str
        Feature of each row.
    columns : mapping
        Streamlit's column settings, by heading.
    height : int
        Pixels at most.
    """
    key = f"{page}-table"
    now = chosen(page)
    rows = [ids.index(now[1])] if now and now[0] == layer and now[1] in ids else []
    st.session_state[key] = {"selection": {"rows": rows, "columns": [], "cells": []}}
    st.dataframe(
        listed,
        hide_index=True,
        key=key,
        on_select=partial(_follow_table, page, layer, list(ids)),
        selection_mode="single-row",
        column_config=dict(columns),
        height=fit(len(ids), height),
        row_height=ROW_PX,
    )


def fit(rows: int, height: int) -> int:
    """Return the height of a list whose rows are ``ROW_PX`` high: no higher than its rows, at most some pixels."""
    return min(height, HEAD_PX + 3 + ROW_PX * max(rows, 1))


def keep(page: str, ids: Sequence[str]) -> str:
    """Keep what is chosen in a list on its records, not on its rows, when the list is another one; return its key.

    A table remembers the numbers of its rows. After an act or on another tab other records stand there, and the next
    act would be theirs.

    Parameters
    ----------
    page : str
    ids : sequence of str
        Record of each row that is about to be drawn.
    """
    key, mark = f"{page}-list", f"{page}-listed"
    before, now = st.session_state.get(mark), list(ids)
    if key in st.session_state and before is not None and before != now:
        rows = st.session_state[key]["selection"]["rows"]
        still = [now.index(before[row]) for row in rows if row < len(before) and before[row] in now]
        st.session_state[key] = {"selection": {"rows": still, "columns": [], "cells": []}}
    st.session_state[mark] = now
    return key


def _follow_map(page: str) -> None:
    pick = board.picked(f"{page}-map")
    if pick:
        choose(page, (pick.layer, pick.id), fly=False)


def _follow_table(page: str, layer: str, ids: Sequence[str]) -> None:
    rows = st.session_state[f"{page}-table"]["selection"]["rows"]
    choose(page, (layer, ids[rows[0]]) if rows else None)
