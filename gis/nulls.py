"""Laws of chance: what the sum of a window may be if the values of a map are dealt to its cells at random.

Given all values of a map, those of k cells are k draws without replacement, so the law of their sum depends on k alone.
For counts it is worked out exactly, without simulation: a value v with m copies brings the factor
sum_j C(m, j) (t y x^v)^j, and the coefficient of y^k x^s of the product, divided by that of y^k, is the chance of the
sum s. All terms are positive, so the smallest tails keep their digits. For other values one set of random draws serves
every cell of the map.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import fft, special

Whole = NDArray[np.int64]
Real = NDArray[np.float64]
Tail = Literal["hot", "cold", "both"]
"""Which sums surprise: large ones, small ones, or either (twice the smaller tail, at most 1). Ties always count."""

_FAINT = 1e-40
_SURE = 1e-16
_SPREADS = 9.0
_NEAR = 3.0
_NOISE = 1e-12
_DIRECT = 1e8
_LARGEST_SHARE = 0.4
_LARGEST_TABLE = 5e7


@dataclass(frozen=True)
class Deck:
    """The values of a map as a multiset: (m,) distinct ones, ascending and not negative, and their copies."""

    values: Whole
    copies: Whole

    @property
    def size(self) -> int:
        """Number of cells."""
        return int(self.copies.sum())


@dataclass(frozen=True)
class Chance:
    """How likely so extreme a sum is; arrays of shape (n,).

    Attributes
    ----------
    p : the sum itself counts in full: what is told, and never too small.
    mid : the sum itself counts by half (Lancaster's mid-p): what a correction for many cells takes. Sums of counts
        jump, and with p in full a map of rare cases would be judged three times as strictly as asked.
    """

    p: Real
    mid: Real


@dataclass(frozen=True)
class Tails:
    """Chances of the sum of k draws, a row for each k asked for.

    Attributes
    ----------
    row_of : (largest k + 1,) int64
        Row of each k; those not asked for have row 0.
    below, above : (rows, largest sum + 1) float64
        P(sum <= s) and P(sum >= s).
    """

    row_of: Whole
    below: Real
    above: Real

    def p(self, draws: Whole, sums: Whole, tail: Tail) -> Chance:
        """Return the chance of each sum of so many draws, both of shape (n,)."""
        at = self.row_of[draws] * self.below.shape[1] + sums
        mid = _folded(_halved(self.below, 1), _halved(self.above, -1), tail)
        return Chance(self.table(tail).ravel()[at], mid.ravel()[at])

    def table(self, tail: Tail) -> Real:
        """Return the p of every row and sum."""
        return _folded(self.below, self.above, tail)


def deck(counts: Whole) -> Deck:
    """Return the multiset of some counts, shape (n,), not negative."""
    if counts.max() > 4 * counts.size:
        return Deck(*np.unique(counts, return_counts=True))
    copies = np.bincount(counts)
    distinct = np.flatnonzero(copies)
    return Deck(distinct, copies[distinct])


def is_affordable(draws: Whole, largest: int) -> bool:
    """Say whether the exact law up to a largest sum fits into memory (a table of 400 MB)."""
    return (int(draws.max()) + 1) * (largest + 2) <= _LARGEST_TABLE


def exact(cards: Deck, draws: Whole, largest: int) -> Tails:
    """Return the exact tails of the sum of k values drawn without replacement.

    Parameters
    ----------
    cards : Deck
    draws : (n,) int64
        The k asked for, each of 1 to the deck's size; they may repeat.
    largest : int
        Largest sum that will be looked up; beyond it the law is kept in one piece.

    Notes
    -----
    Where the product would take too long it is taken in the frequency domain. Then tails are exact to 1e-12 and none is
    called smaller than that.
    """
    asked, row_of = _asked(draws)
    most = int(asked[-1])
    factors = [_factor(many, most, cards.size) for many in cards.copies.tolist()]
    work = sum(map(len, factors)) * (most + 1.0) * (largest + 2.0)
    if work > _DIRECT and most <= _LARGEST_SHARE * cards.size:
        return _tails(row_of, np.stack([*_by_waves(cards, asked, largest)]), _NOISE)
    law = _nothing_drawn(most, largest)
    for value, factor in zip(cards.values.tolist(), factors, strict=True):
        law = _times(law, value, factor)
    return _tails(row_of, law[asked])


def exact_without(cards: Deck, draws: Whole, largest: int, visit: Callable[[int, Tails], None]) -> None:
    """Visit the exact tails of draws from all cards but one, for each value that this one may have.

    It is the conditional form: a cell keeps its own value, and its neighbours are dealt from all others.

    Parameters
    ----------
    cards, draws, largest
        See ``exact``; here a k may be 0.
    visit : callable
        Gets the position of the own value among ``cards.values`` and the tails.

    Notes
    -----
    All products but one are found by halves: m log m factors instead of m squared.
    """
    asked, row_of = _asked(draws)
    most = int(asked[-1])

    def grown(law: Real, first: int, last: int, spared: int = 0) -> Real:
        for at in range(first, last):
            law = _times(law, int(cards.values[at]), _factor(int(cards.copies[at]) - spared, most, cards.size))
        return law

    def descend(first: int, last: int, law: Real) -> None:
        if last - first == 1:
            visit(first, _tails(row_of, grown(law, first, last, spared=1)[asked]))
            return
        middle = (first + last) // 2
        descend(first, middle, grown(law, middle, last))
        descend(middle, last, grown(law, first, middle))

    descend(0, len(cards.values), _nothing_drawn(most, largest))


def simulated(
    values: Real, draws: Whole, sums: Real, *, tail: Tail, rng: np.random.Generator, times: int, own_stays: bool
) -> Chance:
    """Return the p of each cell's sum against one set of random draws that all cells share.

    Parameters
    ----------
    values : (n,) float64
    draws : (n,) int64
        Number of values in each sum.
    sums : (n,) float64
    tail : {"hot", "cold", "both"}
    rng : Generator
    times : int
        Number of random deals; no p is smaller than 1 / (times + 1).
    own_stays : bool
        The sum leaves out the cell's own value, and so must the draws: a deal that holds it takes its next card.

    Returns
    -------
    Chance
        (1 + deals at least as far out) / (1 + deals), for ``mid`` too.
    """
    most = int(draws.max())
    ids = _deals(values.size, min(most + 1, values.size), times, rng)
    running = np.concatenate([np.zeros((times, 1)), np.cumsum(values[ids], axis=1)], axis=1)
    slack = 1e-9 * max(float(np.abs(running).max()), np.finfo(float).tiny)
    below, above = np.zeros(values.size, np.int64), np.zeros(values.size, np.int64)
    for many in np.unique(draws).tolist():
        here = draws == many
        dealt = np.sort(running[:, many])
        below[here] = np.searchsorted(dealt, sums[here] + slack, side="right")
        above[here] = times - np.searchsorted(dealt, sums[here] - slack, side="left")
    if own_stays:
        deal, place = np.nonzero(np.arange(ids.shape[1]) < draws[ids])
        cell = ids[deal, place]
        dealt = running[deal, draws[cell]]
        mended = running[deal, draws[cell] + 1] - values[cell]
        lower, upper = sums[cell] + slack, sums[cell] - slack
        np.add.at(below, cell, (mended <= lower).astype(np.int64) - (dealt <= lower))
        np.add.at(above, cell, (mended >= upper).astype(np.int64) - (dealt >= upper))
    p = _folded((below + 1) / (times + 1), (above + 1) / (times + 1), tail)
    return Chance(p, p)


def binomial(sums: Whole, total: int, shares: Real, *, tail: Tail) -> Chance:
    """Return the p of each sum if every one of all cases falls to a cell in proportion to its exposure.

    Parameters
    ----------
    sums : (n,) int64
    total : int
        All cases.
    shares : (n,) float64
        Share of all exposure that the sum's cells hold, 0 to 1.
    tail : {"hot", "cold", "both"}
    """
    # A third of a second and 30 MB that whoever only names this module, as the whole chain does, goes without.
    from scipy import stats

    below, above = stats.binom.cdf(sums, total, shares), stats.binom.sf(sums - 1, total, shares)
    half = stats.binom.pmf(sums, total, shares) / 2
    return Chance(_folded(below, above, tail), _folded(below - half, above - half, tail))


def _folded(below: Real, above: Real, tail: Tail) -> Real:
    if tail == "both":
        return np.minimum(1.0, 2 * np.minimum(below, above))
    return above if tail == "hot" else below


def _halved(tails: Real, side: int) -> Real:
    """Return the middle between each tail and that of the next sum further out, which lies ``side`` columns back."""
    further = np.zeros_like(tails)
    if side > 0:
        further[:, 1:] = tails[:, :-1]
    else:
        further[:, :-1] = tails[:, 1:]
    return (tails + further) / 2


def _asked(draws: Whole) -> tuple[Whole, Whole]:
    """Return the different k, ascending, and the row of each."""
    seen = np.bincount(draws)
    asked = np.flatnonzero(seen)
    row_of = np.zeros(len(seen), np.int64)
    row_of[asked] = np.arange(len(asked))
    return asked, row_of


def _nothing_drawn(most: int, largest: int) -> Real:
    """Return the law before any value was looked at: ``law[k, s]``, its last column for all sums beyond the largest."""
    law = np.zeros((most + 1, largest + 2))
    law[0, 0] = 1.0
    return law


def _factor(many: int, most: int, size: int) -> Real:
    """Return C(many, j) t^j for j = 0 to ``most``, the largest term 1; t centres the law on ``most`` draws."""
    drawn = np.arange(min(many, most) + 1)
    odds = (most + 0.5) / (size - most + 0.5)
    logs = -special.betaln(many - drawn + 1, drawn + 1) - np.log(many + 1) + drawn * np.log(odds)
    terms = np.exp(logs - logs.max())
    return terms[: int(np.flatnonzero(terms > _FAINT)[-1]) + 1]


def _times(law: Real, value: int, factor: Real) -> Real:
    """Return the law after one more value was looked at, of which j copies were drawn with weight ``factor[j]``."""
    grown = factor[0] * law
    for drawn, weight in enumerate(factor[1:].tolist(), start=1):
        step = min(drawn * value, law.shape[1] - 1)
        stay = law.shape[1] - 1 - step
        grown[drawn:, step:-1] += weight * law[:-drawn, :stay]
        grown[drawn:, -1] += weight * law[:-drawn, stay:].sum(axis=1)
    return grown


def _tails(row_of: Whole, law: Real, noise: float = 0.0) -> Tails:
    chance = law / law.sum(axis=1, keepdims=True)
    below = np.cumsum(chance[:, :-1], axis=1)
    above = np.cumsum(chance[:, ::-1], axis=1)[:, :0:-1]
    return Tails(row_of, np.clip(below, noise, 1.0), np.clip(above, noise, 1.0))


def _by_waves(cards: Deck, asked: Whole, largest: int) -> list[Real]:
    """Return the law of each k by the characteristic function of (number drawn, sum) when each card is drawn by itself.

    Cards are drawn with the chance k / n; then k is likely, and the law given k is one line of the transform. One
    transform serves the k that lie within a few standard deviations.
    """
    laws: dict[int, Real] = {}
    for many in asked[::-1].tolist():
        if many in laws:
            continue
        share = many / cards.size
        spread = max(1.0, np.sqrt(many * (1 - share)))
        length = fft.next_fast_len(max(largest + 1, _reach(cards, share)) + 1, real=True)
        height = fft.next_fast_len(min(int(2 * _SPREADS * spread) + 8, cards.size + 1))
        lines = fft.irfft2(_wave(cards, share, height, length), s=(height, length))
        for near in asked[(asked <= many) & (asked > many - _NEAR * spread)].tolist():
            line = np.maximum(lines[near % height], 0.0)
            laws[near] = np.append(line[: largest + 1], line[largest + 1 :].sum())
    return [laws[many] for many in asked.tolist()]


def _wave(cards: Deck, share: float, height: int, length: int) -> NDArray[np.complex128]:
    """Return the characteristic function, shape (height, length // 2 + 1).

    The sum over cards of log(1 - share + share e^i(a + v b)) is a power series in share / (1 - share) whose terms are
    products of a wave of the number and a wave of the map's histogram, so that the price does not grow with the deck.
    """
    odds = share / (1 - share)
    power = np.arange(1, 2 + int(np.log(_SURE * _SURE) / np.log(odds)))
    histogram = fft.fft(np.bincount(cards.values % length, weights=cards.copies, minlength=length))
    summed = histogram[np.outer(power, np.arange(length // 2 + 1)) % length]
    drawn = np.exp(-2j * np.pi * np.outer(np.arange(height), power) / height)
    series: NDArray[np.complex128] = (drawn * (-((-odds) ** power) / power)) @ summed
    return np.exp(cards.size * np.log1p(-share) + series)


def _reach(cards: Deck, share: float) -> int:
    """Return a sum that cards drawn by themselves exceed with a chance of less than 1e-16 (Chernoff's bound)."""
    tilts = np.geomspace(1e-6, 30.0, 200) / max(int(cards.values[-1]), 1)
    growth = np.log1p(share * np.expm1(np.outer(tilts, cards.values))) @ cards.copies
    return int(np.ceil(((growth - np.log(_SURE)) / tilts).min()))


def _deals(size: int, most: int, times: int, rng: np.random.Generator) -> Whole:
    """Return ``times`` rows of ``most`` different positions below ``size``, in random order."""
    if most**2 > 2 * size:
        return np.stack([rng.permutation(size)[:most] for _ in range(times)])
    rows = rng.integers(size, size=(times, most))
    while len(faulty := np.flatnonzero((np.diff(np.sort(rows, axis=1), axis=1) == 0).any(axis=1))):
        rows[faulty] = rng.integers(size, size=(len(faulty), most))
    return rows
