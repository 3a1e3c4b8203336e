"""Sweeps: one pass over a scene. Every strip is read once, scored, decided, classed and forgotten."""

from collections.abc import Iterator
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from gis.progress import Progress, silent
from satellite import findings, patches, score_pixels, scores
from satellite.alignment import Pair
from satellite.score_pixels import HALO_PX
from satellite.scores import Scorer
from satellite.sightings import Strip
from satellite.targets import Target, classify, usable

Image = NDArray[np.float32]
Bytes = NDArray[np.uint8]

BINS_PER_UNIT = 20
"""Bins of the histogram of scores for each unit of the score; the last bin takes the rest."""
BINS = 1200


class Canvas(Protocol):
    """What takes the strips of a scene as they are done."""

    def put(self, top: int, strength: Image, change: Bytes) -> None:
        """Take whole rows from ``top`` on."""


class Kept:
    """A canvas in memory."""

    def __init__(self) -> None:
        self._strips: list[tuple[Image, Bytes]] = []

    def put(self, top: int, strength: Image, change: Bytes) -> None:  # noqa: ARG002 - strips come in order
        """Take whole rows."""
        self._strips.append((strength, change))

    @property
    def strength(self) -> Image:
        """(rows, columns) float32: change strength, NaN where not observed."""
        return np.concatenate([strength for strength, _ in self._strips])

    @property
    def change(self) -> Bytes:
        """(rows, columns) uint8: 1 changed, 0 unchanged, 255 not observed."""
        return np.concatenate([change for _, change in self._strips])


class Sweep:
    """One pass over the scene: scores go to the canvas, changed pixels to whoever gathers them.

    Parameters
    ----------
    pair : Pair
    scorer : Scorer
    canvas : Canvas
    edge : float
        See ``false_leads.edge``.
    threshold : float
        Strength above which a pixel counts as changed.
    targets : tuple of Target
        For the class of changed pixels.
    progress : Progress
        Rows of the scene.

    Attributes
    ----------
    histogram : (bins,) int64
        Of the firm strengths of all observed pixels.
    unseen_px : int
        Pixels not observed on both dates.
    unseen : (rows, columns) bool
        Cells of ``findings.COARSE_PX`` with any of them.
    """

    def __init__(
        self,
        pair: Pair,
        scorer: Scorer,
        canvas: Canvas,
        *,
        edge: float,
        threshold: float,
        targets: tuple[Target, ...],
        progress: Progress = silent,
    ) -> None:
        self.pair, self.scorer, self.canvas, self.progress = pair, scorer, canvas, progress
        self.edge, self.threshold, self.targets = edge, np.float32(threshold), usable(targets, pair.names)
        self.histogram = np.zeros(BINS, np.int64)
        self.unseen_px = 0
        cells = (-(-size // findings.COARSE_PX) for size in (pair.grid.rows, pair.grid.columns))
        self.unseen = np.zeros(tuple(cells), bool)

    def strips(self) -> Iterator[Strip]:
        """Yield the changed pixels of strip after strip."""
        around = HALO_PX + 1  # whether a pixel changed takes the strength of those beside it
        for top, counts in self.pair.ahead(halo=around):
            strength, firm = scores.strength(self.scorer, counts, above=HALO_PX, below=HALO_PX, edge=self.edge)
            limits = (self.threshold, scores.lending(counts.fraction))
            change, unseen_px = score_pixels.decide(strength, limits, top, findings.COARSE_PX, self.unseen)
            strength, firm = strength[1:-1], firm[1:-1]
            self.unseen_px += unseen_px
            self.histogram += score_pixels.histogram(firm, BINS_PER_UNIT, BINS)
            self.canvas.put(top, strength, change)
            at = score_pixels.places(change, patches.CHANGED)
            values = counts.at(at + around * change.shape[1])
            tops = strength.ravel()[at], firm.ravel()[at]
            del counts, strength, firm  # they are large, and held by nobody else
            yield Strip(top, self._kinds(change, at, *values), at, values.reshape(2 * len(values[0]), at.size), *tops)
            self.progress(top + len(change), self.pair.grid.rows, "detect.scoring")

    def _kinds(self, change: Bytes, at: NDArray[np.intp], before: Image, after: Image) -> Bytes:
        """Return the class of every changed pixel, 0 where nothing changed, 255 where not observed."""
        kinds = np.where(change == patches.UNSEEN, change, np.uint8(0))
        first, second = (dict(zip(self.pair.names, values, strict=True)) for values in (before, after))
        kinds.ravel()[at] = classify(first, second, self.targets)
        return kinds
