"""Sharpness: how much more one date of a pair is blurred than the other.

What was resampled on its way, or taken by another sensor, has softer edges, and every edge then looks like change.
Where the ground is the same, the spectrum of the one date is that of the other times the blur; noise and change are
spectra of one date alone. So the blur is asked for twice, of the spectrum that both dates share against that of either
date, which errs to either side, and is what both answers agree on; a pair is left as it is whose fine detail is
ruled by noise or change.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy import fft

from satellite.scores import Blur, Counts

Reals = NDArray[np.float64]

LEAST_PX2 = 0.05
"""Smaller variances, in square pixels, change no score worth the smoothing."""
MOST_PX2 = 0.6
"""A larger one is another resolution; no more than this is made up for."""
_SEGMENT_PX = 64
_LINES = 8
_FREQUENCIES = (0.25, 1.6)
_SURE = 50.0
_FEWEST = 30
_LEAST_COHERENT = 0.7


def blur(windows: Sequence[Counts]) -> Blur:
    """Return the variance, in square pixels south and east, of the Gaussian that one date is blurred by.

    Parameters
    ----------
    windows : sequence of Counts
        Parts of a pair; their sizes may differ.

    Returns
    -------
    (float, float)
        Positive where the later date is the softer one, negative where the earlier one is; 0 where that is not
        known or hardly anything, ``MOST_PX2`` at most.
    """
    dates = [replace(window, fraction=(0.0, 0.0)).brightness() for window in windows]
    south, east = (_along(dates, axis) for axis in (0, 1))
    return south, east


def _along(dates: Sequence[tuple[NDArray[np.float32], NDArray[np.float32]]], axis: int) -> float:
    parts = [np.stack([_segments(np.moveaxis(date, axis, -1)) for date in pair]) for pair in dates]
    both = np.concatenate(parts, axis=1).astype(np.float64)
    both = both[:, np.isfinite(both).all(axis=(0, 2))]
    if both.shape[1] < _FEWEST:
        return 0.0
    both -= both.mean(axis=2, keepdims=True)
    first, second = fft.rfft(both * np.hanning(_SEGMENT_PX + 1)[:-1], axis=2)
    products = ((first, first), (second, second), (first, second))
    return _agreed(*(np.abs((one * other.conj()).sum(axis=0)) for one, other in products))


def _segments(date: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the pieces, a row each, that lines of an image are cut into, each line the mean of some.

    Were every line taken alone, a blur across the lines would show along them: what is fine one way is so the other.
    """
    high, wide = date.shape[0] // _LINES, date.shape[1] // _SEGMENT_PX
    lines = date[: high * _LINES, : wide * _SEGMENT_PX].reshape(high, _LINES, -1).mean(axis=1)
    return lines.reshape(-1, _SEGMENT_PX)


def _agreed(first: Reals, second: Reals, shared: Reals) -> float:
    """Return the variance that both ratios of spectra show."""
    frequency = 2 * np.pi * np.arange(first.size) / _SEGMENT_PX
    asked = (frequency > _FREQUENCIES[0]) & (frequency < _FREQUENCIES[1])
    asked &= (first > 0) & (second > 0) & (shared > 0)
    if asked.sum() < 3:  # noqa: PLR2004 - a line and something to err by
        return 0.0
    first, second, shared, frequency = (each[asked] for each in (first, second, shared, frequency))
    coherent = shared**2 / (first * second)
    if np.median(coherent) < _LEAST_COHERENT:
        return 0.0
    weight = np.minimum(coherent / np.maximum(1 - coherent, 1 / _SURE), _SURE)
    one, other = (
        -2 * float(np.polyfit(frequency**2, np.log(ratio), 1, w=np.sqrt(weight))[0])
        for ratio in (shared / first, second / shared)
    )
    least = min(one, other, key=abs) if one * other > 0 else 0.0
    return float(np.clip(least, -MOST_PX2, MOST_PX2)) if abs(least) >= LEAST_PX2 else 0.0
