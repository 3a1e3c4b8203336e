"""Change between two dates: iteratively reweighted MAD (IR-MAD) and a threshold by false-alarm probability.

A. A. Nielsen (2007): The regularized iteratively reweighted MAD method for change detection in multi- and
hyperspectral data. IEEE Transactions on Image Processing 16(2), 463-478.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import linalg, ndimage, optimize, stats

from gis.errors import WorkbenchError

Array = NDArray[np.float64]
Image = NDArray[np.float32]

SMOOTHING_PX = 0.7
"""Gaussian on the MAD variates; on labelled pairs it lifts F1 by 0.005 (see the change log)."""

_LEAST_PIXELS = 20
"""Effective pixels a band, below which the reweighting follows single pixels."""
_IDENTICAL = 1 - 1e-6

HALO_PX = 4
"""Pixels beyond a strip that the smoothing reaches."""


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
        The same pixels at two dates, finite.
    most_iterations : int
    tolerance : float
        Stop when no canonical correlation moves by more (Canty's criterion).

    Raises
    ------
    WorkbenchError
        ``detect.constant_band`` if a band does not vary or repeats another; ``detect.few_pixels`` if too few pixels,
        or mostly identical ones, are left to learn what no change looks like.
    """
    weights = np.ones(before.shape[1])
    rho = np.zeros(before.shape[0])
    for iteration in range(1, most_iterations + 1):
        mad = _canonical(before, after, weights, iteration)
        strength = ((_variates(mad, before, after) / mad.sigma[:, None]) ** 2).sum(axis=0)
        weights = stats.chi2.sf(strength, before.shape[0])
        if np.abs(mad.rho - rho).max() < tolerance:
            break
        rho = mad.rho
    effective = weights.sum() ** 2 / max(np.square(weights).sum(), 1e-300)
    if mad.rho[0] > _IDENTICAL or effective < _LEAST_PIXELS * before.shape[0]:
        raise WorkbenchError(
            "detect.few_pixels",
            "Too few pixels, or too many identical ones, to learn what no change looks like; take a larger area",
        )
    return mad


def strength(mad: Mad, before: Image, after: Image, *, smoothing_px: float = SMOOTHING_PX) -> Image:
    """Return the change strength of each pixel: the root of the sum of squared standardised MAD variates.

    Parameters
    ----------
    mad : Mad
    before, after : (p, rows, columns) float32
        NaN where not observed.
    smoothing_px : float
        Standard deviation of the Gaussian over each variate; unobserved pixels take no part in it.

    Returns
    -------
    (rows, columns) float32
        From 0 up; NaN where either date is NaN in any band.
    """
    shape = before.shape[1:]
    seen = np.isfinite(before).all(axis=0) & np.isfinite(after).all(axis=0)
    flat_before = np.where(seen, before, 0).reshape(len(before), -1)
    flat_after = np.where(seen, after, 0).reshape(len(after), -1)
    variates = (_variates(mad, flat_before, flat_after) / mad.sigma[:, None]).astype(np.float32)
    weight: Image = _smooth(np.asarray(seen, np.float32), smoothing_px)
    total = np.zeros(shape, np.float32)
    for variate in variates:
        plane: Image = np.where(seen, variate.reshape(shape), 0).astype(np.float32)
        total += (_smooth(plane, smoothing_px) / np.maximum(weight, 1e-6)) ** 2
    return np.where(seen, np.sqrt(total), np.float32(np.nan))


@dataclass(frozen=True)
class Null:
    """Distribution of squared change strength where nothing changed: a gamma law fitted to the no-change mass.

    Attributes
    ----------
    shape, scale : float
        Of the gamma law of the squared strength.
    changed_share : float
        Estimated share of pixels beyond it, 0 to 1.
    """

    shape: float
    scale: float
    changed_share: float

    def threshold(self, false_alarm: float) -> float:
        """Return the strength that an unchanged pixel exceeds with probability ``false_alarm`` (0 to 1)."""
        return float(np.sqrt(stats.gamma.isf(false_alarm, self.shape, scale=self.scale)))


def fit_null(strengths: Array, *, rounds: int = 8) -> Null:
    """Fit the no-change law to the lower part of the strengths, where change hardly reaches.

    A plain chi-square is far too narrow on real pairs (land cover mixes many variances), and Otsu's threshold cuts
    through the noise when change is rare. The lower quantiles hold no-change pixels alone, so a gamma law is matched
    to two of them; the share of changed pixels is then re-estimated from what exceeds the law, and the quantiles'
    ranks are corrected for it (the empirical null of Efron 2004, JASA 99, 96-104).

    Parameters
    ----------
    strengths : (n,) array
        Finite strengths of a sample of pixels.
    rounds : int
        Corrections of the share.

    Raises
    ------
    WorkbenchError
        ``detect.no_variation`` if the strengths do not vary.
    """
    squared = np.sort(np.square(strengths, dtype=np.float64))
    changed = 0.0
    for _ in range(rounds):
        low, high = np.quantile(squared, [rank * (1 - changed) for rank in _RANKS])
        if not 0 < low < high:
            raise WorkbenchError("detect.no_variation", "The two images do not differ in any measurable way")
        shape = _gamma_shape(high / low)
        scale = high / stats.gamma.ppf(_RANKS[1], shape)
        beyond = 1 - np.searchsorted(squared, stats.gamma.isf(_TAIL, shape, scale=scale)) / squared.size
        changed = float(np.clip((beyond - _TAIL) / (1 - _TAIL), 0, _MOST_CHANGED))
    return Null(shape, float(scale), changed)


_RANKS = (0.2, 0.55)
_TAIL = 0.01
_MOST_CHANGED = 0.5


def _gamma_shape(ratio: float) -> float:
    """Return the gamma shape whose two quantiles have a ratio; the ratio falls as the shape grows."""

    def excess(log_shape: float) -> float:
        low, high = stats.gamma.ppf(_RANKS, np.exp(log_shape))
        return float(np.log(high / low) - np.log(ratio))

    bounds = (np.log(0.1), np.log(200.0))
    if excess(bounds[0]) < 0:
        return float(np.exp(bounds[0]))
    if excess(bounds[1]) > 0:
        return float(np.exp(bounds[1]))
    return float(np.exp(optimize.brentq(excess, *bounds)))


def _canonical(before: Array, after: Array, weights: Array, iteration: int) -> Mad:
    share = weights / weights.sum()
    mean_before, mean_after = before @ share, after @ share
    centred_before, centred_after = before - mean_before[:, None], after - mean_after[:, None]
    within_before = (centred_before * share) @ centred_before.T
    within_after = (centred_after * share) @ centred_after.T
    between = (centred_before * share) @ centred_after.T
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
    return Mad(mean_before, mean_after, to_before, to_after, rho, iteration)


def _variates(mad: Mad, before: NDArray[np.floating], after: NDArray[np.floating]) -> NDArray[np.floating]:
    kind = before.dtype
    shift = mad.mean_before @ mad.to_before - mad.mean_after @ mad.to_after
    first = mad.to_before.T.astype(kind) @ before
    first -= mad.to_after.T.astype(kind) @ after
    first -= shift[:, None].astype(kind)
    return first


def _smooth(plane: Image, sigma_px: float) -> Image:
    if sigma_px == 0:
        return plane
    smooth: Image = ndimage.gaussian_filter(plane, sigma_px, mode="nearest", truncate=HALO_PX)
    return smooth
