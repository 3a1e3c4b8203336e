"""Resampling: values of an image between its pixels, by cubic convolution.

After R. G. Keys (1981): Cubic convolution interpolation for digital image processing. IEEE Transactions on Acoustics,
Speech, and Signal Processing 29(6), 1153-1160, with a = -1/2: exact for parabolas.
"""

from functools import cache

import numpy as np
from numba import njit
from numpy.typing import NDArray

Image = NDArray[np.float32]
Numbers = NDArray[np.number]
Reals = NDArray[np.float64]

MARGIN_PX = 2
"""Pixels that a value asks for on each side of its place."""
_TAPS = 4
_LOW_PASS_PX = 3
_LOW_PASS_SIGMA_PX = 0.7
_FREQUENCIES = 512
_FLAT = 0.05
"""Square of the frequency below which an edge's spectrum is taken to be level."""


def cubic(image: Numbers, row: Reals, column: Reals, *, missing: float = np.nan) -> Image:
    """Return the bands of an image at places.

    Parameters
    ----------
    image : (bands, rows, columns) of any number type
    row, column : float64, shapes that broadcast to (r, c)
        Places; whole numbers are the middles of pixels.
    missing : float
        What stands for "not observed"; NaN always does.

    Returns
    -------
    (bands, r, c) float32
        NaN where the nearest pixel is not observed or outside; of the other pixels around, those observed share the
        weight.
    """
    rows, columns = np.broadcast_arrays(row, column)
    places = [np.ascontiguousarray(each, dtype=np.float64) for each in (rows, columns)]
    return _cubic(np.ascontiguousarray(image), places[0], places[1], np.float32(missing))


def shifted(image: Image, south: float, east: float) -> Image:
    """Return the inner part of an image moved by a fraction of a pixel: ``cubic`` along rows, then across them.

    Parameters
    ----------
    image : (bands, rows, columns) float32
        NaN where not observed; its outer ``MARGIN_PX`` rows and columns are not returned.
    south, east : float
        Where the content lies that is wanted at the middle of a pixel, -0.5 to 0.5.

    Returns
    -------
    (bands, rows - 2 MARGIN_PX, columns - 2 MARGIN_PX) float32
        As of ``cubic``.
    """
    down, along = (_moved(fraction) for fraction in (south, east))
    return convolved(image, down, along)


def convolved(image: Image, down: Image, along: Image) -> Image:
    """Return the inner part of an image smoothed or moved by weights across its rows and along them.

    Parameters
    ----------
    image : (bands, rows, columns) float32
        NaN where not observed; its outer r rows and columns are not returned.
    down, along : (2 r + 1,) float32

    Returns
    -------
    (bands, rows - 2 r, columns - 2 r) float32
        NaN where the pixel itself is not observed; of the pixels around, those observed share the weight.
    """
    return _convolved(np.ascontiguousarray(image, dtype=np.float32), down, along)


def _moved(fraction: float) -> Image:
    """Return Keys' weights of the five pixels around one for a place -0.5 to 0.5 past its middle."""
    whole = int(np.floor(fraction))
    four = np.empty(_TAPS)
    _weights(fraction - whole, four)
    weights = np.zeros(2 * MARGIN_PX + 1, np.float32)
    first = MARGIN_PX + whole - 1
    weights[first : first + _TAPS] = four
    return weights


@cache
def low_pass(fraction: float, blur: float = 0.0) -> tuple[float, ...]:
    """Return seven weights that smooth as at the middle of a pixel, about a place so far past it (-0.5 to 0.5).

    With ``blur`` they smooth more, by a Gaussian of that variance in square pixels besides.

    They smooth by a Gaussian of 0.7 px and by the mean of two neighbours, in frequency exp(-0.245 w^2) cos(w / 2):
    nothing is left of the finest detail, which a sampled image holds only half and no resampling moves. The weights
    about another place follow that law and its phase as closely as seven can, least squares over an edge's spectrum
    (1 / w^2), and sum to 1. A Gaussian merely drawn about the other place is off by seven times as much.
    """
    at = np.arange(-_LOW_PASS_PX, _LOW_PASS_PX + 1)
    w = (np.arange(_FREQUENCIES) + 0.5) * np.pi / _FREQUENCIES
    wanted = np.exp(-(_LOW_PASS_SIGMA_PX**2 + blur) * w**2 / 2) * np.cos(w / 2)
    heed = 1 / np.sqrt(w**2 + _FLAT)
    waves = np.concatenate([heed[:, None] * np.cos(np.outer(w, at)), heed[:, None] * np.sin(np.outer(w, at))])
    law = np.concatenate([heed * wanted * np.cos(w * fraction), heed * wanted * np.sin(w * fraction)])
    solved = np.linalg.solve(waves.T @ waves, np.column_stack([waves.T @ law, np.ones(at.size)]))
    weights = solved[:, 0] + (1 - solved[:, 0].sum()) / solved[:, 1].sum() * solved[:, 1]
    return tuple(weights.tolist())


@njit(nogil=True, cache=True)
def _cubic(image: Numbers, row: Reals, column: Reals, missing: np.float32) -> Image:
    bands, rows, columns = image.shape
    moved = np.full((bands, *row.shape), np.nan, np.float32)
    down, along = np.empty(4), np.empty(4)
    for y in range(row.shape[0]):
        for x in range(row.shape[1]):
            at_row, at_column = row[y, x], column[y, x]
            near_row, near_column = int(np.floor(at_row + 0.5)), int(np.floor(at_column + 0.5))
            if not (0 <= near_row < rows and 0 <= near_column < columns):
                continue
            top, left = int(np.floor(at_row)), int(np.floor(at_column))
            _weights(at_row - top, down)
            _weights(at_column - left, along)
            for band in range(bands):
                if not _known(np.float32(image[band, near_row, near_column]), missing):
                    continue
                total, weight = 0.0, 0.0
                for i in range(4):
                    r = top - 1 + i
                    if not 0 <= r < rows:
                        continue
                    for j in range(4):
                        c = left - 1 + j
                        if 0 <= c < columns and _known(np.float32(image[band, r, c]), missing):
                            share = down[i] * along[j]
                            total += share * np.float32(image[band, r, c])
                            weight += share
                moved[band, y, x] = total / weight
    return moved


@njit(nogil=True, cache=True)
def _known(value: np.float32, missing: np.float32) -> bool:
    return value != missing and not np.isnan(value)


@njit(nogil=True, cache=True, fastmath={"contract", "reassoc", "nsz"})
def _convolved(image: Image, down: Image, along: Image) -> Image:
    bands, rows, columns = image.shape
    reach = down.size // 2
    high, wide = rows - 2 * reach, columns - 2 * reach
    moved = np.empty((bands, high, wide), np.float32)
    # Sums along the rows of what is observed, and of its weights.
    value, weight = np.empty((rows, wide), np.float32), np.empty((rows, wide), np.float32)
    line, seen = np.empty(columns, np.float32), np.empty(columns, np.float32)
    total, share = np.empty(wide, np.float32), np.empty(wide, np.float32)
    for band in range(bands):
        value[:] = 0.0
        weight[:] = 0.0
        for row in range(rows):
            for at in range(columns):
                known = not np.isnan(image[band, row, at])
                seen[at] = 1.0 if known else 0.0
                line[at] = image[band, row, at] if known else 0.0
            for step in range(along.size):
                for at in range(wide):
                    value[row, at] += along[step] * line[at + step]
                    weight[row, at] += along[step] * seen[at + step]
        for row in range(high):
            total[:] = 0.0
            share[:] = 0.0
            for step in range(down.size):
                for at in range(wide):
                    total[at] += down[step] * value[row + step, at]
                    share[at] += down[step] * weight[row + step, at]
            for at in range(wide):
                known = not np.isnan(image[band, row + reach, at + reach])
                moved[band, row, at] = total[at] / share[at] if known else np.nan
    return moved


@njit(nogil=True, cache=True)
def _weights(t: float, into: Reals) -> None:
    """Put Keys' weights of the four pixels around a place, ``t`` past the second of them."""
    into[0] = ((-0.5 * t + 1.0) * t - 0.5) * t
    into[1] = (1.5 * t - 2.5) * t * t + 1.0
    into[2] = ((-1.5 * t + 2.0) * t + 0.5) * t
    into[3] = (0.5 * t - 0.5) * t * t
