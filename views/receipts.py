"""What became of imports: the receipt of the latest, every change of the register, and the way back."""

from collections import Counter
from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from cross_check import annals, desk, registry
from cross_check.files import Project
from gis import history
from gis.errors import WorkbenchError
from gis.history import Act, Event
from gis.language import Catalogue
from views import cases, frame, handout, state, who, wording

_RECEIPT = "desk-receipt"
_MOST = 500
_HEIGHT = 300
_FIGURES = ("rows", "saved", "new", "changed", "unchanged", "faulty", "total")
_CODES = {"faulty": "skipped"}
_TONES = {"saved": "#1B9E77", "faulty": "#D55E00"}


def keep(name: str, figures: Mapping[str, object], notes: pd.DataFrame) -> None:
    """Keep the receipt of an import for this session."""
    st.session_state[_RECEIPT] = (name, dict(figures), notes)


def cards(figures: Mapping[str, object], words: Catalogue, *, made: bool = False) -> str:
    """Return the figures of an import as HTML; ``made`` for one that has been made."""
    parts = []
    for name in _FIGURES:
        said = "receipt_saved" if made and name == "saved" else "change_" + _CODES.get(name, name)
        tone = f' style="--tone: {_TONES[name]}"' if name in _TONES else ""
        parts.append(
            f"<div{tone}><b>{escape(str(figures.get(name, 0)))}</b><span>{words.say(f'desk.{said}')}</span></div>"
        )
    return f'<div class="hdq-cards seven">{"".join(parts)}</div>'


def reasons(faults: pd.DataFrame, words: Catalogue) -> list[list[str]]:
    """Return why rows were left out, the commonest reason first: sentence and number of rows."""
    counted = Counter(faults.drop_duplicates(["row", "code"])["code"]).most_common()
    return [[words.say(str(code)), str(count)] for code, count in counted]


def draw(project: Project, words: Catalogue) -> bool:
    """Draw the receipt of the latest import of this session; tell whether there is one."""
    found = st.session_state.get(_RECEIPT)
    if not found:
        return False
    name, figures, notes = found
    number = int(figures["number"])
    st.success(words.say("desk.receipt", number=number, name=wording.unmarked(name)), icon=":material/receipt_long:")
    st.html(cards(figures, words, made=True))
    if len(notes):
        st.html(f"<b>{words.say('desk.receipt_reasons')}</b>")
        heads = [words.say("desk.reason_head"), words.say("desk.count_head")]
        st.html(frame.sheet(heads, reasons(notes, words)))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.button(words.say("desk.close"), key="receipt-close", on_click=_close, type="primary")
        _download(notes, words)
    _undo(project, number, str(figures["by"]), words, "receipt")
    return True


def past(project: Project, words: Catalogue) -> None:
    """Draw every change of the register; one that is chosen with its cells and the way back."""
    try:
        known = events(str(project.folder), mark(project))
    except WorkbenchError as error:
        st.error(wording.unmarked(words.explain(error)), icon=":material/error:")
        return
    if not known:
        st.info(words.say("desk.past_none"), icon=":material/inbox:")
        return
    table = history.summary(known).iloc[::-1].reset_index(drop=True)
    columns = ("event", "kind", "at", "by", "sender", "source", "valid_from", "sites", "why", "in_force")
    shown = table.assign(
        kind=[words.say(f"history.{kind}") for kind in table["kind"]],
        at=[cases.beijing(at) for at in table["at"]],
        valid_from=table["valid_from"].dt.strftime("%Y-%m-%d"),
        in_force=[words.say("desk.yes" if each else "desk.no") for each in table["in_force"]],
    )[list(columns)]
    st.caption(words.say("desk.past_choose"))
    picked = st.dataframe(
        shown.rename(columns={name: words.say(f"desk.head_{name}") for name in columns}),
        hide_index=True,
        height=_HEIGHT,
        key="past",
        on_select="rerun",
        selection_mode="single-row",
    )
    rows = picked["selection"]["rows"]
    if rows:
        number = int(table["event"].iloc[rows[0]])
        _details(project, known[number - 1], words)
        if bool(table["in_force"].iloc[rows[0]]):
            _undo(project, number, "", words, "past")


def mark(project: Project) -> tuple[tuple[str, int], ...]:
    """Return which events a project has and when each was written: what is kept by it is never stale."""
    found = sorted(project.history.glob("??????.json")) if project.history.is_dir() else []
    return tuple((path.name, path.stat().st_mtime_ns) for path in found)


@st.cache_resource(max_entries=4, show_spinner=False)
def events(folder: str, marks: tuple[tuple[str, int], ...]) -> list[Event]:
    """Return the events of a project; ``marks`` are those of ``mark``.

    Raises
    ------
    WorkbenchError
        ``history.broken``.
    """
    del marks
    return annals.events(Project(Path(folder)))


def _details(project: Project, event: Event, words: Catalogue) -> None:
    told = history.differences(event.changes)
    st.caption(words.say("desk.past_differences", shown=min(_MOST, len(told)), count=len(told)))
    st.dataframe(differences(told.head(_MOST), words), hide_index=True, height=_HEIGHT)
    record = annals.record(project, event.number)
    for code, part in (("past_fixed", "fixed"), ("past_left", "skipped")):
        rows = record.get(part)
        if isinstance(rows, list) and rows:
            with st.expander(f"{words.say(f'desk.{code}')} ({len(rows)})"):
                st.dataframe(_told(rows, words), hide_index=True)


def differences(told: pd.DataFrame, words: Catalogue) -> pd.DataFrame:
    """Return changes cell by cell (``history.differences``) in words."""
    pairs = {side: zip(told["column"], told[side], strict=True) for side in ("before", "after")}
    values = {side: [registry.value(name, str(text), words) for name, text in pairs[side]] for side in pairs}
    return pd.DataFrame(
        {
            words.say("columns.site_id"): list(told["site_id"]),
            words.say("columns.name"): list(told["name"]),
            words.say("desk.fault_column"): [registry.column(name, words) for name in told["column"]],
            words.say("desk.head_before"): values["before"],
            words.say("desk.head_after"): values["after"],
        }
    )


def _told(rows: list[dict[str, Any]], words: Catalogue) -> pd.DataFrame:
    table = pd.DataFrame(rows)
    if "code" in table:
        table = table.assign(code=[words.say(code) for code in table["code"]])
    names = {"row": "fault_row", "column": "fault_column", "code": "fault_sentence", "value": "fault_value"}
    names |= {"before": "head_before", "after": "head_after"}
    return table.astype(str).rename(columns={name: words.say(f"desk.{code}") for name, code in names.items()})


def _download(notes: pd.DataFrame, words: Catalogue) -> None:
    if notes.empty:
        return
    table = _told(notes.to_dict("records"), words)
    st.download_button(
        words.say("desk.fault_download"),
        data=lambda: handout.sheet(table),
        file_name="receipt.xlsx",
        icon=":material/download:",
        on_click="ignore",
        key="receipt-download",
    )


def _undo(project: Project, number: int, by: str, words: Catalogue, key: str) -> None:
    """Draw the way back; whoever works takes it, else who has imported."""
    by = who.name() or by
    with st.container(horizontal=True, vertical_alignment="bottom"):
        why = st.text_input(words.say("desk.undo_why"), key=f"{key}-undo-why")
        label = words.say("desk.undo" if key == "receipt" else "desk.past_undo")
        if not by:
            st.caption(words.say("desk.need_name"), width="content")
        if st.button(label, key=f"{key}-undo", icon=":material/undo:", disabled=not by):
            try:
                desk.undo(project, Act(by=by, at=state.now(), why=why), number)
            except WorkbenchError as error:
                st.error(wording.unmarked(words.explain(error)), icon=":material/error:")
                return
            st.session_state.pop(_RECEIPT, None)
            st.toast(words.say("desk.undone", number=number), icon=":material/undo:")
            st.rerun()


def _close() -> None:
    st.session_state.pop(_RECEIPT, None)
