"""Sources: whatever tells of a possible breach, brought to one form of lead.

A machine saw it (patch, hotspot, fire point), people said it (complaint: a number, never a person), a device reported
it (automatic monitoring, electricity, water, video), a measuring run met it (mobile laboratory, boat), another
department sent it, or a third party surveyed it.
"""

import hashlib
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd

from cross_check import forms, leads, patch_notes
from cross_check.ledger.rules import MACHINE, TOLD
from gis import entries, regions, register, schema
from gis.crs import STORAGE
from gis.language import Catalogue

SOURCES = (*MACHINE, *TOLD)
"""Results of the workbench itself, and what comes as tables, see ``from_rows``."""

FORM = schema.table(
    {
        "lead_id": schema.text(unique=True),
        "source": schema.text(schema.one_of(*SOURCES)),
        "source_ref": schema.text(),
        "seen_on": schema.day(),
        "machine_class": schema.text(nullable=True),
        "score": schema.number(0, 1),
        "severity": schema.number(1, 3),
        "area_m2": schema.number(0, nullable=True),
        "reach_m": schema.number(0),
        "division_code": schema.text(),
        "site_id": schema.text(nullable=True),
        "site_name": schema.text(nullable=True),
        "distance_m": schema.number(0, nullable=True),
        "zone_ids": schema.text(nullable=True),
        "note": schema.text(nullable=True),
        "document_no": schema.text(nullable=True),
        "evidence": schema.text(nullable=True),
        "geometry": schema.shape("Point"),
    }
)
"""One row a lead, whatever its source. ``source_ref`` is its number there; ``score`` how sure the source is of itself;
``severity`` 1 slight, 2 ordinary, 3 grave; ``reach_m`` how far from the point it may be; ``evidence`` joins kinds of
evidence at hand with ``;``, see cross_check/data/triage.toml."""

ROWS = schema.table(
    {
        "source_ref": schema.text(unique=True),
        "seen_on": schema.day(),
        "severity": schema.text(schema.one_of("1", "2", "3"), nullable=True),
        "note": schema.text(nullable=True),
        "document_no": schema.text(nullable=True),
        "evidence": schema.text(nullable=True),
    }
)

_GRAVE = {"waste": 3.0, "turbid_water": 3.0, "burn": 2.0, "excavation": 2.0, "clearing": 2.0, "construction": 2.0}
_IMAGES = "place;date;image_before;image_after"
_SURE = {"monitoring": 0.8, "department": 0.9, "survey": 0.8, "mobile_lab": 0.7, "boat": 0.7}


@dataclass(frozen=True)
class Ground:
    """What lies around: register, divisions and zones (``register.SCHEMA``, ``regions.SCHEMA``, ``regions.ZONES``)."""

    enterprises: gpd.GeoDataFrame
    areas: gpd.GeoDataFrame
    zones: gpd.GeoDataFrame


@dataclass(frozen=True)
class Taken:
    """Leads (``FORM``) and the faults of the rows that became none: row, column, code, value."""

    leads: gpd.GeoDataFrame
    faults: pd.DataFrame


def number(source: str, reference: str) -> str:
    """Return the id of a lead: the same source and number there give the same id."""
    return "L" + hashlib.sha256(f"{source}|{reference}".encode()).hexdigest()[:10].upper()


def from_patches(found: gpd.GeoDataFrame, words: Catalogue) -> gpd.GeoDataFrame:
    """Return leads (``FORM``) from those of the detection (``leads.SCHEMA``), under the same ids.

    Their notes say what changed, in words and numbers, and how sure that is; see ``patch_notes``.

    Notes
    -----
    The day is that of the later image; patches without one are refused by the schema.
    """
    inside = found.geometry.representative_point()
    reach = np.sqrt(found["area_m2"].to_numpy(dtype=float) / np.pi)
    table = pd.DataFrame(found).drop(columns="geometry")
    table = table.assign(source="patch", source_ref=table["patch_id"], seen_on=table["after_on"], reach_m=reach)
    table = table.assign(evidence=_IMAGES, severity=table["machine_class"].map(_GRAVE).fillna(1.0))
    return _formed(table.assign(note=np.array(patch_notes.notes(table, words), object)), inside)


def from_hotspots(cells: gpd.GeoDataFrame, seen_on: pd.Timestamp, ground: Ground) -> gpd.GeoDataFrame:
    """Return a lead (``FORM``) for each hot cell (``gis.hotspots.SCHEMA``) with enough cases."""
    hot = cells[(cells["bin"] > 0) & ~cells["few"]].reset_index(drop=True)
    middles = hot.geometry.representative_point()
    metric = hot.geometry.to_crs(hot.estimate_utm_crs()) if len(hot) else hot.geometry
    table = pd.DataFrame({"source": "hotspot", "source_ref": hot["cell_id"], "seen_on": seen_on})
    table = table.assign(score=1 - hot["p_adjusted"].clip(0, 1), severity=2.0, evidence="place;date")
    table["reach_m"] = np.sqrt(metric.area.to_numpy() / np.pi)
    return _formed(_numbered(table), middles, ground)


def from_fires(fires: gpd.GeoDataFrame, ground: Ground) -> gpd.GeoDataFrame:
    """Return a lead (``FORM``) for each fire (``gis.fires.SCHEMA``) that stands at no known source of heat."""
    wild = fires[fires["verdict"] != "heat_source"].reset_index(drop=True)
    table = pd.DataFrame({"source": "fire_point", "source_ref": wild["fire_id"], "seen_on": wild["last_on"]})
    score = np.clip(0.4 + 0.2 * wild["satellites"], 0, 1)
    severity = np.where(wild["verdict"] == "straw_window", 3.0, 2.0)
    table = table.assign(score=score, severity=severity, reach_m=wild["search_m"], machine_class="burn")
    return _formed(_numbered(table.assign(evidence="place;date")), wild.geometry, ground)


def from_rows(rows: pd.DataFrame, source: str, ground: Ground, *, unfit: pd.DataFrame | None = None) -> Taken:
    """Return leads (``FORM``) from a table of one of ``TOLD``, under the headings of forms.toml.

    Parameters
    ----------
    rows : DataFrame of str, or GeoDataFrame of points
        Each needs a number, a day, and a place: lon and lat, or the permit number or credit code of a registered site.
    source : str
    ground : Ground
    unfit : DataFrame, optional
        Faults of rows that become no lead either: row, column, code, value.

    Returns
    -------
    Taken
        Columns that the form does not know, such as who complained, are not read at all.

    Raises
    ------
    ValueError
        If the source is none of ``TOLD``.
    """
    if source not in TOLD:
        raise ValueError(f"{source} does not come as a table")
    read = forms.read(rows, "leads", ROWS)
    told = [read.faults] if unfit is None else [read.faults, unfit]
    table = read.table if unfit is None else read.table[~read.table.index.isin(unfit["row"])]
    if not len(table):
        return Taken(_nothing(), entries.joined(told))
    places, sites = _places(rows, table, ground.enterprises)
    lost = places.isna() | places.is_empty
    away = regions.distances_m(places[~lost], regions.division_of(places[~lost], ground.areas), ground.areas)
    outside = pd.Series(False, index=table.index)  # noqa: FBT003 - pandas takes the value by position
    outside.loc[away.index] = (away > register.BORDER_M).to_numpy()
    shown = table["source_ref"].astype(str)
    faults = [
        entries.faults_where(lost, "lon", "sources.no_place", shown),
        entries.faults_where(outside, "lon", "register.outside_province", shown),
    ]
    good = table[~(lost | outside)].copy()
    good["source"], good["score"] = source, _SURE.get(source, 0.5)
    good["severity"] = pd.to_numeric(good["severity"]).fillna(2.0)
    good["reach_m"] = good["reach_m"].fillna(0.0)
    said = (
        good["evidence"]
        .fillna("")
        .map(lambda kinds: ";".join(dict.fromkeys(f"place;date;{kinds}".strip(";").split(";"))))
    )
    good = good.assign(evidence=said, site_id=sites.reindex(good.index))
    found = _formed(_numbered(good).drop(columns=["lon", "lat"]), places[good.index], ground)
    return Taken(found, entries.joined([*told, *faults]))


def _places(rows: pd.DataFrame, table: pd.DataFrame, enterprises: gpd.GeoDataFrame) -> tuple[gpd.GeoSeries, pd.Series]:
    """Return the place of each row and the site it names, missing where there is none."""
    known = enterprises.drop_duplicates("site_id").set_index("site_id")
    permit = table["site_id"].where(table["site_id"].isin(known.index))
    firms = enterprises.drop_duplicates("credit_code", keep=False).set_index("credit_code")["site_id"]
    sites = permit.fillna(table["credit_code"].map(firms))
    if isinstance(rows, gpd.GeoDataFrame):
        own = rows.geometry.loc[table.index]
    else:
        own = gpd.GeoSeries(gpd.points_from_xy(table["lon"], table["lat"]), index=table.index, crs=STORAGE)
        own = own.where(table["lon"].notna() & table["lat"].notna())
    theirs = gpd.GeoSeries(sites.map(known.geometry), index=table.index, crs=STORAGE)
    return own.where(own.notna() & ~own.is_empty, theirs), sites


def _numbered(table: pd.DataFrame) -> pd.DataFrame:
    ids = [number(source, ref) for source, ref in zip(table["source"], table["source_ref"], strict=True)]
    return table.assign(lead_id=ids)


def _formed(table: pd.DataFrame, places: gpd.GeoSeries, ground: Ground | None = None) -> gpd.GeoDataFrame:
    """Complete leads to the form; with the ground around, name division, nearest site and zones touched."""
    made = gpd.GeoDataFrame(table.reset_index(drop=True), geometry=places.to_numpy(), crs=STORAGE)
    if ground is not None and len(made):
        made = _surrounded(made, ground)
    for column in FORM.columns:
        if column not in made:
            numeric = column in {"area_m2", "distance_m"}
            made[column] = pd.Series(np.nan if numeric else None, index=made.index, dtype=float if numeric else object)
    checked: gpd.GeoDataFrame = schema.demand(made[list(FORM.columns)], FORM, "leads")
    return checked.sort_values("lead_id", ignore_index=True)


def _surrounded(made: gpd.GeoDataFrame, ground: Ground) -> gpd.GeoDataFrame:
    within = leads.Params().within_m
    near = leads.nearest(made, ground.enterprises, within)
    named = made["site_id"] if "site_id" in made else pd.Series(None, index=made.index, dtype=object)
    names = ground.enterprises.drop_duplicates("site_id").set_index("site_id")["name"]
    made = made.drop(columns=[column for column in ("site_id",) if column in made])
    made = made.join(near)
    other = named.notna() & (named != made["site_id"])
    made["distance_m"] = made["distance_m"].mask(other)
    made["site_id"] = named.where(named.notna(), made["site_id"])
    made["site_name"] = made["site_id"].map(names)
    made["zone_ids"] = leads.touched(made, ground.zones).reindex(made.index)["zone_ids"]
    made["division_code"] = regions.division_of(made.geometry, ground.areas)
    return made


def _nothing() -> gpd.GeoDataFrame:
    return _formed(pd.DataFrame(columns=[*FORM.columns][:-1]), gpd.GeoSeries([], crs=STORAGE))
