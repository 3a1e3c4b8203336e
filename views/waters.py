"""Water bodies: each against its own history, on one map, with the life of the chosen one beside it."""

from pathlib import Path

import geopandas as gpd
import pandas as pd
import streamlit as st

from cross_check.files import Project
from gis import files
from gis.language import Catalogue, catalogue
from satellite import waters
from views import board, choosing, colours, frame, layers, queue, state, wording
from views.layers import Layer

PAGE = "waters"
_LIST_PX = 300
_MAP_PX = 430
_COLOURS = {"finding": "#D55E00", "usual": "#0072B2", "unjudged": "#8C8C8C"}


def page() -> None:
    """Draw the page."""
    words = frame.words_now()
    frame.title(words, "waters.title", words.say("waters.hint"))
    project = state.project()
    _order(words, project)
    queue.panel(words, "waters")
    path = project.waters / "findings.parquet"
    if not path.is_file():
        st.info(words.say("waters.none_yet"), icon=":material/water:")
        st.code(f"hdq waters --find --project {project.folder.name}", language=None)
        return
    mark = path.stat().st_mtime_ns
    found, readings, shown = _read(project.folder.as_posix(), mark)
    counts = found.drop_duplicates(["body_id", "sign"])["verdict"].value_counts()
    st.caption(
        words.say(
            "waters.summary",
            day=wording.day(found["seen_on"].max()),
            bodies=found["body_id"].nunique(),
            findings=int(counts.get("finding", 0)),
        )
    )
    left, right = st.columns([3, 2], gap="small")
    with left:
        scene = board.Scene(
            layers=_layers(project.folder.as_posix(), mark, words.language),
            bounds=layers.bounds_of(shown),
            legend=[_legend(words)],
            chosen=choosing.chosen(PAGE),
            flight=choosing.flight(PAGE),
        )
        board.draw(scene, words, f"{PAGE}-map", height=_MAP_PX, on_pick=choosing.from_map(PAGE))
    with right:
        _list(words, shown)
        _life(words, found, readings, str(shown["body_id"].iloc[0]))


def _order(words: Catalogue, project: Project) -> None:
    known = (project.layers / "water.parquet").is_file() or project.water_bodies.is_file()
    with st.container(horizontal=True, vertical_alignment="bottom", key="filters"):
        argv = ["waters"] if known else ["waters", "--find"]
        label = words.say("waters.run" if known else "waters.run_find")
        queue.button(words, label, argv, key=f"{PAGE}-run")
        source = "imported" if (project.layers / "water.parquet").is_file() else "found" if known else "unknown"
        st.caption(words.say(f"waters.source_{source}"))


@st.cache_resource(max_entries=4, show_spinner=False)
def _read(
    folder: str,
    mark: int,  # noqa: ARG001 - cached by the file's time
) -> tuple[gpd.GeoDataFrame, pd.DataFrame, gpd.GeoDataFrame]:
    """Return all findings, the readings behind them, and the row of each body, see ``_bodies``."""
    place = Project(Path(folder)).waters
    found = files.read_layer(place / "findings.parquet")
    return found, files.read_table(place / "readings.parquet"), _bodies(found)


def _bodies(found: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return a row a body: the sign that stands out most, findings first."""
    order = found["verdict"].map({"finding": 0, "usual": 1}).fillna(2)
    ranked = found.assign(order=order).sort_values(["order", "z"], ascending=[True, False])
    return ranked.drop_duplicates("body_id").drop(columns="order").reset_index(drop=True)


@st.cache_resource(max_entries=8, show_spinner=False)
def _layers(folder: str, mark: int, language: str) -> list[Layer]:
    words, shown = catalogue(language), _read(folder, mark)[2]
    kinds = [each if each in ("finding", "usual") else "unjudged" for each in shown["verdict"]]
    values = [
        list(shown["name"]),
        [words.say(f"waters.sign_{each}") for each in shown["sign"]],
        [words.say(f"waters.verdict_{each}") for each in shown["verdict"]],
        [wording.number(each, 1) for each in shown["z"]],
    ]
    content = layers.shapes(shown, list(shown["body_id"]), kinds, values)
    styles = {kind: colours.area(colour) for kind, colour in _COLOURS.items()}
    fields = [words.say(f"waters.head_{name}") for name in ("sign", "verdict", "z")]
    sample = colours.sample("box", _COLOURS["finding"], f"{_COLOURS['finding']}99")
    return [Layer("waters", "areas", content, styles, fields, words.say("waters.title"), sample)]


def _legend(words: Catalogue) -> dict[str, object]:
    return {
        "title": words.say("waters.head_verdict"),
        "items": [
            {**colours.sample("box", colour, f"{colour}99"), "text": words.say(f"waters.verdict_{kind}")}
            for kind, colour in _COLOURS.items()
        ],
    }


def _list(words: Catalogue, shown: gpd.GeoDataFrame) -> None:
    columns = {
        "name": list(shown["name"]),
        "sign": [words.say(f"waters.sign_{each}") for each in shown["sign"]],
        "verdict": [words.say(f"waters.verdict_{each}") for each in shown["verdict"]],
        "z": [wording.number(each, 1) for each in shown["z"]],
        "dates": [str(each) for each in shown["dates"]],
    }
    headed = pd.DataFrame({words.say(f"waters.head_{name}"): values for name, values in columns.items()})
    choosing.table(PAGE, "waters", headed, list(shown["body_id"]), {}, _LIST_PX)


def _life(words: Catalogue, found: gpd.GeoDataFrame, readings: pd.DataFrame, first: str) -> None:
    """Draw the readings of the chosen body, or of the first, sign by sign."""
    now = choosing.chosen(PAGE)
    body = now[1] if now is not None and now[1] in set(found["body_id"]) else first
    rows = found[found["body_id"] == body]
    sign = st.segmented_control(
        words.say("waters.head_sign"),
        list(waters.SIGNS),
        default=str(rows.sort_values("z", ascending=False)["sign"].iloc[0]),
        format_func=lambda each: words.say(f"waters.sign_{each}"),
        key=f"{PAGE}-sign-{body}",
        label_visibility="collapsed",
    )
    life = readings[(readings["body_id"] == body) & (readings["sign"] == sign) & (readings["state"] == "seen")]
    row = rows[rows["sign"] == sign]
    if life.empty or row.empty:
        st.info(words.say("waters.no_readings"), icon=":material/water:")
        return
    told = row.iloc[0]
    st.caption(
        words.say(
            "waters.told",
            name=told["name"],
            verdict=words.say(f"waters.verdict_{told['verdict']}"),
            value=wording.number(told["value"]) or "-",
            usual=wording.number(told["usual"]) or "-",
            z=wording.number(told["z"], 1) or "-",
            least=wording.number(told["least_z"], 1) or "-",
        )
    )
    dated = life.sort_values("seen_on").set_index(life.sort_values("seen_on")["seen_on"].dt.strftime("%Y-%m-%d"))
    st.scatter_chart(dated["value"], height=210, x_label="", y_label=str(told["index"] or "").upper())


if __name__ == "__main__":
    page()
