"""The series: what every pixel did against its own season, what was not seen, and one pixel's whole life."""

from pathlib import Path

import geopandas as gpd
import pandas as pd
import streamlit as st

from cross_check.files import Project
from gis.errors import WorkbenchError
from gis.files import read_json, read_layer
from gis.language import Catalogue, catalogue
from satellite import indices, states, traces, windows
from satellite.states import Record
from satellite.traces import Trace
from views import board, choosing, colours, frame, handout, histories, layers, queue, state, wording
from views.board import Under
from views.layers import Layer

PAGE = "watch"
_LIST_PX = 250
_MAP_PX = 520


def page() -> None:
    """Draw the page."""
    words = frame.words_now()
    frame.title(words, "watch.title", words.say("watch.hint"))
    project = state.project()
    if not (project.series / "series.json").is_file():
        st.info(words.say("watch.none"), icon=":material/inbox:")
        _fit(words)
        queue.panel(words, "watch")
        return
    record = states.read(project.series)
    _facts(words, record)
    _update(words, record)
    queue.panel(words, "watch")
    if not (project.series_report / "recipe.json").is_file():
        st.info(words.say("watch.no_report"), icon=":material/inbox:")
        queue.button(words, words.say("watch.make_report"), ["watch", "report"], key=f"{PAGE}-report")
        return
    _stale(words, project, record)
    mark = (project.series_report / "recipe.json").stat().st_mtime_ns
    found = _patches(str(project.folder), mark)
    left, right = st.columns([3, 2], gap="small")
    with left:
        _map(words, project, mark, found)
    with right:
        st.html(histories.bars(_shares(project), words))
        _list(words, found)
    _pixel(words, project, record, found)


def _fit(words: Catalogue) -> None:
    """Ask for a folder of images and fit the baseline by the queue."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="filters"):
        folder = st.text_input(words.say("watch.folder"), key=f"{PAGE}-folder", width=420)
        index = st.selectbox(
            words.say("watch.index"), list(indices.INDICES), format_func=str.upper, key=f"{PAGE}-index", width=130
        )
        images = sorted(str(path) for path in Path(folder).glob("*.tif") if ".clear" not in path.name) if folder else []
        argv = ["watch", "fit", *images, "--index", str(index)]
        queue.button(words, words.say("watch.fit"), argv, key=f"{PAGE}-fit", disabled=not images)
    if folder:
        st.caption(words.say("watch.images_found", count=len(images)))


def _facts(words: Catalogue, record: Record) -> None:
    last = record.looks[-1]["name"] if record.looks else "-"
    facts = {
        "index": record.index.upper(),
        "history": len(record.history),
        "until": record.history_ends_on.isoformat(),
        "looks": len(record.looks),
        "last": record.last_on.isoformat(),
        "name": last,
    }
    st.caption(words.say("watch.facts", **facts))


def _update(words: Catalogue, record: Record) -> None:
    """Take one image in by the queue."""
    with st.expander(words.say("watch.update"), icon=":material/add_photo_alternate:"):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            image = st.text_input(words.say("watch.image"), key=f"{PAGE}-image", width=420)
            clear = st.text_input(words.say("watch.clear"), key=f"{PAGE}-clear", width=320)
            there = Path(image).is_file() if image else False
            argv = ["watch", "update", image, *(["--clear", clear] if clear else []), "--report"]
            queue.button(words, words.say("watch.take"), argv, key=f"{PAGE}-take", disabled=not there)
        if image and not there:
            st.caption(words.say("files.missing", name=image))
        _looks(words, record)


def _looks(words: Catalogue, record: Record) -> None:
    """List the images taken in, newest first, with the area that each one confirmed as far as it was reported."""
    recipe = state.project().series_report / "recipe.json"
    told = read_json(recipe).get("confirmed_m2") if recipe.is_file() else None
    confirmed = told if isinstance(told, dict) else {}
    rows = [
        {
            words.say("watch.head_day"): each["seen_on"],
            words.say("watch.head_confirmed_area"): wording.hectares(confirmed.get(each["seen_on"], 0.0), words),
            words.say("watch.head_name"): each["name"],
        }
        for each in reversed(record.looks)
    ]
    if rows:
        st.dataframe(pd.DataFrame(rows), hide_index=True, height=180)


def _stale(words: Catalogue, project: Project, record: Record) -> None:
    recipe = read_json(project.series_report / "recipe.json")
    inputs = recipe["inputs"]
    if isinstance(inputs, dict) and inputs.get("looks") != record.looks:
        st.warning(words.say("watch.stale"), icon=":material/update:")
        queue.button(words, words.say("watch.make_report"), ["watch", "report"], key=f"{PAGE}-again")


@st.cache_resource(max_entries=4, show_spinner=False)
def _patches(folder: str, mark: int) -> gpd.GeoDataFrame:  # noqa: ARG001 - the mark tells one report from the next
    return read_layer(Project(Path(folder)).series_report / "patches.gpkg")


@st.cache_resource(max_entries=4, show_spinner=False)
def _under(folder: str, mark: int, language: str) -> Under:  # noqa: ARG001 - the mark tells one report from the next
    picture, bounds = histories.picture(windows.classes(Project(Path(folder)).series_report / "states.tif"))
    return Under(picture, bounds, catalogue(language).say("watch.states"))


def _shares(project: Project) -> dict[str, float]:
    """Return the share of every state as the report counted it."""
    figures = read_json(project.series_report / "recipe.json")["figures"]
    counted = {name: int(figures[name]) for name in histories.COLOURS} if isinstance(figures, dict) else {}
    total = max(sum(counted.values()), 1)
    return {name: count / total for name, count in counted.items()}


def _map(words: Catalogue, project: Project, mark: int, found: gpd.GeoDataFrame) -> None:
    under = _under(str(project.folder), mark, words.language)
    scene = board.Scene(
        layers=[_layer(found, words)],
        bounds=under.bounds,
        legend=[histories.legend(words)],
        chosen=choosing.chosen(PAGE),
        flight=choosing.flight(PAGE),
        under=(under,),
    )
    board.draw(scene, words, f"{PAGE}-map", height=_MAP_PX, on_pick=choosing.from_map(PAGE))


def _layer(found: gpd.GeoDataFrame, words: Catalogue) -> Layer:
    values = [
        list(found["patch_id"]),
        [words.say(f"watch.{each}") for each in found["state"]],
        [wording.area(each, words) for each in found["area_m2"]],
        [f"{each:+.2f}" for each in found["departure"]],
        [wording.day(each) for each in found["begun_on"]],
    ]
    styles = {name: colours.area("#1E293B", fill=0, weight=1.8) for name in ("provisional", "confirmed")}
    content = (
        layers.shapes(found, list(found["patch_id"]), list(found["state"]), values) if len(found) else layers.NO_SHAPES
    )
    fields = [words.say(f"watch.head_{name}") for name in ("state", "area", "departure", "begun")]
    sample = colours.sample("box", "#1E293B")
    return Layer("patches", "areas", content, styles, fields, words.say("watch.patches", count=len(found)), sample)


def _list(words: Catalogue, found: gpd.GeoDataFrame) -> None:
    if found.empty:
        st.info(words.say("watch.no_patches"), icon=":material/check_circle:")
        return
    columns = {
        "state": [words.say(f"watch.{each}") for each in found["state"]],
        "area": [wording.area(each, words) for each in found["area_m2"]],
        "departure": [f"{each:+.2f}" for each in found["departure"]],
        "begun": [wording.day(each) for each in found["begun_on"]],
        "confirmed": [wording.day(each) for each in found["confirmed_on"]],
        "patch": list(found["patch_id"]),
    }
    headed = pd.DataFrame({words.say(f"watch.head_{name}"): values for name, values in columns.items()})
    choosing.table(PAGE, "patches", headed, list(found["patch_id"]), {}, _LIST_PX)
    handout.buttons(found, "watch", [(words.say("app.content"), words.say("watch.title"))], words)


def _pixel(words: Catalogue, project: Project, record: Record, found: gpd.GeoDataFrame) -> None:
    """Draw the life of the pixel in the middle of the chosen patch, or of a place that is typed in."""
    st.subheader(words.say("watch.pixel"))
    typed = st.text_input(words.say("watch.place"), key=f"{PAGE}-place", width=320, placeholder="126.53000, 45.80000")
    chosen = choosing.chosen(PAGE)
    rows = found[found["patch_id"] == chosen[1]] if chosen else found[:0]
    try:
        if typed:
            lon, lat = _place(typed)
        elif len(rows):
            middle = rows.geometry.iloc[0].representative_point()
            lon, lat = float(middle.x), float(middle.y)
        else:
            st.caption(words.say("watch.choose"))
            return
        at = traces.pixel_at(record, lon, lat)
        trace = _trace(str(project.folder), record.watch + record.baseline, at)
    except WorkbenchError as fault:
        st.warning(words.explain(fault), icon=":material/error:")
        return
    drawn = histories.drawing(trace, words)
    if drawn:
        # As a picture: Streamlit strips drawings out of HTML.
        st.image(drawn, width="stretch", caption=words.say("watch.drawing", index=trace.index.upper()))
        st.html(histories.key(words))
    else:
        st.info(words.say("watch.never_seen"), icon=":material/visibility_off:")
    st.caption(words.say("watch.about_pixel", lon=lon, lat=lat, row=at[0], column=at[1]))
    if trace.missing:
        st.warning(words.say("watch.missing", count=trace.missing), icon=":material/image_not_supported:")


@st.cache_data(max_entries=32, show_spinner=False)
def _trace(folder: str, serial: str, at: tuple[int, int]) -> Trace:  # noqa: ARG001 - the serial tells one state from the next
    return traces.read(Project(Path(folder)).series, at)


def _place(text: str) -> tuple[float, float]:
    parts = text.replace("\uff0c", ",").replace(",", " ").split()
    try:
        lon, lat = (float(part) for part in parts)
    except ValueError as fault:
        raise WorkbenchError("watch.bad_place", "{text} is no place; write longitude, latitude", text=text) from fault
    return lon, lat


if __name__ == "__main__":
    page()
