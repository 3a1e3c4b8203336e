"""What was not observed: outlines of the ground that one date or the other did not see, which is not unchanged."""

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import shapely
from affine import Affine
from numpy.typing import NDArray
from rasterio import features
from shapely.geometry import box, shape

from gis.crs import STORAGE
from satellite import patches
from satellite.findings import COARSE_PX
from satellite.patches import Grid

_CELL_DEG = 1e-7
"""A centimetre: what neighbouring tiles share differs by less."""


def outlines(unseen: NDArray[np.bool_], grid: Grid) -> gpd.GeoDataFrame:
    """Return the outlines of cells in which anything was not observed.

    Parameters
    ----------
    unseen : (rows, columns) bool
        Cells of ``findings.COARSE_PX`` pixels, see ``findings.Facts``.
    grid : Grid
        Of the pixels.

    Returns
    -------
    GeoDataFrame, EPSG:4490
        ``area_m2`` and ``geometry``, the largest first; up to a cell wider than what was not observed.
    """
    drawn = _drawn(unseen, grid)
    return _ranked(drawn[drawn["hidden"]].geometry.to_crs(STORAGE))


def coarse(hidden: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return cells of ``findings.COARSE_PX`` pixels with any pixel (rows, columns) that was not observed."""
    for axis, size in enumerate(hidden.shape):
        hidden = np.logical_or.reduceat(hidden, np.arange(0, size, COARSE_PX), axis=axis)
    return hidden


def sides(unseen: NDArray[np.bool_], grid: Grid) -> gpd.GeoDataFrame:
    """Return the ground of a tile that was not observed and that which was, a row each, for ``join``.

    Parameters
    ----------
    unseen, grid
        See ``outlines``.

    Returns
    -------
    GeoDataFrame, EPSG:4490
        ``hidden`` (bool) and ``geometry``; edges follow the grid in steps of a cell, as those of the next tile do.
    """
    parts = _drawn(unseen, grid).dissolve("hidden", as_index=False)
    cell = COARSE_PX * float(np.sqrt(grid.pixel_m2))
    return parts.set_geometry(parts.geometry.segmentize(cell)).to_crs(STORAGE)


def join(tiles: Sequence[gpd.GeoDataFrame]) -> gpd.GeoDataFrame:
    """Return the outlines of what no tile observed, across the borders of tiles; see ``sides`` and ``outlines``."""
    hidden, seen = ([_side(table, hidden=side) for table in tiles] for side in (True, False))
    tree = shapely.STRtree([shapely.box(*table.total_bounds) for table in tiles])
    beside = [(one, other) for one, other in tree.query(tree.geometries).T if one != other]
    # Only where another tile lies can it have seen what this one did not: most of what was seen need not be drawn.
    parts = [shapely.clip_by_rect(seen[other], *tiles[one].total_bounds) for one, other in beside]
    elsewhere = shapely.union_all(shapely.make_valid(parts), grid_size=_CELL_DEG)
    pieces = shapely.get_parts(hidden)
    shared = np.bincount(tree.query(pieces)[0], minlength=len(pieces)) > 1
    together = shapely.union_all(pieces[shared], grid_size=_CELL_DEG)
    left = shapely.get_parts(shapely.difference(together, elsewhere, grid_size=_CELL_DEG))
    return _ranked(gpd.GeoSeries([*pieces[~shared], *left[~shapely.is_empty(left)]], crs=STORAGE))


def _side(table: gpd.GeoDataFrame, *, hidden: bool) -> shapely.Geometry:
    """Return the ground of one side of a tile, empty where there is none."""
    geometries = table["geometry"][table["hidden"] == hidden].to_numpy()
    return geometries[0] if len(geometries) else shapely.MultiPolygon()


def _drawn(unseen: NDArray[np.bool_], grid: Grid) -> gpd.GeoDataFrame:
    """Return outlines of groups of cells on the grid's own plane, and whether they were not observed."""
    transform = grid.transform @ Affine.scale(COARSE_PX)
    drawn = list(features.shapes(unseen.astype(np.uint8), transform=transform))
    west, north = grid.transform @ (0, 0)
    east, south = grid.transform @ (grid.columns, grid.rows)
    whole = box(west, south, east, north)
    hidden = np.array([value == 1 for _, value in drawn])
    return gpd.GeoDataFrame(
        {"hidden": hidden}, geometry=[shape(outline).intersection(whole) for outline, _ in drawn], crs=grid.crs
    )


def _ranked(parts: gpd.GeoSeries) -> gpd.GeoDataFrame:
    table = gpd.GeoDataFrame({"area_m2": patches.areas_m2(parts)}, geometry=parts.to_numpy(), crs=STORAGE)
    return table.sort_values("area_m2", ascending=False, ignore_index=True)
