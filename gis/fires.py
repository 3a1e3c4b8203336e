"""Fires: points at which satellites saw heat, merged in space and time, with what else may have been hot there.

Several satellites see one fire, and one satellite sees a large fire in several pixels: points whose pixels touch and
whose days are near are one fire. A point is the middle of a pixel, so that a fire is a circle to search, not a place.
A fire at a known source of heat or outside the windows of the straw ban is marked, never dropped: a person decides.
"""

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse import csgraph
from scipy.spatial import cKDTree

from gis import data, schema, signals
from gis.crs import EQUAL_AREA, STORAGE

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

VERDICTS = ("straw_window", "outside_window", "heat_source")

OBSERVED = schema.table(
    {
        **signals.SCHEMA.columns,
        "satellite": schema.text(),
        "instrument": schema.text(),
        "frp_mw": schema.number(0, nullable=True),
    }
)
"""Fire points with who saw them; "" where the file does not say."""

SOURCES = schema.table(
    {
        "source_id": schema.text(unique=True),
        "kind": schema.text(),
        "reach_m": schema.number(0),
        "geometry": schema.shape("Point", "Polygon", "MultiPolygon"),
    }
)
"""Known sources of heat: flares, furnaces, kilns; a point or the ground they stand on."""

SCHEMA = schema.table(
    {
        "fire_id": schema.text(unique=True),
        "first_on": schema.day(),
        "last_on": schema.day(),
        "points": schema.whole(),
        "satellites": schema.whole(),
        "satellite_names": schema.text(),
        "search_m": schema.number(0),
        "frp_mw": schema.number(0, nullable=True),
        "verdict": schema.text(schema.one_of(*VERDICTS)),
        "window": schema.text(nullable=True),
        "source_id": schema.text(nullable=True),
        "source_kind": schema.text(nullable=True),
        "signal_ids": schema.text(),
        "geometry": schema.shape("Point"),
    }
)
"""``search_m``: radius of the circle that holds all pixels of the fire. ``signal_ids``: its points, spaces between."""

SUSPECTS = schema.table(
    {
        "suspect_id": schema.text(unique=True),
        "days": schema.whole(),
        "months": schema.whole(),
        "first_on": schema.day(),
        "last_on": schema.day(),
        "geometry": schema.shape("Point"),
    }
)
"""Places that are hot again and again and stand on no list of sources."""

_HEADINGS = {"satellite": {"satellite"}, "instrument": {"instrument", "sensor"}, "frp_mw": {"frp", "frp_mw"}}
_HALF_DIAGONAL = 0.5 * np.sqrt(2)


@dataclass(frozen=True)
class Params:
    """When points are one fire, and when a place may be a lasting source.

    Attributes
    ----------
    gap_days : points this many days apart or nearer may be one fire.
    slack_m : pixels this far apart or nearer touch.
    suspect_days, suspect_months : seen on so many days, in so many of the twelve months at least.
    """

    gap_days: int = 1
    slack_m: float = 0.0
    suspect_days: int = 10
    suspect_months: int = 6


def from_rows(rows: pd.DataFrame) -> gpd.GeoDataFrame:
    """Return fire points (``OBSERVED``) from rows of a file such as FIRMS offers.

    Raises
    ------
    TableFaults
        See ``gis.signals.from_rows``.

    Notes
    -----
    Two satellites that report one pixel middle on one day are two points: their ids end with the satellite's name.
    """
    named = {
        column: next((name for name in rows if str(name).strip().lower() in known), None)
        for column, known in _HEADINGS.items()
    }
    blank = pd.Series("", index=rows.index)
    satellite, instrument = (
        rows[named[column]].astype(str) if named[column] else blank for column in ("satellite", "instrument")
    )
    power = pd.to_numeric(rows[named["frp_mw"]] if named["frp_mw"] else blank, errors="coerce")
    parts = []
    for (name, sensor), group in rows.groupby([satellite, instrument], sort=True):
        whole = signals.from_rows(group, "fire_point")
        if len(whole) < len(group):  # some repeat a point: each is read by itself, so that its power stays with it
            whole = pd.concat([signals.from_rows(group.loc[[row]], "fire_point") for row in group.index])
        ids = whole["signal_id"] + (f"-{name}" if name else "")
        columns = {"signal_id": ids, "satellite": name, "instrument": sensor, "frp_mw": power[group.index].to_numpy()}
        parts.append(whole.assign(**columns).drop_duplicates("signal_id"))
    return schema.demand(pd.concat(parts, ignore_index=True), OBSERVED, "fire points")


def observed(points: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return signals (``gis.signals.SCHEMA``) as fire points of which nobody says who saw them."""
    fires = points[points["kind"] == "fire_point"]
    return schema.demand(fires.assign(satellite="", instrument="", frp_mw=np.nan), OBSERVED, "fire points")


def sources(enterprises: gpd.GeoDataFrame, own: gpd.GeoDataFrame | None = None) -> gpd.GeoDataFrame:
    """Return the known sources of heat (``SOURCES``): sites of hot trades, and the bureau's own layer.

    Parameters
    ----------
    enterprises : GeoDataFrame
        See ``gis.register.SCHEMA``; which industries are hot stands in gis/data/fires.toml.
    own : GeoDataFrame, optional
        See ``SOURCES``, such as flares of the oil fields as points or the ground they stand on.
    """
    parts = [] if own is None else [own[list(SOURCES.columns)]]
    for trade in data.words("fires")["sources"]:
        sites = enterprises[enterprises["industry_code"].isin(trade["industries"])]
        columns = {"source_id": sites["site_id"], "kind": trade["kind"], "reach_m": float(trade["reach_m"])}
        parts.append(gpd.GeoDataFrame(columns, geometry=sites.geometry, crs=STORAGE))
    return schema.demand(pd.concat(parts, ignore_index=True), SOURCES, "heat sources")


def window_of(day: dt.date) -> str | None:
    """Return the name of the window of the straw ban that holds a day by the rule in force then, None without one."""
    for window in data.words("fires")["windows"]:
        if window["from"] <= day <= window["until"] and window["first"] <= f"{day:%m-%d}" <= window["last"]:
            return str(window["name"])
    return None


def merge(
    points: gpd.GeoDataFrame, known: gpd.GeoDataFrame | None = None, *, params: Params | None = None
) -> gpd.GeoDataFrame:
    """Return the fires that some points are.

    Parameters
    ----------
    points : GeoDataFrame
        See ``OBSERVED``.
    known : GeoDataFrame, optional
        See ``SOURCES``. Points within reach of a source are merged among themselves only, so that a fire in the
        field beside a works is not taken for the works.
    params : Params, optional

    Returns
    -------
    GeoDataFrame
        See ``SCHEMA``; by first day, then id. Each point belongs to one fire. Ids are derived from the points.
    """
    params = params or Params()
    points = schema.demand(points, OBSERVED, "fire points")
    xy, half_m = _plane(points)
    source = _source_of(points, half_m, known)
    fire = _linked(xy, half_m, points["seen_on"], source, params)
    table = _told(points.assign(fire=fire, source=source), known)
    at = _middles(xy, half_m, fire)
    table["search_m"] = pd.Series(np.hypot(*(xy - at[fire]).T) + half_m).groupby(fire).max()
    places = gpd.GeoSeries(gpd.points_from_xy(*at.T), crs=EQUAL_AREA).to_crs(STORAGE)
    fires = gpd.GeoDataFrame(table[[name for name in SCHEMA.columns if name != "geometry"]], geometry=places)
    return schema.demand(fires.sort_values(["first_on", "fire_id"], ignore_index=True), SCHEMA, "fires")


def suspects(
    points: gpd.GeoDataFrame, known: gpd.GeoDataFrame | None = None, *, params: Params | None = None
) -> gpd.GeoDataFrame:
    """Return places that are hot again and again all year, away from known sources: flares and furnaces to look up.

    Straw burns in a few weeks of the year; what is seen in half of the months is something else. Parameters as of
    ``merge``.

    Returns
    -------
    GeoDataFrame
        See ``SUSPECTS``, those seen on most days first.
    """
    params = params or Params()
    points = schema.demand(points, OBSERVED, "fire points")
    xy, half_m = _plane(points)
    free = np.flatnonzero(_source_of(points, half_m, known) < 0)
    near = cKDTree(xy[free]).query_ball_point(xy[free], half_m[free]) if len(free) else []
    seen_on = points["seen_on"].iloc[free]
    days = _distinct(near, (seen_on - seen_on.min()).dt.days.to_numpy())
    months = _distinct(near, seen_on.dt.month.to_numpy())
    left = np.ones(len(free), bool)
    rows = []
    for at in np.lexsort((np.arange(len(free)), -days)):
        if days[at] >= params.suspect_days and months[at] >= params.suspect_months and left[at]:
            left[near[at]] = False
            of, point = seen_on.iloc[near[at]], points.iloc[free[at]]
            name = f"H{_digest(point['signal_id'])}"
            rows.append((name, days[at], months[at], of.min(), of.max(), point["geometry"]))
    table = gpd.GeoDataFrame(pd.DataFrame(rows, columns=list(SUSPECTS.columns)), geometry="geometry", crs=STORAGE)
    return schema.demand(table, SUSPECTS, "suspected sources")


def _distinct(near: Sequence[Sequence[int]], values: Whole) -> Whole:
    """Return how many different values the points near each point have."""
    many = np.array([len(group) for group in near], np.int64)
    owner, member = np.repeat(np.arange(len(many)), many), np.concatenate([*near, []]).astype(np.int64)
    pairs = np.unique(np.column_stack([owner, values[member]]), axis=0)
    return np.bincount(pairs[:, 0], minlength=len(many))


def _plane(points: gpd.GeoDataFrame) -> tuple[Floats, Floats]:
    """Return places (n, 2) in metres and half the diagonal of each pixel."""
    at = points.geometry.to_crs(EQUAL_AREA)
    sizes = data.words("fires")["pixels"]
    pixel_m = points["instrument"].str.upper().map(sizes).fillna(sizes["other"]).to_numpy(np.float64)
    return np.column_stack([at.x, at.y]), _HALF_DIAGONAL * pixel_m


def _source_of(points: gpd.GeoDataFrame, half_m: Floats, known: gpd.GeoDataFrame | None) -> Whole:
    """Return the row of the nearest source that reaches each point's pixel, -1 without one."""
    found = np.full(len(points), -1)
    if known is None or known.empty or points.empty:
        return found
    places, grounds = points.geometry.to_crs(EQUAL_AREA), known.geometry.to_crs(EQUAL_AREA)
    reach_m = known["reach_m"].to_numpy()
    furthest = float(reach_m.max() + half_m.max())
    point, source = grounds.sindex.query(places, predicate="dwithin", distance=furthest)
    apart = places.iloc[point].distance(grounds.iloc[source], align=False).to_numpy()
    within = apart <= reach_m[source] + half_m[point]
    order = np.argsort(-apart[within], kind="stable")  # the nearest is written last and stays
    found[point[within][order]] = source[within][order]
    return found


def _linked(xy: Floats, half_m: Floats, seen_on: pd.Series, source: Whole, params: Params) -> Whole:
    """Return the number of the fire of each point: points are joined whose pixels touch and whose days are near."""
    if not len(xy):
        return np.empty(0, np.int64)
    day = (seen_on - seen_on.min()).dt.days.to_numpy()
    furthest = 2 * half_m.max() + params.slack_m
    # One unit is the furthest that two pixels may touch, or the longest gap of days.
    scaled = np.column_stack([xy / furthest, day / max(params.gap_days, 0.5)])
    one, other = cKDTree(scaled).query_pairs(1 + 1e-9, p=np.inf, output_type="ndarray").T
    apart = np.hypot(*(xy[one] - xy[other]).T)
    joined = (apart <= half_m[one] + half_m[other] + params.slack_m) & (source[one] == source[other])
    links = sparse.coo_array((np.ones(joined.sum()), (one[joined], other[joined])), shape=(len(xy), len(xy)))
    return np.asarray(csgraph.connected_components(links, directed=False)[1], np.int64)


def _middles(xy: Floats, half_m: Floats, fire: Whole) -> Floats:
    """Return the place of each fire in metres; sharper pixels weigh more."""
    weight = half_m**-2.0
    sums = [np.bincount(fire, weights=weight * xy[:, axis]) for axis in (0, 1)]
    return np.column_stack(sums) / np.bincount(fire, weights=weight)[:, None]


def _told(points: gpd.GeoDataFrame, known: gpd.GeoDataFrame | None) -> pd.DataFrame:
    """Return what the points of each fire tell, but its place; the index is the number of the fire."""
    rows = pd.DataFrame(points.drop(columns="geometry")).sort_values(["seen_on", "signal_id"])
    rows["window"] = rows["seen_on"].map({day: window_of(day.date()) for day in rows["seen_on"].unique()})
    rows["name"] = rows["satellite"].where(rows["satellite"] != "")
    grouped = rows.groupby("fire")
    table = grouped.agg(
        first_on=("seen_on", "min"),
        last_on=("seen_on", "max"),
        points=("signal_id", "size"),
        satellites=("name", "nunique"),
        frp_mw=("frp_mw", "max"),
        window=("window", "first"),
        source=("source", "first"),
    )
    table["satellites"] = table["satellites"].clip(lower=1)
    table["satellite_names"] = grouped["name"].agg(lambda names: " ".join(sorted(set(names.dropna()))))
    table["signal_ids"] = grouped["signal_id"].agg(lambda ids: " ".join(sorted(ids)))
    table["fire_id"] = [f"W{_digest(ids)}" for ids in table["signal_ids"]]
    hot = table["source"] >= 0
    table["verdict"] = np.select([hot, table["window"].notna()], ["heat_source", "straw_window"], "outside_window")
    for column, of in (("source_id", "source_id"), ("source_kind", "kind")):
        table[column] = None if known is None else table["source"].map(known[of].reset_index(drop=True))
    return table


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]
