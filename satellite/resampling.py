"""Resampling: values of an image between its pixels, by cubic convolution.

After R. G. Keys (1981): Cubic convolution interpolation for digital image processing. IEEE Transactions on Acoustics,
Speech, and Signal Processing 29(6), 1153-1160, with a = -1/2: exact for parabolas.
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray

Image = NDArray[np.float32]
Reals = NDArray[np.float64]

MARGIN_PX = 2
"""Pixels that a value asks for on each side of its place."""


def cubic(image: Image, row: Reals, column: Reals) -> Image:
    """Return the bands of an image at places.

    Parameters
    ----------
    image : (bands, rows, columns) float32
        NaN where not observed.
    row, column : float64, shapes that broadcast to (r, c)
        Places; whole numbers are the middles of pixels.

    Returns
    -------
    (bands, r, c) float32
        NaN where the nearest pixel is NaN or outside; of the other pixels around, those observed share the weight.
    """
    rows, columns = np.broadcast_arrays(row, column)
    wanted = (np.ascontiguousarray(each, dtype=np.float64) for each in (rows, columns))
    return _cubic(np.ascontiguousarray(image, dtype=np.float32), *wanted)


@njit(nogil=True, cache=True)
def _cubic(image: Image, row: Reals, column: Reals) -> Image:
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
                if np.isnan(image[band, near_row, near_column]):
                    continue
                total, weight = 0.0, 0.0
                for i in range(4):
                    r = top - 1 + i
                    if not 0 <= r < rows:
                        continue
                    for j in range(4):
                        c = left - 1 + j
                        if 0 <= c < columns and not np.isnan(image[band, r, c]):
                            share = down[i] * along[j]
                            total += share * image[band, r, c]
                            weight += share
                moved[band, y, x] = total / weight
    return moved


@njit(nogil=True, cache=True)
def _weights(t: float, into: Reals) -> None:
    """Put Keys' weights of the four pixels around a place, ``t`` past the second of them."""
    into[0] = ((-0.5 * t + 1.0) * t - 0.5) * t
    into[1] = (1.5 * t - 2.5) * t * t + 1.0
    into[2] = ((-1.5 * t + 2.0) * t + 0.5) * t
    into[3] = (0.5 * t - 0.5) * t * t
