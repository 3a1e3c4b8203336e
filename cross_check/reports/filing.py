"""Rim: the package of a yearly plan to file with the superior bureau: cover, plan, months, map, change sheets."""

import zipfile
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import geopandas as gpd
import pandas as pd

from cross_check import calendars, planning
from cross_check.areas import regions_of
from cross_check.files import Project
from cross_check.planning import Version
from cross_check.reports import briefing, palette
from cross_check.steps import Step
from gis import files
from gis.crs import STORAGE
from gis.language import DEFAULT, Catalogue, catalogue
from gis.plates import Layer, Plate
from gis.symbols import Symbol

_QUARTERS = {1: ("#0072b2", "o"), 2: ("#009e73", "s"), 3: ("#e69f00", "^"), 4: ("#cc79a7", "D")}


@dataclass(frozen=True)
class Cover:
    """Who files, on which day, in which language."""

    maker: str
    made_on: date
    language: str = DEFAULT
    synthetic: bool = False


def write(project: Project, year: int, cover: Cover) -> Step:
    """Write the package of the version that holds as one ``.zip``, all of it or nothing.

    It holds ``cover.json`` (figures for the letter), ``plan.xlsx``, ``months.xlsx``, the map (A3, PDF and PNG) and,
    where the plan has been changed, ``changes.xlsx`` with the change sheet of every version.

    Raises
    ------
    WorkbenchError
        ``planning.no_plan`` if there is none; ``plate.no_font`` before set-up.
    """
    held, words = planning.latest(project, year), catalogue(cover.language)
    names = dict(regions_of(project).set_index("division_code")[f"name_{cover.language}"])
    target = project.yearplans / str(year) / f"package-v{held.number:03d}.zip"
    with files.folder_written_aside(target.with_suffix("")) as aside:
        files.write_json(cover_of(project, year, held, cover), aside / "cover.json")
        files.write_table(plan_table(held, words, names), aside / "plan.xlsx")
        files.write_table(months_table(held, words, names), aside / "months.xlsx")
        briefing.save(plate(project, year, held, cover), aside / "map")
        sheets = change_sheet(project, year, words, names)
        if len(sheets):
            files.write_table(sheets, aside / "changes.xlsx")
        with files.written_aside(target) as packed, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as package:
            for path in sorted(aside.iterdir()):
                package.write(path, path.name)
    return Step("planning.packed", {"year": year, "version": held.number}, (target,))


def cover_of(project: Project, year: int, held: Version, cover: Cover) -> dict[str, object]:
    """Return what the letter says: figures of the plan, what they stand on, and the changes so far."""
    plan, figures = held.table("plan"), held.facts["figures"]
    due = planning.filing(project, year, cover.made_on)
    changes = [version.facts["change"] for version in planning.versions(project, year) if "change" in version.facts]
    calendar = calendars.of_year(year)
    return {
        "year": year,
        "version": held.number,
        "maker": cover.maker,
        "made_on": cover.made_on.isoformat(),
        "due_on": due.due_on.isoformat(),
        "ground": due.document,
        "calendar": calendar.document,
        "calendar_announced": calendar.announced,
        "firms": int(plan["site_id"].nunique()),
        "visits": len(plan),
        "by_kind": {str(kind): int(count) for kind, count in plan["kind"].value_counts().sort_index().items()},
        "by_month": {str(month): int((plan["month"] == month).sum()) for month in range(1, 13)},
        "joint_checks": int(plan["joint_with"].notna().sum()),
        "not_planned": figures["left"],
        "covered_risk": round(figures["covered"], 1),
        "changes": changes,
    }


def plan_table(held: Version, words: Catalogue, names: dict[str, str]) -> pd.DataFrame:
    """Return the plan as people read it, one row a visit."""
    plan = held.table("plan")
    columns = {
        "month": plan["month"],
        "city": plan["division_code"].map(names),
        "site_id": plan["site_id"],
        "name": _plain(plan["name"]),
        "kind": [words.say(f"planning.kind_{kind}") for kind in plan["kind"]],
        "campaign": _plain(plan["campaign_id"].fillna("")),
        "risk": plan["risk"],
        "officer_days": plan["officer_days"],
        "joint_with": _plain(plan["joint_with"].fillna("")),
    }
    return pd.DataFrame({words.say(f"planning.head_{name}"): values for name, values in columns.items()})


def months_table(held: Version, words: Catalogue, names: dict[str, str]) -> pd.DataFrame:
    """Return visits and use of officers and vehicles by city and month."""
    plan, capacity = held.table("plan"), held.table("capacity")
    keys = ["division_code", "month"]
    used = plan.groupby(keys).agg(
        visits=("site_id", "size"), officer_days=("officer_days", "sum"), vehicle_days=("vehicle_days", "sum")
    )
    there = capacity.groupby(keys)[["officer_days", "vehicle_days"]].sum().add_suffix("_there")
    table = there.join(used).fillna(0.0).reset_index()
    columns = {
        "city": table["division_code"].map(names),
        "month": table["month"],
        "visits": table["visits"].astype(int),
        "officer_days": table["officer_days"].round(1),
        "officer_days_there": table["officer_days_there"].round(1),
        "vehicle_days": table["vehicle_days"].round(1),
        "vehicle_days_there": table["vehicle_days_there"].round(1),
    }
    return pd.DataFrame({words.say(f"planning.head_{name}"): values for name, values in columns.items()})


def change_sheet(project: Project, year: int, words: Catalogue, names: dict[str, str]) -> pd.DataFrame:
    """Return all changes of a year: old, new, reason, approver, day, and when each was filed again."""
    parts = []
    for version in planning.versions(project, year):
        if "change" not in version.facts:
            continue
        rows, why = version.table("changes"), version.facts["change"]
        refiled = planning.refiled_on(project, version)
        columns = {
            "version": version.number,
            "city": rows["division_code"].map(names),
            "site_id": rows["site_id"],
            "name": _plain(rows["name"]),
            "change": [words.say(f"planning.change_{change}") for change in rows["change"]],
            "old_month": rows["old_month"],
            "new_month": rows["new_month"],
            "reason": why["reason"],
            "approver": why["approver"],
            "on": why["on"],
            "refiled_on": refiled.isoformat() if refiled else "",
        }
        parts.append(pd.DataFrame({words.say(f"planning.head_{name}"): values for name, values in columns.items()}))
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()


def plate(project: Project, year: int, held: Version, cover: Cover) -> Plate:
    """Compose the map of the planned places, by quarter of their first visit."""
    words, regions = catalogue(cover.language), regions_of(project)
    sites = held.table("sites").set_index("site_id")
    first = held.table("plan").groupby("site_id")["month"].min()
    places = sites.loc[first.index]
    table = gpd.GeoDataFrame(
        {"quarter": (first.to_numpy() + 2) // 3},
        geometry=gpd.points_from_xy(places["lon"], places["lat"]),
        crs=STORAGE,
    )
    looks = tuple(
        Symbol(words.say("planning.quarter", number=quarter), value=quarter, fill=fill, marker=marker, size_mm=1.2)
        for quarter, (fill, marker) in _QUARTERS.items()
    )
    edges = regions.set_geometry(regions.boundary)
    layers = (
        Layer(kind="polygons", table=regions, symbols=(palette.LAND,)),
        Layer(kind="lines", table=edges, name=words.say("brief.places"), symbols=(palette.border(words),)),
        Layer(kind="points", table=table, name=words.say("planning.places"), symbols=looks, by="quarter", counted=True),
    )
    return Plate(
        title=words.say("planning.map_title", year=year),
        subtitle=words.say("planning.map_subtitle", visits=held.facts["figures"]["visits"], version=held.number),
        extent=regions,
        province=regions,
        layers=layers,
        sources=(words.say("planning.map_source", version=held.number),),
        maker=cover.maker,
        made_on=cover.made_on,
        language=cover.language,
        synthetic=cover.synthetic,
    )


def _plain(values: pd.Series) -> pd.Series:
    """Keep a text that begins like a formula a text."""
    return values.where(~values.astype(str).str.match(r"[=+\-@]"), "'" + values.astype(str))


def package_of(version: Version) -> Path:
    """Return where the package of a version lies, whether it has been written or not."""
    return version.folder.with_name(f"package-v{version.number:03d}.zip")
