"""Windows of the scan: circles, and circles through spans of time, each with its log-likelihood ratio.

M. Kulldorff (1997): A spatial scan statistic. Communications in Statistics - Theory and Methods 26(6), 1481-1496.
M. Kulldorff et al. (2005): A space-time permutation scan statistic for disease outbreak detection. PLoS Medicine 2(3).

With c of C cases in a window where mu were expected, the Poisson model and the permutation have
c ln(c / mu) + (C - c) ln((C - c) / (C - mu)); the Bernoulli model has the same with the terms of the controls. For a
window of given mu both grow with c as soon as c > mu: so a replicate needs no logarithm unless a window holds as many
cases as a floor asks for, and counts of many replicates are compared at once, packed side by side into whole numbers.
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from gis.scan_circles import Circles

Floats = NDArray[np.float64]
Index = NDArray[np.int64]
Words = NDArray[np.uint64]

WORDS = 8
"""Whole numbers of 64 bits that hold the counts of one batch of replicates at one place."""

_BINS_A_CASE, _MOST_BINS = 16, 1 << 18


def spans(steps: int, longest: int, *, shortest: int = 1, prospective: bool = False) -> Index:
    """Return the spans of time to scan, (k, 2) from step (included) to step (excluded).

    Raises
    ------
    ValueError
        Unless 1 <= shortest <= longest <= steps.
    """
    if not 1 <= shortest <= longest <= steps:
        raise ValueError(f"spans of {shortest} to {longest} steps do not fit {steps}")
    ends = [steps] if prospective else range(1, steps + 1)
    pairs = [(end - length, end) for end in ends for length in range(shortest, longest + 1) if end - length >= 0]
    return np.array(pairs, np.int64)


@njit(nogil=True, cache=True, error_model="numpy")
def log_ratio(cases: float, mu: float, total: float, population: float) -> float:
    """Return the log-likelihood ratio of a window.

    Parameters
    ----------
    cases, mu : float
        Observed and expected cases of the window; the expected ones of all places sum to ``total``.
    total : float
        All cases.
    population : float
        Cases and controls of the Bernoulli model; 0 for Poisson and permutation.

    Returns
    -------
    float
        0 where no more cases were seen than expected.
    """
    if cases <= mu:
        return 0.0
    ratio = cases * np.log(cases / mu)
    if cases < total:
        ratio += (total - cases) * np.log((total - cases) / (total - mu))
    if population > 0:
        # mu = people * total / population: the same sum over controls.
        people = mu * population / total
        controls, all_controls = people - cases, population - total
        ratio += _term(controls, people * all_controls / population)
        ratio += _term(all_controls - controls, (population - people) * all_controls / population)
    return ratio


@njit(nogil=True, cache=True, error_model="numpy")
def _term(seen: float, expected: float) -> float:
    return seen * np.log(seen / expected) if seen > 0 else 0.0


@njit(nogil=True, cache=True)
def best_by_centre(
    start: Index,
    reached: NDArray[np.int32],
    cases: Index,
    expected: Floats,
    within: Index,
    totals: Floats,
) -> tuple[Floats, Index, Index]:
    """Return the strongest window around each centre: its ratio, how many places it holds, and its span.

    Parameters
    ----------
    start, reached : see ``gis.scan_circles.Circles``
    cases : (n, steps + 1) int64
        Running sums over time, a column of zeros first.
    expected : (n, steps + 1) float64
        Likewise.
    within : (k, 2) int64
        Spans of time.
    totals : (3,) float
        All cases, all people (0 but for Bernoulli), fewest cases of a window.

    Returns
    -------
    ratios : (n,) float64
        0 where no window has more cases than expected.
    many : (n,) int64
    span : (n,) int64
        Row of ``within``.
    """
    n = start.size - 1
    ratios, many, chosen = np.zeros(n), np.zeros(n, np.int64), np.zeros(n, np.int64)
    seen, mu = np.zeros(cases.shape[1], np.int64), np.zeros(cases.shape[1])
    for centre in range(n):
        seen[:], mu[:] = 0, 0.0
        for at in range(start[centre], start[centre + 1]):
            code = reached[at]
            place = code if code >= 0 else ~code
            seen += cases[place]
            mu += expected[place]
            if code < 0:
                continue
            for row in range(within.shape[0]):
                count = seen[within[row, 1]] - seen[within[row, 0]]
                if count < totals[2]:
                    continue
                ratio = log_ratio(count, mu[within[row, 1]] - mu[within[row, 0]], totals[0], totals[1])
                if ratio > ratios[centre]:
                    ratios[centre], many[centre], chosen[centre] = ratio, at + 1 - start[centre], row
    return ratios, many, chosen


@njit(nogil=True, cache=True)
def needs(floor: float, totals: Floats) -> Index:
    """Return how many cases a window needs for its ratio to pass a floor, by bins of its expectation.

    A bin answers for its lowest expectation, so that no window is missed; those that pass are computed exactly.

    Parameters
    ----------
    floor : float
    totals : see ``best_by_centre``

    Returns
    -------
    (bins + 2,) int64
        For expectations from 0 to all cases, and one more for rounding.
    """
    total = totals[0]
    bins = min(_BINS_A_CASE * int(total), _MOST_BINS)
    table = np.empty(bins + 2, np.int64)
    count = max(totals[2], 1.0)
    for place in range(table.size):
        mu = place * total / bins
        # In a lowest expectation with fewer people than cases there is nothing to compute: the bin asks for no more.
        most = total if totals[1] == 0 else min(total, mu * totals[1] / total)
        while count < most and log_ratio(count, mu, total, totals[1]) <= floor:
            count += 1
        table[place] = int(count)
    return table


def strongest(circles: Circles, packed: Words, expected: Floats, within: Index, need: Index, totals: Floats) -> Floats:
    """Return the largest ratio over all windows of each replicate of a batch.

    Parameters
    ----------
    circles : Circles
    packed : (n, steps, WORDS) uint64
        Running sums over time of the counts, several replicates packed into each word (see ``lanes``).
    expected : (n, steps + 1) float64
        Running sums over time.
    within : (k, 2) int64
    need : (bins + 2,) int64
        See ``needs``.
    totals : (3,) float
        See ``best_by_centre``.

    Returns
    -------
    (lanes,) float64
        Exact where it exceeds the floor of ``need``; at most the floor elsewhere.
    """
    bits = bits_of(int(totals[0]))
    wanted, tops = _spread(need, bits), _spread(np.array([1 << (bits - 1)]), bits)[0]
    rings, fields = (circles.start, circles.reached), (tops, bits)
    if packed.shape[1] == 1:
        return _strongest_circle(
            rings, packed.reshape(len(packed), WORDS), expected[:, 1].copy(), wanted, fields, totals
        )
    return _strongest_cylinder(rings, packed, expected, within, wanted, fields, totals)


def bits_of(total: int) -> int:
    """Return how many bits a count needs, one of them to compare with: 16 or 32.

    Raises
    ------
    ValueError
        If there are 2**31 cases or more.
    """
    if total >= 1 << 31:
        raise ValueError(f"{total} cases are too many to count")
    return 16 if total < 1 << 15 else 32


def lanes(total: int) -> int:
    """Return how many replicates a batch holds: 32, or 16 from 32,768 cases on."""
    return WORDS * 64 // bits_of(total)


def _spread(values: Index, bits: int) -> Words:
    """Return whole numbers that hold a value once in every field."""
    ones = sum(1 << (bits * field) for field in range(64 // bits))
    return values.astype(np.uint64) * np.uint64(ones)


@njit(nogil=True, cache=True, error_model="numpy")
def _strongest_circle(
    rings: tuple[Index, NDArray[np.int32]],
    packed: Words,
    expected: Floats,
    wanted: Words,
    fields: tuple[np.uint64, int],
    totals: Floats,
) -> Floats:
    """Scan circles. The running counts stand in eight variables, which stay in the processor's registers."""
    start, reached = rings
    tops = np.uint64(fields[0])
    best = np.zeros(WORDS * 64 // fields[1])
    row = np.zeros(WORDS, np.uint64)
    scale = (wanted.size - 2) / totals[0]
    for centre in range(start.size - 1):
        a = b = c = d = e = f = g = h = np.uint64(0)
        mu = 0.0
        for at in range(start[centre], start[centre + 1]):
            code = np.int64(reached[at])
            place = np.uint64(
                code ^ (code >> 63)
            )  # ~code below zero; unsigned, so that no index is counted from behind
            mu += expected[place]
            a += packed[place, 0]
            b += packed[place, 1]
            c += packed[place, 2]
            d += packed[place, 3]
            e += packed[place, 4]
            f += packed[place, 5]
            g += packed[place, 6]
            h += packed[place, 7]
            if code < 0:
                continue
            # A field's top bit survives the subtraction exactly if the count is at least what is wanted.
            want = wanted[np.int64(mu * scale)]
            hits = ((a | tops) - want) | ((b | tops) - want) | ((c | tops) - want) | ((d | tops) - want)
            hits |= ((e | tops) - want) | ((f | tops) - want) | ((g | tops) - want) | ((h | tops) - want)
            if hits & tops:
                row[0], row[1], row[2], row[3], row[4], row[5], row[6], row[7] = a, b, c, d, e, f, g, h
                _raise(best, row, want, mu, fields, totals)
    return best


@njit(nogil=True, cache=True, error_model="numpy")
def _strongest_cylinder(
    rings: tuple[Index, NDArray[np.int32]],
    packed: Words,
    expected: Floats,
    within: Index,
    wanted: Words,
    fields: tuple[np.uint64, int],
    totals: Floats,
) -> Floats:
    """Scan circles through spans of time."""
    start, reached = rings
    tops = np.uint64(fields[0])
    steps = packed.shape[1]
    best = np.zeros(WORDS * 64 // fields[1])
    row = np.zeros(WORDS, np.uint64)
    scale = (wanted.size - 2) / totals[0]
    run, mu = np.zeros((steps + 1) * WORDS, np.uint64), np.zeros(steps + 1)
    flat = packed.reshape(packed.shape[0], steps * WORDS)
    for centre in range(start.size - 1):
        run[:], mu[:] = 0, 0.0
        for at in range(start[centre], start[centre + 1]):
            code = np.int64(reached[at])
            place = code if code >= 0 else ~code
            for word in range(steps * WORDS):
                run[WORDS + word] += flat[place, word]
            for step in range(steps + 1):
                mu[step] += expected[place, step]
            if code < 0:
                continue
            for span in range(within.shape[0]):
                first, last = within[span, 0], within[span, 1]
                hoped = mu[last] - mu[first]
                want = wanted[np.int64(hoped * scale)]
                hits = np.uint64(0)
                for word in range(WORDS):
                    row[word] = run[last * WORDS + word] - run[first * WORDS + word]
                    hits |= (row[word] | tops) - want
                if hits & tops:
                    _raise(best, row, want, hoped, fields, totals)
    return best


@njit(nogil=True, cache=True)
def _raise(best: Floats, row: Words, want: np.uint64, mu: float, fields: tuple[np.uint64, int], totals: Floats) -> None:
    """Raise the best ratio of each replicate that has what is wanted in this window."""
    tops, bits = np.uint64(fields[0]), fields[1]
    each = 64 // bits
    for word in range(row.size):
        hits = ((row[word] | tops) - want) & tops
        for field in range(each if hits else 0):
            if (hits >> np.uint64(bits * (field + 1) - 1)) & np.uint64(1):
                count = np.float64((row[word] >> np.uint64(bits * field)) & np.uint64((1 << bits) - 1))
                ratio = log_ratio(count, mu, totals[0], totals[1])
                best[word * each + field] = max(best[word * each + field], ratio)
