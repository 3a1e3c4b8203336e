"""Gi* of grids beyond memory: the same figures as in memory, block by block with halos.

What the blocks share is small: the multiset of the counts, and how often each pair of window size and sum occurs. Both
are gathered in one pass; the second pass looks p and adjusted p up.
"""

from dataclasses import dataclass

import dask
import dask.array as da
import numpy as np
from numpy.typing import NDArray

from gis import gistar, hotspots, nulls, windows
from gis.nulls import Deck, Tail, Tails
from gis.windows import Numbers, Real, Spans, Whole

Pairs = tuple[Whole, Whole, Whole]
"""Window sizes, sums and how often each pair occurs; shape (m,) each."""


@dataclass(frozen=True)
class Blocks:
    """Local statistics of a grid; lazy (rows, columns) float64 arrays, NaN outside the area.

    Attributes
    ----------
    z : Gi*, see ``gis.gistar.z``.
    p : exact p, see ``gis.gistar.of_counts``.
    p_adjusted : Benjamini-Hochberg over the whole grid, see ``gis.hotspots.adjust``.
    """

    z: da.Array
    p: da.Array
    p_adjusted: da.Array


def gi_star(counts: da.Array, inside: da.Array, spans: Spans, *, tail: Tail = "hot") -> Blocks:
    """Return Gi*, its exact p and the adjusted p of a grid in blocks.

    Parameters
    ----------
    counts : (rows, columns) dask array of integers, not negative
    inside : (rows, columns) dask array of bool, with the same blocks
    spans : (2 reach + 1,) int64
        See ``gis.windows``.
    tail : {"hot", "cold", "both"}

    Returns
    -------
    Blocks
        Equal to what ``gis.gistar`` gives for the grid in memory.

    Raises
    ------
    ValueError
        If the blocks differ or no cell lies inside.

    Notes
    -----
    The first pass over the blocks happens here, the second when a result is computed.
    """
    if counts.chunks != inside.chunks:
        raise ValueError("counts and area come in the same blocks")
    values = da.where(inside, counts, 0).astype(np.int64)
    sums, members = _sums(values, spans), _sums(inside.astype(np.int64), spans)
    decks, pairs = dask.compute(
        [dask.delayed(_deck)(*both) for both in _together(values, inside)],
        [dask.delayed(_pairs)(*three) for three in _together(members, sums, inside)],
    )
    cards, seen = _merged(decks), _gathered(pairs)
    law = nulls.exact(cards, seen[0], int(seen[1].max()))
    tables = law.table(tail), _adjusted_table(law, seen, tail)
    moments = gistar.moments(cards)

    def score(window: Whole, many: Whole, there: NDArray[np.bool_]) -> Real:
        found = gistar.standardised(window.ravel(), many.ravel(), moments, cards.size)
        return np.where(there, found.reshape(there.shape), np.nan)

    def look_up(window: Whole, many: Whole, there: NDArray[np.bool_], table: Real) -> Real:
        known = there & (many < cards.size) & (moments[1] > 0)
        row = law.row_of[np.where(there, many, seen[0][0])]
        return np.where(known, table[row, np.where(there, window, 0)], np.nan)

    def lazily(table: Real) -> da.Array:
        return da.map_blocks(look_up, sums, members, inside, table=table, dtype=np.float64)

    z = da.map_blocks(score, sums, members, inside, dtype=np.float64)
    return Blocks(z, lazily(tables[0]), lazily(tables[1]))


def _sums(values: da.Array, spans: Spans) -> da.Array:
    def around(block: Numbers) -> Numbers:
        return windows.sums(block, spans)

    depth = windows.reach_of(spans)
    return da.map_overlap(around, values, depth=depth, boundary=0, dtype=values.dtype, meta=np.empty((0, 0), np.int64))


def _together(*arrays: da.Array) -> list[tuple[object, ...]]:
    return list(zip(*(array.to_delayed().ravel().tolist() for array in arrays), strict=True))


def _deck(values: Whole, inside: NDArray[np.bool_]) -> Deck:
    return Deck(*np.unique(values[inside], return_counts=True))


def _pairs(members: Whole, sums: Whole, inside: NDArray[np.bool_]) -> Pairs:
    (many, total), times = np.unique(np.stack([members[inside], sums[inside]]), axis=1, return_counts=True)
    return many, total, times


def _merged(decks: list[Deck]) -> Deck:
    values, at = np.unique(np.concatenate([deck.values for deck in decks]), return_inverse=True)
    if not values.size:
        raise ValueError("no cell lies inside")
    copies = np.bincount(at, weights=np.concatenate([deck.copies for deck in decks])).astype(np.int64)
    return Deck(values, copies)


def _gathered(pairs: list[Pairs]) -> Pairs:
    many, total, times = (np.concatenate(part) for part in zip(*pairs, strict=True))
    (sizes, sums), at = np.unique(np.stack([many, total]), axis=1, return_inverse=True)
    return sizes, sums, np.bincount(at.ravel(), weights=times).astype(np.int64)


def _adjusted_table(law: Tails, seen: Pairs, tail: Tail) -> Real:
    """Return the adjusted p of every window size and sum that occurs, NaN for others."""
    many, sums, times = seen
    chance = law.p(many, sums, tail)
    adjusted = np.fmax(hotspots.adjust(np.repeat(chance.mid, times)), np.repeat(chance.p, times))
    table = np.full(law.below.shape, np.nan)
    table[law.row_of[many], sums] = adjusted[np.cumsum(times) - 1]
    return table
