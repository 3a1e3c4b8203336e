"""Rims: thin patches along the border of a larger one, where pixels are mixed of what changed and what did not.

A new roof is one class inside, and at its border, where half a pixel is still field, another. Such a rim is no event of
its own: whoever looks at the large patch sees it, and in a list it would stand for a second site.
"""

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

WIDTH_PX = 2.5
"""A rim is at most so wide: twice its area over its outline's length."""
_LARGER = 3.0
_SHARED = 1 / 3
_TOUCHING_DEG = 1e-6
_DEGREE_M = 111_195.0


def of(found: gpd.GeoDataFrame, pixel_m: float) -> NDArray[np.bool_]:
    """Tell which patches are rims: thin, a third of the outline along one patch at least three times as large.

    Parameters
    ----------
    found : GeoDataFrame, EPSG:4490
        With ``area_m2``.
    pixel_m : float
        Edge of a pixel.
    """
    rim = np.zeros(len(found), bool)
    outlines, areas = found.geometry.to_numpy(), found["area_m2"].to_numpy(dtype=float)
    # Plane enough for lengths: degrees of longitude are drawn together at the middle of the patches.
    squeeze = np.cos(np.radians(np.mean(found.total_bounds[[1, 3]]))) if len(found) else 1.0
    flat = shapely.transform(outlines, lambda places: places * (squeeze * _DEGREE_M, _DEGREE_M))
    around = shapely.length(flat)
    thin = np.flatnonzero(2 * areas <= WIDTH_PX * pixel_m * around)
    near, large = shapely.STRtree(flat).query(flat[thin], predicate="dwithin", distance=_TOUCHING_DEG * _DEGREE_M)
    larger = areas[large] >= _LARGER * areas[thin[near]]
    near, large = thin[near[larger]], large[larger]
    # Around the thin ones, which have the shorter borders, and around each but once.
    once, of_once = np.unique(near, return_inverse=True)
    border = shapely.buffer(shapely.boundary(flat[once]), _TOUCHING_DEG * _DEGREE_M, quad_segs=1)
    shared = shapely.length(shapely.intersection(shapely.boundary(flat[large]), border[of_once]))
    rim[near[shared >= _SHARED * around[near]]] = True
    return rim
