"""Rim: what is done to one tile of a province: two dates compared, a series fitted, a series brought up to date.

Each verb gets the folder to write into and its arguments, and returns figures; see ``satellite.cluster``.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

import geopandas as gpd
import numpy as np
from pyproj import CRS
from rasterio import windows

from gis import files
from gis.errors import WorkbenchError
from satellite import detection, findings, looks, patches, series, sources, states, unobserved
from satellite import files as images
from satellite.cluster import Task
from satellite.files import PairFiles
from satellite.patches import Grid

TILE_PX = 2048
_STRIP_ROWS = 128 * findings.COARSE_PX
_IMAGES = (".tif", ".tiff", ".vrt")
_DAY = re.compile(r"[-_ ]*(19|20)\d\d[-_]?\d\d[-_]?\d\d[-_ ]*")
_NOT_OF_A_TILE = ("detect.unreadable", "detect.reversed")
_CLEAR = re.compile(r"[-_ .]clear$")

Figures = Mapping[str, object]
Dates = tuple[date | None, date | None]
Asked = Mapping[str, float]
"""``false_alarm`` and ``false_leads`` of ``detection.Params``."""


@dataclass(frozen=True)
class Window:
    """A tile cut from a larger image: its key and its rows and columns."""

    key: str
    rows: tuple[int, int]
    columns: tuple[int, int]


def cut(grid: Grid, tile_px: int = TILE_PX) -> list[Window]:
    """Cut a grid into tiles, row by row; the last ones are as large as what is left."""
    ends = [[*range(0, size, tile_px), size] for size in (grid.rows, grid.columns)]
    return [
        Window(f"r{row:03d}c{column:03d}", (top, bottom), (left, right))
        for row, (top, bottom) in enumerate(zip(ends[0], ends[0][1:], strict=False))
        for column, (left, right) in enumerate(zip(ends[1], ends[1][1:], strict=False))
    ]


def of_mosaic(pair: PairFiles, *, tile_px: int, dates: Dates, asked: Asked) -> list[Task]:
    """Return the tasks of comparing two mosaics (GeoTIFF or VRT), a window each.

    Raises
    ------
    WorkbenchError
        See ``satellite.files.open_pair``.
    """
    with images.open_pair(pair) as opened:
        windows = cut(opened.grid, tile_px)
    inputs = tuple(path for image in (pair.before, pair.after, *pair.clear) for path in parts(image))
    return [compared(window.key, pair, inputs, window, dates, asked) for window in windows]


def of_folders(before: Path, after: Path, *, dates: Dates, asked: Asked) -> list[Task]:
    """Return the tasks of comparing two folders tile by tile.

    Images are named after their tile; a date in the name is no part of it. A mask of the same name with ``.clear``
    before its ending (1 = usable) goes with its image.

    Raises
    ------
    WorkbenchError
        ``cluster.no_pairs`` if the folders have no tile in common.
    """
    first, second = by_tile(before), by_tile(after)
    tasks = []
    for key in sorted(first.keys() & second.keys()):
        # Of several dates the first before and the last after: the longest interval.
        one, other = first[key][0], second[key][-1]
        clear = tuple(mask for mask in (clear_of(one), clear_of(other)) if mask is not None)
        pair = PairFiles(one, other, clear)
        tasks.append(compared(key, pair, (one, other, *clear), None, dates, asked))
    if not tasks:
        raise WorkbenchError(
            "cluster.no_pairs",
            "{before} and {after} have no tile in common; images are named after their tile",
            before=before.name,
            after=after.name,
        )
    return tasks


def of_series(folder: Path, places: Path, verb: str, arguments: Mapping[str, object]) -> list[Task]:
    """Return the tasks of a folder of images for one series a tile, ``verb`` being ``fit`` or ``update``.

    Parameters
    ----------
    folder : Path
        Images and masks, see ``of_folders``.
    places : Path
        Where the series lie, a folder a tile.
    verb : str
    arguments : mapping
        Further ones of the verb.

    Raises
    ------
    WorkbenchError
        ``cluster.no_tiles`` if the folder holds no image.
    """
    found = by_tile(folder)
    if not found:
        raise WorkbenchError("cluster.no_tiles", "{name} holds no image", name=folder.name)
    tasks = []
    for key, taken in sorted(found.items()):
        masks = [clear_of(image) for image in taken]
        given = {"taken": taken, "clear": masks, "place": places / key, **arguments}
        inputs = (*taken, *(mask for mask in masks if mask is not None))
        tasks.append(Task(key, f"satellite.tiles:{verb}", given, inputs))
    return tasks


def by_tile(folder: Path) -> dict[str, list[Path]]:
    """Return the images of a folder by tile, each tile's in the order of their names."""
    found: dict[str, list[Path]] = {}
    for path in sorted(folder.iterdir()) if folder.is_dir() else []:
        if path.suffix.lower() in _IMAGES and not _CLEAR.search(path.stem):
            found.setdefault(_DAY.sub("_", path.stem).strip("_") or path.stem, []).append(path.resolve())
    return found


def clear_of(image: Path) -> Path | None:
    """Return the clear mask that lies beside an image, None without one."""
    mask = image.with_name(f"{image.stem}.clear{image.suffix}")
    return mask if mask.is_file() else None


def parts(image: Path) -> list[Path]:
    """Return the files that hold an image's pixels: itself, and the sources of a VRT."""
    with sources.opened(image) as source:
        return [Path(name).resolve() for name in source.files]


def days(dates: Sequence[str | None]) -> Dates:
    """Return the two days of a comparison as a task carries them; None where a day is not known."""
    first, second = (date.fromisoformat(day) if day else None for day in dates)
    return first, second


def compare(
    folder: Path,
    *,
    before: Path,
    after: Path,
    clear: Sequence[Path],
    window: Mapping[str, tuple[int, int]] | None,
    dates: Sequence[str | None],
    asked: Asked,
) -> Figures:
    """Compare two dates of a tile; writes score.tif, change.tif and patches.parquet.

    Patches keep every group of at least four pixels: what is too small is known once neighbours are joined.

    Raises
    ------
    WorkbenchError
        If a file cannot be read. A tile that cannot be compared (clouds, a shift too large) does not stop the others:
        all of it is unobserved, and its figures say why.
    """
    first, second = days(dates)
    params = detection.Params(**asked, smallest_m2=0)  # type: ignore[arg-type]
    with images.open_pair(PairFiles(before, after, tuple(clear))) as whole:
        pair = whole.part(**window) if window else whole
        grid = pair.grid
        try:
            found = detection.run(pair, before_on=first, after_on=second, params=params)
        except WorkbenchError as fault:
            return refused(fault, grid, folder)
    tags = {"CONTENT": "1 changed, 0 not"}
    images.write_raster(found.strength, grid, folder / "score.tif", nodata=float("nan"), tags={})
    images.write_raster(found.change, grid, folder / "change.tif", nodata=patches.UNSEEN, tags=tags)
    files.write_table(found.patches, folder / "patches.parquet")
    figures = {"patches": len(found.patches), "observed": found.observed_share, "shift_px": found.shift.length_px}
    return figures | {"suppressed": dict(found.suppressed), "constant_bands": list(found.scorer.unused)}


def sides(folder: Path) -> gpd.GeoDataFrame:
    """Return what a finished tile did and did not observe, see ``unobserved.sides``.

    Raises
    ------
    WorkbenchError
        ``detect.unreadable``.
    """
    with sources.opened(folder / "change.tif") as source:
        grid = Grid(CRS.from_user_input(source.crs), source.transform, source.height, source.width)
        starts = range(0, grid.rows, _STRIP_ROWS)
        lots = [windows.Window(0, top, grid.columns, min(_STRIP_ROWS, grid.rows - top)) for top in starts]
        hidden = [unobserved.coarse(source.read(1, window=lot) == patches.UNSEEN) for lot in lots]
    return unobserved.sides(np.concatenate(hidden), grid)


def refused(fault: WorkbenchError, grid: Grid, folder: Path) -> Figures:
    """Write a tile that cannot be compared as unobserved, and return figures that say why.

    Raises
    ------
    WorkbenchError
        The fault itself if it is none of a tile: a file that cannot be read, dates the wrong way round.
    """
    if not fault.code.startswith("detect.") or fault.code in _NOT_OF_A_TILE:
        raise fault
    unseen = np.full((grid.rows, grid.columns), patches.UNSEEN, np.uint8)
    images.write_raster(unseen, grid, folder / "change.tif", nodata=patches.UNSEEN, tags={})
    said = {"code": fault.code, "english": fault.english, "params": fault.params}
    return {"patches": 0, "observed": 0.0, "refused": said}


def fit(
    folder: Path,
    *,
    taken: Sequence[Path],
    clear: Sequence[Path | None],
    place: Path,
    index: str,
    params: dict[str, object],
) -> Figures:
    """Learn the baseline of a tile's series.

    Raises
    ------
    WorkbenchError
        See ``satellite.states.fit``.
    """
    history = [looks.look(image, mask) for image, mask in zip(taken, clear, strict=True)]
    record = states.fit(history, place, index=index, params=_params(params))
    files.write_json({"history": record.history, "typical": record.typical}, folder / "baseline.json")
    return {"looks": len(record.history), "typical": record.typical}


def update(folder: Path, *, taken: Sequence[Path], clear: Sequence[Path | None], place: Path) -> Figures:
    """Take new images, earliest first, into a tile's series; writes states.tif.

    Run twice, or once more after it was killed, it gives the same: what the series has taken in already stays.

    Raises
    ------
    WorkbenchError
        See ``satellite.states.update``.
    """
    arriving = sorted(
        (looks.look(image, mask) for image, mask in zip(taken, clear, strict=True)), key=lambda each: each.seen_on
    )
    record = states.read(place)
    for newest in arriving:
        if newest.described() not in record.looks and record.params.counts(newest.seen_on):
            record = states.update(newest, place)
    state = states.read_states(place)
    images.write_raster(state, record.grid, folder / "states.tif", nodata=series.UNSEEN, tags={})
    return dict(states.counts(state))


def params_of(params: series.Params) -> dict[str, object]:
    """Return a series' parameters as a task carries them."""
    return asdict(params) | {"snow_free": list(params.snow_free)}


def _params(said: dict[str, object]) -> series.Params:
    first, last = said["snow_free"]  # type: ignore[misc]
    return series.Params(**said | {"snow_free": (int(first), int(last))})  # type: ignore[arg-type, has-type]


def compared(
    key: str, pair: PairFiles, inputs: tuple[Path, ...], window: Window | None, dates: Dates, asked: Asked
) -> Task:
    """Return the task of comparing one tile; ``inputs`` are the files whose contents decide."""
    days = [day or images.seen_on(path) for day, path in zip(dates, (pair.before, pair.after), strict=True)]
    arguments = {
        "before": pair.before,
        "after": pair.after,
        "clear": list(pair.clear),
        "window": {"rows": list(window.rows), "columns": list(window.columns)} if window else None,
        "dates": [day.isoformat() if day else None for day in days],
        "asked": dict(asked),
    }
    return Task(key, "satellite.tiles:compare", arguments, inputs)
