"""The lattice of equal squares over an area, too fine to hold: cells by row and column, in blocks, made when asked for.

Rows run from north to south as in an image; otherwise the squares are those of ``gis.grids.cover``.
"""

from dataclasses import dataclass

import dask.array as da
import geopandas as gpd
import numpy as np
import shapely
from affine import Affine
from numpy.typing import NDArray

from gis.crs import EQUAL_AREA

Whole = NDArray[np.int64]
Location = list[tuple[int, int]]


@dataclass(frozen=True)
class Frame:
    """Which rectangle of the lattice is meant.

    Attributes
    ----------
    size_m : float
        Edge of a cell in the equal-area system.
    west, north : int
        Column of the first cell and row of the first cell's upper edge, in cells from the system's origin.
    rows, columns : int
    """

    size_m: float
    west: int
    north: int
    rows: int
    columns: int

    @property
    def transform(self) -> Affine:
        """From column and row to metres of the equal-area system."""
        return Affine(self.size_m, 0, self.west * self.size_m, 0, -self.size_m, self.north * self.size_m)


def over(area: gpd.GeoDataFrame, *, size_m: float) -> Frame:
    """Return the frame of an area (polygons, EPSG:4490).

    Raises
    ------
    ValueError
        If ``size_m`` is not positive.
    """
    if not size_m > 0:
        raise ValueError(f"size_m is positive, unlike {size_m}")
    west, south, east, north = area.geometry.to_crs(EQUAL_AREA).total_bounds / size_m
    first, last = int(np.floor(west)), int(np.ceil(east))
    bottom, top = int(np.floor(south)), int(np.ceil(north))
    return Frame(size_m, first, top, top - bottom, last - first)


def inside(area: gpd.GeoDataFrame, frame: Frame, *, chunk: int) -> da.Array:
    """Return which cells have their middle in the area; lazy (rows, columns) bool in blocks of ``chunk`` to a side."""
    shape = area.geometry.to_crs(EQUAL_AREA).union_all()
    shapely.prepare(shape)

    def block(block_info: dict[None, dict[str, Location]]) -> NDArray[np.bool_]:
        rows, columns = _located(block_info)
        x = (frame.west + columns + 0.5) * frame.size_m
        y = (frame.north - rows - 0.5) * frame.size_m
        return np.asarray(shapely.contains_xy(shape, *np.meshgrid(x, y)))

    return _laid(block, frame, chunk, np.bool_)


def counts(points: gpd.GeoDataFrame, frame: Frame, *, chunk: int) -> da.Array:
    """Return how many points (EPSG:4490) lie in each cell; lazy (rows, columns) int64 in the same blocks."""
    at = points.geometry.to_crs(EQUAL_AREA)
    column = np.floor(at.x.to_numpy() / frame.size_m).astype(np.int64) - frame.west
    # The lattice's rows count upwards: the cell that holds y has its lower edge at floor(y / size).
    row = frame.north - 1 - np.floor(at.y.to_numpy() / frame.size_m).astype(np.int64)

    def block(block_info: dict[None, dict[str, Location]]) -> Whole:
        rows, columns = _located(block_info)
        here = np.isin(row, rows, kind="table") & np.isin(column, columns, kind="table")
        place = (row[here] - rows[0]) * len(columns) + column[here] - columns[0]
        return np.bincount(place, minlength=len(rows) * len(columns)).reshape(len(rows), len(columns))

    return _laid(block, frame, chunk, np.int64)


def _located(block_info: dict[None, dict[str, Location]]) -> tuple[Whole, Whole]:
    rows, columns = block_info[None]["array-location"]
    return np.arange(*rows), np.arange(*columns)


def _laid(block: object, frame: Frame, chunk: int, dtype: type) -> da.Array:
    chunks = da.core.normalize_chunks(chunk, (frame.rows, frame.columns))
    return da.map_blocks(block, chunks=chunks, dtype=dtype, meta=np.empty((0, 0), dtype))
