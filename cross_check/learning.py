"""Learning: which clues hold up. Hit rates with their intervals, and places known to be harmless until a day.

Nothing is filtered in silence: a rate reorders, a suppression is shown with its reason and ends by itself.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats
from scipy.spatial import cKDTree

from gis import schema
from gis.crs import metric_for

HITS = ("confirmed", "problem")
MISSES = ("refuted", "lawful", "excluded")
"""States of leads that are an answer; the others are none yet."""

FEWEST = 5
"""With fewer answers there is no percentage."""

RATES = schema.table(
    {
        "value": schema.text(),
        "answers": schema.whole(),
        "hits": schema.whole(),
        "rate": schema.number(0, 1, nullable=True),
        "low": schema.number(0, 1, nullable=True),
        "high": schema.number(0, 1, nullable=True),
        "few": schema.flag(),
    }
)
"""Hit rate by rule, source or area with its 95 % interval; all three missing where answers are ``few``."""

BENIGN = schema.table(
    {
        "benign_id": schema.text(unique=True),
        "reason": schema.text(),
        "until": schema.day(),
        "reach_m": schema.number(0),
        "shown_class": schema.text(nullable=True),
        "geometry": schema.shape("Point"),
    }
)
"""Places known to be harmless, for one class of lead (any, where it is missing), to the day ``until`` included."""

_GRAVE = 3
_NORMAL = 1.959963984540054


@dataclass(frozen=True)
class Params:
    """What is learned from.

    Attributes
    ----------
    fewest : int
        Answers below which no rate is shown or used.
    prior_hits, prior_answers : float
        What counts before the first answer: a rate is drawn toward their ratio.
    benign_after : int
        So many misses at one place, and no hit, make it worth asking whether it is harmless.
    """

    fewest: int = FEWEST
    prior_hits: float = 1.0
    prior_answers: float = 2.0
    benign_after: int = 3


def wilson(hits: NDArray[np.int64], answers: NDArray[np.int64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the 95 % interval of a share after Wilson (1927), both ends; NaN where there is no answer."""
    n = np.where(answers > 0, answers, np.nan)
    share, square = hits / n, _NORMAL**2
    middle = (share + square / (2 * n)) / (1 + square / n)
    half = _NORMAL / (1 + square / n) * np.sqrt(share * (1 - share) / n + square / (4 * n**2))
    return np.clip(middle - half, 0, 1), np.clip(middle + half, 0, 1)


def jeffreys(hits: NDArray[np.int64], answers: NDArray[np.int64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the 95 % interval of a share after Jeffreys, as Brown, Cai and DasGupta (2001) give it.

    At 0 and at all hits the outer end is 0 or 1.
    """
    misses = answers - hits
    low = np.where(hits > 0, stats.beta.ppf(0.025, hits + 0.5, misses + 0.5), 0.0)
    high = np.where(misses > 0, stats.beta.ppf(0.975, hits + 0.5, misses + 0.5), 1.0)
    none = answers == 0
    return np.where(none, np.nan, low), np.where(none, np.nan, high)


def rates(leads: pd.DataFrame, by: str, *, params: Params | None = None) -> pd.DataFrame:
    """Return hit rates (``RATES``) by a column, most answers first.

    Parameters
    ----------
    leads : DataFrame
        state and the column ``by``; leads whose value is missing are left out.
    by : str
        Such as ``"source"``, ``"machine_class"`` or ``"division_code"``.
    params : Params, optional
    """
    params = params or Params()
    told = leads[leads["state"].isin([*HITS, *MISSES]) & leads[by].notna()]
    grouped = told.assign(hit=told["state"].isin(HITS)).groupby(by)["hit"]
    table = pd.DataFrame({"answers": grouped.size(), "hits": grouped.sum()}).astype("int64")
    table = table.rename_axis("value").reset_index()
    few = table["answers"] < params.fewest
    low, high = wilson(table["hits"].to_numpy(), table["answers"].to_numpy())
    table = table.assign(rate=table["hits"] / table["answers"], low=low, high=high, few=few)
    table.loc[few, ["rate", "low", "high"]] = np.nan
    ordered = table.sort_values(["answers", "value"], ascending=[False, True], ignore_index=True)
    return schema.demand(ordered, RATES, "rates")


def confidence(
    leads: pd.DataFrame,
    past: pd.DataFrame,
    by: Sequence[str] = ("source", "machine_class"),
    *,
    params: Params | None = None,
) -> pd.Series:
    """Return how sure each lead is: its own score, drawn to what came of its like.

    Parameters
    ----------
    leads : DataFrame
        score and the columns of ``by``.
    past : DataFrame
        Earlier leads with state and the columns of ``by``.
    by : sequence of str
        What makes leads alike.
    params : Params, optional

    Returns
    -------
    Series of float, 0 to 1
        The score weighs like ``prior_answers`` answers, so that many answers outweigh it and none leaves it alone.
        Below ``fewest`` answers the score stands.
    """
    params = params or Params()
    told = past[past["state"].isin([*HITS, *MISSES])]
    keys = [table[list(by)].fillna("").astype(str).agg("|".join, axis=1) for table in (told, leads)]
    hit = told["state"].isin(HITS).groupby(keys[0]).agg(["sum", "size"]) if len(told) else pd.DataFrame()
    hits = keys[1].map(hit["sum"] if len(hit) else {}).fillna(0)
    answers = keys[1].map(hit["size"] if len(hit) else {}).fillna(0)
    weight = params.prior_answers
    learned = (leads["score"] * weight + hits) / (weight + answers)
    return leads["score"].where(answers < params.fewest, learned).clip(0, 1)


def picked(sure: pd.Series, most: int, rng: np.random.Generator, *, explore: float = 1 / 6) -> pd.DataFrame:
    """Return which leads to check with so many hands: the surest, and some drawn from the others.

    A tool that only checks what it believes never finds out that it is wrong; the drawn ones keep every rule and source
    under test.

    Parameters
    ----------
    sure : Series of float
        Confidence by lead; NaN is left out.
    most : int
    rng : Generator
    explore : float
        Share of the hands that goes to drawn ones, rounded down.

    Returns
    -------
    DataFrame
        Index as picked, the surest first; ``drawn`` says which came by the draw.
    """
    order = sure.dropna().sort_values(ascending=False, kind="stable").index
    drawn = min(int(most * explore), max(len(order) - most, 0))
    best, others = order[: most - drawn], order[most - drawn :]
    chance = rng.choice(len(others), drawn, replace=False) if drawn else np.zeros(0, int)
    index = best.append(others[np.sort(chance)])
    return pd.DataFrame({"drawn": np.arange(len(index)) >= len(best)}, index=index)


def suppressed(leads: gpd.GeoDataFrame, benign: gpd.GeoDataFrame, *, on: dt.date) -> pd.DataFrame:
    """Say which leads lie at a place known to be harmless on a day; none is taken away.

    Parameters
    ----------
    leads : GeoDataFrame
        shown_class, severity, points in EPSG:4490.
    benign : GeoDataFrame
        See ``BENIGN``.
    on : date

    Returns
    -------
    DataFrame
        benign_id, reason, until; index as ``leads``, missing where nothing applies. A lead of another class than the
        place is known for, or a grave one (3), is never suppressed.
    """
    table = pd.DataFrame({"benign_id": None, "reason": None, "until": pd.NaT}, index=leads.index)
    valid = benign[benign["until"] >= pd.Timestamp(on)].sort_values("benign_id", ignore_index=True)
    if valid.empty or leads.empty:
        return table
    system = metric_for(leads)
    theirs, ours = valid.geometry.to_crs(system), leads.geometry.to_crs(system)
    tree = cKDTree(np.column_stack([ours.x, ours.y]))
    hits = tree.query_ball_point(np.column_stack([theirs.x, theirs.y]), valid["reach_m"].to_numpy())
    for place, found in zip(valid.itertuples(), hits, strict=True):
        near = leads.iloc[sorted(found)]
        known = pd.isna(place.shown_class) | (near["shown_class"] == place.shown_class)
        rows = near.index[known & (near["severity"] < _GRAVE)]
        table.loc[rows, ["benign_id", "reason"]] = [place.benign_id, place.reason]
        table.loc[rows, "until"] = place.until
    return table


def telling(leads: gpd.GeoDataFrame, benign: gpd.GeoDataFrame, *, on: dt.date) -> gpd.GeoDataFrame:
    """Return the leads whose answers tell of their rule: those at harmless places tell of the place alone."""
    return leads[suppressed(leads, benign, on=on)["reason"].isna()]


def worth_asking(leads: gpd.GeoDataFrame, *, within_m: float = 200.0, params: Params | None = None) -> gpd.GeoDataFrame:
    """Return places where clues of one class never held up: worth asking whether they are harmless.

    Parameters
    ----------
    leads : GeoDataFrame
        lead_id, shown_class, state, points in EPSG:4490.
    within_m : float
    params : Params, optional

    Returns
    -------
    GeoDataFrame
        shown_class, misses, lead_ids (joined with ``;``), geometry; by falling misses. A person decides.
    """
    params = params or Params()
    told = leads[leads["state"].isin([*HITS, *MISSES]) & leads["shown_class"].notna()].reset_index(drop=True)
    rows = []
    for kind, same in told.groupby("shown_class"):
        at = same.geometry.to_crs(metric_for(same))
        points = np.column_stack([at.x, at.y])
        misses, left = same["state"].isin(MISSES).to_numpy(), np.ones(len(same), bool)
        for place, around in enumerate(cKDTree(points).query_ball_point(points, within_m)):
            near = np.array(around)
            if left[place] and misses[near].all() and len(near) >= params.benign_after:
                left[near] = False
                ids = ";".join(sorted(same["lead_id"].iloc[near]))
                middle = same.geometry.iloc[place]
                rows.append({"shown_class": kind, "misses": len(near), "lead_ids": ids, "geometry": middle})
    columns = ["shown_class", "misses", "lead_ids", "geometry"]
    found = gpd.GeoDataFrame(rows, columns=columns, geometry="geometry", crs=leads.crs)
    return found.sort_values("misses", ascending=False, ignore_index=True)
