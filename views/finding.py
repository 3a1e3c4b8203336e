"""Images in catalogues: asked for by area, days and clouds, seen as footprints and quick-looks, fetched by a job."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import geopandas as gpd
import numpy as np
import streamlit as st

from cross_check import imagery, parcels
from gis.errors import WorkbenchError
from gis.language import Catalogue
from satellite import catalog, credentials, offers, providers, quicklook_frames, quicklooks, sensors
from satellite.offers import Offer
from satellite.providers import Provider
from satellite.questions import Question
from views import board, footprints, frame, layers, overlays, queue, scenes, state
from views.board import Under
from views.overlays import Overlay
from views.state import Stamp

PAGE = "finding"
_AT_MOST = 200
_PICTURED = 60
_LAID = 24
_ROW_PX, _LIST_PX = 64, 560
_SPAN = timedelta(days=60)
_KEPT_S = 900
_RECEIPTS = 5
_OWN = ("bureau", "mirror", "folder")


@dataclass(frozen=True)
class Asked:
    """A search that was asked for: what results are kept by."""

    provider: str
    sensor: str
    division: str
    first: date
    last: date
    max_cloud: float


def page() -> None:
    """Draw the page."""
    words = frame.words_now()
    frame.title(words, "finding.title", words.say("finding.hint"))
    held = _open_providers()
    division = _controls(words, held)
    asked: Asked | None = st.session_state.get(f"{PAGE}-asked")
    if asked is None:
        left, right = st.columns([5, 6], gap="small")
        with left:
            _map(words, division, offers.as_table((), PAGE), (), {})
        with right:
            st.info(words.say("finding.begin"), icon=":material/satellite_alt:")
    else:
        _results(words, asked, providers.provider(asked.provider))
    queue.panel(words, "scenes")
    _receipts(words)


def _open_providers() -> dict[str, Provider]:
    """Return the catalogues that can be asked: public ones, and one's own whose address is laid down."""
    held = {}
    for name in providers.names():
        try:
            held[name] = providers.provider(name)
        except WorkbenchError:
            continue
    return held


def _controls(words: Catalogue, held: dict[str, Provider]) -> str:
    """Draw the filters and return the division that is looked at."""
    divisions = _divisions(state.stamp_of(state.project()))
    column = "name_zh" if words.language == "zh" else "name_en"
    called = dict(zip(divisions["division_code"], divisions[column], strict=True))
    with st.container(horizontal=True, vertical_alignment="bottom", key="filters"):
        name = st.selectbox(
            words.say("finding.provider"),
            list(held),
            format_func=lambda each: words.say(f"finding.provider_{each.replace('-', '_')}"),
            key=f"{PAGE}-provider",
            width=230,
        )
        known = list(held[name].sensors) or ["sentinel2-l2a", "sentinel2-l1c", "landsat-c2-l2", "sentinel1-grd"]
        sensor = st.selectbox(
            words.say("finding.sensor"),
            known,
            format_func=lambda each: words.say(f"finding.sensor_{each.replace('-', '_')}"),
            key=f"{PAGE}-sensor",
            width=190,
        )
        division = st.selectbox(
            words.say("finding.division"),
            list(called),
            format_func=lambda each: str(called[each]),
            key=f"{PAGE}-division",
            width=150,
        )
        today = state.today()
        first, last = (
            st.date_input(words.say(f"finding.{name}"), day, format="YYYY-MM-DD", key=f"{PAGE}-{name}", width=140)
            for name, day in (("first", today - _SPAN), ("last", today))
        )
        clouds = st.slider(words.say("finding.max_cloud"), 0, 100, 30, 5, key=f"{PAGE}-cloud", width=170)
        if st.button(words.say("finding.ask"), type="primary", icon=":material/search:", key=f"{PAGE}-ask"):
            st.session_state[f"{PAGE}-asked"] = Asked(name, sensor, division, first, last, float(clouds))
            st.session_state[f"{PAGE}-chosen"] = ()
    st.caption(words.say("finding.closed"))
    missing = [name for name in _OWN if name not in held]
    if missing:
        st.caption(words.say("finding.own"))
    return str(division)


def _results(words: Catalogue, asked: Asked, provider: Provider) -> None:
    try:
        with st.spinner(words.say("finding.asking", name=provider.label)):
            found = _found(asked, provider.address, state.project().folder.as_posix())
            table = offers.as_table(found, provider.label)
            pictured = tuple(offer.scene_id for offer in found[:_PICTURED])
            pictures = _pictures(asked, provider.address, pictured, found)
            laid = _laid(asked, provider.address, pictured, found, pictures)
    except WorkbenchError as fault:
        st.error(words.explain(fault), icon=":material/cloud_off:")
        if fault.code == "catalog.unreachable":
            st.caption(words.say("finding.offline"))
        return
    if table.empty:
        st.info(words.say("finding.nothing"), icon=":material/image_not_supported:")
        return
    if len(table) >= _AT_MOST:
        st.warning(words.say("finding.too_many", count=_AT_MOST), icon=":material/filter_alt:")
    chosen = _chosen(table)
    left, right = st.columns([5, 6], gap="small")
    with left:
        shown = st.toggle(
            words.say("finding_map.looks"),
            value=True,
            key=f"{PAGE}-looks",
            help=words.say("finding_map.looks_help"),
            persist_state="session",
        )
        _map(words, asked.division, table, chosen, laid if shown else {})
    with right:
        _list(words, table, pictures, chosen)
    _order(words, asked, provider, table, chosen)


@st.cache_resource(max_entries=2, ttl=_KEPT_S, show_spinner=False)
def _divisions(stamp: Stamp) -> gpd.GeoDataFrame:
    return imagery.divisions(stamp.project)


@st.cache_resource(max_entries=16, ttl=_KEPT_S, show_spinner=False)
def _found(asked: Asked, address: str, folder: str) -> tuple[Offer, ...]:  # noqa: ARG001 - elsewhere other images, other outlines
    area = imagery.area(state.project(), division=asked.division)
    question = Question(area, (asked.first, asked.last), asked.sensor, max_cloud=asked.max_cloud)
    search = catalog.Search(providers.provider(asked.provider), question)
    return search.first(_AT_MOST)


@st.cache_resource(max_entries=16, ttl=_KEPT_S, show_spinner=False)
def _pictures(
    asked: Asked,
    address: str,  # noqa: ARG001 - elsewhere other images
    ids: tuple[str, ...],
    _offers: tuple[Offer, ...],
) -> dict[str, bytes]:
    provider = providers.provider(asked.provider)
    wanted = [offer for offer in _offers if offer.scene_id in ids]
    return quicklooks.fetch(wanted, provider, os.environ)


@st.cache_resource(max_entries=16, ttl=_KEPT_S, show_spinner=False)
def _laid(
    asked: Asked,  # noqa: ARG001 - of another search
    address: str,  # noqa: ARG001 - elsewhere other images
    ids: tuple[str, ...],  # noqa: ARG001 - of another list
    _offers: tuple[Offer, ...],
    _pictures: dict[str, bytes],
) -> dict[str, Overlay]:
    """Return the quick-looks as they lie on the map, those with most clouds first."""
    made = {}
    for offer in sorted(_offers, key=lambda each: (np.isnan(each.cloud_percent), each.cloud_percent), reverse=True):
        corners = quicklook_frames.corners(offer) if offer.scene_id in _pictures else None
        if corners is not None:
            made[offer.scene_id] = overlays.laid(_pictures[offer.scene_id], corners, offer.footprint)
    return made


def _chosen(table: gpd.GeoDataFrame) -> tuple[str, ...]:
    """Return the chosen scenes that this search found."""
    there = set(table["scene_id"])
    kept: tuple[str, ...] = st.session_state.get(f"{PAGE}-chosen", ())
    return tuple(each for each in kept if each in there)


def _map(
    words: Catalogue,
    division: str,
    table: gpd.GeoDataFrame,
    chosen: tuple[str, ...],
    laid: Mapping[str, Overlay],
) -> None:
    """Draw footprints, and under them the quick-looks of the chosen images, of all while none is chosen."""
    wanted = [each for each in chosen if each in laid] if chosen else list(laid)[-_LAID:]
    ground = _divisions(state.stamp_of(state.project()))
    outline = ground[ground["division_code"] == division]
    scene = board.Scene(
        layers=[*scenes.regions(outline, words), footprints.layer(table, chosen, words, pictured=wanted)],
        bounds=layers.bounds_of(table if len(table) else outline),
        legend=footprints.legend(table, chosen, words),
        under=[Under(laid[each].picture, laid[each].bounds) for each in wanted],
    )
    board.draw(scene, words, f"{PAGE}-map", height=_LIST_PX, on_pick=_toggle)
    st.caption(words.say("map.sketch"))


def _toggle() -> None:
    """Choose the footprint that was clicked, or no longer."""
    pick = board.picked(f"{PAGE}-map")
    if pick:
        kept: tuple[str, ...] = st.session_state.get(f"{PAGE}-chosen", ())
        without = tuple(each for each in kept if each != pick.id)
        st.session_state[f"{PAGE}-chosen"] = without if pick.id in kept else (*kept, pick.id)


def _list(words: Catalogue, table: gpd.GeoDataFrame, pictures: dict[str, bytes], chosen: tuple[str, ...]) -> None:
    ids = list(table["scene_id"])
    present = set(imagery.listing(state.project())["scene_id"])
    looks = [quicklooks.address(pictures[each]) if each in pictures else None for each in ids]
    rows = footprints.listed(table, looks, present, words)
    key = f"{PAGE}-table"
    st.session_state[key] = {"selection": {"rows": [ids.index(each) for each in chosen], "columns": [], "cells": []}}

    def follow() -> None:
        picked = st.session_state[key]["selection"]["rows"]
        st.session_state[f"{PAGE}-chosen"] = tuple(ids[row] for row in picked)

    look = words.say("finding.look")
    st.dataframe(
        rows,
        height=min(_LIST_PX, 40 + _ROW_PX * len(rows)),
        hide_index=True,
        key=key,
        on_select=follow,
        selection_mode="multi-row",
        row_height=_ROW_PX,
        column_config={look: st.column_config.ImageColumn(look, width="small")},
    )
    st.caption(words.say("finding.count", count=len(table), pictures=len(pictures)))


def _order(
    words: Catalogue, asked: Asked, provider: Provider, table: gpd.GeoDataFrame, chosen: tuple[str, ...]
) -> None:
    """Draw what is fetched of the chosen images, and the button that asks for it."""
    holding = provider.holding(asked.sensor)
    needs = bool(provider.user_variable) and provider.name != "bureau"
    if needs and credentials.find(provider) is None:
        user, password = provider.user_variable, provider.password_variable
        st.warning(words.say("finding.no_credentials", user=user, password=password), icon=":material/key_off:")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        bands = st.multiselect(
            words.say("finding.bands"),
            list(holding.bands or sensors.known()[asked.sensor].names),
            placeholder=words.say("finding.whole" if holding.whole else "finding.all_bands"),
            key=f"{PAGE}-bands-{asked.provider}-{asked.sensor}",
            width=520,
        )
        argv = ["scenes", "fetch", *chosen, "--provider", asked.provider, "--sensor", asked.sensor]
        argv += ["--bands", *bands] if bands else []
        label = words.say("finding.fetch", count=len(chosen))
        queue.button(words, label, argv, key=f"{PAGE}-fetch", disabled=not chosen)
        megabytes = table[table["scene_id"].isin(chosen)]["size_mb"].sum(skipna=False)
        if chosen and not bands:
            st.caption(words.say("finding.total", size=footprints.size(float(megabytes))))


def _receipts(words: Catalogue) -> None:
    made = parcels.receipts(state.project())
    if made.empty:
        return
    with st.expander(words.say("finding.receipts", count=len(made)), icon=":material/receipt_long:"):
        heads = [words.say(f"finding.receipt_{name}") for name in made.columns]
        rows = [
            (
                state.written_at(int(row.made_at.timestamp() * 1e9)),
                row.provider,
                *(str(each) for each in (row.scenes, row.files, row.faults)),
                footprints.size(row.megabytes),
            )
            for row in made.head(_RECEIPTS).itertuples(index=False)
        ]
        st.html(frame.sheet(heads, rows))


if __name__ == "__main__":
    page()
