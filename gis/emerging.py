"""Emerging hotspots: Gi* of every cell and month, its trend, and which of seventeen patterns a cell follows.

The rules are those that Esri documents (ArcGIS Pro, "How Emerging Hot Spot Analysis works"), with two differences. The
p-value of a bin is exact for counts instead of normal (see ``gis.nulls``), and both answers are kept, with and without
control of false discoveries. Without it chance alone gives many places a pattern, with it next to none; but cold spots
among rare events, and the patterns that hang on them, are then recognised less often.
"""

from dataclasses import dataclass, replace
from typing import TypeVar

import geopandas as gpd
import numpy as np
import pandas as pd
from numba import njit
from numpy.typing import NDArray

from gis import emerging_patterns, emerging_trend, hotspots, nulls, schema, signals
from gis.crs import STORAGE
from gis.emerging_patterns import Patterns
from gis.emerging_trend import Trend
from gis.errors import WorkbenchError
from gis.grids import Tiles
from gis.windows import Around

LEVELS = (0.10, 0.05, 0.01)
FEWEST_STEPS = 10

Whole = NDArray[np.int64]
Real = NDArray[np.float64]
Bins = NDArray[np.int8]

Kind = TypeVar("Kind", np.int8, np.int32)

SCHEMA = schema.table(
    {
        "cell_id": schema.text(unique=True),
        "cases": schema.whole(),
        "pattern": schema.text(schema.one_of(*emerging_patterns.names())),
        "pattern_raw": schema.text(schema.one_of(*emerging_patterns.names())),
        "hot_steps": schema.whole(),
        "cold_steps": schema.whole(),
        "steps": schema.whole(),
        "trend_z": schema.number(),
        "trend_p": schema.number(0, 1),
        "geometry": schema.shape("Polygon", "MultiPolygon"),
    }
)
"""``pattern`` and the steps by bins under control of false discoveries, ``pattern_raw`` without it."""

STEPS = schema.table(
    {
        "cell_id": schema.text(),
        "month": schema.text(),
        "count": schema.whole(),
        "z": schema.number(nullable=True),
        "p": schema.number(0, 1, nullable=True),
        "p_adjusted": schema.number(0, 1, nullable=True),
        "bin": schema.whole(),
        "bin_raw": schema.whole(),
        "few": schema.flag(),
    }
)
"""A row for each cell and month with cases or a bin; ``bin`` is +3 to -3 as in ``gis.hotspots``; ``few`` warns where it
was withheld for want of cases."""


@dataclass(frozen=True)
class Params:
    """How a cube is read.

    Attributes
    ----------
    radius : of the window in cells, see ``gis.grids.Tiles``; 1.5 gives 3 x 3 squares.
    previous : how many earlier steps a window takes in beside its own.
    each_step : set a window against its own step alone instead of the whole cube; then ``previous`` is 0.
    alpha : level of the trend.
    least_cases : windows with fewer cases (hot), or with fewer expected (cold), get a warning instead of a bin, as in
        ``gis.hotspots.Params``.
    """

    radius: float = 1.5
    previous: int = 1
    each_step: bool = False
    alpha: float = 0.05
    least_cases: int = 5


@dataclass(frozen=True)
class Law:
    """Everything that depends on a window's size and sum alone; (m,) each, one row a size and sum.

    Attributes
    ----------
    z, p, p_adjusted : float64; NaN where the counts do not vary.
    bin, bin_raw : int8, +3 to -3 by the adjusted and by the raw p; 0 for want of cases.
    few : bool, whether a bin was withheld for that.
    rank : int32, the order of z; equal where z is.
    """

    z: Real
    p: Real
    p_adjusted: Real
    bin: Bins
    bin_raw: Bins
    few: NDArray[np.bool_]
    rank: NDArray[np.int32]


@dataclass(frozen=True)
class Emerging:
    """What a cube of counts shows.

    Attributes
    ----------
    codes : (steps, n) int32
        Row of ``law`` of each cell and step.
    law : Law
    trend : Trend
        Of z, by cell.
    patterns, patterns_raw : Patterns
        With and without control of false discoveries.
    """

    codes: NDArray[np.int32]
    law: Law
    trend: Trend
    patterns: Patterns
    patterns_raw: Patterns


def analyse(counts: Whole, around: Around, *, params: Params | None = None) -> Emerging:
    """Return Gi*, trend and pattern of each cell.

    Parameters
    ----------
    counts : (steps, n) int
        Not negative.
    around : Around
        Neighbours of the n cells in one step, see ``gis.windows``.
    params : Params, optional

    Raises
    ------
    ValueError
        If counts are negative or not (steps, n).
    WorkbenchError
        ``emerging.too_short`` with fewer than ten steps.
    """
    params = params or Params()
    if counts.ndim != 2 or counts.min() < 0:  # noqa: PLR2004
        raise ValueError("counts are (steps, n) and not negative")
    if len(counts) < FEWEST_STEPS:
        raise WorkbenchError(
            "emerging.too_short", "{steps} steps are too few: {fewest} at least", steps=len(counts), fewest=FEWEST_STEPS
        )
    groups = [slice(t, t + 1) for t in range(len(counts))] if params.each_step else [slice(0, len(counts))]
    previous = 0 if params.each_step else params.previous
    small = counts.astype(np.int32)
    spatial = np.stack([around.sums(step) for step in small]).astype(np.int32)
    codes = np.empty(counts.shape, np.int32)
    laws, begin = [], 0
    for group in groups:
        read = replace(params, previous=previous)
        laws.append(_law(small[group], spatial[group], around.members, read, codes[group]))
        codes[group] += begin
        begin += len(laws[-1].z)
    law = _joined(laws)
    trend = emerging_trend.mann_kendall(_looked_up(law.rank, codes))
    rises = (np.sign(trend.s) * (trend.p < params.alpha)).astype(np.int8)
    return Emerging(
        codes,
        law,
        trend,
        emerging_patterns.classify(_looked_up(law.bin, codes), rises),
        emerging_patterns.classify(_looked_up(law.bin_raw, codes), rises),
    )


def cube(points: gpd.GeoDataFrame, tiles: Tiles) -> tuple[list[str], Whole]:
    """Return the months from the first point to the last ("2024-05", no gap) and the counts (months, n) of n cells.

    Parameters
    ----------
    points : GeoDataFrame
        See ``gis.signals.SCHEMA``; at least one.
    tiles : Tiles
    """
    points = schema.demand(points, signals.SCHEMA, "signals")
    months = pd.period_range(points["seen_on"].min(), points["seen_on"].max(), freq="M")
    step = points["seen_on"].dt.to_period("M").map({month: at for at, month in enumerate(months)}).to_numpy(np.int64)
    place, size = tiles.places(points.geometry), len(tiles.ids())
    flat = np.bincount((step * size + place)[place >= 0], minlength=len(months) * size)
    return [str(month) for month in months], flat.reshape(len(months), size)


def find(
    points: gpd.GeoDataFrame, tiles: Tiles, *, params: Params | None = None
) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Return the pattern of each cell, and its months.

    Parameters
    ----------
    points : GeoDataFrame
        Events, see ``gis.signals.SCHEMA``.
    tiles : Tiles
    params : Params, optional

    Returns
    -------
    cells : GeoDataFrame
        See ``SCHEMA``, one row a cell.
    months : DataFrame
        See ``STEPS``.

    Raises
    ------
    WorkbenchError
        ``emerging.too_short`` with fewer than ten months.
    """
    params = params or Params()
    months, counts = cube(points, tiles)
    found = analyse(counts, tiles.around(params.radius), params=params)
    ids = tiles.ids()
    columns = {
        "cell_id": ids,
        "cases": counts.sum(axis=0),
        "pattern": emerging_patterns.name_of(found.patterns.code),
        "pattern_raw": emerging_patterns.name_of(found.patterns_raw.code),
        "hot_steps": found.patterns.hot,
        "cold_steps": found.patterns.cold,
        "steps": len(months),
        "trend_z": found.trend.z,
        "trend_p": found.trend.p,
    }
    table = gpd.GeoDataFrame(columns, geometry=tiles.outlines().to_numpy(), crs=STORAGE)
    return schema.demand(table, SCHEMA, "emerging"), _steps(found, counts, months, ids)


def _steps(found: Emerging, counts: Whole, months: list[str], ids: NDArray[np.str_]) -> pd.DataFrame:
    law = found.law
    step, cell = np.nonzero((counts > 0) | (_looked_up(law.bin_raw, found.codes) != 0))
    at = found.codes[step, cell]
    columns = {
        "cell_id": ids[cell],
        "month": np.array(months)[step],
        "count": counts[step, cell],
        "z": law.z[at],
        "p": law.p[at],
        "p_adjusted": law.p_adjusted[at],
        "bin": law.bin[at],
        "bin_raw": law.bin_raw[at],
        "few": law.few[at],
    }
    return schema.demand(pd.DataFrame(columns), STEPS, "emerging months")


def _law(
    counts: NDArray[np.int32], spatial: NDArray[np.int32], members: Whole, params: Params, codes: NDArray[np.int32]
) -> Law:
    """Write which size and sum each window has into ``codes``, and return what each of them means."""
    steps, n = counts.shape
    previous = params.previous
    deck = nulls.deck(counts.ravel().astype(np.int64))
    largest = int(spatial.max()) * (1 + min(previous, steps - 1))
    depth = np.minimum(np.arange(steps), previous) + 1
    sizes = np.unique(np.outer(np.unique(depth), np.unique(members)))
    row_of = np.zeros(int(sizes[-1]) + 1, np.int32)
    row_of[sizes] = np.arange(len(sizes), dtype=np.int32)
    emerging_trend.by_parts(
        n, lambda first, last: _encode(spatial, members, previous, row_of, (first, last, largest + 1), codes)
    )
    seen = _histogram(codes, len(sizes) * (largest + 1))
    tails = nulls.exact(deck, sizes, largest)
    distinct, copies = deck.values.astype(np.float64), deck.copies  # noqa: PD011 - a deck is no table
    draws = np.repeat(sizes, largest + 1)
    sums = np.tile(np.arange(largest + 1), len(sizes))
    size, mean = steps * n, float(distinct @ copies) / (steps * n)
    variance = float(distinct**2 @ copies) / size - mean**2
    with np.errstate(invalid="ignore", divide="ignore"):
        z = (sums - mean * draws) / np.sqrt(variance * draws * (size - draws) / (size - 1))
    z[~np.isfinite(z)] = np.nan
    chance = tails.p(draws, sums, "both")
    p, mid = (np.where(np.isnan(z), np.nan, each) for each in (chance.p, chance.mid))
    adjusted = hotspots.adjust_repeated(mid, seen)
    enough = np.where(z > 0, sums, mean * draws) >= params.least_cases
    kept, raw = _bins(z, adjusted), _bins(z, p)
    few = ~enough & ((kept != 0) | (raw != 0))
    return Law(z, p, adjusted, kept * enough, raw * enough, few, np.zeros(len(z), np.int32))


def _joined(laws: list[Law]) -> Law:
    """Return one law of several, with the rank of each z among all; those without z share the lowest."""
    z = np.concatenate([law.z for law in laws])
    rank = np.unique(np.nan_to_num(z, nan=-np.inf), return_inverse=True)[1].astype(np.int32)
    return Law(
        z,
        np.concatenate([law.p for law in laws]),
        np.concatenate([law.p_adjusted for law in laws]),
        np.concatenate([law.bin for law in laws]),
        np.concatenate([law.bin_raw for law in laws]),
        np.concatenate([law.few for law in laws]),
        rank,
    )


def _bins(z: Real, p: Real) -> Bins:
    level = sum((p <= alpha).astype(np.int8) for alpha in LEVELS)
    return np.asarray(level * np.sign(np.nan_to_num(z)), np.int8)


def _looked_up(table: NDArray[Kind], codes: NDArray[np.int32]) -> NDArray[Kind]:
    found = np.empty(codes.shape, table.dtype)

    def part(first: int, last: int) -> None:
        # All codes are rows of the table; to clip them saves the copy that a check would need.
        np.take(table, codes[first:last], out=found[first:last], mode="clip")

    emerging_trend.by_parts(len(codes), part)
    return found


@njit(nogil=True, cache=True)
def _encode(
    spatial: NDArray[np.int32],
    members: Whole,
    previous: int,
    row_of: NDArray[np.int32],
    part: tuple[int, int, int],
    codes: NDArray[np.int32],
) -> None:
    first, last, width = part
    for step in range(spatial.shape[0]):
        depth = min(step, previous) + 1
        for cell in range(first, last):
            total = np.int32(0)
            for back in range(depth):
                total += spatial[step - back, cell]
            codes[step, cell] = row_of[depth * members[cell]] * width + total


@njit(nogil=True, cache=True)
def _histogram(codes: NDArray[np.int32], size: int) -> Whole:
    seen = np.zeros(size, np.int64)
    for step in range(codes.shape[0]):
        for cell in range(codes.shape[1]):
            seen[codes[step, cell]] += 1
    return seen
