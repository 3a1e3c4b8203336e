"""Regions and protected zones, and which of them a place lies in."""

import geopandas as gpd
import pandas as pd

from gis import codes, nearness, schema
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

BEYOND_OUTLINE = {"232700": (123.3, 50.0, 125.3, 51.5)}
"""Boxes (west, south, east, north) in which a division administers land that most boundary sets give to a neighbouring
province: Jiagedaqi and Songling. Who answers for a place there must be declared; its position cannot say."""


def division_of(places: gpd.GeoSeries, regions: gpd.GeoDataFrame) -> pd.Series:
    """Return the division code of each point, of the nearest region for points outside all of them.

    Parameters
    ----------
    places : GeoSeries of points, EPSG:4490
        Missing and empty points get a missing code.
    regions : GeoDataFrame
        See ``SCHEMA``.

    Returns
    -------
    Series of str
        Index as ``places``, which may repeat. A point on a common border gets the lower code.
    """
    regions = schema.demand(regions, SCHEMA, "regions")
    outlines = regions[["division_code", "geometry"]].to_crs(EQUAL_AREA)
    points = gpd.GeoDataFrame(geometry=places.reset_index(drop=True)).to_crs(EQUAL_AREA)
    lowest = _holding(points.geometry, outlines).reindex(range(len(places)))
    outside = points[lowest.isna() & ~(points.geometry.isna() | points.geometry.is_empty)]
    joined = gpd.sjoin_nearest(outside, outlines)
    lowest = lowest.fillna(joined["division_code"].groupby(level=0).min())
    return pd.Series(lowest.to_numpy(), index=places.index, name="division_code", dtype=str)


def county_of(places: gpd.GeoSeries, counties: gpd.GeoDataFrame) -> pd.Series:
    """Return the county-level code of each point, missing outside all counties.

    Parameters
    ----------
    places : GeoSeries of points, EPSG:4490
    counties : GeoDataFrame
        See ``gis.boundaries.COUNTIES``.

    Returns
    -------
    Series of str
        Index as ``places``. A point on a common border gets the lower code.
    """
    points = places.reset_index(drop=True).to_crs(EQUAL_AREA)
    lowest = _holding(points, counties[["division_code", "geometry"]].to_crs(EQUAL_AREA)).reindex(range(len(places)))
    return pd.Series(lowest.to_numpy(), index=places.index, name="county_code", dtype=str)


def _holding(points: gpd.GeoSeries, outlines: gpd.GeoDataFrame) -> pd.Series:
    """Return the lowest code of the areas that hold each point, by position; no entry for a point outside all."""
    pairs = nearness.inside(points, outlines.geometry)
    codes_held = outlines["division_code"].iloc[pairs["area"]].set_axis(pairs["place"])
    return codes_held.groupby(level=0).min()


def distances_m(places: gpd.GeoSeries, divisions: pd.Series, regions: gpd.GeoDataFrame) -> pd.Series:
    """Return how far each point lies from its division, 0 inside, in metres.

    Parameters
    ----------
    places : GeoSeries of points, EPSG:4490
    divisions : Series of str
        A division code a point; index as ``places``.
    regions : GeoDataFrame
        See ``SCHEMA``.

    Returns
    -------
    Series of float
        NaN where the point or the division is missing.
    """
    outlines = regions.to_crs(EQUAL_AREA).set_index("division_code").geometry
    theirs = gpd.GeoSeries(divisions.map(outlines).to_numpy(), crs=EQUAL_AREA)
    distance = places.reset_index(drop=True).to_crs(EQUAL_AREA).distance(theirs, align=False)
    return pd.Series(distance.to_numpy(), index=places.index, name="distance_m")


def beyond_outline(places: gpd.GeoSeries, divisions: pd.Series) -> pd.Series:
    """Return for each point whether its division administers land there beyond its outline (``BEYOND_OUTLINE``)."""
    inside = pd.Series(data=False, index=places.index)
    for code, (west, south, east, north) in BEYOND_OUTLINE.items():
        inside |= (divisions == code) & places.x.between(west, east) & places.y.between(south, north)
    return inside


def declared(texts: pd.Series) -> pd.Series:
    """Return the prefecture's code for what people write as a division, missing where it cannot be told.

    Parameters
    ----------
    texts : Series of str
        A division code of six digits or more, or a name: a prefecture's (with or without its last word), a county's, or
        both together. A county name that two prefectures share says nothing alone and gives a missing code.
    """
    known = _names()
    return texts.map({text: _declared(text, known) for text in texts.dropna().unique()}).astype(str)


def _declared(text: str, known: dict[str, str]) -> str | None:
    plain = "".join(text.split())
    if plain.isascii() and plain.isdigit():
        code = codes.prefecture_of(plain)
        return code if len(plain) >= 6 and code in codes.prefectures() else None  # noqa: PLR2004
    plain = plain.removeprefix(codes.province_name())
    if plain in known:
        return known[plain]
    starts = [code for code, name in codes.prefectures().items() if plain.startswith(name)]
    return starts[0] if starts else None


def _names() -> dict[str, str]:
    """Return prefecture codes by every name that belongs to one prefecture only."""
    owners: dict[str, set[str]] = {}
    for name, code in codes.division_names():
        owners.setdefault(name, set()).add(codes.prefecture_of(code))
    return {name: next(iter(few)) for name, few in owners.items() if len(few) == 1}
