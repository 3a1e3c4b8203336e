"""Coordinate reference systems: one for storage, a metric one for the place at hand, an equal-area one for grids."""

import geopandas as gpd
from pyproj import CRS, Geod

STORAGE = CRS.from_epsg(4490)
"""CGCS2000 longitude and latitude: every geometry column on disk."""

EQUAL_AREA = CRS.from_proj4(
    "+proj=aea +lat_1=45 +lat_2=52 +lat_0=48 +lon_0=128 +x_0=0 +y_0=0 +ellps=GRS80 +units=m +no_defs"
)
"""Albers equal-area cone fitted to the province (43-54 N): cells of one size have one area."""

GEODESIC = Geod(ellps="GRS80")
"""Lengths and areas on the ellipsoid of CGCS2000."""

_FIRST_ZONE, _LAST_ZONE = 25, 45


def metric_at(lon: float) -> CRS:
    """Return the CGCS2000 3-degree Gauss-Krueger system (without zone number, EPSG 4534-4554) for a longitude.

    Parameters
    ----------
    lon : float
        Degrees east, 73.5 to 136.5.

    Raises
    ------
    ValueError
        If the longitude lies outside the zones 25 to 45.
    """
    zone = round(lon / 3)
    if not _FIRST_ZONE <= zone <= _LAST_ZONE:
        raise ValueError(f"longitude {lon} lies outside the 3-degree zones {_FIRST_ZONE} to {_LAST_ZONE}")
    return CRS.from_epsg(4534 + zone - _FIRST_ZONE)


def metric_for(table: gpd.GeoDataFrame) -> CRS:
    """Return the metric system for a table's middle: a 3-degree zone, or UTM outside the country's zones.

    The table's CRS must be geographic.
    """
    west, _, east, _ = table.total_bounds
    try:
        return metric_at((west + east) / 2)
    except ValueError:
        return table.estimate_utm_crs()


def stored(table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the table in the storage CRS (EPSG:4490).

    Raises
    ------
    ValueError
        If the table has no CRS.
    """
    if table.crs is None:
        raise ValueError("a table without a CRS cannot be stored")
    return table if table.crs == STORAGE else table.to_crs(STORAGE)
