"""Registration: how far the second image lies from the first, block by block, and whether that may stand.

Phase correlation on gradient images after H. Foroosh, J. Zerubia and M. Berthod (2002): Extension of phase
correlation to subpixel registration. IEEE Transactions on Image Processing 11(3), 188-200.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from gis.errors import WorkbenchError

Image = NDArray[np.float32]

BLOCK_PX = 128
TOLERATED_PX = 0.2
"""A shift up to this is left alone: resampling would cost more than it mends."""
REFUSED_PX = 10.0
"""A shift beyond this is no misregistration but a wrong image."""
_FEWEST_BLOCKS = 3
_MOST_SPREAD_PX = 2.0
_LEAST_BLOCK_PX = 48
_LEAST_EDGE_PX = 16
_BLOCKS_A_SIDE = 3
_LEAST_CONFIDENCE = 6.0
_PEAK_HALF = 3


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
    """

    east_px: float
    south_px: float
    spread_px: float
    blocks: int

    @property
    def length_px(self) -> float:
        """Length of the shift."""
        return float(np.hypot(self.east_px, self.south_px))

    @property
    def known(self) -> bool:
        """Whether enough blocks were trusted and agree, so that the shift means something."""
        return self.blocks >= _FEWEST_BLOCKS and self.spread_px <= _MOST_SPREAD_PX

    @property
    def needs_correction(self) -> bool:
        """Whether the second image should be resampled."""
        return self.known and self.length_px > TOLERATED_PX


def measure(windows: Iterable[tuple[Image, Image]], *, block_px: int = BLOCK_PX) -> Shift:
    """Measure the shift between two single-band images of one grid.

    Parameters
    ----------
    windows : iterable of pairs of (rows, columns) float32
        Parts of the two images; NaN where not observed; a block with more than a tenth of NaN is passed over.
    block_px : int
        Edge of a block; in a small window blocks shrink to a third of it, down to 48 pixels.

    Returns
    -------
    Shift
    """
    found = [block for before, after in windows for block in _blocks(before, after, block_px)]
    if len(found) < _FEWEST_BLOCKS:
        return Shift(0.0, 0.0, 0.0, len(found))
    shifts = np.array(found)
    south, east = np.median(shifts, axis=0)
    spread = np.median(np.hypot(shifts[:, 0] - south, shifts[:, 1] - east))
    return Shift(float(east), float(south), float(spread), len(found))


def demand(shift: Shift) -> None:
    """Refuse a pair whose shift is too large to be corrected.

    Raises
    ------
    WorkbenchError
        ``detect.shifted`` with the figure.
    """
    if shift.known and shift.length_px > REFUSED_PX:
        raise WorkbenchError(
            "detect.shifted",
            "The second image lies {shift_px:.1f} pixels off the first; more than {limit_px:.0f} cannot be corrected",
            shift_px=shift.length_px,
            limit_px=REFUSED_PX,
        )


def _blocks(before: Image, after: Image, block_px: int) -> Iterator[tuple[float, float]]:
    edge = min(block_px, max(_LEAST_BLOCK_PX, min(before.shape) // _BLOCKS_A_SIDE), *before.shape)
    if edge < _LEAST_EDGE_PX:
        return
    for top in range(0, before.shape[0] - edge + 1, edge):
        for left in range(0, before.shape[1] - edge + 1, edge):
            window = (slice(top, top + edge), slice(left, left + edge))
            block = _block_shift(before[window], after[window])
            if block is not None:
                yield block


def _block_shift(before: Image, after: Image) -> tuple[float, float] | None:
    """Return the shift (south, east) of a block, or None where there is nothing to hold on to."""
    unseen = ~(np.isfinite(before) & np.isfinite(after))
    if unseen.mean() > 0.1:  # noqa: PLR2004 - the tenth of the docstring
        return None
    window = np.outer(np.hanning(before.shape[0]), np.hanning(before.shape[1]))
    first = np.fft.rfft2(_gradient(before, unseen) * window)
    second = np.fft.rfft2(_gradient(after, unseen) * window)
    cross = second * np.conj(first)
    size = np.abs(cross)
    if not size.max() > 0:
        return None
    surface = np.fft.irfft2(cross / np.maximum(size, 1e-9 * size.max()), s=before.shape)
    surface = ndimage.gaussian_filter(surface, 1.0, mode="wrap")
    peak = np.unravel_index(int(np.argmax(surface)), surface.shape)
    if surface[peak] < _LEAST_CONFIDENCE * surface.std():
        return None
    return _sub_pixel(surface, (int(peak[0]), int(peak[1])))


def _gradient(image: Image, unseen: NDArray[np.bool_]) -> NDArray[np.float64]:
    filled = np.where(unseen, np.nanmedian(image[~unseen]), image).astype(np.float64)
    down, right = np.gradient(filled)
    return np.hypot(down, right)


def _sub_pixel(surface: NDArray[np.float64], peak: tuple[int, int]) -> tuple[float, float]:
    """Return the centre of mass of the peak, wrapped to shifts around zero."""
    around = np.arange(-_PEAK_HALF, _PEAK_HALF + 1)
    rows = (peak[0] + around) % surface.shape[0]
    columns = (peak[1] + around) % surface.shape[1]
    mass = np.clip(surface[np.ix_(rows, columns)] - 0.2 * surface[peak], 0, None)
    south = peak[0] + float((mass.sum(axis=1) * around).sum() / mass.sum())
    east = peak[1] + float((mass.sum(axis=0) * around).sum() / mass.sum())
    return _wrapped(south, surface.shape[0]), _wrapped(east, surface.shape[1])


def _wrapped(shift: float, size: int) -> float:
    return shift - size if shift > size / 2 else shift
