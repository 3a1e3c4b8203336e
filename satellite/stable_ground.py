"""Stable ground: how two surface models of one place differ where nothing happened, and how such errors hang together.

Errors of surface models from drones are no independent noise: a bad tie point lifts a whole neighbourhood. Their
covariance is taken from the semivariogram of the ground that did not change, after S. W. Anderson (2019): Uncertainty
in quantitative analyses of topographic change: error propagation and the role of thresholding. Earth Surface Processes
and Landforms 44, 1015-1033.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage, optimize

from gis.errors import WorkbenchError

Heights = NDArray[np.float64]
Flags = NDArray[np.bool_]

FEWEST_SHARE = 0.15
"""With less stable ground than this share of what both models show, nothing is known about their error."""
_ROUNDS = 4
_OUTLIER = 3.0
_BUFFER_M = 2.0
_LAGS = 24
_FARTHEST = 0.35
_NMAD = 1.4826
_FEWEST_PAIRS = 200


@dataclass(frozen=True)
class Ground:
    """What stable ground tells of the difference of two surface models.

    Attributes
    ----------
    offset_m : float
        Height of the later model above the earlier one in the middle of the image; taken out.
    tilt_m : float
        How much the difference tilts over the image; taken out.
    sigma_m : float
        Scatter of what is left: 1.4826 times the median absolute deviation.
    nugget_m2, sill_m2 : float
        Variance without and with relation to the neighbourhood.
    range_m : float
        Distance beyond which two errors have nothing to do with each other (spherical model).
    share : float
        Stable share of what both models show, 0 to 1.
    plane : (3,) float64
        Coefficients of 1, row and column about the middle, both from -0.5 to 0.5.
    normal : (3, 3) float64
        Inverse of the normal matrix of the plane.
    pixel_m : float
    """

    offset_m: float
    tilt_m: float
    sigma_m: float
    nugget_m2: float
    sill_m2: float
    range_m: float
    share: float
    plane: Heights
    normal: Heights
    pixel_m: float

    def lod_m(self, z: float) -> float:
        """Return the least difference of one pixel that is more than error.

        S. N. Lane, R. M. Westaway and D. M. Hicks (2003), Earth Surface Processes and Landforms 28, 249-271, with
        the scatter of the difference itself instead of the two models' propagated errors.
        """
        return z * self.sigma_m

    def covariance(self, distance_m: Heights) -> Heights:
        """Return the covariance of the related part of two errors at a distance, square metres."""
        part = np.minimum(distance_m / self.range_m, 1.0)
        return self.sill_m2 * (1 - 1.5 * part + 0.5 * part**3)

    @property
    def integral(self) -> float:
        """Sum of the covariances of one pixel with all, square metres: the variance that a long sum adds a pixel."""
        return float(self.nugget_m2 + self.sill_m2 * np.pi * self.range_m**2 / (5 * self.pixel_m**2))


def measure(difference: Heights, pixel_m: float, stable: Flags | None = None) -> tuple[Heights, Ground]:
    """Take offset and tilt out of a difference of surface models and measure the error of what is left.

    Parameters
    ----------
    difference : (rows, columns) float64
        Later minus earlier, metres; NaN where either is unknown.
    pixel_m : float
        Edge of a pixel, metres.
    stable : (rows, columns) bool, optional
        Ground known to be unchanged; by default what does not stand out from its own scatter.

    Returns
    -------
    heights : (rows, columns) float64
        The difference without offset and tilt.
    ground : Ground

    Raises
    ------
    WorkbenchError
        ``heaps.no_stable`` if too little ground is stable.
    """
    seen = np.isfinite(difference)
    kept = seen & stable if stable is not None else seen
    terms = _terms(difference.shape)
    plane = np.array([np.median(difference[kept]) if kept.any() else 0.0, 0.0, 0.0])
    _demand(kept, seen)
    for _ in range(_ROUNDS):
        left = difference - terms @ plane
        if stable is None:
            kept = seen & ~_standing_out(left, kept, pixel_m)
        _demand(kept, seen)
        plane = _plane(terms[kept], difference[kept], plane)
    left = difference - terms @ plane
    scatter = left[kept]
    sigma = float(_NMAD * np.median(np.abs(scatter - np.median(scatter))))
    nugget, sill, reach = _variogram(np.where(kept, left, np.nan), pixel_m, float(np.var(scatter)))
    normal = np.asarray(np.linalg.inv(terms[kept].T @ terms[kept]), np.float64)
    tilt = float(np.abs(plane[1]) + np.abs(plane[2]))
    share = float(kept.sum() / max(1, seen.sum()))
    return left, Ground(float(plane[0]), tilt, sigma, nugget, sill, reach, share, plane, normal, pixel_m)


def summed(inside: Flags) -> Heights:
    """Return the sums of the plane's terms over some pixels, (3,): what an error of the plane does to their sum."""
    return _terms(inside.shape)[inside].sum(axis=0)


def _terms(shape: tuple[int, ...]) -> Heights:
    row, column = (np.linspace(-0.5, 0.5, size) for size in shape)
    return np.stack(np.broadcast_arrays(1.0, row[:, None], column[None, :]), axis=2)


def _demand(kept: Flags, seen: Flags) -> None:
    if kept.sum() < max(100, FEWEST_SHARE * seen.sum()):
        raise WorkbenchError(
            "heaps.no_stable",
            "Only {share:.0%} of what both surface models show is unchanged ground; the error cannot be measured: "
            "fly wider, or bring polygons of stable ground",
            share=float(kept.sum() / max(1, seen.sum())),
        )


def _standing_out(left: Heights, kept: Flags, pixel_m: float) -> Flags:
    """Return where the smoothed difference stands out from the scatter, and what lies within 2 m of it."""
    known = np.isfinite(left)
    weight = ndimage.gaussian_filter(known.astype(np.float64), 2.0)
    smooth = ndimage.gaussian_filter(np.where(known, left, 0.0), 2.0) / np.maximum(weight, 1e-9)
    middle = float(np.median(smooth[kept]))
    scale = float(_NMAD * np.median(np.abs(smooth[kept] - middle)))
    out = np.abs(smooth - middle) > _OUTLIER * scale
    # Single excursions are part of the error; only ground that stands out together is not stable.
    out = ndimage.binary_opening(out, iterations=2)
    return ndimage.binary_dilation(out, iterations=max(1, round(_BUFFER_M / pixel_m)) + 3)


def _plane(terms: Heights, values: Heights, plane: Heights) -> Heights:
    """Return the plane through the values, each weighed down by how far it lies off (Huber)."""
    for _ in range(3):
        apart = np.abs(values - terms @ plane)
        scale = max(1.345 * _NMAD * float(np.median(apart)), 1e-9)
        weight = np.minimum(1.0, scale / np.maximum(apart, 1e-12))
        heavy = terms * weight[:, None]
        plane = np.asarray(np.linalg.solve(heavy.T @ terms, heavy.T @ values), np.float64)
    return plane


def _variogram(left: Heights, pixel_m: float, variance: float) -> tuple[float, float, float]:
    """Return nugget, sill (both square metres) and range (metres) of the spherical model through the semivariances."""
    longest = max(2, int(_FARTHEST * min(left.shape)))
    steps = np.unique(np.round(np.geomspace(1, longest, _LAGS)).astype(int))
    found = [(step, *_semivariance(left, step)) for step in steps]
    lag, gamma, pairs = np.array([each for each in found if each[2] >= _FEWEST_PAIRS]).reshape(-1, 3).T
    if len(lag) < 4 or not variance > 0:  # noqa: PLR2004 - three parameters
        return variance, 0.0, pixel_m
    distance = lag * pixel_m
    weight = np.sqrt(pairs / pairs.max()) / distance**0.25 / variance

    def misfit(asked: Heights) -> Heights:
        nugget, sill, reach = asked
        part = np.minimum(distance / reach, 1.0)
        return (nugget + sill * (1.5 * part - 0.5 * part**3) - gamma) * weight

    high = [4 * variance, 4 * variance, distance[-1]]
    best = None
    for reach in np.geomspace(2 * pixel_m, 0.9 * distance[-1], 6):
        began = [0.3 * variance, 0.7 * variance, reach]
        fitted = optimize.least_squares(misfit, began, bounds=([0, 0, pixel_m], high), x_scale=began)
        if best is None or fitted.cost < best.cost:
            best = fitted
    nugget, sill, reach = (float(each) for each in best.x)  # type: ignore[union-attr]
    return nugget, sill, reach


def _semivariance(left: Heights, step: int) -> tuple[float, int]:
    """Return half the mean square of differences at a distance along rows and columns, and the number of pairs."""
    total, count = 0.0, 0
    for apart in (left[step:] - left[:-step], left[:, step:] - left[:, :-step]):
        known = np.isfinite(apart)
        total += float((apart[known] ** 2).sum())
        count += int(known.sum())
    return (0.5 * total / count if count else np.nan), count
