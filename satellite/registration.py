"""Registration: how far the second image lies from the first, block by block, and whether that may stand.

Phase correlation on gradient images after H. Foroosh, J. Zerubia and M. Berthod (2002): Extension of phase
correlation to subpixel registration. IEEE Transactions on Image Processing 11(3), 188-200. Gradients, since a field
that is dark in spring and bright in autumn keeps its edges.
"""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from gis.errors import WorkbenchError

Image = NDArray[np.float32]
Reals = NDArray[np.float64]

BLOCK_PX = 128
TOLERATED_PX = 0.2
"""A shift up to this is left alone: resampling would cost more than it mends."""
REFUSED_PX = 50.0
"""A shift beyond this is no misregistration but a wrong image."""
_FEWEST_BLOCKS = 3
_MOST_SPREAD_PX = 2.0
_LEAST_BLOCK_PX = 48
_LEAST_EDGE_PX = 16
_ROOMY_PX = 80
_BLOCKS_A_SIDE = 3
_LEAST_CONFIDENCE = 6.0
_MOST_UNSEEN = 0.35
_STRONGEST = 0.98
_SMOOTHING_PX = 1.0
_MARGIN = 3.0
_SEARCH_EDGE_PX = 512
_NEAR_PX = 0.15 * BLOCK_PX
_SMALL_BLOCK_PX = 32
_THREADS = 2


@dataclass(frozen=True)
class Shift:
    """Where the second image's content lies relative to the first, in pixels of the first.

    Attributes
    ----------
    east_px, south_px : float
        Median over the trusted blocks; 0 where no block could be trusted.
    spread_px : float
        Median absolute deviation of the blocks' shifts from it.
    blocks : int
        Blocks trusted; with fewer than three nothing is known.
    confidence : float
        Median height of the blocks' peaks in standard deviations of their correlation surfaces; 6 is the least that
        is trusted, chance reaches about 4.5. 0 where unknown.
    """

    east_px: float
    south_px: float
    spread_px: float
    blocks: int
    confidence: float = 0.0

    @property
    def length_px(self) -> float:
        """Length of the shift."""
        return float(np.hypot(self.east_px, self.south_px))

    @property
    def error_px(self) -> float:
        """Standard error of the shift, from the spread of the blocks."""
        return float(1.2533 * 1.4826 * self.spread_px / np.sqrt(max(1, self.blocks)))

    @property
    def known(self) -> bool:
        """Whether enough blocks were trusted and agree, so that the shift means something."""
        return self.blocks >= _FEWEST_BLOCKS and self.spread_px <= _MOST_SPREAD_PX

    @property
    def needs_correction(self) -> bool:
        """Whether the second image should be resampled: the shift is larger than tolerated and than its own error."""
        return self.known and self.length_px > max(TOLERATED_PX, _MARGIN * self.error_px)

    def plus(self, east_px: float, south_px: float) -> "Shift":
        """Return the shift of an image that had been moved by so much before it was measured."""
        return Shift(self.east_px + east_px, self.south_px + south_px, self.spread_px, self.blocks, self.confidence)


@dataclass(frozen=True)
class Blocks:
    """Shifts of n single blocks.

    Attributes
    ----------
    row, column : (n,) float64
        Middle of each block in the image.
    south_px, east_px : (n,) float64
    confidence : (n,) float64
        See ``Shift``.
    """

    row: Reals
    column: Reals
    south_px: Reals
    east_px: Reals
    confidence: Reals

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.row)

    @property
    def shift(self) -> Shift:
        """What the blocks say together."""
        if len(self) < _FEWEST_BLOCKS:
            return Shift(0.0, 0.0, 0.0, len(self))
        south, east = float(np.median(self.south_px)), float(np.median(self.east_px))
        spread = float(np.median(np.hypot(self.south_px - south, self.east_px - east)))
        return Shift(east, south, spread, len(self), float(np.median(self.confidence)))


Window = tuple[int, int, Image, Image]
"""First row and column of a part of the images, and the part of both, single-band."""


def measure(windows: Iterable[tuple[Image, Image]], *, block_px: int = BLOCK_PX) -> Shift:
    """Measure the shift between two single-band images of one grid.

    Parameters
    ----------
    windows : iterable of pairs of (rows, columns) float32
        Parts of the two images; NaN where not observed; a block with more than a third of NaN is passed over.
    block_px : int
        Edge of a block; in a small window blocks shrink to a third of it, down to 48 pixels.

    Returns
    -------
    Shift
    """
    return measure_blocks(((0, 0, *pair) for pair in windows), block_px=block_px).shift


def measure_blocks(windows: Iterable[Window], *, block_px: int = BLOCK_PX) -> Blocks:
    """Measure the shift of each block; those with nothing to hold on to are left out. Parameters as of ``measure``."""
    # Windows are read while others are measured.
    with ThreadPoolExecutor(_THREADS) as pool:
        found = [block for blocks in pool.map(lambda window: _blocks(window, block_px), windows) for block in blocks]
    return Blocks(*np.array(found, dtype=np.float64).reshape(-1, 5).T)


def has_room(windows: Iterable[Window]) -> bool:
    """Tell whether enough blocks of at least ``_ROOMY_PX`` are observed, so that smaller ones need not be asked.

    Where such blocks are seen and know nothing, the ground gives nothing to hold on to: smaller ones would but guess.
    """
    seen = 0
    for window in windows:
        edge = _edge(window, BLOCK_PX)
        if edge >= _ROOMY_PX:
            known = np.isfinite(window[2]) & np.isfinite(window[3])
            seen += sum(float(known[part].mean()) >= 1 - _MOST_UNSEEN for part in _parts(window, edge))
    return seen >= _FEWEST_BLOCKS


def search(before: Image, after: Image) -> Shift:
    """Look for a large shift in a whole window at once, reduced to at most 512 pixels a side.

    Parameters
    ----------
    before, after : (rows, columns) float32
        NaN where not observed.

    Returns
    -------
    Shift
        Of one block; its confidence is 0 where nothing was found. Good to about a pixel of the reduced image, up to
        nearly half the window.
    """
    step = max(1, int(np.ceil(max(before.shape) / _SEARCH_EDGE_PX)))
    block = None
    if min(before.shape) // step >= _LEAST_EDGE_PX:
        block = _block_shift(_reduced(before, step), _reduced(after, step), most_unseen=0.6)
    if block is None:
        return Shift(0.0, 0.0, 0.0, 0)
    south, east, confidence = block
    return Shift(east * step, south * step, 0.0, 1, confidence)


def of_arrays(before: Image, after: Image) -> Shift:
    """Measure the shift of two images held in memory, searching for a large one if need be, on small ones too.

    Parameters
    ----------
    before, after : (rows, columns) float32
        On one grid; NaN where not observed.
    """
    near = _measured(before, after)
    if near.known and near.length_px <= _NEAR_PX:
        return near
    rough = near if near.known else search(before, after)
    if not rough.blocks:
        return near
    east, south = round(rough.east_px), round(rough.south_px)
    again = _measured(_cut(before, south, east), _cut(after, -south, -east))
    return again.plus(east, south) if again.known else near


def _measured(before: Image, after: Image) -> Shift:
    edge = min(BLOCK_PX, max(_LEAST_EDGE_PX, min(before.shape) // _BLOCKS_A_SIDE))
    edge = max(edge, min(_SMALL_BLOCK_PX, min(before.shape) // 2))
    return measure([(before, after)], block_px=edge)


def _cut(image: Image, south: int, east: int) -> Image:
    """Return the part of an image that another one, shifted by so much, shows too."""
    rows, columns = image.shape
    return image[max(0, -south) : rows - max(0, south), max(0, -east) : columns - max(0, east)]


def demand(shift: Shift, pixel_m: float) -> None:
    """Refuse a pair whose shift is too large to be corrected.

    Parameters
    ----------
    shift : Shift
    pixel_m : float
        Edge of a pixel, metres.

    Raises
    ------
    WorkbenchError
        ``detect.shifted`` with the figure.
    """
    if shift.known and shift.length_px > REFUSED_PX:
        raise WorkbenchError(
            "detect.shifted",
            "The second image lies {shift_px:.1f} pixels ({shift_m:.0f} m) off the first; more than {limit_px:.0f} "
            "cannot be corrected: check its coordinate system or georeference it anew",
            shift_px=shift.length_px,
            shift_m=shift.length_px * pixel_m,
            limit_px=REFUSED_PX,
        )


def _blocks(window: Window, block_px: int) -> list[tuple[float, float, float, float, float]]:
    """Return middle, shift (south, east) and confidence of each trusted block of a window."""
    first_row, first_column, before, after = window
    edge = _edge(window, block_px)
    found = [(part, _block_shift(before[part], after[part])) for part in _parts(window, edge)]
    return [
        (first_row + part[0].start + edge / 2, first_column + part[1].start + edge / 2, *block)
        for part, block in found
        if block is not None
    ]


def _edge(window: Window, block_px: int) -> int:
    shape = window[2].shape
    return min(block_px, max(_LEAST_BLOCK_PX, min(shape) // _BLOCKS_A_SIDE), *shape)


def _parts(window: Window, edge: int) -> Iterator[tuple[slice, slice]]:
    """Yield the places of the blocks of a window."""
    rows, columns = window[2].shape
    if edge >= _LEAST_EDGE_PX:
        for top in range(0, rows - edge + 1, edge):
            for left in range(0, columns - edge + 1, edge):
                yield slice(top, top + edge), slice(left, left + edge)


def _block_shift(
    before: Image, after: Image, *, most_unseen: float = _MOST_UNSEEN
) -> tuple[float, float, float] | None:
    """Return shift (south, east) and confidence of a block, or None where there is nothing to hold on to."""
    unseen = ~(np.isfinite(before) & np.isfinite(after))
    if unseen.mean() > most_unseen:
        return None
    window = np.outer(np.hanning(before.shape[0]), np.hanning(before.shape[1]))
    first = np.fft.rfft2(_edges(before, unseen) * window)
    second = np.fft.rfft2(_edges(after, unseen) * window)
    cross = second * np.conj(first)
    size = np.abs(cross)
    if not size.max() > 0:
        return None
    surface = np.fft.irfft2(cross / np.maximum(size, 1e-9 * size.max()), s=before.shape)
    surface = ndimage.gaussian_filter(surface, _SMOOTHING_PX, mode="wrap")
    peak = np.unravel_index(int(np.argmax(surface)), surface.shape)
    confidence = float(surface[peak] / surface.std())
    if confidence < _LEAST_CONFIDENCE:
        return None
    return *_sub_pixel(surface, (int(peak[0]), int(peak[1]))), confidence


def _edges(image: Image, unseen: NDArray[np.bool_]) -> Reals:
    """Return the length of the gradient about its mean; 0 where unseen.

    What is unseen is so in both images at one place: a step or a hole there would speak for no shift at all.
    """
    if unseen.any():
        image = np.where(unseen, np.nanmedian(image[~unseen]), image)
        unseen = ndimage.binary_dilation(unseen, iterations=2)
        if unseen.all():
            return np.zeros(image.shape)
    down, right = np.gradient(image.astype(np.float64))
    length = np.hypot(down, right)
    seen = length[~unseen]
    length = np.minimum(length, np.quantile(seen, _STRONGEST))  # one glaring roof is not the whole block
    return np.where(unseen, 0.0, length - length[~unseen].mean())


def _sub_pixel(surface: Reals, peak: tuple[int, int]) -> tuple[float, float]:
    """Return the top of the peak, wrapped to shifts around zero.

    The smoothing makes the peak a Gaussian: its logarithm is a parabola, on each axis through three values.
    """
    shift = []
    for axis, at in enumerate(peak):
        line = np.take(surface, peak[1 - axis], axis=1 - axis)
        floor = 1e-3 * line[at]
        left, middle, right = np.log(np.maximum(np.take(line, [at - 1, at, at + 1], mode="wrap"), floor))
        bend = left - 2 * middle + right
        shift.append(_wrapped(at + (0.5 * (left - right) / bend if bend < 0 else 0.0), len(line)))
    return shift[0], shift[1]


def _wrapped(shift: float, size: int) -> float:
    return float(shift - size if shift > size / 2 else shift)


def _reduced(image: Image, step: int) -> Image:
    """Return the means of squares of ``step`` pixels, NaN where less than half of one is observed."""
    rows, columns = (size // step for size in image.shape)
    squares = image[: rows * step, : columns * step].reshape(rows, step, columns, step)
    seen = np.isfinite(squares)
    count = seen.sum(axis=(1, 3))
    total = np.where(seen, squares, 0).sum(axis=(1, 3), dtype=np.float64)
    return np.where(2 * count >= step * step, total / np.maximum(count, 1), np.nan).astype(np.float32)
