"""The bench: one lead after another, before and after under one swipe, with all that is known beside it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from html import escape
from pathlib import Path

import geopandas as gpd
import pandas as pd
import streamlit as st

from cross_check import comparisons, patch_notes
from cross_check.files import Project
from gis.errors import WorkbenchError
from gis.language import Catalogue, catalogue
from satellite import differences, windows
from views import board, chips, choosing, colours, frame, listing, scenes, state, verdicts, wording
from views.board import Swipe
from views.layers import Layer
from views.state import Stamp, Tables

PAGE = "bench"
WIDTH_M, HEIGHT_M = 4200, 3000
_HEIGHT, _LIST = 510, 300

# Which bands become red, green and blue.
LOOKS = {
    "natural": ("red", "green", "blue"),
    "false": ("nir", "red", "green"),
    "short": ("swir22", "nir", "red"),
}


@dataclass(frozen=True)
class Dates:
    """The two images that the detection compared."""

    before: Path
    after: Path
    before_on: str
    after_on: str


def page() -> None:
    """Draw the page."""
    words = frame.words_now()
    frame.title(words, "bench.title")
    shown = frame.tables(words, "leads")
    leads = scenes.chosen_leads(shown["leads"], shown["enterprises"], scenes.EVERY)
    if leads.empty:
        st.info(words.say("bench.none"), icon=":material/check_circle:")
        st.stop()
    st.html(f'<div class="hdq-notice">{escape(words.say("bench.notice"))}</div>')
    ids = list(leads["lead_id"])
    now = choosing.chosen(PAGE)
    if now is None or now[1] not in ids:
        now = ("leads", ids[0])
        choosing.choose(PAGE, now, fly=False)
    place = ids.index(now[1])
    left, right = st.columns([2, 3], gap="small")
    with left:
        _steps(words, ids, place)
        short = _reading_list(leads, shown, words)
        verdicts.draw(words, leads.iloc[place])
        choosing.table(PAGE, "leads", short, ids, listing.columns(words), _LIST)
    with right:
        _pictures(words, shown, leads.iloc[place])
    _facts(words, shown, leads.iloc[place])


def _steps(words: Catalogue, ids: list[str], place: int) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key="steps"):
        for code, step, key in (("previous", -1, "k"), ("next", 1, "j")):
            st.button(
                words.say(f"bench.{code}"),
                key=code,
                disabled=not 0 <= place + step < len(ids),
                on_click=choosing.choose,
                args=(PAGE, ("leads", ids[(place + step) % len(ids)])),
                kwargs={"fly": False},
                shortcut=key,
            )
        st.caption(words.say("bench.place", place=place + 1, count=len(ids)))


def _reading_list(leads: gpd.GeoDataFrame, shown: Tables, words: Catalogue) -> pd.DataFrame:
    whole = listing.leads(leads, shown["regions"], shown["zones"], words)
    kept = ("priority", "class", "area", "region", "state", "lead_id")
    return whole[[words.say(f"app.column_{name}") for name in kept]]


def _pictures(words: Catalogue, shown: Tables, lead: pd.Series) -> None:
    look = st.segmented_control(
        words.say("bench.look"),
        list(LOOKS),
        format_func=lambda each: words.say(f"bench.look_{each}"),
        default="natural",
        required=True,
        key="look",
        persist_state="session",
        label_visibility="collapsed",
    )
    lon, lat = lead["geometry"].representative_point().coords[0]
    box = windows.around(lon, lat, WIDTH_M, HEIGHT_M)
    swipe = None
    try:
        swipe = pictures(shown.stamp, box, str(look), words.language)
    except WorkbenchError as error:
        st.warning(words.say("bench.no_images", reason=words.explain(error)), icon=":material/image_not_supported:")
    scene = board.Scene(
        layers=_outlines(shown.stamp, words.language),
        bounds=swipe.bounds if swipe else ((box[1], box[0]), (box[3], box[2])),
        legend=[scenes.class_legend(words)],
        chosen=choosing.chosen(PAGE),
        swipe=swipe,
        cover=True,
    )
    board.draw(scene, words, f"{PAGE}-map", height=_HEIGHT, on_pick=choosing.from_map(PAGE))


@st.cache_resource(max_entries=64, show_spinner=False)
def pictures(stamp: Stamp, box: windows.Bbox, look: str, language: str) -> Swipe:
    """Return both dates of the detection around a place, as they lie on a map."""
    words, pair = catalogue(language), dates_of(stamp.project, state.facts(stamp, "recipe"))
    names = LOOKS[look]
    known = [windows.band_names(path) for path in (pair.before, pair.after)]
    wanted = names if all(name in some for some in known for name in names) else ()
    before, after = (windows.read(path, box, wanted) for path in (pair.before, pair.after))
    ends = chips.limits(before, after, together=look == "natural")
    pictures = [chips.png(each, ends) for each in (before, after)]
    said = words.say("bench.before", day=pair.before_on), words.say("bench.after", day=pair.after_on)
    return Swipe(pictures[0], pictures[1], chips.bounds(before), *said)


def dates_of(project: Project, recipe: dict[str, object]) -> Dates:
    """Return the two images of a detection as its recipe names them.

    Raises
    ------
    WorkbenchError
        ``bench.no_recipe`` if there is no recipe or it names no pair of images, as that of a province by tiles.
    """
    inputs = comparisons.images_of(recipe)
    if not inputs:
        raise WorkbenchError("bench.no_recipe", "No recipe names the two images of the detection")
    paths = [(project.recipe.parent / side["path"]).resolve() for side in inputs]
    days = [_day(side.get("seen_on")) for side in inputs]
    return Dates(paths[0], paths[1], days[0], days[1])


def _day(value: object) -> str:
    return date.fromisoformat(str(value)).isoformat() if value else ""


@st.cache_resource(max_entries=8, show_spinner=False)
def _outlines(stamp: Stamp, language: str) -> list[Layer]:
    shown, words = state.tables(stamp), catalogue(language)
    names = wording.region_names(shown["regions"], language)
    made = scenes.leads(shown["leads"], shown["zones"], words, names, pins=False)
    lines = [
        replace(zone, styles=unfilled(zone.styles), name="", pick=False) for zone in scenes.zones(shown["zones"], words)
    ]
    return [*lines, replace(made, styles=unfilled(made.styles), name="")]


def unfilled(styles: Mapping[str, colours.Style]) -> dict[str, colours.Style]:
    """Leave the pixels free: on a picture only outlines are drawn."""
    return {kind: {**style, "fillOpacity": 0, "weight": 2.2} for kind, style in styles.items()}


def _facts(words: Catalogue, shown: Tables, lead: pd.Series) -> None:
    patches = shown["patches"]
    change = patches[patches["patch_id"] == lead["patch_id"]] if len(patches) else patches
    names = wording.region_names(shown["regions"], words.language)
    lon, lat = lead["geometry"].representative_point().coords[0]
    known = {
        "lead_id": lead["lead_id"],
        "state": words.say(f"lead_state.{lead['state']}"),
        "class": words.say(
            "casework.classes", machine=_kind(lead["machine_class"], words), human=_kind(lead["human_class"], words)
        ),
        "priority": f"{wording.number(lead['priority'])} / {wording.number(lead['score'])}",
        "area": _area(lead, words),
        "position": f"{lon:.5f}, {lat:.5f}",
        "region": names.get(lead["division_code"], lead["division_code"]),
    }
    around = {
        "site": wording.text(lead["site_name"]) or words.say("bench.no_site"),
        "distance": wording.distance(lead["distance_m"], words),
        "zones": wording.zone_names(lead["zone_ids"], shown["zones"]) or words.say("bench.no_zone"),
        "before_on": wording.day(lead["before_on"]),
        "after_on": wording.day(lead["after_on"]),
    }
    figures = _told(lead, words) | {
        name: _signed(change[name].iloc[0]) for name in _INDICES if len(change) and name in change
    }
    for column, part in zip(st.columns(3, gap="medium"), (known, around, figures), strict=True):
        column.html(frame.facts((words.say(f"bench.fact_{name}"), value) for name, value in part.items()))


def _kind(kind: object, words: Catalogue) -> str:
    return wording.class_label(kind, words) if isinstance(kind, str) else "-"


_INDICES = ("d_ndvi", "d_ndwi", "d_ndbi", "d_nbr", "d_bsi")


def _told(lead: pd.Series, words: Catalogue) -> dict[str, str]:
    """Return what changed in words, and how sure that is, as far as the detection said it."""
    if pd.isna(lead.get("probability")) or pd.isna(lead.get("gates")):
        return {}
    return {
        "changed": differences.sentences(pd.DataFrame([lead]), words)[0],
        "probability": f"{lead['probability']:.0%}",
        "looks": str(lead["looks"]),
        "residual": "" if pd.isna(lead["residual_px"]) else f"{lead['residual_px']:.2f} px",
        "unseen": wording.distance(lead["unseen_m"], words),
        "gates": patch_notes.gates(lead["gates"], words),
    }


def _area(lead: pd.Series, words: Catalogue) -> str:
    said, error = wording.area(lead["area_m2"], words), lead.get("area_error_m2")
    return said if pd.isna(error) else f"{said} ± {wording.hectares(error, words)}"


def _signed(value: float) -> str:
    return "" if pd.isna(value) else f"{value:+.3f}"


if __name__ == "__main__":
    page()
