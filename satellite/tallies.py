"""Tallies: what the changed pixels of groups add up to, their peaks and their strongest pixels, in compiled loops.

A group that several strips hold is tallied part by part; how strong its n-th strongest pixel is takes the n strongest
pixels of each part alone.
"""

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from satellite.runs import Runs

Image = NDArray[np.float32]
Whole = NDArray[np.int32]
Reals = NDArray[np.float64]
Seen = tuple[NDArray[np.intp], Image, Image, Image]
"""Flat positions of changed pixels in their strip, rising, and values (q, n), strength and firm strength (n,) there."""


@dataclass(frozen=True)
class Tallies:
    """What is known of n groups or parts of groups.

    Attributes
    ----------
    changed : (n,) int64
        Changed pixels; closed gaps do not count.
    sums : (n, q) float64
        Of the values over them.
    strength : (n,) float64
        Sum over them.
    peak : (n,) float32
        Greatest strength; below 0 where nothing changed.
    row, column : (n,) int32
        Where it is, the first in reading order where several are.
    tops : (2, t) float32
        Strength and firm strength of the strongest pixels, group after group, in no order.
    starts : (n + 1,) int64
        Where those of each group begin; the last is t.
    """

    changed: NDArray[np.int64]
    sums: Reals
    strength: Reals
    peak: Image
    row: Whole
    column: Whole
    tops: Image
    starts: NDArray[np.int64]


def count(found: Runs, at: NDArray[np.intp], *, top: int, width: int) -> Whole:
    """Return how many changed pixels each run of a strip has.

    Parameters
    ----------
    found : Runs
        All changed pixels lie in one.
    at : (n,) int
        Flat positions of changed pixels in the strip, rising.
    top, width : int
        First row of the strip, and its columns.
    """
    return _counted(found.row - np.int32(top), found.last, at, width)


def tally(of_run: Whole, changed: Whole, seen: Seen, *, most: int, top: int, width: int) -> Tallies:
    """Tally the parts of groups that a strip holds.

    Parameters
    ----------
    of_run : (r,) int32
        Part of each run, from 0, see ``runs.group``.
    changed : (r,) int32
        See ``count``.
    seen : Seen
    most : int
        How many of the strongest pixels are kept.
    top, width : int
    """
    parts = int(of_run.max(initial=-1)) + 1
    pixels = np.bincount(of_run, weights=changed, minlength=parts).astype(np.int64)
    starts = np.concatenate([np.zeros(1, np.int64), np.cumsum(np.minimum(pixels, most))])
    sums, strength = np.zeros((parts, len(seen[1]))), np.zeros(parts)
    peak, where = np.full(parts, -1, np.float32), np.zeros(parts, np.int64)
    tops = np.empty((2, int(starts[-1])), np.float32)
    _add(of_run, changed, seen, (sums, strength, peak, where), (tops, starts))
    row, column = (each.astype(np.int32) for each in np.divmod(where, width))
    return Tallies(pixels, sums, strength, peak, row + np.int32(top), column, tops, starts)


def join(parts: list[Tallies]) -> Tallies:
    """Return the tallies of strips that follow each other as one."""
    *plain, tops, starts = zip(*(vars(part).values() for part in parts), strict=True)
    ends = np.cumsum([0, *(each[-1] for each in starts)])
    moved = [each[:-1] + end for each, end in zip(starts, ends[:-1], strict=True)]
    changed, sums, strength, peak, row, column = (np.concatenate(each) for each in plain)
    ranked = (np.concatenate(tops, axis=1), np.concatenate([*moved, ends[-1:]]))
    return Tallies(changed, sums, strength, peak, row, column, *ranked)


def together(parts: Tallies, group: Whole, groups: int) -> Tallies:
    """Return the tallies of groups from those of their parts; their strongest pixels stay with the parts.

    Parameters
    ----------
    parts : Tallies
    group : (n,) int32
        Of each part; parts of -1 take no part.
    groups : int
        How many there are; each has a part.
    """
    kept = np.flatnonzero(group >= 0)
    order = kept[np.lexsort((parts.column[kept], parts.row[kept], -parts.peak[kept], group[kept]))]
    firsts = order[np.searchsorted(group[order], np.arange(groups))]
    totals = (parts.changed, parts.strength, *parts.sums.T)
    changed, strength, *sums = (np.bincount(group[kept], weights=each[kept], minlength=groups) for each in totals)
    tops, starts = np.empty((2, 0), np.float32), np.zeros(groups + 1, np.int64)
    peaks = (parts.peak[firsts], parts.row[firsts], parts.column[firsts])
    return Tallies(changed.astype(np.int64), np.stack(sums, axis=-1), strength.astype(float), *peaks, tops, starts)


def strongest(parts: Tallies, group: Whole, groups: int, rank: int) -> Image:
    """Return strength and firm strength, (2, groups), that so many pixels of each group reach.

    Parameters
    ----------
    parts : Tallies
        With their ``rank`` strongest pixels at least.
    group : (n,) int32
        Of each part; parts of -1 take no part.
    groups : int
    rank : int
        From 1; a group of fewer changed pixels has 0.
    """
    kept = np.flatnonzero(group >= 0)
    order = kept[np.argsort(group[kept], kind="stable")]
    ends = np.searchsorted(group[order], np.arange(groups + 1))
    return np.stack([_strongest(tops, parts.starts, order, ends, rank) for tops in parts.tops])


@njit(nogil=True, cache=True)
def _counted(row, last, at, width):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202 - compiled
    changed = np.zeros(row.size, np.int32)
    here = 0
    for run in range(row.size):
        end = np.int64(row[run]) * width + last[run]
        while here < at.size and at[here] < end:
            changed[run] += 1
            here += 1
    return changed


@njit(nogil=True, cache=True)
def _add(of_run, changed, seen, totals, ranks) -> None:  # type: ignore[no-untyped-def] # noqa: ANN001 - compiled
    """Add the changed pixels of runs to the totals of their parts."""
    at, values, strength, firm = seen
    sums, total, peak, where = totals
    tops, starts = ranks
    filled = np.zeros(total.size, np.int64)
    here = 0
    for run in range(of_run.size):
        part = of_run[run]
        most = starts[part + 1] - starts[part]
        first, second = tops[0, starts[part] : starts[part + 1]], tops[1, starts[part] : starts[part + 1]]
        for _ in range(changed[run]):
            for each in range(values.shape[0]):
                sums[part, each] += values[each, here]
            total[part] += strength[here]
            if strength[here] > peak[part]:
                peak[part], where[part] = strength[here], at[here]
            _rank(first, filled[part], most, strength[here])
            _rank(second, filled[part], most, firm[here])
            filled[part] += 1
            here += 1


@njit(nogil=True, cache=True)
def _rank(heap, filled, most, value) -> None:  # type: ignore[no-untyped-def] # noqa: ANN001 - compiled
    """Keep a value if it is among the strongest: the weakest of those kept is the first of a heap."""
    if filled < most:
        at = filled
        while at > 0 and heap[(at - 1) >> 1] > value:
            heap[at] = heap[(at - 1) >> 1]
            at = (at - 1) >> 1
        heap[at] = value
    elif value > heap[0]:
        at = 0
        while 2 * at + 1 < most:
            least = 2 * at + 1
            if least + 1 < most and heap[least + 1] < heap[least]:
                least += 1
            if heap[least] >= value:
                break
            heap[at] = heap[least]
            at = least
        heap[at] = value


@njit(nogil=True, cache=True)
def _strongest(tops, starts, order, ends, rank):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202 - compiled
    found, heap = np.zeros(ends.size - 1, np.float32), np.empty(rank, np.float32)
    for group in range(found.size):
        # A plain 0 is a type of its own, for which what it is handed to would be compiled once more.
        filled = np.int64(0)
        for at in range(ends[group], ends[group + 1]):
            for top in range(starts[order[at]], starts[order[at] + 1]):
                _rank(heap, filled, rank, tops[top])
                filled += 1
        found[group] = heap[0] if filled >= rank else np.float32(0.0)
    return found
