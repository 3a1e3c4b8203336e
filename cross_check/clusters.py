"""Rim: signals in space and time on disk: clusters of the scan, patterns over months, monthly lists, fires."""

from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cross_check.areas import regions_of
from cross_check.chain import signals_of
from cross_check.files import Project
from cross_check.steps import Step
from gis import emerging, files, fires, grids, groups, lists, readers, scan, scan_events
from gis.errors import WorkbenchError
from gis.grids import Tiles

EXPOSURES = ("area", "enterprises")
"""What the cases of a cell are in proportion to: its area, which is that of any other cell, or its sites."""


@dataclass(frozen=True)
class Source:
    """Which signals are looked at, and on what grid.

    Attributes
    ----------
    kind : one of ``signals.KINDS``.
    events : a file of points (longitude, latitude, date) instead of the project's signals.
    cell_m : edge of a cell.
    """

    kind: str
    events: Path | None = None
    cell_m: float = grids.CELL_M


@dataclass(frozen=True)
class ScanOrder:
    """How signals are scanned.

    Attributes
    ----------
    first, last : the period; the whole record if None.
    model : one of ``scan.MODELS``.
    step_days : length of a step of time.
    exposure : one of ``EXPOSURES``, for Poisson.
    seed : of the maps without a cluster.
    params : scan.Params
    """

    first: date | None = None
    last: date | None = None
    model: str = "permutation"
    step_days: int = 7
    exposure: str = "area"
    seed: int = 1
    params: scan.Params = field(default_factory=lambda: scan.Params(radius_m=30_000.0))


def scan_signals(project: Project, source: Source, order: ScanOrder) -> Step:
    """Scan signals for clusters, group them, and write clusters, groups and the recipe.

    Raises
    ------
    WorkbenchError
        ``chain.no_signals``, ``files.missing`` and those of ``gis.scan_events.find``.
    """
    points = events(project, source)
    first, last = order.first or points["seen_on"].min().date(), order.last or points["seen_on"].max().date()
    cells = grids.cover(regions_of(project), size_m=source.cell_m)
    exposure = _sites(project, cells) if order.model == "poisson" and order.exposure == "enterprises" else None
    wanted = scan_events.Order(first, last, order.model, order.step_days, exposure, order.params)
    scanned = scan_events.find(points, cells, wanted, rng=np.random.default_rng(order.seed))
    within = grids.between(points, pd.Timestamp(first), pd.Timestamp(last))
    grouped = groups.tested(within, groups.find(within), cells, scanned)
    recipe = asdict(order) | asked(source) | {"first": first.isoformat(), "last": last.isoformat()}
    recipe |= {"params": _plain(order.params)}
    package = project.clusters.with_suffix(".gpkg")
    files.write_table(scanned.table, project.clusters)
    files.write_table(scanned.table, package)
    files.write_table(grouped, project.groups)
    files.write_json(recipe, project.scan)
    figures = {
        "events": scanned.events,
        "cells": len(scanned.cells),
        "clusters": int((scanned.table["p"] <= groups.ALPHA).sum()),
        "groups": len(grouped),
        "supported": int(grouped["supported"].sum()),
    }
    return Step("scan.done", figures, (project.clusters, package, project.groups, project.scan))


def find_emerging(project: Project, source: Source, *, params: emerging.Params | None = None) -> Step:
    """Tell what cells do over the months and write patterns and months.

    Raises
    ------
    WorkbenchError
        ``chain.no_signals``, ``files.missing`` or ``emerging.too_short``.
    """
    params = params or emerging.Params()
    points = events(project, source)
    cells = grids.cover(regions_of(project), size_m=source.cell_m)
    table, months = emerging.find(points, cells, params=params)
    package = project.emerging.with_suffix(".gpkg")
    files.write_table(table, project.emerging)
    files.write_table(table[(table["pattern"] != "none") | (table["pattern_raw"] != "none")], package)
    files.write_table(months, project.emerging_months)
    figures = {
        "events": len(points),
        "cells": len(table),
        "months": int(table["steps"].iloc[0]),
        "patterns": int((table["pattern"] != "none").sum()),
        "patterns_raw": int((table["pattern_raw"] != "none").sum()),
    }
    recipe = project.emerging.with_suffix(".json")
    files.write_json(asked(source) | asdict(params) | figures, recipe)
    return Step("emerging.done", figures, (project.emerging, package, project.emerging_months, recipe))


def make_lists(project: Project, source: Source, *, month: str | None = None, most: int = 20) -> Step:
    """Write the three lists of a month, the last of the record unless told.

    Raises
    ------
    WorkbenchError
        ``chain.no_signals``, ``files.missing`` or ``lists.no_month``.
    """
    points = events(project, source)
    cells = grids.cover(regions_of(project), size_m=source.cell_m)
    months, counts = emerging.cube(points, cells)
    table = lists.monthly(counts, months, cells.ids(), month=month or months[-1], most=most)
    sheet = project.lists.with_suffix(".csv")
    files.write_table(table, project.lists)
    files.write_table(table, sheet)
    figures: dict[str, object] = {kind: int((table["list"] == kind).sum()) for kind in lists.KINDS}
    recipe = project.lists.with_suffix(".json")
    figures |= {"month": month or months[-1]}
    files.write_json(asked(source) | {"most": most} | figures, recipe)
    return Step("lists.done", figures, (project.lists, sheet, recipe))


def merge_fires(project: Project, *, points: Path | None = None, params: fires.Params | None = None) -> Step:
    """Merge fire points into fires and write them, with places that may be unknown sources of heat.

    Parameters
    ----------
    project : Project
        Its register and its own layer of heat sources, where there are such, say what else is hot.
    points : Path, optional
        A file such as FIRMS offers, with satellite and instrument, instead of the project's signals.
    params : fires.Params, optional

    Raises
    ------
    WorkbenchError
        ``chain.no_signals`` or ``files.missing``.
    """
    seen = (
        fires.observed(files.read_layer(project.signals))
        if points is None
        else fires.from_rows(readers.read_rows(points))
    )
    if seen.empty:
        raise WorkbenchError("chain.no_signals", "There is no signal of this kind and time to count")
    own = files.read_layer(project.heat_sources) if project.heat_sources.is_file() else None
    known = fires.sources(files.read_layer(project.enterprises), own) if project.enterprises.is_file() else own
    found, suspects = fires.merge(seen, known, params=params), fires.suspects(seen, known, params=params)
    package = project.fires.with_suffix(".gpkg")
    files.write_table(found, project.fires)
    files.write_table(found, package)
    files.write_table(suspects, project.suspects)
    verdicts = {verdict: int((found["verdict"] == verdict).sum()) for verdict in fires.VERDICTS}
    figures = {"points": len(seen), "fires": len(found), "suspects": len(suspects)} | verdicts
    return Step("fires.done", figures, (project.fires, package, project.suspects))


def events(project: Project, source: Source) -> gpd.GeoDataFrame:
    """Return the signals that are looked at (``signals.SCHEMA``).

    Raises
    ------
    WorkbenchError
        ``chain.no_signals`` if there is none of the kind; ``files.missing``.
    """
    return signals_of(project, source.kind, events=source.events)


def asked(source: Source) -> dict[str, object]:
    """Return which signals were looked at, as JSON: a file by its name and hash."""
    events = source.events
    told = {"events": events and events.name, "events_sha256": events and files.sha256(events)}
    return asdict(source) | told


def _sites(project: Project, tiles: Tiles) -> NDArray[np.float64]:
    """Return the number of sites in each cell."""
    return grids.tally(tiles.places(files.read_layer(project.enterprises).geometry), tiles)


def _plain(params: scan.Params) -> dict[str, object]:
    """Return parameters as JSON knows them: no bound is null."""
    return {name: None if value == np.inf else value for name, value in asdict(params).items()}
