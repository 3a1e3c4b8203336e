"""Detection: the whole way from an open pair of images to patches, with the figures that a reviewer asks for."""

from dataclasses import dataclass, field
from datetime import date

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray

from gis.errors import WorkbenchError
from gis.progress import Progress, silent
from satellite import alignment, patches
from satellite.alignment import Alignment, Pair
from satellite.change import HALO_PX, Mad, Null, fit, fit_null
from satellite.change import strength as change_strength
from satellite.registration import Shift
from satellite.targets import Rules, classify

Image = NDArray[np.float32]

_FEWEST_PX = 4
_SAMPLE_PX = 200_000
_NULL_PX = 1_000_000


@dataclass(frozen=True)
class Params:
    """What a user may set.

    Attributes
    ----------
    false_alarm : float
        Probability, 0 to 1, that an unchanged pixel is called changed.
    smallest_m2 : float
        Smaller groups of changed pixels become no patch; at least four pixels are asked for in any case.
    seed : int
        Of the sample that statistics are taken from.
    rules : Rules
        For the machine class.
    """

    false_alarm: float = 1e-4
    smallest_m2: float = 1000.0
    seed: int = 20_210_406
    rules: Rules = field(default_factory=Rules)

    def __post_init__(self) -> None:
        """Refuse values without meaning."""
        if not 0 < self.false_alarm < 1:
            raise ValueError(f"false_alarm lies between 0 and 1, not {self.false_alarm}")
        if self.smallest_m2 < 0:
            raise ValueError(f"smallest_m2 is not negative, unlike {self.smallest_m2}")


@dataclass(frozen=True)
class Detection:
    """What was found and how.

    Attributes
    ----------
    strength : (rows, columns) float32
        Change strength, NaN where not observed.
    change : (rows, columns) uint8
        1 changed, 0 unchanged, 255 not observed.
    patches : GeoDataFrame
        See ``patches.SCHEMA``.
    alignment : Alignment
    mad : Mad
    null : Null
    threshold : float
    too_small : int
        Groups of changed pixels below the smallest area.
    """

    strength: Image
    change: NDArray[np.uint8]
    patches: gpd.GeoDataFrame
    alignment: Alignment
    mad: Mad
    null: Null
    threshold: float
    too_small: int

    @property
    def shift(self) -> Shift:
        """Where the second image lay as it came."""
        return self.alignment.found

    @property
    def observed_share(self) -> float:
        """Share of pixels seen on both dates, 0 to 1."""
        return float((self.change != patches.UNSEEN).mean())


def run(
    pair: Pair,
    *,
    before_on: date | None = None,
    after_on: date | None = None,
    params: Params | None = None,
    progress: Progress = silent,
) -> Detection:
    """Find what changed between two dates.

    Memory holds the strength and the change of all pixels, and the bands of one strip.

    Raises
    ------
    WorkbenchError
        ``detect.reversed``, ``detect.nothing_observed``, ``detect.few_pixels``, ``detect.shifted``,
        ``detect.residual``, ``detect.constant_band``, ``detect.no_variation``; and ``detect.unreadable`` while reading.
    """
    params = params or Params()
    if before_on and after_on and before_on > after_on:
        raise WorkbenchError(
            "detect.reversed",
            "The earlier image is of {before}, the later one of {after}: swap them",
            before=before_on.isoformat(),
            after=after_on.isoformat(),
        )
    rng = np.random.default_rng(params.seed)
    progress(0, 4, "detect.registering")
    pair, aligned = alignment.align(pair)
    progress(1, 4, "detect.fitting")
    mad = fit(*_sample(pair, rng))
    progress(2, 4, "detect.scoring")
    strength = _strength(pair, mad)
    null = fit_null(_finite_sample(strength, rng))
    threshold = null.threshold(params.false_alarm)
    changed = patches.decide(strength, threshold)
    progress(3, 4, "detect.outlining")
    smallest_px = max(_FEWEST_PX, int(np.ceil(params.smallest_m2 / pair.grid.pixel_m2)))
    labels = patches.label(patches.consolidate(_kinds(pair, changed, params.rules)), smallest_px)
    means = patches.sums(labels.of_pixel, (strip for _, strip in pair.strips()))
    look = patches.Look(pair.names, before_on, after_on)
    found = patches.describe(labels, strength, means, grid=pair.grid, threshold=threshold, look=look)
    progress(4, 4, "detect.done")
    return Detection(strength, changed, found, aligned, mad, null, threshold, labels.too_small)


def _kinds(pair: Pair, changed: NDArray[np.uint8], rules: Rules) -> NDArray[np.uint8]:
    """Return the class of every changed pixel, 0 where nothing changed, 255 where not observed."""
    kinds = np.where(changed == patches.UNSEEN, changed, np.uint8(0))
    for inner, (_, before, after) in pair.strips():
        here = changed[inner] == patches.CHANGED
        first, second = (dict(zip(pair.names, bands[:, here], strict=True)) for bands in (before, after))
        kinds[inner][here] = classify(first, second, rules)
    return kinds


def _sample(pair: Pair, rng: np.random.Generator) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return both dates' bands at pixels drawn evenly over the image, observed ones only."""
    share = min(1.0, _SAMPLE_PX / (pair.grid.rows * pair.grid.columns))
    chosen = []
    for _, (_, before, after) in pair.strips():
        seen = np.isfinite(before).all(axis=0) & np.isfinite(after).all(axis=0)
        if share < 1:
            seen &= rng.random(seen.shape) < share
        chosen.append((before[:, seen], after[:, seen]))
    first, second = (np.concatenate(date_parts, axis=1).astype(np.float64) for date_parts in zip(*chosen, strict=True))
    if first.shape[1] <= 10 * first.shape[0]:
        raise WorkbenchError(
            "detect.nothing_observed",
            "Only {pixels} sampled pixels are seen on both dates; clouds, nodata or masks (1 = usable) hide the rest",
            pixels=first.shape[1],
        )
    return first, second


def _strength(pair: Pair, mad: Mad) -> Image:
    strength = np.full((pair.grid.rows, pair.grid.columns), np.nan, np.float32)
    for inner, (top, before, after) in pair.strips(halo=HALO_PX):
        values = change_strength(mad, before, after)
        strength[inner] = values[inner.start - top : inner.stop - top]
    return strength


def _finite_sample(strength: Image, rng: np.random.Generator) -> NDArray[np.float64]:
    finite = strength[np.isfinite(strength)]
    if finite.size > _NULL_PX:
        finite = rng.choice(finite, _NULL_PX, replace=False)
    return finite.astype(np.float64)
