"""Faults of a file on the import desk, row by row: put a cell right, leave a row out, or take the list along."""

import pandas as pd
import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from cross_check import registry
from cross_check.arrivals import Arrival
from gis.language import Catalogue
from views import asked, handout

MOST = 500
"""Faults that are listed on the page; the download has all."""

_PROPOSED = ("register.mistyped_credit_code", "register.mistyped_permit_no")
_HEIGHT = 330
_FITS = 8
_COLUMNS = ("row", "column", "sentence", "value", "hint", "new", "skip")


def listed(faults: pd.DataFrame, arrival: Arrival, words: Catalogue) -> pd.DataFrame:
    """Return faults as a table to fill in.

    Returns
    -------
    DataFrame
        row, column (heading), sentence, value (the cell as it stands), hint (a proposal, never applied by itself), new
        (empty), skip (False).
    """
    rows = arrival.rows
    cells = [
        str(rows.loc[row, column]) if row in rows.index and column in rows.columns else str(value)
        for row, column, value in zip(faults["row"], faults["column"], faults["value"], strict=True)
    ]
    proposed = faults["code"].isin(_PROPOSED)
    return pd.DataFrame(
        {
            "row": faults["row"].to_numpy(),
            "column": [registry.column(str(column), words) for column in faults["column"]],
            "sentence": [words.say(code) for code in faults["code"]],
            "value": cells,
            "hint": faults["value"].where(proposed, "").astype(str).to_numpy(),
            "new": "",
            "skip": False,
        }
    )


def answers(
    edited: pd.DataFrame, faults: pd.DataFrame, arrival: Arrival
) -> tuple[dict[tuple[int, str], str], set[int]]:
    """Return the cells that a person has put right and the rows to leave out; a cell that the file lacks is ignored."""
    fixes = {
        (int(row), str(column)): str(new).strip()
        for row, column, new in zip(faults["row"], faults["column"], edited["new"], strict=True)
        if isinstance(new, str) and new.strip() and row in arrival.rows.index and column in arrival.rows.columns
    }
    return fixes, {int(row) for row in faults["row"][edited["skip"].to_numpy(dtype=bool)]}


def draw(faults: pd.DataFrame, notes: pd.DataFrame, arrival: Arrival, sha256: str, words: Catalogue) -> None:
    """Draw the list of faults with its answers, and the oddities below it."""
    said = asked.of(sha256)
    if said.fixes or said.skipped:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(words.say("desk.fault_done", fixed=len(said.fixes), skipped=len(said.skipped)), width="content")
            st.button(words.say("desk.fault_reset"), key=f"reset-{sha256[:12]}", on_click=_reset, args=(sha256,))
    if len(faults):
        _editor(faults, arrival, sha256, words)
    else:
        st.caption(words.say("desk.fault_none"))
    if len(notes):
        with st.expander(words.say("desk.notes")):
            told = listed(notes.head(MOST), arrival, words)[["row", "column", "sentence", "value"]]
            st.dataframe(_headed(told, words), hide_index=True, height="content" if len(told) < _FITS else _HEIGHT)
    whole = pd.concat([faults, notes], ignore_index=True)
    if len(whole):
        table = listed(whole, arrival, words)[["row", "column", "sentence", "value", "hint"]]
        st.download_button(
            words.say("desk.fault_download"),
            data=lambda: handout.sheet(_headed(table, words)),
            file_name="faults.xlsx",
            icon=":material/download:",
            on_click="ignore",
            key=f"faults-{sha256[:12]}",
        )


def _editor(faults: pd.DataFrame, arrival: Arrival, sha256: str, words: Catalogue) -> None:
    shown = faults.head(MOST).reset_index(drop=True)
    table = listed(shown, arrival, words)
    said = asked.of(sha256)
    edited = st.data_editor(
        table,
        hide_index=True,
        height="content" if len(table) < _FITS else _HEIGHT,
        disabled=["row", "column", "sentence", "value", "hint"],
        column_config=_config(words),
        key=f"faults-{sha256[:12]}-{hash(said)}",
    )
    if len(faults) > MOST:
        st.caption(words.say("desk.fault_more", shown=MOST))
    fixes, skipped = answers(edited, shown, arrival)
    st.button(
        words.say("desk.fault_apply"),
        key=f"apply-{sha256[:12]}",
        disabled=not (fixes or skipped),
        on_click=_apply,
        args=(sha256, fixes, skipped),
    )


def _config(words: Catalogue) -> dict[str, ColumnConfig]:
    named = {name: words.say(f"desk.fault_{name}") for name in _COLUMNS}
    plain = {
        name: st.column_config.TextColumn(
            said, width="medium" if name in {"sentence", "value", "hint", "new"} else None
        )
        for name, said in named.items()
        if name not in {"row", "skip"}
    }
    row = st.column_config.NumberColumn(named["row"], format="%d", width="small")
    skip = st.column_config.CheckboxColumn(named["skip"], width="small")
    return {"row": row, **plain, "skip": skip}


def _headed(table: pd.DataFrame, words: Catalogue) -> pd.DataFrame:
    return table.rename(columns={name: words.say(f"desk.fault_{name}") for name in _COLUMNS})


def _apply(sha256: str, fixes: dict[tuple[int, str], str], skipped: set[int]) -> None:
    asked.keep(sha256, asked.of(sha256).with_fixes(fixes, skipped))


def _reset(sha256: str) -> None:
    said = asked.of(sha256)
    asked.keep(sha256, asked.Asked(said.part, said.columns, said.systems))
