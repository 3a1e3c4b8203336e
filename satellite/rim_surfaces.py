"""Rim surfaces: the ground under a heap that nobody saw bare, from the ground around its outline, with its error.

Universal kriging: a plane and a random field of Matern's kind (smoothness 5/2) through the heights of the rim, its
parameters by restricted maximum likelihood, and from it the mean height under the heap with its standard error.
C. E. Rasmussen and C. K. I. Williams (2006): Gaussian Processes for Machine Learning, MIT Press, sections 2.7, 4.2 and
5.4. A plane alone is wrong where the ground swells; a triangulated rim takes every furrow for the ground.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import linalg, optimize
from scipy.spatial.distance import cdist

Reals = NDArray[np.float64]
Flags = NDArray[np.bool_]

FEWEST = 24
"""Fewer places around an outline say nothing about the ground under it."""
_ROUNDS = 4
_OUTLIER = 4.0
_STRAY = 3.5
_NMAD = 1.4826
_STARTS = (0.5, 1.5)


@dataclass(frozen=True)
class Surface:
    """The ground under a heap.

    Attributes
    ----------
    height_m : (n,) float64
        Of the places asked for.
    mean_m, error_m : float
        Mean height of these places and its standard error.
    scatter_m : float
        Standard deviation of a place of the rim about the field: furrows, stones, noise.
    reach_m : float
        Length over which the ground swells.
    used : (m,) bool
        Places of the rim that were believed; the others (vehicles, bushes) stood out.
    """

    height_m: Reals
    mean_m: float
    error_m: float
    scatter_m: float
    reach_m: float
    used: Flags


class _Field(NamedTuple):
    """A field through places: amplitude, length and noise, and what solves for it."""

    sill: float
    length: float
    noise: float
    inverse: Reals
    trend: Reals
    coefficients: Reals
    normal: Reals
    weights: Reals


def fit(rim: Reals, heights: Reals, under: Reals) -> Surface:
    """Fit the ground through the rim of an outline and say how high it lies under it.

    Parameters
    ----------
    rim : (m, 2) float64
        Places around the outline, metres in any plane.
    heights : (m,) float64
        Their heights, metres; no NaN.
    under : (n, 2) float64
        Places under the heap; each stands for an equal area.

    Raises
    ------
    ValueError
        If there are fewer than ``FEWEST`` places.
    """
    if len(rim) < FEWEST:
        raise ValueError(f"{len(rim)} places around an outline, at least {FEWEST} are needed")
    middle, scale = under.mean(axis=0), float(np.ptp(rim, axis=0).max()) / 2
    at, asked, level = (rim - middle) / scale, (under - middle) / scale, float(np.median(heights))
    used = _plain(at, heights - level)
    for _ in range(_ROUNDS):
        field = _field(at[used], heights[used] - level)
        stray = _strays(field)
        if not stray.any() or used.sum() - stray.sum() < FEWEST:
            break
        used[np.flatnonzero(used)[stray]] = False
    found, error = _under(field, at[used], asked)
    return Surface(
        found + level,
        float(found.mean() + level),
        error,
        float(np.sqrt(field.noise)),
        field.length * scale,
        used,
    )


def _terms(at: Reals) -> Reals:
    return np.column_stack([np.ones(len(at)), at])


def _matern(apart: Reals, length: float) -> Reals:
    part = np.sqrt(5.0) * apart / length
    return np.asarray((1 + part + part**2 / 3) * np.exp(-part))


def _plain(at: Reals, heights: Reals) -> Flags:
    """Return the places that do not stand far out of a quadratic surface through all, fitted robustly (Huber)."""
    x, y = at.T
    terms = np.column_stack([np.ones(len(at)), x, y, x * x, x * y, y * y])
    weight = np.ones(len(at))
    for _ in range(10):
        root = np.sqrt(weight)[:, None]
        left = heights - terms @ np.linalg.lstsq(terms * root, heights * root[:, 0], rcond=None)[0]
        scatter = max(_NMAD * float(np.median(np.abs(left - np.median(left)))), 1e-9)
        weight = np.minimum(1.0, 1.345 * scatter / np.maximum(np.abs(left), 1e-12))
    return np.asarray(np.abs(left) <= _OUTLIER * scatter)


def _field(at: Reals, heights: Reals) -> _Field:
    """Return the field of greatest restricted likelihood."""
    apart, trend = cdist(at, at), _terms(at)
    variance = max(float(np.var(heights - trend @ np.linalg.lstsq(trend, heights, rcond=None)[0])), 1e-10)

    def unlikely(asked: Reals) -> float:
        sill, length, noise = np.exp(asked)
        field = _solved(apart, trend, heights, (sill, length, noise))
        return field[1]

    low = np.log([1e-4 * variance, 0.1, 1e-5 * variance])
    high = np.log([1e4 * variance, 10.0, 4 * variance])
    best = None
    for start in _STARTS:
        began = np.log([variance, start, 0.2 * variance])
        found = optimize.minimize(unlikely, began, method="L-BFGS-B", bounds=list(zip(low, high, strict=True)))
        if best is None or found.fun < best.fun:
            best = found
    sill, length, noise = (float(each) for each in np.exp(best.x))  # type: ignore[union-attr]
    return _solved(apart, trend, heights, (sill, length, noise))[0]


def _solved(apart: Reals, trend: Reals, heights: Reals, asked: tuple[float, float, float]) -> tuple[_Field, float]:
    """Return the field of some parameters, and minus twice the logarithm of their restricted likelihood."""
    sill, length, noise = asked
    size = len(heights)
    root = linalg.cholesky(sill * _matern(apart, length) + (noise + 1e-9 * sill) * np.eye(size), lower=True)
    inverse = linalg.cho_solve((root, True), np.eye(size))
    weighed = trend.T @ inverse
    normal = np.linalg.inv(weighed @ trend)
    coefficients = normal @ (weighed @ heights)
    left = heights - trend @ coefficients
    weights = inverse @ left
    unlikely = 2 * np.log(np.diag(root)).sum() - np.linalg.slogdet(normal)[1] + left @ weights
    return _Field(sill, length, noise, inverse, trend, coefficients, normal, weights), float(unlikely)


def _strays(field: _Field) -> Flags:
    """Return the places that lie far off what all the others say of them."""
    lever = field.inverse @ field.trend
    precision = np.diag(field.inverse - lever @ field.normal @ lever.T)
    return np.asarray(np.abs(field.weights) > _STRAY * np.sqrt(np.maximum(precision, 1e-12)))


def _under(field: _Field, at: Reals, asked: Reals) -> tuple[Reals, float]:
    """Return the height of each place asked for, and the standard error of their mean."""
    near = field.sill * _matern(cdist(asked, at), field.length)
    found = _terms(asked) @ field.coefficients + near @ field.weights
    mean = near.mean(axis=0)
    lever = _terms(asked).mean(axis=0) - mean @ field.inverse @ field.trend
    own = field.sill * float(_matern(cdist(asked, asked), field.length).mean())
    variance = own - mean @ field.inverse @ mean + lever @ field.normal @ lever
    return found, float(np.sqrt(max(variance, 0.0)))
