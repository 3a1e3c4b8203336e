"""Regions and protected zones, and which of them a place lies in."""

import geopandas as gpd
import pandas as pd

from gis import schema
from gis.crs import EQUAL_AREA

SCHEMA = schema.table(
    {
        "division_code": schema.text(unique=True),
        "name_zh": schema.text(),
        "name_en": schema.text(),
        "seat_lon": schema.number(-180, 180),
        "seat_lat": schema.number(-90, 90),
        "geometry": schema.shape("Polygon", "MultiPolygon"),
    }
)
"""A region answers for what lies in it; the seat is its government's place (EPSG:4490)."""

ZONE_KINDS = ("reserve", "water_source", "red_line")

ZONES = schema.table(
    {
        "zone_id": schema.text(unique=True),
        "name": schema.text(),
        "kind": schema.text(schema.one_of(*ZONE_KINDS)),
        "geometry": schema.shape("Polygon", "MultiPolygon"),
    }
)
"""Protected areas, drinking-water source zones and the ecological red line."""


def division_of(places: gpd.GeoSeries, regions: gpd.GeoDataFrame) -> pd.Series:
    """Return the division code of each point, of the nearest region for points outside all of them.

    Parameters
    ----------
    places : GeoSeries of points, EPSG:4490
    regions : GeoDataFrame
        See ``SCHEMA``.

    Returns
    -------
    Series of str
        Index as ``places``. A point on a common border gets the lower code.
    """
    regions = schema.demand(regions, SCHEMA, "regions")
    points = gpd.GeoDataFrame(geometry=places).to_crs(EQUAL_AREA)
    joined = gpd.sjoin_nearest(points, regions[["division_code", "geometry"]].to_crs(EQUAL_AREA))
    return joined["division_code"].groupby(level=0).min().reindex(places.index)
