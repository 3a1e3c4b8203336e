"""Runs: changed pixels row by row, and the groups that touch, without a raster of labels.

A scene of any size streams through in strips; what is kept grows with the changed pixels alone.
"""

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

Kinds = NDArray[np.uint8]
Whole = NDArray[np.int32]
_UNSEEN = 255
_BITS = 8


@dataclass(frozen=True)
class Runs:
    """Stretches of neighbouring pixels of one kind within a row, in reading order.

    Attributes
    ----------
    row, first, last : (n,) int32
        ``last`` is one beyond the last column.
    kind : (n,) uint8, or int32 of labels
    """

    row: Whole
    first: Whole
    last: Whole
    kind: Kinds | Whole

    @property
    def pixels(self) -> Whole:
        """Length of each run."""
        return self.last - self.first

    def only(self, keep: NDArray[np.bool_] | NDArray[np.intp]) -> "Runs":
        """Return the runs where ``keep`` is True, or those at its positions."""
        return Runs(self.row[keep], self.first[keep], self.last[keep], self.kind[keep])


def find(kinds: Kinds | Whole, *, top: int = 0, none: int = 0, unseen: int = 255) -> Runs:
    """Return the runs of a strip of whole rows.

    Parameters
    ----------
    kinds : (rows, columns) uint8, or int32 of labels
    top : int
        Row of the scene that the strip begins with.
    none, unseen : int
        Kinds that make no run.
    """
    rows, first, last, kind = _find(np.ascontiguousarray(kinds), none, unseen)
    return Runs(rows + np.int32(top), first, last, kind)


def join(parts: list[Runs]) -> Runs:
    """Return the runs of strips that follow each other."""
    if not parts:
        nothing = np.zeros(0, np.int32)
        return Runs(nothing, nothing, nothing, nothing.astype(np.uint8))
    columns = zip(*((part.row, part.first, part.last, part.kind) for part in parts), strict=True)
    return Runs(*(np.concatenate(column) for column in columns))


def group(runs: Runs, *, corners: bool = True) -> Whole:
    """Return the group of each run, 0 to n - 1 by first appearance: runs of one kind that touch, or share an edge.

    Parameters
    ----------
    runs : Runs
        In reading order.
    corners : bool
        Whether it is enough to touch at a corner.
    """
    # Kinds come as bytes and as numbers: compiled for one of them alone.
    kind = runs.kind.astype(np.int32, copy=False)
    return _group(runs.row, runs.first, runs.last, kind, 0 if corners else 1)


def close(kinds: Kinds) -> Kinds:
    """Return the interior of a strip with gaps of one pixel closed by the kind around them.

    Parameters
    ----------
    kinds : (rows + 4, columns) uint8
        Two rows of surroundings above and below, 0 beyond the scene. Kinds from 1 to 8, 0 for none, 255 for unseen.

    Returns
    -------
    (rows, columns) uint8
        The morphological closing of every kind by 3 x 3 pixels, in the order of the kinds, over pixels of kind 0.
    """
    return _close(np.ascontiguousarray(kinds))


def vote(kinds: Kinds, weights: NDArray[np.float32]) -> Kinds:
    """Return the interior of a strip in which each changed pixel has the kind that prevails in 5 x 5 around it.

    Parameters
    ----------
    kinds : (rows + 4, columns) uint8
        Two rows of surroundings above and below, 0 beyond the scene; 0 for none, 255 for unseen.
    weights : (n,) float32
        Weight of the vote of kind 1 to n, n at most 8; equal votes go to the lower kind.
    """
    return _vote(np.ascontiguousarray(kinds), weights)


@njit(nogil=True, cache=True)
def _find(kinds, none, unseen):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202 - compiled
    height, width = kinds.shape
    count = 0
    for row in range(height):
        former = none
        for at in range(width):
            now = kinds[row, at]
            if now not in (former, none, unseen):
                count += 1
            former = now
    rows, first = np.empty(count, np.int32), np.empty(count, np.int32)
    last, kind = np.empty(count, np.int32), np.empty(count, kinds.dtype)
    at_run = -1
    for row in range(height):
        former = none
        for at in range(width):
            now = kinds[row, at]
            if now not in (none, unseen):
                if now != former:
                    at_run += 1
                    rows[at_run], first[at_run], kind[at_run] = row, at, now
                last[at_run] = at + 1
            former = now
    return rows, first, last, kind


@njit(nogil=True, cache=True)
def _root(parent, at):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202 - compiled
    while parent[at] != at:
        parent[at] = parent[parent[at]]
        at = parent[at]
    return at


@njit(nogil=True, cache=True)
def _group(row, first, last, kind, least):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202 - compiled
    count = row.size
    parent = np.arange(count).astype(np.int32)
    above = 0
    for at in range(count):
        while above < at and (row[above] < row[at] - 1 or (row[above] == row[at] - 1 and last[above] < first[at])):
            above += 1
        other = above
        while other < at and row[other] == row[at] - 1 and first[other] <= last[at]:
            if kind[other] == kind[at] and min(last[other] - first[at], last[at] - first[other]) >= least:
                one, two = _root(parent, at), _root(parent, other)
                if one < two:
                    parent[two] = one
                elif two < one:
                    parent[one] = two
            other += 1
    groups = np.empty(count, np.int32)
    found = 0
    for at in range(count):
        root = _root(parent, at)
        if root == at:
            groups[at] = found
            found += 1
        else:
            groups[at] = groups[root]
    return groups


@njit(nogil=True, cache=True)
def _close(kinds):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202 - compiled
    height, width = kinds.shape
    out = kinds[2 : height - 2].copy()
    reach = _grown(kinds)
    for row in range(2, height - 2):
        for at in range(width):
            if kinds[row, at] != 0:
                continue
            bits = np.uint8(255)
            for down in range(-1, 2):
                for right in range(1, 4):
                    bits &= reach[row + down, at + right]
            kind = 1
            while bits and not bits & 1:
                bits >>= 1
                kind += 1
            if bits:
                out[row - 2, at] = kind
    return out


@njit(nogil=True, cache=True)
def _grown(kinds):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202 - compiled
    """Return a bit for every kind within 3 x 3; two columns more on each side, for what grows beyond the scene."""
    height, width = kinds.shape
    wide = np.zeros((height, width + 2), np.uint8)
    reach = np.zeros((height, width + 4), np.uint8)
    for row in range(height):
        for at in range(width):
            kind = kinds[row, at]
            if kind not in (0, _UNSEEN):
                bit = np.uint8(1) << np.uint8(kind - 1)
                wide[row, at] |= bit
                wide[row, at + 1] |= bit
                wide[row, at + 2] |= bit
    for row in range(height):
        low, high = max(row - 1, 0), min(row + 1, height - 1)
        for at in range(width + 2):
            reach[row, at + 1] = wide[low, at] | wide[row, at] | wide[high, at]
    return reach


@njit(nogil=True, cache=True)
def _vote(kinds, weights):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202 - compiled
    """Count the votes in the bytes of one number: a byte a kind, at most 25 votes in each."""
    height, width = kinds.shape
    out = kinds[2 : height - 2].copy()
    ballots = np.zeros(256, np.uint64)
    for kind in range(1, weights.size + 1):
        ballots[kind] = np.uint64(1) << np.uint64(_BITS * (kind - 1))
    # Votes of the five rows around by column, two columns more on each side.
    columns = np.zeros(width + 4, np.uint64)
    for row in range(height):
        for at in range(width):
            columns[at + 2] += ballots[kinds[row, at]]
        if row < 4:  # noqa: PLR2004 - the fifth row makes the first square
            continue
        votes = columns[0] + columns[1] + columns[2] + columns[3]
        for at in range(width):
            votes += columns[at + 4]
            own = kinds[row - 2, at]
            if own not in (0, _UNSEEN):
                out[row - 4, at] = _chosen(votes, own, weights)
            votes -= columns[at]
        for at in range(width):
            columns[at + 2] -= ballots[kinds[row - 4, at]]
    return out


@njit(nogil=True, cache=True)
def _chosen(votes, own, weights):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202 - compiled
    """Return the kind with the heaviest votes, the lower one of equals."""
    if votes & ~(np.uint64(255) << np.uint64(_BITS * (own - 1))) == 0:
        return own
    best, most = own, np.float32(-1.0)
    for kind in range(1, weights.size + 1):
        weight = weights[kind - 1] * np.float32((votes >> np.uint64(_BITS * (kind - 1))) & np.uint64(255))
        if weight > most:
            best, most = np.uint8(kind), weight
    return best
