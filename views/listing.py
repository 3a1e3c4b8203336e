"""Tables for people and for other programs: readable columns on the screen, whole rows in a download."""

import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

import geopandas as gpd
import pandas as pd
import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from gis.files import write_table
from gis.language import Catalogue
from views import scenes, wording

MIME = {
    "gpkg": "application/geopackage+sqlite3",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv",
}


def leads(
    table: gpd.GeoDataFrame, regions: gpd.GeoDataFrame, zones: gpd.GeoDataFrame, words: Catalogue
) -> pd.DataFrame:
    """Return leads as a reading list in the order of the table."""
    names = wording.region_names(regions, words.language)
    columns = {
        "priority": list(table["priority"]),
        "class": wording.labels(wording.class_of(table), words),
        "area": [wording.hectares(each, words) for each in table["area_m2"]],
        "region": [names.get(code, code) for code in table["division_code"]],
        "site": [wording.text(each) for each in table["site_name"]],
        "distance": [wording.distance(each, words) for each in table["distance_m"]],
        "zones": [wording.zone_names(each, zones) for each in table["zone_ids"]],
        "state": [words.say(f"lead_state.{each}") for each in table["state"]],
        "score": list(table["score"]),
        "lead_id": list(table["lead_id"]),
    }
    return _headed(columns, words)


def sites(table: gpd.GeoDataFrame, regions: gpd.GeoDataFrame, words: Catalogue) -> pd.DataFrame:
    """Return enterprise sites as a list in the order of the table."""
    names = wording.region_names(regions, words.language)
    columns = {
        "site_name": list(table["name"]),
        "region": [names.get(code, code) for code in table["division_code"]],
        "permit_category": [words.say(f"map.permit_{each}") for each in table["permit_category"]],
        "positive_list": [words.say("map.yes" if each else "map.no") for each in table["positive_list"]],
        "operating": [words.say(f"map.{each}") for each in table["operating"]],
        "industry_code": list(table["industry_code"]),
        "permit_no": [wording.text(each) for each in table["permit_no"]],
        "credit_code": list(table["credit_code"]),
    }
    return _headed(columns, words)


def cells(table: gpd.GeoDataFrame, words: Catalogue) -> pd.DataFrame:
    """Return hotspot cells as a list in the order of the table."""
    columns = {
        "cell_id": list(table["cell_id"]),
        "bin": scenes.bin_labels(table, words),
        "count": list(table["count"]),
        "z": list(table["z"]),
        "p_adjusted": [wording.chance(each) for each in table["p_adjusted"]],
    }
    return _headed(columns, words)


def visits(table: gpd.GeoDataFrame, teams: dict[str, str], words: Catalogue) -> pd.DataFrame:
    """Return visits as a day sheet in the order of the table; ``teams`` names every team id."""
    columns = {
        "team": [teams.get(each, each) for each in table["team_id"]],
        "day": list(table["day"]),
        "order": list(table["order"]),
        "target": list(table["name"]),
        "target_kind": [words.say(f"plan_page.kind_{each}") for each in table["target_kind"]],
        "arrive": list(table["arrive"]),
        "leave": list(table["leave"]),
    }
    return _headed(columns, words)


def columns(words: Catalogue) -> dict[str, ColumnConfig]:
    """Return how numbers of the lists are drawn, by heading: scores as bars of one scale."""
    bar = st.column_config.ProgressColumn(format="%.2f", min_value=0.0, max_value=1.0, width="small")
    plain = st.column_config.NumberColumn(format="%.2f", width="small")
    return {
        words.say("app.column_priority"): bar,
        words.say("app.column_score"): plain,
        words.say("app.column_z"): plain,
    }


def packed(table: gpd.GeoDataFrame, ending: str) -> bytes:
    """Return a table as the bytes of a ``gpkg``, ``xlsx`` or ``csv`` file; the latter two have lon and lat instead."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"table.{ending}"
        write_table(table if ending == "gpkg" else flat(table), path)
        return path.read_bytes()


def flat(table: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return a table with columns lon and lat (of a point inside each shape) in place of its geometry."""
    inside = table.geometry.representative_point()
    plain = pd.DataFrame(table.drop(columns=table.geometry.name))
    return plain.assign(lon=inside.x.round(6), lat=inside.y.round(6))


def downloads(table: gpd.GeoDataFrame, name: str, words: Catalogue) -> None:
    """Draw the buttons that hand out a table as shown; a file is made when its button is pressed."""
    with st.container(horizontal=True, vertical_alignment="center", key=f"downloads-{name}"):
        st.caption(words.say("app.download", count=f"{len(table):,}"), width="content")
        for ending, label in (("gpkg", "GeoPackage"), ("xlsx", "Excel"), ("csv", "CSV")):
            st.download_button(
                label,
                data=_maker(table, ending),
                file_name=f"{name}.{ending}",
                mime=MIME[ending],
                key=f"download-{name}-{ending}",
                icon=":material/download:",
                on_click="ignore",
                disabled=table.empty,
            )


def _maker(table: gpd.GeoDataFrame, ending: str) -> Callable[[], bytes]:
    return partial(packed, table, ending)


def _headed(columns: dict[str, list[object]], words: Catalogue) -> pd.DataFrame:
    return pd.DataFrame({words.say(f"app.column_{name}"): values for name, values in columns.items()})
