"""Rim: the chain on disk. Each arrow reads files, calls a verb and writes files, for the command line and the demo."""

import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date, timedelta
from importlib.metadata import version
from pathlib import Path

import geopandas as gpd
import pandas as pd

from cross_check import leads, officers, plans, rounds, routes
from cross_check.files import Project
from cross_check.reports import briefing
from cross_check.reports.contents import Area, Brief, Contents, area_of
from gis import files, grids, hotspots, regions, register, schema, signals
from gis.crs import STORAGE
from gis.errors import TableFaults, WorkbenchError
from gis.progress import Progress, silent
from satellite import detection
from satellite import files as images
from satellite.detection import Detection
from satellite.files import PairFiles

_VERSIONS = ("haidongqing", "numpy", "scipy", "rasterio", "shapely")


@dataclass(frozen=True)
class Step:
    """What an arrow of the chain did: a catalogue code with its figures, and the files it wrote."""

    code: str
    figures: Mapping[str, object]
    outputs: tuple[Path, ...] = ()


@dataclass(frozen=True)
class RoundOrder:
    """What a round needs from its organiser.

    Attributes
    ----------
    starts_on : date
        First day of the round.
    plan : plans.Params
        With the authorising document's number and the public seed of the draw.
    assign : rounds.Params
    route : routes.Params
    past : Path, optional
        Table of earlier rounds (``rounds.PAST``) as .parquet.
    """

    starts_on: date
    plan: plans.Params
    assign: rounds.Params = field(default_factory=rounds.Params)
    route: routes.Params = field(default_factory=routes.Params)
    past: Path | None = None


def import_enterprises(source: Path, project: Project, *, skip_faulty: bool = False) -> tuple[Step, pd.DataFrame]:
    """Take a file of enterprises into the register.

    Parameters
    ----------
    source : Path
        .xlsx, .csv, .gpkg, .geojson or a zipped shapefile.
    project : Project
    skip_faulty : bool
        Save the good rows although there are faulty ones.

    Returns
    -------
    step : Step
        The receipt.
    notes : DataFrame
        Faults that were skipped and oddities: row, column, code, value.

    Raises
    ------
    TableFaults
        With every fault, if there is one and ``skip_faulty`` is not set; the register stays as it was.
    WorkbenchError
        ``chain.nothing_good`` if every row is faulty.
    """
    areas = _regions(project)
    existing = files.read_layer(project.enterprises) if project.enterprises.is_file() else None
    checked = register.check(files.read_rows(source), areas, existing)
    if len(checked.faults) and not skip_faulty:
        raise TableFaults(source.name, checked.faults)
    if checked.enterprises.empty:
        raise WorkbenchError("chain.nothing_good", "{name} holds no row without a fault", name=source.name)
    whole = checked.enterprises if existing is None else register.merged(existing, checked.enterprises)
    files.write_table(whole, project.enterprises)
    receipt = asdict(checked.receipt)
    figures = {"name": source.name, "saved": receipt["good"], "total": len(whole)} | receipt
    notes = pd.concat([checked.faults, checked.notes], ignore_index=True)
    return Step("chain.imported", figures, (project.enterprises,)), notes


def detect(
    pair_files: PairFiles,
    out: Path,
    *,
    dates: tuple[date | None, date | None] = (None, None),
    params: detection.Params | None = None,
    progress: Progress = silent,
) -> Step:
    """Find change between two images and write score.tif, change.tif, patches.gpkg and recipe.json to a folder.

    Parameters
    ----------
    pair_files : PairFiles
    out : Path
        All four files appear together or not at all.
    dates : (date or None, date or None)
        Overrule the dates that the files carry.
    params : detection.Params, optional
    progress : Progress

    Raises
    ------
    WorkbenchError
        See ``satellite.files.open_pair`` and ``satellite.detection.run``.
    """
    params = params or detection.Params()
    with images.open_pair(pair_files) as pair:
        before_on = dates[0] or images.seen_on(pair_files.before)
        after_on = dates[1] or images.seen_on(pair_files.after)
        found = detection.run(pair, before_on=before_on, after_on=after_on, params=params, progress=progress)
        grid, names = pair.grid, pair.names
    facts = {"bands": list(names), "synthetic": any(map(images.is_synthetic, (pair_files.before, pair_files.after)))}
    recipe = _recipe(pair_files, out, (before_on, after_on), params, found) | facts
    origin = {"SYNTHETIC": "YES: made from synthetic images"} if facts["synthetic"] else {}
    tags = {"THRESHOLD": f"{found.threshold:.4f}", "CONTENT": "change strength (IR-MAD)"} | origin
    with files.folder_written_aside(out) as aside:
        images.write_raster(found.strength, grid, aside / "score.tif", nodata=float("nan"), tags=tags)
        images.write_raster(
            found.change, grid, aside / "change.tif", nodata=255, tags={"CONTENT": "1 changed, 0 not"} | origin
        )
        files.write_table(found.patches, aside / "patches.gpkg")
        files.write_json(recipe, aside / "recipe.json")
    written = tuple(out / name for name in ("score.tif", "change.tif", "patches.gpkg", "recipe.json"))
    figures = {
        "patches": len(found.patches),
        "named": int((found.patches["machine_class"] != "other").sum()),
        "observed": found.observed_share,
        "shift_px": found.shift.length_px,
        "threshold": found.threshold,
    }
    return Step("chain.detected" if found.shift.known else "chain.detected_unregistered", figures, written)


def build_leads(project: Project, *, patches: Path | None = None, params: leads.Params | None = None) -> Step:
    """Join patches with enterprises, regions and zones into leads."""
    changed = files.read_layer(patches or project.patches)
    nobody = gpd.GeoDataFrame({name: [] for name in register.SCHEMA.columns}, geometry="geometry", crs=STORAGE)
    enterprises = files.read_layer(project.enterprises) if project.enterprises.is_file() else nobody
    found = leads.find(changed, enterprises, _regions(project), _zones(project), params=params)
    package = project.leads.with_suffix(".gpkg")
    files.write_table(found.leads, project.leads)
    files.write_table(found.leads, package)
    figures = {
        "leads": len(found.leads),
        "beside": int(found.leads["site_id"].notna().sum()),
        "zoned": int(found.leads["zone_ids"].notna().sum()),
        "left_out": sum(found.left_out.values()),
    }
    return Step("chain.leads", figures, (project.leads, package))


def find_hotspots(
    project: Project,
    *,
    kind: str,
    between: tuple[date, date] | None = None,
    events: Path | None = None,
    cell_m: float = grids.CELL_M,
) -> Step:
    """Find hot cells among one kind of signals on an equal-area grid over the regions.

    Parameters
    ----------
    project : Project
    kind : str
        One of ``signals.KINDS``.
    between : (date, date), optional
        First and last day; all days by default.
    events : Path, optional
        A file of points (longitude, latitude, date) instead of the project's signals.
    cell_m : float
        Edge of a cell.

    Raises
    ------
    WorkbenchError
        ``chain.no_signals`` if none is left to count; ``files.missing``.
    """
    points = files.read_layer(project.signals) if events is None else signals.from_rows(files.read_rows(events), kind)
    points = points[points["kind"] == kind]
    if between is not None:
        points = grids.between(points, pd.Timestamp(between[0]), pd.Timestamp(between[1]))
    if points.empty:
        raise WorkbenchError("chain.no_signals", "There is no signal of this kind and time to count")
    cells = hotspots.find(points, grids.cover(_regions(project), size_m=cell_m))
    package = project.hotspots.with_suffix(".gpkg")
    files.write_table(cells, project.hotspots)
    files.write_table(cells[cells["bin"] != 0], package)
    figures = {"events": len(points), "cells": len(cells), "hot": int((cells["bin"] > 0).sum())}
    return Step("chain.hotspots", figures, (project.hotspots, package))


def plan_round(project: Project, order: RoundOrder, *, progress: Progress = silent) -> Step:
    """Send teams to regions and plan their days.

    Raises
    ------
    WorkbenchError
        ``rounds.no_document`` and others of ``cross_check.rounds`` and ``cross_check.plans``; ``files.missing``.
    """
    areas = _regions(project)
    found, enterprises = files.read_layer(project.leads), files.read_layer(project.enterprises)
    ends_on = order.starts_on + timedelta(days=order.route.days)
    formed = officers.teams(files.read_table(project.officers), areas, on=ends_on)
    past = files.read_table(order.past) if order.past else pd.DataFrame(columns=list(rounds.PAST.columns))
    needs = plans.needs(found, enterprises, areas, params=order.plan)
    sent = rounds.assign(formed.table, areas, needs=needs, past=past, params=order.assign)
    chosen = plans.targets(found, enterprises, areas, sent.table, params=order.plan)
    planned = routes.plan(sent.table, chosen.table, areas, params=order.route, progress=progress)
    facts = {
        "document_no": order.plan.document_no,
        "seed": order.plan.seed,
        "starts_on": order.starts_on.isoformat(),
        "days": order.route.days,
        "status": sent.status,
        "teams": len(sent.table),
        "officers_left_out": len(formed.left_out),
        "targets": len(chosen.table),
        "excluded": {reason: int(count) for reason, count in chosen.excluded["reason"].value_counts().items()},
        "visits": len(planned.visits),
        "unserved": len(planned.unserved),
        "road_km": round(float(planned.legs["length_m"].sum()) / 1000, 1),
    }
    files.write_table(sent.table, project.assignment)
    files.write_table(planned.visits, project.visits)
    files.write_table(planned.legs, project.legs)
    files.write_json(facts, project.round)
    written = (project.assignment, project.visits, project.legs, project.round)
    return Step(f"chain.planned_{sent.status}", facts, written)


def write_brief(project: Project, brief: Brief, *, progress: Progress = silent) -> Step:
    """Draw the province plate and, where there is a detection, the plate of its area."""
    contents = Contents(
        regions=_regions(project),
        zones=_zones(project),
        leads=_layer(project.leads),
        hotspots=_layer(project.hotspots),
        enterprises=_layer(project.enterprises),
        legs=_layer(project.legs),
        visits=_layer(project.visits),
        assignment=files.read_table(project.assignment) if project.assignment.is_file() else None,
    )
    written = briefing.write(contents, brief, project.brief, areas=_areas(project, brief.language), progress=progress)
    return Step("chain.briefed", {"files": len(written)}, written)


def image_sources(project: Project) -> tuple[str, ...]:
    """Return a line for each image that the project's detection compared: its name and date."""
    if not project.recipe.is_file():
        return ()
    inputs = _inputs(project)
    return tuple(
        " ".join(filter(None, (Path(str(image["path"])).name, str(image["seen_on"] or ""))))
        for image in (inputs["before"], inputs["after"])
    )


def import_officers(source: Path, project: Project) -> Step:
    """Take a table of officers (``officers.SCHEMA``, headings in English) into the project, replacing the former.

    Raises
    ------
    TableFaults
        With every fault by the row the user sees; the officers so far stay.
    WorkbenchError
        If the file cannot be read.
    """
    rows = pd.DataFrame(files.read_rows(source)).replace("", None)
    faults = schema.find_faults(rows, officers.SCHEMA, first_row=0)
    if len(faults):
        numbers = [int(rows.index[at]) if at >= 0 else int(rows.index.min()) - 1 for at in faults["row"]]
        raise TableFaults(source.name, faults.assign(row=numbers, value=faults["value"].replace(["nan", "None"], "")))
    table = schema.demand(rows, officers.SCHEMA, source.name)
    files.write_table(table, project.officers)
    return Step("chain.officers", {"officers": len(table)}, (project.officers,))


def _areas(project: Project, language: str) -> tuple[Area, ...]:
    """Return the area of the detection, named by its division."""
    if not project.recipe.is_file():
        return ()
    after = _inputs(project)["after"]
    path = project.detect / str(after["path"])
    if not path.is_file():
        raise WorkbenchError("files.missing", "There is no file {name}", name=path.name)
    area = area_of(path.stem, images.read_picture(path))
    west, south, east, north = area.bbox
    middle = gpd.GeoSeries(gpd.points_from_xy([(west + east) / 2], [(south + north) / 2]), crs=STORAGE)
    areas = _regions(project).set_index("division_code")
    name = areas.loc[regions.division_of(middle, areas.reset_index()).iloc[0], f"name_{language}"]
    return (replace(area, name=str(name)),)


def _inputs(project: Project) -> dict[str, dict[str, object]]:
    inputs = files.read_json(project.recipe)["inputs"]
    if not isinstance(inputs, dict):
        raise WorkbenchError("chain.bad_recipe", "{name} is no recipe", name=project.recipe.name)
    return inputs


def _recipe(
    pair_files: PairFiles,
    out: Path,
    dates: tuple[date | None, date | None],
    params: detection.Params,
    found: Detection,
) -> dict[str, object]:
    def described(path: Path, day: date | None) -> dict[str, object]:
        where = os.path.relpath(path.resolve(), out.resolve())
        return {"path": where, "sha256": files.sha256(path), "seen_on": day.isoformat() if day else None}

    return {
        "inputs": {
            "before": described(pair_files.before, dates[0]),
            "after": described(pair_files.after, dates[1]),
            "clear": [described(path, None) for path in pair_files.clear],
        },
        "method": "IR-MAD (Nielsen 2007), gamma null",
        "params": asdict(params),
        "versions": {name: version(name) for name in _VERSIONS},
        "figures": {
            "canonical_correlations": [round(float(rho), 6) for rho in found.mad.rho],
            "iterations": found.mad.iterations,
            "shift_px": asdict(found.shift),
            "null": asdict(found.null),
            "threshold": found.threshold,
            "observed_share": found.observed_share,
            "patches": len(found.patches),
            "too_small": found.too_small,
        },
    }


def _regions(project: Project) -> gpd.GeoDataFrame:
    """Return the project's regions, the shipped sketch where the bureau has not brought its own."""
    return files.read_layer(project.regions) if project.regions.is_file() else files.read_sketch()


def _zones(project: Project) -> gpd.GeoDataFrame:
    nothing: dict[str, list[object]] = {"zone_id": [], "name": [], "kind": [], "geometry": []}
    return _layer(project.zones) if project.zones.is_file() else gpd.GeoDataFrame(nothing, crs=STORAGE)


def _layer(path: Path) -> gpd.GeoDataFrame | None:
    return files.read_layer(path) if path.is_file() else None
