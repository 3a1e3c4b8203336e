"""Rim: the bureau's own layers come into the project: divisions, zones, rivers, parks, grids."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from cross_check.areas import regions_of
from cross_check.files import Project
from cross_check.steps import Step
from gis import boundaries, files, nearness, readers, regions, schema
from gis.crs import EQUAL_AREA
from gis.errors import TableFaults


def import_divisions(source: Path, project: Project, level: str) -> tuple[Step, pd.DataFrame]:
    """Put the bureau's divisions in place of the sketch, for this project.

    Parameters
    ----------
    source : Path
        A layer, see ``readers.read_rows``.
    project : Project
    level : str
        One of ``boundaries.LEVELS``.

    Returns
    -------
    step : Step
    notes : DataFrame
        What is odd: row, column, code, value.

    Raises
    ------
    TableFaults
        With every fault; the divisions stay as they were.
    WorkbenchError
        ``regions.no_outlines`` for a plain table.
    """
    rows = boundaries.demand_layer(readers.read_rows(source), source.name)
    checked = boundaries.check_divisions(rows, level, files.read_sketch())
    if len(checked.faults):
        raise TableFaults(source.name, checked.faults)
    path = project.regions if level == "prefecture" else project.counties
    files.write_table(checked.layer, path)
    return Step(f"regions.imported_{level}", {"name": source.name, "count": len(checked.layer)}, (path,)), checked.notes


def import_layer(source: Path, project: Project, kind: str) -> tuple[Step, pd.DataFrame]:
    """Take a layer of one kind into the project, in place of the former one of this kind.

    Parameters
    ----------
    source : Path
        A layer, see ``readers.read_rows``.
    project : Project
    kind : str
        One of ``boundaries.KINDS``. Protected zones join those of other kinds in ``zones.parquet``.

    Returns
    -------
    step : Step
    notes : DataFrame

    Raises
    ------
    TableFaults
        With every fault; the layer stays as it was.
    WorkbenchError
        ``regions.no_outlines`` for a plain table.
    """
    rows = boundaries.demand_layer(readers.read_rows(source), source.name)
    checked = boundaries.check_layer(rows, kind)
    if len(checked.faults):
        raise TableFaults(source.name, checked.faults)
    path = project.layers / f"{kind}.parquet"
    layer = checked.layer
    if kind in regions.ZONE_KINDS:
        path, layer = project.zones, _zones(project, layer, kind)
    files.write_table(layer, path)
    figures = {"name": source.name, "count": len(checked.layer), "kind": kind}
    return Step("regions.imported_layer", figures, (path,)), checked.notes


def overlaps(project: Project, of: str, kind: str) -> pd.DataFrame:
    """Return how far leads or patches overlap a layer, or which sites lie in it.

    Parameters
    ----------
    project : Project
    of : str
        One of ``boundaries.ASKED``.
    kind : str
        One of ``boundaries.KINDS``, ``prefecture`` or ``county``.

    Returns
    -------
    DataFrame
        id, other, name, overlap_m2, share (0 to 1); for points the last two are missing.

    Raises
    ------
    WorkbenchError
        ``files.missing`` if one of the two has not been made or brought.
    """
    ids, ours = _asked(project, of)
    names, theirs = _brought(project, kind)
    if of == "sites":
        pairs = nearness.inside(ours, theirs).assign(overlap_m2=np.nan, share=np.nan).rename(columns={"place": "area"})
        pairs = pairs.set_axis(["area", "other", "overlap_m2", "share"], axis=1)
    else:
        pairs = nearness.shares(ours, theirs)
    told = names.iloc[pairs["other"]].reset_index(drop=True)
    return pd.DataFrame({"id": ids.to_numpy()[pairs["area"]], "other": told["id"], "name": told["name"]}).assign(
        overlap_m2=pairs["overlap_m2"].to_numpy(), share=pairs["share"].to_numpy()
    )


def nearest(project: Project, of: str, kind: str, within_m: float) -> pd.DataFrame:
    """Return the nearest feature of a layer for each site, lead or patch that has one within a distance.

    Parameters
    ----------
    project, of, kind
        See ``overlaps``. A lead or patch counts by a point inside it.
    within_m : float

    Returns
    -------
    DataFrame
        id, other, name, distance_m (0 inside an area).

    Raises
    ------
    WorkbenchError
        As ``overlaps`` does.
    """
    ids, ours = _asked(project, of)
    names, theirs = _brought(project, kind)
    places = ours if of == "sites" else gpd.GeoSeries(ours.representative_point(), crs=ours.crs)
    pairs = nearness.nearest(places, theirs, within_m)
    told = names.iloc[pairs["thing"]].reset_index(drop=True)
    table = pd.DataFrame({"id": ids.to_numpy()[pairs["place"]], "other": told["id"], "name": told["name"]})
    return table.assign(distance_m=pairs["distance_m"].to_numpy())


def _asked(project: Project, of: str) -> tuple[pd.Series, gpd.GeoSeries]:
    """Return ids and shapes, in metres, of what is asked about."""
    path, column = {
        "sites": (project.enterprises, "site_id"),
        "leads": (project.leads, "lead_id"),
        "patches": (project.patches, "patch_id"),
    }[of]
    table = files.read_layer(path)
    return table[column], table.geometry.to_crs(EQUAL_AREA)


def _brought(project: Project, kind: str) -> tuple[pd.DataFrame, gpd.GeoSeries]:
    """Return ids and names, and shapes in metres, of a layer."""
    if kind in boundaries.LEVELS:
        layer = regions_of(project) if kind == "prefecture" else counties_of(project)
        named = {"division_code": "id", "name_zh": "name"}
    elif kind in regions.ZONE_KINDS:
        layer = files.read_layer(project.zones)
        layer, named = layer[layer["kind"] == kind], {"zone_id": "id"}
    else:
        layer, named = files.read_layer(project.layers / f"{kind}.parquet"), {"feature_id": "id"}
    names = pd.DataFrame(layer.rename(columns=named))[["id", "name"]].reset_index(drop=True)
    return names, layer.geometry.to_crs(EQUAL_AREA).reset_index(drop=True)


def brought(project: Project) -> dict[str, gpd.GeoDataFrame]:
    """Return the layers that the bureau has brought by kind, with ``name``: its own counties, rivers, parks, grids."""
    found = {"county": project.counties} if project.counties.is_file() else {}
    found |= {kind: project.layers / f"{kind}.parquet" for kind in boundaries.KINDS}
    return {
        kind: files.read_layer(path).rename(columns={"name_zh": "name"})
        for kind, path in found.items()
        if path.is_file()
    }


def mark(project: Project) -> tuple[tuple[str, int], ...]:
    """Return which layers there are and when each was written: what is kept by it is never stale."""
    paths = [project.counties, *(project.layers / f"{kind}.parquet" for kind in boundaries.KINDS)]
    return tuple((path.name, path.stat().st_mtime_ns) for path in paths if path.is_file())


def counties_of(project: Project) -> gpd.GeoDataFrame:
    """Return the project's counties, the shipped sketch where the bureau has not brought its own."""
    return files.read_layer(project.counties) if project.counties.is_file() else files.read_county_sketch()


def _zones(project: Project, layer: gpd.GeoDataFrame, kind: str) -> gpd.GeoDataFrame:
    new = layer.rename(columns={"feature_id": "zone_id"})
    if not project.zones.is_file():
        return schema.demand(new, regions.ZONES, "zones")
    former = files.read_layer(project.zones)
    kept = former[former["kind"] != kind]
    return schema.demand(pd.concat([kept, new], ignore_index=True) if len(kept) else new, regions.ZONES, "zones")
