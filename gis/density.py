"""Density of points: a Gaussian kernel over a raster, by linear binning and two one-dimensional filters.

M. P. Wand (1994): Fast computation of multivariate kernel estimators. Journal of Computational and Graphical Statistics
3(4), 433-445. A density is a picture, no test: it has peaks where there is nothing but chance.
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray
from scipy import ndimage

Real = NDArray[np.float64]

_REACH = 5.0


def kernel(
    x: Real,
    y: Real,
    *,
    bbox: tuple[float, float, float, float],
    shape: tuple[int, int],
    bandwidth: float,
    weights: Real | None = None,
) -> Real:
    """Return the density of points on a raster.

    Parameters
    ----------
    x, y : (n,) float64
        Metric coordinates without NaN. Points up to five bandwidths outside the box count, those further away do not.
    bbox : (west, south, east, north)
        In the units of the points.
    shape : (rows, columns)
        Row 0 is the northernmost; values stand for the middles of pixels.
    bandwidth : float
        Standard deviation of the kernel, in the units of the points. With four pixels to a bandwidth the error is
        about a thousandth of the peak, less where points are many.
    weights : (n,) float64, optional
        1 each by default.

    Returns
    -------
    (rows, columns) float64
        Points (or weight) per square unit. There is no correction at the edges of the box.

    Raises
    ------
    ValueError
        If the box is empty, or the bandwidth is less than half a pixel, which the raster cannot show.
    """
    west, south, east, north = bbox
    rows, columns = shape
    if not (east > west and north > south):
        raise ValueError("the box holds nothing")
    width, height = (east - west) / columns, (north - south) / rows
    if not bandwidth >= max(width, height) / 2:
        raise ValueError(f"a bandwidth of {bandwidth} cannot be shown by pixels of {width} x {height}")
    margin = [int(np.ceil(_REACH * bandwidth / size)) + 1 for size in (height, width)]
    grid = np.zeros((rows + 2 * margin[0], columns + 2 * margin[1]))
    column = (x - west) / width - 0.5 + margin[1]
    row = (north - y) / height - 0.5 + margin[0]
    _bin(grid, row, column, np.ones(1) if weights is None else weights)
    for axis, size in enumerate((height, width)):
        # Linear binning itself spreads a point by a triangle, of variance 1/6 pixel squared on average.
        sigma = np.sqrt((bandwidth / size) ** 2 - 1 / 6)
        grid = ndimage.gaussian_filter1d(grid, sigma, axis=axis, mode="constant", truncate=_REACH)
        grid = grid[margin[0] : margin[0] + rows] if axis == 0 else grid[:, margin[1] : margin[1] + columns]
    return np.ascontiguousarray(grid / (width * height))


@njit(cache=True, nogil=True)
def _bin(grid, row, column, weights):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - compiled
    """Share each point among the four middles of pixels around it; points outside are left out."""
    for at in range(len(row)):
        down, right = int(np.floor(row[at])), int(np.floor(column[at]))
        if 0 <= down < grid.shape[0] - 1 and 0 <= right < grid.shape[1] - 1:
            weight = weights[at if len(weights) > 1 else 0]
            below, beside = row[at] - down, column[at] - right
            grid[down, right] += weight * (1 - below) * (1 - beside)
            grid[down, right + 1] += weight * (1 - below) * beside
            grid[down + 1, right] += weight * below * (1 - beside)
            grid[down + 1, right + 1] += weight * below * beside
