"""The yearly plan on the map: objects of a month and a city by the way they came into the plan, or by how often."""

from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import pandas as pd

from cross_check.planning import Version
from gis.crs import STORAGE
from gis.language import Catalogue
from views import colours, layers
from views.layers import Layer

BY = ("kind", "often")
"""What the colours tell: the way into the plan, or the visits of the whole year."""

_WAYS = {"special": "#B91C1C", "drawn": "#4338CA", "routine": "#0E7490"}
_OFTEN = {"4": "#7C2D12", "3": "#C2410C", "2": "#EA9A3E", "1": "#64748B"}
_MOST = 4


def chosen(plan: pd.DataFrame, city: str, month: int) -> pd.DataFrame:
    """Return the visits of a city, "" for all, in a month, 0 for the whole year."""
    return plan[((plan["division_code"] == city) | (city == "")) & ((plan["month"] == month) | (month == 0))]


def objects(version: Version, *, city: str = "", month: int = 0) -> gpd.GeoDataFrame:
    """Return the sites that a plan visits, one row a site.

    Parameters
    ----------
    version : Version
    city : str
        Division code; "" for all.
    month : int
        1 to 12; 0 for the whole year.

    Returns
    -------
    GeoDataFrame
        site_id, name, division_code, risk, kind (of several the most binding), months (joined with commas), often
        (visits of the whole year), geometry; sites without a place are left out.
    """
    plan, sites = version.table("plan"), version.table("sites")
    often = plan["site_id"].value_counts()
    rows = chosen(plan, city, month)
    ranked = rows.assign(rank=rows["kind"].map({way: place for place, way in enumerate(_WAYS)}))
    ranked = ranked.sort_values(["rank", "month"], kind="stable")
    first = ranked.drop_duplicates("site_id").set_index("site_id")
    months = ranked.sort_values("month").groupby("site_id")["month"].agg(lambda each: ", ".join(map(str, each)))
    places = sites.set_index("site_id")[["lon", "lat"]] if {"lon", "lat"} <= set(sites) else pd.DataFrame()
    table = first[["name", "division_code", "risk", "kind"]].join(months.rename("months")).join(places, how="inner")
    table = table.assign(often=often.reindex(table.index).astype("int64")).reset_index()
    return gpd.GeoDataFrame(
        table.drop(columns=["lon", "lat"], errors="ignore"),
        geometry=gpd.points_from_xy(table.get("lon", []), table.get("lat", [])),
        crs=STORAGE,
    )


def layer(table: gpd.GeoDataFrame, by: str, words: Catalogue) -> Layer:
    """Return the objects as points in the colours of ``by``."""
    content = layers.NO_PLACES
    if len(table):
        values = [
            list(table["name"]),
            list(table["months"]),
            [words.say(f"planning.kind_{kind}") for kind in table["kind"]],
            [str(count) for count in table["often"]],
            [f"{risk:.0f}" for risk in table["risk"]],
        ]
        content = layers.places(table, list(table["site_id"]), _classes(table, by), values)
    fields = [words.say(f"plan_map.field_{name}") for name in ("months", "kind", "often", "risk")]
    styles = {name: colours.dot(colour) for name, colour in _palette(by).items()}
    return Layer(f"plan-{by}", "points", content, styles, fields)


def legend(table: gpd.GeoDataFrame, by: str, words: Catalogue) -> Mapping[str, Any]:
    """Return what the colours mean, of those alone that the map shows."""
    there = set(_classes(table, by))
    items = [
        {**colours.sample("dot", colour, colour), "text": words.say(f"plan_map.{by}_{name}")}
        for name, colour in _palette(by).items()
        if name in there
    ]
    return {"title": words.say(f"plan_map.by_{by}"), "items": items}


def _palette(by: str) -> Mapping[str, str]:
    return _WAYS if by == "kind" else _OFTEN


def _classes(table: gpd.GeoDataFrame, by: str) -> list[str]:
    return list(table["kind"]) if by == "kind" else [str(min(count, _MOST)) for count in table["often"]]
