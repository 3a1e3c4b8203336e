"""Rim: how much of a place a map of changes saw, read without the rest of the map."""

from pathlib import Path

import geopandas as gpd
from pyproj import CRS
from rasterio.windows import Window

from satellite.patches import Grid, seen_share
from satellite.sources import opened, reading


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
        ``files.missing``, ``detect.unreadable``, ``detect.no_crs``, ``detect.rotated``.
    """
    with opened(change) as source, reading(change):
        areas = places.to_crs(source.crs)
        west, south, east, north = areas.total_bounds.tolist()
        left, top, wide, high = source.transform.c, source.transform.f, source.transform.a, -source.transform.e
        first, last = max(int((west - left) // wide), 0), min(int((east - left) // wide) + 1, source.width)
        upper, lower = max(int((top - north) // high), 0), min(int((top - south) // high) + 1, source.height)
        if first >= last or upper >= lower:
            return 0.0
        data = source.read(1, window=Window(first, upper, last - first, lower - upper))
        grid = Grid(CRS.from_user_input(source.crs), source.transform, source.height, source.width)
    whole = gpd.GeoSeries([areas.union_all()], crs=source.crs)
    return float(seen_share(data, grid.part((upper, lower), (first, last)), whole).iloc[0])
