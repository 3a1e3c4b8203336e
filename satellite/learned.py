"""Learned change: a network that somebody else trained, run over images of any size in overlapping tiles."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gis.progress import Progress, silent

Image = NDArray[np.float32]
Tile = tuple[slice, slice]

Network = Callable[[Image, Image], Image]
"""Two images (bands, rows, columns) in, the probability of change (rows, columns) from 0 to 1 out."""

ACTIVATIONS = ("none", "sigmoid", "softmax")


@dataclass(frozen=True)
class Spec:
    """How a network wants its images.

    Attributes
    ----------
    model : str
        File of the network, beside its description.
    bands : tuple of str
        Common band names in the network's order; empty for all bands of the images by position.
    inputs : tuple of str
        Names of the two inputs; or one, which takes both dates' bands one after the other.
    output : str
    scale : float
        Pixel values are multiplied by this before ...
    mean, deviation : tuple of float
        ... these are taken off and divided by, a number a band (or one for all).
    tile_px, overlap_px : int
        Edge of a tile, and how far neighbours overlap. The outer quarter of an overlap is thrown away, so a network
        that sees up to a quarter of it to each side gives what it would give untiled.
    activation : str
        ``none`` if the output is a probability, ``sigmoid`` for a logit, ``softmax`` for two of them.
    threshold : float
        Probability from which a pixel is changed, 0 to 1.
    smallest_m2 : float
        Smaller groups of changed pixels become no patch.
    """

    model: str
    inputs: tuple[str, ...]
    output: str
    bands: tuple[str, ...] = ()
    scale: float = 1.0
    mean: tuple[float, ...] = (0.0,)
    deviation: tuple[float, ...] = (1.0,)
    tile_px: int = 256
    overlap_px: int = 64
    activation: str = "none"
    threshold: float = 0.5
    smallest_m2: float = 1000.0

    def __post_init__(self) -> None:
        """Refuse values without meaning."""
        if not 0 <= self.overlap_px <= self.tile_px // 2 or self.tile_px < 1:
            raise ValueError(f"overlap_px lies between 0 and half of tile_px, not {self.overlap_px} of {self.tile_px}")
        if self.activation not in ACTIVATIONS:
            raise ValueError(f"activation is one of {', '.join(ACTIVATIONS)}, not {self.activation}")
        if len(self.inputs) not in (1, 2):
            raise ValueError(f"a network has one input or two, not {len(self.inputs)}")
        if not 0 < self.threshold < 1 or 0 in self.deviation or self.smallest_m2 < 0:
            raise ValueError("0 < threshold < 1, no deviation of 0, smallest_m2 not negative")


def run(
    network: Network,
    read: Callable[[Tile], tuple[Image, Image]],
    shape: tuple[int, int],
    spec: Spec,
    *,
    progress: Progress = silent,
) -> Image:
    """Return the probability of change of every pixel.

    Memory holds the result, its weights and one tile.

    Parameters
    ----------
    network : Network
    read : callable
        Returns both dates' bands, (bands, rows, columns) float32, of a window; NaN where not observed.
    shape : (rows, columns)
        Of the image; smaller than a tile, it is mirrored at its edges to fill one.
    spec : Spec
    progress : Progress

    Returns
    -------
    (rows, columns) float32
        From 0 to 1; NaN where a band of either date is not observed; the network sees the mean there
        on both dates.
    """
    total, weight = np.zeros(shape, np.float32), np.zeros(shape, np.float32)
    unseen = np.zeros(shape, bool)
    windows = list(tiles(shape, spec))
    for done, tile in enumerate(windows, start=1):
        before, after = read(tile)
        hidden = ~(np.isfinite(before).all(axis=0) & np.isfinite(after).all(axis=0))
        unseen[tile] |= hidden
        # Hidden on one date, a pixel is hidden from the network on both: a cloud would look like change beside it.
        first, second = (prepared(np.where(hidden, np.float32(np.nan), image), spec) for image in (before, after))
        found = _answer(network, first, second, spec.tile_px)
        taper = np.outer(*(_taper(part, size, spec) for part, size in zip(tile, shape, strict=True)))
        total[tile] += found * taper
        weight[tile] += taper
        progress(done, len(windows), "learned.running")
    return np.where(unseen, np.float32(np.nan), total / np.maximum(weight, np.float32(1e-12)))


def tiles(shape: tuple[int, int], spec: Spec) -> Iterator[Tile]:
    """Yield windows of full tile size that cover an image, the last ones moved back to end at its edges."""
    step = max(spec.tile_px - spec.overlap_px, 1)
    starts = [sorted({*range(0, max(size - spec.tile_px, 0), step), max(size - spec.tile_px, 0)}) for size in shape]
    for top in starts[0]:
        for left in starts[1]:
            yield (
                slice(top, min(top + spec.tile_px, shape[0])),
                slice(left, min(left + spec.tile_px, shape[1])),
            )


def prepared(image: Image, spec: Spec) -> Image:
    """Return bands as the network wants them: scaled, centred, 0 where not observed."""
    mean, deviation = (np.array(each, np.float32)[:, None, None] for each in (spec.mean, spec.deviation))
    return np.nan_to_num((image * np.float32(spec.scale) - mean) / deviation, nan=0.0, posinf=0.0, neginf=0.0)


def _answer(network: Network, before: Image, after: Image, tile_px: int) -> Image:
    """Ask the network about a tile, mirrored at the edges to the full size where the image is smaller."""
    rows, columns = before.shape[1:]
    if (rows, columns) == (tile_px, tile_px):
        return network(before, after)
    filling = ((0, 0), (0, tile_px - rows), (0, tile_px - columns))
    first, second = (np.pad(image, filling, mode="symmetric") for image in (before, after))
    return network(first, second)[:rows, :columns]


def _taper(part: slice, size: int, spec: Spec) -> Image:
    """Return the weight along one axis: 1 inside and at image edges, falling to 0 a quarter into each overlap."""
    length = part.stop - part.start
    weight = np.ones(length, np.float32)
    if spec.overlap_px == 0:
        return weight
    quarter = spec.overlap_px // 4
    ramp = np.clip((np.arange(length) - quarter + 1) / max(spec.overlap_px - 2 * quarter + 1, 1), 0, 1)
    if part.start > 0:
        weight = np.minimum(weight, ramp.astype(np.float32))
    if part.stop < size:
        weight = np.minimum(weight, ramp[::-1].astype(np.float32))
    return weight
