"""Lodgings: the places where a team may spend a night."""

import geopandas as gpd
import pandas as pd

from gis import data, schema
from gis import regions as gis_regions
from gis.crs import STORAGE

KINDS = ("seat", "town", "house")

SCHEMA = schema.table(
    {
        "lodging_id": schema.text(unique=True),
        "name_zh": schema.text(),
        "name_en": schema.text(),
        "kind": schema.text(schema.one_of(*KINDS)),
        "geometry": schema.shape("Point"),
    }
)
"""One row a place: the seat of a region, a town taken to have a guest house, or a house of the bureau's own list."""


def shipped(regions: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the seats of the regions and the shipped list of towns within the regions.

    Parameters
    ----------
    regions : GeoDataFrame
        See ``gis.regions.SCHEMA``.

    Returns
    -------
    GeoDataFrame
        See ``SCHEMA``; a seat has its division's code as id.

    Raises
    ------
    TableFaults
        If the regions are not of their schema.
    """
    regions = schema.demand(regions, gis_regions.SCHEMA, "regions")
    towns = pd.DataFrame(data.rows("lodgings"))
    places = gpd.GeoDataFrame(
        towns.drop(columns=["lon", "lat"]).assign(kind="town"),
        geometry=gpd.points_from_xy(towns["lon"].astype(float), towns["lat"].astype(float)),
        crs=STORAGE,
    )
    inside = places[places.within(regions.union_all())]
    table = gpd.GeoDataFrame(pd.concat([seats(regions), inside], ignore_index=True), crs=STORAGE)
    return schema.demand(table, SCHEMA, "lodgings")


def seats(regions: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the seats of the regions alone, see ``SCHEMA``."""
    table = pd.DataFrame(regions[["division_code", "name_zh", "name_en"]]).rename(
        columns={"division_code": "lodging_id"}
    )
    places = gpd.points_from_xy(regions["seat_lon"], regions["seat_lat"])
    return gpd.GeoDataFrame(table.assign(kind="seat").reset_index(drop=True), geometry=places, crs=STORAGE)


def from_rows(rows: pd.DataFrame, regions: gpd.GeoDataFrame, source: str) -> gpd.GeoDataFrame:
    """Return the bureau's own list of houses and, always, the seats.

    Parameters
    ----------
    rows : DataFrame
        Columns ``lodging_id``, ``name``, ``lon`` and ``lat`` (degrees, EPSG:4490).
    regions : GeoDataFrame
    source : str
        What the user calls the table.

    Returns
    -------
    GeoDataFrame
        See ``SCHEMA``.

    Raises
    ------
    TableFaults
        With every fault by row.
    """
    given = schema.demand(rows, _ROWS, source)
    houses = gpd.GeoDataFrame(
        {"lodging_id": given["lodging_id"], "name_zh": given["name"], "name_en": given["name"], "kind": "house"},
        geometry=gpd.points_from_xy(given["lon"], given["lat"]),
        crs=STORAGE,
    )
    own = seats(regions)
    own = own[~own["lodging_id"].isin(houses["lodging_id"])]
    table = gpd.GeoDataFrame(pd.concat([own, houses], ignore_index=True), crs=STORAGE)
    return schema.demand(table, SCHEMA, source)


_ROWS = schema.table(
    {
        "lodging_id": schema.text(unique=True),
        "name": schema.text(),
        "lon": schema.number(-180, 180),
        "lat": schema.number(-90, 90),
    }
)
