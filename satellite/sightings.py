"""Sightings: the changed pixels of a scene, gathered strip by strip with what was seen there.

Strips stream through a vote of neighbours and the closing of gaps; what stays are the runs of changed pixels and a few
numbers for what hangs together within a strip, never the scene.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from satellite import runs, tallies
from satellite.runs import Runs
from satellite.tallies import Tallies

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
    """What a scene's changed pixels say.

    Attributes
    ----------
    runs : Runs
        After the vote and the closing.
    changed : (n,) int32
        Changed pixels of each run; the rest of it are closed gaps.
    part : (n,) int32
        Of each run, from 0: what hangs together within a strip.
    parts : Tallies
    """

    runs: Runs
    changed: Whole
    part: Whole
    parts: Tallies


def gather(strips: Iterable[Strip], weights: Image, *, most: int = 1) -> Sightings:
    """Gather the strips of a scene, from top to bottom.

    Parameters
    ----------
    strips : iterable of Strip
        Of two rows at least; the last may be shorter.
    weights : (kinds,) float32
        See ``runs.vote``.
    most : int
        How many of the strongest pixels of each part are kept.
    """
    waiting: deque[Strip] = deque()

    def kinds() -> Iterator[Kinds]:
        for strip in strips:
            waiting.append(strip)
            yield strip.kinds

    voted = (runs.vote(wide, weights) for wide in _surrounded(kinds()))
    closed = (runs.close(wide) for wide in _surrounded(voted))
    found = [_sighted(waiting.popleft(), final, most) for final in closed]
    counts = np.cumsum([0, *(len(each.parts.changed) for each in found[:-1])], dtype=np.int32)
    part = [each.part + first for each, first in zip(found, counts, strict=True)]
    return Sightings(
        runs.join([each.runs for each in found]),
        np.concatenate([each.changed for each in found]),
        np.concatenate(part),
        tallies.join([each.parts for each in found]),
    )


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


def _sighted(strip: Strip, kinds: Kinds, most: int) -> Sightings:
    top, width = strip.top, kinds.shape[1]
    found = runs.find(kinds, top=top)
    changed, part = tallies.count(found, strip.at, top=top, width=width), runs.group(found)
    seen = (strip.at, strip.values, strip.strength, strip.firm)
    return Sightings(found, changed, part, tallies.tally(part, changed, seen, most=most, top=top, width=width))
