"""Rim: drone flights of a project: a folder a flight, and what was measured between two of them.

``flights/<flight>/`` holds ortho.tif and dsm.tif (COG, as flown), photos.parquet, remarks.csv, coverage.parquet and
flight.json, which says what was brought (by hash) and how far the flight is moved to lie on an earlier one. Pixels are
never overwritten: the move is applied when they are read. ``flights/volumes/<before>--<after>/`` holds heaps.gpkg,
difference.tif and recipe.json.
"""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from PIL import Image as Pictures
from PIL import UnidentifiedImageError

from cross_check.files import Project
from cross_check.steps import Step
from gis import files
from gis.errors import WorkbenchError
from gis.progress import Progress, silent
from satellite import (
    deliveries,
    flight_coverage,
    footprints,
    heaps,
    orthomosaics,
    photos,
    registration,
    resampling,
    sources,
)
from satellite import files as images
from satellite.orthomosaics import Image
from satellite.patches import Grid
from satellite.registration import Shift

KINDS = ("ortho", "dsm")
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,39}")
_VERSIONS = ("numpy", "scipy", "rasterio", "haidongqing")
_LOOK_PX = 512


@dataclass(frozen=True)
class Brought:
    """What a flight brings.

    Attributes
    ----------
    ortho, dsm : Path, optional
        Orthomosaic and surface model.
    flown_on : date, optional
        By default the date that the files carry.
    facts : mapping of str to str
        Drone, pilot, height, overlap: as the flight's record says.
    """

    ortho: Path | None = None
    dsm: Path | None = None
    flown_on: date | None = None
    facts: Mapping[str, str] | None = None


def add(project: Project, flight: str, brought: Brought, *, progress: Progress = silent) -> Step:
    """Take an orthomosaic, a surface model or both into a flight as Cloud Optimized GeoTIFFs.

    Raises
    ------
    WorkbenchError
        ``flights.bad_id``, ``flights.nothing``, ``flights.no_date``, ``flights.no_metres`` and those of
        ``satellite.orthomosaics.to_cog``. Whatever was there stays as it was.
    """
    folder = folder_of(project, flight)
    given = [(kind, path) for kind, path in zip(KINDS, (brought.ortho, brought.dsm), strict=True) if path is not None]
    known = facts_of(project, flight)
    if not given:
        raise WorkbenchError("flights.nothing", "Bring an orthomosaic, a surface model, or both")
    day = brought.flown_on or next((seen for _, path in given if (seen := images.seen_on(path))), None)
    if day is None and "flown_on" not in known:
        raise WorkbenchError("flights.no_date", "{name} tells no date; say when it was flown", name=given[0][1].name)
    outputs = []
    for done, (kind, path) in enumerate(given):
        progress(done, len(given), "drone.converting")
        with sources.opened(path) as source:
            _demand_metres(source.crs.is_projected and kind == "dsm", source, path)
        grid = orthomosaics.to_cog(Image(path), folder / f"{kind}.tif", {"CONTENT": kind, "FLIGHT": flight})
        outputs.append(folder / f"{kind}.tif")
        known[kind] = {
            "name": path.name,
            "sha256": files.sha256(path),
            "gsd_m": round(float(np.sqrt(grid.pixel_m2)), 4),
        }
        known[kind] |= {"rows": grid.rows, "columns": grid.columns, "crs": grid.crs.name}
    for measured in ("moved_m", "registration"):  # of the images that were there before
        known.pop(measured, None)
    if day is not None:
        known["flown_on"] = day.isoformat()
    known["facts"] = {**known.get("facts", {}), **(brought.facts or {})}
    _write_facts(project, flight, known)
    progress(len(given), len(given), "drone.converted")
    return Step("flights.added", {"flight": flight, "images": len(given)}, (*outputs, folder / "flight.json"))


def take_photos(project: Project, flight: str, folder: Path, *, progress: Progress = silent) -> Step:
    """Read the photos of a flight: where each was taken, what ground it shows, and what is wrong with them.

    The photos stay where they are, untouched.

    Raises
    ------
    WorkbenchError
        ``flights.bad_id``, ``flights.no_photos``; ``detect.unreadable`` for a file that is no photo.
    """
    place = folder_of(project, flight)
    found = sorted(path for path in folder.rglob("*") if path.suffix.lower() in photos.ENDINGS)
    if not found:
        raise WorkbenchError("flights.no_photos", "There is no photo (jpg) in {name}", name=folder.name)
    read, digests, looks = [], [], []
    for done, path in enumerate(found):
        progress(done, len(found), "drone.reading_photos")
        read.append(photos.read(path))
        digests.append(files.sha256(path))
        looks.append(_look(path))
    table = footprints.table(read, digests, looks)
    remarks = deliveries.check(table)
    files.write_table(table, place / "photos.parquet")
    files.write_table(remarks, place / "remarks.csv")
    known = facts_of(project, flight)
    known["photos"] = {"count": len(table), "folder": folder.name, "placed": int((table["state"] == "placed").sum())}
    if "flown_on" not in known and table["taken_at"].notna().any():
        known["flown_on"] = (table["taken_at"].min() + pd.Timedelta(hours=8)).date().isoformat()
    _write_facts(project, flight, known)
    progress(len(found), len(found), "drone.photos_read")
    counts = remarks["remark"].value_counts()
    figures = {"photos": len(table), "placed": known["photos"]["placed"]}
    figures |= {name: int(counts.get(name, 0)) for name in deliveries.REMARKS}
    figures["doubles"] = figures["same_file"] + figures["look_alike"]
    return Step("flights.photos", figures, (place / "photos.parquet", place / "remarks.csv"))


def cover(project: Project, flight: str, cells: Path) -> Step:
    """Say how much of each cell of a task the photos of a flight cover.

    Parameters
    ----------
    project : Project
    flight : str
    cells : Path
        A layer of polygons; its column ``cell_id`` names them, else they are numbered.

    Raises
    ------
    WorkbenchError
        ``flights.unread_photos`` before the photos are read; ``files.missing``, ``rows.no_crs``.
    """
    place = folder_of(project, flight)
    if not (place / "photos.parquet").is_file():
        raise WorkbenchError("flights.unread_photos", "Read the photos of {flight} first", flight=flight)
    layer = files.read_layer(cells)
    if "cell_id" not in layer:
        layer = layer.assign(cell_id=[f"{at + 1:03d}" for at in range(len(layer))])
    shown = files.read_layer(place / "photos.parquet")
    table = flight_coverage.of_cells(layer, shown.geometry)
    files.write_table(table, place / "coverage.parquet")
    files.write_table(table, place / "coverage.gpkg")
    beside = deliveries.outside(shown, layer)
    earlier = remarks(place / "remarks.csv")
    files.write_table(pd.concat([earlier[earlier["remark"] != "outside"], beside]), place / "remarks.csv")
    known = facts_of(project, flight)
    total = float(np.average(table["covered"], weights=table["area_m2"])) if table["area_m2"].sum() > 0 else 0.0
    known["coverage"] = {"cells": cells.name, "sha256": files.sha256(cells), "covered": round(total, 4)}
    _write_facts(project, flight, known)
    figures = {"cells": len(table), "covered": total, "whole": int((table["covered"] >= 0.99).sum())}  # noqa: PLR2004
    figures["outside"] = len(beside)
    return Step("flights.covered", figures, (place / "coverage.parquet", place / "coverage.gpkg"))


def register(project: Project, flight: str, onto: str | Path) -> Step:
    """Measure how far a flight lies off an earlier one, or off a satellite image, and move it there.

    Writes ortho-registered.tif, the orthomosaic as it lies after the move; the flight's own pixels stay.

    Parameters
    ----------
    project : Project
    flight : str
    onto : str or Path
        An earlier flight of the project, or an image of any pixel size.

    Raises
    ------
    WorkbenchError
        ``flights.no_ortho``, ``flights.unmeasured`` if nothing could be measured, ``detect.shifted`` beyond the limit,
        ``detect.residual`` if the shift does not go away.
    """
    place = folder_of(project, flight)
    base = _onto(project, onto)
    own = Image(demanded(project, flight, "ortho"))
    found, pixel_m = _measured(base, own)
    if not found.known:
        raise WorkbenchError(
            "flights.unmeasured",
            "{flight} and {onto} show too little in common to be compared: a small overlap, cloud, or another season",
            flight=flight,
            onto=base.path.name if isinstance(onto, Path) else onto,
        )
    registration.demand(found, pixel_m)
    moved = Image(own.path, (-found.east_px * pixel_m, found.south_px * pixel_m)) if found.needs_correction else own
    left = _measured(base, moved)[0] if found.needs_correction else found
    _demand_residual(left, pixel_m)
    known = facts_of(project, flight)
    known["moved_m"] = list(moved.moved_m)
    known["registration"] = {
        "onto": onto if isinstance(onto, str) else {"name": onto.name, "sha256": files.sha256(onto)},
        "pixel_m": pixel_m,
        "found": asdict(found),
        "residual": asdict(left),
        "versions": versions(),
    }
    tags = {"FLIGHT": flight, "MOVED_EAST_M": f"{moved.moved_m[0]:.3f}", "MOVED_NORTH_M": f"{moved.moved_m[1]:.3f}"}
    orthomosaics.to_cog(moved, place / "ortho-registered.tif", tags)
    _write_facts(project, flight, known)
    figures = {
        "flight": flight,
        "shift_m": found.length_px * pixel_m,
        "shift_px": found.length_px,
        "residual_m": left.length_px * pixel_m,
        "moved": found.needs_correction,
    }
    code = "flights.moved" if found.needs_correction else "flights.in_place"
    return Step(code, figures, (place / "ortho-registered.tif", place / "flight.json"))


def measure_volumes(
    project: Project,
    flights: tuple[str, str],
    *,
    params: heaps.Params | None = None,
    stable: Path | None = None,
    progress: Progress = silent,
) -> Step:
    """Measure what was piled up and dug out between two flights.

    Parameters
    ----------
    project : Project
    flights : (str, str)
        The earlier and the later one; both with a surface model.
    params : heaps.Params, optional
    stable : Path, optional
        A layer of polygons on ground known to be unchanged.
    progress : Progress

    Raises
    ------
    WorkbenchError
        ``flights.no_dsm``, ``flights.reversed``, ``heaps.no_stable``, ``detect.shifted``, ``detect.no_overlap``.
    """
    params = params or heaps.Params()
    _demand_order(project, flights)
    models = [Image(demanded(project, flight, "dsm"), moved_of(project, flight)) for flight in flights]
    progress(0, 3, "drone.reading_models")
    before, after, grid = orthomosaics.pair(*models)
    pixel_m = float(np.sqrt(grid.pixel_m2))
    progress(1, 3, "drone.registering")
    shift = registration.of_arrays(before, after)
    registration.demand(shift, pixel_m)
    left = shift
    if shift.needs_correction:
        after = _shifted(after, shift)
        left = registration.of_arrays(before, after)
    progress(2, 3, "drone.measuring")
    kept = None if stable is None else orthomosaics.mask_of(grid, list(_in(stable, grid).geometry))
    found = heaps.find(before.astype(np.float64), after.astype(np.float64), grid, params=params, stable=kept)
    out = volume_folder(project, flights)
    recipe = {
        "flights": list(flights),
        "inputs": [facts_of(project, flight)["dsm"] for flight in flights],
        "moved_m": [list(model.moved_m) for model in models],
        "stable": None if stable is None else {"name": stable.name, "sha256": files.sha256(stable)},
        "params": asdict(params),
        "pixel_m": pixel_m,
        "shift": asdict(shift),
        "residual": asdict(left),
        "ground": _plain(asdict(found.ground)),
        "lod_m": found.lod_m,
        "within_error": found.within_error,
        "versions": versions(),
    }
    tags = {"CONTENT": "height of the later model above the earlier one, metres, offset and tilt taken out"}
    with files.folder_written_aside(out) as aside:
        files.write_table(found.table, aside / "heaps.gpkg")
        files.write_table(found.table, aside / "heaps.parquet")
        images.write_raster(found.heights, grid, aside / "difference.tif", nodata=float("nan"), tags=tags)
        files.write_json(recipe, aside / "recipe.json")
    progress(3, 3, "drone.measured")
    return Step("flights.volumes", _volume_figures(found), tuple(out / name for name in sorted(_VOLUME_FILES)))


_VOLUME_FILES = ("difference.tif", "heaps.gpkg", "heaps.parquet", "recipe.json")


def listing(project: Project) -> pd.DataFrame:
    """Return the flights of a project: flight, flown_on, ortho, dsm, photos, covered, moved_m; latest first."""
    rows = []
    for path in sorted(project.flights.glob("*/flight.json")):
        known = files.read_json(path)
        rows.append(
            {
                "flight": path.parent.name,
                "flown_on": known.get("flown_on", ""),
                "ortho": "ortho" in known,
                "dsm": "dsm" in known,
                "photos": _number(known.get("photos"), "count"),
                "covered": _number(known.get("coverage"), "covered"),
                "moved_m": float(np.hypot(*known.get("moved_m", (0.0, 0.0)))),  # type: ignore[misc]
            }
        )
    columns = ["flight", "flown_on", "ortho", "dsm", "photos", "covered", "moved_m"]
    table = pd.DataFrame(rows, columns=columns)
    return table.sort_values(["flown_on", "flight"], ascending=[False, True], ignore_index=True)


def remarks(path: Path) -> pd.DataFrame:
    """Read the remarks on a flight's photos, ``satellite.deliveries.SCHEMA``."""
    return pd.read_csv(path, encoding="utf-8-sig", dtype={"photo_id": str, "name": str, "remark": str, "other": str})


def place_of(project: Project, flight: str) -> tuple[float, float, float, float] | None:
    """Return the extent of a flight as (west, south, east, north) in degrees, None before it has any image or photo."""
    folder = folder_of(project, flight)
    for kind in KINDS:
        if (path := folder / f"{kind}.tif").is_file():
            return orthomosaics.extent(Image(path, moved_of(project, flight)))
    if (path := folder / "photos.parquet").is_file():
        shown = files.read_layer(path)
        shown = shown[~shown.geometry.is_empty]
        if len(shown):
            west, south, east, north = shown.total_bounds
            return float(west), float(south), float(east), float(north)
    return None


def volumes(project: Project) -> list[tuple[str, str]]:
    """Return the pairs of flights between which volumes have been measured, (earlier, later)."""
    found = sorted((project.flights / "volumes").glob("*--*/recipe.json"))
    return [(names[0], names[2]) for path in found if (names := path.parent.name.partition("--"))]


def folder_of(project: Project, flight: str) -> Path:
    """Return the folder of a flight.

    Raises
    ------
    WorkbenchError
        ``flights.bad_id`` if the name is none that a folder may have.
    """
    if not _ID.fullmatch(flight) or "--" in flight or flight == "volumes":
        raise WorkbenchError(
            "flights.bad_id",
            "A flight is named by at most 40 letters, digits, - _ or . and not by {name!r}",
            name=flight[:60],
        )
    return project.flights / flight


def volume_folder(project: Project, flights: tuple[str, str]) -> Path:
    """Return where the volumes between two flights lie."""
    before, after = (folder_of(project, flight).name for flight in flights)
    return project.flights / "volumes" / f"{before}--{after}"


def facts_of(project: Project, flight: str) -> dict[str, Any]:
    """Return what is known of a flight, empty if there is none yet."""
    path = folder_of(project, flight) / "flight.json"
    return files.read_json(path) if path.is_file() else {}


def moved_of(project: Project, flight: str) -> tuple[float, float]:
    """Return how far a flight is moved east and north before it is read, metres."""
    east, north = facts_of(project, flight).get("moved_m", (0.0, 0.0))
    return float(east), float(north)


def _write_facts(project: Project, flight: str, known: Mapping[str, object]) -> None:
    files.write_json(dict(known), folder_of(project, flight) / "flight.json")


def _look(path: Path) -> str:
    try:
        with Pictures.open(path) as picture:
            picture.draft("L", (_LOOK_PX, _LOOK_PX))
            return deliveries.look(np.asarray(picture.convert("L")))
    except (UnidentifiedImageError, OSError, SyntaxError) as fault:
        raise WorkbenchError(
            "detect.unreadable", "{name} cannot be read: damaged, incomplete or no raster image", name=path.name
        ) from fault


def _demand_metres(heights: bool, source: Any, path: Path) -> None:  # noqa: ANN401, FBT001 - a raster, a question
    units = (source.units or [None])[0]
    if heights and units and str(units).lower() not in {"m", "metre", "meter", "metres", "meters"}:
        raise WorkbenchError(
            "flights.no_metres", "{name} gives heights in {units}, not in metres", name=path.name, units=units
        )


def _onto(project: Project, onto: str | Path) -> Image:
    if isinstance(onto, Path):
        return Image(onto)
    return Image(demanded(project, onto, "ortho"), moved_of(project, onto))


def demanded(project: Project, flight: str, kind: str) -> Path:
    """Return the orthomosaic or surface model of a flight.

    Raises
    ------
    WorkbenchError
        ``flights.no_ortho`` or ``flights.no_dsm``.
    """
    path = folder_of(project, flight) / f"{kind}.tif"
    if path.is_file():
        return path
    if kind == "ortho":
        raise WorkbenchError(
            "flights.no_ortho", "Flight {flight} has no orthomosaic yet; add it with hdq drone cog", flight=flight
        )
    raise WorkbenchError(
        "flights.no_dsm", "Flight {flight} has no surface model yet; add it with hdq drone cog", flight=flight
    )


def _measured(base: Image, own: Image) -> tuple[Shift, float]:
    before, after, grid = orthomosaics.pair(base, own)
    return registration.of_arrays(before, after), float(np.sqrt(grid.pixel_m2))


def _demand_residual(left: Shift, pixel_m: float) -> None:
    from satellite.alignment import MOST_RESIDUAL_PX

    if left.known and left.length_px > MOST_RESIDUAL_PX:
        raise WorkbenchError(
            "detect.residual",
            "After correction the second image still lies {residual_px:.2f} pixels ({residual_m:.1f} m) off the first, "
            "more than the {limit_px:.1f} that a comparison stands: georeference it anew with ground control",
            residual_px=left.length_px,
            residual_m=left.length_px * pixel_m,
            limit_px=MOST_RESIDUAL_PX,
        )


def _demand_order(project: Project, flights: tuple[str, str]) -> None:
    days = [str(facts_of(project, flight).get("flown_on", "")) for flight in flights]
    if all(days) and days[0] > days[1]:
        raise WorkbenchError(
            "flights.reversed", "{before} was flown after {after}: swap them", before=flights[0], after=flights[1]
        )


def _shifted(heights: np.ndarray, shift: Shift) -> np.ndarray:
    down, along = (np.arange(size, dtype=np.float64) for size in heights.shape)
    return resampling.cubic(heights[None], down[:, None] + shift.south_px, along[None, :] + shift.east_px)[0]


def _in(layer: Path, grid: Grid) -> gpd.GeoDataFrame:
    return files.read_layer(layer).to_crs(grid.crs)


def _volume_figures(found: heaps.Found) -> dict[str, object]:
    table = found.table
    totals = {kind: float(table.loc[table["kind"] == kind, "volume_m3"].sum()) for kind in heaps.KINDS}
    counts = {f"{kind}s": int((table["kind"] == kind).sum()) for kind in heaps.KINDS}
    return {**counts, "piled_m3": totals["heap"], "dug_m3": totals["pit"], "lod_m": found.lod_m}


def _plain(values: Mapping[str, object]) -> dict[str, object]:
    return {name: value.tolist() if isinstance(value, np.ndarray) else value for name, value in values.items()}


def versions() -> dict[str, str]:
    """Return the versions of what measures, for recipes."""
    return {name: version(name) for name in _VERSIONS}


def _number(part: object, name: str) -> float:
    return float(part[name]) if isinstance(part, dict) and name in part else float("nan")
