"""Matches: leads that may be one thing, with distance and days between. A person decides; both numbers stay."""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd

from gis import schema
from gis.crs import metric_for

SUGGESTED = schema.table(
    {
        "left_id": schema.text(),
        "right_id": schema.text(),
        "distance_m": schema.number(0),
        "days": schema.whole(),
        "same_site": schema.flag(),
        "same_class": schema.flag(),
        "score": schema.number(0, 1),
    }
)
"""Pairs by falling score. ``distance_m``: between the points, less what both may be off; ``days`` between both days."""


@dataclass(frozen=True)
class Params:
    """When two leads may be one.

    Attributes
    ----------
    within_m : float
        Points this near, less what they may be off, in metres.
    days : int
        Seen within so many days of each other.
    reach_most_m : float
        What a lead may be off counts up to this, so that a hot cell of kilometres does not swallow its surroundings.
    """

    within_m: float = 300.0
    days: int = 45
    reach_most_m: float = 1000.0


def suggest(leads: gpd.GeoDataFrame, *, params: Params | None = None) -> pd.DataFrame:
    """Return pairs of leads that may be one (``SUGGESTED``).

    Parameters
    ----------
    leads : GeoDataFrame
        lead_id, seen_on, reach_m, site_id, shown_class (may be missing), points in EPSG:4490.
    params : Params, optional

    Returns
    -------
    DataFrame
        Each pair once, the lead seen first on the left: it keeps its number first. Classes that are both known and
        differ halve the score.
    """
    params = params or Params()
    if len(leads) < 2:  # noqa: PLR2004 -- a pair
        return schema.demand(pd.DataFrame(columns=list(SUGGESTED.columns)), SUGGESTED, "matches")
    leads = leads.sort_values(["seen_on", "lead_id"], ignore_index=True)
    at = leads.geometry.to_crs(metric_for(leads))
    points = np.column_stack([at.x, at.y])
    reach = leads["reach_m"].clip(upper=params.reach_most_m).to_numpy()
    # Every command on leads names this module; few look for matches.
    from scipy.spatial import cKDTree

    pairs = cKDTree(points).query_pairs(params.within_m + 2 * reach.max(), output_type="ndarray")
    left, right = np.sort(pairs, axis=1).T if len(pairs) else np.zeros((2, 0), int)
    apart = np.hypot(*(points[left] - points[right]).T) - reach[left] - reach[right]
    days = (leads["seen_on"].to_numpy()[right] - leads["seen_on"].to_numpy()[left]) / np.timedelta64(1, "D")
    near = (apart <= params.within_m) & (days <= params.days)
    left, right, apart, days = left[near], right[near], np.maximum(apart[near], 0), days[near]
    table = pd.DataFrame({"left_id": leads["lead_id"].to_numpy()[left], "right_id": leads["lead_id"].to_numpy()[right]})
    table = table.assign(distance_m=apart, days=days.astype(int))
    table["same_site"] = _same(leads["site_id"], left, right)
    known = leads["shown_class"].notna().to_numpy()
    table["same_class"] = _same(leads["shown_class"], left, right)
    differs = known[left] & known[right] & ~table["same_class"].to_numpy()
    closeness = (1 - apart / (2 * params.within_m)) * (1 - days / (2 * params.days))
    table["score"] = np.clip((closeness + 0.2 * table["same_site"]) / 1.2 * np.where(differs, 0.5, 1.0), 0, 1)
    ordered = table.sort_values(["score", "left_id", "right_id"], ascending=[False, True, True], ignore_index=True)
    return schema.demand(ordered, SUGGESTED, "matches")


def _same(values: pd.Series, left: np.ndarray, right: np.ndarray) -> np.ndarray:
    plain = values.fillna("").to_numpy(dtype=object)
    same: np.ndarray = (plain[left] == plain[right]) & (plain[left] != "")
    return same.astype(bool)
