"""The scan of dated points: cells of a grid as places, days or weeks as steps, and each cluster as a row.

Three questions, three models. The permutation asks whether events came together in place and time, given how many each
cell and each step has: the one for watching, for it needs no population. Poisson asks whether a cell has more than its
exposure explains. Bernoulli asks whether a cell has more of its events within the period than others have.
"""

import datetime as dt
import hashlib
from dataclasses import dataclass, field

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gis import scan, schema, signals
from gis.crs import EQUAL_AREA, STORAGE
from gis.errors import WorkbenchError
from gis.grids import Tiles
from gis.scan import Cluster, Found

SCHEMA = schema.table(
    {
        "cluster_id": schema.text(unique=True),
        "rank": schema.whole(),
        "first_on": schema.day(),
        "last_on": schema.day(),
        "cells": schema.whole(),
        "radius_m": schema.number(0),
        "cases": schema.whole(),
        "expected": schema.number(0),
        "relative_risk": schema.number(0),
        "ratio": schema.number(0),
        "p": schema.number(0, 1),
        "p_gumbel": schema.number(0, 1, nullable=True),
        "recurrence_days": schema.number(0, nullable=True),
        "cell_ids": schema.text(),
        "geometry": schema.shape("Polygon", "MultiPolygon"),
    }
)
"""A row for each cluster, the strongest first. ``ratio``: log-likelihood ratio. ``recurrence_days``: how often a watch
that looks once a step would see as strong a cluster by chance; only of a prospective scan. ``cell_ids``: parted by
spaces, the centre first. The geometry is the circle around the middles of its cells, half a cell wider."""

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]


@dataclass(frozen=True)
class Order:
    """What is scanned.

    Attributes
    ----------
    first, last : first and last day of the period, both included.
    model : one of ``scan.MODELS``.
    step_days : length of a step of the permutation.
    exposure : (all cells,) float, what the cases of each cell are in proportion to; alike in all cells if None. For
        Poisson only; cells without exposure are left out together with their cases.
    params : scan.Params
    """

    first: dt.date
    last: dt.date
    model: str = "permutation"
    step_days: int = 7
    exposure: Floats | None = None
    params: scan.Params = field(default_factory=lambda: scan.Params(radius_m=30_000.0))


@dataclass(frozen=True)
class Scanned:
    """A scan of points.

    Attributes
    ----------
    table : GeoDataFrame
        The clusters, see ``SCHEMA``.
    found : Found
        The scan itself; its places are the scanned cells.
    cells : (n,) int64
        Positions of the scanned cells among all.
    events : number of points that were scanned.
    """

    table: gpd.GeoDataFrame
    found: Found
    cells: Whole
    events: int


def find(points: gpd.GeoDataFrame, tiles: Tiles, order: Order, *, rng: np.random.Generator) -> Scanned:
    """Return the clusters among some points.

    Parameters
    ----------
    points : GeoDataFrame
        See ``gis.signals.SCHEMA``; for Bernoulli the events outside the period are the controls.
    tiles : Tiles
    order : Order
    rng : Generator

    Raises
    ------
    WorkbenchError
        ``scan.no_events`` if the period holds none, ``scan.no_controls`` if Bernoulli has nothing to compare with,
        ``scan.short`` if the permutation has fewer than two steps.
    ValueError
        If the model is not one of ``scan.MODELS``.
    """
    if order.model not in scan.MODELS:
        raise ValueError(f"the model is one of {scan.MODELS}, not {order.model!r}")
    points = schema.demand(points, signals.SCHEMA, "signals")
    cell = tiles.places(points.geometry)
    day = (points["seen_on"] - pd.Timestamp(order.first)).dt.days.to_numpy()
    days = (order.last - order.first).days + 1
    now = (cell >= 0) & (day >= 0) & (day < days)
    if not now.any():
        raise WorkbenchError("scan.no_events", "The period holds no event to scan")
    if order.model == "permutation":
        chosen, found = _permutation(cell[now], day[now], days, tiles, order, rng)
    elif order.model == "poisson":
        chosen, found = _poisson(cell[now], tiles, order, rng)
    else:
        chosen, found = _bernoulli(cell[now], cell[(cell >= 0) & ~now], tiles, order, rng)
    return Scanned(_table(found, chosen, tiles, order), found, chosen, int(now.sum()))


def middles(tiles: Tiles) -> Floats:
    """Return the middles of the cells, (n, 2) in metres of the equal-area system, to the centimetre.

    Rounding undoes what the way through degrees adds, so that squares at one distance stay at one distance.
    """
    at = tiles.outlines().to_crs(EQUAL_AREA).centroid
    return np.column_stack([at.x, at.y]).round(2)


def _permutation(
    cell: Whole, day: Whole, days: int, tiles: Tiles, order: Order, rng: np.random.Generator
) -> tuple[Whole, Found]:
    # Steps are counted back from the last day, so that what is alive now fills its step.
    steps = days // order.step_days
    if steps < 2:  # noqa: PLR2004
        raise WorkbenchError("scan.short", "{days} days hold fewer than two steps", days=days)
    step = steps - 1 - (days - 1 - day) // order.step_days
    chosen, row = np.unique(cell[step >= 0], return_inverse=True)
    counts = np.zeros((len(chosen), steps), np.int64)
    np.add.at(counts, (row, step[step >= 0]), 1)
    return chosen, scan.permutation(counts, middles(tiles)[chosen], rng=rng, params=order.params)


def _poisson(cell: Whole, tiles: Tiles, order: Order, rng: np.random.Generator) -> tuple[Whole, Found]:
    size = len(tiles.ids())
    exposure = np.ones(size) if order.exposure is None else order.exposure
    counts = np.bincount(cell, minlength=size)
    chosen = np.flatnonzero(exposure > 0)
    if not counts[chosen].any():
        raise WorkbenchError("scan.no_events", "The period holds no event to scan")
    places = middles(tiles)[chosen]
    return chosen, scan.poisson(counts[chosen], exposure[chosen], places, rng=rng, params=order.params)


def _bernoulli(
    cell: Whole, control: Whole, tiles: Tiles, order: Order, rng: np.random.Generator
) -> tuple[Whole, Found]:
    if not len(control):
        raise WorkbenchError("scan.no_controls", "There is no event outside the period to compare with")
    size = len(tiles.ids())
    counts, controls = np.bincount(cell, minlength=size), np.bincount(control, minlength=size)
    chosen = np.flatnonzero(counts + controls)
    places = middles(tiles)[chosen]
    return chosen, scan.bernoulli(counts[chosen], controls[chosen], places, rng=rng, params=order.params)


def _table(found: Found, chosen: Whole, tiles: Tiles, order: Order) -> gpd.GeoDataFrame:
    ids, places = tiles.ids()[chosen], middles(tiles)[chosen]
    rows = [_row(cluster, rank, ids, order) for rank, cluster in enumerate(found.clusters, start=1)]
    half_m = np.sqrt(tiles.areas_m2()[chosen]) / 2
    circles = [
        shapely.Point(places[cluster.members[0]]).buffer(cluster.radius_m + half_m[cluster.members[0]])
        for cluster in found.clusters
    ]
    columns = [name for name in SCHEMA.columns if name != "geometry"]
    outlines = gpd.GeoSeries(circles, crs=EQUAL_AREA).to_crs(STORAGE).to_numpy()
    table = gpd.GeoDataFrame(pd.DataFrame(rows, columns=columns), geometry=outlines, crs=STORAGE)
    return schema.demand(table, SCHEMA, "clusters")


def _row(cluster: Cluster, rank: int, ids: NDArray[np.str_], order: Order) -> tuple[object, ...]:
    first, last = _days(cluster, order)
    names = " ".join(ids[cluster.members])
    digest = hashlib.sha256(f"{order.model}|{first}|{last}|{names}".encode()).hexdigest()[:12]
    least = cluster.p if np.isnan(cluster.p_gumbel) else min(cluster.p, max(cluster.p_gumbel, np.finfo(float).tiny))
    return (
        f"C{digest}",
        rank,
        pd.Timestamp(first),
        pd.Timestamp(last),
        len(cluster.members),
        cluster.radius_m,
        cluster.cases,
        cluster.expected,
        cluster.relative_risk,
        cluster.ratio,
        cluster.p,
        cluster.p_gumbel,
        order.step_days / least if order.params.prospective and order.model == "permutation" else np.nan,
        names,
    )


def _days(cluster: Cluster, order: Order) -> tuple[dt.date, dt.date]:
    """Return the first and last day of a cluster; without steps those of the period."""
    if order.model != "permutation":
        return order.first, order.last
    steps = ((order.last - order.first).days + 1) // order.step_days
    begin = order.last - dt.timedelta(days=steps * order.step_days - 1)
    first = begin + dt.timedelta(days=cluster.first * order.step_days)
    return first, begin + dt.timedelta(days=(cluster.last + 1) * order.step_days - 1)
