"""Radar: change of backscatter between two dates, and the points of change in a series of multi-look intensities.

Two dates: the log-ratio, averaged over a neighbourhood against speckle, is judged against its own no-change law. The
law is taken from the side of the mode that change has touched less (Efron 2004, JASA 99, 96-104); thresholds follow
from the share of false discoveries that may be among the findings (Benjamini and Hochberg 1995, JRSS B 57, 289-300),
so they come down where much has changed and go up where hardly anything has, and without change there is none.

Series: K. Conradsen, A. A. Nielsen and H. Skriver (2016): Determining the points of change in time series of
polarimetric SAR data. IEEE Transactions on Geoscience and Remote Sensing 54(5), 3007-3024.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage, stats

from gis.errors import WorkbenchError
from satellite import registration
from satellite.registration import Shift

Image = NDArray[np.float32]
Signs = NDArray[np.int8]

HALO_SIGMAS = 4
"""Pixels beyond a strip that the smoothing reaches, in its standard deviations."""

_TOUCHING = np.ones((3, 3), bool)
_QUARTER = 0.6744897501960817
_BINS_A_SPREAD = 15
_MODE_BINS = 6.0
_REACH = 12.0
_EDGE_SHARE = 0.5
_LEAST_CONFIDENCE = 8.0
_MEASURING_PX = 1.0


@dataclass(frozen=True)
class Params:
    """What a user may set.

    Attributes
    ----------
    smoothing_px : float
        Standard deviation of the Gaussian that averages speckle; 2 pixels average about 50 looks.
    seed_fdr : float
        Share of false pixels among the seeds from which change grows, 0 to 1.
    grow_fdr : float
        The same among the pixels it grows into.
    smallest_m2 : float
        Smaller groups of changed pixels become no patch.
    """

    smoothing_px: float = 2.0
    seed_fdr: float = 1e-6
    grow_fdr: float = 0.02
    smallest_m2: float = 1000.0

    def __post_init__(self) -> None:
        """Refuse values without meaning."""
        if not 0 < self.seed_fdr <= self.grow_fdr < 1:
            raise ValueError(f"0 < seed_fdr <= grow_fdr < 1 does not hold for {self.seed_fdr} and {self.grow_fdr}")
        if self.smoothing_px < 0 or self.smallest_m2 < 0:
            raise ValueError("smoothing_px and smallest_m2 are not negative")


@dataclass(frozen=True)
class Null:
    """Law of the log-ratio where nothing changed: normal with this centre and standard deviation."""

    centre: float
    sigma: float


@dataclass(frozen=True)
class Limits:
    """Deviations from the centre, in sigmas, beyond which change grows and starts, for falls and for rises.

    Infinite where nothing is to be found.
    """

    grow: tuple[float, float]
    seed: tuple[float, float]


def log_ratio(before: Image, after: Image, *, step: float = 0.0, smoothing_px: float = 2.0) -> Image:
    """Return the smoothed natural log-ratio, after over before, averaged over the bands.

    Parameters
    ----------
    before, after : (bands, rows, columns) float32
        Backscatter on a linear scale, amplitude or intensity; NaN where not observed.
    step : float
        Step of whole-number images, so that their zeros count as half a step; with 0 zeros are not observed.
    smoothing_px : float

    Returns
    -------
    (rows, columns) float32
        NaN where a band of either date is not observed; the smoothing takes nothing from there.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = (np.log(after + step / 2) - np.log(before + step / 2)).mean(axis=0)
    return _averaged(ratio, np.isfinite(ratio), smoothing_px)


def fit_null(ratios: NDArray[np.floating]) -> Null:
    """Fit the no-change law to a sample of log-ratios.

    The centre is the mode, which change hardly moves; sigma comes from the median deviation on the side where it is
    smaller: change in one direction widens the other side alone.

    Raises
    ------
    WorkbenchError
        ``detect.nothing_observed`` without a finite value, ``detect.no_variation`` if they do not vary.
    """
    values = ratios[np.isfinite(ratios)]
    if values.size == 0:
        raise WorkbenchError(
            "detect.nothing_observed",
            "Only {pixels} sampled pixels are observed on both dates; clouds or nodata cover the rest",
            pixels=0,
        )
    middle = np.median(values)
    spread = float(np.median(np.abs(values - middle))) / _QUARTER
    if not spread > 0:
        raise WorkbenchError("detect.no_variation", "The two images do not differ in any measurable way")
    edges = np.linspace(middle - _REACH * spread, middle + _REACH * spread, int(2 * _REACH * _BINS_A_SPREAD) + 1)
    counts = ndimage.gaussian_filter1d(np.histogram(values, edges)[0].astype(float), _MODE_BINS)
    at = int(counts.argmax())
    centre = float(edges[at] + edges[at + 1]) / 2
    sides = (centre - values[values < centre], values[values > centre] - centre)
    return Null(centre, min(float(np.median(side)) for side in sides if side.size) / _QUARTER)


def limits(ratios: NDArray[np.floating], null: Null, params: Params) -> Limits:
    """Return the limits that keep the asked shares of false discoveries; ``ratios`` is a sample or all of the image."""
    values = ratios[np.isfinite(ratios)]
    ranked = [np.sort(side * (values - null.centre) / null.sigma)[::-1] for side in (-1, 1)]
    grow, seed = (tuple(_limit(side, share) for side in ranked) for share in (params.grow_fdr, params.seed_fdr))
    return Limits((grow[0], grow[1]), (seed[0], seed[1]))


def decide(ratio: Image, null: Null, limit: Limits) -> Signs:
    """Return -1 where backscatter fell, 1 where it rose, 0 elsewhere, not observed pixels too.

    Change fills the touching pixels beyond the lower limit around each seed, for each direction by itself. Pixels
    beyond half of the group's median deviation stay: there the edge of an even change lies once it is smoothed.
    """
    deviation = (ratio - np.float32(null.centre)) / np.float32(null.sigma)
    signs = np.zeros(ratio.shape, np.int8)
    for side, grow, seed in zip((-1, 1), limit.grow, limit.seed, strict=True):
        excess = side * deviation
        groups, count = ndimage.label(excess > grow, _TOUCHING)
        started = np.unique(groups[excess > seed])
        edges = np.full(count + 1, np.inf, np.float32)
        edges[started] = _EDGE_SHARE * np.asarray(ndimage.median(excess, groups, started))
        signs[excess > edges[groups]] = side
    return signs


def shift(windows: Iterable[tuple[Image, Image]]) -> Shift:
    """Measure how far the second image lies from the first: whole windows at once, for speckle drowns small blocks.

    Parameters
    ----------
    windows : iterable of pairs of (bands, rows, columns) float32
        Parts of both images, backscatter on a linear scale; NaN where not observed.

    Returns
    -------
    Shift
        Median over the windows that show one, good to about half a pixel; ``blocks`` is 0 where most windows show
        none or they disagree by more than a pixel: then nothing is known.
    """
    count, found = 0, []
    for pair in windows:
        count += 1
        with np.errstate(invalid="ignore", divide="ignore"):
            logs = [np.log(image).mean(axis=0) for image in pair]
        seen = np.isfinite(logs[0]) & np.isfinite(logs[1])
        measured = registration.search(*(_averaged(each, seen, _MEASURING_PX) for each in logs))
        if measured.confidence >= _LEAST_CONFIDENCE:
            found.append((measured.east_px, measured.south_px, measured.confidence))
    if 2 * len(found) <= count:
        return Shift(0.0, 0.0, 0.0, 0)
    east, south, confidence = np.median(found, axis=0)
    spread = float(np.median([np.hypot(each[0] - east, each[1] - south) for each in found]))
    if spread > 1:
        return Shift(0.0, 0.0, spread, 0)
    return Shift(float(east), float(south), spread, len(found), float(confidence))


@dataclass(frozen=True)
class Points:
    """Points of change in a series of k images.

    Attributes
    ----------
    changes : (k - 1, rows, columns) int8
        Between one image and the next: -1 fell, 1 rose, 0 no change.
    probability : (rows, columns) float32
        Of so large a statistic (omnibus, all images) where nothing changed; NaN where an image is not observed.
    """

    changes: Signs
    probability: Image


def omnibus(intensities: Image, *, looks: float, significance: float = 1e-4) -> Points:
    """Find when each pixel of a series changed, as often as it did.

    Parameters
    ----------
    intensities : (k, bands, rows, columns) float32
        Multi-look intensities on a linear scale, above 0; bands count as independent. NaN or 0 is not observed.
    looks : float
        Equivalent number of looks, the same for all.
    significance : float
        Probability of each test to see change where there is none, 0 to 1.

    Raises
    ------
    ValueError
        With fewer than two images or a number of looks that is not positive.
    """
    count = len(intensities)
    if count < 2 or looks <= 0:  # noqa: PLR2004 - change takes two
        raise ValueError(f"{count} images of {looks} looks")
    seen = (intensities > 0).all(axis=(0, 1))
    values = np.where(seen, intensities, 1).astype(np.float64)
    changes = np.zeros((count - 1, *seen.shape), np.int8)
    since = np.zeros(seen.shape, np.intp)
    probability = np.ones(seen.shape)
    for first in range(count - 1):
        chance = _omnibus_chance(values[first:], looks)
        if first == 0:
            probability = chance
        open_ = seen & (since == first) & (chance < significance)
        total = values[first].copy()
        for now in range(first + 1, count):
            earlier = now - first
            hit = open_ & (_marginal_chance(total, values[now], earlier, looks) < significance)
            rose = np.log(values[now] * earlier / total).sum(axis=0) > 0
            changes[now - 1][hit] = np.where(rose[hit], 1, -1)
            since[hit] = now
            open_ &= ~hit
            total += values[now]
    return Points(changes, np.where(seen, probability, np.nan).astype(np.float32))


def _omnibus_chance(values: NDArray[np.float64], looks: float) -> NDArray[np.float64]:
    """Return the chance of a larger Q where all k images have one mean (Conradsen et al., equations 9 to 12, p = 1)."""
    k, channels = values.shape[:2]
    statistic = k * np.log(k) + np.log(values).sum(axis=0) - k * np.log(values.sum(axis=0))
    rho = 1 - (k / looks - 1 / (looks * k)) / (6 * (k - 1))
    omega = -(k - 1) / 4 * (1 - 1 / rho) ** 2
    return _chance(-2 * rho * looks * statistic.sum(axis=0), (k - 1) * channels, omega * channels)


def _marginal_chance(
    total: NDArray[np.float64], now: NDArray[np.float64], earlier: int, looks: float
) -> NDArray[np.float64]:
    """Return the chance of a larger R: the image after some equal ones has their mean (equations 13 to 16, p = 1)."""
    j = earlier + 1
    statistic = (
        j * np.log(j) - (j - 1) * np.log(j - 1) + (j - 1) * np.log(total) + np.log(now) - j * np.log(total + now)
    )
    rho = 1 - (1 + 1 / (j * (j - 1))) / (6 * looks)
    omega = -((1 - 1 / rho) ** 2) / 4
    channels = now.shape[0]
    return _chance(-2 * rho * looks * statistic.sum(axis=0), channels, omega * channels)


def _chance(statistic: NDArray[np.float64], freedom: int, omega: float) -> NDArray[np.float64]:
    plain = stats.chi2.sf(statistic, freedom)
    return plain + omega * (stats.chi2.sf(statistic, freedom + 4) - plain)


def _limit(ranked: NDArray[np.floating], share: float) -> float:
    """Return the smallest deviation beyond which a normal law leaves at most this share of what is found."""
    expected = stats.norm.sf(ranked)
    held = np.flatnonzero(expected <= share * np.arange(1, ranked.size + 1) / ranked.size)
    return float(ranked[held[-1]]) if held.size else float("inf")


def _averaged(plane: Image, seen: NDArray[np.bool_], sigma_px: float) -> Image:
    """Average what was seen over a neighbourhood; NaN where not seen."""
    if sigma_px == 0:
        return np.where(seen, plane, np.float32(np.nan))
    weight = _smooth(seen.astype(np.float32), sigma_px)
    total = _smooth(np.where(seen, plane, 0).astype(np.float32), sigma_px)
    return np.where(seen, total / np.maximum(weight, 1e-6), np.float32(np.nan))


def _smooth(plane: Image, sigma_px: float) -> Image:
    smooth: Image = ndimage.gaussian_filter(plane, sigma_px, mode="nearest", truncate=HALO_SIGMAS)
    return smooth
