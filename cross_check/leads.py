"""Leads: patches joined with the enterprises, regions and zones around them. A lead is no evidence until reviewed."""

import hashlib
from dataclasses import dataclass, field

import geopandas as gpd
import numpy as np
import pandas as pd

from cross_check.ledger import rules
from gis import crs, regions, register, schema
from satellite import targets

STATES = (*rules.LEAD_STATES, rules.CLOSED)
"""A detection leaves its leads new; the others come from the ledger, see ``casebook.standing``."""

SCHEMA = schema.table(
    {
        "lead_id": schema.text(unique=True),
        "patch_id": schema.text(unique=True),
        "machine_class": schema.text(schema.one_of(*targets.CLASSES)),
        "human_class": schema.text(nullable=True),
        "state": schema.text(schema.one_of(*STATES)),
        "score": schema.number(0, 1),
        "priority": schema.number(0, 1),
        "area_m2": schema.number(0),
        "before_on": schema.day(nullable=True),
        "after_on": schema.day(nullable=True),
        "division_code": schema.text(),
        "site_id": schema.text(nullable=True),
        "site_name": schema.text(nullable=True),
        "distance_m": schema.number(0, nullable=True),
        "zone_ids": schema.text(nullable=True),
        "geometry": schema.shape("Polygon", "MultiPolygon"),
    }
)
"""``site_id`` is the nearest site within the search distance, ``zone_ids`` joins the touched zones with ``;``,
``priority`` ranks the reading list. ``machine_class`` is never overwritten; ``human_class`` wins where it stands."""

_WEIGHTS = {
    "construction": 0.7,
    "excavation": 0.8,
    "waste": 1.0,
    "burn": 0.7,
    "turbid_water": 0.9,
    "clearing": 0.9,
    "other": 0.2,
}


@dataclass(frozen=True)
class Params:
    """What a bureau may set.

    Attributes
    ----------
    within_m : float
        A site farther from a patch is not named as its neighbour.
    unclassified : bool
        Whether patches that meet no target rule become leads too. They do in any case where the images lack the
        bands for the rules, since then no patch could be classified.
    class_weights : dict
        Weight of a class in the priority, 0 to 1.
    full_area_m2 : float
        Area from which size adds nothing more to the priority.
    in_zone : float
        Factor on the distance of the priority from 1 for a patch in a protected zone; 0.5 halves it.
    """

    within_m: float = 500.0
    unclassified: bool = False
    class_weights: dict[str, float] = field(default_factory=lambda: dict(_WEIGHTS))
    full_area_m2: float = 50_000.0
    in_zone: float = 0.5


@dataclass(frozen=True)
class Found:
    """Leads, and how many patches became none, by reason (a catalogue code)."""

    leads: gpd.GeoDataFrame
    left_out: dict[str, int]


def find(
    changed: gpd.GeoDataFrame,
    enterprises: gpd.GeoDataFrame,
    areas: gpd.GeoDataFrame,
    zones: gpd.GeoDataFrame,
    *,
    params: Params | None = None,
) -> Found:
    """Turn patches into leads: name the nearest site, the responsible division and the protected zones touched.

    Parameters
    ----------
    changed : GeoDataFrame
        See ``patches.SCHEMA``.
    enterprises : GeoDataFrame
        See ``register.SCHEMA``; may be empty.
    areas : GeoDataFrame
        See ``regions.SCHEMA``.
    zones : GeoDataFrame
        See ``regions.ZONES``; may be empty.
    params : Params, optional

    Returns
    -------
    Found
        Leads by falling priority, see ``SCHEMA``. The same patches give the same ids.

    Raises
    ------
    TableFaults
        If a table does not meet its schema.
    """
    # Every command on leads names this module; only this verb needs what drew the patches, and its compiler.
    from satellite import patches

    params = params or Params()
    changed = schema.demand(changed, patches.SCHEMA, "patches")
    enterprises = schema.demand(enterprises, register.SCHEMA, "enterprises")
    zones = schema.demand(zones, regions.ZONES, "zones")
    taken, left_out = _worth_reading(changed, params)
    if taken.empty:
        return Found(_ranked(taken, params), left_out)
    leads = taken.join(nearest(taken, enterprises, params.within_m)).join(touched(taken, zones))
    middles = gpd.GeoSeries(leads.geometry.representative_point(), crs=leads.crs)
    leads["division_code"] = regions.division_of(middles, areas)
    return Found(_ranked(leads, params), left_out)


def _worth_reading(changed: gpd.GeoDataFrame, params: Params) -> tuple[gpd.GeoDataFrame, dict[str, int]]:
    named = changed["machine_class"] != "other"
    if params.unclassified or not named.any():
        return changed.reset_index(drop=True), {}
    return changed[named].reset_index(drop=True), {"leads.unclassified": int((~named).sum())}


def nearest(leads: gpd.GeoDataFrame, enterprises: gpd.GeoDataFrame, within_m: float) -> pd.DataFrame:
    """Return site_id, site_name and distance_m of the nearest site of each shape, missing beyond the distance."""
    system = crs.metric_for(leads)
    sites = enterprises[["site_id", "name", "geometry"]].to_crs(system)
    joined = gpd.sjoin_nearest(
        leads[["geometry"]].to_crs(system), sites, how="left", max_distance=within_m, distance_col="distance_m"
    )
    first = joined.sort_values(["distance_m", "site_id"]).groupby(level=0).first()
    return first.rename(columns={"name": "site_name"})[["site_id", "site_name", "distance_m"]]


def touched(leads: gpd.GeoDataFrame, zones: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return the zones (zone_ids) that each shape touches, joined with ``;``; no row for one that touches none."""
    joined = gpd.sjoin(leads[["geometry"]], zones[["zone_id", "geometry"]])
    names = joined.groupby(level=0)["zone_id"].agg(lambda ids: ";".join(sorted(ids)))
    return pd.DataFrame({"zone_ids": names.astype("str")})


def _ranked(leads: gpd.GeoDataFrame, params: Params) -> gpd.GeoDataFrame:
    ranked = leads.copy()
    for column in ("site_id", "site_name", "zone_ids", "division_code", "distance_m"):
        if column not in ranked:
            ranked[column] = pd.Series(dtype="float64" if column == "distance_m" else "str")
    ranked["lead_id"] = ["L" + hashlib.sha256(patch.encode()).hexdigest()[:10].upper() for patch in ranked["patch_id"]]
    ranked["state"] = pd.Series("new", index=ranked.index, dtype="str")
    ranked["human_class"] = pd.Series(None, index=ranked.index, dtype="str")
    ranked["priority"] = _priority(ranked, params)
    ranked = ranked.sort_values(["priority", "lead_id"], ascending=[False, True], ignore_index=True)
    order = [*SCHEMA.columns, *(column for column in ranked if column not in SCHEMA.columns)]
    checked: gpd.GeoDataFrame = schema.demand(ranked[order], SCHEMA, "leads")
    return checked


def _priority(leads: gpd.GeoDataFrame, params: Params) -> pd.Series:
    """Rank by score x class x size, and bring patches in protected zones nearer to the top."""
    size = np.sqrt(np.clip(leads["area_m2"] / params.full_area_m2, 0, 1))
    weight = leads["machine_class"].map(params.class_weights).fillna(0.2).astype(float)
    base = weight * (0.3 + 0.7 * leads["score"]) * (0.5 + 0.5 * size)
    away = (1 - base) * np.where(leads["zone_ids"].notna(), params.in_zone, 1.0)
    return (1 - away).clip(0, 1)
