"""Rim: heaps of one flight of a project, measured without an earlier one.

``flights/<flight>/`` gets lone-heaps.gpkg and .parquet (``satellite.lone_heaps.SCHEMA``), and their recipe as json.
"""

from collections.abc import Callable
from dataclasses import asdict
from functools import cache
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
from pyproj import CRS

from cross_check import flights
from cross_check.files import Project
from cross_check.steps import Step
from gis import files
from gis.crs import STORAGE, metric_at
from gis.errors import WorkbenchError
from gis.progress import Progress, silent
from satellite import lone_heaps, orthomosaics
from satellite.heaps import Params
from satellite.orthomosaics import Image

_TABLE, _RECIPE = "lone-heaps.parquet", "lone-heaps.json"


def measure(
    project: Project, flight: str, outlines: Path, *, params: Params | None = None, progress: Progress = silent
) -> Step:
    """Measure what lies within outlines above the ground around them, or was dug out below it.

    Parameters
    ----------
    project : Project
    flight : str
        With a surface model.
    outlines : Path
        A layer of polygons, each around the whole foot of a heap or the whole rim of a pit.
    params : Params, optional
    progress : Progress

    Raises
    ------
    WorkbenchError
        ``flights.no_dsm``; ``imagery.no_polygon``; ``flight_heaps.none`` if no outline could be measured; those of
        reading the layer. What was measured before stays then.
    """
    params = params or Params()
    model = Image(flights.demanded(project, flight, "dsm"), flights.moved_of(project, flight))
    layer = files.read_layer(outlines)
    layer = layer[layer.geom_type.isin(["Polygon", "MultiPolygon"])].reset_index(drop=True)
    if layer.empty:
        raise WorkbenchError("imagery.no_polygon", "{name} holds no polygon", name=outlines.name)
    # Each plane that an outline asks for is worked out once, for all of them.
    parts, on = [], cache(layer.geometry.to_crs)
    for number in range(len(layer)):
        progress(number, len(layer), "drone.measuring")
        parts.append(_one(model, on, number, params))
    progress(len(layer), len(layer), "drone.measured")
    measured = [part for part in parts if len(part)]
    if not measured:
        english = "No outline of {name} has enough of the surface model within it and around it"
        raise WorkbenchError("flight_heaps.none", english, name=outlines.name)
    table = gpd.GeoDataFrame(pd.concat(measured, ignore_index=True), crs=STORAGE)
    table = table.sort_values("volume_m3", ascending=False, ignore_index=True)
    recipe = {
        "flight": flight,
        "input": flights.facts_of(project, flight)["dsm"],
        "moved_m": list(model.moved_m),
        "outlines": {"name": outlines.name, "sha256": files.sha256(outlines), "count": len(layer)},
        "unmeasured": [at + 1 for at, part in enumerate(parts) if part.empty],
        "params": asdict(params),
        "versions": flights.versions(),
    }
    folder = flights.folder_of(project, flight)
    files.write_table(table, folder / "lone-heaps.gpkg")
    files.write_table(table, folder / _TABLE)
    files.write_json(recipe, folder / _RECIPE)
    kinds = table.groupby("kind")["volume_m3"]
    figures = {f"{kind}s": int(kinds.count().get(kind, 0)) for kind in ("heap", "pit")}
    figures |= {"unmeasured": len(layer) - len(table), "doubtful": int((table["remark"] != "").sum())}
    piled, dug = (float(kinds.sum().get(kind, 0.0)) for kind in ("heap", "pit"))
    outputs = tuple(folder / name for name in ("lone-heaps.gpkg", _TABLE, _RECIPE))
    return Step("flight_heaps.measured", {**figures, "piled_m3": piled, "dug_m3": dug}, outputs)


def read(project: Project, flight: str) -> gpd.GeoDataFrame | None:
    """Return what was measured of a flight alone, ``satellite.lone_heaps.SCHEMA``, None before anything was."""
    path = flights.folder_of(project, flight) / _TABLE
    return files.read_layer(path) if path.is_file() else None


def level(project: Project, flight: str) -> float:
    """Return the level of the intervals of what was measured, 0 to 1."""
    params = files.read_json(flights.folder_of(project, flight) / _RECIPE)["params"]
    return float(params["level"])  # type: ignore[index]


def stale(project: Project, flight: str) -> bool:
    """Tell whether the flight's surface model or its move is another one since heaps were measured."""
    recipe = files.read_json(flights.folder_of(project, flight) / _RECIPE)
    known, used = flights.facts_of(project, flight).get("dsm", {}), recipe["input"]
    moved = list(flights.moved_of(project, flight)) != recipe["moved_m"]
    return moved or not isinstance(used, dict) or known.get("sha256") != used["sha256"]


def _one(model: Image, on: Callable[[CRS], gpd.GeoSeries], number: int, params: Params) -> gpd.GeoDataFrame:
    """Measure one of the outlines that lie on a plane; the others are no rim."""
    plane = metric_at(float(on(STORAGE).iloc[number].centroid.x))
    own = on(plane).iloc[number]
    wide = gpd.GeoSeries([own.buffer(lone_heaps.reach_m(own))], crs=plane).to_crs(STORAGE)
    west, south, east, north = (float(edge) for edge in wide.total_bounds)
    try:
        heights, grid = orthomosaics.around(model, (west, south, east, north))
    except WorkbenchError as fault:
        if fault.code != "scene.no_place":
            raise
        return gpd.GeoDataFrame()
    on_grid = on(grid.crs)
    mine = on_grid.iloc[number]
    others = [each.buffer(lone_heaps.GAP_M) for at, each in enumerate(on_grid) if at != number]
    theirs = orthomosaics.mask_of(grid, others) & ~orthomosaics.mask_of(grid, [mine.buffer(lone_heaps.GAP_M)])
    seen = np.where(theirs, np.nan, heights.astype(np.float64))
    return lone_heaps.measure(seen, grid, [mine], params=params).table.assign(outline=float(number + 1))
