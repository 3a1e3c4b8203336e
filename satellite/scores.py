"""Scores: how strongly a pixel changed between two dates, by a method of choice, all behind one interface.

A fitted ``Scorer`` is a set of linear forms of both dates' bands; the score is the root of the sum of their squares,
each form smoothed first. ``irmad`` and ``mad`` are Nielsen's (IR-)MAD variates over their no-change deviation, ``cva``
the change vector with every band of the later date matched to the earlier one and taken in robust standard deviations,
and the name of an index its difference in robust standard deviations, of both signs or of one.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
from numpy.typing import NDArray

from gis.errors import WorkbenchError
from satellite import change, indices, resampling, score_pixels

Array = NDArray[np.float64]
Image = NDArray[np.float32]
Numbers = NDArray[np.number]
Blur = tuple[float, float]

METHODS = ("irmad", "mad", "cva", *indices.INDICES)
SIDES = {"both": 0, "rise": 1, "fall": -1}

SMOOTHING_PX = 0.7
"""Gaussian on every form; on labelled pairs it lifts F1 by 0.005 (see the change log)."""
_REACHES_PX = 3.0
_LENDING = 0.86
_TO_SIGMA = 1.4826
_FEWEST_ITERATIONS = 1
_CONSTANT = 1e-5
"""A band whose values differ by less than this share of them is constant; resampling leaves some rounding."""


@dataclass(frozen=True)
class Method:
    """What is scored.

    Attributes
    ----------
    name : str
        One of ``METHODS``.
    side : str
        ``both``, or for an index only its ``rise`` or ``fall``.
    """

    name: str = "irmad"
    side: str = "both"

    def __post_init__(self) -> None:
        """Refuse what there is not."""
        if self.name not in METHODS:
            raise ValueError(f"method is one of {', '.join(METHODS)}, not {self.name}")
        if self.side not in SIDES or (self.side != "both" and self.name not in indices.INDICES):
            raise ValueError(f"{self.name} has no side {self.side}")


@dataclass(frozen=True)
class Scorer:
    """A method fitted to a pair.

    Attributes
    ----------
    method : Method
    bands : tuple of str
    forms_before, forms_after : (k, p) float64
        Over physical units of the bands, or of the index alone.
    offsets : (2, k) float64
        Taken off the forms of either date.
    rho : tuple of float
        Canonical correlations of MAD, else empty.
    iterations : int
    blur : (float, float)
        See ``sharpness.blur``: what the score smooths the sharper date by besides.
    """

    method: Method
    bands: tuple[str, ...]
    forms_before: Array
    forms_after: Array
    offsets: Array
    rho: tuple[float, ...] = ()
    iterations: int = 0
    blur: Blur = (0.0, 0.0)

    @property
    def of_index(self) -> bool:
        """Whether the forms are over an index and not over the bands."""
        return self.method.name in indices.INDICES

    @property
    def unused(self) -> tuple[str, ...]:
        """Bands that hold one value at one of the dates, and so say nothing about change."""
        if self.of_index:
            return ()
        columns = zip(self.bands, self.forms_before.T, strict=True)
        return tuple(band for band, weights in columns if not weights.any())


@dataclass(frozen=True)
class Counts:
    """Both dates of some rows as their files store them.

    Attributes
    ----------
    before, after : (p, rows, columns) of any number type
    missing : (float, float)
        What stands for "not observed" in each date; NaN always does.
    gains, offsets : (2, p) float64
        Physical value = count x gain + offset.
    fraction : (float, float)
        How far south and east of the middle of a pixel of the later date its ground lies, -0.5 to 0.5.
    """

    before: Numbers
    after: Numbers
    missing: tuple[float, float]
    gains: Array
    offsets: Array
    fraction: tuple[float, float] = (0.0, 0.0)

    @property
    def shifted(self) -> bool:
        """Whether the later date lies a fraction of a pixel off."""
        return self.fraction != (0.0, 0.0)

    def physical(self) -> tuple[Image, Image]:
        """Return physical values of all pixels, NaN where not observed."""
        shape = self.before.shape
        before, after = self.at(np.arange(shape[1] * shape[2])).reshape(2, *shape)
        return before, after

    def at(self, places: NDArray[np.intp]) -> Image:
        """Return physical values, (2, p, n), of both dates at flat positions; NaN where not observed.

        Where the later date lies a fraction of a pixel off it is resampled at these positions.
        """
        return self._physical(places, (0.0, 1.0))

    def alike(self, places: NDArray[np.intp], blur: Blur = (0.0, 0.0)) -> Image:
        """Return physical values beside flat positions, both dates as sharp as one another; NaN where not observed.

        Were the later date alone resampled, it would be smoother, and a bright roof depart from its own copy. Both are,
        half way between a pixel of the one and a pixel of the other. Of a blurred pair (see ``sharpness.blur``) the
        sharper date is the mean of neighbours too; where one of those is not observed, it is not.
        """
        found = np.zeros((2, len(self.before), places.size), np.float32)
        rows, columns = np.divmod(places, self.before.shape[2])
        for south, east, weights in _neighbours(blur):
            at = np.clip(rows + south, 0, self.before.shape[1] - 1) * self.before.shape[2]
            beside = self._physical(at + np.clip(columns + east, 0, self.before.shape[2] - 1), (-0.5, 0.5))
            found += beside * weights[:, None, None]
        return found

    def _physical(self, places: NDArray[np.intp], shares: tuple[float, float]) -> Image:
        """Return values at positions moved by a share of the fraction of a pixel."""
        found = np.empty((2, len(self.before), places.size), np.float32)
        for side, (data, share) in enumerate(zip((self.before, self.after), shares, strict=True)):
            gains, offsets = (each[side].astype(np.float32) for each in (self.gains, self.offsets))
            if share and self.shifted:
                south, east = (share * each for each in self.fraction)
                row, column = np.divmod(places, data.shape[2])
                at = [np.asarray(each, np.float64)[:, None] for each in (row + south, column + east)]
                values = resampling.cubic(_plain(data), at[0], at[1], missing=self.missing[side])[:, :, 0]
                found[side] = values * gains[:, None] + offsets[:, None]
            else:
                found[side] = score_pixels.taken(_plain(data), places, np.float32(self.missing[side]), gains, offsets)
        return found

    def brightness(self) -> tuple[Image, Image]:
        """Return the mean over the bands of both dates, (rows, columns); NaN where one of them is not observed.

        Of a pair that lies a fraction of a pixel off both are smoothed as for the score.
        """
        means: list[Image] = []
        for side, date in enumerate((self.before, self.after)):
            total = np.zeros(date.shape[1:], np.float32)
            for band, gain, offset in zip(date, self.gains[side], self.offsets[side], strict=True):
                total += np.where(band == self.missing[side], np.nan, band * np.float32(gain) + np.float32(offset))
            means.append((total / np.float32(len(date))).astype(np.float32))
        if not self.shifted:
            return means[0], means[1]
        before, after = self._smoothed(means[0][None], means[1][None])
        return before[0], after[0]

    def smoothed(self, blur: Blur = (0.0, 0.0)) -> tuple[Image, Image]:
        """Return physical values of all pixels of both dates, smoothed as for the score; NaN where not observed."""
        return self._smoothed(*replace(self, fraction=(0.0, 0.0)).physical(), blur)

    def part(self, edge: int) -> "Counts":
        """Return the first rows and columns, as many as an edge."""
        return replace(self, before=self.before[:, :edge, :edge], after=self.after[:, :edge, :edge])

    def _smoothed(self, before: Image, after: Image, blur: Blur = (0.0, 0.0)) -> tuple[Image, Image]:
        """Return planes of both dates, (k, rows, columns), smoothed as for the score; nothing is seen beyond them."""
        taps = smoothing(self.fraction, blur)
        rim = taps.shape[1] // 2
        wide = [np.pad(date, ((0, 0), (rim, rim), (rim, rim)), constant_values=np.nan) for date in (before, after)]
        return resampling.convolved(wide[0], *taps[:2]), resampling.convolved(wide[1], *taps[2:])

    @property
    def seen(self) -> NDArray[np.bool_]:
        """Where every band of both dates is observed."""
        seen = np.ones(self.before.shape[1:], bool)
        for data, missing in zip((self.before, self.after), self.missing, strict=True):
            seen &= (data != missing).all(axis=0)
            if data.dtype.kind == "f":
                seen &= np.isfinite(data).all(axis=0)
        return seen

    @classmethod
    def of_values(cls, before: Image, after: Image) -> "Counts":
        """Return physical values, NaN where not observed, as counts."""
        size = (2, len(before))
        return cls(before, after, (np.nan, np.nan), np.ones(size), np.zeros(size))


def strips(lots: Iterable[tuple[int, Counts]], *, rows: int, halo: int, total: int) -> Iterator[tuple[int, Counts]]:
    """Cut lots of rows that follow each other into strips, and yield first row and counts of each.

    Parameters
    ----------
    lots : iterable of (first row, Counts)
    rows : int
        Of each strip but the last.
    halo : int
        How many rows of their neighbours strips have above and below; not observed beyond the scene.
    total : int
        Rows of the scene.
    """
    held: list[tuple[int, Counts]] = []
    top = 0
    for first, lot in lots:
        held.append((first, lot))
        end = first + lot.before.shape[1]
        del lot  # what follows holds on to no lot that is used up
        while top < total and (end == total or top + rows + halo <= end):
            yield top, _cut(held, top - halo, min(top + rows, total) + halo)
            top += rows
        rest = max(top - halo, 0)
        held = [(rest, _cut(held, rest, end))] if rest < end else []


def _cut(held: list[tuple[int, Counts]], first: int, last: int) -> Counts:
    """Return some rows out of parts of a scene that follow each other; what no part has is not observed."""
    counts = held[0][1]
    dates = []
    for side, missing in zip(("before", "after"), counts.missing, strict=True):
        like: Numbers = getattr(counts, side)
        rows = np.empty((like.shape[0], last - first, like.shape[2]), like.dtype)
        begin, end = held[0][0], held[-1][0] + held[-1][1].before.shape[1]
        rows[:, : max(begin - first, 0)] = missing
        rows[:, max(end - first, 0) :] = missing
        for top, part in held:
            data = getattr(part, side)
            inner = slice(max(first, top), min(last, top + data.shape[1]))
            if inner.start < inner.stop:
                rows[:, inner.start - first : inner.stop - first] = data[:, inner.start - top : inner.stop - top]
        dates.append(rows)
    return replace(counts, before=dates[0], after=dates[1])


def fit(method: Method, bands: Sequence[str], before: Array, after: Array) -> Scorer:
    """Fit a method to a sample of pixels; constant bands are left out, see ``Scorer.unused``.

    Parameters
    ----------
    method : Method
    bands : sequence of str
    before, after : (p, n) float64
        The same pixels at two dates, finite, physical units.

    Raises
    ------
    WorkbenchError
        ``detect.no_index`` if the bands of the index are missing; ``detect.no_variation``; see ``change.fit``.
    """
    names = tuple(bands)
    if method.name in indices.INDICES:
        return _of_index(method, names, before, after)
    varied = _varied(before) & _varied(after)
    if not varied.any():
        raise WorkbenchError("detect.no_variation", "The two images do not differ in any measurable way")
    fitted = _of_vectors if method.name == "cva" else _of_variates
    scorer = fitted(method, names, before[varied], after[varied])
    forms = [np.zeros((varied.sum(), varied.size)) for _ in range(2)]
    for wide, form in zip(forms, (scorer.forms_before, scorer.forms_after), strict=True):
        wide[:, varied] = form
    return replace(scorer, forms_before=forms[0], forms_after=forms[1])


def _varied(values: Array) -> NDArray[np.bool_]:
    """Return which bands hold more than one value."""
    return np.asarray(np.ptp(values, axis=1) > _CONSTANT * np.abs(values).max(axis=1))


def _of_variates(method: Method, names: tuple[str, ...], before: Array, after: Array) -> Scorer:
    mad = change.fit(before, after, most_iterations=_FEWEST_ITERATIONS if method.name == "mad" else 50)
    inverse = 1 / mad.sigma[:, None]
    first, second = mad.to_before.T * inverse, mad.to_after.T * inverse
    offsets = np.array([first @ mad.mean_before, second @ mad.mean_after])
    return Scorer(method, names, first, second, offsets, tuple(mad.rho.tolist()), mad.iterations)


def strength(
    scorer: Scorer, counts: Counts, *, above: int = 0, below: int = 0, edge: float = 0.0
) -> tuple[Image, Image]:
    """Return the change score of each pixel, and what is left of it when edges are forgiven.

    Parameters
    ----------
    scorer : Scorer
    counts : Counts
    above, below : int
        How many of its first and last rows serve the smoothing alone (at most ``HALO_PX`` make a difference).
    edge : float
        See ``false_leads.edge``; 0 forgives nothing.

    Returns
    -------
    strength, firm : (rows - above - below, columns) float32
        From 0 up; NaN where either date is NaN in any band. Unobserved pixels take no part in the smoothing.
    """
    if scorer.of_index:
        counts = _indexed(scorer, counts)
    before, after = (_plain(data) for data in (counts.before, counts.after))
    if before.dtype != after.dtype:
        before, after = before.astype(np.float32), after.astype(np.float32)
    forms = (scorer.forms_before, scorer.forms_after)
    scaled = [form * gain for form, gain in zip(forms, counts.gains, strict=True)]
    moved = [off - form @ zero for form, zero, off in zip(forms, counts.offsets, scorer.offsets, strict=True)]
    taps = [tuple(each) for each in smoothing(counts.fraction, scorer.blur)]
    return score_pixels.score(
        before,
        after,
        (above, below),
        (np.float32(counts.missing[0]), np.float32(counts.missing[1])),
        (scaled[0].astype(np.float32), scaled[1].astype(np.float32), np.array(moved, np.float32)),
        (taps[0], taps[1], taps[2], taps[3]),
        (np.float32(SIDES[scorer.method.side]), np.float32(edge)),
    )


def departures(scorer: Scorer, counts: Counts) -> Array:
    """Return the differences of the smoothed forms, whose squares the strength sums, (k, n) of the n pixels seen."""
    if scorer.of_index:
        counts = _indexed(scorer, counts)
    before, after = (date.reshape(len(date), -1).astype(np.float64) for date in counts.smoothed(scorer.blur))
    found = scorer.forms_before @ before - scorer.forms_after @ after - np.subtract(*scorer.offsets)[:, None]
    return np.asarray(found[:, np.isfinite(found).all(axis=0)])


def smoothing(fraction: tuple[float, float], blur: Blur = (0.0, 0.0)) -> Image:
    """Return weights, see ``score_pixels.score``, that smooth both dates alike and take a fraction of a pixel back."""
    if fraction != (0.0, 0.0) or blur != (0.0, 0.0):
        earlier = [resampling.low_pass(0.0, max(each, 0.0)) for each in blur]
        later = [resampling.low_pass(off, max(-each, 0.0)) for off, each in zip(fraction, blur, strict=True)]
        return np.array([*earlier, *later], np.float32)
    reach = int(np.ceil(_REACHES_PX * SMOOTHING_PX - 0.5))
    weights = np.exp(-(np.arange(-reach, reach + 1) ** 2) / (2 * SMOOTHING_PX**2))
    return np.tile((weights / weights.sum()).astype(np.float32), (4, 1))


def _neighbours(blur: Blur) -> Iterator[tuple[int, int, Image]]:
    """Yield steps south and east and the weights, (2,), that values there have of either date: three a blurred axis."""
    steps = [(-1, 0, 1) if each else (0,) for each in blur]
    for south, east in product(*steps):
        weights = np.ones(2, np.float32)
        for each, step in zip(blur, (south, east), strict=True):
            taken = np.array([max(each, 0.0), max(-each, 0.0)])
            weights *= (taken / 2 if step else 1 - taken).astype(np.float32)
        yield south, east, weights


def lending(fraction: tuple[float, float]) -> np.float32:
    """Return how many times as strong the pixel beside may be, before one has its own strength from there.

    The smoothing carries change over its border: along a straight one the first pixel beyond gets a share of what the
    first within keeps. Beyond that ratio, less a margin for noise and for pixels that the border cuts, nothing changed.
    """
    weights = smoothing(fraction)[0]
    middle = weights.size // 2
    return np.float32(_LENDING * weights[middle:].sum() / weights[middle + 1 :].sum())


def _plain(data: Numbers) -> Numbers:
    """Return counts in one of the two number types that the loops are compiled for."""
    return np.ascontiguousarray(data if data.dtype == np.uint16 else data.astype(np.float32, copy=False))


def _indexed(scorer: Scorer, counts: Counts) -> Counts:
    planes = [
        _index(scorer.method.name, dict(zip(scorer.bands, date, strict=True)))[None].astype(np.float32)
        for date in counts.physical()
    ]
    return Counts.of_values(planes[0], planes[1])


def _index(name: str, bands: indices.Bands) -> Array:
    return np.asarray(indices.INDICES[name][0](bands))


def _of_index(method: Method, names: tuple[str, ...], before: Array, after: Array) -> Scorer:
    first, second = (dict(zip(names, date, strict=True)) for date in (before, after))
    if method.name not in indices.available(first):
        needed = ", ".join(indices.INDICES[method.name][1])
        raise WorkbenchError(
            "detect.no_index", "{index} needs the bands {bands}", index=method.name.upper(), bands=needed
        )
    departure = _index(method.name, first) - _index(method.name, second)
    middle, sigma = _robust(departure[None, np.isfinite(departure)])
    one = np.ones((1, 1)) / sigma[:, None]
    level = np.nanmedian(_index(method.name, first))
    return Scorer(method, names, one, one, np.array([level / sigma, (level - middle) / sigma]))


def _of_vectors(method: Method, names: tuple[str, ...], before: Array, after: Array) -> Scorer:
    """Match every band of the later date to the earlier one by its median and spread, then count in deviations."""
    (middle_before, spread_before), (middle_after, spread_after) = _robust(before), _robust(after)
    gain = spread_before / spread_after
    departure = before - middle_before[:, None] - gain[:, None] * (after - middle_after[:, None])
    middle, sigma = _robust(departure)
    offsets = np.array([middle_before, gain * middle_after - middle]) / sigma
    return Scorer(method, names, np.diag(1 / sigma), np.diag(gain / sigma), offsets)


def _robust(values: Array) -> tuple[Array, Array]:
    """Return the median and the deviation of each row.

    Raises
    ------
    WorkbenchError
        ``detect.no_variation``.
    """
    if not values.size:
        raise WorkbenchError("detect.no_variation", "The two images do not differ in any measurable way")
    middle = np.median(values, axis=1)
    sigma = _TO_SIGMA * np.median(np.abs(values - middle[:, None]), axis=1)
    if not (sigma > 0).all():
        raise WorkbenchError("detect.no_variation", "The two images do not differ in any measurable way")
    return middle, sigma
