"""Hotspots: where cases gather more than chance explains, how sure one may be of it, and why each cell is judged so."""

from collections.abc import Sequence
from dataclasses import dataclass

import geopandas as gpd
import pandas as pd
import streamlit as st

from gis.errors import WorkbenchError
from gis.files import read_json
from gis.grids import Tiles
from gis.language import Catalogue, catalogue
from views import board, choosing, frame, handout, layers, listing, reasons, scenes, state, study
from views.layers import Layer
from views.state import Stamp, Tables
from views.study import Asked, Counted, Evidence

PAGE = "hotspots"
_SHOWN = f"{PAGE}-shown"
_LIST_PX = 250


@dataclass(frozen=True)
class Result:
    """What the page shows: the answer to what was asked, or the project's own file, of which no more is known."""

    asked: Asked | None
    table: gpd.GeoDataFrame
    counted: Counted | None


def page() -> None:
    """Draw the page."""
    words = frame.words_now()
    frame.title(words, "hotspots_page.title", words.say("hotspots_page.hint"))
    shown = frame.tables(words)
    if not shown.stamp.has("regions") or not any(shown.stamp.has(part) for part in ("hotspots", "signals", "leads")):
        frame.missing(words, shown.stamp, "hotspots")
    asked = _controls(words, shown)
    result = _result(words, shown, asked)
    if result is None:
        st.stop()
    _facts(words, shown.stamp, result, asked)
    cell = _chosen(result)
    seen, asked_then = (None, None) if cell.empty else _evidence(shown, result, cell)
    left, right = st.columns([3, 2], gap="small")
    with left:
        window = [] if seen is None else [scenes.window(result.table, seen.members["cell_id"])]
        scene = board.Scene(
            layers=[*_layers(shown.stamp, result.asked, words.language), *window],
            bounds=layers.bounds_of(shown["regions"]),
            legend=[scenes.bin_legend(words, result.table)],
            chosen=choosing.chosen(PAGE),
            flight=choosing.flight(PAGE),
        )
        board.draw(scene, words, f"{PAGE}-map", on_pick=choosing.from_map(PAGE))
        st.caption(words.say("map.sketch"))
    with right:
        _list(words, shown, result)
        if seen is None:
            st.caption(words.say("hotspots_page.choose"))
        else:
            if asked_then is None:
                st.caption(words.say("hotspots_page.unknown"))
            reasons.draw(cell, seen, asked_then, words)


def _controls(words: Catalogue, shown: Tables) -> Asked | None:
    """Draw what may be chosen; None if the project has no events, or while only one day of two is chosen."""
    there = [kind for kind in study.EVENTS if len(study.events_of(shown.layers, kind))]
    if not there:
        return None

    def select(name: str, choices: Sequence[str], width: int) -> str:
        return st.selectbox(
            words.say(f"hotspots_page.{name}"),
            choices,
            format_func=lambda each: words.say(f"hotspots_page.{name}_{each}"),
            key=f"{PAGE}-{name}",
            persist_state="session",
            width=width,
        )

    with st.container(horizontal=True, vertical_alignment="bottom", key="filters"):
        events = select("events", there, 110)
        days = study.events_of(shown.layers, events)["seen_on"]
        first, last = days.min().date(), days.max().date()
        # The key tells the record's ends: another kind of events begins with its own period.
        period = st.date_input(
            words.say("hotspots_page.period"),
            (first, last),
            first,
            last,
            key=f"{PAGE}-period-{events}-{first}-{last}",
            format="YYYY-MM-DD",
            width=230,
        )
        cells = select("cells", list(study.CELLS)[1:] + list(study.CELLS)[:1], 150)
        chosen = {name: select(name, study.CHOICES[name], 170) for name in ("statistic", "windows")}
        with st.popover(words.say("hotspots_page.more"), width="content"):
            finer = [name for name in study.CHOICES if name not in chosen]
            chosen |= {name: select(name, study.CHOICES[name], 220) for name in finer}
        st.button(words.say("hotspots_page.compute"), type="primary", key=f"{PAGE}-go", icon=":material/play_arrow:")
    if len(period) < 2:  # noqa: PLR2004 -- the first and the last day
        return None
    return Asked(events, cells, str(period[0]), str(period[1]), **chosen)


def _result(words: Catalogue, shown: Tables, asked: Asked | None) -> Result | None:
    """Return what to show: the answer just asked for, the last one, or the project's file."""
    if st.session_state.get(f"{PAGE}-go") and asked is not None:
        try:
            _compute(words, shown.stamp, asked)
        except WorkbenchError as fault:
            st.error(words.explain(fault), icon=":material/error:")
        else:
            st.session_state[_SHOWN] = (shown.stamp, asked)
            choosing.choose(PAGE, None, fly=False)
    kept = st.session_state.get(_SHOWN)
    if kept and kept[0] == shown.stamp:
        return Result(kept[1], _judged(*kept), _counted(*kept))
    if shown.stamp.has("hotspots"):
        return Result(None, shown["hotspots"], None)
    st.info(words.say("hotspots_page.ready"), icon=":material/play_arrow:")
    return None


def _compute(words: Catalogue, stamp: Stamp, asked: Asked) -> None:
    """Go through the steps, telling each; every step keeps its result."""
    bar = st.progress(0.0, words.say("hotspots_page.step_cells"))
    _tiles(stamp, asked.cells)
    bar.progress(0.3, words.say("hotspots_page.step_count"))
    _counted(stamp, asked)
    bar.progress(0.5, words.say("hotspots_page.step_judge"))
    _judged(stamp, asked)
    bar.empty()


@st.cache_resource(max_entries=6, show_spinner=False)
def _tiles(stamp: Stamp, cells: str) -> Tiles:
    return study.tiles_of(cells, state.tables(stamp)["regions"])


@st.cache_resource(max_entries=12, show_spinner=False)
def _counted(stamp: Stamp, asked: Asked) -> Counted:
    shown = state.tables(stamp)
    events = study.events_of(shown.layers, asked.events)
    return study.count(asked, events, _tiles(stamp, asked.cells), shown["enterprises"])


@st.cache_resource(max_entries=12, show_spinner=False)
def _judged(stamp: Stamp, asked: Asked) -> gpd.GeoDataFrame:
    return study.judge(asked, _counted(stamp, asked))


def _facts(words: Catalogue, stamp: Stamp, result: Result, asked: Asked | None) -> None:
    """Say what is shown, how much there is, and whether it is still what the controls ask for."""
    table = result.table
    hot, cold = int((table["bin"] > 0).sum()), int((table["bin"] < 0).sum())
    counts = words.say(
        "hotspots_page.counts", cells=f"{len(table):,}", hot=hot, cold=cold, cases=f"{int(table['count'].sum()):,}"
    )
    if result.asked is None:
        st.caption(f"{words.say('hotspots_page.stored', time=_made_at(stamp))} {counts}")
        return
    st.caption(f"{_told(result.asked, words)} {counts}")
    if asked != result.asked:
        st.warning(words.say("hotspots_page.stale"), icon=":material/history:")


def _told(asked: Asked, words: Catalogue) -> str:
    names = ("events", "cells", *study.CHOICES)
    said = [words.say(f"hotspots_page.{name}_{getattr(asked, name)}") for name in names]
    return words.say("hotspots_page.shown", parts=" \u00b7 ".join([*said, f"{asked.first} \u2013 {asked.last}"]))


def _made_at(stamp: Stamp) -> str:
    return next((state.written_at(when) for name, when, _ in stamp.marks if name == "hotspots"), "")


def _list(words: Catalogue, shown: Tables, result: Result) -> None:
    ranked = listed(result.table)
    if not (result.table["bin"] != 0).any():
        st.info(words.say("hotspots_page.none"), icon=":material/check_circle:")
    ids = list(ranked["cell_id"])
    choosing.table(PAGE, "cells", listing.cells(ranked, words), ids, listing.columns(words), _LIST_PX)
    handout.buttons(ranked, "hotspots", reasons.about(result.asked, _made_at(shown.stamp), words), words)


def listed(table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the cells of the list: hot ones first, then cold ones, then those with too few cases for a colour."""
    marked = table[table["bin"] != 0].sort_values(["bin", "z"], ascending=False)
    few = table[study.few(table)].sort_values("z", ascending=False)
    return gpd.GeoDataFrame(pd.concat([marked, few], ignore_index=True), geometry="geometry", crs=table.crs)


def _chosen(result: Result) -> gpd.GeoDataFrame:
    chosen = choosing.chosen(PAGE)
    return result.table[result.table["cell_id"] == chosen[1]] if chosen else result.table[:0]


def _evidence(shown: Tables, result: Result, cell: gpd.GeoDataFrame) -> tuple[Evidence, Asked | None]:
    """Return what speaks about a cell, and what was asked: of the project's file, if its recipe still holds."""
    if result.counted is not None:
        return study.evidence(result.counted, cell), result.asked
    asked = _recipe(shown.stamp)
    if asked is not None and "radius" in cell:
        seen = study.evidence(_counted(shown.stamp, asked), cell)
        if len(seen.records) == int(cell["window_count"].iloc[0]):
            return seen, asked
    kinds = [study.events_of(shown.layers, kind) for kind in study.EVENTS[:2]]
    return study.nearby(result.table, pd.concat(kinds, ignore_index=True), cell), None


@st.cache_resource(max_entries=4, show_spinner=False)
def _recipe(stamp: Stamp) -> Asked | None:
    path = stamp.project.hotspots.with_suffix(".json")
    return study.asked_by(read_json(path), state.tables(stamp).layers) if path.is_file() else None


@st.cache_resource(max_entries=8, show_spinner=False)
def _layers(stamp: Stamp, asked: Asked | None, language: str) -> list[Layer]:
    shown, words = state.tables(stamp), catalogue(language)
    table = shown["hotspots"] if asked is None else _judged(stamp, asked)
    return [*scenes.regions(shown["regions"], words), scenes.cells(table, words)]


if __name__ == "__main__":
    page()
