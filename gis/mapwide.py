"""Is there anything on the map at all? One p for the whole map, by dealing it anew.

Windows overlap and sums jump, so that no formula says how often a map without a cluster shows something. Dealing does:
the most surprising window of the real map is ranked among those of maps with the same values in random places.
"""

from collections.abc import Callable, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from gis import gistar, nulls, windows
from gis.nulls import Deck, Tail
from gis.windows import Around, Real, Whole

DEALS = 199


def of_counts(
    counts: NDArray[np.int64], arounds: Sequence[Around], rng: np.random.Generator, *, tail: Tail, deals: int = DEALS
) -> float:
    """Return the p of the most surprising window of a map of counts, whatever its place and size.

    Parameters
    ----------
    counts : (n,) int64, not negative
    arounds : sequence of Around
        The sizes of windows that are looked at.
    rng : Generator
    tail : {"hot", "cold", "both"}
    deals : int

    Returns
    -------
    float
        (1 + deals at least as surprising) / (1 + deals).
    """
    cards = nulls.deck(counts)
    looks = [_look(cards, around, 2 * int(around.sums(counts).max()) + 10, tail) for around in arounds]

    def smallest_p(dealt: Whole) -> float:
        return min(look(dealt) for look in looks)

    small = windows.narrow(counts)
    return ranked(smallest_p(small), (smallest_p(rng.permutation(small)) for _ in range(deals)), deals)


def of_values(
    values: Real, arounds: Sequence[Around], rng: np.random.Generator, *, tail: Tail, deals: int = DEALS
) -> float:
    """Return the p of the largest Gi* of a map of any values; see ``of_counts``."""

    def depth(dealt: Real) -> float:
        return -max(_furthest(gistar.z(dealt, around), tail) for around in arounds)

    return ranked(depth(values), (depth(rng.permutation(values)) for _ in range(deals)), deals)


def of_exposed(
    counts: NDArray[np.int64],
    exposure: Real,
    arounds: Sequence[Around],
    rng: np.random.Generator,
    *,
    tail: Tail,
    deals: int = DEALS,
) -> float:
    """Return the p of the largest excess over exposure; the deals let all cases fall anew in proportion to it."""
    shares = exposure / exposure.sum()

    def depth(dealt: NDArray[np.int64]) -> float:
        return -max(_furthest(gistar.over_exposure(dealt, shares, around), tail) for around in arounds)

    total = int(counts.sum())
    return ranked(depth(counts), (depth(rng.multinomial(total, shares)) for _ in range(deals)), deals)


def _look(cards: Deck, around: Around, largest: int, tail: Tail) -> Callable[[Whole], float]:
    """Return a function that finds the smallest p among the windows of dealt counts."""
    law = nulls.exact(cards, around.members, largest)
    table = law.table(tail).ravel()
    line = law.row_of[around.members] * (largest + 1)

    def smallest(dealt: Whole) -> float:
        return float(table[line + np.minimum(around.sums(dealt), largest)].min())

    return smallest


def _furthest(z: Real, tail: Tail) -> float:
    signed = np.abs(z) if tail == "both" else z if tail == "hot" else -z
    return float(np.max(signed, initial=-np.inf, where=~np.isnan(z)))


def ranked(real: float, dealt: Iterable[float], deals: int) -> float:
    """Return (1 + deals as small as the real figure) / (1 + deals)."""
    return (1 + sum(each <= real for each in dealt)) / (deals + 1)
