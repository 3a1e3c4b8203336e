"""Loops over the pixels of a series, compiled: the robust harmonic fit, and one look judged against it.

Stored numbers are whole: an index times 10,000.
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Image = NDArray[np.float32]
Whole = NDArray[np.int16]
Place = tuple[int, int, float]

SCALE = 10_000.0
"""Stored whole numbers are an index times this."""
NO_FIT = -32_768
"""First coefficient of a pixel without a baseline."""

_HUBER = 1.5
_ROUNDS = 5
_TO_SIGMA = 1.4826
_MOST_RUN = 100
_TERMS = 5
# Effective parameters of a ridge fit lie below the number of coefficients.
_FREEDOM_SPENT = 3.0


@njit(nogil=True, cache=True)
def fit(values: Image, design: Floats, ridge: float, noise: float) -> tuple[Floats, Floats]:
    """Fit each pixel's looks by ridge regression, reweighted after Huber against clouds that masks let through.

    Parameters
    ----------
    values : (pixels, looks) float32
        NaN where not observed.
    design : (looks, q) float64
        The first column is 1 and carries no ridge.
    ridge : float
        Added to the diagonal of the normal equations: the weight of this many looks that say "no season".
    noise : float
        The scale of residuals is never taken to be smaller.

    Returns
    -------
    coefficients : (pixels, q) float64
        NaN for a pixel never observed.
    spread : (pixels,) float64
        Weighted root mean square of the residuals.
    """
    pixels, terms = values.shape[0], design.shape[1]
    coefficients = np.full((pixels, terms), np.nan)
    spread = np.full(pixels, np.nan)
    weights, sizes = np.zeros(values.shape[1]), np.zeros(values.shape[1])
    for at in range(pixels):
        looks = values[at]
        seen = 0
        for look in range(looks.size):
            weights[look] = 0.0 if np.isnan(looks[look]) else 1.0
            seen += weights[look] > 0
        if seen == 0:
            continue
        for _ in range(_ROUNDS):
            found = _solve(looks, design, weights, ridge)
            spread[at] = _reweight(looks, design, found, weights, sizes, noise)
        coefficients[at] = found
    return coefficients, spread


@njit(nogil=True, cache=True)
def depart(look: Image, coefficients: Whole, basis: Floats, seasons: NDArray[np.uint32], part: int) -> Image:
    """Return look minus baseline of each pixel.

    Parameters
    ----------
    look : (rows, columns) float32
    coefficients : (q, rows, columns) int16
    basis : (q,) float64
        The harmonics on the day of the look.
    seasons : (rows, columns) uint32
        Parts of the year in which the history looked, a bit each.
    part : int
        Bits of the parts of the year, one of which has to be among them.

    Returns
    -------
    (rows, columns) float32
        NaN where there is no look, no baseline or none at this time of the year.
    """
    departure = np.full(look.shape, np.float32(np.nan), np.float32)
    for row in range(look.shape[0]):
        for column in range(look.shape[1]):
            if seasons[row, column] & part and coefficients[0, row, column] != NO_FIT:
                expected = 0.0
                for term in range(basis.size):
                    expected += basis[term] * coefficients[term, row, column]
                departure[row, column] = look[row, column] - expected / SCALE
    return departure


@njit(nogil=True, cache=True)
def middle(departure: Image, step: int, fewest: int) -> tuple[float, float]:
    """Return median and spread of departures, (NaN, NaN) of fewer than ``fewest``.

    Parameters
    ----------
    departure : (rows, columns) float32
        NaN where not observed.
    step : int
        Every so many rows and columns are looked at.
    fewest : int

    Notes
    -----
    The spread, in standard deviations, is that of the narrower side, for a wide change widens only its own.
    """
    seen = np.empty(((departure.shape[0] + step - 1) // step) * ((departure.shape[1] + step - 1) // step), np.float32)
    count = 0
    for row in range(0, departure.shape[0], step):
        for column in range(0, departure.shape[1], step):
            if not np.isnan(departure[row, column]):
                seen[count] = departure[row, column]
                count += 1
    if count < fewest:
        return np.nan, np.nan
    seen = seen[:count]
    half = np.median(seen)
    sides = half - np.median(seen[seen <= half]), np.median(seen[seen >= half]) - half
    return half, _TO_SIGMA * min(sides)


@njit(nogil=True, cache=True)
def advance(
    departure: Image,
    own: tuple[NDArray[np.uint16], NDArray[np.uint16], float, float],
    state: tuple[NDArray[np.int8], NDArray[np.uint16], Whole],
    around: tuple[Floats, Floats],
    rule: tuple[float, int, int, int],
) -> None:
    """Take one look into the state of each pixel, in place.

    Parameters
    ----------
    departure : (rows, columns) float32
        From the baseline; NaN where not observed: the state stays.
    own : (spread, looks, typical spread, its weight in looks)
        Spread and looks of each pixel's history, (rows, columns) uint16, and what a pixel's spread is drawn towards.
    state : (run, days, mean)
        Successive looks that departed, with the sign of the departure, (rows, columns) int8: a look that does not sets
        it to 0. Day the run began, day it was confirmed, day of the last look, (3, rows, columns) uint16; 0 for none.
        Mean departure of the run, (rows, columns) int16; it and the days of the run stand still once it is confirmed.
    around : (common, noise), each (cells down, cells across) float64
        What the surroundings did that day and how far they spread, drawn over the block by straight lines between the
        middles of the cells; NaN where nothing is known.
    rule : (threshold, looks that confirm, direction, today)
        Direction -1 heeds falls, 1 rises, 0 both.
    """
    spread, looks, typical, weight = own
    run, days, _ = state
    threshold, _, direction, today = rule
    rows, columns = departure.shape
    drawn = np.empty((2, columns))
    places = [_between(column, columns, around[0].shape[1]) for column in range(columns)]
    for row in range(rows):
        for plane, line in zip(around, drawn):  # noqa: B905 - compiled code knows no strict zip
            _draw(plane, _between(row, rows, plane.shape[0]), places, line)
        for column in range(columns):
            gap = departure[row, column] - drawn[0, column]
            if np.isnan(gap):
                continue
            mine = own_variance(spread[row, column], looks[row, column], typical, weight)
            sign = 0
            if gap * gap > threshold * threshold * (mine + drawn[1, column] ** 2) and gap * direction >= 0:
                sign = 1 if gap > 0 else -1
            days[2, row, column] = today
            past = run[row, column]
            if sign == 0 and past == 0:
                continue
            past = past if past * sign > 0 else 0
            run[row, column] = past + sign if abs(past) < _MOST_RUN else past
            if days[1, row, column] == 0:
                _run(state, row, column, gap, rule)


@njit(nogil=True, cache=True)
def own_variance(spread: float, looks: float, typical: float, weight: float) -> float:
    """Return the variance of a pixel's departures: that of its history, drawn towards the scene's typical one.

    Parameters
    ----------
    spread : float
        Stored whole number.
    looks : float
        Of the pixel's history.
    typical : float
    weight : float
        Of the typical spread, in looks.
    """
    freedom = max(looks - _TERMS, 1.0)
    return (weight * typical**2 + freedom * (spread / SCALE) ** 2) / (weight + freedom)


@njit(nogil=True, cache=True)
def drawn(plane: Floats, shape: tuple[int, ...], at: tuple[int, int]) -> float:
    """Return a plane of cells at one pixel of a block, as ``advance`` draws it."""
    line = np.empty(shape[1])
    places = [_between(column, shape[1], plane.shape[1]) for column in range(shape[1])]
    _draw(plane, _between(at[0], shape[0], plane.shape[0]), places, line)
    value: float = line[at[1]]
    return value


@njit(nogil=True, cache=True)
def _run(
    state: tuple[NDArray[np.int8], NDArray[np.uint16], Whole],
    row: int,
    column: int,
    gap: float,
    rule: tuple[float, int, int, int],
) -> None:
    """Bring the days and the mean departure of a pixel's run up to date."""
    run, days, mean = state
    _, confirming, _, today = rule
    looks = abs(run[row, column])
    if looks == 0:
        days[0, row, column], mean[row, column] = 0, 0
        return
    if looks == 1:
        days[0, row, column], mean[row, column] = today, 0
    former = mean[row, column]
    mean[row, column] = np.int16(np.rint(former + (gap * SCALE - former) / looks))
    if looks >= confirming:
        days[1, row, column] = today


@njit(nogil=True, cache=True)
def _draw(plane: Floats, place: Place, places: list[Place], line: Floats) -> None:
    """Draw a plane of cells over one row of pixels, linear between the cells' middles, level beyond them."""
    up, down, lower = place
    between = plane[up] * (1 - lower) + plane[down] * lower
    for column, (left, right, further) in enumerate(places):
        line[column] = between[left] * (1 - further) + between[right] * further


@njit(nogil=True, cache=True)
def _between(at: int, size: int, cells: int) -> Place:
    """Return the two cells between whose middles a pixel lies, and its share of the way."""
    place = min(max((at + 0.5) * cells / size - 0.5, 0.0), cells - 1.0)
    low = min(int(place), max(cells - 2, 0))
    return low, min(low + 1, cells - 1), place - low


@njit(nogil=True, cache=True)
def _solve(looks: Image, design: Floats, weights: Floats, ridge: float) -> Floats:
    """Return the coefficients of the weighted ridge regression; the ridge keeps the equations regular."""
    terms = design.shape[1]
    normal = np.zeros((terms, terms))
    right = np.zeros(terms)
    for look in range(looks.size):
        if weights[look] > 0:
            for row in range(terms):
                weighed = weights[look] * design[look, row]
                right[row] += weighed * looks[look]
                for column in range(row + 1):
                    normal[row, column] += weighed * design[look, column]
    for row in range(terms):
        normal[row, row] += ridge if row > 0 else 1e-9
    _cholesky(normal, right)
    return right


@njit(nogil=True, cache=True)
def _cholesky(lower: Floats, right: Floats) -> None:
    """Solve a positive definite system in place; the matrix is read from its lower triangle."""
    terms = right.size
    for row in range(terms):
        for column in range(row + 1):
            total = lower[row, column] - np.dot(lower[row, :column], lower[column, :column])
            lower[row, column] = np.sqrt(total) if row == column else total / lower[column, column]
        right[row] = (right[row] - np.dot(lower[row, :row], right[:row])) / lower[row, row]
    for row in range(terms - 1, -1, -1):
        for term in range(row + 1, terms):
            right[row] -= lower[term, row] * right[term]
        right[row] /= lower[row, row]


@njit(nogil=True, cache=True)
def _reweight(looks: Image, design: Floats, found: Floats, weights: Floats, sizes: Floats, noise: float) -> float:
    """Set the weights for the next round and return the weighted root mean square of the residuals of this one."""
    seen, total, squares = 0, 0.0, 0.0
    for look in range(looks.size):
        if not np.isnan(looks[look]):
            residual = abs(looks[look] - np.dot(design[look], found))
            total += weights[look]
            squares += weights[look] * residual**2
            sizes[seen] = residual
            seen += 1
    ranked = np.sort(sizes[:seen])
    limit = _HUBER * max(_TO_SIGMA * 0.5 * (ranked[(seen - 1) // 2] + ranked[seen // 2]), noise)
    for look in range(looks.size):
        if not np.isnan(looks[look]):
            residual = abs(looks[look] - np.dot(design[look], found))
            weights[look] = min(1.0, limit / max(residual, 1e-12))
    return np.sqrt(squares / max(total - _FREEDOM_SPENT, 1.0))
