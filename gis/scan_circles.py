"""Circles of the scan: around every place its neighbours from near to far, ring by ring.

A circle holds everything on its rim: places at one distance of the centre enter together, and two distances are one
when they differ by less than a billionth. So a result does not depend on the order of the rows. (SaTScan lets tied
places enter one by one in an order of its own; on exact grids its best circle may hold part of a ring.)
"""

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Index = NDArray[np.int64]

EARTH_M = 6_367_000.0
"""Radius of the sphere on which SaTScan measures."""

_SAME = 1e-9
_ROOM = 64
_TIMES = 2.0
THREADS = os.cpu_count() or 1
"""How many parts are worked on side by side; no result depends on it."""


@dataclass(frozen=True)
class Circles:
    """The circles around each of n places.

    Attributes
    ----------
    start : (n + 1,) int64
        Where the neighbours of each centre begin in ``reached``.
    reached : (m,) int32
        Neighbours from near to far, the centre's own place first. A neighbour j with which a circle closes stands as
        j, one after which the ring goes on as ~j (below zero).
    """

    start: Index
    reached: NDArray[np.int32]

    def members(self, centre: int, many: int) -> Index:
        """Return the first ``many`` places around a centre, from near to far."""
        row = self.reached[self.start[centre] : self.start[centre] + many]
        return np.where(row < 0, ~row, row).astype(np.int64)


def on_sphere(lon: Floats, lat: Floats) -> Floats:
    """Return places (n, 3) in metres on a sphere: chords order places as great circles do, anywhere on Earth."""
    along, up = np.radians(lon), np.radians(lat)
    unit = np.column_stack([np.cos(up) * np.cos(along), np.cos(up) * np.sin(along), np.sin(up)])
    return EARTH_M * unit


def draw(places: Floats, weights: Floats, *, share: float = 0.5, radius_m: float = np.inf) -> Circles:
    """Return the circles around each place up to a share of all weight and a radius.

    Parameters
    ----------
    places : (n, d) float
        Coordinates in metres on a plane (d = 2) or on a sphere (d = 3).
    weights : (n,) float
        Population at risk, not negative.
    share : float
        A circle holds at most this share of all weight, 0 to 1. A centre that alone holds more has no circle.
    radius_m : float
        Largest radius.

    Raises
    ------
    ValueError
        If shapes differ, a weight is negative, all are zero, or the share lies outside (0, 1].
    """
    if places.ndim != 2 or places.shape[1] > 3 or weights.shape != places.shape[:1]:  # noqa: PLR2004
        raise ValueError(f"places {places.shape} and weights {weights.shape} do not fit")
    if not 0 < share <= 1 or weights.min() < 0 or not weights.sum() > 0:
        raise ValueError("the share lies in (0, 1], weights are not negative and not all zero")
    order = np.argsort(places[:, 0], kind="stable")
    points, heavy = np.zeros((3, len(places))), weights[order].astype(np.float64)
    points[: places.shape[1]] = places[order].T
    limit = share * heavy.sum() * (1 + _SAME)
    cuts = np.linspace(0, len(places), THREADS + 1).astype(np.int64)

    def part(at: int) -> tuple[Index, NDArray[np.int32]]:
        return _rings(points, heavy, limit, float(radius_m), cuts[at : at + 2])

    with ThreadPoolExecutor(THREADS) as threads:
        parts = list(threads.map(part, range(THREADS)))
    return _in_given_order(order, np.concatenate([sizes for sizes, _ in parts]), np.concatenate([c for _, c in parts]))


def _in_given_order(order: Index, sizes: Index, codes: NDArray[np.int32]) -> Circles:
    """Turn circles of places sorted from west to east into circles of the places as given."""
    ends = np.cumsum(sizes)
    rows = np.empty(len(order), np.int64)
    rows[order] = np.arange(len(order))
    start = np.concatenate([[0], np.cumsum(sizes[rows])])
    return Circles(start, _gathered(order, rows, ends - sizes, start, codes))


@njit(nogil=True, cache=True)
def _gathered(order: Index, rows: Index, begins: Index, start: Index, codes: NDArray[np.int32]) -> NDArray[np.int32]:
    reached = np.empty(codes.size, np.int32)
    for centre in range(rows.size):
        source = begins[rows[centre]]
        for step in range(start[centre + 1] - start[centre]):
            code = codes[source + step]
            reached[start[centre] + step] = order[code] if code >= 0 else ~order[~code]
    return reached


@njit(nogil=True, cache=True)
def _rings(
    points: Floats, weights: Floats, limit: float, radius_m: float, part: Index
) -> tuple[Index, NDArray[np.int32]]:
    """Return how many neighbours each centre of a part has, and all of them, one centre after the other.

    Places are sorted by their first coordinate, so that only a strip of them is looked at. The square of the strip's
    half width is guessed from the centre before and doubled until the circle is full.
    """
    n = points.shape[1]
    furthest = radius_m * radius_m * (1 + _SAME)
    guess = _first_guess(points, limit / weights.sum(), furthest)
    sizes = np.zeros(part[1] - part[0], np.int64)
    codes = np.empty(_ROOM * sizes.size, np.int32)
    filled = 0
    near, square = np.empty(n, np.int64), np.empty(n)
    for centre in range(part[0], part[1]):
        many = _within(points, centre, guess, near, square)
        while guess < furthest and weights[near[:many]].sum() <= limit and many < n:
            guess = min(guess * _TIMES, furthest)
            many = _within(points, centre, guess, near, square)
        order = np.argsort(square[:many])
        if filled + many > codes.size:
            codes = np.concatenate((codes, np.empty(codes.size + many, np.int32)))
        kept = _cut(near, square, order, weights, limit, codes[filled:])
        if kept:
            guess = min(furthest, max(square[order[kept - 1]] * 1.2, guess / _TIMES))
        sizes[centre - part[0]] = kept
        filled += kept
    return sizes, codes[:filled].copy()


@njit(nogil=True, cache=True)
def _first_guess(points: Floats, share: float, furthest: float) -> float:
    """Return the square of a radius that holds about the share, were the places even over their extent."""
    spread = 0.0
    for axis in range(3):
        spread += (points[axis].max() - points[axis].min()) ** 2
    return max(min(furthest, spread * min(share, 1.0) + 1.0), 1e-12)


@njit(nogil=True, cache=True)
def _within(points: Floats, centre: int, reach: float, near: Index, square: Floats) -> int:
    """Collect the places whose squared distance is within reach, with the squares; return how many."""
    half = np.sqrt(reach)
    x, y, z = points[0], points[1], points[2]
    first = np.searchsorted(x, x[centre] - half)
    last = np.searchsorted(x, x[centre] + half, side="right")
    many = 0
    for place in range(first, last):
        apart = (x[place] - x[centre]) ** 2 + (y[place] - y[centre]) ** 2 + (z[place] - z[centre]) ** 2
        near[many], square[many] = place, apart
        many += apart <= reach
    return many


@njit(nogil=True, cache=True)
def _cut(near: Index, square: Floats, order: Index, weights: Floats, limit: float, codes: NDArray[np.int32]) -> int:
    """Write the neighbours ring by ring while the weight allows; return how many stay."""
    carried, kept = 0.0, 0
    for step in range(order.size):
        here = order[step]
        carried += weights[near[here]]
        if carried > limit:
            break
        # Squares differ by twice as much as distances do.
        closes = step + 1 == order.size or square[order[step + 1]] - square[here] > 2 * _SAME * square[order[step + 1]]
        codes[step] = near[here] if closes else ~near[here]
        if closes:
            kept = step + 1
    return kept
