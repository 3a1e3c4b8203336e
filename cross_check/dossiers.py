"""Dossiers: everything that is known of one site, gathered from register, history, leads, signals and plans. Pure."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import geopandas as gpd
import numpy as np
import pandas as pd

from gis import codes, crs, history, quality
from gis.crs import STORAGE
from gis.errors import WorkbenchError
from gis.history import Event

NEAR_M = 1000.0
"""Neighbouring sites and leads are told up to here."""

AROUND_M = 3000.0
"""Zones, waters and fires are told up to here; so far reaches the map."""

CHECKS = ("code", "good", "value")
"""``good`` is yes, no or "" (a fact to know); ``code`` has its words under [dossier]."""

_RECEIPTS = "WXYZ"
_DEGREE_M = 111_000.0
_SHARPEST = 0.35


def _nothing() -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame({"geometry": []}, geometry="geometry", crs=STORAGE)


@dataclass(frozen=True)
class Surroundings:
    """What a project holds; a table that it lacks is empty.

    Attributes
    ----------
    state : GeoDataFrame
        The register, ``history.STATE``.
    areas : GeoDataFrame
        ``regions.SCHEMA``.
    leads, zones, cells, fires, visits : GeoDataFrame
    layers : mapping of str to GeoDataFrame
        The bureau's further layers by kind (``boundaries.LAYER``).
    positive : DataFrame
        Lines of the positive list in the ledger.
    checks : DataFrame
        On-site checks that the ledger knows: visited_on, check_kind, document_no, site_id.
    problems : DataFrame
        Problems in the ledger: problem_id, lead_id, problem_type, state, site_id.
    """

    state: gpd.GeoDataFrame
    areas: gpd.GeoDataFrame
    leads: gpd.GeoDataFrame = field(default_factory=_nothing)
    zones: gpd.GeoDataFrame = field(default_factory=_nothing)
    cells: gpd.GeoDataFrame = field(default_factory=_nothing)
    fires: gpd.GeoDataFrame = field(default_factory=_nothing)
    visits: gpd.GeoDataFrame = field(default_factory=_nothing)
    layers: Mapping[str, gpd.GeoDataFrame] = field(default_factory=dict)
    positive: pd.DataFrame = field(default_factory=pd.DataFrame)
    checks: pd.DataFrame = field(default_factory=pd.DataFrame)
    problems: pd.DataFrame = field(default_factory=pd.DataFrame)


@dataclass(frozen=True)
class Dossier:
    """Everything known of one site.

    Attributes
    ----------
    site : GeoDataFrame
        Its row of the register (``history.STATE``).
    identity : DataFrame
        See ``CHECKS``.
    doubts : DataFrame
        ``quality.FINDINGS`` of the site.
    past : DataFrame
        ``history.site_history``.
    siblings : GeoDataFrame
        Other sites of the same firm.
    neighbours, leads, zones, waters, fires : GeoDataFrame
        What lies near, with ``away_m``; nearest first.
    cells : GeoDataFrame
        Hotspot cells that hold the site.
    visits : GeoDataFrame
        Planned visits to the site.
    positive, checks, problems : DataFrame
        Lines of the ledger for the site.
    on : date
        As of when.
    """

    site: gpd.GeoDataFrame
    identity: pd.DataFrame
    doubts: pd.DataFrame
    past: pd.DataFrame
    siblings: gpd.GeoDataFrame
    neighbours: gpd.GeoDataFrame
    leads: gpd.GeoDataFrame
    zones: gpd.GeoDataFrame
    waters: gpd.GeoDataFrame
    fires: gpd.GeoDataFrame
    cells: gpd.GeoDataFrame
    visits: gpd.GeoDataFrame
    positive: pd.DataFrame
    checks: pd.DataFrame
    problems: pd.DataFrame
    on: dt.date

    @property
    def lonlat(self) -> tuple[float, float]:
        """Where the site lies, degrees of EPSG:4490."""
        point = self.site.geometry.iloc[0]
        return float(point.x), float(point.y)


def gather(site_id: str, around: Surroundings, events: Sequence[Event], *, on: dt.date) -> Dossier:
    """Return everything known of a site.

    Parameters
    ----------
    site_id : str
    around : Surroundings
    events : sequence of Event
        Of the register; those that did not touch the site say nothing.
    on : date
        Today.

    Raises
    ------
    WorkbenchError
        ``duplicates.no_site`` if the register has no such site.
    """
    state = around.state
    site = state[state["site_id"] == site_id]
    if site.empty:
        raise WorkbenchError("duplicates.no_site", "The register has no site {site}", site=site_id)
    site = site.reset_index(drop=True)
    row = site.iloc[0]
    others = state[state["site_id"] != site_id]
    leads = near(site, around.leads, NEAR_M)
    if len(around.leads):
        own = around.leads[(around.leads["site_id"] == site_id) & ~around.leads["lead_id"].isin(leads["lead_id"])]
        leads = _joined([leads, near(site, own, np.inf)])
    waters = [near(site, around.layers[kind], AROUND_M) for kind in ("river",) if kind in around.layers]
    return Dossier(
        site=site,
        identity=identity(row, state),
        doubts=quality.findings(site, around.areas, on=on),
        past=history.site_history(events, site_id),
        siblings=others[others["credit_code"] == row["credit_code"]].reset_index(drop=True),
        neighbours=near(site, others, NEAR_M),
        leads=leads,
        zones=near(site, around.zones, AROUND_M),
        waters=_joined(waters),
        fires=near(site, around.fires, AROUND_M),
        cells=near(site, around.cells, 0.0),
        visits=_of_site(around.visits, "target_id", site_id),
        positive=_of_site(around.positive, "site_id", site_id),
        checks=_of_site(around.checks, "site_id", site_id),
        problems=_of_site(around.problems, "site_id", site_id),
        on=on,
    )


def near(site: gpd.GeoDataFrame, things: gpd.GeoDataFrame, within_m: float) -> gpd.GeoDataFrame:
    """Return the things within a distance of a site with ``away_m`` (0 inside an area), the nearest first.

    Parameters
    ----------
    site : GeoDataFrame
        One row, EPSG:4490.
    things : GeoDataFrame
        EPSG:4490; those without geometry are left out.
    within_m : float
        May be infinite.
    """
    point = site.geometry.iloc[0]
    if things.empty:
        return things.assign(away_m=pd.Series(dtype=float))
    some = things[things.geometry.notna()]
    if np.isfinite(within_m):
        reach = within_m / _DEGREE_M + 1e-4
        wide = reach / _SHARPEST
        some = some.cx[point.x - wide : point.x + wide, point.y - reach : point.y + reach]
    plane = crs.metric_at(point.x)
    away = some.geometry.to_crs(plane).distance(site.geometry.to_crs(plane).iloc[0])
    told = some.assign(away_m=away)
    return told[told["away_m"] <= within_m].sort_values("away_m", kind="stable", ignore_index=True)


def identity(row: pd.Series, state: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return what the codes of a site say of themselves (``CHECKS``).

    Parameters
    ----------
    row : Series
        Of ``history.STATE``.
    state : GeoDataFrame
        The register, for other sites of the same firm.
    """
    code, permit = str(row["credit_code"]), row["permit_no"]
    told: list[tuple[str, str, str]] = [
        ("credit_code_check", _yes(codes.credit_code_valid(code)), ""),
        ("registered_in", "", codes.division_name(code[2:8])),
        ("sites_of_firm", "", str(int((state["credit_code"] == code).sum()))),
    ]
    if pd.notna(permit):
        trial = bool(codes.permit_nos_of_trial(pd.Series([permit])).iloc[0])
        told.append(("permit_check", _yes(bool(codes.permit_nos_valid(pd.Series([permit])).iloc[0])), ""))
        if not trial:
            receipt = str(permit)[-1] in _RECEIPTS
            told.append(("permit_owner", _yes(str(permit)[:18] == code), str(permit)[18:21]))
            told.append(("permit_mark", _yes(receipt == (row["permit_category"] == "registration")), str(permit)[-1]))
    industry = pd.Series([row["industry_code"]], dtype=str)
    told.append(("industry_section", "", str(codes.industry_sections(industry).iloc[0])))
    told.append(("heavy", "", "yes" if bool(codes.is_heavy(industry).iloc[0]) else "no"))
    return pd.DataFrame(told, columns=list(CHECKS))


def _yes(holds: bool) -> str:  # noqa: FBT001 - it is what is said
    return "yes" if holds else "no"


def _of_site(table: pd.DataFrame, column: str, site_id: str) -> pd.DataFrame:
    return table[table[column] == site_id].reset_index(drop=True) if column in table else table.iloc[:0]


def _joined(tables: list[gpd.GeoDataFrame]) -> gpd.GeoDataFrame:
    filled = [table for table in tables if len(table)]
    if not filled:
        return tables[0] if tables else _nothing().assign(away_m=pd.Series(dtype=float))
    return filled[0] if len(filled) == 1 else gpd.GeoDataFrame(pd.concat(filled, ignore_index=True), crs=STORAGE)
