"""The local Getis-Ord statistic Gi* and the chance of what it sees, on grids and on polygons alike.

J. K. Ord and A. Getis (1995): Local spatial autocorrelation statistics. Geographical Analysis 27(4), 286-306.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gis import nulls, windows
from gis.errors import WorkbenchError
from gis.nulls import Chance, Deck, Tail, Tails
from gis.windows import Around, Numbers, Real, Whole

TIMES = 9_999
"""Random deals of the values where there is no exact law."""

_NOTHING = 1e-12
_PIECE = 1 << 15  # so many cells at a time stay in the processor's cache


@dataclass(frozen=True)
class Excess:
    """How far each of n cells stands out with its surroundings; arrays of shape (n,).

    Attributes
    ----------
    sums : what lies in the window, the cell included.
    expected : what would lie there on average.
    z : standardised difference; NaN where it means nothing: on a flat map, or where the window is the whole map.
    p, p_mid : chance of a sum so far out, and its mid-p, see ``gis.nulls.Chance``; NaN where z is.
    """

    sums: Numbers
    expected: Real
    z: Real
    p: Real
    p_mid: Real


def z(values: Numbers, around: Around) -> Real:
    """Return Gi* with binary weights, the cell itself included.

    Parameters
    ----------
    values : (n,) integer or float64, without NaN
    around : Around

    Returns
    -------
    (n,) float64
        NaN where the values do not vary or the window is the whole map. Equal to ``G_Local(values, w, transform="B",
        star=True).Zs`` of esda, whose default transform "R" divides z by the root of the number of neighbours.
    """
    if values.dtype.kind == "f":
        centred = values - values.mean()
        if not values.max() > values.min():
            return np.full(values.shape, np.nan)
        return standardised(around.sums(centred), around.members, (0.0, float((centred**2).mean())), values.size)
    counts = values.astype(np.int64, copy=False)
    window = around.sums(windows.narrow(counts))
    return standardised(window, around.members, moments(nulls.deck(counts)), counts.size)


def of_counts(counts: NDArray[np.int64], around: Around, *, tail: Tail = "both", own_stays: bool = False) -> Excess:
    """Return Gi* of counts and its p by exact randomisation.

    Parameters
    ----------
    counts : (n,) int64, not negative
    around : Around
    tail : {"hot", "cold", "both"}
    own_stays : bool
        False: all counts of the map are dealt anew, the cell's own among them; a test of the window's sum.
        True: the cell keeps its count and its neighbours are dealt from the others; what conditional permutation
        (esda, GeoDa) comes near to with ever more permutations.

    Raises
    ------
    ValueError
        If a count is negative.
    WorkbenchError
        ``hotspots.too_many`` if window and counts are so large that the exact law does not fit into memory.
    """
    if counts.min() < 0:
        raise ValueError("counts are not negative")
    cards = nulls.deck(counts)
    window, members = around.sums(windows.narrow(counts)), around.members
    mean, variance = moments(cards)
    score = standardised(window, members, (mean, variance), counts.size)
    if not variance > 0:
        return Excess(window, np.multiply(members, mean), score, score.copy(), score.copy())
    largest = int(window.max())
    if not nulls.is_affordable(members, largest):
        raise WorkbenchError(
            "hotspots.too_many",
            "{cases} cases in a window of {cells} cells are too many for the exact law; take smaller windows",
            cases=largest,
            cells=int(members.max()),
        )
    if own_stays:
        chance = _chance_of_neighbours(counts, cards, window, members, tail)
    else:
        chance = nulls.exact(cards, members, largest).p(members, window, tail)
    return _excess(window, np.multiply(members, mean), score, chance)


def of_values(
    values: Real,
    around: Around,
    rng: np.random.Generator,
    *,
    tail: Tail = "both",
    own_stays: bool = False,
    times: int = TIMES,
) -> Excess:
    """Return Gi* of any values and its p against random deals that all cells share.

    Parameters
    ----------
    values : (n,) float64, without NaN
    around : Around
    rng : Generator
    tail, own_stays
        See ``of_counts``.
    times : int
        Number of deals; no p is smaller than 1 / (times + 1), so that a correction for many cells needs many deals.
    """
    score = z(values, around)
    sums, members = around.sums(values), around.members
    others, draws = (sums - values, members - 1) if own_stays else (sums, members)
    chance = nulls.simulated(values, draws, others, tail=tail, rng=rng, times=times, own_stays=own_stays)
    return _excess(sums, values.mean() * members, score, chance)


def of_exposed(counts: NDArray[np.int64], exposure: Real, around: Around, *, tail: Tail = "both") -> Excess:
    """Return how far the cases of each window exceed what its exposure lets expect, with an exact binomial p.

    Given their number, cases fall to cells in proportion to exposure (area, enterprises, people). Dealing rates anew
    would be no fair game here: rates of small cells vary more. Cases that come in bunches of their own accord, such as
    repeated complaints about one site, make this p too small; count sites then, not complaints.

    Parameters
    ----------
    counts : (n,) int64, not negative
    exposure : (n,) float64, not negative
    around : Around
    tail : {"hot", "cold", "both"}

    Returns
    -------
    Excess
        NaN where the window has no exposure or all of it.

    Raises
    ------
    ValueError
        If a count or an exposure is negative, or all exposure is 0.
    """
    if counts.min() < 0 or not exposure.min() >= 0 or not exposure.sum() > 0:
        raise ValueError("counts and exposures are not negative, and there is some exposure")
    total = int(counts.sum())
    portions = exposure / exposure.sum()
    window, shares = around.sums(counts), np.clip(around.sums(portions), 0.0, 1.0)
    score = over_exposure(counts, portions, around)
    return _excess(window, total * shares, score, nulls.binomial(window, total, shares, tail=tail))


def over_exposure(counts: NDArray[np.int64], portions: Real, around: Around) -> Real:
    """Return (cases - expected) / binomial standard deviation of each window.

    Parameters
    ----------
    counts : (n,) int64
    portions : (n,) float64
        Share of all exposure that each cell holds; their sum is 1.
    around : Around

    Returns
    -------
    (n,) float64
        NaN where the window holds no exposure or all of it.
    """
    total = int(counts.sum())
    shares = np.clip(around.sums(portions), 0.0, 1.0)
    variance = total * shares * (1 - shares)
    variance[variance <= _NOTHING * total] = np.nan
    return (around.sums(counts) - total * shares) / np.sqrt(variance)


def moments(cards: Deck) -> tuple[float, float]:
    """Return mean and variance (divided by n) of a map's counts; exact sums, whatever the order of the cells."""
    mean = int(cards.values @ cards.copies) / cards.size
    return mean, float((cards.values - mean) ** 2 @ cards.copies) / cards.size


def standardised(window: Numbers, members: Whole, moments: tuple[float, float], size: int) -> Real:
    """Return Gi* from the sums of windows and their numbers of cells, for a map of ``size`` cells; NaN as in ``z``."""
    mean, variance = moments
    many = np.arange(int(members.max()) + 1)
    spread = np.sqrt(variance * many * (size - many) / max(size - 1, 1))
    spread[spread == 0] = np.nan
    middle = mean * many
    score = np.empty(window.shape)
    for first in range(0, window.size, _PIECE):
        piece = slice(first, first + _PIECE)
        near = members[piece]
        np.subtract(window[piece], middle[near], out=score[piece])
        score[piece] /= spread[near]
    return score


def _excess(sums: Numbers, expected: Real, score: Real, chance: Chance) -> Excess:
    unknown = np.isnan(score)
    if unknown.any():
        chance.p[unknown] = np.nan
        chance.mid[unknown] = np.nan
    return Excess(sums, expected, score, chance.p, chance.mid)


def _chance_of_neighbours(counts: Whole, cards: Deck, window: Whole, members: Whole, tail: Tail) -> Chance:
    """Return the chance of the neighbours' sum, the cell's own count left in its place."""
    others, draws = window - counts, members - 1
    order = np.argsort(counts.astype(np.uint16) if cards.values[-1] < 1 << 16 else counts, kind="stable")
    last = np.cumsum(cards.copies)
    found = Chance(np.empty(counts.size), np.empty(counts.size))

    def visit(at: int, tails: Tails) -> None:
        here = order[last[at] - cards.copies[at] : last[at]]
        chance = tails.p(draws[here], others[here], tail)
        found.p[here], found.mid[here] = chance.p, chance.mid

    nulls.exact_without(cards, draws, int(others.max()), visit)
    return found
