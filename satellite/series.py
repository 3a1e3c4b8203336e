"""Series: each pixel's season learned from years without an event, and every new look judged against it.

The baseline is a harmonic model (a yearly and a half-yearly wave, after Zhu and Woodcock 2014, Remote Sensing of
Environment 144, 152-171) that answers only where the history looked at the same time of year, as the alerts of Hansen
et al. do with earlier years within 15 days. A look departs where it leaves the baseline, less what the surroundings
left it by on the same day (haze, a late spring), by more than the noise of both allows. One departing look is
``first``, more are ``provisional``, enough in unbroken succession are ``confirmed``; looks that were not observed
count neither way. A look changes the state alone: no image of the history is read again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from satellite import series_pixels
from satellite.series_pixels import NO_FIT, SCALE

Image = NDArray[np.float32]
Figures = NDArray[np.float64]

STABLE, FIRST, PROVISIONAL, CONFIRMED, NO_BASELINE, UNSEEN = 0, 1, 2, 3, 254, 255
"""States of a pixel. ``UNSEEN``: not observed since the baseline ended; ``NO_BASELINE``: hardly observed before."""
STATES = {
    STABLE: "stable",
    FIRST: "first",
    PROVISIONAL: "provisional",
    CONFIRMED: "confirmed",
    NO_BASELINE: "no_baseline",
    UNSEEN: "unseen",
}

DIRECTIONS = {"fall": -1, "both": 0, "rise": 1}

_TERMS = 5
_YEAR_DAYS = 365.25
_SEASONS = 24
_FEWEST_AROUND = 30
_MEDIAN_STEP = 2
_SNOW_INDEX = 0.4
_SNOW_NEAR_INFRARED = 0.7


@dataclass(frozen=True)
class Params:
    """What a user may set.

    Attributes
    ----------
    threshold : float
        A look departs beyond this many standard deviations.
    looks : int
        Departing looks in succession that confirm.
    direction : str
        ``fall``, ``rise`` or ``both``: which departures are heeded.
    snow_free : (int, int)
        First and last day of the year of looks that count at all, in the history and after it: a pixel under snow is
        compared with nothing.
    fewest_looks : int
        A pixel with fewer looks in the history has no baseline.
    ridge : float
        Weight, in looks, of the belief that there is no season; keeps thin histories from wild waves.
    prior_looks : float
        Weight, in looks, of the scene's typical spread beside the pixel's own, which a dozen looks hardly tell.
    noise : float
        No index is known better than this.
    around_px : int
        Edge of the surroundings whose median departure of the day is taken off.
    most_common : float
        The surroundings excuse no more than this, so that a wide change cannot excuse itself.
    smallest_m2 : float
        Groups of changed pixels below this become no patch.
    """

    threshold: float = 4.0
    looks: int = 3
    direction: str = "fall"
    snow_free: tuple[int, int] = (91, 304)
    fewest_looks: int = 6
    ridge: float = 0.5
    prior_looks: float = 12.0
    noise: float = 0.02
    around_px: int = 100
    most_common: float = 0.15
    smallest_m2: float = 2500.0

    def __post_init__(self) -> None:
        """Refuse values without meaning."""
        if self.direction not in DIRECTIONS:
            raise ValueError(f"direction is one of {', '.join(DIRECTIONS)}, not {self.direction}")
        positive = (self.threshold, self.looks, self.fewest_looks, self.ridge, self.noise, self.around_px)
        if min(positive) <= 0 or min(self.prior_looks, self.most_common, self.smallest_m2) < 0:
            raise ValueError("the parameters of a series are positive")

    def counts(self, day: date) -> bool:
        """Say whether a look of this day counts."""
        return self.snow_free[0] <= day.timetuple().tm_yday <= self.snow_free[1]


@dataclass(frozen=True)
class Baseline:
    """What a pixel does where nothing happens, kept in whole numbers (an index times 10,000).

    Attributes
    ----------
    coefficients : (5, rows, columns) int16
        Mean, cosine and sine of the year, cosine and sine of the half-year; the first is -32,768 without a baseline.
    spread : (rows, columns) uint16
        Root mean square of the history around it.
    looks : (rows, columns) uint16
        How many looks the history has.
    seasons : (rows, columns) uint32
        A bit for each of 24 parts of the year in which the history looked.
    """

    coefficients: NDArray[np.int16]
    spread: NDArray[np.uint16]
    looks: NDArray[np.uint16]
    seasons: NDArray[np.uint32]

    @property
    def known(self) -> NDArray[np.bool_]:
        """Where there is a baseline."""
        return self.coefficients[0] != NO_FIT


@dataclass(frozen=True)
class Watch:
    """What was seen since the baseline ended.

    Attributes
    ----------
    run : (rows, columns) int8
        Successive departing looks, negative for falls.
    days : (3, rows, columns) uint16
        Day (since 1970-01-01) on which the run began, on which it was confirmed, of the last look; 0 for none.
    departure : (rows, columns) int16
        Mean departure of the run times 10,000; it stands still once confirmed.
    """

    run: NDArray[np.int8]
    days: NDArray[np.uint16]
    departure: NDArray[np.int16]


def fit(images: Image, days: Sequence[date], params: Params) -> Baseline:
    """Learn the baseline of a block of pixels from their history.

    Parameters
    ----------
    images : (looks, rows, columns) float32
        An index from -3 to 3; NaN where not observed.
    days : sequence of date
        A day a look, in any order; looks out of season take no part.
    params : Params

    Raises
    ------
    ValueError
        If there are not as many days as looks.
    """
    if len(images) != len(days):
        raise ValueError(f"{len(images)} looks but {len(days)} days")
    kept = [at for at, day in enumerate(days) if params.counts(day)]
    shape = images.shape[1:]
    values = np.ascontiguousarray(images[kept].reshape(len(kept), -1).T)
    design = np.array([_harmonics(days[at]) for at in kept]).reshape(len(kept), _TERMS)
    found, spread = series_pixels.fit(values, design, params.ridge, params.noise)
    seen = np.isfinite(values)
    bits = np.array([1 << _season(days[at]) for at in kept], np.uint32)
    seasons = np.bitwise_or.reduce(np.where(seen, bits, np.uint32(0)), axis=1, initial=np.uint32(0))
    looks = seen.sum(axis=1)
    known = looks >= params.fewest_looks
    whole = np.rint(np.clip(np.where(known[:, None], found, 0) * SCALE, NO_FIT + 1, -NO_FIT - 1)).astype(np.int16)
    whole[~known, 0] = NO_FIT
    spreads = np.rint(np.clip(np.where(known, spread, 0) * SCALE, 0, np.iinfo(np.uint16).max))
    return Baseline(
        np.ascontiguousarray(whole.T).reshape(_TERMS, *shape),
        spreads.astype(np.uint16).reshape(shape),
        looks.astype(np.uint16).reshape(shape),
        seasons.astype(np.uint32).reshape(shape),
    )


def typical_spread(spreads: NDArray[np.uint16], params: Params) -> float:
    """Return the median spread of pixels with a baseline (0 stands for those without), at least the noise."""
    known = spreads[spreads > 0]
    return max(float(np.median(known)) / SCALE, params.noise) if known.size else params.noise


def begin(shape: tuple[int, int]) -> Watch:
    """Return the state before the first look."""
    return Watch(np.zeros(shape, np.int8), np.zeros((3, *shape), np.uint16), np.zeros(shape, np.int16))


def advance(watch: Watch, baseline: Baseline, image: Image, day: date, *, typical: float, params: Params) -> Watch:
    """Return the state of a block after one more look.

    Parameters
    ----------
    watch : Watch
        The state before; it stays as it is.
    baseline : Baseline
    image : (rows, columns) float32
        NaN where not observed.
    day : date
        After all former looks.
    typical : float
        See ``typical_spread``, of the whole scene.
    params : Params

    Notes
    -----
    The variance of a departure is that of the pixel, drawn towards the scene's typical one, and that of the
    surroundings on the day: a hazy look proves less.
    """
    part = _around(_season(day))
    gap = series_pixels.depart(image, baseline.coefficients, _harmonics(day), baseline.seasons, part)
    after = Watch(watch.run.copy(), watch.days.copy(), watch.departure.copy())
    today = (day - date(1970, 1, 1)).days
    series_pixels.advance(
        gap,
        (baseline.spread, baseline.looks, typical, params.prior_looks),
        (after.run, after.days, after.departure),
        _surroundings(gap, params),
        (params.threshold, params.looks, DIRECTIONS[params.direction], today),
    )
    return after


@dataclass(frozen=True)
class Judged:
    """How one pixel's look was judged, all NaN where it was not observed or not compared.

    Attributes
    ----------
    value : float
        The index as seen.
    expected : float
        The baseline's value for the day.
    common : float
        What the surroundings departed by; it is taken off.
    limit : float
        A departure beyond this counts.
    """

    value: float
    expected: float
    common: float
    limit: float


def judged(
    baseline: Baseline, image: Image, day: date, *, at: tuple[int, int], typical: float, params: Params
) -> Judged:
    """Return how ``advance`` judges the pixel ``at`` (row, column) of a block."""
    gap = series_pixels.depart(image, baseline.coefficients, _harmonics(day), baseline.seasons, _around(_season(day)))
    common, noise = (series_pixels.drawn(plane, image.shape, at) for plane in _surroundings(gap, params))
    own = series_pixels.own_variance(float(baseline.spread[at]), float(baseline.looks[at]), typical, params.prior_looks)
    value = float(image[at])
    limit = params.threshold * float(np.sqrt(own + noise**2))
    return Judged(value, value - float(gap[at]), float(common), limit if np.isfinite(gap[at]) else np.nan)


def expected(baseline: Baseline, day: date) -> Image:
    """Return the baseline's values for a day, NaN where it has none for that time of the year."""
    zero = np.zeros(baseline.spread.shape, np.float32)
    part = _around(_season(day))
    return -series_pixels.depart(zero, baseline.coefficients, _harmonics(day), baseline.seasons, part)


def states(watch: Watch, baseline: Baseline, params: Params) -> NDArray[np.uint8]:
    """Return the state of every pixel; see ``STATES``."""
    run = np.abs(watch.run)
    state = np.select([run == 0, run == 1], [STABLE, FIRST], PROVISIONAL)
    state = np.where(watch.days[1] > 0, CONFIRMED, state)
    state = np.where(watch.days[2] == 0, UNSEEN, state)
    return np.where(baseline.known & (baseline.looks >= params.fewest_looks), state, NO_BASELINE).astype(np.uint8)


def snow(bands: Mapping[str, Image]) -> NDArray[np.bool_]:
    """Return where bands show snow, all False where ``green``, ``nir`` or ``swir16`` is missing.

    Snow is bright in the green and dark in the short-wave infrared (Hall et al. 1995: an index above 0.4); unlike
    water, which shares that, it is bright in the near infrared, so turbid water is not taken for ice.
    """
    if not {"green", "nir", "swir16"} <= bands.keys():
        return np.zeros(next(iter(bands.values())).shape, bool)
    green, near, short = bands["green"], bands["nir"], bands["swir16"]
    return (green - short > _SNOW_INDEX * (green + short)) & (near > _SNOW_NEAR_INFRARED * green)


def _harmonics(day: date) -> NDArray[np.float64]:
    turn = 2 * np.pi * (day - date(1970, 1, 1)).days / _YEAR_DAYS
    return np.array([1, np.cos(turn), np.sin(turn), np.cos(2 * turn), np.sin(2 * turn)])


def _season(day: date) -> int:
    return min(int((day.timetuple().tm_yday - 1) * _SEASONS / _YEAR_DAYS), _SEASONS - 1)


def _around(season: int) -> int:
    """Return the bits of a part of the year and its two neighbours."""
    return sum(1 << ((season + step) % _SEASONS) for step in (-1, 0, 1))


def _surroundings(gap: Image, params: Params) -> tuple[Figures, Figures]:
    """Return the common departure of the day in cells of the block, and its spread; NaN where too little was seen."""
    cells = [max(1, round(size / params.around_px)) for size in gap.shape]
    rows, columns = (np.linspace(0, size, count + 1).astype(int) for size, count in zip(gap.shape, cells, strict=True))
    common, noise = np.empty(cells), np.empty(cells)
    for row in range(cells[0]):
        for column in range(cells[1]):
            cell = gap[rows[row] : rows[row + 1], columns[column] : columns[column + 1]]
            common[row, column], noise[row, column] = series_pixels.middle(cell, _MEDIAN_STEP, _FEWEST_AROUND)
    bare = np.isnan(common)
    if bare.any():
        common[bare], noise[bare] = series_pixels.middle(gap, _MEDIAN_STEP, _FEWEST_AROUND)
    return np.clip(common, -params.most_common, params.most_common), noise
