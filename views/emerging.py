"""Emerging hotspots: what every cell did over the months, one month at a time, and the three monthly lists."""

from dataclasses import dataclass

import geopandas as gpd
import pandas as pd
import streamlit as st

from gis import lists
from gis.language import Catalogue, catalogue
from views import board, choosing, frame, handout, layers, patterns, scenes, state, wording
from views.layers import Layer
from views.state import Stamp, Tables

PAGE = "emerging"
VIEWS = ("patterns", "month", *lists.KINDS)
_LIST_PX = 285


@dataclass(frozen=True)
class Choice:
    """What the page shows: one of ``VIEWS``, a month such as 2024-05, with or without control of false discoveries."""

    view: str
    month: str
    corrected: bool


def page() -> None:
    """Draw the page."""
    words = frame.words_now()
    frame.title(words, "emerging_page.title", words.say("emerging_page.hint"))
    shown = frame.tables(words, "regions", "emerging", "emerging_months")
    steps = state.plain(shown.stamp, "emerging_months")
    months = patterns.months_of(steps)
    choice = _controls(words, shown.stamp, months)
    _counts(words, shown["emerging"], choice)
    left, right = st.columns([3, 2], gap="small")
    with left:
        scene = board.Scene(
            layers=_layers(shown.stamp, choice, words.language),
            bounds=layers.bounds_of(shown["regions"]),
            legend=_legend(words, shown, choice),
            chosen=choosing.chosen(PAGE),
            flight=choosing.flight(PAGE),
        )
        board.draw(scene, words, f"{PAGE}-map", on_pick=choosing.from_map(PAGE))
        st.caption(words.say("map.sketch"))
    with right:
        _list(words, shown, choice)
        _cell(words, shown["emerging"], steps, choice, months)


def _controls(words: Catalogue, stamp: Stamp, months: list[str]) -> Choice:
    views = VIEWS if stamp.has("lists") else VIEWS[:2]
    with st.container(horizontal=True, vertical_alignment="bottom", key="filters"):
        named = {each: words.say(f"emerging_page.view_{each}") for each in views}
        view = choosing.view(PAGE, words.say("emerging_page.view"), named)
        corrected = st.toggle(
            words.say("emerging_page.corrected"), value=True, key=f"{PAGE}-corrected", persist_state="session"
        )
        month = st.select_slider(
            words.say("emerging_page.month"),
            months,
            value=months[-1],
            # Another record has other months: a month that it lacks must not be remembered.
            key=f"{PAGE}-month-{months[0]}-{months[-1]}",
            persist_state="session",
            width=420,
        )
    return Choice(view, month, corrected)


def _counts(words: Catalogue, table: gpd.GeoDataFrame, choice: Choice) -> None:
    """Say what the correction does to this record."""
    strict, raw = (int((table[name] != "none").sum()) for name in ("pattern", "pattern_raw"))
    st.caption(words.say("emerging_page.counts", cells=f"{len(table):,}", strict=f"{strict:,}", raw=f"{raw:,}"))
    if not choice.corrected:
        st.warning(words.say("emerging.difference"), icon=":material/warning:")


def _rows(stamp: Stamp, kind: str) -> pd.DataFrame:
    table = state.plain(stamp, "lists")
    return table[table["list"] == kind].sort_values("rank", ignore_index=True)


def _month(stamp: Stamp, month: str) -> pd.DataFrame:
    steps = state.plain(stamp, "emerging_months")
    return steps[steps["month"] == month]


@st.cache_resource(max_entries=48, show_spinner=False)
def _layers(stamp: Stamp, choice: Choice, language: str) -> list[Layer]:
    shown, words = state.tables(stamp), catalogue(language)
    cells, ground = shown["emerging"], scenes.regions(shown["regions"], words)
    if choice.view == "patterns":
        return [*ground, patterns.pattern_layer(cells, words, corrected=choice.corrected)]
    if choice.view == "month":
        rows = _month(stamp, choice.month)
        return [*ground, patterns.month_layer(cells, rows, words, corrected=choice.corrected)]
    return [*ground, patterns.list_layer(cells, _rows(stamp, choice.view), words)]


def _legend(words: Catalogue, shown: Tables, choice: Choice) -> list[dict[str, object]]:
    if choice.view == "patterns":
        made = patterns.pattern_legend(shown["emerging"], words, corrected=choice.corrected)
    elif choice.view == "month":
        made = patterns.month_legend(_month(shown.stamp, choice.month), choice.month, words, corrected=choice.corrected)
    else:
        made = patterns.list_legend(_rows(shown.stamp, choice.view), words)
    return [made] if made["items"] else []


def _list(words: Catalogue, shown: Tables, choice: Choice) -> None:
    """Draw the table of the view; its rows and the map's cells are one selection."""
    cells = shown["emerging"]
    if choice.view == "patterns":
        table = patterns.listed(cells, corrected=choice.corrected)
        columns = _of_patterns(table, words, corrected=choice.corrected)
    elif choice.view == "month":
        name = patterns.column("bin", corrected=choice.corrected)
        rows = _month(shown.stamp, choice.month)
        rows = rows[(rows[name] != 0) | (rows["count"] > 0)]
        ranked = rows.assign(mark=rows[name]).sort_values(["mark", "count", "z"], ascending=False)
        table = _with_shapes(ranked.drop(columns="mark"), cells)
        columns = _of_month(table, words, corrected=choice.corrected)
    else:
        rows = _rows(shown.stamp, choice.view)
        table = _with_shapes(rows, cells)
        columns = _of_list(table, words)
        if len(rows):
            st.caption(words.say(f"emerging_page.about_{choice.view}", month=rows["month"].iloc[0]))
        if len(rows) and rows["few"].all():
            st.warning(words.say("emerging_page.all_few"), icon=":material/warning:")
    if table.empty:
        st.info(words.say("emerging_page.empty"), icon=":material/check_circle:")
        return
    headed = pd.DataFrame({words.say(f"emerging_page.head_{name}"): values for name, values in columns.items()})
    choosing.table(PAGE, patterns.KEY, headed, list(table["cell_id"]), {}, _LIST_PX)
    handout.buttons(table, f"emerging-{choice.view}", _about(words, choice), words)


def _with_shapes(rows: pd.DataFrame, cells: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    shapes = cells.set_index("cell_id").geometry.reindex(rows["cell_id"])
    return gpd.GeoDataFrame(rows.reset_index(drop=True), geometry=shapes.to_numpy(), crs=cells.crs)


def _of_patterns(table: gpd.GeoDataFrame, words: Catalogue, *, corrected: bool) -> dict[str, list[object]]:
    names = table[patterns.column("pattern", corrected=corrected)]
    trends = zip(table["trend_z"], table["trend_p"], strict=True)
    return {
        "cell_id": list(table["cell_id"]),
        "pattern": [patterns.label(each, words) for each in names],
        "cases": list(table["cases"]),
        "trend": [patterns.way_of(z, p, words) for z, p in trends],
    }


def _of_month(table: gpd.GeoDataFrame, words: Catalogue, *, corrected: bool) -> dict[str, list[object]]:
    return {
        "cell_id": list(table["cell_id"]),
        "bin": patterns.bin_labels(table, words, corrected=corrected),
        "count": list(table["count"]),
        "z": [wording.number(each) for each in table["z"]],
        "p": [wording.chance(each) for each in table[patterns.column_p(corrected=corrected)]],
    }


def _of_list(table: gpd.GeoDataFrame, words: Catalogue) -> dict[str, list[object]]:
    notes = {True: words.say("emerging_page.few"), False: ""}
    return {
        "rank": list(table["rank"]),
        "cell_id": list(table["cell_id"]),
        "count": list(table["count"]),
        "before": list(table["before"]),
        "change": [f"{each:+d}" for each in table["change"]],
        "p": [wording.chance(each) for each in table["p_adjusted"]],
        "note": [notes[bool(each)] for each in table["few"]],
    }


def _about(words: Catalogue, choice: Choice) -> list[tuple[str, str]]:
    used = words.say("emerging_page.with" if choice.corrected else "emerging_page.without")
    lines = [
        (words.say("app.content"), words.say("emerging_page.title")),
        (words.say("emerging_page.view"), words.say(f"emerging_page.view_{choice.view}")),
    ]
    if choice.view == "month":
        lines.append((words.say("emerging_page.month"), choice.month))
    return lines if choice.view in lists.KINDS else [*lines, (words.say("emerging_page.corrected"), used)]


def _cell(words: Catalogue, cells: gpd.GeoDataFrame, steps: pd.DataFrame, choice: Choice, months: list[str]) -> None:
    """Draw the chosen cell: what its pattern means, its trend, and its months."""
    chosen = choosing.chosen(PAGE)
    found = cells[cells["cell_id"] == chosen[1]] if chosen else cells[:0]
    if found.empty:
        st.caption(words.say("emerging_page.choose"))
        return
    cell, own = found.iloc[0], steps[steps["cell_id"] == found["cell_id"].iloc[0]]
    st.markdown(f"**{words.say('emerging_page.cell', cell=cell['cell_id'], cases=int(cell['cases']))}**")
    frame.reason(
        patterns.sentence(cell, own, words, corrected=choice.corrected), _tone(cell, corrected=choice.corrected)
    )
    st.html(patterns.series(own, months, choice.month, words, corrected=choice.corrected))
    st.caption(words.say("emerging_page.series", trend=patterns.trend_of(cell["trend_z"], cell["trend_p"], words)))


def _tone(cell: pd.Series, *, corrected: bool) -> str:
    return str(cell[patterns.column("pattern", corrected=corrected)]).partition("_")[0]


if __name__ == "__main__":
    page()
