"""Rim: composites and indices as images on disk: many scenes in, one image out, block by block."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr
from pyproj import CRS

from cross_check.steps import Step
from gis import files
from gis.errors import WorkbenchError
from gis.progress import Progress, silent
from satellite import cogs, composites, indices, scenes, sources
from satellite import files as images
from satellite.composites import Preference
from satellite.patches import Grid
from satellite.scenes import Order

METHODS = ("best", "median", "season")
_VERSIONS = ("haidongqing", "numpy", "dask", "xarray", "rasterio")
_ASIDE = ("source", "scl", "qa_pixel")


@dataclass(frozen=True)
class Wanted:
    """What composite is wanted.

    Attributes
    ----------
    method : one of ``METHODS``
    on : date
        The day that counts: nearest to it for the best pixel, of its season for the baseline.
    bands : tuple of str
        Common names; all that the first image has if empty.
    years, within_days : int
        Of the season, see ``composites.same_season``.
    preference : Preference
    """

    method: str
    on: date
    bands: tuple[str, ...] = ()
    years: int = 3
    within_days: int = 15
    preference: Preference = field(default_factory=Preference)


def compose(taken: Sequence[Path], out: Path, wanted: Wanted, *, progress: Progress = silent) -> Step:
    """Make one image of many dates, and beside it the recipe.

    Bands ``date_index`` (position among the images by date, -1 for none) and ``observations`` say of each pixel where
    it comes from.

    Parameters
    ----------
    taken : sequence of Path
        Folders of prepared scenes (image.tif, clear.tif) or plain images, whose pixels all count as clear. The grid of
        the first one holds for all.
    out : Path
        Ending in ``.tif``.
    wanted : Wanted
    progress : Progress

    Raises
    ------
    WorkbenchError
        ``series.no_date``, ``composites.too_few``, ``composites.no_dates`` and those of ``scenes.load``.
    """
    progress(0, 2, "composites.opening")
    looks = sorted(((_day(image), image, clear) for image, clear in map(_parts, taken)), key=lambda look: look[0])
    if not looks:
        raise WorkbenchError("composites.too_few", "A composite takes at least one image")
    grid = _grid(_parts(taken[0])[0])
    bands, clear = _stacked(looks, grid, wanted)
    made = _made(bands, clear, wanted)
    progress(1, 2, "composites.composing")
    told = {
        "method": wanted.method,
        "on": wanted.on.isoformat(),
        "images": [
            {"name": _name(image), "sha256": files.sha256(image), "seen_on": day.isoformat()} for day, image, _ in looks
        ],
        "masks": [None if mask is None else files.sha256(mask) for _, _, mask in looks],
        "params": {"years": wanted.years, "within_days": wanted.within_days, "preference": vars(wanted.preference)},
        "versions": {name: version(name) for name in _VERSIONS},
    }
    tags = {"CONTENT": f"composite ({wanted.method})", "DATES": str(made["date_index"].attrs["dates"])}
    cogs.write_scene(made.astype(np.float32).drop_attrs(deep=False), out, tags=tags)
    files.write_json(told, out.with_suffix(".json"))
    progress(2, 2, "composites.done")
    return Step(
        "composites.made", {"images": len(looks), "bands": len(bands.data_vars)}, (out, out.with_suffix(".json"))
    )


def write_index(image: Path, name: str, out: Path) -> Step:
    """Write an index of an image, and beside it the recipe.

    Raises
    ------
    WorkbenchError
        ``indices.unknown``, ``indices.no_band`` and those of ``scenes.load``.
    """
    image, _ = _parts(image)
    scene = scenes.load(image)
    index = indices.find(name)
    # A ratio is no reflectance, which would be stored as counts from -0.1.
    value = (
        indices.compute(scene, name).astype(np.float32).assign_attrs(units="ratio" if index.unit == "1" else index.unit)
    )
    cogs.write_scene(scene[[]].assign({index.name: value}), out, tags={"FORMULA": index.formula.text})
    told = {
        "image": {"name": _name(image), "sha256": files.sha256(image)},
        "index": index.name,
        "formula": index.formula.text,
        "source": index.source,
        "unit": index.unit,
        "range": [_plain(index.low), _plain(index.high)],
        "versions": {package: version(package) for package in _VERSIONS},
    }
    files.write_json(told, out.with_suffix(".json"))
    return Step("indices.written", {"index": index.name, "name": _name(image)}, (out, out.with_suffix(".json")))


def _parts(path: Path) -> tuple[Path, Path | None]:
    """Return the image and the mask of a prepared scene, or a plain image without a mask."""
    if not path.is_dir() or not (path / "image.tif").is_file():
        return path, None
    clear = path / "clear.tif"
    return path / "image.tif", clear if clear.is_file() else None


def _name(image: Path) -> str:
    return image.parent.name if image.name == "image.tif" else image.name


def _day(image: Path) -> date:
    if not image.is_file():
        raise WorkbenchError("files.missing", "There is no file {name}", name=image.name)
    day = images.seen_on(image)
    if day is None:
        raise WorkbenchError("series.no_date", "{name} tells no date", name=_name(image))
    return day


def _grid(image: Path) -> Grid:
    with sources.opened(image) as source:
        return Grid(CRS.from_user_input(source.crs), source.transform, source.height, source.width)


def _stacked(
    looks: Sequence[tuple[date, Path, Path | None]], grid: Grid, wanted: Wanted
) -> tuple[xr.Dataset, xr.DataArray]:
    parts, masks = [], []
    names = list(wanted.bands)
    for _, image, mask in looks:
        scene = scenes.load(image, Order(bands=tuple(names), grid=grid))
        names = names or [str(name) for name in scene.data_vars if name not in _ASIDE]
        parts.append(scene[names].drop_vars("time", errors="ignore"))
        first = parts[-1][names[0]]
        usable = xr.ones_like(first, dtype=bool) if mask is None else _usable(mask, grid)
        masks.append(usable.drop_vars("time", errors="ignore"))
    time = pd.DatetimeIndex([pd.Timestamp(day) for day, _, _ in looks], name="time")
    bands = xr.concat(
        parts, time, data_vars="all", coords="minimal", compat="override", join="override", combine_attrs="override"
    )
    clear = xr.concat(masks, time, coords="minimal", compat="override", join="override", combine_attrs="override")
    return bands, clear


def _usable(mask: Path, grid: Grid) -> xr.DataArray:
    found = scenes.load(mask, Order(grid=grid))
    name = next(str(each) for each in found.data_vars if each not in _ASIDE)
    return found[name] == 1


def _made(bands: xr.Dataset, clear: xr.DataArray, wanted: Wanted) -> xr.Dataset:
    if wanted.method == "best":
        return composites.best_pixel(bands, clear, on=wanted.on, preference=wanted.preference)
    if wanted.method == "median":
        return composites.median(bands, clear)
    return composites.same_season(bands, clear, on=wanted.on, years=wanted.years, within_days=wanted.within_days)


def _plain(limit: float) -> float | None:
    return limit if np.isfinite(limit) else None
