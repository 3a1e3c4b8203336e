"""Rim: a file of measured values becomes a map of their hotspots."""

from dataclasses import asdict, dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from cross_check import chain
from cross_check.areas import regions_of
from cross_check.chain import Counting
from cross_check.files import Project
from cross_check.steps import Step
from gis import files, grids, measures, readers, signals
from gis.errors import FAULT_COLUMNS, TableFaults, WorkbenchError
from gis.grids import Tiles
from gis.hotspots import Params
from gis.measures import Real


@dataclass(frozen=True)
class Source:
    """A file and its column of values.

    Attributes
    ----------
    path : Path
        Points, whose values are averaged by cell, or polygons, which are the cells themselves.
    value : str
        The column; a cell may be empty, which is no measurement.
    """

    path: Path
    value: str


def find(project: Project, source: Source, *, counting: Counting | None = None, params: Params | None = None) -> Step:
    """Find hotspots of measured values; write cells, a package of those that stand out, and the recipe.

    Parameters
    ----------
    project : Project
    source : Source
    counting : Counting, optional
        The cells that points are averaged in; of polygons the column of codes and the step.
    params : Params, optional

    Raises
    ------
    TableFaults
        With every value that is no number and every place that cannot be read.
    WorkbenchError
        ``measures.no_value``, ``measures.few_cells``, ``measures.flat`` and those of ``readers.read_rows``.
    """
    counting, params = counting or Counting(), params or Params()
    rows = readers.read_rows(source.path)
    values = _values(rows, source)
    if isinstance(rows, gpd.GeoDataFrame) and rows.geom_type.isin(["Polygon", "MultiPolygon"]).all():
        name, step_m = counting.id_column, counting.step_m
        cells: Tiles = grids.polygons(rows, id_column=name, step_m=step_m, source=source.path.name)
        means, records = values, np.isfinite(values).astype(np.int64)
    else:
        cells = chain.tiles_of(regions_of(project), counting)
        means, records = measures.by_cell(_points(rows, source), values, cells)
    table = measures.find(means, records, cells, params=params)
    package, recipe = project.measures.with_suffix(".gpkg"), project.measures.with_suffix(".json")
    figures = {
        "cells": len(table),
        "hot": int((table["bin"] > 0).sum()),
        "cold": int((table["bin"] < 0).sum()),
        "few": int(table["few"].sum()),
    }
    order = {"file": source.path.name, "file_sha256": files.sha256(source.path), "value": source.value}
    order |= {
        name: value for name, value in asdict(counting).items() if name not in {"polygons", "exposure", "density_m"}
    }
    files.write_table(table, project.measures)
    files.write_table(table[(table["bin"] != 0) | table["few"]], package)
    files.write_json(order | asdict(params) | figures, recipe)
    return Step("measures.done", figures, (project.measures, package, recipe))


def _values(rows: pd.DataFrame, source: Source) -> Real:
    if source.value not in rows:
        columns = ", ".join(str(name) for name in rows.columns if name != "geometry")
        raise WorkbenchError(
            "measures.no_value",
            "{name} has no column {column}; it has {columns}",
            name=source.path.name,
            column=source.value,
            columns=columns,
        )
    texts = rows[source.value].astype("string").str.strip().fillna("")
    numbers = pd.to_numeric(texts.where(texts != ""), errors="coerce")
    wrong = (texts != "") & ~np.isfinite(numbers.to_numpy(dtype=float, na_value=np.nan))
    _demand_none(rows.index[wrong], source, source.value, texts[wrong])
    return numbers.to_numpy(dtype=np.float64, na_value=np.nan)


def _points(rows: pd.DataFrame, source: Source) -> gpd.GeoDataFrame:
    places = signals.places_of(rows, source.path.name)
    wrong = places.is_empty | (places.geom_type != "Point")
    _demand_none(rows.index[wrong], source, "lon, lat", pd.Series("", index=rows.index[wrong]))
    return gpd.GeoDataFrame(geometry=places)


def _demand_none(faulty: pd.Index, source: Source, column: str, values: pd.Series) -> None:
    if len(faulty):
        code = "measures.unreadable" if column == source.value else "signals.unreadable"
        found = [(row, column, code, str(value)) for row, value in zip(faulty, values, strict=True)]
        raise TableFaults(source.path.name, pd.DataFrame(found, columns=list(FAULT_COLUMNS)))
