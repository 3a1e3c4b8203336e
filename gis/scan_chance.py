"""Chance in the scan: what the strongest window would be if there were no cluster, by simulation.

A. M. Abrams, K. Kleinman, M. Kulldorff (2010): Gumbel based p-value approximations for spatial scan statistics.
International Journal of Health Geographics 9:61, for small p from few replicates.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from gis import scan_windows
from gis.scan_circles import THREADS, Circles
from gis.scan_windows import WORDS, Floats, Index, Words

_PILOT_FLOOR = 3.0
_MARGIN = 0.8
_WHOLE = 1 << 32

Draw = Callable[[Words, Words], None]
"""Fills packed counts (n, steps, WORDS) of one batch from its seeds."""


@dataclass(frozen=True)
class Null:
    """What chance does.

    Attributes
    ----------
    draw : Draw
        One of ``placed``, ``shuffled`` and ``chosen``.
    expected : (n, steps + 1) float64
        Running sums over time.
    within : (k, 2) int64
        Spans of time, see ``scan_windows.spans``.
    totals : (3,) float64
        See ``scan_windows.best_by_centre``.
    """

    draw: Draw
    expected: Floats
    within: Index
    totals: Floats


def maxima(circles: Circles, null: Null, replications: int, rng: np.random.Generator) -> Floats:
    """Return the strongest window's ratio in each of many maps without a cluster, shape (replications,).

    The first batch is scanned above a low floor; its weakest answer, less a margin, is the floor of the others. A
    batch with an answer below its floor is scanned again above half of it, and at last above none: the floor changes
    the time, never the result.
    """
    lanes = scan_windows.lanes(int(null.totals[0]))
    batches = -(-replications // lanes)
    seeds = rng.integers(0, 1 << 63, (batches, lanes), np.uint64)
    shape = (circles.start.size - 1, null.expected.shape[1] - 1, WORDS)

    def answer(batch: int, ladder: list[tuple[float, Index]]) -> Floats:
        packed = np.zeros(shape, np.uint64)
        null.draw(packed, seeds[batch])
        for floor, need in ladder:
            best = scan_windows.strongest(circles, packed, null.expected, null.within, need, null.totals)
            if best.min() > floor:
                break
        return best

    def ladder(top: float) -> list[tuple[float, Index]]:
        return [(floor, scan_windows.needs(floor, null.totals)) for floor in (top, top / 2, 0.0)]

    pilot = answer(0, ladder(_PILOT_FLOOR))
    floors = ladder(_MARGIN * float(pilot.min()))
    with ThreadPoolExecutor(THREADS) as threads:
        rest = list(threads.map(lambda batch: answer(batch, floors), range(1, batches)))
    return np.concatenate([pilot, *rest])[:replications]


def monte_carlo_p(ratios: Floats, maxima: Floats) -> Floats:
    """Return (1 + maxima that reach a ratio) / (1 + replications); 1 without replications."""
    ranked = np.sort(maxima)
    reached = len(ranked) - np.searchsorted(ranked, ratios, side="left")
    return np.asarray((1 + reached) / (1 + len(ranked)), np.float64)


def gumbel_p(ratios: Floats, maxima: Floats) -> Floats:
    """Return the upper tail of the Gumbel law with the mean and deviation of the maxima; NaN if these do not vary."""
    spread = float(np.std(maxima, ddof=1)) if len(maxima) > 1 else 0.0
    if not spread > 0:
        return np.full(np.shape(ratios), np.nan)
    scale = spread * np.sqrt(6) / np.pi
    mode = float(np.mean(maxima)) - np.euler_gamma * scale
    return np.asarray(-np.expm1(-np.exp(-(ratios - mode) / scale)), np.float64)


def placed(expected: Floats, total: int) -> Draw:
    """Return draws for the Poisson model: each of the cases falls on a place and step as its expectation says.

    Parameters
    ----------
    expected : (n, steps) float
        Steps before the first span may be left out; then ``total`` still counts all cases, and the share left out
        is that which ``expected`` lacks to ``total``.
    total : int
        All cases.
    """
    short = max(0.0, total - float(expected.sum()))
    chance, other = _alias(np.append(expected.ravel(), short))
    bits = scan_windows.bits_of(total)
    return lambda packed, seeds: _place(packed, seeds, chance, other, (total, bits))


def shuffled(places: Index, steps: Index, first: int) -> Draw:
    """Return draws for the permutation: the cases keep their places and swap their steps.

    Parameters
    ----------
    places, steps : (cases,) int64
    first : int
        Earliest step that any span holds; cases before it fall out.
    """
    bits = scan_windows.bits_of(len(places))
    return lambda packed, seeds: _shuffle(packed, seeds, places, steps - first, bits)


def chosen(people: Index, total: int) -> Draw:
    """Return draws for the Bernoulli model: of the people (cases and controls, by place) some are the cases."""
    crowd = np.repeat(np.arange(len(people)), people)
    bits = scan_windows.bits_of(total)
    return lambda packed, seeds: _choose(packed, seeds, crowd, (total, bits))


def _alias(weights: Floats) -> tuple[Words, Index]:
    """Return Walker's table by Vose's method: a place is kept with its chance of 2**32, else its other one is taken."""
    chance, other = _vose(weights * (weights.size / weights.sum()))
    return np.minimum(np.round(chance * _WHOLE), _WHOLE).astype(np.uint64), other


@njit(nogil=True, cache=True)
def _vose(scaled: Floats) -> tuple[Floats, Index]:
    n = scaled.size
    chance, other = np.ones(n), np.arange(n)
    small, large = np.empty(n, np.int64), np.empty(n, np.int64)
    smalls = larges = 0
    for place in range(n):
        if scaled[place] < 1:
            small[smalls] = place
            smalls += 1
        else:
            large[larges] = place
            larges += 1
    while smalls and larges:
        smalls -= 1
        poor, rich = small[smalls], large[larges - 1]
        chance[poor], other[poor] = scaled[poor], rich
        scaled[rich] -= 1 - scaled[poor]
        if scaled[rich] < 1:
            larges -= 1
            small[smalls] = rich
            smalls += 1
    return chance, other


@njit(nogil=True, cache=True, inline="always")
def _mixed(state: np.uint64) -> np.uint64:
    """Return 64 random bits from a state of SplitMix64 (Steele, Lea, Flood 2014); the caller moves the state on."""
    mixed = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))


@njit(nogil=True, cache=True, inline="always")
def _unit(state: np.uint64) -> float:
    """Return a number in [0, 1)."""
    return np.float64(_mixed(state) >> np.uint64(11)) * (1.0 / (1 << 53))


_STEP = np.uint64(0x9E3779B97F4A7C15)


@njit(nogil=True, cache=True)
def _place(packed: Words, seeds: Words, chance: Words, other: Index, counts: tuple[int, int]) -> None:
    total, bits = counts
    many, low = np.uint64(chance.size), np.uint64(0xFFFFFFFF)  # the upper half of a number draws, the lower decides
    flat = packed.reshape(packed.shape[0] * packed.shape[1], packed.shape[2])
    # The last cell takes what falls outside the steps that are scanned.
    seen = np.zeros(flat.shape[0] + 1, np.uint32)
    for lane in range(seeds.size):
        state = seeds[lane]
        seen[:] = 0
        for _ in range(total):
            state += _STEP
            drawn = _mixed(state)
            cell = ((drawn >> np.uint64(32)) * many) >> np.uint64(32)
            if (drawn & low) >= chance[cell]:
                cell = np.uint64(other[cell])
            seen[cell] += np.uint32(1)
        _pack(seen, flat, lane, bits)
    _accumulate(packed)


@njit(nogil=True, cache=True)
def _shuffle(packed: Words, seeds: Words, places: Index, steps: Index, bits: int) -> None:
    flat = packed.reshape(packed.shape[0] * packed.shape[1], packed.shape[2])
    seen = np.zeros(flat.shape[0], np.uint32)
    order = steps.copy()
    for lane in range(seeds.size):
        state = seeds[lane]
        order[:] = steps
        seen[:] = 0
        for case in range(order.size - 1, -1, -1):
            state += _STEP
            partner = np.int64(_unit(state) * (case + 1))
            order[case], order[partner] = order[partner], order[case]
            if order[case] >= 0:
                seen[places[case] * packed.shape[1] + order[case]] += np.uint32(1)
        _pack(seen, flat, lane, bits)
    _accumulate(packed)


@njit(nogil=True, cache=True)
def _choose(packed: Words, seeds: Words, crowd: Index, counts: tuple[int, int]) -> None:
    total, bits = counts
    flat = packed.reshape(packed.shape[0] * packed.shape[1], packed.shape[2])
    seen = np.zeros(flat.shape[0], np.uint32)
    order = crowd.copy()
    for lane in range(seeds.size):
        state = seeds[lane]
        order[:] = crowd
        seen[:] = 0
        for case in range(total):
            state += _STEP
            partner = case + np.int64(_unit(state) * (order.size - case))
            order[case], order[partner] = order[partner], order[case]
            seen[order[case]] += np.uint32(1)
        _pack(seen, flat, lane, bits)


@njit(nogil=True, cache=True)
def _pack(seen: NDArray[np.uint32], flat: Words, lane: int, bits: int) -> None:
    """Put the counts of one replicate into its field."""
    each = 64 // bits
    word, shift = lane // each, np.uint64(bits * (lane % each))
    for cell in range(flat.shape[0]):
        flat[cell, word] |= np.uint64(seen[cell]) << shift


@njit(nogil=True, cache=True)
def _accumulate(packed: Words) -> None:
    """Turn counts into running sums over time."""
    for place in range(packed.shape[0]):
        for step in range(1, packed.shape[1]):
            for word in range(packed.shape[2]):
                packed[place, step, word] += packed[place, step - 1, word]
