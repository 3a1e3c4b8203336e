"""Local Moran's I: which cells are like their neighbours, and which are not.

L. Anselin (1995): Local indicators of spatial association - LISA. Geographical Analysis 27(2), 93-115.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gis import gistar
from gis.nulls import Tail
from gis.windows import Around, Numbers, Real

PATTERNS = ("none", "high_high", "low_high", "low_low", "high_low")
"""What the cell is, then what its neighbours are on average; the position is esda's number of the quadrant."""


@dataclass(frozen=True)
class Association:
    """Local association of n cells; arrays of shape (n,).

    Attributes
    ----------
    i : local Moran's I; NaN where the values do not vary or a cell has no neighbour.
    quadrant : position in ``PATTERNS``, 0 where ``i`` is NaN.
    p : chance of neighbours so far out beside a cell that keeps its own value.
    """

    i: Real
    quadrant: NDArray[np.int64]
    p: Real


def of_counts(counts: NDArray[np.int64], around: Around, *, tail: Tail = "both") -> Association:
    """Return the local Moran's I of counts with row-standardised weights, and its p by exact conditional randomisation.

    Parameters
    ----------
    counts : (n,) int64, not negative
    around : Around
    tail : {"hot", "cold", "both"}
        Of the neighbours: many, few, or either.
    """
    i, quadrant = _association(counts, around)
    p = gistar.of_counts(counts, around, tail=tail, own_stays=True).p
    return Association(i, quadrant, np.where(np.isnan(i), np.nan, p))


def of_values(
    values: Real, around: Around, rng: np.random.Generator, *, tail: Tail = "both", times: int = gistar.TIMES
) -> Association:
    """Return the local Moran's I of any values; p against random deals, see ``gistar.of_values``."""
    i, quadrant = _association(values, around)
    p = gistar.of_values(values, around, rng, tail=tail, own_stays=True, times=times).p
    return Association(i, quadrant, np.where(np.isnan(i), np.nan, p))


def _association(values: Numbers, around: Around) -> tuple[Real, NDArray[np.int64]]:
    """Return I and quadrant as esda does: (n - 1) z lag(z) / sum z^2, with the mean of the neighbours as lag."""
    deviation = values - values.mean()
    squares = float(deviation @ deviation)
    others = around.members - 1
    if not values.max() > values.min():
        return np.full(values.shape, np.nan), np.zeros(values.shape, np.int64)
    with np.errstate(invalid="ignore", divide="ignore"):
        lag = (around.sums(deviation) - deviation) / others
    i = (values.size - 1) * deviation * lag / squares
    high, among_high = deviation > 0, lag > 0
    quadrant = np.select([high & among_high, ~high & among_high, ~high & ~among_high], [1, 2, 3], 4)
    return i, np.where(others > 0, quadrant, 0)
