"""What a person rules on one site on the register page: where it really lies, or that it goes; and what has gone."""

import re
from collections.abc import Callable

import geopandas as gpd
import streamlit as st

from cross_check import rulings
from cross_check.files import Project
from cross_check.steps import Step
from gis import corrections
from gis.crs import STORAGE
from gis.errors import WorkbenchError
from gis.history import Act
from gis.language import Catalogue
from views import board, choosing, layers, state, who, wording
from views.layers import Layer

_NUMBERS = re.compile(r"-?\d+(?:\.\d+)?")
_PAIR = 2
_NEW = "#C2185B"


def placing(page: str) -> bool:
    """Tell whether the next click on open ground of the page's map is a place for the chosen site."""
    return bool(st.session_state.get(f"{page}-placing")) and choosing.chosen(page) is not None


def draw(project: Project, shown: gpd.GeoDataFrame, page: str, words: Catalogue) -> None:
    """Draw the form for the chosen site; nothing where none is chosen."""
    now = choosing.chosen(page)
    site = shown[shown["site_id"] == now[1]] if now else shown.iloc[:0]
    if site.empty:
        return
    site_id, name = str(site["site_id"].iloc[0]), str(site["name"].iloc[0])
    with st.expander(wording.unmarked(words.say("ruling_form.title", name=name)), icon=":material/edit_location:"):
        before = corrections.place_of(site)
        st.toggle(words.say("ruling_form.on_map"), key=f"{page}-placing")
        clicked = board.placed(f"{page}-map") if placing(page) else None
        left, middle, right = st.columns([3, 2, 4], vertical_alignment="bottom")
        text = left.text_input(
            words.say("ruling_form.place"),
            value=f"{clicked[0]:.6f}, {clicked[1]:.6f}" if clicked else "",
            placeholder=f"{before[0]:.6f}, {before[1]:.6f}",
            key=f"place-{site_id}-{clicked}",
        )
        by = middle.text_input(words.say("desk.by"), value=who.name(), key=f"ruling-by-{site_id}")
        why = right.text_input(words.say("register_page.doubles_why"), key=f"ruling-why-{site_id}")
        place = place_in(text)
        if place:
            away = wording.distance(corrections.distance_m(before, place), words)
            st.caption(words.say("ruling_form.away", away=away))
        elif text.strip():
            st.caption(words.say("ruling_form.not_read"))
        act = Act(by=by.strip(), at=state.now(), why=why.strip())
        ready = bool(act.by and act.why)
        if not ready:
            st.caption(words.say("register_page.doubles_need"))
        with st.container(horizontal=True):
            if st.button(
                words.say("ruling_form.move"), type="primary", disabled=not (ready and place), key="move-site"
            ):
                _done(lambda: rulings.move(project, act, site_id, place or before), words)
            if st.button(words.say("ruling_form.remove"), disabled=not ready, key="remove-site"):
                _done(lambda: rulings.remove(project, act, site_id), words)


def mark(page: str, words: Catalogue) -> list[Layer]:
    """Return the place that was clicked on the map as a layer; none before a click."""
    place = board.placed(f"{page}-map") if placing(page) else None
    if place is None:
        return []
    point = gpd.GeoDataFrame(geometry=gpd.points_from_xy([place[0]], [place[1]]), crs=STORAGE)
    said = f"{words.say('ruling_form.place')} {place[0]:.6f}, {place[1]:.6f}"
    content = layers.places(point, ["new"], ["new"], [[said]], [1])
    return [Layer("new-place", "flags", content, {"new": {"color": _NEW}})]


def place_in(text: str) -> tuple[float, float] | None:
    """Return longitude and latitude that somebody has typed, None where there are no two numbers of their size."""
    numbers = [float(number) for number in _NUMBERS.findall(text)]
    if len(numbers) != _PAIR or not (-180 <= numbers[0] <= 180 and -90 <= numbers[1] <= 90):  # noqa: PLR2004
        return None
    return numbers[0], numbers[1]


def removed(project: Project, words: Catalogue) -> None:
    """Draw the sites that people have removed: who, when, why."""
    gone = rulings.removals(project)
    if gone.empty:
        st.info(words.say("ruling_form.none_removed"), icon=":material/inventory_2:")
        return
    st.caption(words.say("ruling_form.removed_hint"))
    heads = {name: words.say(f"ruling_form.head_{name}") for name in gone.columns}
    st.dataframe(gone.rename(columns=heads), hide_index=True, height="content")


def _done(verb: Callable[[], Step], words: Catalogue) -> None:
    try:
        step = verb()
    except WorkbenchError as error:
        st.error(wording.unmarked(words.explain(error)), icon=":material/error:")
        return
    st.toast(wording.unmarked(words.say(step.code, **step.figures)), icon=":material/done:")
    st.rerun()
