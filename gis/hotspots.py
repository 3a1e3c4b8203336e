"""Hotspots: cells where events gather more than chance explains, and how sure one may be of it.

A cell is coloured if three locks open. Its window holds more than the exact law of chance lets expect (``gis.gistar``,
``gis.moran``); it does so after correction for the number of windows looked at; and the map as a whole differs from the
same counts in random places (``gis.mapwide``). Without the last two, raw p-maps are mostly false: on maps that hold no
cluster, the usual normal z with false-discovery control shows something in 18 of 100.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import geopandas as gpd
import numpy as np
import pandera.pandas as pa
from numpy.typing import NDArray

from gis import gistar, grids, mapwide, moran, schema, signals
from gis.crs import STORAGE
from gis.errors import WorkbenchError
from gis.gistar import Excess
from gis.grids import Tiles
from gis.nulls import Tail
from gis.windows import Around, Lattice, square

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
    | {
        name: pa.Column(kind, nullable=True, required=False, coerce=True)
        for name, kind in {
            "radius": "float64",
            "window_count": "int64",
            "expected": "float64",
            "exposure": "float64",
            "few": bool,
            "pattern": str,
            "p_map": "float64",
            "value": "float64",
        }.items()
    }
)
"""``bin`` is +3, +2, +1 (hot at 99, 95, 90 %), 0, or -1 to -3 (cold), by the adjusted p and that of the map. ``z`` and
``p`` are raw, of the window that stands out most; ``radius`` says which, and ``window_count`` and ``expected`` what
lies in it. ``few`` warns where a colour was withheld for want of cases. ``pattern`` is one of ``moran.PATTERNS``.
``value`` is there for measured values, see ``gis.measures``."""

LEVELS = (0.10, 0.05, 0.01)

Grid = NDArray[np.float64]
Counts = NDArray[np.int64]


@dataclass(frozen=True)
class Params:
    """How to look for hotspots.

    Attributes
    ----------
    radii : tuple of float
        Radii of the windows, in cells: 1.5 is 3 x 3. On hexagons and polygons, whole steps.
    statistic : {"gi", "moran"}
        Gi* tests the sum of a window, local Moran's I whether a cell that is high has high neighbours.
    tail : {"hot", "cold", "both"}
        What is looked for. Looking for both costs power.
    method : {"bh", "by"}
        Benjamini-Hochberg, or Benjamini-Yekutieli, which holds under any dependence and finds less.
    least_cases : int
        Windows with fewer cases (hot), or with fewer expected (cold), get a warning instead of a colour.
    deals : int
        Random deals for the p of the whole map; 0 leaves it out.
    seed : int
        Of the deals.
    """

    radii: tuple[float, ...] = (1.5, 3.0)
    statistic: Literal["gi", "moran"] = "gi"
    tail: Tail = "hot"
    method: Literal["bh", "by"] = "bh"
    least_cases: int = 5
    deals: int = mapwide.DEALS
    seed: int = 20_210_406


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


@dataclass(frozen=True)
class Found:
    """What was found in n cells: arrays of shape (n,), see ``SCHEMA``; ``p_map`` is NaN if not asked for."""

    z: Grid
    p: Grid
    p_adjusted: Grid
    bin: Counts
    few: NDArray[np.bool_]
    radius: Grid
    window_count: Counts
    expected: Grid
    p_map: float


def gi_star(counts: Counts, inside: NDArray[np.bool_], *, reach: int = 1) -> Local:
    """Return Gi* over a square window on a grid, the cell itself included, and its exact two-sided p.

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
    found = gistar.of_counts(counts[inside].astype(np.int64), Lattice(inside, square(reach)))
    z, p = np.full(counts.shape, np.nan), np.full(counts.shape, np.nan)
    z[inside], p[inside] = found.z, found.p
    return Local(z, p)


def find(
    points: gpd.GeoDataFrame, tiles: Tiles, *, params: Params | None = None, exposure: Grid | None = None
) -> gpd.GeoDataFrame:
    """Return the cells of an area with their counts, the local statistic, p, and the bin that survives correction.

    Parameters
    ----------
    points : GeoDataFrame
        Events, see ``gis.signals.SCHEMA``.
    tiles : Tiles
        Squares, hexagons or polygons of ``gis.grids``.
    params : Params, optional
    exposure : (n,) float64, optional
        What cases are expected in proportion to: area, enterprises, people. Squares of one size need none.

    Returns
    -------
    GeoDataFrame
        See ``SCHEMA``, one row a cell, the smallest adjusted p first.

    Raises
    ------
    WorkbenchError
        ``hotspots.no_rates`` if local Moran's I is asked for together with an exposure, ``hotspots.too_many``.
    """
    params = params or Params()
    checked = schema.demand(points, signals.SCHEMA, "signals")
    counts = grids.tally(tiles.places(checked.geometry), tiles).astype(np.int64)
    return table(counts, tiles, params=params, exposure=exposure)


def table(counts: Counts, tiles: Tiles, *, params: Params, exposure: Grid | None = None) -> gpd.GeoDataFrame:
    """Return cells whose cases are counted already, (n,) int64, as ``find`` does.

    Raises
    ------
    WorkbenchError
        As ``find``.
    """
    arounds = [tiles.around(radius) for radius in params.radii]
    columns = {"cell_id": tiles.ids(), "count": counts, **vars(judge(counts, arounds, params, exposure=exposure))}
    columns["exposure"] = np.full(counts.size, np.nan) if exposure is None else exposure
    columns["pattern"] = _patterns(counts, arounds[0], params)
    made = gpd.GeoDataFrame(columns, geometry=tiles.outlines().to_numpy(), crs=STORAGE)
    ranked = made.sort_values(["p_adjusted", "p", "cell_id"], ignore_index=True)
    result: gpd.GeoDataFrame = schema.demand(
        ranked[[name for name in SCHEMA.columns if name in ranked]], SCHEMA, "hotspots"
    )
    return result


def judge(counts: Counts, arounds: list[Around], params: Params, *, exposure: Grid | None = None) -> Found:
    """Return what stands out among n cells; ``find`` without geometry.

    Parameters
    ----------
    counts : (n,) int64, not negative
    arounds : list of Around
        One for each radius of ``params``.
    params : Params
    exposure : (n,) float64, optional

    Raises
    ------
    WorkbenchError
        ``hotspots.no_rates`` if local Moran's I is asked for together with an exposure.
    """
    if exposure is not None and params.statistic == "moran":
        raise WorkbenchError("hotspots.no_rates", "Local Moran's I takes counts without an exposure")
    looks = [_look(counts, around, params, exposure) for around in arounds]
    settled = settle(looks, params, lambda: _p_map(counts, arounds, params, exposure), own=counts)
    sums, expected = settled.best([look.sums for look in looks]), settled.best([look.expected for look in looks])
    few = (settled.level != 0) & (np.where(settled.level > 0, sums, expected) < params.least_cases)
    return settled.found(looks, params, few=few, window_count=sums.astype(np.int64))


@dataclass(frozen=True)
class Settled:
    """Which window of each of n cells stands out most, and which colour its p and the map's allow.

    Attributes
    ----------
    window : (n,) int64, position of the window among those looked at.
    p_adjusted : (n,) float64
    level : (n,) int64, as ``bin`` of ``SCHEMA`` before cases are counted.
    p_map : float
    """

    window: Counts
    p_adjusted: Grid
    level: Counts
    p_map: float

    def best(self, rows: Sequence[NDArray[Any]]) -> Grid:
        """Return, of one row of n figures a window, those of each cell's own."""
        return np.stack(rows)[self.window, np.arange(self.window.size)].astype(np.float64)

    def found(self, looks: Sequence[Excess], params: Params, *, few: NDArray[np.bool_], window_count: Counts) -> Found:
        """Return what was found, cells with too few cases without a colour."""
        return Found(
            z=self.best([look.z for look in looks]),
            p=self.best([look.p for look in looks]),
            p_adjusted=self.p_adjusted,
            bin=np.where(few, 0, self.level),
            few=few,
            radius=np.array(params.radii)[self.window],
            window_count=window_count,
            expected=self.best([look.expected for look in looks]),
            p_map=self.p_map,
        )


def settle(
    looks: Sequence[Excess], params: Params, chance_of_map: Callable[[], float], *, own: NDArray[Any]
) -> Settled:
    """Correct the p of all windows together, take the best of each cell, and ask the whole map where one is coloured.

    Parameters
    ----------
    looks : sequence of Excess
        One a window.
    params : Params
    chance_of_map : callable
        Returns the p of the whole map; asked only if some cell would get a colour.
    own : (n,)
        The cells' own counts or values: under Moran's I a cell counts if it is high or low itself.
    """
    adjusted = np.reshape(adjust(np.concatenate([look.p_mid for look in looks]), params.method), (len(looks), -1))
    adjusted = np.fmax(adjusted, [look.p for look in looks])
    best = np.argmin(np.where(np.isnan(adjusted), np.inf, adjusted), axis=0)
    cell = np.arange(own.size)
    signs = np.stack([look.sums - look.expected for look in looks])[best, cell]
    if params.statistic == "moran":
        signs = np.where((own > own.mean()) == (signs > 0), signs, 0.0)
    level = bins(signs, adjusted[best, cell])
    p_map = np.nan
    if params.deals and level.any():
        p_map = chance_of_map()
        level = np.clip(level, -level_of(p_map), level_of(p_map))
    return Settled(best.astype(np.int64), adjusted[best, cell], level, p_map)


def adjust(p: Grid, method: Literal["bh", "by"] = "bh") -> Grid:
    """Return p adjusted for the number of tests so that the share of false discoveries is controlled; NaN stays NaN.

    Y. Benjamini and Y. Hochberg (1995), Y. Benjamini and D. Yekutieli (2001).
    """
    return adjust_repeated(p.ravel(), np.ones(p.size, np.int64), method).reshape(p.shape)


def adjust_repeated(p: Grid, times: Counts, method: Literal["bh", "by"] = "bh") -> Grid:
    """Return what ``adjust`` gives for p-values that stand for many tests each; NaN stays NaN.

    Parameters
    ----------
    p : (m,) float64
    times : (m,) int64
        Tests that each p stands for; one that stands for none is NaN.
    method : {"bh", "by"}
    """
    adjusted = np.full(p.shape, np.nan)
    known = np.flatnonzero((times > 0) & np.isfinite(p))
    order = known[np.argsort(p[known], kind="stable")]
    tests = int(times[known].sum())
    larger = p[order] * (tests / np.cumsum(times[order]))
    if method == "by":
        larger *= np.sum(1 / np.arange(1, tests + 1))
    adjusted[order] = np.minimum(1, np.minimum.accumulate(larger[::-1])[::-1])
    return adjusted


def level_of(p: float) -> int:
    """Return 3, 2, 1 or 0: the most that a colour may say if the map as a whole has this p."""
    return sum(p <= alpha for alpha in LEVELS)


def bins(z: Grid, p_adjusted: Grid) -> Counts:
    """Return +1, +2, +3 (hot) or -1, -2, -3 (cold) at 90, 95, 99 % by the adjusted p, 0 elsewhere and for NaN."""
    level = sum((p_adjusted <= alpha).astype(np.int64) for alpha in LEVELS)
    return np.asarray(level * np.sign(np.nan_to_num(z)), np.int64)


def _look(counts: Counts, around: Around, params: Params, exposure: Grid | None) -> Excess:
    if exposure is not None:
        return gistar.of_exposed(counts, exposure, around, tail=params.tail)
    return gistar.of_counts(counts, around, tail=params.tail, own_stays=params.statistic == "moran")


def _p_map(counts: Counts, arounds: list[Around], params: Params, exposure: Grid | None) -> float:
    rng = np.random.default_rng(params.seed)
    if exposure is not None:
        return mapwide.of_exposed(counts, exposure, arounds, rng, tail=params.tail, deals=params.deals)
    return mapwide.of_counts(counts, arounds, rng, tail=params.tail, deals=params.deals)


def _patterns(counts: Counts, around: Around, params: Params) -> NDArray[np.str_]:
    if params.statistic == "gi":
        return np.full(counts.size, moran.PATTERNS[0])
    return np.array(moran.PATTERNS)[moran.of_counts(counts, around, tail=params.tail).quadrant]
