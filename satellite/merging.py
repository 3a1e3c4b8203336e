"""Merging: neighbouring patches of one class that belong to one event are one patch.

What a bureau follows up is an event, not a group of pixels: a burn that a track divides, a site that was dug in two
places. Patches within 50 m whose later dates lie within 28 days are one, as in France's clear-cut alerts (SUFOSAT).
"""

from collections.abc import Callable
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from pandas.api.typing import SeriesGroupBy
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from gis import crs
from gis.crs import STORAGE

WITHIN_M = 50.0
APART_DAYS = 28
_SNAP_DEG = 1e-8
_RULES: tuple[tuple[tuple[str, ...], Callable[[SeriesGroupBy], pd.Series]], ...] = (
    (("area_m2", "pixels"), lambda parts: parts.sum(min_count=1)),
    (("after_on", "holds_to", "probability", "looks", "season_gap_days"), lambda parts: parts.max()),
    # Parts share the points that lie near both, so the most of one part is what the whole has at least.
    (("fire_points",), lambda parts: parts.max()),
    (("before_on", "first_on", "unseen_m", "fire_m"), lambda parts: parts.min()),
    (("area_error_m2",), lambda parts: parts.agg(lambda column: float(np.sqrt(np.square(column).sum())))),
    (("gates",), lambda parts: parts.agg(lambda column: ";".join(dict.fromkeys(";".join(column).split(";"))))),
    (("in_zones",), lambda parts: parts.agg(lambda column: ";".join(sorted(set(";".join(column).split(";")) - {""})))),
)
"""How the parts of a patch are joined where it is not by their mean, weighed by area."""


@dataclass(frozen=True)
class Merged:
    """Patches, each event once, and how many patches went into another."""

    patches: gpd.GeoDataFrame
    absorbed: int


def merge(found: gpd.GeoDataFrame, *, within_m: float = WITHIN_M, apart_days: int = APART_DAYS) -> Merged:
    """Merge neighbouring patches of one class.

    Parameters
    ----------
    found : GeoDataFrame
        See ``patches.SCHEMA``; further columns are kept.
    within_m : float
        Outlines this near or nearer; 0 merges nothing.
    apart_days : int
        Later dates at most so far apart. Two unknown dates agree, an unknown and a known one do not.

    Returns
    -------
    Merged
        The whole keeps the id of its strongest part, so that a re-run, or one more part, changes no number. Areas
        and pixels add up, errors of areas by their squares. Probability, looks, fire points, the gap of seasons and
        ``holds_to`` are the greatest of a part, distances to clouds and fires the least; the day of a fire is that of
        the nearest point. All other figures are means weighed by area. The interval runs from the first earlier to
        the last later date.
    """
    if within_m <= 0 or len(found) < 2:  # noqa: PLR2004 - it takes two
        return Merged(found, 0)
    group = groups(found, within_m, apart_days)
    sizes = np.bincount(group)
    if sizes.max() == 1:
        return Merged(found, 0)
    several = sizes[group] > 1
    made = wholes(found[several], group[several])
    together = gpd.GeoDataFrame(pd.concat([found[~several], made], ignore_index=True), crs=STORAGE)
    ranked = together.sort_values(["score", "patch_id"], ascending=[False, True], ignore_index=True)
    return Merged(ranked, len(found) - len(ranked))


def groups(found: gpd.GeoDataFrame, within_m: float, apart_days: int) -> NDArray[np.int32]:
    """Return which patches are one event: a number a row."""
    outlines = found.geometry.to_crs(crs.metric_for(found)).to_numpy()
    one, other = shapely.STRtree(outlines).query(outlines, predicate="dwithin", distance=within_m)
    kinds, days = found["machine_class"].to_numpy(), found["after_on"].to_numpy("datetime64[D]")
    same = (one < other) & (kinds[one] == kinds[other]) & near_in_time(days[one], days[other], apart_days)
    return linked(one[same], other[same], len(found))


def linked(one: NDArray[np.intp], other: NDArray[np.intp], count: int) -> NDArray[np.int32]:
    """Return a number for each of some rows, the same for all that pairs of rows link."""
    edges = coo_array((np.ones(len(one)), (one, other)), shape=(count, count))
    numbers: NDArray[np.int32] = connected_components(edges, directed=False)[1]
    return numbers


def near_in_time(one: NDArray[np.datetime64], other: NDArray[np.datetime64], apart_days: int) -> NDArray[np.bool_]:
    """Tell where days lie at most so far apart; two unknown ones agree, an unknown and a known one do not."""
    apart = np.abs((one - other).astype("timedelta64[D]").astype(float))
    unknown = np.isnat(one) & np.isnat(other)
    with np.errstate(invalid="ignore"):
        return np.asarray(unknown | (~np.isnat(one) & ~np.isnat(other) & (apart <= apart_days)))


def wholes(parts: gpd.GeoDataFrame, group: NDArray[np.int32]) -> gpd.GeoDataFrame:
    """Join the parts of each group (a number a row), a row a group in the order of the numbers; see ``merge``."""
    order = np.lexsort((parts["patch_id"].to_numpy(str), -parts["score"].to_numpy(dtype=float), group))
    parts, group = parts.iloc[order], group[order]
    starts = np.flatnonzero(np.diff(group, prepend=-1))
    weights = parts["area_m2"].to_numpy(dtype=float)
    made = {str(name): _joined(column, weights, starts) for name, column in parts.items()}
    if "fire_on" in parts:
        # The day of the point that fire_m tells of; of two as near, the earlier one.
        order = np.lexsort((parts["fire_on"].to_numpy("datetime64[us]"), parts["fire_m"].to_numpy(float), group))
        made["fire_on"] = parts["fire_on"].iloc[order[starts]].array
    return gpd.GeoDataFrame(made, crs=parts.crs).astype(dict(parts.dtypes.drop("geometry")))


def _joined(column: pd.Series, weights: NDArray[np.float64], starts: NDArray[np.intp]) -> object:
    """Join one column of parts that lie group by group, the strongest part of each first."""
    name = str(column.name)
    if name == "geometry":
        return [shapely.union_all(shapes, grid_size=_SNAP_DEG) for shapes in np.split(column.to_numpy(), starts[1:])]
    number = np.repeat(np.arange(len(starts)), np.diff(starts, append=len(column)))
    grouped = pd.Series(column.array, name=name).groupby(number)
    if rule := next((rule for names, rule in _RULES if name in names), None):
        return rule(grouped).array
    return _means(column, weights, starts) if pd.api.types.is_float_dtype(column) else column.iloc[starts].array


def _means(column: pd.Series, weights: NDArray[np.float64], starts: NDArray[np.intp]) -> NDArray[np.float64]:
    """Return the means of what is known, weighed, NaN where nothing is."""
    known = column.notna().to_numpy()
    values = np.where(known, column.to_numpy(dtype=float), 0.0)
    total, weight = (np.add.reduceat(each, starts) for each in (values * weights, known * weights))
    return np.divide(total, weight, out=np.full(len(starts), np.nan), where=weight > 0)
