"""Sightings: the changed pixels of a scene, gathered strip by strip with what was seen there.

Strips stream through a vote of neighbours and the closing of gaps; what stays is a few numbers for every run of
changed pixels, never the scene.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from satellite import runs
from satellite.runs import Runs

Image = NDArray[np.float32]
Kinds = NDArray[np.uint8]
Whole = NDArray[np.int32]
_HALO = 2


@dataclass(frozen=True)
class Strip:
    """Changed pixels of some whole rows.

    Attributes
    ----------
    top : int
        First row.
    kinds : (rows, columns) uint8
        0 unchanged, 255 not observed, else the class.
    at : (n,) int
        Flat positions of the changed pixels in the strip, rising.
    values : (q, n) float32
        What was seen there.
    strength, firm : (n,) float32
        See ``scores.strength``.
    """

    top: int
    kinds: Kinds
    at: NDArray[np.intp]
    values: Image
    strength: Image
    firm: Image


@dataclass(frozen=True)
class Sightings:
    """What a scene's changed pixels say, run by run.

    Attributes
    ----------
    runs : Runs
        After the vote and the closing.
    changed : (n,) int64
        Changed pixels of each run; the rest of it are closed gaps.
    sums : (q, n) float64
        Of the values over them.
    strength : (n,) float64
        Sum over them.
    peak : (n,) float32
        Greatest strength.
    peak_column : (n,) int32
        Where it is.
    tops : (2, pixels) float32
        Strength and firm strength of every changed pixel, run after run.
    """

    runs: Runs
    changed: NDArray[np.int64]
    sums: NDArray[np.float64]
    strength: NDArray[np.float64]
    peak: Image
    peak_column: Whole
    tops: Image


def gather(strips: Iterable[Strip], weights: Image) -> Sightings:
    """Gather the strips of a scene, from top to bottom.

    Parameters
    ----------
    strips : iterable of Strip
        Of two rows at least; the last may be shorter.
    weights : (kinds,) float32
        See ``runs.vote``.
    """
    waiting: deque[Strip] = deque()

    def kinds() -> Iterator[Kinds]:
        for strip in strips:
            waiting.append(strip)
            yield strip.kinds

    voted = (runs.vote(wide, weights) for wide in _surrounded(kinds()))
    closed = (runs.close(wide) for wide in _surrounded(voted))
    parts = [_sighted(waiting.popleft(), final) for final in closed]
    columns = list(zip(*(vars(part).values() for part in parts), strict=True))
    joined = runs.join(list(columns[0]))
    rest = [np.concatenate(column, axis=-1) for column in columns[1:]]
    return Sightings(joined, *rest)


def _surrounded(strips: Iterable[Kinds]) -> Iterator[Kinds]:
    """Yield each strip with two rows of its neighbours above and below, 0 beyond the scene."""
    above = held = None
    for strip in strips:
        if held is not None and above is not None:
            below = _two(strip[:_HALO], strip)
            yield np.concatenate([above, held, below])
            above = np.concatenate([above, held])[-_HALO:]
        else:
            above = np.zeros((_HALO, strip.shape[1]), np.uint8)
        held = strip
    if held is not None and above is not None:
        yield np.concatenate([above, held, np.zeros_like(above)])


def _two(rows: Kinds, strip: Kinds) -> Kinds:
    return np.concatenate([rows, np.zeros((_HALO - len(rows), strip.shape[1]), np.uint8)])


def _sighted(strip: Strip, kinds: Kinds) -> Sightings:
    found = runs.find(kinds, top=strip.top)
    width = kinds.shape[1]
    starts = (found.row - strip.top).astype(np.int64) * width
    first = np.searchsorted(strip.at, starts + found.first)
    changed = np.searchsorted(strip.at, starts + found.last) - first
    own = changed > 0
    sums = np.zeros((len(strip.values), len(changed)))
    strength, peak = np.zeros(len(changed)), np.zeros(len(changed), np.float32)
    column = found.first.copy()
    if own.any():
        sums[:, own] = np.add.reduceat(strip.values, first[own], axis=1, dtype=np.float64)
        strength[own] = np.add.reduceat(strip.strength, first[own], dtype=np.float64)
        peak[own] = np.maximum.reduceat(strip.strength, first[own])
        column[own] = _columns(strip, np.repeat(peak[own], changed[own]), first[own], width)
    return Sightings(found, changed, sums, strength, peak, column, np.stack([strip.strength, strip.firm]))


def _columns(strip: Strip, peaks: Image, first: NDArray[np.intp], width: int) -> NDArray[np.intp]:
    """Return the column of the first pixel of each run that reaches its peak."""
    there = np.flatnonzero(strip.strength == peaks)
    return strip.at[there[np.searchsorted(there, first)]] % width
