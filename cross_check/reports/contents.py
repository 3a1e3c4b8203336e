"""What a briefing map may show, and what its author says about it."""

from dataclasses import dataclass
from datetime import date

import geopandas as gpd
import pandas as pd

from cross_check import leads, rounds, routes
from cross_check.ledger import rules
from gis import hotspots, register, scale, schema
from gis.crs import STORAGE
from gis.language import DEFAULT
from gis.pictures import Picture
from gis.regions import SCHEMA as REGIONS
from gis.regions import ZONES
from gis.scale import Bbox


@dataclass(frozen=True, kw_only=True)
class Contents:
    """The tables of a project that may be shown; ``None`` for what there is not.

    Schemas: ``gis.regions.SCHEMA``, ``gis.regions.ZONES``, ``cross_check.leads.SCHEMA``, ``gis.hotspots.SCHEMA``,
    ``gis.register.SCHEMA``, ``cross_check.routes.LEGS`` and ``VISITS``, ``cross_check.rounds.ASSIGNMENT``.
    """

    regions: gpd.GeoDataFrame
    zones: gpd.GeoDataFrame | None = None
    leads: gpd.GeoDataFrame | None = None
    hotspots: gpd.GeoDataFrame | None = None
    enterprises: gpd.GeoDataFrame | None = None
    legs: gpd.GeoDataFrame | None = None
    visits: gpd.GeoDataFrame | None = None
    assignment: pd.DataFrame | None = None


@dataclass(frozen=True, kw_only=True)
class Brief:
    """What the author says: title, maker, day, classification, and the sources with their dates.

    ``classification`` is ``"public"``, ``"internal"`` or ``"sensitive"``; ``map_note`` one of
    ``gis.plates.MAP_NOTES``.
    """

    title: str
    maker: str
    made_on: date
    sources: tuple[str, ...]
    checked_by: str = ""
    classification: str = "internal"
    map_note: str = "internal"
    approval_no: str = ""
    language: str = DEFAULT
    size: str = "A3"
    synthetic: bool = False


@dataclass(frozen=True, kw_only=True)
class Area:
    """A place to show closely: its name, its bbox in degrees (EPSG:4490), and a picture to lie under it."""

    name: str
    bbox: Bbox
    picture: Picture | None = None


def area_of(name: str, picture: Picture) -> Area:
    """Return the area that a picture covers."""
    return Area(name=name, bbox=scale.projected(picture.bbox, picture.crs, STORAGE), picture=picture)


def checked(contents: Contents, brief: Brief) -> Contents:
    """Return the tables in their schemas' types and fit for the brief's classification.

    Leads that were dismissed or whose case is closed are never shown. A public brief shows no leads, routes or
    visits: leads are unconfirmed, and visits are unannounced.

    Raises
    ------
    TableFaults
        If a table breaks its schema.
    """
    doors = {
        "regions": REGIONS,
        "zones": ZONES,
        "leads": leads.SCHEMA,
        "hotspots": hotspots.SCHEMA,
        "enterprises": register.SCHEMA,
        "legs": routes.LEGS,
        "visits": routes.VISITS,
        "assignment": rounds.ASSIGNMENT,
    }
    tables = {name: getattr(contents, name) for name in doors}
    passed = {name: schema.demand(table, doors[name], name) for name, table in tables.items() if table is not None}
    if "leads" in passed:
        kept = passed["leads"][~passed["leads"]["state"].isin([*rules.DISMISSED, rules.CLOSED])]
        passed["leads"] = kept.assign(shown_class=kept["human_class"].fillna(kept["machine_class"]))
    if brief.classification == "public":
        passed = {name: passed[name] for name in passed if name not in {"leads", "legs", "visits", "assignment"}}
    return Contents(**passed)
