"""Windows on a grid: squares and discs given by their row spans, and exact sums over them.

A window is an array of half-widths, one a row from the bottom to the top: the row ``dy`` cells away takes the cells up
to ``spans[dy + reach]`` to each side. Sums run over prefix sums of the rows, so their price grows with the window's
height, not with its area, and sums of integers are exact.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Spans = NDArray[np.int64]
Whole = NDArray[np.int64]
Real = NDArray[np.float64]
Numbers = NDArray[Any]
"""Integers of any width, or float64; a sum has the type of what was summed."""

_PIECE = 1 << 17  # so many cells at a time stay in the processor's cache, however many rows a window has


class Around(Protocol):
    """What lies around each of n cells, the cell itself included: a window on a grid or links between polygons."""

    @property
    def members(self) -> Whole:
        """Number of cells around each cell, itself included, shape (n,)."""

    def sums(self, values: Numbers) -> Numbers:
        """Return the sum of some values, shape (n,), around each cell."""


@dataclass(frozen=True)
class Lattice:
    """A window laid around each cell of an area on a grid; cells outside neither count nor are neighbours.

    Attributes
    ----------
    inside : (rows, columns) bool
        The n cells of the area, in row order.
    spans : (2 reach + 1,) int64
    """

    inside: NDArray[np.bool_]
    spans: Spans

    @cached_property
    def members(self) -> Whole:
        """Number of cells around each cell, itself included, shape (n,)."""
        if not self._whole:
            return self._flat(sums(self.inside.astype(np.int32), self.spans)).astype(np.int64)
        # On a whole rectangle only the nearness of borders matters, and a small rectangle has all of it.
        places = [_nearness(length, reach_of(self.spans)) for length in self.inside.shape]
        small = sums(np.ones([int(place.max()) + 1 for place in places], np.int64), self.spans)
        return small.take(places[0], axis=0).take(places[1], axis=1).ravel()

    def sums(self, values: Numbers) -> Numbers:
        """Return the sum of some values, shape (n,), around each cell; exact for integers."""
        if self._whole:
            return sums(values.reshape(self.inside.shape), self.spans).ravel()
        grid = np.zeros(self.inside.shape, values.dtype)
        grid[self.inside] = values
        return self._flat(sums(grid, self.spans))

    @cached_property
    def _whole(self) -> bool:
        return bool(self.inside.all())

    def _flat(self, grid: Numbers) -> Numbers:
        return grid.ravel() if self._whole else grid[self.inside]


def square(reach: int) -> Spans:
    """Return the window of ``2 reach + 1`` cells to a side.

    Raises
    ------
    ValueError
        If the reach is not positive.
    """
    if reach < 1:
        raise ValueError(f"a window's reach is at least 1, unlike {reach}")
    return np.full(2 * reach + 1, reach, np.int64)


def disc(radius: float) -> Spans:
    """Return the window of cells whose middle lies within a radius, in cells.

    A radius of 1.5 gives 3 x 3 cells, 3 gives 29, 7 gives 149.

    Raises
    ------
    ValueError
        If the radius is less than one cell, so that a cell would be alone.
    """
    if not radius >= 1:
        raise ValueError(f"a disc's radius is at least 1 cell, unlike {radius}")
    reach = int(radius)
    dy = np.arange(-reach, reach + 1)
    return np.floor(np.sqrt(radius**2 - dy**2)).astype(np.int64)


def cells(spans: Spans) -> int:
    """Return how many cells a window holds away from every border."""
    return int((2 * spans + 1).sum())


def reach_of(spans: Spans) -> int:
    """Return how many cells a window reaches in any direction: the depth of halo that a block needs."""
    return int(max(len(spans) // 2, spans.max()))


def narrow(values: Whole) -> Numbers:
    """Return counts as int32 where no sum of them can overflow it: half the memory is half the time."""
    return values.astype(np.int32) if values.sum() <= np.iinfo(np.int32).max else values


def sums(values: Numbers, spans: Spans) -> Numbers:
    """Return the sum over the window around each cell; beyond the grid there is nothing.

    Parameters
    ----------
    values : (rows, columns) integer or float64
        0 in cells that do not count; no NaN, which would spoil the rest of its row.
    spans : (2 reach + 1,) int64

    Returns
    -------
    (rows, columns) of the type of ``values``
    """
    rows, columns = values.shape
    reach, widest = len(spans) // 2, int(spans.max())
    prefix = np.zeros((rows, columns + 2 * widest + 1), values.dtype)
    np.cumsum(values, axis=1, out=prefix[:, widest + 1 : widest + 1 + columns])
    prefix[:, widest + 1 + columns :] = prefix[:, widest + columns, None]
    total = np.zeros_like(values)
    height = max(1, _PIECE // max(columns, 1))
    for top in range(0, rows, height):
        for dy, span in zip(range(-reach, reach + 1), spans.tolist(), strict=True):
            first, last = max(top, -dy), min(top + height, rows, rows - dy)
            if first >= last:
                continue
            lines = prefix[first + dy : last + dy]
            total[first:last] += lines[:, widest + span + 1 : widest + span + 1 + columns]
            total[first:last] -= lines[:, widest - span : widest - span + columns]
    return total


def _nearness(length: int, reach: int) -> Whole:
    """Return the place in a line of at most ``2 reach + 1`` cells that is as near to both ends, up to the reach."""
    place = np.arange(length)
    from_end = min(length, 2 * reach + 1) - 1 - place[::-1]
    return np.where(place[::-1] < reach, np.maximum(from_end, 0), np.minimum(place, reach)).astype(np.int64)
