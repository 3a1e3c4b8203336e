"""Detection: the whole way from an open pair of images to patches, with the figures that a reviewer asks for.

Statistics come from a sample of windows spread evenly over the scene; then every strip is read once, scored, decided,
classed and forgotten. Memory holds the strips in work and the changed pixels, not the scene.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray

from gis import memory
from gis.errors import WorkbenchError
from gis.progress import Progress, silent
from satellite import (
    alignment,
    crowds,
    false_leads,
    field_work,
    findings,
    patches,
    phases,
    scores,
    seasons,
    sharpness,
    sightings,
    tallies,
)
from satellite.alignment import Alignment, Pair
from satellite.crowds import Ground
from satellite.false_leads import Null
from satellite.past import Past
from satellite.patches import Labels, Look, Marks
from satellite.registration import Shift
from satellite.scores import Blur, Counts, Method, Scorer
from satellite.sightings import Sightings
from satellite.sweeps import Canvas, Kept, Sweep
from satellite.targets import Target, name, standard

Image = NDArray[np.float32]
Bytes = NDArray[np.uint8]

_FEWEST_PX = 4
_SAMPLE_PX = 200_000
_NULL_PX = 1_000_000
_GROUND_PX = 40_000
_WINDOW_PX = 512
_WINDOW_BYTES = 160_000_000
_MOST_WINDOWS = 36
_FEWEST_WINDOWS = 9
_SPREAD_PX = 256
_SHARP_WINDOWS = 8
_STAGES = 100
_LEARNED = 4
_FINE = 1024.0


@dataclass(frozen=True)
class Params:
    """What a user may set.

    Attributes
    ----------
    method : Method
    false_leads : float
        How many patches on 1,000 km2 noise alone may make at most, in 99 of 100 cases; see ``false_leads``.
    false_alarm : float
        Probability, 0 to 1, that an unchanged pixel is called changed: how far a patch reaches, once it is one.
    smallest_m2 : float
        Smaller groups of changed pixels become no patch; at least four pixels are asked for in any case.
    seed : int
        Of the sample that statistics are taken from.
    targets : tuple of Target
        For the machine class.
    wanted : tuple of str, optional
        Names of the targets to keep; by default every change stays.
    past : Past, optional
        What pairs of earlier years say of noise; the threshold is theirs instead of the no-change mass's.
    """

    method: Method = field(default_factory=Method)
    false_leads: float = 1.0
    false_alarm: float = 1e-4
    smallest_m2: float = 1000.0
    seed: int = 20_210_406
    targets: tuple[Target, ...] = field(default_factory=standard)
    wanted: tuple[str, ...] | None = None
    past: Past | None = None

    def __post_init__(self) -> None:
        """Refuse values without meaning."""
        if not 0 < self.false_alarm < 1:
            raise ValueError(f"false_alarm lies between 0 and 1, not {self.false_alarm}")
        if not self.false_leads > 0:
            raise ValueError(f"false_leads is more than 0, not {self.false_leads}")
        if self.smallest_m2 < 0:
            raise ValueError(f"smallest_m2 is not negative, unlike {self.smallest_m2}")


@dataclass(frozen=True)
class Noise:
    """What no change looks like here, and what the threshold lets through of it.

    Attributes
    ----------
    null, firm_null : Null
        Of the strength, and of the firm strength, with edges forgiven.
    edge : float
        See ``false_leads.edge``.
    length_px : float
        See ``false_leads.length_px``.
    chance : float
        Probability that an unchanged pixel exceeds the lead threshold.
    threshold : float
        Strength above which a pixel counts as changed.
    lead_threshold : float
        Firm strength that a patch must exceed on its smallest area at least.
    smallest_px : int
    pixel_m2 : float
    """

    null: Null
    firm_null: Null
    edge: float
    length_px: float
    chance: float
    threshold: float
    lead_threshold: float
    smallest_px: int
    pixel_m2: float

    @property
    def false_leads(self) -> float:
        """Expected false leads per 1,000 km2."""
        return self.false_leads_at(self.lead_threshold)

    def false_leads_at(self, threshold: float) -> float:
        """Return the expected false leads per 1,000 km2 of another lead threshold."""
        chance = max(self.firm_null.chance(threshold), np.finfo(float).tiny)
        return false_leads.rate(chance, smallest_px=self.smallest_px, length_px=self.length_px, pixel_m2=self.pixel_m2)


@dataclass(frozen=True)
class Detection:
    """What was found and how.

    Attributes
    ----------
    patches : GeoDataFrame
        See ``patches.SCHEMA``, and ``target``, ``strength`` (mean), ``holds_to`` (the patch keeps its smallest area up
        to this threshold), ``pixels``, and what tells field work: its means, see ``field_work.columns``, and
        ``alike_share``, how much of the ground around shows the same change, see ``crowds.shares``; NaN where nobody
        knows or asks. ``moved`` is the share of the whole that turned greener, or barer, see ``phases``.
    alignment : Alignment
    scorer : Scorer
    noise : Noise
    histogram : (bins,) int64
        Of the firm strengths of all observed pixels, see ``sweeps.BINS_PER_UNIT``.
    unseen_px : int
        Pixels not observed on both dates.
    unseen : (rows, columns) bool
        Where they lie, see ``findings.Facts``.
    suppressed : dict
        Candidates left out, by reason.
    canvas : Canvas
    """

    patches: gpd.GeoDataFrame
    alignment: Alignment
    scorer: Scorer
    noise: Noise
    histogram: NDArray[np.int64]
    unseen_px: int
    unseen: NDArray[np.bool_]
    suppressed: Mapping[str, int]
    canvas: Canvas

    @property
    def shift(self) -> Shift:
        """Where the second image lay as it came."""
        return self.alignment.found

    @property
    def threshold(self) -> float:
        """Strength above which a pixel counts as changed."""
        return self.noise.threshold

    @property
    def strength(self) -> Image:
        """Strength of all pixels, where they were kept in memory."""
        return self._kept.strength

    @property
    def change(self) -> Bytes:
        """Change of all pixels, where they were kept in memory."""
        return self._kept.change

    @property
    def _kept(self) -> Kept:
        if not isinstance(self.canvas, Kept):
            raise TypeError("the pixels went to a canvas of the caller's")
        return self.canvas

    @property
    def observed_share(self) -> float:
        """Share of pixels seen on both dates, 0 to 1."""
        seen = int(self.histogram.sum())
        return seen / (seen + self.unseen_px)


def run(
    pair: Pair,
    *,
    before_on: date | None = None,
    after_on: date | None = None,
    params: Params | None = None,
    canvas: Canvas | None = None,
    progress: Progress = silent,
) -> Detection:
    """Find what changed between two dates.

    Parameters
    ----------
    pair : Pair
    before_on, after_on : date, optional
    params : Params, optional
    canvas : Canvas, optional
        Takes strength and change of every pixel, strip by strip; by default they are kept in memory.
    progress : Progress

    Raises
    ------
    WorkbenchError
        ``detect.reversed``, ``detect.nothing_observed``, ``detect.few_pixels``, ``detect.shifted``,
        ``detect.residual``, ``detect.constant_band``, ``detect.no_variation``, ``detect.no_index``, ``detect.snow``;
        and ``detect.unreadable`` while reading.
    """
    params, canvas = params or Params(), canvas or Kept()
    if before_on and after_on and before_on > after_on:
        raise WorkbenchError(
            "detect.reversed",
            "The earlier image is of {before}, the later one of {after}: swap them",
            before=before_on.isoformat(),
            after=after_on.isoformat(),
        )
    progress(0, _STAGES, "detect.registering")
    pair, aligned = alignment.align(pair)
    progress(_LEARNED, _STAGES, "detect.fitting")
    scorer, noise, ground = learn(pair, params)
    memory.release()

    def scoring(done: int, total: int, code: str) -> None:
        progress(_LEARNED + int(done / total * (_STAGES - _LEARNED - 1)), _STAGES, code)

    sweep = swept(pair, scorer, noise, params, canvas, scoring)
    seen = sightings.gather(sweep.strips(), patches.VOTES, most=noise.smallest_px)
    memory.release()
    progress(_STAGES - 1, _STAGES, "detect.outlining")
    found, suppressed = _outlined(pair, seen, (noise, ground), params, Look(pair.names, before_on, after_on))
    residual = aligned.residual.length_px if aligned.residual.known else float("nan")
    gates = ("size", "noise", *(("registration",) if aligned.residual.known else ()))
    found = findings.complete(found, findings.Facts(pair.grid, noise.threshold, residual, sweep.unseen, gates))
    progress(_STAGES, _STAGES, "detect.done")
    return Detection(found, aligned, scorer, noise, sweep.histogram, sweep.unseen_px, sweep.unseen, suppressed, canvas)


def swept(
    pair: Pair, scorer: Scorer, noise: Noise, params: Params, canvas: Canvas, progress: Progress = silent
) -> Sweep:
    """Return the pass over a pair whose method and noise are known."""
    limits = {"edge": noise.edge, "threshold": noise.threshold}
    return Sweep(pair, scorer, canvas, **limits, targets=params.targets, progress=progress)


def learn(pair: Pair, params: Params) -> tuple[Scorer, Noise, Ground]:
    """Fit the method and what no change looks like to a sample of windows; also return what the ground looks like.

    Raises
    ------
    WorkbenchError
        See ``run``.
    """
    rng = np.random.default_rng(params.seed)
    where = _windows(pair, rng)
    windows = [pair.counts(*window) for window in where]
    blur = sharpness.blur([window.part(_SPREAD_PX) for window in windows[:: len(windows) // _SHARP_WINDOWS + 1]])
    *sample, at = _sample(windows, blur, rng)
    seasons.demand(*(dict(zip(pair.names, bands, strict=True)) for bands in sample))
    scorer = replace(scores.fit(params.method, pair.names, *sample), blur=blur)
    ground = _ground(pair, where, sample, at)
    # Noise has no side: of one side alone half the strengths are nought, and say nothing.
    both = replace(scorer, method=Method(scorer.method.name))
    planes = [scores.strength(both, window, edge=1.0) for window in windows]
    departures = [scores.departures(both, window.part(_SPREAD_PX)) for window in windows[:: len(windows) // 4 + 1]]
    del windows
    strengths, varied = _drawn(planes, rng)
    null, edge = false_leads.fit_null(strengths), false_leads.edge(strengths, varied)
    firm_null = false_leads.fit_null(strengths / np.sqrt(1 + edge * varied))
    firm_null = replace(firm_null, spread=false_leads.spread(np.concatenate(departures, axis=1), null))
    firm = [_firm(strength, _varied(strength, forgiven), edge) for strength, forgiven in planes]
    length = false_leads.length_px(firm, firm_null)
    pixel_m2 = pair.grid.pixel_m2
    smallest_px = max(_FEWEST_PX, int(np.ceil(params.smallest_m2 / pixel_m2)))
    if params.past is None:
        wanted = false_leads.expected(params.false_leads)
        chance = false_leads.chance(wanted, smallest_px=smallest_px, length_px=length, pixel_m2=pixel_m2)
    else:
        chance = params.past.chance(params.false_leads)
    chance = min(chance, params.false_alarm)
    thresholds = null.threshold(params.false_alarm), firm_null.threshold(chance)
    noise = Noise(null, firm_null, edge, length, chance, *thresholds, smallest_px, pixel_m2)
    return scorer, noise, ground


def _firm(strength: Image, varied: Image, edge: float) -> Image:
    return np.asarray(strength / np.sqrt(1 + np.float32(edge) * varied))


def _varied(strength: Image, forgiven: Image) -> Image:
    """Return the variance around pixels from their strength and the same with an edge of 1 forgiven."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(forgiven > 0, np.square(strength / forgiven) - 1, np.float32(0)).astype(np.float32)


def _drawn(
    planes: list[tuple[Image, Image]], rng: np.random.Generator
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return strength and variance of observed pixels of the sample, one million at most."""
    seen = [np.isfinite(strength) for strength, _ in planes]
    strength, forgiven = (
        np.concatenate([pair[at][mask] for pair, mask in zip(planes, seen, strict=True)]) for at in (0, 1)
    )
    if strength.size > _NULL_PX:
        chosen = rng.choice(strength.size, _NULL_PX, replace=False)
        strength, forgiven = strength[chosen], forgiven[chosen]
    return strength.astype(np.float64), _varied(strength, forgiven).astype(np.float64)


def _windows(pair: Pair, rng: np.random.Generator) -> list[tuple[slice, slice]]:
    """Return windows of the sample: all of a small scene, else one at random in each cell of a lattice."""
    rows, columns = (int(np.ceil(size / _WINDOW_PX)) for size in (pair.grid.rows, pair.grid.columns))
    each = 2 * len(pair.names) * _WINDOW_PX**2 * 4
    side = int(np.sqrt(np.clip(_WINDOW_BYTES // each, _FEWEST_WINDOWS, _MOST_WINDOWS)))
    if rows * columns <= side * side:
        at = [(row, column) for row in range(rows) for column in range(columns)]
    else:
        edges = [np.linspace(0, size, min(side, size) + 1).astype(int) for size in (rows, columns)]
        at = [
            (int(rng.integers(top, bottom)), int(rng.integers(left, right)))
            for top, bottom in zip(edges[0][:-1], edges[0][1:], strict=True)
            for left, right in zip(edges[1][:-1], edges[1][1:], strict=True)
        ]
    shape = (pair.grid.rows, pair.grid.columns)
    return [
        tuple(  # type: ignore[misc]
            slice(_WINDOW_PX * first, min(_WINDOW_PX * (first + 1), size))
            for first, size in zip(place, shape, strict=True)
        )
        for place in at
    ]


def _sample(
    windows: list[Counts], blur: Blur, rng: np.random.Generator
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.intp]]:
    """Return both dates' bands at pixels drawn evenly over the windows, observed ones only, and window, row, column."""
    pixels = sum(window.before[0].size for window in windows)
    share = min(1.0, _SAMPLE_PX / pixels)
    chosen, places = [], []
    for number, window in enumerate(windows):
        seen = window.seen
        if share < 1:
            seen &= rng.random(seen.shape) < share
        at = np.flatnonzero(seen.ravel())
        values = window.alike(at, blur)
        known = np.isfinite(values).all(axis=(0, 1))
        at = at[known]
        chosen.append(values[:, :, known])
        places.append(np.stack([np.full_like(at, number), *np.divmod(at, seen.shape[1])]))
    first, second = (np.concatenate(parts, axis=1).astype(np.float64) for parts in zip(*chosen, strict=True))
    if first.shape[1] <= 10 * first.shape[0]:
        raise WorkbenchError(
            "detect.nothing_observed",
            "Only {pixels} sampled pixels are seen on both dates; clouds, nodata or masks (1 = usable) hide the rest",
            pixels=first.shape[1],
        )
    return first, second, np.concatenate(places, axis=1)


def _ground(
    pair: Pair, windows: list[tuple[slice, slice]], sample: list[NDArray[np.float64]], at: NDArray[np.intp]
) -> Ground:
    """Return what both dates saw at some of the sampled pixels."""
    some = slice(None, None, at.shape[1] // _GROUND_PX + 1)
    starts = np.array([[rows.start, columns.start] for rows, columns in windows])
    number, *places = at[:, some]
    return _on_ground(pair, [date[:, some] for date in sample], starts[number].T + places)


def _on_ground(pair: Pair, dates: Iterable[NDArray[np.float64]], at: NDArray[np.intp]) -> Ground:
    """Return what both dates saw, (p, n) each, at pixels, (2, n) rows and columns."""
    before, after = (dict(zip(pair.names, date, strict=True)) for date in dates)
    return Ground(before, after, at[::-1].T * np.sqrt(pair.grid.pixel_m2))


def _outlined(
    pair: Pair, seen: Sightings, learned: tuple[Noise, Ground], params: Params, look: Look
) -> tuple[gpd.GeoDataFrame, dict[str, int]]:
    """Group the changed pixels and describe the groups; also return how many were left out, by reason."""
    grid, (noise, ground) = pair.grid, learned
    labels, kept = patches.grouped(seen.runs, seen.changed, (grid.rows, grid.columns), noise.smallest_px)
    group = _of_parts(seen, kept, labels)
    raw, holds = np.floor(tallies.strongest(seen.parts, group, len(labels.classes), noise.smallest_px) * _FINE) / _FINE
    strong = holds >= noise.lead_threshold
    plain = replace(noise.null, spread=noise.firm_null.spread)
    on_edge = ~strong & (raw >= plain.threshold(noise.chance))
    suppressed = {"too_small": labels.too_small, "edge": int(on_edge.sum()), "weak": int((~strong & ~on_edge).sum())}
    kept[kept] = strong[labels.of_run]
    labels, holds = labels.only(strong), holds[strong]
    whole = tallies.together(seen.parts, _of_parts(seen, kept, labels), len(labels.classes))
    pixels = whole.changed
    means = (whole.sums / pixels[:, None]).T.reshape(2, len(pair.names), len(pixels))
    marks = Marks(whole.strength / pixels, whole.row, whole.column)
    found = patches.describe(labels, marks, (means[0], means[1]), grid=grid, threshold=noise.threshold, look=look)
    at = found.index.to_numpy() - 1
    before, after = (dict(zip(look.bands, date_means[:, at], strict=True)) for date_means in means)
    found["target"] = np.array(name(before, after, found["machine_class"], params.targets), object)
    found = found.assign(strength=marks.strength[at], holds_to=holds[at], pixels=pixels[at].astype(int))
    found = found.assign(**field_work.columns(before, after))
    asked = found["machine_class"].isin(field_work.CLASSES).to_numpy()
    rows, where = at[asked], np.stack([marks.row, marks.column])
    found["moved"] = share = phases.moved(ground)
    grounds = _on_ground(pair, means[:, :, rows], where[:, rows])
    found.loc[asked, "alike_share"] = crowds.shares(grounds, ground, phases.crowding(share))
    if params.wanted is None:
        return found, suppressed
    kept_rows = found["target"].isin(params.wanted)
    return found[kept_rows], suppressed | {"other_target": int((~kept_rows).sum())}


def _of_parts(seen: Sightings, kept: NDArray[np.bool_], labels: Labels) -> NDArray[np.int32]:
    """Return the group of each part, -1 where it is in none."""
    group = np.full(len(seen.parts.changed), -1, np.int32)
    group[seen.part[kept]] = labels.of_run
    return group
