"""Rim: the yearly plan on disk. Each version is a folder of its own and stays, with what it was made from and why."""

import datetime as dt
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from cross_check import (
    calendars,
    casebook,
    data,
    forms,
    listings,
    officers,
    orders,
    plans,
    risks,
    yearplan_audits,
    yearplan_caps,
    yearplan_diffs,
    yearplans,
)
from cross_check.areas import regions_of
from cross_check.files import Project
from cross_check.steps import Step
from cross_check.yearplans import Params, Wishes, YearPlan
from gis import files, readers, schema
from gis.errors import WorkbenchError
from gis.progress import Progress, silent

INPUTS = ("sites", "capacity", "campaigns", "drawn", "upper")
_DOORS = {
    "capacity": yearplans.CAPACITY,
    "campaigns": yearplans.CAMPAIGNS,
    "drawn": yearplans.DRAWN,
    "upper": yearplans.UPPER,
    "visits": schema.table({"site_id": schema.text(unique=True), "visits_per_year": schema.number(0)}),
}
_OFFICERS_A_CAR = 4
_STOPPED = "stopped"


@dataclass(frozen=True)
class YearOrder:
    """What a year's plan is made from; tables are files with the columns of ``yearplans``.

    Attributes
    ----------
    params : yearplans.Params
    share : float
        Part of an officer's working days that planned checks may take.
    capacity : Path, optional
        Officer-days and vehicle-days by city and month; by default from the project's officers and the calendar.
    campaigns, drawn, upper : Path, optional
    visits : Path, optional
        site_id and visits_per_year, in place of the risk score's.
    """

    params: Params
    share: float = 0.3
    capacity: Path | None = None
    campaigns: Path | None = None
    drawn: Path | None = None
    upper: Path | None = None
    visits: Path | None = None


@dataclass(frozen=True)
class Change:
    """Why a filed plan changes: the reason, who approves, and when."""

    reason: str
    approver: str
    on: dt.date


@dataclass(frozen=True)
class Version:
    """One version of a year's plan: its number (from 1), its folder, its facts."""

    number: int
    folder: Path
    facts: dict[str, Any]

    def table(self, name: str) -> pd.DataFrame:
        """Return one of its tables: ``plan``, ``left``, ``overlaps``, ``changes`` or one of ``INPUTS``."""
        return files.read_table(self.folder / f"{name}.parquet")

    def has(self, name: str) -> bool:
        """Tell whether it has a table."""
        return (self.folder / f"{name}.parquet").is_file()


def versions(project: Project, year: int) -> list[Version]:
    """Return all versions of a year's plan, the first one first."""
    folder = project.yearplans / str(year)
    return [
        Version(int(path.parent.name[1:]), path.parent, dict(files.read_json(path)))
        for path in sorted(folder.glob("v[0-9][0-9][0-9]/recipe.json"))
    ]


def years(project: Project) -> list[int]:
    """Return the years that have a plan."""
    found = {path.parent.name for path in project.yearplans.glob("*/v001") if path.parent.name.isdecimal()}
    return sorted(map(int, found))


def latest(project: Project, year: int) -> Version:
    """Return the version that holds.

    Raises
    ------
    WorkbenchError
        ``planning.no_plan`` if there is none.
    """
    held = versions(project, year)
    if not held:
        raise WorkbenchError("planning.no_plan", "There is no plan for {year}", year=year)
    return held[-1]


def build(project: Project, order: YearOrder, *, progress: Progress = silent) -> Step:
    """Plan a year from the register, risk scores, officers, campaigns and draws.

    Raises
    ------
    TableFaults
        With every fault of a table by row.
    WorkbenchError
        ``planning.filed`` if the year's plan has been filed (``change`` alters it), see ``yearplans.build``,
        ``files.missing``.
    """
    year = order.params.year
    if filed_on(project, year):
        raise WorkbenchError("planning.filed", "The plan of {year} has been filed: a change needs a reason", year=year)
    tables = _inputs(project, order)
    wishes = Wishes(**tables, caps=_caps(project, tables["sites"], year))
    planned = yearplans.build(wishes, order.params, progress=progress)
    facts = {"params": asdict(order.params), "share": order.share}
    version = _write(project, planned, wishes, order.params, facts)
    return Step("planning.built", _figures(version), (version.folder,))


def change(
    project: Project, year: int, why: Change, *, campaigns: Path | None = None, progress: Progress = silent
) -> Step:
    """Change a year's plan after an urgent campaign: months before the day stay, later ones where they can.

    Parameters
    ----------
    project : Project
    year : int
    why : Change
    campaigns : Path, optional
        Campaigns to add to those the plan has.
    progress : Progress

    Raises
    ------
    WorkbenchError
        ``planning.no_reason`` without reason or approver, ``planning.no_plan``, and those of ``build``.
    """
    if not why.reason.strip() or not why.approver.strip():
        raise WorkbenchError("planning.no_reason", "A change of the plan needs a reason and who approves it")
    before = latest(project, year)
    tables = {name: before.table(name) for name in INPUTS}
    if campaigns is not None:
        tables["campaigns"] = pd.concat([tables["campaigns"], _read("campaigns", campaigns)], ignore_index=True)
    params = _params(before)
    first = why.on.month if why.on.year == year else 1
    kept = before.table("plan")
    caps = _caps(project, tables["sites"], year, kept[kept["month"] < first])
    wishes = Wishes(**tables, caps=caps, kept=kept, from_month=first)
    planned = yearplans.build(wishes, params, progress=progress)
    told = {"reason": why.reason.strip(), "approver": why.approver.strip(), "on": why.on.isoformat()}
    facts = {"params": asdict(params), "share": before.facts["share"], "change": told | {"of_version": before.number}}
    changes = yearplan_diffs.of(before.table("plan"), planned.visits)
    version = _write(project, planned, wishes, params, facts, changes)
    counts = changes["change"].value_counts()
    kinds = {kind: int(counts.get(kind, 0)) for kind in ("added", "moved", "dropped")}
    return Step("planning.changed", kinds | {"version": version.number}, (version.folder,))


def check(project: Project, year: int) -> tuple[list[yearplan_audits.Violation], Step]:
    """Check a year's plan with the independent audit."""
    held = latest(project, year)
    params = _params(held)
    tables = {name: held.table(name) for name in ("sites", "capacity", "campaigns", "drawn")}
    caps = held.table("caps") if held.has("caps") else _no_caps()
    given = {name: getattr(params, name) for name in ("cap", "cap_routine", "cap_special", "frozen_months")}
    rules = yearplan_audits.Rules(**tables, caps=caps, **given)
    found = yearplan_audits.check(held.table("plan"), rules)
    return found, Step("planning.broken" if found else "planning.sound", {"count": len(found)} | _figures(held))


def diff(project: Project, year: int, old: int, new: int) -> pd.DataFrame:
    """Return what one version changes against another (``yearplan_diffs.CHANGES``).

    Raises
    ------
    WorkbenchError
        ``planning.no_version`` if there is no such version.
    """
    held = {version.number: version for version in versions(project, year)}
    for number in (old, new):
        if number not in held:
            raise WorkbenchError(
                "planning.no_version", "There is no version {number} of {year}", number=number, year=year
            )
    return yearplan_diffs.of(held[old].table("plan"), held[new].table("plan"))


def filed_on(project: Project, year: int) -> dt.date | None:
    """Return when the year's plan was filed first, None if it has not been."""
    told = _filings(project, year)
    return dt.date.fromisoformat(str(min(told.values()))) if told else None


def refiled_on(project: Project, version: Version) -> dt.date | None:
    """Return when a version was filed, None if it has not been."""
    told = _filings(project, int(version.folder.parent.name)).get(str(version.number))
    return dt.date.fromisoformat(told) if told else None


def mark_filed(project: Project, year: int, on: dt.date) -> Step:
    """Note that the version that holds was filed with the superior bureau on a day."""
    held = latest(project, year)
    told = _filings(project, year) | {str(held.number): on.isoformat()}
    path = project.yearplans / str(year) / "filed.json"
    files.write_json(told, path)
    return Step("planning.filed_on", {"year": year, "version": held.number, "on": on.isoformat()}, (path,))


def filing(project: Project, year: int, on: dt.date) -> calendars.Filing:
    """Return how it stands with filing the year's plan."""
    return calendars.filing(year, on, filed=filed_on(project, year) is not None)


def _filings(project: Project, year: int) -> dict[str, str]:
    path = project.yearplans / str(year) / "filed.json"
    return {key: str(value) for key, value in files.read_json(path).items()} if path.is_file() else {}


def _params(version: Version) -> Params:
    held = version.facts["params"]
    given = {each.name: held[each.name] for each in fields(Params) if each.name in held}
    return Params(**(given | {"frozen_months": tuple(given["frozen_months"])}))


def _inputs(project: Project, order: YearOrder) -> dict[str, pd.DataFrame]:
    areas = regions_of(project)
    # Who is listed for a part of the year is not planned for at all: the list changes, a plan may too.
    year = order.params.year
    ends = dt.date(year, 1, 1), dt.date(year, 12, 31)
    enterprises = orders.as_listed(project, files.read_layer(project.enterprises), *ends)
    wishes = {name: _read(name, getattr(order, name)) for name in ("campaigns", "drawn", "upper")}
    capacity = _capacity(project, areas, order) if order.capacity is None else _read("capacity", order.capacity)
    return {"sites": _sites(project, enterprises, areas, order), "capacity": capacity} | wishes


def _sites(project: Project, enterprises: gpd.GeoDataFrame, areas: gpd.GeoDataFrame, order: YearOrder) -> pd.DataFrame:
    scores = risks.scored(project, enterprises).table.set_index("site_id")
    wished = enterprises["site_id"].map(scores["visits_a_year"])
    if order.visits is not None:
        own = _read("visits", order.visits).set_index("site_id")["visits_per_year"]
        wished = enterprises["site_id"].map(own).fillna(wished)
    running = enterprises["operating"] != _STOPPED
    return pd.DataFrame(
        {
            "site_id": enterprises["site_id"],
            "name": enterprises["name"],
            "division_code": plans.answering(enterprises, areas),
            "risk": enterprises["site_id"].map(scores["risk"]).astype(float),
            "visits_per_year": wished.where(running, 0.0),
            "frozen": calendars.frozen(enterprises["industry_code"]),
            "on_site": running & ~enterprises["positive_list"],
            "lon": enterprises.geometry.x,
            "lat": enterprises.geometry.y,
        }
    )


def _no_caps() -> pd.DataFrame:
    return pd.DataFrame(columns=list(yearplan_caps.CAPS.columns))


def _caps(project: Project, sites: pd.DataFrame, year: int, over: pd.DataFrame | None = None) -> pd.DataFrame:
    """Return what the ledger's caps leave to plan, beside the visits of a plan so far whose months are over."""
    if not casebook.begun(project):
        return _no_caps()
    ledger, ids = casebook.opened(project), list(sites["site_id"])
    caps = listings.caps_of([one.fields for one in ledger.records("cap")], ids, year)
    made = listings.visits_of(orders.visits_made(ledger), ids, year)
    over = pd.DataFrame(columns=["site_id", "kind"]) if over is None else over
    outside = bool(data.rules("triage")["rules"]["cap"]["case_outside"])
    return yearplan_caps.left(caps, made, over, case_outside=outside)


def _capacity(project: Project, areas: gpd.GeoDataFrame, order: YearOrder) -> pd.DataFrame:
    """Return what the officers of each city can give: their share of the working days, a car for four of them."""
    days = calendars.of_year(order.params.year).days
    staff = files.read_table(project.officers)
    formed = officers.teams(staff, areas, on=dt.date(order.params.year, 1, 1)).table
    counts = formed.set_index("home_division")["officers"].reindex(sorted(areas["division_code"]), fill_value=0)
    rows = [
        {
            "division_code": city,
            "month": month,
            "officer_days": float(count * days[month - 1] * order.share),
            "vehicle_days": float(np.ceil(count / _OFFICERS_A_CAR) * days[month - 1]),
        }
        for city, count in counts.items()
        for month in range(1, calendars.MONTHS + 1)
    ]
    return pd.DataFrame(rows)


def _read(name: str, path: Path | None) -> pd.DataFrame:
    """Return a table that people brought under their own headings, see ``plan_...`` of forms.toml; empty for none."""
    door = _DOORS[name]
    if path is None:
        return pd.DataFrame(columns=list(door.columns))
    return forms.demand(pd.DataFrame(readers.read_rows(path)), f"plan_{name}", door, path.name)


def _write(
    project: Project,
    planned: YearPlan,
    wishes: Wishes,
    params: Params,
    facts: dict[str, Any],
    changes: pd.DataFrame | None = None,
) -> Version:
    """Write the next version, all of it or nothing."""
    held = versions(project, params.year)
    number = held[-1].number + 1 if held else 1
    by_hand = yearplans.greedy(wishes, params)
    cities = planned.visits.groupby("division_code")["worth"].sum()
    figures = {
        "visits": len(planned.visits),
        "left": len(planned.left),
        "covered": planned.covered,
        "bound": planned.bound,
        "covered_by_hand": by_hand.covered,
        "covered_by_city": {str(city): float(worth) for city, worth in cities.items()},
    }
    folder = project.yearplans / str(params.year) / f"v{number:03d}"
    tables = {name: getattr(wishes, name) for name in INPUTS} | {"plan": planned.visits, "left": planned.left}
    tables["caps"] = wishes.caps
    tables["overlaps"] = yearplans.overlaps(planned.visits, wishes.upper)
    with files.folder_written_aside(folder) as aside:
        for name, table in tables.items():
            files.write_table(table, aside / f"{name}.parquet")
        if changes is not None:
            files.write_table(changes, aside / "changes.parquet")
        files.write_json(facts | {"figures": figures}, aside / "recipe.json")
    return versions(project, params.year)[-1]


def _figures(version: Version) -> dict[str, Any]:
    told = version.facts["figures"]
    by_hand = told["covered_by_hand"]
    return {
        "version": version.number,
        "visits": told["visits"],
        "left": told["left"],
        "covered": told["covered"],
        "share": told["covered"] / told["bound"] if told["bound"] else 1.0,
        "ratio": told["covered"] / by_hand if by_hand else 1.0,
    }
