"""Hotspots of grids beyond memory: the same figures as in memory, block by block with halos.

What the blocks share is small: the multiset of the counts, and how often each pair of window size and sum occurs. Both
are gathered in one pass, and all p are corrected on them; the last pass looks z, p, adjusted p and colour up. Between
the two, the map as a whole is dealt anew block by block: each block gets its hand from what is left of the deck, so
that all deals are equally likely, as they are in memory.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import dask
import dask.array as da
import numpy as np
from numpy.typing import NDArray

from gis import gistar, hotspots, mapwide, nulls, windows
from gis.hotspots import Params
from gis.nulls import Deck, Tails
from gis.progress import Progress, silent
from gis.windows import Numbers, Real, Spans, Whole

Pairs = tuple[Whole, Whole, Whole]
"""Window sizes, sums and how often each pair occurs; shape (m,) each."""

_FIELDS = ("z", "p", "p_adjusted", "bin", "few", "radius", "window_count")


@dataclass(frozen=True)
class Blocks:
    """Hotspots of a grid; lazy (rows, columns) float64 arrays, NaN outside the area; see ``gis.hotspots.SCHEMA``.

    ``p_map`` is a number already, NaN where no cell would get a colour or no deals were asked for.
    """

    z: da.Array
    p: da.Array
    p_adjusted: da.Array
    bin: da.Array
    few: da.Array
    radius: da.Array
    window_count: da.Array
    p_map: float


@dataclass(frozen=True)
class _Window:
    """One size of window: lazy sizes and sums, the pairs of them that occur, and the law of the sum."""

    spans: Spans
    members: da.Array
    sums: da.Array
    seen: Pairs
    law: Tails

    def table(self, of_pairs: Real) -> Real:
        """Spread a figure a pair over a table by row of the law and sum, NaN for pairs that do not occur."""
        table = np.full(self.law.below.shape, np.nan)
        table[self.law.row_of[self.seen[0]], self.seen[1]] = of_pairs
        return table


@dataclass(frozen=True)
class _Scale:
    """What one size of window says: p and adjusted p by row of its law and sum."""

    radius: float
    row_of: Whole
    p: Real
    p_adjusted: Real


@dataclass(frozen=True)
class _Whole:
    """What all blocks share: moments and size of the map, what a colour needs, and the most that it may say."""

    mean: float
    variance: float
    size: int
    least_cases: int
    most: int


def judge(counts: da.Array, inside: da.Array, params: Params | None = None, *, progress: Progress = silent) -> Blocks:
    """Return what stands out on a grid in blocks by Gi* and its exact p.

    Parameters
    ----------
    counts : (rows, columns) dask array of integers, not negative
    inside : (rows, columns) dask array of bool, with the same blocks
    params : Params, optional
        As ``gis.hotspots.judge`` takes them, without local Moran's I.

    Returns
    -------
    Blocks
        Equal, to the bit, to what ``gis.hotspots.judge`` gives for the grid in memory, but for ``p_map``, whose deals
        are others.

    Raises
    ------
    ValueError
        If the blocks differ, no cell lies inside, or local Moran's I is asked for.

    Notes
    -----
    The first pass over the blocks happens here, and one for each deal; the last when a result is computed. Whoever can
    hold a byte a cell does well to persist ``inside``.
    """
    params = params or Params()
    if counts.chunks != inside.chunks:
        raise ValueError("counts and area come in the same blocks")
    if params.statistic != "gi":
        raise ValueError("blocks are judged by Gi*")
    values = da.where(inside, counts, 0).astype(np.int32)
    cards, looks = _gathered(values, inside, [windows.disc(radius) for radius in params.radii])
    chances = [look.law.p(look.seen[0], look.seen[1], params.tail) for look in looks]
    times = np.concatenate([look.seen[2] for look in looks])
    adjusted = np.fmax(
        hotspots.adjust_repeated(np.concatenate([chance.mid for chance in chances]), times, params.method),
        np.concatenate([chance.p for chance in chances]),
    )
    ends = np.cumsum([len(look.seen[0]) for look in looks])[:-1]
    pieces = np.split(adjusted, ends)
    mean, variance = gistar.moments(cards)
    p_map = np.nan
    coloured = any((each <= max(hotspots.LEVELS)).any() for each in pieces) and variance > 0
    if params.deals and coloured:
        p_map = _p_map(values, inside, cards, looks, params, progress)
    scales = [
        _Scale(radius, look.law.row_of, look.table(chance.p), look.table(piece))
        for radius, look, chance, piece in zip(params.radii, looks, chances, pieces, strict=True)
    ]
    most = hotspots.level_of(p_map) if np.isfinite(p_map) else len(hotspots.LEVELS)
    laid = da.map_blocks(
        _laid,
        inside,
        *(each for look in looks for each in (look.members, look.sums)),
        scales=scales,
        whole=_Whole(mean, variance, cards.size, params.least_cases, most),
        new_axis=0,
        chunks=((len(_FIELDS),), *inside.chunks),
        dtype=np.float64,
        meta=np.empty((0, 0, 0)),
    )
    return Blocks(**{name: laid[at] for at, name in enumerate(_FIELDS)}, p_map=p_map)


def _gathered(values: da.Array, inside: da.Array, spans: Sequence[Spans]) -> tuple[Deck, list[_Window]]:
    """Go through the blocks once; return the multiset of the counts and the windows with their laws."""
    lazy = [(_sums(inside.astype(np.int32), each), _sums(values, each)) for each in spans]
    decks, *pairs = dask.compute(
        [dask.delayed(_deck)(*both) for both in _together(values, inside)],
        *([dask.delayed(_pairs)(*three) for three in _together(*both, inside)] for both in lazy),
    )
    cards = _merged(decks)
    looks = []
    for each, (members, sums), found in zip(spans, lazy, pairs, strict=True):
        seen = _counted(found)
        looks.append(_Window(each, members, sums, seen, nulls.exact(cards, seen[0], int(seen[1].max()))))
    return cards, looks


def _laid(inside: NDArray[np.bool_], *around: Whole, scales: Sequence[_Scale], whole: _Whole) -> Real:
    """Look everything up for one block; ``around`` holds sizes and sums of each window; (fields, rows, columns)."""
    seen = list(zip(around[::2], around[1::2], strict=True))
    rows = np.stack([_row(inside, *both, scale, whole) for both, scale in zip(seen, scales, strict=True)])
    best = np.argmin(np.where(np.isnan(rows[:, 2]), np.inf, rows[:, 2]), axis=0)
    z, p, adjusted, sums, expected, radius = np.take_along_axis(rows, best[None, None], axis=0)[0]
    level = np.clip(hotspots.bins(sums - expected, adjusted), -whole.most, whole.most)
    few = (level != 0) & (np.where(level > 0, sums, expected) < whole.least_cases)
    laid = np.stack([z, p, adjusted, np.where(few, 0, level), few, radius, sums])
    laid[:, ~inside] = np.nan
    return laid


def _row(inside: NDArray[np.bool_], members: Whole, sums: Whole, scale: _Scale, whole: _Whole) -> Real:
    """Return z, p, adjusted p, sum, expected sum and radius of one window of a block; (6, rows, columns)."""
    z = gistar.standardised(sums.ravel(), members.ravel(), (whole.mean, whole.variance), whole.size)
    known = inside & (members < whole.size) & (whole.variance > 0)
    place = scale.row_of[np.where(known, members, 0)], np.where(known, sums, 0)
    row = np.stack(
        [
            z.reshape(inside.shape),
            scale.p[place],
            scale.p_adjusted[place],
            sums,
            np.multiply(members, whole.mean),
            np.full(inside.shape, scale.radius),
        ]
    )
    row[:3, ~known] = np.nan
    return row


def _p_map(
    values: da.Array, inside: da.Array, cards: Deck, looks: Sequence[_Window], params: Params, progress: Progress
) -> float:
    """Return the p of the whole map; each deal gives every block its hand and goes through the blocks once."""
    rng = np.random.default_rng(params.seed)
    scales = []
    for look in looks:
        largest = 2 * int(look.seen[1].max()) + 10
        law = nulls.exact(cards, look.seen[0], largest)
        scales.append((look, law, law.table(params.tail), largest))

    def smallest(dealt: da.Array) -> float:
        found = [
            dask.delayed(_smallest)(*three, law.row_of, table, largest)
            for look, law, table, largest in scales
            for three in _together(look.members, _sums(dealt, look.spans), inside)
        ]
        return float(min(dask.compute(*found)))

    def dealt() -> Iterator[float]:
        for done, hands in enumerate(_hands(inside, cards, rng, params.deals), start=1):
            yield smallest(_dealt(values, inside, hands, rng))
            progress(done, params.deals, "surfaces.dealing")

    return mapwide.ranked(smallest(values), dealt(), params.deals)


def _hands(inside: da.Array, cards: Deck, rng: np.random.Generator, deals: int) -> Iterator[list[Numbers]]:
    """Yield, for each deal, the counts that every block gets: draws from what the blocks before have left."""
    sizes = dask.compute(*(dask.delayed(np.sum)(block) for (block,) in _together(inside)))
    for _ in range(deals):
        left, hands = cards.copies.copy(), []
        for size in sizes:
            hand = rng.multivariate_hypergeometric(left, int(size), method="marginals")
            left -= hand
            hands.append(np.repeat(cards.values.astype(np.int32), hand))
        yield hands


def _dealt(values: da.Array, inside: da.Array, hands: list[Numbers], rng: np.random.Generator) -> da.Array:
    """Return a lazy grid with each block's hand in random places."""
    seeds = rng.integers(2**63, size=len(hands))
    blocks = [
        da.from_delayed(dask.delayed(_shuffled)(there, hand, seed), shape, np.int32)
        for (there,), hand, seed, shape in zip(_together(inside), hands, seeds.tolist(), _shapes(values), strict=True)
    ]
    across = values.numblocks[1]
    return da.block([blocks[first : first + across] for first in range(0, len(blocks), across)])


def _shapes(values: da.Array) -> list[tuple[int, int]]:
    return [(rows, columns) for rows in values.chunks[0] for columns in values.chunks[1]]


def _shuffled(inside: NDArray[np.bool_], hand: Numbers, seed: int) -> NDArray[np.int32]:
    dealt = np.zeros(inside.shape, np.int32)
    dealt[inside] = np.random.default_rng(seed).permutation(hand)
    return dealt


def _smallest(
    members: Whole, sums: Whole, inside: NDArray[np.bool_], row_of: Whole, table: Real, largest: int
) -> float:
    found = table[row_of[members[inside]], np.minimum(sums[inside], largest)]
    return float(found.min(initial=1.0))


def _sums(values: da.Array, spans: Spans) -> da.Array:
    def around(block: Numbers) -> Numbers:
        return windows.sums(block, spans)

    depth = windows.reach_of(spans)
    return da.map_overlap(around, values, depth=depth, boundary=0, dtype=values.dtype, meta=np.empty((0, 0), np.int32))


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


def _counted(pairs: list[Pairs]) -> Pairs:
    many, total, times = (np.concatenate(part) for part in zip(*pairs, strict=True))
    (sizes, sums), at = np.unique(np.stack([many, total]), axis=1, return_inverse=True)
    return sizes, sums, np.bincount(at.ravel(), weights=times).astype(np.int64)
