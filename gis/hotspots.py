"""Hotspots: the local Getis-Ord statistic Gi* on a square grid, and how sure one may be of it.

J. K. Ord and A. Getis (1995): Local spatial autocorrelation statistics. Geographical Analysis 27(4), 286-306.
The p-value is exact for counts: given all counts of the map, the sum in a window of k cells is that of k draws without
replacement, so its law depends on k alone and needs neither simulation nor a normal approximation, which flags
18 % of maps that hold no cluster.
"""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray
from scipy import stats

from gis import grids, schema
from gis.crs import STORAGE
from gis.grids import Cells

SCHEMA = schema.table(
    {
        "cell_id": schema.text(unique=True),
        "count": schema.whole(),
        "z": schema.number(nullable=True),
        "p": schema.number(0, 1, nullable=True),
        "p_adjusted": schema.number(0, 1, nullable=True),
        "bin": schema.whole(),
        "geometry": schema.shape("Polygon", "MultiPolygon"),
    }
)
"""``bin`` is +3, +2, +1 (hot at 99, 95, 90 %), 0, or -1 to -3 (cold), by the adjusted p. ``z`` is kept raw."""

LEVELS = (0.10, 0.05, 0.01)

Grid = NDArray[np.float64]


@dataclass(frozen=True)
class Local:
    """Local statistics of a grid; (rows, columns) arrays, NaN outside the area.

    Attributes
    ----------
    z : Gi*, standardised.
    p : two-sided p of the window's sum, by exact randomisation.
    """

    z: Grid
    p: Grid


def gi_star(counts: NDArray[np.int64], inside: NDArray[np.bool_], *, reach: int = 1) -> Local:
    """Return Gi* with binary weights over a square window, the cell itself included, and its exact p.

    Parameters
    ----------
    counts : (rows, columns) int
        Events by cell, not negative.
    inside : (rows, columns) bool
        Cells of the area; others neither count nor are neighbours.
    reach : int
        Cells to each side: 1 gives 3 x 3.

    Returns
    -------
    Local
        All NaN where the counts do not vary.

    Raises
    ------
    ValueError
        If a count is negative or the reach is not positive.
    """
    if reach < 1 or counts.min() < 0:
        raise ValueError("reach is at least 1 and counts are not negative")
    values = np.where(inside, counts, 0).astype(np.int64)
    size = int(inside.sum())
    window = _window_sums(values, reach)
    members = _window_sums(inside.astype(np.int64), reach)
    mean = values.sum() / size
    variance = (values.astype(np.float64) ** 2).sum() / size - mean**2
    if not variance > 0:
        nothing = np.full(counts.shape, np.nan)
        return Local(nothing, nothing.copy())
    spread = np.sqrt(variance * members * (size - members) / (size - 1))
    with np.errstate(invalid="ignore", divide="ignore"):
        z = (window - mean * members) / spread
    p = _exact_p(values[inside], window, members)
    return Local(np.where(inside, z, np.nan), np.where(inside, p, np.nan))


def find(points: gpd.GeoDataFrame, cells: Cells, *, reach: int = 1) -> gpd.GeoDataFrame:
    """Return the cells of an area with their counts, Gi*, p, and the bin that survives false-discovery control.

    Parameters
    ----------
    points : GeoDataFrame
        Events, see ``gis.signals.SCHEMA``.
    cells : Cells
    reach : int
        See ``gi_star``.

    Returns
    -------
    GeoDataFrame
        See ``SCHEMA``, one row a cell, the smallest adjusted p first.
    """
    counts = grids.count(points, cells)
    local = gi_star(counts, cells.inside, reach=reach)
    z, p = local.z[cells.inside], local.p[cells.inside]
    adjusted = p.copy()
    known = np.isfinite(p)
    if known.any():
        adjusted[known] = stats.false_discovery_control(p[known], method="bh")
    columns = {"cell_id": cells.ids(), "count": counts[cells.inside], "z": z, "p": p, "p_adjusted": adjusted}
    table = gpd.GeoDataFrame(columns | {"bin": bins(z, adjusted)}, geometry=cells.outlines().to_numpy(), crs=STORAGE)
    ranked = table.sort_values(["p_adjusted", "p", "cell_id"], ignore_index=True)
    checked: gpd.GeoDataFrame = schema.demand(ranked, SCHEMA, "hotspots")
    return checked


def bins(z: Grid, p_adjusted: Grid) -> NDArray[np.int64]:
    """Return +1, +2, +3 (hot) or -1, -2, -3 (cold) at 90, 95, 99 % by the adjusted p, 0 elsewhere and for NaN."""
    level = sum((p_adjusted <= alpha).astype(np.int64) for alpha in LEVELS)
    return np.asarray(level * np.sign(np.nan_to_num(z)), np.int64)


def _window_sums(values: NDArray[np.int64], reach: int) -> NDArray[np.int64]:
    """Return sums over windows by integer prefix sums: exact, whatever the reach."""
    padded = np.pad(values, ((reach + 1, reach), (reach + 1, reach)))
    prefix = padded.cumsum(axis=0).cumsum(axis=1)
    width = 2 * reach + 1
    return prefix[width:, width:] - prefix[:-width, width:] - prefix[width:, :-width] + prefix[:-width, :-width]


def _exact_p(values: NDArray[np.int64], window: NDArray[np.int64], members: NDArray[np.int64]) -> Grid:
    """Return the two-sided p of every window's sum: twice the smaller tail, ties included, at most 1."""
    p = np.full(window.shape, np.nan)
    for size in np.unique(members[members > 0]):
        below, above = _tails(values, int(size))
        here = members == size
        sums = np.minimum(window[here], len(below) - 1)
        p[here] = np.minimum(1, 2 * np.minimum(below[sums], above[sums]))
    return p


def _tails(values: NDArray[np.int64], draws: int) -> tuple[Grid, Grid]:
    """Return P(sum <= s) and P(sum >= s) of ``draws`` values taken without replacement, for s = 0, 1, ...

    The distinct values are gone through one by one: of m copies among those still to be seen, a hypergeometric number
    is taken. ``law[d, s]`` is the probability that d draws are still to come and the sum so far is s. All terms are
    positive, so small tails keep their digits.
    """
    distinct, copies = np.unique(values, return_counts=True)
    largest = int(np.sort(values)[-draws:].sum())
    law = np.zeros((draws + 1, largest + 1))
    law[draws, 0] = 1.0
    unseen = values.size
    for value, many in zip(distinct.tolist(), copies.tolist(), strict=True):
        law = _take(law, value, many, unseen)
        unseen -= many
    chance = law[0]
    return np.minimum(np.cumsum(chance), 1), np.minimum(np.cumsum(chance[::-1])[::-1], 1)


def _take(law: Grid, value: int, many: int, unseen: int) -> Grid:
    after = np.zeros_like(law)
    for to_come in range(law.shape[0]):
        taken = np.arange(max(0, to_come - (unseen - many)), min(to_come, many) + 1)
        for number, chance in zip(taken.tolist(), stats.hypergeom.pmf(taken, unseen, many, to_come), strict=True):
            step = number * value
            after[to_come - number, step:] += chance * law[to_come, : law.shape[1] - step]
    return after
