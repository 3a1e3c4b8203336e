"""Square grids of equal area, with cell ids that never depend on which regions are looked at."""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gis import schema, signals
from gis.crs import EQUAL_AREA, STORAGE

CELL_M = 3000.0
"""Edge of a cell of the national hotspot grid: 3 km."""


@dataclass(frozen=True)
class Cells:
    """A rectangle of cells over an area, of which only some belong to it.

    Attributes
    ----------
    size_m : float
        Edge of a cell in the equal-area system.
    first_column, first_row : int
        Position of the rectangle's south-west cell in the lattice anchored at the system's origin.
    inside : (rows, columns) bool
        Cells that belong to the area; row 0 is the southernmost.
    """

    size_m: float
    first_column: int
    first_row: int
    inside: NDArray[np.bool_]

    def ids(self) -> NDArray[np.str_]:
        """Return the ids of the cells inside, in row order."""
        rows, columns = np.nonzero(self.inside)
        return np.array(
            [
                f"{self.size_m:.0f}:{column + self.first_column}:{row + self.first_row}"
                for row, column in zip(rows, columns, strict=True)
            ]
        )

    def outlines(self) -> gpd.GeoSeries:
        """Return the squares of the cells inside, in row order, EPSG:4490."""
        rows, columns = np.nonzero(self.inside)
        west = (columns + self.first_column) * self.size_m
        south = (rows + self.first_row) * self.size_m
        squares = shapely.box(west, south, west + self.size_m, south + self.size_m)
        return gpd.GeoSeries(squares, crs=EQUAL_AREA).to_crs(STORAGE)


def cover(area: gpd.GeoDataFrame, *, size_m: float = CELL_M) -> Cells:
    """Lay the lattice over an area: a cell belongs to it if its middle does.

    Parameters
    ----------
    area : GeoDataFrame of polygons, EPSG:4490
    size_m : float
        Edge of a cell.

    Raises
    ------
    ValueError
        If ``size_m`` is not positive, or no cell's middle lies in the area.
    """
    if not size_m > 0:
        raise ValueError(f"size_m is positive, unlike {size_m}")
    shape = area.geometry.to_crs(EQUAL_AREA).union_all()
    west, south, east, north = np.array(shape.bounds) / size_m
    first_column, first_row = int(np.floor(west)), int(np.floor(south))
    columns = np.arange(first_column, int(np.ceil(east)))
    rows = np.arange(first_row, int(np.ceil(north)))
    x, y = np.meshgrid((columns + 0.5) * size_m, (rows + 0.5) * size_m)
    shapely.prepare(shape)
    inside = shapely.contains_xy(shape, x, y)
    if not inside.any():
        raise ValueError("no cell's middle lies in the area")
    return Cells(size_m, first_column, first_row, inside)


def count(points: gpd.GeoDataFrame, cells: Cells) -> NDArray[np.int64]:
    """Count points by cell.

    Parameters
    ----------
    points : GeoDataFrame
        See ``signals.SCHEMA``; EPSG:4490.
    cells : Cells

    Returns
    -------
    (rows, columns) int64
        0 in cells outside; points that lie in none of the cells inside are left out.
    """
    checked = schema.demand(points, signals.SCHEMA, "signals")
    at = checked.geometry.to_crs(EQUAL_AREA)
    column = np.floor(at.x.to_numpy() / cells.size_m).astype(int) - cells.first_column
    row = np.floor(at.y.to_numpy() / cells.size_m).astype(int) - cells.first_row
    within = (row >= 0) & (row < cells.inside.shape[0]) & (column >= 0) & (column < cells.inside.shape[1])
    counts = np.zeros(cells.inside.shape, np.int64)
    np.add.at(counts, (row[within], column[within]), 1)
    return np.where(cells.inside, counts, 0)


def between(points: gpd.GeoDataFrame, first: pd.Timestamp, last: pd.Timestamp) -> gpd.GeoDataFrame:
    """Return the points seen from the first day to the last, both included."""
    return points[(points["seen_on"] >= first) & (points["seen_on"] <= last)]
