"""Loops over the pixels of a series, compiled: the robust harmonic fit, and one look judged against it.

Arrays are flat, a row a pixel. Stored numbers are whole: an index times 10,000.
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Image = NDArray[np.float32]
Whole = NDArray[np.int16]

SCALE = 10_000.0
"""Stored whole numbers are an index times this."""
NO_FIT = -32_768
"""First coefficient of a pixel without a baseline."""

_HUBER = 1.5
_ROUNDS = 5
_TO_SIGMA = 1.4826
_MOST_RUN = 100
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
def depart(look: Image, coefficients: Whole, basis: Floats, usable: NDArray[np.bool_]) -> Image:
    """Return look minus baseline of each pixel.

    Parameters
    ----------
    look : (pixels,) float32
    coefficients : (q, pixels) int16
    basis : (q,) float64
        The harmonics on the day of the look.
    usable : (pixels,) bool

    Returns
    -------
    (pixels,) float32
        NaN where there is no look, no baseline or it is not usable.
    """
    departure = np.full(look.size, np.float32(np.nan), np.float32)
    for at in range(look.size):
        if usable[at] and coefficients[0, at] != NO_FIT:
            expected = 0.0
            for term in range(basis.size):
                expected += basis[term] * coefficients[term, at]
            departure[at] = look[at] - expected / SCALE
    return departure


@njit(nogil=True, cache=True)
def advance(
    departure: Image,
    noise: Image,
    run: NDArray[np.int8],
    days: NDArray[np.uint16],
    mean: Whole,
    rule: tuple[float, int, int, int],
) -> None:
    """Take one look into the state of each pixel, in place.

    Parameters
    ----------
    departure : (pixels,) float32
        From the baseline and from what the surroundings did that day; NaN where not observed: the state stays.
    noise : (pixels,) float32
        Standard deviation that the departure has where nothing changed.
    run : (pixels,) int8
        Successive looks that departed, with the sign of the departure; a look that does not sets it to 0.
    days : (3, pixels) uint16
        Day the run began, day it was confirmed, day of the last look; 0 for none.
    mean : (pixels,) int16
        Mean departure of the run; it and the days of the run stand still once it is confirmed.
    rule : (threshold, looks that confirm, direction, today)
        Direction -1 heeds falls, 1 rises, 0 both.
    """
    threshold, confirming, direction, today = rule
    for at in range(departure.size):
        if np.isnan(departure[at]):
            continue
        days[2, at] = today
        sign = _sign(departure[at], threshold * noise[at], direction)
        past = run[at] if run[at] * sign > 0 else 0
        run[at] = past + sign if abs(past) < _MOST_RUN else past
        if days[1, at] > 0:
            continue
        if sign == 0:
            days[0, at], mean[at] = 0, 0
            continue
        looks = abs(run[at])
        if looks == 1:
            days[0, at], mean[at] = today, 0
        mean[at] = np.int16(np.rint(mean[at] + (departure[at] * SCALE - mean[at]) / looks))
        if looks >= confirming:
            days[1, at] = today


@njit(nogil=True, cache=True)
def _sign(departure: float, limit: float, direction: int) -> int:
    if departure > limit and direction >= 0:
        return 1
    if departure < -limit and direction <= 0:
        return -1
    return 0


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
