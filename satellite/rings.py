"""Rings: the borders of groups of pixels, along pixel edges, straight from runs and in compiled loops.

Every run has a left edge, followed upwards, and a right edge, followed downwards, so that the group lies on the right.
Which edge comes next is seen in the rows above and below; at a corner where two pixels of a group touch, the border
stays with its pixel, and a ring that comes back to such a corner is two rings.
"""

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from satellite.runs import Runs

Whole = NDArray[np.int64]
_BITS = 32


def around(parts: Runs) -> tuple[Whole, Whole, Whole, NDArray[np.bool_]]:
    """Return the rings around parts of pixels that hang together edge to edge.

    Parameters
    ----------
    parts : Runs
        Part after part, its runs in reading order; the kind is the number of the part, rising.

    Returns
    -------
    corners : (n, 2) int64
        Column and row, the last of each ring as its first; counter-clockwise around a part on a map, rows downwards.
    starts : (r + 1,) int64
        Where each ring begins; the last is n.
    part : (r,) int64
        Number of the part of each ring.
    hole : (r,) bool
        Whether it is a hole in its part. No ring touches itself.
    """
    row, first, last = (each.astype(np.int64) for each in (parts.row, parts.first, parts.last))
    ends = np.flatnonzero(np.diff(parts.kind, prepend=-1, append=-1))
    follow = _followed(row, first, last, ends)
    corners, starts, edges, areas = _walked(row, first, last, follow)
    return corners, starts, parts.kind[edges >> 1].astype(np.int64), areas > 0


@njit(nogil=True, cache=True)
def _followed(row: Whole, first: Whole, last: Whole, ends: Whole) -> Whole:
    """Return the edge after each: 2 r is the left edge of run r, 2 r + 1 its right edge."""
    follow = np.empty(2 * row.size, np.int64)
    for part in range(ends.size - 1):
        begin, end = ends[part], ends[part + 1]
        above = below = begin
        for at in range(begin, end):
            # The first run above that reaches beyond the left end, and the first below that reaches the right end.
            while row[above] < row[at] - 1 or (row[above] == row[at] - 1 and last[above] <= first[at]):
                above += 1
            while below < end and (row[below] <= row[at] or (row[below] == row[at] + 1 and last[below] < last[at])):
                below += 1
            follow[2 * at] = _upwards(row, first, last, (begin, at, above))
            follow[2 * at + 1] = _downwards(row, first, last, (end, at, below))
    return follow


@njit(nogil=True, cache=True)
def _upwards(row: Whole, first: Whole, last: Whole, place: tuple[int, int, int]) -> int:
    """Return the edge after the left edge of a run, whose upper end lies beside or below a run above, if any."""
    begin, at, above = place
    if row[above] != row[at] - 1 or first[above] >= last[at]:
        return 2 * at + 1
    left = at - 1
    if first[above] < first[at] and left >= begin and row[left] == row[at] and last[left] > first[above]:
        return 2 * left + 1
    return 2 * above


@njit(nogil=True, cache=True)
def _downwards(row: Whole, first: Whole, last: Whole, place: tuple[int, int, int]) -> int:
    """Return the edge after the right edge of a run, whose lower end lies beside or above a run below, if any."""
    end, at, below = place
    if below < end and row[below] == row[at] + 1 and first[below] < last[at]:
        right = at + 1
        if last[below] > last[at] and right < end and row[right] == row[at] and first[right] < last[below]:
            return 2 * right
        return 2 * below + 1
    before = below - 1
    return 2 * before + 1 if row[before] == row[at] + 1 and last[before] > first[at] else 2 * at


@njit(nogil=True, cache=True)
def _walked(row: Whole, first: Whole, last: Whole, follow: Whole) -> tuple[Whole, Whole, Whole, Whole]:
    """Follow the edges round and return corners, where rings begin, an edge of each ring, and twice its area."""
    turns = 0
    for edge in range(follow.size):
        turns += not _straight(first, last, edge, follow[edge])
    # A ring has four corners at least, and repeats one.
    corners, work = np.empty((2 * turns + turns // 2, 2), np.int64), np.empty((2 * turns, 2), np.int64)
    starts, edges = np.zeros(turns // 2 + 1, np.int64), np.zeros(turns // 2 + 1, np.int64)
    areas = np.zeros(turns // 2 + 1, np.int64)
    seen = np.zeros(follow.size, np.bool_)
    # A plain 0 is a type of its own, for which what it is handed to would be compiled once more.
    rings: Any = np.int64(0)
    for edge in range(follow.size):
        if seen[edge]:
            continue
        count, here = 0, edge
        while not seen[here]:
            seen[here] = True
            then = follow[here]
            if not _straight(first, last, here, then):
                level = row[here >> 1] + (here & 1)
                work[count, 0], work[count, 1] = _column(first, last, here), level
                work[count + 1, 0], work[count + 1, 1] = _column(first, last, then), level
                count += 2
            here = then
        found = _split(work[:count], corners, starts, areas, rings)
        for ring in range(rings, found):
            edges[ring] = edge
        rings = found
    return corners[: starts[rings]], starts[: rings + 1], edges[:rings], areas[:rings]


@njit(nogil=True, cache=True)
def _column(first: Whole, last: Whole, edge: int) -> int:
    return last[edge >> 1] if edge & 1 else first[edge >> 1]


@njit(nogil=True, cache=True)
def _straight(first: Whole, last: Whole, edge: int, then: int) -> bool:
    return edge & 1 == then & 1 and _column(first, last, edge) == _column(first, last, then)


@njit(nogil=True, cache=True)
def _former(line: Whole) -> Whole:
    """Return for each corner of a line the last one before it at the same place, -1 for none."""
    size = 4
    while size < 2 * line.shape[0]:
        size *= 2
    # By a hash of the place: the last corner met there.
    latest, former = np.full(size, -1), np.empty(line.shape[0], np.int64)
    for at in range(line.shape[0]):
        slot = ((((line[at, 1] << _BITS) | line[at, 0]) * 0x9E3779B97F4A7C1) >> 33) & (size - 1)
        while latest[slot] >= 0 and (line[latest[slot], 0] != line[at, 0] or line[latest[slot], 1] != line[at, 1]):
            slot = (slot + 1) & (size - 1)
        former[at], latest[slot] = latest[slot], at
    return former


@njit(nogil=True, cache=True)
def _split(line: Whole, corners: Whole, starts: Whole, areas: Whole, rings: int) -> int:
    """Put a ring, as many rings as come back to one corner, behind those that are there; return how many there are."""
    count = line.shape[0]
    former = _former(line)
    stack, size = np.empty(count, np.int64), 0
    for at in range(count + 1):
        # In the end what is left closes at its first corner.
        back = stack[0] if at == count else former[at]
        if back < 0:
            stack[size] = at
            size += 1
            continue
        done = begin = starts[rings]
        twice = 0
        left = size
        while stack[left - 1] != back:
            left -= 1
        corners[done, 0], corners[done, 1] = line[back, 0], line[back, 1]
        done += 1
        for each in range(size - 1, left - 2, -1):
            corners[done, 0], corners[done, 1] = line[stack[each], 0], line[stack[each], 1]
            done += 1
        for each in range(begin, done - 1):
            twice += corners[each, 0] * corners[each + 1, 1] - corners[each + 1, 0] * corners[each, 1]
        rings += 1
        starts[rings], areas[rings - 1] = done, twice
        size = left
    return rings
