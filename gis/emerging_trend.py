"""Trends: the test of Mann and Kendall on many short series at once, ties included.

H. B. Mann (1945): Nonparametric tests against trend. Econometrica 13(3), 245-259. M. G. Kendall (1975): Rank
correlation methods. The variance with ties and the correction of S by one are those of Kendall. Values are whole
numbers (counts, or ranks of a score), for ties of fractions are broken by rounding.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray
from scipy import special

from gis.scan_circles import THREADS

Ranks = NDArray[np.int32]
Whole = NDArray[np.int64]
Real = NDArray[np.float64]

_BLOCK = 256


@dataclass(frozen=True)
class Trend:
    """Mann-Kendall of n series; (n,) each.

    Attributes
    ----------
    s : rises less falls over all pairs of steps.
    variance : of s without a trend, given the ties; 0 for a flat series.
    z : s less one towards zero, by its deviation; 0 for a flat series.
    p : two-sided, by the normal law.
    """

    s: Whole
    variance: Real
    z: Real
    p: Real


def mann_kendall(values: NDArray[np.integer]) -> Trend:
    """Return the trend of each series.

    Parameters
    ----------
    values : (steps, n) integer within 32 bits

    Raises
    ------
    ValueError
        If the array has not two dimensions or is not of whole numbers.
    """
    if values.ndim != 2 or not np.issubdtype(values.dtype, np.integer):  # noqa: PLR2004
        raise ValueError("series are whole numbers, (steps, n)")
    series = values.astype(np.int32, copy=False)
    steps, n = series.shape
    s, ties = np.zeros(n, np.int64), np.zeros(n, np.int64)
    by_parts(n, lambda first, last: _pairs(series, first, last, s, ties))
    variance = (steps * (steps - 1) * (2 * steps + 5) - ties) / 18
    z = np.where(variance > 0, (s - np.sign(s)) / np.sqrt(np.maximum(variance, 1)), 0.0)
    return Trend(s, variance, z, special.erfc(np.abs(z) / np.sqrt(2)))


def by_parts(n: int, work: Callable[[int, int], None]) -> None:
    """Let threads work on parts of n cells, each told its first cell and the one after its last."""
    cuts = np.linspace(0, n, THREADS + 1).astype(int).tolist()
    with ThreadPoolExecutor(THREADS) as threads:
        list(threads.map(work, cuts[:-1], cuts[1:]))


@njit(nogil=True, cache=True)
def _pairs(series: Ranks, first: int, last: int, s: Whole, ties: Whole) -> None:
    """Count rises, falls and ties of all pairs of steps, for a block of series at a time.

    A value that e others equal lies in a group of t = e + 1, and t (t - 1)(2 t + 5) is its members' sum of e (2 e + 7).
    """
    steps = series.shape[0]
    block = np.empty((steps, _BLOCK), np.int32)
    equals = np.empty((steps, _BLOCK), np.int32)
    rises = np.empty(_BLOCK, np.int32)
    for begin in range(first, last, _BLOCK):
        width = min(_BLOCK, last - begin)
        for step in range(steps):
            for cell in range(width):
                block[step, cell] = series[step, begin + cell]
        equals[:], rises[:] = 0, 0
        for late in range(1, steps):
            for early in range(late):
                _compare(block[early], block[late], rises, equals[early], equals[late])
        for cell in range(width):
            s[begin + cell] = rises[cell]
            for step in range(steps):
                e = np.int64(equals[step, cell])
                ties[begin + cell] += e * (2 * e + 7)


@njit(nogil=True, cache=True)
def _compare(early: Ranks, late: Ranks, rises: Ranks, equal_early: Ranks, equal_late: Ranks) -> None:
    for cell in range(_BLOCK):
        rises[cell] += np.int32(late[cell] > early[cell]) - np.int32(late[cell] < early[cell])
        same = np.int32(late[cell] == early[cell])
        equal_early[cell] += same
        equal_late[cell] += same
