"""Corrections: what people have found out about single sites, and how it holds against files that come later.

A place that a person has put right stays, as long as files repeat the place that it was before; a file that says
something new is believed. A site that a person has removed comes back only with a word about it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gis import entries, history
from gis.coordinates import RECORD
from gis.crs import GEODESIC, STORAGE
from gis.errors import WorkbenchError
from gis.history import BEIJING, Event

KEPT, BACK = "corrections.kept_place", "corrections.removed_before"
SAME_M = 1.0
"""Nearer than this is the same place."""


@dataclass(frozen=True)
class Move:
    """Where a site was and where a person has put it: (longitude, latitude) in EPSG:4490."""

    before: tuple[float, float]
    after: tuple[float, float]


def moved(state: gpd.GeoDataFrame, site_id: str, lonlat: tuple[float, float], by: str) -> gpd.GeoDataFrame:
    """Return the changes (``history.CHANGES``) that put a site where a person has found it.

    Parameters
    ----------
    state : GeoDataFrame
        See ``history.STATE``.
    site_id : str
    lonlat : (float, float)
        Degrees of EPSG:4490.
    by : str
        Who; stands in the record of the place.

    Raises
    ------
    WorkbenchError
        ``duplicates.no_site``; ``history.not_moved`` if it lies there already.
    """
    row = site(state, site_id)
    if distance_m(place_of(row), lonlat) < SAME_M:
        raise WorkbenchError("history.not_moved", "{site} stays where it was", site=site_id)
    told = dict(zip(RECORD, (f"{lonlat[0]!r} | {lonlat[1]!r}", "", "cgcs2000", "cgcs2000", by), strict=True))
    after = row.assign(**told).set_geometry(gpd.GeoSeries([shapely.Point(*lonlat)], index=row.index, crs=STORAGE))
    return history.changes(state, after)


def removed(state: gpd.GeoDataFrame, site_id: str) -> gpd.GeoDataFrame:
    """Return the changes (``history.CHANGES``) by which a site leaves the register.

    Raises
    ------
    WorkbenchError
        ``duplicates.no_site``.
    """
    return history.changes(state, site(state, site_id).iloc[:0], [site_id])


def site(state: gpd.GeoDataFrame, site_id: str) -> gpd.GeoDataFrame:
    """Return the one row of a site.

    Raises
    ------
    WorkbenchError
        ``duplicates.no_site`` if the register has none.
    """
    row = state[state["site_id"] == site_id]
    if row.empty:
        raise WorkbenchError("duplicates.no_site", "The register has no site {site}", site=site_id)
    return row


def place_of(row: gpd.GeoDataFrame) -> tuple[float, float]:
    """Return longitude and latitude of the one row of a site."""
    point = row.geometry.iloc[0]
    return float(point.x), float(point.y)


def distance_m(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Return how far two places in degrees lie apart."""
    return float(GEODESIC.inv(*one, *other)[2])


def moves(events: Sequence[Event]) -> dict[str, Move]:
    """Return the latest move of each site that is in force."""
    return {
        str(event.receipt["site"]): Move(_pair(event.receipt["before"]), _pair(event.receipt["after"]))
        for event in history.in_force(events)
        if event.kind == "move"
    }


def removals(events: Sequence[Event]) -> pd.DataFrame:
    """Return the sites that people have removed: site_id, name, event, on, by, why, the latest first."""
    rows = [
        {
            "site_id": str(event.receipt["site"]),
            "name": str(event.receipt["name"]),
            "event": event.number,
            "on": event.act.at.astimezone(BEIJING).strftime("%Y-%m-%d"),
            "by": event.act.by,
            "why": event.act.why,
        }
        for event in history.in_force(events)[::-1]
        if event.kind == "remove"
    ]
    return pd.DataFrame(rows, columns=["site_id", "name", "event", "on", "by", "why"])


def upheld(
    incoming: gpd.GeoDataFrame, state: gpd.GeoDataFrame, known: Mapping[str, Move]
) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Return what a file says, with the places that people have put right where it only repeats the former ones.

    Parameters
    ----------
    incoming : GeoDataFrame
        As ``register.check`` returns it; the index holds the numbers of the rows.
    state : GeoDataFrame
        The register, ``history.STATE``.
    known : mapping
        See ``moves``.

    Returns
    -------
    incoming : GeoDataFrame
    notes : DataFrame
        row, column, code, value: where a place was kept.
    """
    mine = incoming[incoming["site_id"].isin(list(known))]
    held = state[state["site_id"].isin(list(known))].set_index("site_id")
    kept = [
        row
        for row, site_id, point in zip(mine.index, mine["site_id"], mine.geometry, strict=True)
        if site_id in held.index
        and distance_m((held.geometry[site_id].x, held.geometry[site_id].y), known[site_id].after) < SAME_M
        and distance_m((point.x, point.y), known[site_id].before) < SAME_M
    ]
    if not kept:
        return incoming, entries.joined([])
    ours = held.loc[incoming.loc[kept, "site_id"]]
    corrected = incoming.copy()
    points = corrected.geometry.to_numpy().copy()
    points[np.flatnonzero(corrected.index.isin(kept))] = ours.geometry.to_numpy()
    for column in RECORD:
        if column in corrected:
            corrected.loc[kept, column] = ours[column].to_numpy()
    said = [f"{point.x:.6f}, {point.y:.6f}" for point in ours.geometry]
    notes = pd.DataFrame({"row": kept, "column": "lon", "code": KEPT, "value": said})
    return corrected.set_geometry(gpd.GeoSeries(points, index=corrected.index, crs=STORAGE)), notes


def returning(incoming: gpd.GeoDataFrame, state: gpd.GeoDataFrame, gone: pd.DataFrame) -> pd.DataFrame:
    """Return a note (row, column, code, value) for each row whose site a person has removed before (``removals``)."""
    told = {row.site_id: f"{row.on} {row.by}: {row.why}" for row in gone[::-1].itertuples(index=False)}
    back = incoming["site_id"].isin(list(told)) & ~incoming["site_id"].isin(state["site_id"])
    return entries.faults_where(back, "name", BACK, incoming["site_id"].map(told))


def _pair(values: object) -> tuple[float, float]:
    if not isinstance(values, list | tuple):
        raise WorkbenchError("history.broken", "{name} of the register's history was changed or is gone", name="move")
    return float(values[0]), float(values[1])
