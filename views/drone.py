"""Drone flights: what was flown, what of the task it covers, what was piled up and dug out in between."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import streamlit as st

from cross_check import flight_heaps, flights
from cross_check.files import Project
from gis import files
from gis.errors import WorkbenchError
from gis.language import Catalogue, catalogue
from satellite import windows
from satellite.windows import Bbox
from views import board, chips, choosing, flight_layers, frame, queue, state
from views.board import Swipe, Under
from views.layers import Layer

PAGE = "drone"
VIEWS = ("images", "coverage", "heights", "heaps")
_HEIGHT = 560
_LIST_PX = 240
_CLOSEST = 20
_MARGIN = 0.05
_METRES_A_DEGREE = 111_320.0
_WEB_METRES = 111_319.49

Mark = tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Choice:
    """What is shown: a flight, one of ``VIEWS``, the earlier flight it is compared with ("" without one).

    ``mark`` tells the files of the flights and when each was written: what is drawn is kept by it.
    """

    project: Project
    flight: str
    view: str
    before: str
    mark: Mark


@dataclass(frozen=True)
class Shown:
    """Pictures of the map: two to swipe between, or one under the layers; the height at which their colours end."""

    swipe: Swipe | None = None
    under: tuple[Under, ...] = ()
    most_m: float = 0.0


def page() -> None:
    """Draw the page."""
    words = frame.words_now()
    frame.title(words, "drone_page.title", words.say("drone_page.hint"))
    project = state.project()
    table = flights.listing(project)
    if table.empty:
        st.info(words.say("drone_page.none"), icon=":material/flight:")
        st.code("hdq drone cog --flight NAME --ortho ORTHO.tif --dsm DSM.tif", language=None)
        _bring(words, "")
        return
    left, right = st.columns([3, 2], gap="small")
    with right:
        choice = _choose(words, table, project)
    with left:
        _map(words, choice)
    with right:
        _facts(words, choice)
        _figures(words, choice)
    _work(words, choice)


def _choose(words: Catalogue, table: pd.DataFrame, project: Project) -> Choice:
    """Draw the list of flights and the two choices; return what is to be shown."""
    ids = list(table["flight"])
    now = choosing.chosen(f"{PAGE}-list")
    if now is None or now[1] not in ids:
        choosing.choose(f"{PAGE}-list", ("flights", ids[0]), fly=False)
        now = ("flights", ids[0])
    choosing.table(f"{PAGE}-list", "flights", _listed(words, table), ids, {}, _LIST_PX)
    named = {each: words.say(f"drone_page.view_{each}") for each in VIEWS}
    view = choosing.view(PAGE, words.say("drone_page.view"), named)
    earlier = _earlier(project, table, now[1], view)
    before = ""
    if earlier and view in {"images", "heights"}:
        before = str(st.selectbox(words.say("drone_page.before"), earlier, key=f"{PAGE}-before-{now[1]}-{view}"))
    return Choice(project, now[1], view, before, _mark(project))


def _earlier(project: Project, table: pd.DataFrame, flight: str, view: str) -> list[str]:
    """Return the flights that one may be compared with: those with volumes, or those flown before, latest first."""
    if view == "heights":
        return [before for before, after in flights.volumes(project) if after == flight]
    own = table.loc[table["flight"] == flight, "flown_on"].iloc[0]
    others = table[(table["flight"] != flight) & table["ortho"] & (table["flown_on"] <= own)]
    return list(others["flight"])


def _listed(words: Catalogue, table: pd.DataFrame) -> pd.DataFrame:
    marks = {True: "\u2713", False: ""}
    columns = {
        "flight": table["flight"],
        "flown_on": table["flown_on"],
        "ortho": [marks[bool(each)] for each in table["ortho"]],
        "dsm": [marks[bool(each)] for each in table["dsm"]],
        "photos": ["" if pd.isna(each) else f"{each:.0f}" for each in table["photos"]],
        "covered": ["" if pd.isna(each) else f"{each:.1%}" for each in table["covered"]],
    }
    return pd.DataFrame({words.say(f"drone_page.head_{name}"): list(values) for name, values in columns.items()})


def _map(words: Catalogue, choice: Choice) -> None:
    place = _place(choice)
    if place is None:
        st.info(words.say("drone_page.nowhere"), icon=":material/location_off:")
        return
    legend: list[dict[str, Any]] = []
    shown = Shown()
    try:
        shown = _pictures(choice, place, words.language)
        if choice.view == "heights" and choice.before:
            legend = [flight_layers.height_legend(words, shown.most_m)]
    except WorkbenchError as error:
        st.warning(words.explain(error), icon=":material/image_not_supported:")
    if choice.view == "coverage":
        legend = [flight_layers.cell_legend(words)]
    scene = board.Scene(
        layers=_layers(choice, words.language),
        bounds=((place[1], place[0]), (place[3], place[2])),
        legend=legend,
        chosen=choosing.chosen(PAGE),
        flight=choosing.flight(PAGE),
        swipe=shown.swipe,
        under=shown.under,
        closest=_CLOSEST,
    )
    board.draw(scene, words, f"{PAGE}-map", height=_HEIGHT, on_pick=choosing.from_map(PAGE))


def _place(choice: Choice) -> Bbox | None:
    """Return the extent of the map: the flight's, and that of the task's cells when these are shown."""
    place = flights.place_of(choice.project, choice.flight)
    path = flights.folder_of(choice.project, choice.flight) / "coverage.parquet"
    if choice.view == "coverage" and path.is_file():
        bounds = files.read_layer(path).total_bounds
        boxes = np.array([bounds, place or bounds])
        low, high = boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)
        place = (float(low[0]), float(low[1]), float(high[0]), float(high[1]))
    if place is None:
        return None
    west, south, east, north = place
    wide, tall = _MARGIN * (east - west), _MARGIN * (north - south)
    return west - wide, south - tall, east + wide, north + tall


@st.cache_resource(max_entries=32, show_spinner=False)
def _pictures(choice: Choice, place: Bbox, language: str) -> Shown:
    """Return the two pictures to swipe between, or the only one there is."""
    project, words = choice.project, catalogue(language)
    if choice.view == "coverage":  # cells and footprints are read on plain ground
        return Shown()
    own = _window(project, choice.flight, place)
    name = _said(words, project, choice.flight)
    if choice.view == "heights" and choice.before:
        out = flights.volume_folder(project, (choice.before, choice.flight))
        limit = float(files.read_json(out / "recipe.json")["lod_m"])  # type: ignore[arg-type]
        heights = windows.read(out / "difference.tif", place, ())
        most = flight_layers.most_of(heights, limit)
        picture, bounds = flight_layers.heights_png(heights, limit, most), chips.bounds(heights)
        since = words.say("drone_page.heights_since", before=choice.before)
        if own is None:
            return Shown(under=(Under(picture, bounds, since),), most_m=most)
        first = chips.png(own, chips.limits(own, own, together=True))
        return Shown(Swipe(first, picture, bounds, name, since), most_m=most)
    if own is None:
        return Shown()
    other = _window(project, choice.before, place) if choice.before else None
    ends = chips.limits(own if other is None else other, own, together=True)
    picture, bounds = chips.png(own, ends), chips.bounds(own)
    if other is None:
        return Shown(under=(Under(picture, bounds, name),))
    return Shown(Swipe(chips.png(other, ends), picture, bounds, _said(words, project, choice.before), name))


def _window(project: Project, flight: str, place: Bbox) -> Any:  # noqa: ANN401 - a DataArray or None
    """Return a flight's orthomosaic in a place, as it lies after its move."""
    path = flights.folder_of(project, flight) / "ortho.tif"
    if not path.is_file():
        return None
    east, north = flights.moved_of(project, flight)
    middle = np.cos(np.radians((place[1] + place[3]) / 2))
    lon, lat = east / (_METRES_A_DEGREE * middle), north / _METRES_A_DEGREE
    window = windows.read(path, (place[0] - lon, place[1] - lat, place[2] - lon, place[3] - lat), ())
    to_web = (window["x"] + lon * _WEB_METRES, window["y"] + lat * _WEB_METRES / middle)
    return window.assign_coords(x=to_web[0], y=to_web[1])


def _said(words: Catalogue, project: Project, flight: str) -> str:
    day = str(flights.facts_of(project, flight).get("flown_on", ""))
    return words.say("drone_page.picture", flight=flight, day=day)


@st.cache_resource(max_entries=32, show_spinner=False)
def _layers(choice: Choice, language: str) -> list[Layer]:
    project, words = choice.project, catalogue(language)
    place = flights.folder_of(project, choice.flight)
    made: list[Layer] = []
    if choice.view == "coverage":
        if (place / "coverage.parquet").is_file():
            made.append(flight_layers.cells(files.read_layer(place / "coverage.parquet"), words))
        if (place / "photos.parquet").is_file():
            made.append(flight_layers.footprints(files.read_layer(place / "photos.parquet"), words))
    if choice.view == "heights" and choice.before:
        made.append(replace(flight_layers.heaps(_heaps(choice), words), name=""))
    if choice.view == "heaps" and (alone := flight_heaps.read(project, choice.flight)) is not None:
        made.append(replace(flight_layers.heaps(alone, words), name=""))
    return made


def _facts(words: Catalogue, choice: Choice) -> None:
    known = flights.facts_of(choice.project, choice.flight)
    rows = [(words.say("drone_page.fact_flown_on"), str(known.get("flown_on", "")))]
    rows += [(words.say(f"drone.fact_{name}"), str(value)) for name, value in known.get("facts", {}).items()]
    for kind in flights.KINDS:
        if kind in known:
            size = words.say("drone_page.gsd", gsd=f"{100 * known[kind]['gsd_m']:.1f}", name=known[kind]["name"])
            rows.append((words.say(f"drone_page.head_{kind}"), size))
    rows.append((words.say("drone_page.fact_registration"), _registered(words, known)))
    st.html(frame.sheet([words.say("drone_page.fact"), choice.flight], rows))


def _registered(words: Catalogue, known: dict[str, Any]) -> str:
    record = known.get("registration")
    if not record:
        return words.say("drone_page.unregistered")
    pixel_m = float(record["pixel_m"])
    lengths = {
        name: f"{pixel_m * float(np.hypot(record[name]['east_px'], record[name]['south_px'])):.2f}"
        for name in ("found", "residual")
    }
    onto = record["onto"] if isinstance(record["onto"], str) else record["onto"]["name"]
    return words.say("drone_page.registered", onto=onto, found=lengths["found"], residual=lengths["residual"])


def _figures(words: Catalogue, choice: Choice) -> None:
    if choice.view == "heights":
        _volumes(words, choice)
    elif choice.view == "coverage":
        _covered(words, choice)
    elif choice.view == "heaps":
        _alone(words, choice)


def _volumes(words: Catalogue, choice: Choice) -> None:
    if not choice.before:
        st.info(words.say("drone_page.no_volumes"), icon=":material/terrain:")
        return
    table = _heaps(choice)
    recipe = files.read_json(flights.volume_folder(choice.project, (choice.before, choice.flight)) / "recipe.json")
    if _stale(choice, recipe):
        st.warning(words.say("drone_page.stale"), icon=":material/update:")
    if table.empty:
        st.info(words.say("drone_page.no_heaps"), icon=":material/check_circle:")
    columns = {
        "kind": [words.say(f"drone_page.{kind}") for kind in table["kind"]],
        "volume": [f"{each:,.0f}" for each in table["volume_m3"]],
        "interval": [f"{low:,.0f} – {high:,.0f}" for low, high in zip(table["low_m3"], table["high_m3"], strict=True)],
        "area": [f"{each:,.0f}" for each in table["area_m2"]],
        "extreme": [f"{each:.1f}" for each in table["extreme_m"]],
    }
    headed = pd.DataFrame({words.say(f"drone_page.head_{name}"): values for name, values in columns.items()})
    choosing.table(PAGE, "heaps", headed, list(table["heap_id"]), {}, _LIST_PX)
    ground: Any = recipe["ground"]
    params: Any = recipe["params"]
    told = {
        "limit": f"{float(recipe['lod_m']):.2f}",  # type: ignore[arg-type]
        "level": f"{params['level']:.0%}",
        "share": f"{ground['share']:.0%}",
        "sigma": f"{ground['sigma_m']:.3f}",
        "within": recipe["within_error"],
    }
    st.caption(words.say("drone_page.about_volumes", **told))


def _alone(words: Catalogue, choice: Choice) -> None:
    """Draw the volumes that one flight alone gave."""
    table = flight_heaps.read(choice.project, choice.flight)
    if table is None:
        st.info(words.say("flight_heaps.empty"), icon=":material/terrain:")
        return
    if flight_heaps.stale(choice.project, choice.flight):
        st.warning(words.say("flight_heaps.stale"), icon=":material/update:")
    choosing.table(PAGE, "heaps", flight_layers.alone(table, words), list(table["heap_id"]), {}, _LIST_PX)
    level = flight_heaps.level(choice.project, choice.flight)
    st.caption(words.say("flight_heaps.about", level=f"{level:.0%}"))


def _stale(choice: Choice, recipe: dict[str, Any]) -> bool:
    """Tell whether a flight's surface model or move is another one since volumes were measured."""
    for at, flight in enumerate((choice.before, choice.flight)):
        known = flights.facts_of(choice.project, flight)
        if known.get("dsm", {}).get("sha256") != recipe["inputs"][at]["sha256"]:
            return True
        if list(flights.moved_of(choice.project, flight)) != list(recipe["moved_m"][at]):
            return True
    return False


def _covered(words: Catalogue, choice: Choice) -> None:
    place = flights.folder_of(choice.project, choice.flight)
    if not (place / "photos.parquet").is_file():
        st.info(words.say("drone_page.no_photos"), icon=":material/photo_library:")
        return
    if (place / "coverage.parquet").is_file():
        table = files.read_layer(place / "coverage.parquet").sort_values("covered", ignore_index=True)
        columns = {
            "cell": list(table["cell_id"]),
            "covered": [f"{each:.1%}" for each in table["covered"]],
            "photos": list(table["photos"]),
        }
        headed = pd.DataFrame({words.say(f"drone_page.head_{name}"): values for name, values in columns.items()})
        choosing.table(PAGE, "cells", headed, list(table["cell_id"]), {}, _LIST_PX)
    else:
        st.info(words.say("drone_page.no_coverage"), icon=":material/grid_on:")
    _remarks(words, place / "remarks.csv")


def _remarks(words: Catalogue, path: Path) -> None:
    remarks = flights.remarks(path) if path.is_file() else pd.DataFrame()
    if remarks.empty:
        st.caption(words.say("drone_page.no_remarks"))
        return
    told = [_remark(words, row) for row in remarks.itertuples(index=False)]
    columns = {"photo": list(remarks["name"]), "remark": told}
    headed = pd.DataFrame({words.say(f"drone_page.head_{name}"): values for name, values in columns.items()})
    st.dataframe(headed, hide_index=True, height=choosing.fit(len(headed), _LIST_PX), row_height=choosing.ROW_PX)


def _remark(words: Catalogue, row: Any) -> str:  # noqa: ANN401 - a row of the remarks
    facts = {
        "other": "" if pd.isna(row.other) else row.other,
        "minutes": "" if pd.isna(row.seconds) else f"{row.seconds / 60:.1f}",
    }
    return words.say(f"drone_page.remark_{row.remark}", **facts)


def _heaps(choice: Choice) -> gpd.GeoDataFrame:
    return files.read_layer(flights.volume_folder(choice.project, (choice.before, choice.flight)) / "heaps.parquet")


def _work(words: Catalogue, choice: Choice) -> None:
    """Draw what may be asked for: registration, volumes, coverage, and new flights; and the queue."""
    table = flights.listing(choice.project)
    images = _earlier(choice.project, table, choice.flight, "images")
    with st.expander(words.say("drone_page.measure"), icon=":material/straighten:"):
        if images:
            onto = str(st.selectbox(words.say("drone_page.onto"), images, key=f"{PAGE}-onto-{choice.flight}"))
            with st.container(horizontal=True):
                asked = ["drone", "register", "--flight", choice.flight, "--onto", onto]
                queue.button(words, words.say("drone_page.register"), asked, key=f"{PAGE}-register")
                models = set(table.loc[table["dsm"], "flight"])
                asked = ["drone", "volume", onto, choice.flight]
                absent = not {onto, choice.flight} <= models
                queue.button(words, words.say("drone_page.volumes"), asked, key=f"{PAGE}-volumes", disabled=absent)
        else:
            st.caption(words.say("drone_page.alone"))
        outlines = st.text_input(words.say("flight_heaps.file"), key=f"{PAGE}-outlines")
        asked = ["drone", "heaps", "--flight", choice.flight, "--outlines", outlines]
        bare = choice.flight not in set(table.loc[table["dsm"], "flight"])
        queue.button(words, words.say("flight_heaps.run"), asked, key=f"{PAGE}-heaps", disabled=bare or not outlines)
        cells = st.text_input(words.say("drone_page.cells_file"), key=f"{PAGE}-cells")
        asked = ["drone", "coverage", "--flight", choice.flight, "--cells", cells]
        queue.button(words, words.say("drone_page.cover"), asked, key=f"{PAGE}-cover", disabled=not cells)
    _bring(words, choice.flight)
    queue.panel(words, "drone")


def _bring(words: Catalogue, flight: str) -> None:
    """Draw the form by which images and photos on this machine come into a flight."""
    with st.expander(words.say("drone_page.bring"), icon=":material/upload_file:"):
        name = st.text_input(words.say("drone_page.flight_name"), value=flight, key=f"{PAGE}-name")
        day = st.text_input(words.say("drone_page.flown_on"), key=f"{PAGE}-day")
        ortho = st.text_input(words.say("drone_page.ortho_file"), key=f"{PAGE}-ortho")
        dsm = st.text_input(words.say("drone_page.dsm_file"), key=f"{PAGE}-dsm")
        asked = ["drone", "cog", "--flight", name]
        for option, value in (("--ortho", ortho), ("--dsm", dsm), ("--flown-on", day)):
            asked += [option, value] if value else []
        queue.button(
            words, words.say("drone_page.add"), asked, key=f"{PAGE}-add", disabled=not (name and (ortho or dsm))
        )
        folder = st.text_input(words.say("drone_page.photo_folder"), key=f"{PAGE}-folder")
        asked = ["drone", "photos", folder, "--flight", name]
        queue.button(words, words.say("drone_page.read"), asked, key=f"{PAGE}-read", disabled=not (name and folder))


def _mark(project: Project) -> Mark:
    paths = sorted(path for path in project.flights.glob("**/*") if path.is_file())
    return tuple((str(path.relative_to(project.flights)), path.stat().st_mtime_ns) for path in paths)


if __name__ == "__main__":
    page()
