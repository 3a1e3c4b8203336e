"""Rim: the bureau's own layers come into the project: divisions, zones, rivers, parks, grids."""

from pathlib import Path

import geopandas as gpd
import pandas as pd

from cross_check.chain import Step
from cross_check.files import Project
from gis import boundaries, files, readers, regions, schema
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
