"""Cloud shadows by geometry: each cloud is thrown along the sun's ray to the height at which its shadow fits best.

After Z. Zhu and C. Woodcock (2012): Object-based cloud and cloud shadow detection in Landsat imagery. Remote Sensing of
Environment 118, 83-94. Water is as dark as a shadow and votes for no height: a lake is no shadow because it is dark.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from satellite.products import Sun

Mask = NDArray[np.bool_]

LOWEST_M, HIGHEST_M = 200.0, 10_000.0
_FARTHEST_PX = 250
_LEAST_FIT = 0.4
_LEAST_GAIN = 0.15
_FEWEST_PX = 3
_SPREAD_PX = 2
_AROUND_PX = 101


@dataclass(frozen=True)
class Ground:
    """A coarse view of a scene.

    Attributes
    ----------
    cloud, dark, water, seen : (rows, columns) bool
    pixel_m : float
    """

    cloud: Mask
    dark: Mask
    water: Mask
    seen: Mask
    pixel_m: float


def offset_px(sun: Sun, height_m: float, pixel_m: float) -> tuple[float, float]:
    """Return how far (rows down, columns right) the shadow of something lies from its image in a view straight down."""
    length = height_m * np.tan(np.radians(sun.zenith)) / pixel_m
    towards = np.radians(sun.azimuth)
    return float(np.cos(towards) * length), float(-np.sin(towards) * length)


def zone(ground: Ground, sun: Sun) -> Mask:
    """Return where shadows of the clouds fall, whatever is on the ground there.

    Parameters
    ----------
    ground : Ground
    sun : Sun

    Returns
    -------
    (rows, columns) bool
        Clouds whose shadow is found nowhere, such as those over water alone, throw none.
    """
    found = np.zeros_like(ground.cloud)
    groups, count = ndimage.label(ground.cloud, np.ones((3, 3)))
    if not count or sun.zenith >= 85:  # noqa: PLR2004 - no sun to speak of
        return found
    rows, columns = np.nonzero(ground.cloud)
    of = groups[rows, columns]
    best, fit = _best(ground, sun, (rows, columns), of)
    usual = float(ground.dark[ground.seen & ~ground.cloud & ~ground.water].mean()) if _open(ground) else 0.0
    trusted = (fit >= _LEAST_FIT) & (fit >= usual + _LEAST_GAIN)
    shifts = _shifts(sun, ground.pixel_m)
    thrown = trusted[of]
    down, right = shifts[best[of]].T
    at = rows[thrown] + down[thrown], columns[thrown] + right[thrown]
    inside = (at[0] >= 0) & (at[0] < found.shape[0]) & (at[1] >= 0) & (at[1] < found.shape[1])
    found[at[0][inside], at[1][inside]] = True
    return np.asarray(ndimage.binary_dilation(found, iterations=_SPREAD_PX))


def background(nir: NDArray[np.float32], land: Mask) -> NDArray[np.float32]:
    """Return the mean near infrared of the land around each pixel, the mean of all where there is none around."""
    weight = ndimage.uniform_filter(land.astype(np.float32), _AROUND_PX)
    total = ndimage.uniform_filter(np.where(land, nir, 0).astype(np.float32), _AROUND_PX)
    whole = float(nir[land].mean()) if land.any() else 0.0
    return np.where(weight > 1e-3, total / np.maximum(weight, 1e-3), whole).astype(np.float32)  # noqa: PLR2004


def _open(ground: Ground) -> bool:
    return bool((ground.seen & ~ground.cloud & ~ground.water).any())


def _shifts(sun: Sun, pixel_m: float) -> NDArray[np.int64]:
    """Return the offsets to try, one coarse pixel apart."""
    lowest, highest = (np.hypot(*offset_px(sun, height, pixel_m)) for height in (LOWEST_M, HIGHEST_M))
    lengths = np.arange(max(lowest, 1.0), max(min(highest, _FARTHEST_PX), 2.0), 1.0)
    down, right = offset_px(sun, 1.0, 1.0)
    unit = np.array([down, right]) / max(float(np.hypot(down, right)), 1e-9)
    return np.rint(lengths[:, None] * unit).astype(np.int64)


def _best(
    ground: Ground, sun: Sun, at: tuple[NDArray[np.int64], NDArray[np.int64]], of: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return for each group of cloud the offset at which most of its thrown pixels are dark, and their share."""
    votes = ground.seen & ~ground.cloud & ~ground.water
    count = int(of.max()) + 1
    sizes = np.bincount(of, minlength=count)
    best, fit = np.zeros(count, np.int64), np.zeros(count)
    for number, (down, right) in enumerate(_shifts(sun, ground.pixel_m)):
        rows, columns = at[0] + down, at[1] + right
        inside = (rows >= 0) & (rows < votes.shape[0]) & (columns >= 0) & (columns < votes.shape[1])
        rows, columns, group = rows[inside], columns[inside], of[inside]
        voting = votes[rows, columns]
        voters = np.bincount(group[voting], minlength=count)
        dark = np.bincount(group[voting & ground.dark[rows, columns]], minlength=count)
        share = np.where(voters >= np.maximum(_FEWEST_PX, 0.2 * sizes), dark / np.maximum(voters, 1), 0.0)
        better = share > fit
        best[better], fit[better] = number, share[better]
    return best, fit
