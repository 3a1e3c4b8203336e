"""Cells to count in: squares of equal area, H3 hexagons, townships, counties or any other layer of polygons.

Ids never depend on which regions are looked at: a square has its place in the lattice, a hexagon its H3 index, a
polygon the code that its owner gave it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import geopandas as gpd
import h3
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gis import schema, signals, weights, windows
from gis.crs import EQUAL_AREA, STORAGE
from gis.errors import WorkbenchError
from gis.windows import Around

CELL_M = 3000.0
"""Edge of a cell of the national hotspot grid: 3 km."""


MONTHS = schema.table(
    {
        "cell_id": schema.text(),
        "month": schema.day(),
        "count": schema.whole(),
        "exposure": schema.number(0, nullable=True),
    }
)
"""Events by cell and month (its first day); cells and months without an event have no row."""

LAYER = schema.table({"cell_id": schema.text(unique=True), "geometry": schema.shape("Polygon", "MultiPolygon")})
"""A layer of polygons to count in."""


class Tiles(Protocol):
    """Cells of any kind, n of them."""

    def ids(self) -> NDArray[np.str_]:
        """Return the ids, shape (n,)."""

    def outlines(self) -> gpd.GeoSeries:
        """Return the polygons, EPSG:4490."""

    def areas_m2(self) -> NDArray[np.float64]:
        """Return the areas in square metres, shape (n,)."""

    def places(self, points: gpd.GeoSeries) -> NDArray[np.int64]:
        """Return the position of the cell that each point, EPSG:4490, lies in; -1 for none."""

    def around(self, radius: float) -> Around:
        """Return what lies around each cell: squares by a disc of a radius in cells, others by whole steps."""

    def only(self, keep: NDArray[np.bool_]) -> "Tiles":
        """Return the cells that are kept, shape (n,); the others are no neighbours any more."""


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

    def areas_m2(self) -> NDArray[np.float64]:
        """Return the areas of the cells inside in square metres: all the same."""
        return np.full(int(self.inside.sum()), self.size_m**2)

    def places(self, points: gpd.GeoSeries) -> NDArray[np.int64]:
        """Return the position, among the cells inside, of the cell that each point lies in; -1 for none."""
        at = points.to_crs(EQUAL_AREA)
        column = np.floor(at.x.to_numpy() / self.size_m).astype(int) - self.first_column
        row = np.floor(at.y.to_numpy() / self.size_m).astype(int) - self.first_row
        rows, columns = self.inside.shape
        within = (row >= 0) & (row < rows) & (column >= 0) & (column < columns)
        position = np.where(self.inside, self.inside.cumsum().reshape(self.inside.shape) - 1, -1)
        return np.where(within, position[np.where(within, row, 0), np.where(within, column, 0)], -1)

    def around(self, radius: float) -> Around:
        """Return the disc of a radius in cells around each cell inside."""
        return windows.Lattice(self.inside, windows.disc(radius))

    def only(self, keep: NDArray[np.bool_]) -> "Cells":
        """Return the cells that are kept."""
        inside = self.inside.copy()
        inside[self.inside] = keep
        return replace(self, inside=inside)


@dataclass(frozen=True)
class Hexagons:
    """H3 cells of one resolution, by index. Their areas differ by a third within the province: count per area.

    Attributes
    ----------
    resolution : int
    names : tuple of str
    """

    resolution: int
    names: tuple[str, ...]

    def ids(self) -> NDArray[np.str_]:
        """Return the H3 indices."""
        return np.array(self.names)

    def outlines(self) -> gpd.GeoSeries:
        """Return the hexagons, EPSG:4490."""
        corners = [[(lon, lat) for lat, lon in h3.cell_to_boundary(name)] for name in self.names]
        return gpd.GeoSeries([shapely.Polygon(ring) for ring in corners], crs=STORAGE)

    def areas_m2(self) -> NDArray[np.float64]:
        """Return the areas on the sphere in square metres."""
        return np.array([h3.cell_area(name, unit="m^2") for name in self.names])

    def places(self, points: gpd.GeoSeries) -> NDArray[np.int64]:
        """Return the position of the hexagon that each point lies in; -1 for none."""
        pairs = zip(points.y.tolist(), points.x.tolist(), strict=True)
        found = [h3.latlng_to_cell(lat, lon, self.resolution) for lat, lon in pairs]
        return pd.Index(self.names).get_indexer(pd.Index(found, dtype=object)).astype(np.int64)

    def around(self, radius: float) -> Around:
        """Return the rings around each hexagon, as many as the radius holds whole steps."""
        return weights.rings(self.names, order=int(radius))

    def only(self, keep: NDArray[np.bool_]) -> "Hexagons":
        """Return the hexagons that are kept."""
        return replace(self, names=tuple(name for name, kept in zip(self.names, keep, strict=True) if kept))


@dataclass(frozen=True)
class Polygons:
    """A layer of polygons: townships, counties, the bureau's own cells.

    Attributes
    ----------
    layer : GeoDataFrame
        See ``LAYER``.
    step_m : float, optional
        Distance of middles that one step of a radius means; by default a step leads over a common border or corner.
    """

    layer: gpd.GeoDataFrame
    step_m: float | None = None

    def ids(self) -> NDArray[np.str_]:
        """Return the ids."""
        return self.layer["cell_id"].to_numpy(dtype=str)

    def outlines(self) -> gpd.GeoSeries:
        """Return the polygons, EPSG:4490."""
        return self.layer.geometry

    def areas_m2(self) -> NDArray[np.float64]:
        """Return the areas in square metres, in the equal-area system."""
        return self.layer.geometry.to_crs(EQUAL_AREA).area.to_numpy(dtype=float)

    def places(self, points: gpd.GeoSeries) -> NDArray[np.int64]:
        """Return the position of the polygon that each point lies in, on a common border of the first; -1 for none."""
        point, polygon = self.layer.sindex.query(points.reset_index(drop=True), predicate="intersects")
        found = np.full(len(points), len(self.layer))
        np.minimum.at(found, point, polygon)
        return np.where(found == len(self.layer), -1, found).astype(np.int64)

    def around(self, radius: float) -> Around:
        """Return the polygons within a distance, or over as many borders or corners as the radius holds whole steps."""
        if self.step_m is not None:
            return weights.within(self.layer.geometry, radius * self.step_m)
        return weights.touching(self.layer.geometry, order=int(radius))

    def only(self, keep: NDArray[np.bool_]) -> "Polygons":
        """Return the polygons that are kept."""
        return replace(self, layer=self.layer[keep].reset_index(drop=True))


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
        If ``size_m`` is not positive.
    WorkbenchError
        ``hotspots.too_large`` if no cell's middle lies in the area.
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
        raise _too_large()
    return Cells(size_m, first_column, first_row, inside)


def _too_large() -> WorkbenchError:
    return WorkbenchError("hotspots.too_large", "The cells are too large: none has its middle in the area")


def hexagons(area: gpd.GeoDataFrame, *, resolution: int) -> Hexagons:
    """Return the H3 cells of an area: a cell belongs to it if its middle does.

    Parameters
    ----------
    area : GeoDataFrame of polygons, EPSG:4490
    resolution : int
        0 to 15; 7 has about 4.4 square kilometres in the province.

    Raises
    ------
    ValueError
        If the resolution is not 0 to 15.
    WorkbenchError
        ``hotspots.too_large`` if no cell's middle lies in the area.
    """
    if resolution not in range(16):
        raise ValueError(f"H3 has the resolutions 0 to 15, unlike {resolution}")
    names = tuple(sorted(h3.geo_to_cells(area.geometry.union_all(), resolution)))
    if not names:
        raise _too_large()
    return Hexagons(resolution, names)


def polygons(
    layer: gpd.GeoDataFrame, *, id_column: str = "cell_id", step_m: float | None = None, source: str = "cells"
) -> Polygons:
    """Take a layer of polygons as cells, each under the code that it has in one column.

    Parameters
    ----------
    layer : GeoDataFrame of polygons, EPSG:4490
    id_column : str
        For example ``"division_code"``.
    step_m : float, optional
        See ``Polygons``; for layers whose borders do not meet.
    source : str
        What the user calls the layer; stands in the sentence of a refusal.

    Raises
    ------
    TableFaults
        If the column is missing or repeats a code.
    """
    named = layer.drop(columns=["cell_id"] if id_column != "cell_id" and "cell_id" in layer else [])
    return Polygons(schema.demand(named.rename(columns={id_column: "cell_id"}), LAYER, source), step_m)


def tally(places: NDArray[np.int64], tiles: Tiles, amounts: Sequence[float] | None = None) -> NDArray[np.float64]:
    """Add up amounts by cell.

    Parameters
    ----------
    places : (m,) int64
        See ``Tiles.places``; -1 is left out.
    tiles : Tiles
    amounts : sequence of float, optional
        One a place, such as people; 1 each by default.

    Returns
    -------
    (n,) float64
    """
    there = places >= 0
    given = None if amounts is None else np.asarray(amounts, dtype=float)[there]
    return np.bincount(places[there], weights=given, minlength=len(tiles.ids())).astype(np.float64)


def by_month(points: gpd.GeoDataFrame, tiles: Tiles, *, exposure: NDArray[np.float64] | None = None) -> pd.DataFrame:
    """Count events by cell and month.

    Parameters
    ----------
    points : GeoDataFrame
        See ``signals.SCHEMA``.
    tiles : Tiles
    exposure : (n,) float64, optional
        Of each cell: area, enterprises or people.

    Returns
    -------
    DataFrame
        See ``MONTHS``, by month and cell.
    """
    checked = schema.demand(points, signals.SCHEMA, "signals")
    places = tiles.places(checked.geometry)
    there = places >= 0
    month = checked["seen_on"][there].dt.to_period("M").dt.start_time
    rows = pd.DataFrame({"month": month.to_numpy(), "place": places[there]})
    counted = rows.groupby(["month", "place"], as_index=False).size().rename(columns={"size": "count"})
    place = counted["place"].to_numpy(dtype=int)
    counted["cell_id"] = tiles.ids()[place]
    counted["exposure"] = np.nan if exposure is None else exposure[place]
    return schema.demand(counted[list(MONTHS.columns)], MONTHS, "months")


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
    places = cells.places(checked.geometry)
    counts = np.zeros(cells.inside.shape, np.int64)
    counts[cells.inside] = np.bincount(places[places >= 0], minlength=int(cells.inside.sum()))
    return counts


def between(points: gpd.GeoDataFrame, first: pd.Timestamp, last: pd.Timestamp) -> gpd.GeoDataFrame:
    """Return the points seen from the first day to the last, both included."""
    return points[(points["seen_on"] >= first) & (points["seen_on"] <= last)]
