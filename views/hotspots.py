"""Hotspots: where cases gather more than chance explains, and how sure one may be of it."""

import geopandas as gpd
import streamlit as st

from gis.language import Catalogue, catalogue
from views import board, choosing, frame, layers, listing, scenes, state
from views.layers import Layer
from views.state import Stamp

PAGE = "hotspots"


def page() -> None:
    """Draw the page."""
    words = frame.words_now()
    frame.title(words, "hotspots_page.title", words.say("hotspots_page.hint"))
    shown = frame.tables(words, "hotspots")
    table = shown["hotspots"]
    _counters(words, table)
    ranked = table[table["bin"] != 0].sort_values(["bin", "z"], ascending=False, ignore_index=True)
    left, right = st.columns([3, 2], gap="small")
    with left:
        ground = shown["regions"] if len(shown["regions"]) else table
        scene = board.Scene(
            layers=_layers(shown.stamp, words.language),
            bounds=layers.bounds_of(ground),
            legend=[scenes.bin_legend(words)],
            chosen=choosing.chosen(PAGE),
            flight=choosing.flight(PAGE),
        )
        board.draw(scene, words, f"{PAGE}-map", on_pick=choosing.from_map(PAGE))
        st.caption(words.say("map.sketch"))
    with right:
        if ranked.empty:
            st.info(words.say("hotspots_page.none"), icon=":material/check_circle:")
        ids = list(ranked["cell_id"])
        choosing.table(PAGE, "cells", listing.cells(ranked, words), ids, listing.columns(words), board.HEIGHT - 60)
        listing.downloads(table, "hotspots", words)


def _counters(words: Catalogue, table: gpd.GeoDataFrame) -> None:
    hot, cold = int((table["bin"] > 0).sum()), int((table["bin"] < 0).sum())
    said = words.say(
        "hotspots_page.counts", cells=f"{len(table):,}", hot=hot, cold=cold, cases=f"{int(table['count'].sum()):,}"
    )
    st.caption(said)


@st.cache_resource(max_entries=8, show_spinner=False)
def _layers(stamp: Stamp, language: str) -> list[Layer]:
    shown, words = state.tables(stamp), catalogue(language)
    return [*scenes.regions(shown["regions"], words), scenes.cells(shown["hotspots"], words)]


if __name__ == "__main__":
    page()
