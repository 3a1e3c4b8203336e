"""Rim: the chain on disk. Each arrow reads files, calls a verb and writes files, for the command line and the demo."""

import math
import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from datetime import date
from importlib.metadata import version
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
from affine import Affine
from numpy.typing import NDArray

from cross_check import detections, judging, leads, pair_dates
from cross_check.areas import regions_of, zones_of
from cross_check.files import Project
from cross_check.steps import Step
from gis import density, files, grids, hotspots, readers, register, signals
from gis.crs import EQUAL_AREA, STORAGE, stored
from gis.errors import WorkbenchError
from gis.grids import Tiles
from gis.language import LANGUAGES, catalogue
from gis.progress import Progress, silent
from satellite import canvases, detection, differences, presets, sweeps, targets, unobserved
from satellite import files as images
from satellite.detection import Detection
from satellite.files import PairFiles
from satellite.patches import Grid
from satellite.presets import Preset

_VERSIONS = ("haidongqing", "numpy", "scipy", "rasterio", "shapely")


@dataclass(frozen=True)
class Counting:
    """In what cells signals are counted, and in proportion to what they are expected.

    Attributes
    ----------
    cell_m : float
        Edge of a square.
    resolution : int, optional
        Of H3 hexagons, instead of squares.
    polygons : Path, optional
        A layer of townships, counties or the bureau's own cells, instead of squares.
    id_column : str
        Its column of codes.
    step_m : float, optional
        Metres that one step of a radius means where the borders of the layer do not meet.
    exposure : str, optional
        ``"area"``, ``"enterprises"``, ``"none"`` or a column of the layer, such as its population. By default the area,
        for squares none: they have one area.
    density_m : float, optional
        Bandwidth of a density to draw beside the cells.
    """

    cell_m: float = grids.CELL_M
    resolution: int | None = None
    polygons: Path | None = None
    id_column: str = "division_code"
    step_m: float | None = None
    exposure: str | None = None
    density_m: float | None = None


def detect(
    pair_files: PairFiles,
    out: Path,
    *,
    dates: tuple[date | None, date | None] = (None, None),
    params: detection.Params | None = None,
    preset: Preset | str = "all",
    project: Project | None = None,
    progress: Progress = silent,
) -> Step:
    """Find change between two images and write score.tif, change.tif, patches.gpkg and recipe.json to a folder.

    Parameters
    ----------
    pair_files : PairFiles
    out : Path
        All files appear together or not at all; beside the four left-out.gpkg and unseen.gpkg (what was not observed),
        where there is anything to tell.
    dates : (date or None, date or None)
        Overrule the dates that the files carry.
    params : detection.Params, optional
    preset : Preset or str
        Whose season and spell the dates are held against, and what becomes of the patches; by its name one of
        ``presets.standard``.
    project : Project, optional
        Whose other detections tell of the same patches, and which remembers this one.
    progress : Progress

    Raises
    ------
    WorkbenchError
        See ``satellite.files.open_pair``, ``satellite.detection.run`` and ``judging.judge``; ``Preset.demand``.
    """
    params, wanted = params or detection.Params(), presets.standard()[preset] if isinstance(preset, str) else preset
    judging.demand(project, wanted)
    with (
        images.open_pair(pair_files) as pair,
        files.folder_written_aside(out) as aside,
        ThreadPoolExecutor(max_workers=1) as beside,
    ):
        named = (pair_files.before, pair_files.after, *pair_files.clear)
        hashes = {path: beside.submit(files.sha256, path) for path in named}
        synthetic = any(map(images.is_synthetic, (pair_files.before, pair_files.after)))
        origin = {"SYNTHETIC": "YES: made from synthetic images"} if synthetic else {}
        before_on = dates[0] or images.seen_on(pair_files.before)
        after_on = dates[1] or images.seen_on(pair_files.after)
        days, sight = (before_on, after_on), pair_dates.sight(pair.grid)
        wanted.demand(*days, sight)
        with canvases.opened(aside, pair.grid, origin) as canvas:
            found = detection.run(
                pair, before_on=before_on, after_on=after_on, params=params, canvas=canvas, progress=progress
            )
        judged = judging.judge(found.patches, [pair_files], project, wanted)
        said = pair_dates.of_bands(pair) + pair_dates.of_run(days, sight, wanted, project, judged)
        facts = {"bands": list(pair.names), "synthetic": synthetic, "preset": wanted.name}
        facts |= {"warnings": said.codes, "judging": said.figures}
        found = replace(found, patches=judged.patches, suppressed={**found.suppressed, **judged.counts})
        hashed = {path: each.result() for path, each in hashes.items()}
        recipe = _recipe(pair_files, out, (before_on, after_on), params, found, hashed) | facts
        settled = detections.settle(found.patches, project, detections.name_of(recipe))
        files.write_table(told(settled), aside / "patches.gpkg")
        if len(judged.left_out):
            files.write_table(told(judged.left_out), aside / "left-out.gpkg")
        if found.unseen.any():
            files.write_table(unobserved.outlines(found.unseen, pair.grid), aside / "unseen.gpkg")
        files.write_json(recipe, aside / "recipe.json")
    if project is not None:
        detections.keep(project, out, recipe, settled)
    written = tuple(out / name for name in ("score.tif", "change.tif", "patches.gpkg", "recipe.json"))
    figures = {
        "patches": len(found.patches),
        "again": int((settled["looks"] > 1).sum()),
        "named": int((found.patches["machine_class"] != "other").sum()),
        "observed": found.observed_share,
        "shift_px": found.shift.length_px,
        "residual_px": found.alignment.residual.length_px,
        "threshold": found.threshold,
        "suppressed": sum(found.suppressed.values()),
        "warnings": said.codes,
        "judging": said.figures,
        "constant_bands": found.scorer.unused,
    }
    return Step("chain.detected" if found.shift.known else "chain.detected_unregistered", figures, written)


def told(found: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return patches with ``changed_zh`` and ``changed_en``: what changed, in words and numbers of each language."""
    said = {f"changed_{name}": np.array(differences.sentences(found, catalogue(name)), object) for name in LANGUAGES}
    return found.assign(**said)


def build_leads(project: Project, *, patches: Path | None = None, params: leads.Params | None = None) -> Step:
    """Join patches with enterprises, regions and zones into leads."""
    changed = files.read_layer(patches or project.patches)
    water = project.waters / "patches.gpkg"
    if patches is None and water.is_file() and len(found_there := files.read_layer(water)):
        changed = gpd.GeoDataFrame(pd.concat([changed, found_there], ignore_index=True), crs=changed.crs)
    nobody = gpd.GeoDataFrame({name: [] for name in register.SCHEMA.columns}, geometry="geometry", crs=STORAGE)
    enterprises = files.read_layer(project.enterprises) if project.enterprises.is_file() else nobody
    found = leads.find(changed, enterprises, regions_of(project), zones_of(project), params=params)
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
    counting: Counting | None = None,
    params: hotspots.Params | None = None,
) -> Step:
    """Find hot cells among one kind of signals; write cells, counts by month, the recipe and, if asked, a density.

    Parameters
    ----------
    project : Project
    kind : str
        One of ``signals.KINDS``.
    between : (date, date), optional
        First and last day; all days by default.
    events : Path, optional
        A file of points (longitude, latitude, date) instead of the project's signals.
    counting : Counting, optional
        Squares of 3 km by default.
    params : hotspots.Params, optional

    Raises
    ------
    WorkbenchError
        ``chain.no_signals`` if none is left to count; ``hotspots.no_exposure``; ``files.missing``.
    """
    counting, params = counting or Counting(), params or hotspots.Params()
    points = signals_of(project, kind, events=events, between=between)
    areas = regions_of(project)
    tiles = tiles_of(areas, counting)
    exposure = _exposure(project, tiles, counting)
    cells = hotspots.find(points, tiles, params=params, exposure=exposure)
    package, months = project.hotspots.with_suffix(".gpkg"), project.hotspots.with_name("hotspots_months.parquet")
    files.write_table(cells, project.hotspots)
    files.write_table(cells[cells["bin"] != 0], package)
    files.write_table(grids.by_month(points, tiles, exposure=exposure), months)
    written = [project.hotspots, package, months, project.hotspots.with_suffix(".json")]
    figures = {
        "events": len(points),
        "cells": len(cells),
        "hot": int((cells["bin"] > 0).sum()),
        "few": int(cells["few"].sum()),
    }
    order = {
        "kind": kind,
        "between": between and [day.isoformat() for day in between],
        "events": events and events.name,
    }
    order |= asdict(counting) | {"polygons": counting.polygons and counting.polygons.name} | asdict(params)
    files.write_json(order | figures, written[-1])
    if counting.density_m is not None:
        written.append(_write_density(points, areas, counting.density_m, project.hotspots.with_name("density.tif")))
    return Step("chain.hotspots", figures, tuple(written))


def signals_of(
    project: Project, kind: str, *, events: Path | None = None, between: tuple[date, date] | None = None
) -> gpd.GeoDataFrame:
    """Return the signals of a kind (``signals.SCHEMA``): the project's, or of a file of points; of some days only.

    Raises
    ------
    WorkbenchError
        ``chain.no_signals`` if there is none; ``files.missing``.
    """
    points = files.read_layer(project.signals) if events is None else signals.from_rows(readers.read_rows(events), kind)
    points = points[points["kind"] == kind]
    if between is not None:
        points = grids.between(points, pd.Timestamp(between[0]), pd.Timestamp(between[1]))
    if points.empty:
        raise WorkbenchError("chain.no_signals", "There is no signal of this kind and time to count")
    return points


def tiles_of(areas: gpd.GeoDataFrame, counting: Counting) -> Tiles:
    """Return the cells that an order asks for: polygons, hexagons or, by default, squares over the regions."""
    if counting.polygons is not None:
        layer = stored(files.read_layer(counting.polygons))
        return grids.polygons(
            layer, id_column=counting.id_column, step_m=counting.step_m, source=counting.polygons.name
        )
    if counting.resolution is not None:
        return grids.hexagons(areas, resolution=counting.resolution)
    return grids.cover(areas, size_m=counting.cell_m)


def _exposure(project: Project, tiles: Tiles, counting: Counting) -> NDArray[np.float64] | None:
    wanted = counting.exposure or ("none" if isinstance(tiles, grids.Cells) else "area")
    if wanted == "none":
        return None
    if wanted == "area":
        return tiles.areas_m2()
    if wanted == "enterprises":
        return grids.tally(tiles.places(files.read_layer(project.enterprises).geometry), tiles)
    given = tiles.layer.get(wanted) if isinstance(tiles, grids.Polygons) else None
    numbers = None if given is None else pd.to_numeric(given, errors="coerce").to_numpy(dtype=float)
    if numbers is None or not (numbers >= 0).all() or not numbers.sum() > 0:
        raise WorkbenchError("hotspots.no_exposure", "There is no column {name} of numbers from 0 up", name=wanted)
    return numbers


def _write_density(points: gpd.GeoDataFrame, areas: gpd.GeoDataFrame, bandwidth_m: float, path: Path) -> Path:
    """Write points per square kilometre on pixels of a quarter of the bandwidth."""
    west, south, east, north = areas.to_crs(EQUAL_AREA).total_bounds.tolist()
    pixel = bandwidth_m / 4
    rows, columns = math.ceil((north - south) / pixel), math.ceil((east - west) / pixel)
    bbox = (west, north - rows * pixel, west + columns * pixel, north)
    at = points.geometry.to_crs(EQUAL_AREA)
    x, y = at.x.to_numpy(), at.y.to_numpy()
    found = density.kernel(x, y, bbox=bbox, shape=(rows, columns), bandwidth=bandwidth_m) * 1e6
    grid = Grid(EQUAL_AREA, Affine(pixel, 0, west, 0, -pixel, north), rows, columns)
    tags = {"CONTENT": "points per square kilometre", "BANDWIDTH_M": f"{bandwidth_m:g}"}
    images.write_raster(found.astype(np.float32), grid, path, nodata=float("nan"), tags=tags)
    return path


def _recipe(
    pair_files: PairFiles,
    out: Path,
    dates: tuple[date | None, date | None],
    params: detection.Params,
    found: Detection,
    hashed: Mapping[Path, str],
) -> dict[str, object]:
    def described(path: Path, day: date | None) -> dict[str, object]:
        where = os.path.relpath(path.resolve(), out.resolve())
        return {"path": where, "sha256": hashed[path], "seen_on": day.isoformat() if day else None}

    return {
        "inputs": {
            "before": described(pair_files.before, dates[0]),
            "after": described(pair_files.after, dates[1]),
            "clear": [described(path, None) for path in pair_files.clear],
        },
        "method": params.method.name,
        "params": asdict(params) | {"targets": _rules(params)} | _given(pair_files),
        "versions": {name: version(name) for name in _VERSIONS},
        "figures": {
            "canonical_correlations": [round(rho, 6) for rho in found.scorer.rho],
            "iterations": found.scorer.iterations,
            "constant_bands": list(found.scorer.unused),
            "shift_px": asdict(found.shift),
            "registration": found.alignment.recorded(),
            "noise": asdict(found.noise),
            "threshold": found.threshold,
            "false_leads": found.noise.false_leads,
            "histogram": {"per_unit": sweeps.BINS_PER_UNIT, "counts": found.histogram.tolist()},
            "observed_share": found.observed_share,
            "patches": len(found.patches),
            "suppressed": dict(found.suppressed),
        },
    }


def _given(pair_files: PairFiles) -> dict[str, object]:
    """Return the band names that were given, if there are: with others the comparison is another one."""
    return {"bands": list(pair_files.bands)} if pair_files.bands else {}


def read_targets(path: Path) -> tuple[targets.Target, ...]:
    """Read a user's table of targets.

    Raises
    ------
    WorkbenchError
        ``files.missing``, ``targets.unreadable`` or ``targets.bad_rule``.
    """
    if not path.is_file():
        raise WorkbenchError("files.missing", "There is no file {name}", name=path.name)
    return targets.parse(path.read_bytes().decode("utf-8", errors="replace"), path.name)


def _rules(params: detection.Params) -> dict[str, dict[str, object]]:
    """Return the targets as a user would write them."""
    return {each.name: {"class": each.kind, "rules": [str(rule) for rule in each.rules]} for each in params.targets}
