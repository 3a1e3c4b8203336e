"""Rim: how much of a place a map of changes saw, read without the rest of the map."""

from pathlib import Path

import geopandas as gpd
import rasterio
from affine import Affine
from pyproj import CRS
from rasterio.windows import Window

from gis.errors import WorkbenchError
from satellite.patches import Grid, seen_share


def share(change: Path, places: gpd.GeoSeries) -> float:
    """Return the share of a place that a map of changes saw, 0 to 1.

    Parameters
    ----------
    change : Path
        A ``change.tif`` of a detection, north up.
    places : GeoSeries
        Areas with a CRS, taken together; a pixel counts by the part of it that they cover.

    Returns
    -------
    float
        0 where the place lies outside of the map.

    Raises
    ------
    WorkbenchError
        ``files.missing``.
    """
    if not change.is_file():
        raise WorkbenchError("files.missing", "There is no file {name}", name=change.name)
    with rasterio.open(change) as source:
        areas = places.to_crs(source.crs)
        west, south, east, north = areas.total_bounds.tolist()
        left, top, wide, high = source.transform.c, source.transform.f, source.transform.a, -source.transform.e
        first, last = max(int((west - left) // wide), 0), min(int((east - left) // wide) + 1, source.width)
        upper, lower = max(int((top - north) // high), 0), min(int((top - south) // high) + 1, source.height)
        if first >= last or upper >= lower:
            return 0.0
        data = source.read(1, window=Window(first, upper, last - first, lower - upper))
        corner = Affine(wide, 0, left + first * wide, 0, -high, top - upper * high)
        grid = Grid(CRS.from_user_input(source.crs), corner, *data.shape)
    whole = gpd.GeoSeries([areas.union_all()], crs=source.crs)
    return float(seen_share(data, grid, whole).iloc[0])
