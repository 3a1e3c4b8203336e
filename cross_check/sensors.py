"""Rim: change from radar images and from a network on disk, written as the detection of two optical dates is."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from importlib.metadata import version
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from rasterio.enums import Resampling
from scipy import ndimage

from cross_check.steps import Step
from gis import files
from gis.errors import WorkbenchError
from gis.progress import Progress, silent
from satellite import files as images
from satellite import learned, networks, patches, radar, registration
from satellite.patches import Grid, Labels, Look
from satellite.stacks import Stack
from satellite.targets import CLASSES

Image = NDArray[np.float32]
Dates = tuple[date | None, date | None]

_PAIR = 2
_FEWEST_PX = 4
_SAMPLE_PX = 4_000_000
_SEED = 20_210_406
_OTHER = len(CLASSES)
_DECIBEL = 10 / np.log(10)
_LEAST = 1e-300
_TRUSTED = 3
_LIMITS = ("fall_grow", "rise_grow", "fall_seed", "rise_seed")


@dataclass(frozen=True)
class _Finding:
    """What goes into the four files."""

    score: Image
    change: NDArray[np.uint8]
    patches: gpd.GeoDataFrame
    content: str
    method: str
    params: Mapping[str, object]
    figures: Mapping[str, object]
    clear: Sequence[Path] = ()


def detect_radar(
    taken: Sequence[Path],
    out: Path,
    *,
    looks: float | None = None,
    smallest_m2: float | None = None,
    clear: Sequence[Path] = (),
    progress: Progress = silent,
) -> Step:
    """Find change in two radar images by the log-ratio, or in several by the sequential omnibus test.

    Parameters
    ----------
    taken : sequence of Path
        Two images of backscatter on a linear scale, or more of multi-look intensity, earliest first.
    out : Path
        Folder of score.tif, change.tif, patches.gpkg and recipe.json.
    looks : float, optional
        Equivalent number of looks; asked for with more than two images, and with two it asks for the omnibus test.
    smallest_m2 : float, optional
    clear : sequence of Path
        Masks (1 = usable): layover, shadow, wind on water; a pixel hidden in one of them is not judged.
    progress : Progress

    Raises
    ------
    WorkbenchError
        ``radar.too_few`` with fewer than two images, ``radar.no_looks``; see ``detect_radar_pair`` and
        ``detect_radar_series``.
    """
    if len(taken) < _PAIR:
        raise WorkbenchError("radar.too_few", "Radar change takes at least two images, earliest first")
    params = radar.Params() if smallest_m2 is None else radar.Params(smallest_m2=smallest_m2)
    if looks is not None:
        return detect_radar_series(taken, out, looks=looks, smallest_m2=params.smallest_m2, clear=clear)
    if len(taken) > _PAIR:
        raise WorkbenchError("radar.no_looks", "A series of radar images needs its equivalent number of looks")
    return detect_radar_pair(taken[0], taken[1], out, params=params, clear=clear, progress=progress)


def detect_radar_pair(
    before: Path,
    after: Path,
    out: Path,
    *,
    dates: Dates = (None, None),
    params: radar.Params | None = None,
    clear: Sequence[Path] = (),
    progress: Progress = silent,
) -> Step:
    """Find where backscatter changed between two radar images.

    Writes score.tif (deviation of the log-ratio in sigmas, negative for falls), change.tif, patches.gpkg (with
    ``direction`` and ``d_db``, the change in decibels of the image's own unit) and recipe.json.

    Parameters
    ----------
    before, after : Path
        Backscatter on a linear scale.
    out : Path
        All four files appear together or not at all.
    dates : (date or None, date or None)
        Overrule the dates that the files carry.
    params : radar.Params, optional
    clear : sequence of Path
    progress : Progress

    Raises
    ------
    WorkbenchError
        ``detect.shifted``; see ``satellite.stacks.Stack`` and ``satellite.radar.fit_null``.
    """
    params = params or radar.Params()
    look_dates = _dates((before, after), dates)
    progress(0, 3, "detect.scoring")
    with Stack((before, after), clear=clear) as stack:
        shifts = _radar_aligned(stack)
        ratio, grid = _ratio(stack, params), stack.grid
    progress(1, 3, "detect.fitting")
    sample = _sample(ratio)
    null = radar.fit_null(sample)
    limits = radar.limits(sample, null, params)
    progress(2, 3, "detect.outlining")
    signs = radar.decide(ratio, null, limits)
    deviation = (ratio - np.float32(null.centre)) / np.float32(null.sigma)
    parts = []
    for side, name, limit in zip((-1, 1), ("fall", "rise"), limits.grow, strict=True):
        labels = _grouped(signs == side, grid, params.smallest_m2)
        found = _described(labels, side * deviation, grid, threshold=limit, dates=look_dates)
        parts.append(found.assign(direction=name, d_db=_under(found, labels, ratio * _DECIBEL, grid)))
    unseen = np.isnan(ratio)
    change = np.where(unseen, patches.UNSEEN, signs != 0).astype(np.uint8)
    reached = [limit if np.isfinite(limit) else None for limit in (*limits.grow, *limits.seed)]
    figures = {"null": asdict(null), "limits": dict(zip(_LIMITS, reached, strict=True)), "shifts": shifts}
    content = "deviation of the log-ratio in sigmas"
    together = _ranked(parts)
    finding = _Finding(
        deviation, change, together, content, "SAR log-ratio, empirical null", asdict(params), figures, clear
    )
    progress(3, 3, "detect.done")
    return _written(finding, grid, out, (before, after), look_dates)


def detect_radar_series(
    images_in_order: Sequence[Path],
    out: Path,
    *,
    looks: float,
    significance: float = 1e-4,
    smallest_m2: float = 1000.0,
    clear: Sequence[Path] = (),
) -> Step:
    """Find when pixels changed in a series of multi-look radar intensities by the sequential omnibus test.

    Writes score.tif (minus the decimal logarithm of the probability without change), change.tif, patches.gpkg (with
    ``begun_after`` and ``begun_by``, the days of the images between which most of the patch first changed) and
    recipe.json.

    Parameters
    ----------
    images_in_order : sequence of Path
        At least two.
    out : Path
    looks : float
        Equivalent number of looks.
    significance, smallest_m2 : float
        See ``radar.omnibus`` and ``radar.Params``.
    clear : sequence of Path

    Raises
    ------
    WorkbenchError
        ``detect.shifted``; see ``satellite.stacks.Stack``.
    """
    days = [images.seen_on(path) for path in images_in_order]
    with Stack(images_in_order, clear=clear) as stack:
        grid, shifts = stack.grid, _radar_aligned(stack)
        first = np.zeros((grid.rows, grid.columns), np.int16)
        score = np.empty((grid.rows, grid.columns), np.float32)
        for rows, _, data in stack.strips():
            found = radar.omnibus(data, looks=looks, significance=significance)
            changed = found.changes != 0
            first[rows] = np.where(changed.any(axis=0), changed.argmax(axis=0) + 1, 0)
            score[rows] = -np.log10(np.maximum(found.probability, _LEAST))
    labels = _grouped(first > 0, grid, smallest_m2)
    ends = (days[0], days[-1])
    outlined = _described(labels, score, grid, threshold=-np.log10(significance), dates=ends)
    interval = _most_common(outlined, labels, first, grid)
    for name, at in (("begun_after", interval - 1), ("begun_by", interval)):
        outlined[name] = pd.Series([days[each] for each in at], index=outlined.index, dtype="datetime64[us]")
    change = np.where(np.isnan(score), patches.UNSEEN, first > 0).astype(np.uint8)
    params = {"looks": looks, "significance": significance, "smallest_m2": smallest_m2}
    content = "-log10 of the probability without change"
    figures = {"images": [path.name for path in images_in_order], "shifts": shifts}
    finding = _Finding(score, change, outlined, content, "sequential omnibus test", params, figures, clear)
    return _written(finding, grid, out, (images_in_order[0], images_in_order[-1]), ends)


def detect_learned(
    model: Path,
    before: Path,
    after: Path,
    out: Path,
    *,
    dates: Dates = (None, None),
    clear: Sequence[Path] = (),
    progress: Progress = silent,
) -> Step:
    """Find change with a network of the user's own; score.tif holds its probability.

    Parameters
    ----------
    model : Path
        TOML description; see ``satellite.networks.load``.
    before, after : Path
    out : Path
    dates : (date or None, date or None)
        Overrule the dates that the files carry.
    clear : sequence of Path
        Masks (1 = usable) that hold for both.
    progress : Progress

    Raises
    ------
    WorkbenchError
        ``detect.shifted``; see ``satellite.networks.load`` and ``satellite.stacks.Stack``.
    """
    spec, network = networks.load(model)
    look_dates = _dates((before, after), dates)
    with Stack((before, after), spec.bands, clear) as stack:
        grid, shifts = stack.grid, _aligned(stack)

        def read(tile: learned.Tile) -> tuple[Image, Image]:
            pair = stack.read(tile)
            return pair[0], pair[1]

        chance = learned.run(network, read, (grid.rows, grid.columns), spec, progress=progress)
        changed = chance >= spec.threshold
        labels = _grouped(changed, grid, spec.smallest_m2)
        strips = ((rows.start, *data) for rows, _, data in stack.strips())
        means = patches.sums(labels.of_pixel, strips)
        names = stack.names
    outlined = patches.describe(
        labels, chance, means, grid=grid, threshold=spec.threshold, look=Look(names, *look_dates)
    )
    change = np.where(np.isnan(chance), patches.UNSEEN, changed).astype(np.uint8)
    figures = {"model_sha256": files.sha256(model.parent / spec.model), "too_small": labels.too_small}
    figures["shifts"] = shifts
    finding = _Finding(chance, change, outlined, "probability of change", "network", asdict(spec), figures, clear)
    return _written(finding, grid, out, (before, after), look_dates)


def _radar_aligned(stack: Stack) -> list[dict[str, object]]:
    """Move every image onto the first one by whole pixels, which keeps its speckle, and return what was measured."""
    pixel_m = float(np.sqrt(stack.grid.pixel_m2))
    said = []
    for number in range(1, len(stack)):
        shift = radar.shift((images[0], images[number]) for images in stack.windows())
        if shift.blocks:
            registration.demand(replace(shift, blocks=_TRUSTED), pixel_m)
        east, south = round(shift.east_px), round(shift.south_px)
        if east or south:
            stack.move(number, east, south, Resampling.nearest)
        said.append({**asdict(shift), "known": shift.blocks > 0, "moved_px": [east, south]})
    return said


def _aligned(stack: Stack) -> list[dict[str, object]]:
    """Move the second of two images onto the first if it lies off by more than is tolerated."""
    shift = registration.measure((first.mean(axis=0), second.mean(axis=0)) for first, second in stack.windows())
    registration.demand(shift, float(np.sqrt(stack.grid.pixel_m2)))
    moved = [0.0, 0.0]
    if shift.needs_correction:
        moved = [shift.east_px, shift.south_px]
        stack.move(1, shift.east_px, shift.south_px, Resampling.cubic)
    return [{**asdict(shift), "known": shift.known, "moved_px": moved}]


def _ratio(stack: Stack, params: radar.Params) -> Image:
    halo = int(np.ceil(radar.HALO_SIGMAS * params.smoothing_px))
    step = 1.0 if stack.whole_numbers else 0.0
    ratio = np.empty((stack.grid.rows, stack.grid.columns), np.float32)
    for rows, inner, (first, second) in stack.strips(halo=halo):
        ratio[rows] = radar.log_ratio(first, second, step=step, smoothing_px=params.smoothing_px)[inner]
    return ratio


def _sample(ratio: Image) -> Image:
    if ratio.size <= _SAMPLE_PX:
        return ratio.ravel()
    return np.random.default_rng(_SEED).choice(ratio.ravel(), _SAMPLE_PX)


def _dates(paths: tuple[Path, Path], given: Dates) -> Dates:
    first, second = (day or images.seen_on(path) for path, day in zip(paths, given, strict=True))
    return first, second


def _grouped(changed: NDArray[np.bool_], grid: Grid, smallest_m2: float) -> Labels:
    smallest_px = max(_FEWEST_PX, int(np.ceil(smallest_m2 / grid.pixel_m2)))
    return patches.label(np.where(changed, _OTHER, 0).astype(np.uint8), smallest_px)


def _described(labels: Labels, strength: Image, grid: Grid, *, threshold: float, dates: Dates) -> gpd.GeoDataFrame:
    """Outline groups of images whose bands say nothing about the surface."""
    nothing = np.zeros((1, len(labels.classes)))
    look = Look(("backscatter",), *dates)
    return patches.describe(labels, strength, (nothing, nothing), grid=grid, threshold=threshold, look=look)


def _labels_of(found: gpd.GeoDataFrame, labels: Labels, grid: Grid) -> NDArray[np.int32]:
    """Return the label under a point inside each patch."""
    inside = found.to_crs(grid.crs).representative_point()
    columns, rows = ~grid.transform @ (inside.x.to_numpy(), inside.y.to_numpy())
    shape = labels.of_pixel.shape
    at = [np.clip(each.astype(int), 0, size - 1) for each, size in zip((rows, columns), shape, strict=True)]
    return labels.of_pixel[at[0], at[1]]


def _under(found: gpd.GeoDataFrame, labels: Labels, values: Image, grid: Grid) -> NDArray[np.float64]:
    """Return the mean of pixel values under each patch."""
    return np.asarray(ndimage.mean(values, labels.of_pixel, _labels_of(found, labels, grid)), float)


def _most_common(found: gpd.GeoDataFrame, labels: Labels, first: NDArray[np.int16], grid: Grid) -> NDArray[np.intp]:
    """Return the interval (from 1) in which most pixels of each patch first changed."""
    inside = (labels.of_pixel > 0) & (first > 0)
    counts = np.zeros((len(labels.classes) + 1, int(first.max()) + 1), int)
    np.add.at(counts, (labels.of_pixel[inside], first[inside]), 1)
    return counts[_labels_of(found, labels, grid)].argmax(axis=1)


def _ranked(parts: Sequence[gpd.GeoDataFrame]) -> gpd.GeoDataFrame:
    together = gpd.GeoDataFrame(pd.concat(parts, ignore_index=True), crs=parts[0].crs)
    return together.sort_values(["score", "patch_id"], ascending=[False, True], ignore_index=True)


def _written(finding: _Finding, grid: Grid, out: Path, ends: tuple[Path, Path], dates: Dates) -> Step:
    inputs = {
        name: {
            "path": os.path.relpath(path.resolve(), out.resolve()),
            "sha256": files.sha256(path),
            "seen_on": day.isoformat() if day else None,
        }
        for name, path, day in zip(("before", "after"), ends, dates, strict=True)
    }
    recipe = {
        "inputs": {**inputs, "clear": [{"path": path.name, "sha256": files.sha256(path)} for path in finding.clear]},
        "method": finding.method,
        "params": dict(finding.params),
        "versions": {name: version(name) for name in ("haidongqing", "numpy", "scipy", "rasterio")},
        "figures": {**finding.figures, "patches": len(finding.patches)},
    }
    with files.folder_written_aside(out) as aside:
        tags = {"CONTENT": finding.content}
        images.write_raster(finding.score, grid, aside / "score.tif", nodata=float("nan"), tags=tags)
        marks = {"CONTENT": "1 changed, 0 not"}
        images.write_raster(finding.change, grid, aside / "change.tif", nodata=patches.UNSEEN, tags=marks)
        files.write_table(finding.patches, aside / "patches.gpkg")
        files.write_json(recipe, aside / "recipe.json")
    written = tuple(out / name for name in ("score.tif", "change.tif", "patches.gpkg", "recipe.json"))
    observed = float((finding.change != patches.UNSEEN).mean())
    figures = {"patches": len(finding.patches), "observed": observed, "method": finding.method}
    return Step("chain.detected_otherwise", figures, written)
