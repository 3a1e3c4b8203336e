"""Rim: radar and network change of one tile of a province, for threads or the workers of a cluster.

Each verb gets the folder to write into and its arguments, and returns figures; see ``satellite.cluster``. A tile of a
mosaic is read with a rim around it, so that smoothing and networks see across its border; rasters are cut back to the
tile, patches reach over it and are joined by ``satellite.seams``.
"""

import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import rasterio
from affine import Affine
from pyproj import CRS
from rasterio.windows import Window

from cross_check import sensors
from gis import files
from gis.errors import WorkbenchError
from satellite import files as images
from satellite import networks, patches, radar, tiles
from satellite.cluster import Task
from satellite.files import PairFiles
from satellite.patches import Grid
from satellite.stacks import Stack
from satellite.tiles import Dates, Figures

RADAR_RIM_PX = 32
"""What the smoothing of radar reaches, four times."""

_EDGE_PX = 1e-3

Compare = Callable[[Path, Path, tuple[Path, ...], Path], object]
"""Two images, masks and the folder to write into."""


def of_radar(before: Path, after: Path, clear: tuple[Path, ...], *, tile_px: int, dates: Dates) -> list[Task]:
    """Return the tasks of comparing radar images of a province: two mosaics, or two folders with an image a tile.

    Raises
    ------
    WorkbenchError
        See ``satellite.tiles.of_folders`` and ``satellite.stacks.Stack``.
    """
    return _tasks("radar", PairFiles(before, after, clear), {}, (), tile_px, dates)


def of_network(
    model: Path, before: Path, after: Path, clear: tuple[Path, ...], *, tile_px: int, dates: Dates
) -> list[Task]:
    """Return the tasks of running a network over a province, see ``of_radar``.

    Raises
    ------
    WorkbenchError
        As ``of_radar``; see ``satellite.networks.load``.
    """
    spec, _ = networks.load(model)
    inputs = (model, model.parent / spec.model)
    return _tasks("network", PairFiles(before, after, clear), {"model": model}, inputs, tile_px, dates)


def radar_pair(
    folder: Path,
    *,
    before: Path,
    after: Path,
    clear: Sequence[Path],
    window: Mapping[str, Sequence[int]] | None,
    dates: Sequence[str | None],
) -> Figures:
    """Compare two radar images of a tile; writes score.tif, change.tif and patches.parquet.

    Raises
    ------
    WorkbenchError
        If a file cannot be read; a tile that cannot be compared is unobserved and says why.
    """
    days = tiles.days(dates)

    def compare(first: Path, second: Path, masks: tuple[Path, ...], out: Path) -> object:
        params = radar.Params(smallest_m2=0)
        return sensors.detect_radar_pair(first, second, out, dates=days, params=params, clear=masks)

    return _compared(folder, PairFiles(before, after, tuple(clear)), window, RADAR_RIM_PX, compare)


def network_pair(
    folder: Path,
    *,
    model: Path,
    before: Path,
    after: Path,
    clear: Sequence[Path],
    window: Mapping[str, Sequence[int]] | None,
    dates: Sequence[str | None],
) -> Figures:
    """Run a network over two images of a tile; writes score.tif, change.tif and patches.parquet.

    Raises
    ------
    WorkbenchError
        As ``radar_pair``.
    """
    days = tiles.days(dates)
    rim = networks.load(model)[0].overlap_px

    def compare(first: Path, second: Path, masks: tuple[Path, ...], out: Path) -> object:
        return sensors.detect_learned(model, first, second, out, dates=days, clear=masks)

    return _compared(folder, PairFiles(before, after, tuple(clear)), window, rim, compare)


def _tasks(
    what: str, pair: PairFiles, further: Mapping[str, object], inputs: tuple[Path, ...], tile_px: int, dates: Dates
) -> list[Task]:
    verb = f"cross_check.sensor_tiles:{what}_pair"
    if pair.before.is_dir() and pair.after.is_dir():
        plain = tiles.of_folders(pair.before, pair.after, dates=dates, asked={})
    else:
        with Stack((pair.before, pair.after), clear=pair.clear) as stack:
            windows = tiles.cut(stack.grid, tile_px)
        read = tuple(path for image in (pair.before, pair.after, *pair.clear) for path in tiles.parts(image))
        plain = [tiles.compared(window.key, pair, read, window, dates, {}) for window in windows]
    kept = ("before", "after", "clear", "window", "dates")
    return [
        replace(
            task,
            verb=verb,
            arguments={name: task.arguments[name] for name in kept} | dict(further),
            inputs=(*task.inputs, *inputs),
        )
        for task in plain
    ]


def _compared(
    folder: Path, pair: PairFiles, window: Mapping[str, Sequence[int]] | None, rim_px: int, compare: Compare
) -> Figures:
    with Stack((pair.before, pair.after), clear=pair.clear) as stack:
        whole = stack.grid
    grid = whole.part(**window) if window else whole
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        place = Path(scratch)
        taken = pair if window is None else _cut(pair, _widened(grid, whole, rim_px), place)
        try:
            compare(taken.before, taken.after, taken.clear, place / "out")
        except WorkbenchError as fault:
            return tiles.refused(fault, grid, folder)
        found = files.read_layer(place / "out" / "patches.gpkg")
        change = _cropped(place / "out", grid, folder)
    files.write_table(found, folder / "patches.parquet")
    return {"patches": len(found), "observed": float((change != patches.UNSEEN).mean())}


def _widened(grid: Grid, whole: Grid, rim_px: int) -> Grid:
    """Return a grid with a rim around it, as far as the whole reaches."""
    left, top = (round(each) for each in ~whole.transform @ (grid.transform.c, grid.transform.f))
    first_row, first_column = max(top - rim_px, 0), max(left - rim_px, 0)
    rows = (first_row, min(top + grid.rows + rim_px, whole.rows))
    columns = (first_column, min(left + grid.columns + rim_px, whole.columns))
    return whole.part(rows, columns)


def _cut(pair: PairFiles, grid: Grid, folder: Path) -> PairFiles:
    """Write the part of each file that covers a grid, a pixel more on each side."""
    paths = [_clip(path, grid, folder / f"{at}.tif") for at, path in enumerate((pair.before, pair.after, *pair.clear))]
    return PairFiles(paths[0], paths[1], tuple(paths[2:]))


def _clip(path: Path, grid: Grid, to: Path) -> Path:
    west, north = grid.transform @ (0, 0)
    east, south = grid.transform @ (grid.columns, grid.rows)
    with rasterio.open(path) as source:
        left, top = (max(int(np.floor(each + _EDGE_PX)), 0) for each in ~source.transform @ (west, north))
        right, bottom = (int(np.ceil(each - _EDGE_PX)) for each in ~source.transform @ (east, south))
        window = Window(left, top, min(right, source.width) - left, min(bottom, source.height) - top)
        profile = {"driver": "GTiff", "count": source.count, "dtype": source.dtypes[0], "nodata": source.nodata}
        profile |= {"height": window.height, "width": window.width, "crs": source.crs}
        with rasterio.open(to, "w", transform=source.transform @ Affine.translation(left, top), **profile) as sink:
            sink.write(source.read(window=window))
            sink.descriptions, sink.scales, sink.offsets = source.descriptions, source.scales, source.offsets
    return to


def _cropped(out: Path, grid: Grid, folder: Path) -> np.ndarray:
    """Write the rasters of a comparison on the grid of the tile alone; return the change."""
    cut = {}
    for name in ("score", "change"):
        with rasterio.open(out / f"{name}.tif") as source:
            own = Grid(CRS.from_user_input(source.crs), source.transform, source.height, source.width)
            left, top = (round(each) for each in ~own.transform @ (grid.transform @ (0, 0)))
            window = Window(left, top, grid.columns, grid.rows)
            cut[name] = source.read(1, window=window)
            nodata, tags = source.nodata, {"CONTENT": source.tags().get("CONTENT", "")}
        images.write_raster(cut[name], grid, folder / f"{name}.tif", nodata=float(nodata), tags=tags)
    change: np.ndarray = cut["change"]
    return change
