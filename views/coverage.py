"""Coverage: which prepared scenes show how much of the ground, why not the rest, and what each month has seen."""

from datetime import timedelta

import geopandas as gpd
import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cross_check import coverage as chain
from gis.errors import WorkbenchError
from gis.language import Catalogue, catalogue
from satellite import coverage
from views import board, choosing, clearness, frame, layers, queue, scenes, state, waiting_scenes
from views.layers import Layer
from views.state import Stamp

PAGE = "coverage"
_LIST_PX = 300


def page() -> None:
    """Draw the page."""
    words = frame.words_now()
    frame.title(words, "coverage_page.title", words.say("coverage_page.hint"))
    stamp = state.stamp_of(state.project())
    waiting_scenes.draw(words, opened=not stamp.has("coverage"))
    if not stamp.has("coverage"):
        queue.panel(words, "scenes")
        frame.missing(words, stamp, "coverage")
    shown = frame.tables(words, "coverage")
    table = shown["coverage"].sort_values(["seen_on", "scene_id"], ascending=[False, True], ignore_index=True)
    least = _controls(words, table)
    left, right = st.columns([3, 2], gap="small")
    with left:
        scene = board.Scene(
            layers=_layers(shown.stamp, words.language),
            bounds=layers.bounds_of(table),
            legend=[clearness.legend(table, words)],
            chosen=choosing.chosen(PAGE),
            flight=choosing.flight(PAGE),
        )
        board.draw(scene, words, f"{PAGE}-map", height=520, on_pick=choosing.from_map(PAGE))
    with right:
        _list(words, table)
        _months(words, shown.stamp)
    _scene(words, shown.stamp, table, least)


def _controls(words: Catalogue, table: gpd.GeoDataFrame) -> float:
    """Draw the day and the least clear share, and say how many scenes lie on either side; return the share."""
    first, last = table["seen_on"].min().date(), table["seen_on"].max().date()
    with st.container(horizontal=True, vertical_alignment="bottom", key="filters"):
        day = st.date_input(
            words.say("coverage_page.day"),
            value=first + timedelta(days=(last - first).days // 2 + 1),
            min_value=first,
            max_value=last + timedelta(days=1),
            format="YYYY-MM-DD",
            key=f"{PAGE}-day-{first}-{last}",
            persist_state="session",
            width=180,
        )
        least = st.slider(
            words.say("coverage_page.least"), 0, 100, 50, 5, key=f"{PAGE}-least", persist_state="session", width=260
        )
        before, after = coverage.around(table, day, least_clear=least / 100)
        st.metric(words.say("coverage_page.before", day=day.isoformat()), before, width=170)
        st.metric(words.say("coverage_page.after", day=day.isoformat()), after, width=170)
        st.metric(words.say("coverage_page.mean"), f"{table['clear'].mean():.0%}", width=170)
    return least / 100


@st.cache_resource(max_entries=8, show_spinner=False)
def _layers(stamp: Stamp, language: str) -> list[Layer]:
    shown, words = state.tables(stamp), catalogue(language)
    return [*scenes.regions(shown["regions"], words), clearness.layer(shown["coverage"], words)]


def _list(words: Catalogue, table: gpd.GeoDataFrame) -> None:
    bar = st.column_config.ProgressColumn(format="percent", min_value=0.0, max_value=1.0, width="small")
    share = st.column_config.NumberColumn(format="percent", width="small")
    shares = {words.say(f"coverage_page.column_{name}"): share for name in ("cloud", "shadow", "snow", "told")}
    columns = {words.say("coverage_page.column_clear"): bar, **shares}
    choosing.table(PAGE, clearness.KEY, clearness.listed(table, words), list(table["scene_id"]), columns, _LIST_PX)


def _months(words: Catalogue, stamp: Stamp) -> None:
    """Draw coverage by month, or the button that counts it; a count older than the scenes says so."""
    st.markdown(f"**{words.say('coverage_page.months')}**")
    if not stamp.has("coverage_months"):
        st.caption(words.say("coverage_page.no_months"))
    else:
        bar = st.column_config.ProgressColumn(format="percent", min_value=0.0, max_value=1.0, width="small")
        columns = {words.say(f"coverage_page.month_{name}"): bar for name in ("covered", "observed", "snow")}
        columns[words.say("coverage_page.month_looks")] = st.column_config.NumberColumn(format="%.1f", width="small")
        shown = clearness.months(state.plain(stamp, "coverage_months"), words)
        st.dataframe(
            shown,
            hide_index=True,
            column_config=columns,
            height=choosing.fit(len(shown), 220),
            row_height=choosing.ROW_PX,
        )
        written = {part: at for part, at, _ in stamp.marks}
        if written["coverage_months"] < written["coverage"]:
            st.warning(words.say("coverage_page.stale"), icon=":material/history:")
    queue.button(words, words.say("coverage_page.count"), ["scenes", "coverage"], key=f"{PAGE}-count")
    queue.panel(words, "scenes")


def _scene(words: Catalogue, stamp: Stamp, table: gpd.GeoDataFrame, least: float) -> None:
    """Draw the chosen scene: its reasons as a bar, and picture and reasons side by side."""
    now = choosing.chosen(PAGE)
    found = table[table["scene_id"] == now[1]] if now else table.iloc[:0]
    if found.empty:
        st.info(words.say("coverage_page.choose"), icon=":material/touch_app:")
        return
    row = found.iloc[0]
    st.markdown(f"**{row['scene_id']}**")
    if chain.unscreened(row):
        st.warning(words.say("coverage_page.unscreened"), icon=":material/visibility_off:")
    elif row["clear"] < least:
        st.caption(words.say("coverage_page.too_cloudy", least=f"{least:.0%}"))
    st.html(clearness.reasons(row, words))
    st.caption(words.say("coverage_page.screened", by=words.say(f"coverage_page.by_{row['screened_by']}")))
    try:
        picture, codes = _looks(stamp, str(row["folder"]))
    except WorkbenchError as error:
        st.warning(words.explain(error), icon=":material/image_not_supported:")
        return
    for column, pixels, code in zip(st.columns(2), (picture, codes), ("picture", "reasons"), strict=True):
        column.image(pixels, caption=words.say(f"coverage_page.{code}"), width="stretch")


@st.cache_resource(max_entries=24, show_spinner=False)
def _looks(stamp: Stamp, folder: str) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    picture, codes = chain.quicklook(stamp.project, folder)
    return picture, clearness.painted(codes)


if __name__ == "__main__":
    page()
