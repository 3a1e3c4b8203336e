"""Corners: outlines of pixels without the steps of the raster, by Visvalingam and Whyatt on whole coordinates.

M. Visvalingam, J. D. Whyatt (1993): Line generalisation by repeated elimination of points. The Cartographic Journal
30(1), 46-51. The corner that encloses the smallest triangle with its neighbours goes first, until all enclose more than
one pixel. Between whole coordinates a triangle of one pixel at most holds no other corner (Pick's theorem), save one in
the middle of the side that comes to be, which is asked for; so no outline ever crosses another. Where more than two
borders meet a corner stays, and a border that two outlines share falls alike in both: it depends on itself alone.
"""

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

Places = NDArray[np.float64]
Whole = NDArray[np.int64]

_MOST_TWICE = 2
"""Twice the area, in pixels, that a corner may enclose to be a step."""
_FREE_CORNERS = 4
_LOOP_CORNERS = 2
_EMPTY = -1
_BITS = 24


def without_steps(corners: Places, rings: Whole) -> tuple[Places, Whole]:
    """Return rings without the steps of the raster.

    Parameters
    ----------
    corners : (n, 2) float64
        Column and row of the corners of closed rings along pixel edges, the last of each ring as its first.
    rings : (r + 1,) int64
        Where each ring begins; the last is ``n``.

    Returns
    -------
    corners, rings
        Of the same form; a ring may begin elsewhere.
    """
    if not len(corners):
        return corners, rings
    whole = np.rint(corners).astype(np.int64)
    lowest = whole.min(axis=0)
    places, starts = _noded(whole - lowest, rings.astype(np.int64))
    made, made_starts = _thinned(places, starts)
    found = np.column_stack([made & ((1 << _BITS) - 1), made >> _BITS]) + lowest
    return found.astype(np.float64), made_starts


@njit(nogil=True, cache=True)
def _noded(corners: Whole, rings: Whole) -> tuple[Whole, Whole]:
    """Return a place for every step of a pixel along the rings, without the repeated last, and where rings begin."""
    count = 0
    for ring in range(rings.size - 1):
        for at in range(rings[ring], rings[ring + 1] - 1):
            count += abs(corners[at + 1, 0] - corners[at, 0]) + abs(corners[at + 1, 1] - corners[at, 1])
    places, starts = np.empty(count, np.int64), np.zeros(rings.size, np.int64)
    done = 0
    for ring in range(rings.size - 1):
        for at in range(rings[ring], rings[ring + 1] - 1):
            right, down = corners[at + 1, 0] - corners[at, 0], corners[at + 1, 1] - corners[at, 1]
            steps = abs(right) + abs(down)
            for step in range(steps):
                column = corners[at, 0] + np.sign(right) * step
                row = corners[at, 1] + np.sign(down) * step
                places[done] = (row << _BITS) | column
                done += 1
        starts[ring + 1] = done
    return places, starts


@njit(nogil=True, cache=True)
def _slot(table: Whole, place: int) -> int:
    """Return where a place stands in a table, or would."""
    mask = table.size - 1
    at = ((place * 0x9E3779B97F4A7C1) >> 33) & mask
    while table[at] not in (_EMPTY, place):
        at = (at + 1) & mask
    return at


@njit(nogil=True, cache=True)
def _way(one: int, other: int) -> int:
    """Return a bit for the direction from a place to the next."""
    if other - one == 1:
        return 1
    if other - one == -1:
        return 2
    return 4 if other > one else 8


@njit(nogil=True, cache=True)
def _indexed(places: Whole, starts: Whole) -> tuple[Whole, Whole, NDArray[np.uint8]]:
    """Return a table of all places, where each place of the rings stands in it, and the ways that lead from them."""
    size = 16
    while size < 2 * places.size:
        size *= 2
    table, ways = np.full(size, _EMPTY), np.zeros(size, np.uint8)
    slots = np.empty(places.size, np.int64)
    for ring in range(starts.size - 1):
        first, end = starts[ring], starts[ring + 1]
        for at in range(first, end):
            before = places[at - 1] if at > first else places[end - 1]
            after = places[at + 1] if at + 1 < end else places[first]
            slot = _slot(table, places[at])
            table[slot] = places[at]
            ways[slot] |= _way(places[at], before) | _way(places[at], after)
            slots[at] = slot
    return table, slots, ways


@njit(nogil=True, cache=True)
def _thinned(places: Whole, starts: Whole) -> tuple[Whole, Whole]:
    """Return the places that stay, the first of each ring repeated, and where rings begin."""
    table, slots, ways = _indexed(places, starts)
    index = (table, np.full(table.size, _EMPTY), np.zeros(table.size, np.int64))
    longest = 0
    for ring in range(starts.size - 1):
        longest = max(longest, starts[ring + 1] - starts[ring])
    work = np.empty((4, 3 * longest + 3), np.int64)
    made, made_starts = np.empty(places.size + starts.size, np.int64), np.zeros(starts.size, np.int64)
    done = border = 0
    for ring in range(starts.size - 1):
        first, count, begin = starts[ring], starts[ring + 1] - starts[ring], done
        nodes, met = np.empty(count, np.int64), 0
        for at in range(count):
            if not _passed(ways[slots[first + at]]):
                nodes[met] = at
                met += 1
        closed = met == 0
        for turn in range(max(met, 1)):
            start = 0 if closed else nodes[turn]
            long = count if closed else (nodes[(turn + 1) % met] - start - 1) % count + 1
            line = np.empty(long if closed else long + 1, np.int64)
            for at in range(line.size):
                here = first + (start + at) % count
                line[at] = places[here]
                if closed or 0 < at < long:
                    index[1][slots[here]], index[2][slots[here]] = border, at
            live = _kept(line, closed, border, index, work)
            for at in range(long):
                if live[at]:
                    made[done] = line[at]
                    done += 1
            border += 1
        made[done] = made[begin]
        done += 1
        made_starts[ring + 1] = done
    return made[:done], made_starts


@njit(nogil=True, cache=True)
def _passed(ways: int) -> bool:
    """Tell whether two borders meet here and no more."""
    return (ways & 1) + (ways >> 1 & 1) + (ways >> 2 & 1) + (ways >> 3 & 1) == 2  # noqa: PLR2004


@njit(nogil=True, cache=True)
def _twice(one: int, middle: int, other: int) -> int:
    """Return twice the area of a triangle of places."""
    mask = (1 << _BITS) - 1
    right, down = (middle & mask) - (one & mask), (middle >> _BITS) - (one >> _BITS)
    far_right, far_down = (other & mask) - (one & mask), (other >> _BITS) - (one >> _BITS)
    return abs(right * far_down - down * far_right)


@njit(nogil=True, cache=True)
def _push(heap: Whole, size: int, key: int, at: int) -> int:
    """Put a corner into a heap of keys and positions; return its size."""
    here = size
    while here > 0 and heap[0, (here - 1) >> 1] > key:
        heap[0, here], heap[1, here] = heap[0, (here - 1) >> 1], heap[1, (here - 1) >> 1]
        here = (here - 1) >> 1
    heap[0, here], heap[1, here] = key, at
    return size + 1


@njit(nogil=True, cache=True)
def _pop(heap: Whole, size: int) -> int:
    """Take the corner of the least key out of a heap that begins with it; return its size."""
    size -= 1
    key, at, here = heap[0, size], heap[1, size], 0
    while 2 * here + 1 < size:
        least = 2 * here + 1
        if least + 1 < size and heap[0, least + 1] < heap[0, least]:
            least += 1
        if heap[0, least] >= key:
            break
        heap[0, here], heap[1, here] = heap[0, least], heap[1, least]
        here = least
    heap[0, here], heap[1, here] = key, at
    return size


@njit(nogil=True, cache=True)
def _linked(line: Whole, closed: bool, work: Whole) -> NDArray[np.bool_]:  # noqa: FBT001 - compiled
    """Link what does not lie straight between its neighbours, in the first two rows of the work; return what does."""
    count, before, after = line.size, work[0], work[1]
    live = np.ones(count, np.bool_)
    former = -1
    for at in range(count):
        if closed or 0 < at < count - 1:
            live[at] = _twice(line[at - 1], line[at], line[(at + 1) % count]) > 0
        if live[at]:
            if former >= 0:
                after[former] = at
            before[at] = former
            former = at
    if closed:
        first = np.argmax(live)
        before[first], after[former] = former, first
    return live


@njit(nogil=True, cache=True)
def _kept(
    line: Whole,
    closed: bool,  # noqa: FBT001 - compiled
    border: int,
    index: tuple[Whole, Whole, Whole],
    work: Whole,
) -> NDArray[np.bool_]:
    """Return which places of a border stay: of a closed ring, or of a border between two corners that stay."""
    live = _linked(line, closed, work)
    before, after, heap = work[0], work[1], work[2:4]
    # A plain 0 is a type of its own, for which what it is handed to would be compiled once more.
    size: Any = np.int64(0)
    ends, left = 0 if closed else 1, 0
    for at in range(ends, line.size - ends):
        if live[at]:
            size = _ranked(line, work, size, at)
            left += 1
    fewest = _FREE_CORNERS if closed else (_LOOP_CORNERS if line[0] == line[-1] else 1)
    while size:
        area, at = heap[0, 0] >> 2 * _BITS, heap[1, 0]
        size = _pop(heap, size)
        one, other = before[at], after[at]
        if not live[at] or area != _twice(line[one], line[at], line[other]):
            continue
        if area and (left <= fewest or _touched((line[one], line[other]), area, border, live, index)):
            continue
        live[at] = False
        left -= 1
        after[one], before[other] = other, one
        for near in (one, other):
            if closed or 0 < near < line.size - 1:
                size = _ranked(line, work, size, near)
    return live


@njit(nogil=True, cache=True)
def _ranked(line: Whole, work: Whole, size: int, at: int) -> int:
    """Put a corner into the heap if it may go; return the size of the heap."""
    area = _twice(line[work[0, at]], line[at], line[work[1, at]])
    return _push(work[2:4], size, area << 2 * _BITS | line[at], at) if area <= _MOST_TWICE else size


@njit(nogil=True, cache=True)
def _touched(
    side: tuple[int, int], area: int, border: int, live: NDArray[np.bool_], index: tuple[Whole, Whole, Whole]
) -> bool:
    """Tell whether a side between two places would run through a corner: the place half way, if it is whole."""
    table, border_of, place_in = index
    mask = (1 << _BITS) - 1
    right, down = (side[0] & mask) + (side[1] & mask), (side[0] >> _BITS) + (side[1] >> _BITS)
    if area < _MOST_TWICE or right & 1 or down & 1:
        return False
    slot = _slot(table, ((down >> 1) << _BITS) | (right >> 1))
    if table[slot] == _EMPTY:
        return False
    return border_of[slot] != border or live[place_in[slot]]
