"""Change between two dates: (iteratively reweighted) multivariate alteration detection, MAD and IR-MAD.

A. A. Nielsen (2007): The regularized iteratively reweighted MAD method for change detection in multi- and
hyperspectral data. IEEE Transactions on Image Processing 16(2), 463-478.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import linalg, special

from gis.errors import WorkbenchError

Array = NDArray[np.float64]

_LEAST_PIXELS = 20
"""Effective pixels a band, below which the reweighting follows single pixels."""
_IDENTICAL = 1 - 1e-6
_MOST_ALIKE = 0.5
"""Share of pixels that may be the same to the last digit: of a copy there is no noise to learn."""
_ASKED_PX = 20_000
"""Pixels that steps are looked for in."""


@dataclass(frozen=True)
class Mad:
    """A fitted MAD transform of two images with the same p bands.

    Attributes
    ----------
    mean_before, mean_after : (p,) float64
    to_before, to_after : (p, p) float64
        Columns are the canonical vectors; variates have unit variance on no-change pixels.
    rho : (p,) float64
        Canonical correlations, falling.
    iterations : int
    """

    mean_before: Array
    mean_after: Array
    to_before: Array
    to_after: Array
    rho: Array
    iterations: int

    @property
    def sigma(self) -> Array:
        """Standard deviation of each MAD variate on no-change pixels."""
        return np.sqrt(2 * (1 - self.rho))


def fit(before: Array, after: Array, *, most_iterations: int = 50, tolerance: float = 1e-3) -> Mad:
    """Fit IR-MAD on a sample of pixels.

    Parameters
    ----------
    before, after : (p, n) array
        The same pixels at two dates, finite. Whole numbers are spread evenly over their step where a variate would
        else follow their lattice.
    most_iterations : int
    tolerance : float
        Stop when no canonical correlation moves by more (Canty's criterion).

    Raises
    ------
    WorkbenchError
        ``detect.constant_band`` if a band does not vary or repeats another; ``detect.few_pixels`` if too few pixels,
        or mostly identical ones, are left to learn what no change looks like.
    """
    both = np.concatenate([before, after]).astype(np.float64)
    middle = both.mean(axis=1)
    both -= middle[:, None]
    mad, weights = _reweighted(both, most_iterations, tolerance)
    steps = _steps(both)
    if _finer(mad, steps) and (before == after).all(axis=0).mean() < _MOST_ALIKE:
        within = np.random.default_rng(0).random(both.shape, np.float32) - np.float32(0.5)
        mad, weights = _reweighted(both + within * steps[:, None], most_iterations, tolerance)
    effective = weights.sum() ** 2 / max(np.square(weights).sum(), 1e-300)
    if mad.rho[0] > _IDENTICAL or effective < _LEAST_PIXELS * before.shape[0]:
        raise WorkbenchError(
            "detect.few_pixels",
            "Too few pixels, or too many identical ones, to learn what no change looks like; take a larger area",
        )
    first, second = np.split(middle, 2)
    return replace(mad, mean_before=mad.mean_before + first, mean_after=mad.mean_after + second)


def _reweighted(both: Array, most_iterations: int, tolerance: float) -> tuple[Mad, Array]:
    """Return the transform of centred bands of both dates, (2p, n), and the weights of the pixels."""
    bands = len(both) // 2
    weights, rho = np.ones(both.shape[1]), np.zeros(bands)
    for iteration in range(1, most_iterations + 1):
        mad = _canonical(both, weights, iteration)
        weights = _unchanged(np.square(_variates(mad, both) / mad.sigma[:, None]).sum(axis=0), bands)
        if np.abs(mad.rho - rho).max() < tolerance:
            break
        rho = mad.rho
    return mad, weights


def _steps(both: Array) -> Array:
    """Return the least step between values of each band; of numbers that are not whole it is next to nothing."""
    return np.array([np.diff(np.unique(band[:_ASKED_PX])).min(initial=np.inf) for band in both])


def _finer(mad: Mad, steps: Array) -> bool:
    """Tell whether a variate is finer than whole numbers can be.

    Rounding alone leaves a band a variance of a twelfth of its squared step. Where noise is of that size, pixels on one
    lattice of whole numbers obey some relation exactly; reweighting then runs to them and calls the rest changed.
    """
    forms = np.concatenate([mad.to_before, mad.to_after]) / mad.sigma
    return bool((np.square(forms * steps[:, None]).sum(axis=0) / 12 > 1).any())


def _unchanged(strength: Array, bands: int) -> Array:
    """Return the chance that a pixel without change is at least so strong: the tail of chi-square.

    With an even number of degrees of freedom it is a finite sum (Abramowitz and Stegun 26.4.21).
    """
    if bands % 2:
        return np.asarray(special.chdtrc(bands, strength))
    half = strength / 2
    term = total = np.ones_like(half)
    for step in range(1, bands // 2):
        term = term * half / step
        total = total + term
    return np.asarray(np.exp(-half) * total)


def _canonical(both: Array, weights: Array, iteration: int) -> Mad:
    """Return the transform of both dates' bands (2p, n), the earlier date's first, about their own middle."""
    share = weights / weights.sum()
    mean, bands = both @ share, len(both) // 2
    spread = (both * share) @ both.T - np.outer(mean, mean)
    within_before, within_after, between = spread[:bands, :bands], spread[bands:, bands:], spread[:bands, bands:]
    try:
        regression = linalg.solve(within_after, between.T, assume_a="pos")
        squared_rho, to_before = linalg.eigh(between @ regression, within_before)
    except linalg.LinAlgError as fault:
        raise WorkbenchError(
            "detect.constant_band", "A band does not vary or repeats another band; leave it out"
        ) from fault
    rho = np.sqrt(np.clip(squared_rho[::-1], 1e-12, 1 - 1e-12))
    to_before = to_before[:, ::-1]
    to_after = (regression @ to_before) / rho
    return Mad(mean[:bands], mean[bands:], to_before, to_after, rho, iteration)


def _variates(mad: Mad, both: Array) -> Array:
    forms = np.concatenate([mad.to_before, -mad.to_after])
    shift = np.concatenate([mad.mean_before, mad.mean_after]) @ forms
    return np.asarray(forms.T @ both - shift[:, None])
