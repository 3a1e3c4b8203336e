"""Images on the project's list that nobody has made ready yet, and the button that does."""

from pathlib import Path

import geopandas as gpd
import pandas as pd
import streamlit as st

from cross_check import coverage
from cross_check.files import Project
from gis.errors import WorkbenchError
from gis.language import Catalogue
from views import choosing, footprints, queue, state, wording

KEY = "waiting-scenes"
_LIST_PX = 260


def draw(words: Catalogue, *, opened: bool) -> None:
    """Draw the list, from which some may be chosen, and the button; nothing where no image waits.

    Parameters
    ----------
    words : Catalogue
    opened : bool
        Whether the list is unfolded at first.
    """
    try:
        waiting = _waiting(*_mark(state.project()))
    except WorkbenchError as error:
        st.warning(words.explain(error), icon=":material/error:")
        return
    if waiting.empty:
        return
    said = words.say("waiting_scenes.title", count=len(waiting))
    with st.expander(said, icon=":material/hourglass_empty:", expanded=opened):
        picked = st.dataframe(
            rows(waiting, words),
            hide_index=True,
            key=KEY,
            on_select="rerun",
            selection_mode="multi-row",
            height=choosing.fit(len(waiting), _LIST_PX),
            row_height=choosing.ROW_PX,
        )
        # A list that has become shorter meanwhile keeps none of the numbers chosen in the longer one.
        chosen = [row for row in picked["selection"]["rows"] if row < len(waiting)]
        ids = list(waiting["scene_id"].iloc[chosen] if chosen else waiting["scene_id"])
        label = words.say("waiting_scenes.some" if chosen else "waiting_scenes.all", count=len(ids))
        queue.button(words, label, ["scenes", "prepare", *ids], key=f"{KEY}-go")
        st.caption(words.say("waiting_scenes.about"))


def _mark(project: Project) -> tuple[str, tuple[int, ...]]:
    """Return the project and when what is listed and what is prepared last changed."""
    paths = (project.scenes, project.coverage)
    return str(project.folder), tuple(path.stat().st_mtime_ns if path.is_file() else 0 for path in paths)


@st.cache_resource(max_entries=4, show_spinner=False)
def _waiting(folder: str, marks: tuple[int, ...]) -> gpd.GeoDataFrame:
    del marks  # a part of the key
    return coverage.waiting(Project(Path(folder)))


def rows(waiting: gpd.GeoDataFrame, words: Catalogue) -> pd.DataFrame:
    """Return images as a reading list.

    Parameters
    ----------
    waiting : GeoDataFrame
        See ``satellite.scene_list.SCHEMA``.
    words : Catalogue
    """
    columns = {
        "seen_on": [wording.day(each) for each in waiting["seen_on"]],
        "sensor": [words.say(f"sensor.{str(code).replace('-', '_')}") for code in waiting["sensor"]],
        "cloud": [footprints.cloud(each) for each in waiting["cloud_percent"]],
        "size": [footprints.size(each) for each in waiting["size_mb"]],
        "bands": list(waiting["bands"]),
        "scene_id": list(waiting["scene_id"]),
    }
    return pd.DataFrame({words.say(f"waiting_scenes.{name}"): values for name, values in columns.items()})
