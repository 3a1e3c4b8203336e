"""Alignment: a pair is measured, corrected up to a limit or refused with the figure, and measured again.

The whole is found from windows spread over the images: a full tile is never read for it.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from gis.errors import WorkbenchError
from satellite import displacement, registration, resampling
from satellite.displacement import Field
from satellite.patches import Grid
from satellite.registration import BLOCK_PX, Blocks, Shift, Window
from satellite.scores import Counts

Image = NDArray[np.float32]

MOST_RESIDUAL_PX = 0.5
"""What is left after correction beyond this makes edges look like change: the pair is refused."""
_WINDOW_PX = 512
_WINDOWS_A_SIDE = 4
_SEARCH_PX = 1024
_OVERLAP = 0.15
_NARROW_PX = (64, 32)
"""Edges of blocks for what is too narrow for the usual ones, such as the sliver that an orbit leaves of a tile."""
_REFINED_PX = 0.01
_ROUNDS = 3


class Pair(Protocol):
    """Two dates on one grid, read by windows; ``satellite.files.Pair`` is one on disk."""

    @property
    def grid(self) -> Grid:
        """Where the pixels lie."""

    @property
    def names(self) -> tuple[str, ...]:
        """Common names of the bands."""

    def shifted(self, east_px: float, south_px: float) -> "Pair":
        """Return the pair with the second image moved back."""

    def read(self, rows: slice, columns: slice = ...) -> tuple[Image, Image]:
        """Return both dates' bands in a window, NaN where not observed."""

    def counts(self, rows: slice, columns: slice = ...) -> Counts:
        """Return both dates' bands in a window as they are stored."""

    def ahead(self, *, rows: int = ..., halo: int = ...) -> Iterator[tuple[int, Counts]]:
        """Yield first row and counts of strips in order with rows around them, read ahead where that is possible."""


@dataclass(frozen=True)
class Alignment:
    """How a pair was brought together.

    Attributes
    ----------
    found : Shift
        Of the pair as it came.
    searched : bool
        Whether the shift was so large that it took a search over whole windows.
    applied : str
        ``"none"``, ``"shift"``, ``"affine"`` or ``"smooth"``.
    residual : Shift
        Measured again after the correction; that of the pair as it came where nothing was applied.
    range_px : float
        How far the local correction departs from a single shift at most.
    pixel_m : float
        Edge of a pixel, metres.
    """

    found: Shift
    searched: bool
    applied: str
    residual: Shift
    range_px: float
    pixel_m: float

    def recorded(self) -> dict[str, object]:
        """Return the figures for a recipe, shifts in pixels and metres."""
        return {
            "known": self.found.known,
            "searched": self.searched,
            "applied": self.applied,
            "range_px": self.range_px,
            "pixel_m": self.pixel_m,
            "found": asdict(self.found) | {"length_m": self.found.length_px * self.pixel_m},
            "residual": asdict(self.residual) | {"length_m": self.residual.length_px * self.pixel_m},
        }


@dataclass(frozen=True)
class Bent:
    """A pair whose second image is read back through a field of displacements."""

    pair: Pair
    field: Field

    @property
    def grid(self) -> Grid:
        """Where the pixels lie."""
        return self.pair.grid

    @property
    def names(self) -> tuple[str, ...]:
        """Common names of the bands."""
        return self.pair.names

    def shifted(self, east_px: float, south_px: float) -> "Bent":
        """Return the pair with the second image moved back further."""
        return Bent(self.pair.shifted(east_px, south_px), self.field)

    def read(self, rows: slice, columns: slice = slice(None)) -> tuple[Image, Image]:
        """Return both dates' bands in a window, NaN where not observed."""
        (top, bottom, _), (left, right, _) = rows.indices(self.grid.rows), columns.indices(self.grid.columns)
        margin = self.field.reach_px + resampling.MARGIN_PX
        first_row, first_column = max(top - margin, 0), max(left - margin, 0)
        wide = (
            slice(first_row, min(bottom + margin, self.grid.rows)),
            slice(first_column, min(right + margin, self.grid.columns)),
        )
        before, after = self.pair.read(*wide)
        south, east = self.field.at(slice(top, bottom), slice(left, right))
        down, along = np.arange(top, bottom) - first_row, np.arange(left, right) - first_column
        moved = resampling.cubic(after, down[:, None] + south, along[None, :] + east)
        inner = (slice(top - first_row, bottom - first_row), slice(left - first_column, right - first_column))
        return before[:, *inner], moved

    def counts(self, rows: slice, columns: slice = slice(None)) -> Counts:
        """Return both dates' bands in a window; what was resampled is in physical units."""
        return Counts.of_values(*self.read(rows, columns))

    def ahead(self, *, rows: int = 512, halo: int = 0) -> Iterator[tuple[int, Counts]]:
        """Yield first row and counts of strips in order, see ``satellite.files.Pair.ahead``."""
        for first in range(0, self.grid.rows, rows):
            last = min(first + rows, self.grid.rows)
            top, bottom = max(first - halo, 0), min(last + halo, self.grid.rows)
            room = ((0, 0), (halo - first + top, last + halo - bottom), (0, 0))
            before, after = (np.pad(date, room, constant_values=np.nan) for date in self.read(slice(top, bottom)))
            yield first, Counts.of_values(before, after)


def align(pair: Pair) -> tuple[Pair, Alignment]:
    """Bring the second image of a pair onto the first.

    Parameters
    ----------
    pair : Pair

    Returns
    -------
    pair : Pair
        The pair as it came where the shift is unknown or tolerable; else with the second image moved back, as a whole
        or, where blocks disagree in a smooth way, by a field.
    alignment : Alignment

    Raises
    ------
    WorkbenchError
        ``detect.shifted`` if the shift is too large to be corrected, ``detect.residual`` if it does not go away;
        ``detect.unreadable`` while reading.
    """
    pixel_m = float(np.sqrt(pair.grid.pixel_m2))
    found, blocks, searched, edge = _found(pair)
    registration.demand(found, pixel_m)
    moved = pair
    if found.needs_correction:
        moved, blocks = _refined(pair, found, edge)
    applied, range_px = "shift" if found.needs_correction else "none", 0.0
    shape = (pair.grid.rows, pair.grid.columns)
    if blocks.shift.known and (field := displacement.fit(blocks, shape)).kind != "shift":
        bent = Bent(moved, field)
        again = _blocks(bent, edge)
        if again.shift.known and _misfit(again) < _misfit(blocks):
            moved, blocks, applied, range_px = bent, again, field.kind, field.range_px
    residual = blocks.shift
    if residual.known and residual.length_px > MOST_RESIDUAL_PX:
        raise WorkbenchError(
            "detect.residual",
            "After correction the second image still lies {residual_px:.2f} pixels ({residual_m:.1f} m) off the first, "
            "more than the {limit_px:.1f} that a comparison stands: georeference it anew with ground control",
            residual_px=residual.length_px,
            residual_m=residual.length_px * pixel_m,
            limit_px=MOST_RESIDUAL_PX,
        )
    return moved, Alignment(found, searched, applied, residual, range_px, pixel_m)


def _refined(pair: Pair, found: Shift, edge: int) -> tuple[Pair, Blocks]:
    """Return the pair moved back until nothing more is found, and its blocks; peaks lean a little to whole pixels."""
    east, south = found.east_px, found.south_px
    moved = pair.shifted(east, south)
    blocks = _blocks(moved, edge)
    for _ in range(_ROUNDS):
        rest = blocks.shift
        if not rest.known or rest.length_px <= _REFINED_PX:
            break
        east, south = east + rest.east_px, south + rest.south_px
        again = pair.shifted(east, south)
        blocks_again = _blocks(again, edge)
        if not blocks_again.shift.known or blocks_again.shift.length_px >= rest.length_px:
            break
        moved, blocks = again, blocks_again
    return moved, blocks


def sampled(pair: Pair) -> Iterator[Window]:
    """Yield windows spread evenly over the image, the mean over the bands of each date."""
    for top in _starts(pair.grid.rows, _WINDOW_PX):
        for left in _starts(pair.grid.columns, _WINDOW_PX):
            yield _window(pair, top, left, _WINDOW_PX)


def _found(pair: Pair) -> tuple[Shift, Blocks, bool, int]:
    """Return the shift of the pair as it came, its blocks, whether it took a search, and the edge of the blocks."""
    blocks, edge = _measured(pair)
    near = blocks.shift
    if near.known and near.length_px <= _OVERLAP * edge:
        return near, blocks, False, edge
    rough = near if near.known else _searched(pair)
    if not (rough.known or rough.blocks):
        return near, blocks, False, edge
    east, south = round(rough.east_px), round(rough.south_px)
    again, finer = _measured(pair.shifted(east, south))
    if not again.shift.known:
        return near, blocks, False, edge
    return again.shift.plus(east, south), again, not near.known, finer


def _measured(pair: Pair) -> tuple[Blocks, int]:
    """Return blocks and their edge: of the usual edge, of smaller ones where those know nothing and have no room."""
    blocks, edge = _blocks(pair, BLOCK_PX), BLOCK_PX
    if not (blocks.shift.known or registration.has_room(sampled(pair))):
        for edge in _NARROW_PX:
            blocks = _blocks(pair, edge)
            if blocks.shift.known:
                break
    return blocks, edge


def _blocks(pair: Pair, edge: int) -> Blocks:
    return registration.measure_blocks(sampled(pair), block_px=edge)


def _searched(pair: Pair) -> Shift:
    """Return the large shift that the surest of a few wide windows shows."""
    windows = [
        _window(pair, top, left, _SEARCH_PX)
        for top in _starts(pair.grid.rows, _SEARCH_PX, 2)
        for left in _starts(pair.grid.columns, _SEARCH_PX, 2)
    ]
    found = [registration.search(before, after) for _, _, before, after in windows]
    return max(found, key=lambda shift: shift.confidence)


def _window(pair: Pair, top: int, left: int, edge: int) -> Window:
    rows = slice(top, min(top + edge, pair.grid.rows))
    counts = pair.counts(rows, slice(left, min(left + edge, pair.grid.columns)))
    return top, left, *counts.brightness()


def _misfit(blocks: Blocks) -> float:
    """Return how far blocks lie from no shift at all, in the middle of them."""
    return float(np.median(np.hypot(blocks.south_px, blocks.east_px)))


def _starts(size: int, edge: int, most: int = _WINDOWS_A_SIDE) -> list[int]:
    if size <= edge:
        return [0]
    return [int(start) for start in np.linspace(0, size - edge, max(1, min(most, round(size / edge))))]
