"""Rim: the series of a project on disk, for the command line: fit a baseline, take in a look, report what stands."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from cross_check.files import Project
from cross_check.steps import Step
from gis import files
from gis.errors import WorkbenchError
from gis.progress import Progress, silent
from satellite import files as images
from satellite import looks, series, series_patches, states
from satellite.series_patches import Facts


def fit(
    history: Sequence[Path],
    project: Project,
    *,
    clear: Sequence[Path] = (),
    index: str = "ndvi",
    params: series.Params | None = None,
    progress: Progress = silent,
) -> Step:
    """Learn the baseline of the project's series from images; a series that was there is replaced.

    Parameters
    ----------
    history : sequence of Path
        GeoTIFFs that tell their date; those out of season take no part.
    project : Project
    clear : sequence of Path
        Masks (1 = usable), one an image in the same order, or none at all.
    index : str
        See ``satellite.states.fit``.
    params : series.Params, optional
    progress : Progress

    Raises
    ------
    WorkbenchError
        ``series.masks`` unless there is a mask for each image or none; see also ``satellite.states.fit``.
    """
    if clear and len(clear) != len(history):
        raise WorkbenchError("series.masks", "{masks} masks for {images} images", masks=len(clear), images=len(history))
    masks: Sequence[Path | None] = clear or [None] * len(history)
    taken = [looks.look(image, mask) for image, mask in zip(history, masks, strict=True)]
    record = states.fit(taken, project.series, index=index, params=params or series.Params(), progress=progress)
    known = 0
    for _, baseline, _ in states.read_tiles(project.series):
        known += int(baseline.known.sum())
    figures = {
        "looks": len(record.history),
        "left_out": len(history) - len(record.history),
        "known": known / (record.grid.rows * record.grid.columns),
        "spread": record.typical,
    }
    return Step("chain.series_fitted", figures, (project.series / "series.json",))


def update(
    image: Path,
    project: Project,
    *,
    clear: Path | None = None,
    seen_on: date | None = None,
    progress: Progress = silent,
) -> Step:
    """Take one image into the project's series.

    Raises
    ------
    WorkbenchError
        See ``satellite.states.update``.
    """
    newest = looks.look(image, clear, seen_on)
    record = states.update(newest, project.series, progress=progress)
    observed = record.observed_px / (record.grid.rows * record.grid.columns)
    figures = {"day": newest.seen_on, "looks": len(record.looks), "observed": observed} | _shares(record.counted)
    return Step("chain.series_updated", figures, (project.series / "series.json",))


def report(project: Project, out: Path, *, smallest_m2: float | None = None) -> Step:
    """Write the present state of a series: states.tif, patches.gpkg and recipe.json.

    Parameters
    ----------
    project : Project
    out : Path
        Folder; its patches go into ``chain.build_leads`` like those of two dates.
    smallest_m2 : float, optional
        Overrules the series' own smallest area.

    Raises
    ------
    WorkbenchError
        ``series.none``; ``series.no_looks`` if no image was taken in since the baseline.
    """
    record = states.read(project.series)
    if not record.looks:
        raise WorkbenchError("series.no_looks", "No image was taken in since the baseline was fitted")
    params = record.params if smallest_m2 is None else replace(record.params, smallest_m2=smallest_m2)
    state = states.read_states(project.series)
    groups = series_patches.group(state, record.grid, params)
    facts = Facts(record.index, record.typical, record.history_ends_on, record.last_on)
    pieces = ((tile, watch) for tile, _, watch in states.read_tiles(project.series))
    found = series_patches.describe(groups, pieces, grid=record.grid, facts=facts, params=params)
    content = ", ".join(f"{number} {name}" for number, name in series.STATES.items())
    recipe = {"inputs": {"history": record.history, "looks": record.looks}, "index": record.index}
    recipe |= {"params": vars(params), "figures": states.counts(state) | {"too_small": groups.too_small}}
    recipe["confirmed_m2"] = _confirmed_m2(project.series, record.grid.pixel_m2)
    with files.folder_written_aside(out) as aside:
        tags = {"CONTENT": content}
        images.write_raster(state, record.grid, aside / "states.tif", nodata=series.UNSEEN, tags=tags)
        files.write_table(found, aside / "patches.gpkg")
        files.write_json(recipe, aside / "recipe.json")
    confirmed = int((found["state"] == series.STATES[series.CONFIRMED]).sum())
    figures: dict[str, float] = {"confirmed_patches": confirmed, "provisional_patches": len(found) - confirmed}
    figures["too_small"] = groups.too_small
    written = tuple(out / name for name in ("states.tif", "patches.gpkg", "recipe.json"))
    return Step("chain.series_reported", figures | _shares(states.counts(state)), written)


def _confirmed_m2(folder: Path, pixel_m2: float) -> dict[str, float]:
    """Return the area that was confirmed on each day."""
    found: dict[str, float] = {}
    for _, _, watch in states.read_tiles(folder):
        for day, count in zip(*np.unique(watch.days[1], return_counts=True), strict=True):
            if day:
                name = (date(1970, 1, 1) + timedelta(int(day))).isoformat()
                found[name] = found.get(name, 0.0) + float(count) * pixel_m2
    return found


def _shares(counted: Mapping[str, int]) -> dict[str, float]:
    """Return the share of pixels in each state."""
    total = sum(counted.values())
    return {name: count / total for name, count in counted.items()}
