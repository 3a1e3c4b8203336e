"""The import desk: a file is looked at from all sides, put right, and only then saved, as one change."""

import datetime as dt
import hashlib
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

import geopandas as gpd
import pandas as pd
import streamlit as st

from cross_check import arrivals, desk, registry
from cross_check.areas import regions_of
from cross_check.arrivals import Arrival
from cross_check.desk import Preview
from cross_check.files import Project
from gis import duplicates, files, history
from gis.errors import WorkbenchError
from gis.history import Act
from gis.language import Catalogue
from views import asked, cases, faults, frame, headings, queued_import, receipts, state, systems, who, wording
from views.asked import Asked

ENDINGS = ["xlsx", "xls", "csv", "kml", "kmz", "ovkml", "ovkmz", "zip", "gpkg", "geojson", "dxf", "parquet", "gpx"]
_SHOWN_ROWS = 50
_SHOWN_PAIRS = 20
_PART_CODES = ("rows.several_sheets", "rows.several_layers")


@dataclass(frozen=True)
class Source:
    """A file on the desk: where it lies, what it is called and what it holds."""

    path: str
    name: str
    sha256: str


def page() -> None:
    """Draw the page."""
    words = frame.words_now()
    frame.title(words, "desk.title", words.say("desk.hint"))
    project = state.project()
    bring, past, senders = st.tabs([words.say(f"desk.tab_{name}") for name in ("bring", "past", "senders")])
    with bring:
        queued_import.draw(project, words)
        if not receipts.draw(project, words):
            _bring(project, words)
    with past:
        receipts.past(project, words)
    with senders:
        _senders(project, words)


def _bring(project: Project, words: Catalogue) -> None:
    source = _source(project, words)
    act = _act(project, words)
    if source is None:
        st.info(words.say("desk.start"), icon=":material/upload_file:")
        return
    said = asked.of(source.sha256)
    try:
        with st.spinner(words.say("desk.looking")):
            arrival, preview = looked_at(_marks(project), source, said, act.sender, act.valid_from)
    except WorkbenchError as error:
        st.error(wording.unmarked(words.explain(error)), icon=":material/error:")
        if error.code in _PART_CODES or said.part:
            _part(error, source, said, words)
        return
    existing = files.read_layer(project.enterprises) if project.enterprises.is_file() else history.empty()
    _preview(arrival, source, words)
    _heading(words.say("desk.step_columns"))
    headings.draw(arrival, source.sha256, words)
    _heading(words.say("desk.step_places"))
    if arrival.located is None:
        st.warning(words.say("desk.places_none"), icon=":material/wrong_location:")
    else:
        systems.draw(arrival.located, source.sha256, existing, regions_of(project), words)
    if preview is not None:
        _rows(preview, arrival, source, words)
    _save(project, source, act, said, (arrival, preview), words)


def _source(project: Project, words: Catalogue) -> Source | None:
    """Return the file that is uploaded, or one of the project's inbox."""
    left, right = st.columns([3, 2], gap="small")
    with left:
        sent = frame.upload(words, words.say("desk.upload"), ENDINGS, key="desk-upload")
    found = sorted(project.inbox.glob("*"))
    waiting = {
        path.name: path
        for path in found
        if path.suffix[1:].lower() in ENDINGS and not path.name.startswith(arrivals.LOCK)
    }
    with right:
        picked = st.selectbox(
            words.say("desk.inbox"),
            ["", *waiting],
            format_func=lambda name: name or words.say("desk.inbox_none"),
            key="desk-inbox",
            disabled=not waiting,
        )
    if sent is not None:
        return _put_down(sent.name, sent.getvalue())
    if picked:
        if arrivals.open_elsewhere(waiting[picked]):
            st.warning(words.say("desk.open_elsewhere", name=wording.unmarked(picked)), icon=":material/lock:")
        return Source(str(waiting[picked]), picked, _digest(str(waiting[picked]), waiting[picked].stat().st_mtime_ns))
    return None


@st.cache_resource(max_entries=16, show_spinner=False)
def _digest(path: str, written_ns: int) -> str:
    del written_ns
    return files.sha256(Path(path))


def _put_down(name: str, content: bytes) -> Source:
    """Lay an upload into a temporary folder of its own, under its own name."""
    sha256 = hashlib.sha256(content).hexdigest()
    folder = Path(tempfile.gettempdir()) / "hdq-desk" / sha256[:32]
    path = folder / (Path(name).name or "file")
    if not path.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        with files.written_aside(path) as aside:
            aside.write_bytes(content)
    return Source(str(path), name, sha256)


def _act(project: Project, words: Catalogue) -> Act:
    known = list(arrivals.senders(project))
    one, two, three, four = st.columns([4, 3, 4, 3], gap="small")
    sender = one.selectbox(
        words.say("desk.sender"),
        known,
        index=None,
        placeholder=words.say("desk.sender_new"),
        accept_new_options=True,
        key="desk-sender",
        persist_state="session",
    )
    # The side bar's name stands there already; a widget of the same key would be that widget twice.
    by = two.text_input(words.say("desk.by"), value=who.name(), key="desk-by")
    why = three.text_input(words.say("desk.why"), key="desk-why")
    day = four.date_input(words.say("desk.valid_from"), value=None, key="desk-valid-from", format="YYYY-MM-DD")
    valid_from = day if isinstance(day, dt.date) else None
    return Act(by=by.strip(), at=state.now(), why=why.strip(), valid_from=valid_from, sender=str(sender or "").strip())


def _marks(project: Project) -> tuple[tuple[str, int], ...]:
    """Return what an inspection rests on beside the file: register, divisions, memory, events."""
    parts = (project.enterprises, project.regions, project.counties, project.senders)
    written = tuple((str(path), path.stat().st_mtime_ns) for path in parts if path.is_file())
    return (*written, *receipts.mark(project), (str(project.folder), 0))


@st.cache_resource(max_entries=6, show_spinner=False)
def looked_at(
    marks: tuple[tuple[str, int], ...], source: Source, said: Asked, sender: str, valid_from: dt.date | None
) -> tuple[Arrival, Preview | None]:
    """Return what a file is and would change, see ``desk.inspect``; kept by its content and the answers.

    Raises
    ------
    WorkbenchError
        As ``desk.inspect`` does.
    """
    project = Project(Path(marks[-1][0]))
    act = Act(by="-", at=state.now(), valid_from=valid_from, sender=sender)
    return desk.inspect(Path(source.path), project, act, said.letter(sender))


def _part(error: WorkbenchError, source: Source, said: Asked, words: Catalogue) -> None:
    """Let a person name the sheet or layer."""
    names = [name.strip() for name in str(error.params.get("parts", "")).split(",") if name.strip()]
    chosen = st.selectbox(words.say("desk.part"), names, index=None, key=f"part-{source.sha256[:12]}")
    if chosen and chosen != said.part:
        asked.keep(source.sha256, replace(said, part=chosen))
        st.rerun()


def _heading(said: str) -> None:
    st.subheader(said, anchor=False)


def _preview(arrival: Arrival, source: Source, words: Catalogue) -> None:
    rows = arrival.rows
    facts = {"name": wording.unmarked(source.name), "rows": len(rows), "columns": len(rows.columns)}
    _heading(words.say("desk.step_preview", **facts))
    st.dataframe(rows.head(_SHOWN_ROWS).rename_axis(words.say("desk.fault_row")), height=220)
    if len(arrival.left_out):
        with st.expander(words.say("desk.step_preview_left", count=len(arrival.left_out))):
            told = faults.listed(arrival.left_out, arrival, words)[["row", "sentence", "value"]]
            st.dataframe(told.rename(columns={name: words.say(f"desk.fault_{name}") for name in told}), hide_index=True)


def _rows(preview: Preview, arrival: Arrival, source: Source, words: Catalogue) -> None:
    """Draw faults, duplicates and changes."""
    if preview.earlier is not None:
        facts = {"at": cases.beijing(preview.earlier.act.at), "by": preview.earlier.act.by}
        told = words.say("desk.earlier", number=preview.earlier.number, **facts)
        st.info(wording.unmarked(told), icon=":material/task_alt:")
    wrong, odd = preview.faults.iloc[: preview.faulty], preview.faults.iloc[preview.faulty :]
    _heading(words.say("desk.step_faults", faults=len(wrong), notes=len(odd)))
    faults.draw(wrong, odd, arrival, source.sha256, words)
    if len(preview.duplicates):
        _heading(words.say("desk.step_duplicates", count=len(preview.duplicates)))
        st.caption(words.say("desk.pair_hint"))
        for row in preview.duplicates.head(_SHOWN_PAIRS).itertuples(index=False):
            away = wording.distance(row.distance_m, words)
            facts = {"left": row.left_name, "right": row.right_name, "score": row.score, "distance": away}
            with st.expander(wording.unmarked(words.say("desk.pair", **facts))):
                st.html(both_sides(preview.after, row.left_id, row.right_id, words))
    _heading(words.say("desk.step_changes"))
    st.html(receipts.cards(preview.step.figures, words))
    if len(preview.differences):
        told = receipts.differences(preview.differences.head(500), words)
        with st.expander(words.say("desk.past_differences", shown=len(told), count=len(preview.differences))):
            st.dataframe(told, hide_index=True)


def both_sides(state_of_register: gpd.GeoDataFrame, left_id: str, right_id: str, words: Catalogue) -> str:
    """Return two sites side by side as HTML; rows that are empty on both sides are left out."""
    table = duplicates.sides(state_of_register, left_id, right_id)
    shown: pd.DataFrame = table[(table["left"] != "") | (table["right"] != "")]
    rows = [
        [
            registry.column(row.column, words),
            registry.value(row.column, row.left, words),
            registry.value(row.column, row.right, words),
            "\u2260" if row.differs else "",
        ]
        for row in shown.itertuples(index=False)
    ]
    heads = [words.say("register_page.doubles_field"), left_id, right_id, ""]
    return frame.sheet(heads, rows)


def _save(
    project: Project,
    source: Source,
    act: Act,
    said: Asked,
    seen: tuple[Arrival, Preview | None],
    words: Catalogue,
) -> None:
    """Draw the button that saves, and say what still stands in its way."""
    arrival, preview = seen
    faulty = preview.faulty if preview is not None else 0
    skip = bool(faulty) and st.checkbox(words.say("desk.skip_faulty"), key=f"skip-{source.sha256[:12]}")
    obstacles = {
        "need_by": not act.by,
        "need_system": preview is None,
        "need_columns": bool(headings.missing(arrival)),
        "need_faults": bool(faulty) and not skip,
        "need_news": preview is not None and preview.earlier is not None and preview.differences.empty,
    }
    open_ones = [words.say(f"desk.{code}") for code, holds in obstacles.items() if holds]
    if open_ones:
        st.caption(words.say("duplicates.joint").join(open_ones))
    queued = len(arrival.rows) >= queued_import.FROM_ROWS
    label = words.say("desk.do_import_queued" if queued else "desk.do_import")
    if not st.button(label, type="primary", disabled=bool(open_ones), key="desk-import"):
        return
    if queued:
        queued_import.submit(project, Path(source.path), act, said, skip=skip, language=words.language)
        st.rerun()
    with st.spinner(words.say("desk.importing")):
        try:
            step, notes = desk.import_enterprises(
                Path(source.path), project, act, said.letter(act.sender), skip_faulty=skip
            )
        except WorkbenchError as error:
            st.error(wording.unmarked(words.explain(error)), icon=":material/error:")
            return
    receipts.keep(source.name, step.figures, notes)
    st.rerun()


def _senders(project: Project, words: Catalogue) -> None:
    known = arrivals.senders(project)
    if not known:
        st.info(words.say("desk.senders_none"), icon=":material/contacts:")
        return
    st.caption(words.say("desk.senders_hint"))
    for number, (sender, custom) in enumerate(known.items()):
        columns = words.say("duplicates.joint").join(
            f"{heading} \u2192 {registry.column(column, words)}" for column, heading in custom.columns.items()
        )
        system = registry.system(custom.system, words) if custom.system else ""
        left, right = st.columns([6, 1], vertical_alignment="center")
        heads = [words.say(f"desk.sender_{name}") for name in ("head", "columns", "system")]
        left.html(frame.sheet(heads, [[sender, columns, system]]))
        right.button(words.say("desk.forget"), key=f"forget-{number}", on_click=arrivals.forget, args=(project, sender))


if __name__ == "__main__":
    page()
