"""The work map: enterprises, leads, hotspots and zones on one map, one table, one selection."""

import geopandas as gpd
import streamlit as st

from cross_check import casebook
from gis.language import Catalogue, catalogue
from views import board, cases, choosing, colours, frame, layers, listing, scenes, state, who, wording
from views.layers import Layer
from views.scenes import Choice
from views.state import Stamp, Tables

PAGE = "map"


def page() -> None:
    """Draw the page."""
    words = frame.words_now()
    frame.title(words, "map.title", words.say("map.sketch"))
    shown = frame.tables(words, "regions")
    choice = _filters(words, shown)
    # Without a ledger nobody has told of anything; what a role may see exactly is a part of the picture.
    role = who.role() if casebook.begun(shown.stamp.project) else ""
    leads, sites = _chosen(shown.stamp, choice)
    left, right = st.columns([3, 2], gap="small")
    with left:
        scene = board.Scene(
            layers=_layers(shown.stamp, choice, words.language, role),
            bounds=layers.bounds_of(_ground(shown, choice)),
            legend=[scenes.class_legend(words)],
            chosen=choosing.chosen(PAGE),
            flight=choosing.flight(PAGE),
        )
        board.draw(scene, words, f"{PAGE}-map", on_pick=choosing.from_map(PAGE))
    with right:
        _table(words, shown, leads, sites)


def _filters(words: Catalogue, shown: Tables) -> Choice:
    names = wording.region_names(shown["regions"], words.language)
    with st.container(horizontal=True, vertical_alignment="top", key="filters"):
        division = st.selectbox(
            words.say("map.region"),
            ["", *names],
            format_func=lambda code: names.get(code, words.say("map.all_regions")),
            key="region",
            persist_state="session",
            width=170,
        )
        listed = st.segmented_control(
            words.say("map.positive_list"),
            scenes.LISTED,
            format_func=lambda each: words.say(f"map.listed_{each}"),
            default="all",
            required=True,
            key="listed",
            persist_state="session",
        )
        stands = st.segmented_control(
            words.say("map.stands"),
            scenes.STANDS,
            format_func=lambda each: words.say(f"map.stands_{each}"),
            default=scenes.STANDS[0],
            required=True,
            key="stands",
            persist_state="session",
        )
        score = st.slider(
            words.say("map.least_score"), 0.0, 1.0, 0.0, 0.05, key="score", persist_state="session", width=170
        )
        classes = st.pills(
            words.say("map.classes"),
            list(colours.CLASSES),
            selection_mode="multi",
            format_func=lambda each: wording.class_label(each, words),
            key="classes",
            persist_state="session",
        )
    return Choice(division, tuple(classes), score, listed, stands)


def _ground(shown: Tables, choice: Choice) -> gpd.GeoDataFrame:
    regions = shown["regions"]
    return regions[regions["division_code"] == choice.division_code] if choice.division_code else regions


@st.cache_resource(max_entries=32, show_spinner=False)
def _chosen(stamp: Stamp, choice: Choice) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    shown = state.tables(stamp)
    sites = scenes.chosen_sites(shown["enterprises"], choice)
    return scenes.chosen_leads(shown["leads"], shown["enterprises"], choice), sites


@st.cache_resource(max_entries=32, show_spinner=False)
def _layers(stamp: Stamp, choice: Choice, language: str, role: str) -> list[Layer]:
    shown, words = state.tables(stamp), catalogue(language)
    leads, sites = _chosen(stamp, choice)
    names = wording.region_names(shown["regions"], language)
    made = scenes.regions(shown["regions"], words)
    made += scenes.zones(shown["zones"], words)
    if stamp.has("hotspots"):
        made.append(scenes.cells(shown["hotspots"], words, marked_only=True))
    if stamp.has("enterprises"):
        made.append(scenes.sites(sites, words, names))
    if stamp.has("leads"):
        made.append(scenes.leads(leads, shown["zones"], words, names))
    if role:
        told = scenes.chosen_told(cases.leads(), choice)
        made += [scenes.told(told, words, names)] if len(told) else []
    return made


def _table(words: Catalogue, shown: Tables, leads: gpd.GeoDataFrame, sites: gpd.GeoDataFrame) -> None:
    kinds = [kind for kind in ("leads", "sites") if shown.stamp.has({"leads": "leads", "sites": "enterprises"}[kind])]
    if not kinds:
        frame.missing(words, shown.stamp, "leads")
    kind = st.segmented_control(
        words.say("map.table"),
        kinds,
        format_func=lambda each: words.say(f"map.table_{each}"),
        default=kinds[0],
        required=True,
        key="table-kind",
        persist_state="session",
        label_visibility="collapsed",
    )
    height = board.HEIGHT - 92
    if kind == "leads":
        listed = listing.leads(leads, shown["regions"], shown["zones"], words)
        choosing.table(PAGE, "leads", listed, list(leads["lead_id"]), listing.columns(words), height)
        listing.downloads(leads.assign(notice=words.say("bench.notice")), "leads", words)
    else:
        listed = listing.sites(sites, shown["regions"], words)
        choosing.table(PAGE, "sites", listed, list(sites["site_id"]), listing.columns(words), height)
        listing.downloads(sites, "enterprises", words)


if __name__ == "__main__":
    page()
