"""Tails: how much farther a sum of squares of unequal spreads reaches than a gamma law that fits its lower half.

The squared strength is a sum of squared variates. Smoothing leaves some variates more of their noise than others, and
ties some together; then the largest alone rules the tail, and a gamma law matched to the lower quantiles falls short.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, special

Array = NDArray[np.float64]

_ROUNDS = 50
_SETTLED = 1e-4
_CENTRAL = 1e-3
_FARTHEST = 1 - 1e-9


def spreads(variates: Array) -> tuple[float, ...]:
    """Return the relative variances of the principal axes of variates, falling, with a sum of 1.

    D. E. Tyler (1987): A distribution-free M-estimator of multivariate scatter. Annals of Statistics 15(1), 234-251: of
    each pixel only the direction counts, so that ground which is noisier as a whole, or changed, weighs no more.

    Parameters
    ----------
    variates : (k, n) float64
        Finite, about zero, n much larger than k.
    """
    size = len(variates)
    scatter = np.eye(size) / size
    for _ in range(_ROUNDS):
        length = np.einsum("kn,kn->n", variates, np.linalg.solve(scatter, variates))
        kept = variates[:, length > 0] / np.sqrt(length[length > 0])
        found = kept @ kept.T
        found /= np.trace(found)
        moved = float(np.abs(found - scatter).max())
        scatter = found
        if moved < _SETTLED:
            break
    return tuple(float(each) for each in np.linalg.eigvalsh(scatter)[::-1])


def lengthening(spread: tuple[float, ...], chance: float, ranks: tuple[float, float]) -> float:
    """Return by how much a strength is exceeded farther out than a gamma law says that fits at two ranks, at least 1.

    Parameters
    ----------
    spread : tuple of float
        See ``spreads``.
    chance : float
        Probability that a pixel exceeds the strength, 0 to 1.
    ranks : (float, float)
        At which the gamma law of the squared strength is matched.
    """
    shape, scale = _matched(spread, ranks)
    told = special.gammainccinv(shape, chance) * scale
    return float(max(1.0, np.sqrt(_quantile(spread, chance) / told)))


@cache
def _matched(spread: tuple[float, ...], ranks: tuple[float, float]) -> tuple[float, float]:
    """Return shape and scale of the gamma law that agrees with a sum of squares at two ranks."""
    low, high = (_quantile(spread, 1 - rank) for rank in ranks)
    shape = gamma_shape(high / low, ranks)
    return shape, float(high / special.gammaincinv(shape, ranks[1]))


def gamma_shape(ratio: float, ranks: tuple[float, float]) -> float:
    """Return the gamma shape whose quantiles at two ranks have a ratio; the ratio falls as the shape grows."""

    def excess(log_shape: float) -> float:
        low, high = special.gammaincinv(np.exp(log_shape), ranks)
        return float(np.log(high / low) - np.log(ratio))

    bounds = (np.log(0.1), np.log(200.0))
    if excess(bounds[0]) < 0:
        return float(np.exp(bounds[0]))
    if excess(bounds[1]) > 0:
        return float(np.exp(bounds[1]))
    return float(np.exp(optimize.brentq(excess, *bounds)))


def _quantile(spread: tuple[float, ...], chance: float) -> float:
    """Return what a sum of squares exceeds with a probability."""
    weights = np.array(spread)
    most = _FARTHEST / (2 * weights.max())

    def excess(at: float) -> float:
        return _log_exceeded(weights, at) - np.log(chance)

    least = -1.0
    while excess(least) < 0:
        least *= 4
    return float((weights / (1 - 2 * weights * optimize.brentq(excess, least, most))).sum())


def _log_exceeded(weights: Array, at: float) -> float:
    """Return the logarithm of the probability that the sum of squares exceeds its saddlepoint's value.

    R. Lugannani and S. Rice (1980): Saddle point approximation for the distribution of the sum of independent random
    variables. Advances in Applied Probability 12(2), 475-490; for quadratic forms D. Kuonen (1999), Biometrika 86(4).
    """
    inner = 1 - 2 * weights * at
    value, curve = (weights / inner).sum(), 2 * np.square(weights / inner).sum()
    root = np.sign(at) * np.sqrt(max(2 * (at * value + 0.5 * np.log(inner).sum()), 0.0))
    if abs(root) < _CENTRAL:
        skew = 8 * (weights**3).sum() / (2 * (weights**2).sum()) ** 1.5
        return float(np.log(0.5 - skew / (6 * np.sqrt(2 * np.pi))))
    return float(special.log_ndtr(-(root + np.log(at * np.sqrt(curve) / root) / root)))
