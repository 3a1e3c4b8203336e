"""What was not observed: outlines of the ground that one date or the other did not see, which is not unchanged."""

import geopandas as gpd
import numpy as np
from affine import Affine
from numpy.typing import NDArray
from rasterio import features
from shapely.geometry import box, shape

from gis.crs import STORAGE
from satellite import patches
from satellite.findings import COARSE_PX
from satellite.patches import Grid


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
    coarse = grid.transform @ Affine.scale(COARSE_PX)
    drawn = features.shapes(unseen.astype(np.uint8), mask=unseen, transform=coarse)
    west, north = grid.transform @ (0, 0)
    east, south = grid.transform @ (grid.columns, grid.rows)
    whole = box(west, south, east, north)
    parts = gpd.GeoSeries([shape(outline).intersection(whole) for outline, _ in drawn], crs=grid.crs).to_crs(STORAGE)
    table = gpd.GeoDataFrame({"area_m2": patches.areas_m2(parts)}, geometry=parts.to_numpy(), crs=STORAGE)
    return table.sort_values("area_m2", ascending=False, ignore_index=True)
