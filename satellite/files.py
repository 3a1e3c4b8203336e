"""Rim: images on disk. A pair of dates is read strip by strip on one grid; results are Cloud Optimized GeoTIFFs."""

import re
from calendar import monthrange
from collections import deque
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice
from pathlib import Path
from queue import SimpleQueue
from typing import Self

import numpy as np
import rasterio
import rioxarray  # noqa: F401 - gives xarray the .rio accessor
import xarray as xr
from affine import Affine
from numpy.typing import NDArray
from pyproj import CRS
from rasterio.enums import ColorInterp, Resampling
from rasterio.errors import RasterioIOError
from rasterio.io import DatasetReader
from rasterio.vrt import WarpedVRT
from rasterio.windows import Window

from gis.errors import WorkbenchError
from gis.files import written_aside
from gis.pictures import Picture
from satellite import bands
from satellite.patches import Grid, Strip
from satellite.scores import Counts

Image = NDArray[np.float32]

STRIP_ROWS = 512
_READERS = 2
_CACHE_MB = 64
_EDGE_PX = 1e-3
_PICTURE_PX = 2400
_GAMMA = 0.8
_STRETCH = (1, 90)
_DATE = re.compile(r"(?<!\d)(20\d\d|19\d\d)[-_]?(0[1-9]|1[0-2])[-_]?(0[1-9]|[12]\d|3[01])(?!\d)")


@dataclass(frozen=True)
class PairFiles:
    """Which files make a pair: two images and any number of clear masks (1 = usable) that hold for both."""

    before: Path
    after: Path
    clear: tuple[Path, ...] = ()


@dataclass(frozen=True)
class Source:
    """An open image and which of its bands to read, counted from 1."""

    path: Path
    reader: DatasetReader
    bands: tuple[int, ...]


@dataclass(frozen=True)
class Pair:
    """Two images open on the grid of the first, cropped to where both have pixels; a context manager.

    ``names`` are the common bands, ``shift_px`` (east, south) is taken back out of the second image when it is read.
    """

    before: Source
    after: Source
    clear: tuple[Source, ...]
    grid: Grid
    names: tuple[str, ...]
    opened: ExitStack
    shift_px: tuple[float, float] = (0.0, 0.0)

    def __enter__(self) -> Self:
        """Return the pair itself."""
        return self

    def __exit__(self, *fault: object) -> None:
        """Close the files."""
        self.opened.close()

    def shifted(self, east_px: float, south_px: float) -> "Pair":
        """Return the pair with the second image moved back by a shift, resampled by cubic convolution."""
        return replace(self, shift_px=(east_px, south_px))

    def read(self, rows: slice, columns: slice = slice(None)) -> tuple[Image, Image]:
        """Return (p, rows, columns) float32 of both dates, NaN where nodata or not clear.

        Raises
        ------
        WorkbenchError
            ``detect.unreadable`` if a file ends before its pixels do.
        """
        window = Window.from_slices(rows, columns, height=self.grid.rows, width=self.grid.columns)
        before = _read(self.before, self.grid, window)
        after = _read(self.after, self.grid, window, self.shift_px)
        for mask in self.clear:
            usable = _read(mask, self.grid, window, nearest=True)[0] == 1
            before[:, ~usable] = np.nan
            after[:, ~usable] = np.nan
        return before, after

    def counts(self, rows: slice, columns: slice = slice(None)) -> Counts:
        """Return both dates as stored where the files say what stands for nodata, else as ``read`` does.

        Raises
        ------
        WorkbenchError
            ``detect.unreadable`` if a file ends before its pixels do.
        """
        window = Window.from_slices(rows, columns, height=self.grid.rows, width=self.grid.columns)
        before, first = _stored(self.before, self.grid, window, (0.0, 0.0))
        after, second = _stored(self.after, self.grid, window, self.shift_px)
        for mask in self.clear:
            hidden = _read(mask, self.grid, window, nearest=True)[0] != 1
            before[:, hidden] = first.missing
            after[:, hidden] = second.missing
        gains, offsets = (np.array([getattr(each, name) for each in (first, second)]) for name in ("gains", "offsets"))
        return Counts(before, after, (first.missing, second.missing), gains, offsets)

    def ahead(self, *, rows: int = STRIP_ROWS) -> Iterator[tuple[int, Counts]]:
        """Yield first row and counts of strips of whole rows in order, read ahead by two threads.

        Raises
        ------
        WorkbenchError
            ``detect.unreadable``.
        """
        starts = iter(range(0, self.grid.rows, rows))
        with ExitStack() as stack:
            readers = [stack.enter_context(self._again()) for _ in range(_READERS)]
            # Closed before the files are: shutting down waits for what is being read.
            pool = stack.enter_context(ThreadPoolExecutor(_READERS))
            free: SimpleQueue[Pair] = SimpleQueue()
            for reader in readers:
                free.put(reader)

            def strip(first: int) -> tuple[int, Counts]:
                reader = free.get()
                try:
                    return first, reader.counts(slice(first, min(first + rows, self.grid.rows)))
                finally:
                    free.put(reader)

            waiting = deque(pool.submit(strip, first) for first in islice(starts, _READERS))
            while waiting:
                # Nothing here may hold on to a strip that was handed out.
                yield waiting.popleft().result()
                waiting.extend(pool.submit(strip, first) for first in islice(starts, 1))

    def _again(self) -> "Pair":
        """Open the same files once more, for another thread."""
        with ExitStack() as stack:
            before, after, *clear = (
                replace(source, reader=stack.enter_context(opened(source.path)))
                for source in (self.before, self.after, *self.clear)
            )
            return replace(self, before=before, after=after, clear=tuple(clear), opened=stack.pop_all())

    def strips(self, *, rows: int = STRIP_ROWS, halo: int = 0) -> Iterator[tuple[slice, Strip]]:
        """Yield the image in strips of whole rows.

        Yields
        ------
        inner : slice
            The rows of the strip itself; its data reach ``halo`` rows further on both sides where there are any.
        strip : (first row of the data, before, after)
        """
        for first in range(0, self.grid.rows, rows):
            last = min(first + rows, self.grid.rows)
            top, bottom = max(first - halo, 0), min(last + halo, self.grid.rows)
            yield slice(first, last), (top, *self.read(slice(top, bottom)))


def open_pair(files: PairFiles) -> Pair:
    """Open two images on their common grid.

    Parameters
    ----------
    files : PairFiles
        Any GeoTIFFs of one CRS with at least three common bands; grids and extents may differ.

    Raises
    ------
    WorkbenchError
        ``files.missing``, ``detect.unreadable``, ``detect.no_crs``, ``detect.other_crs``, ``detect.rotated``,
        ``detect.few_bands``, ``detect.no_overlap``, each naming the file.
    """
    with ExitStack() as stack:
        before, after = (stack.enter_context(opened(path)) for path in (files.before, files.after))
        clear = tuple(Source(path, stack.enter_context(opened(path)), (1,)) for path in files.clear)
        if before.crs != after.crs:
            raise WorkbenchError(
                "detect.other_crs",
                "{before} is in {before_crs} but {after} in {after_crs}; bring them into one system first",
                before=files.before.name,
                after=files.after.name,
                before_crs=CRS.from_user_input(before.crs).name,
                after_crs=CRS.from_user_input(after.crs).name,
            )
        data_before, data_after = _data_bands(before), _data_bands(after)
        at_before, at_after, names = bands.pair(
            [before.descriptions[at - 1] for at in data_before], [after.descriptions[at - 1] for at in data_after]
        )
        return Pair(
            Source(files.before, before, tuple(data_before[at] for at in at_before)),
            Source(files.after, after, tuple(data_after[at] for at in at_after)),
            clear,
            _common_grid(before, after, files),
            tuple(names),
            stack.pop_all(),
        )


def lean() -> rasterio.Env:
    """Return a context in which GDAL keeps few blocks: strips are read once, and by default it takes much memory."""
    return rasterio.Env(GDAL_CACHEMAX=_CACHE_MB)


def seen_on(path: Path) -> date | None:
    """Return the date of an image: from its ACQUISITION_DATE or TIFFTAG_DATETIME tag, else from its name, else None."""
    with reading(path), rasterio.open(path) as source:
        tags = source.tags()
    texts = [tags.get("ACQUISITION_DATE", ""), tags.get("TIFFTAG_DATETIME", "").replace(":", "-")[:10], path.stem]
    for text in texts:
        found = _DATE.search(text)
        if found:
            year, month, day = (int(part) for part in found.groups())
            if day <= monthrange(year, month)[1]:
                return date(year, month, day)
    return None


def is_synthetic(path: Path) -> bool:
    """Tell whether an image says of itself that it is synthetic."""
    with reading(path), rasterio.open(path) as source:
        return "SYNTHETIC" in source.tags()


def read_change(path: Path) -> tuple[NDArray[np.uint8], Grid]:
    """Read a change map written by ``write_raster`` and where its pixels lie."""
    with reading(path), rasterio.open(path) as source:
        grid = Grid(CRS.from_user_input(source.crs), source.transform, source.height, source.width)
        return source.read(1), grid


def read_picture(path: Path, *, most_px: int = _PICTURE_PX) -> Picture:
    """Read an image reduced to at most ``most_px`` a side as a picture for the eye: red, green and blue if it has them.

    The bands are stretched together from the 1st to the 90th percentile, since clouds take the rest; pixels without
    data are white.
    """
    with reading(path), rasterio.open(path) as source:
        wanted = bands.picture_bands(source.descriptions)
        shrink = max(1.0, max(source.shape) / most_px)
        shape = (len(wanted), round(source.height / shrink), round(source.width / shrink))
        read = source.read([at + 1 for at in wanted], out_shape=shape, resampling=Resampling.average, masked=True)
        data = np.ma.masked_invalid(read)
        bbox, system = tuple(source.bounds), CRS.from_user_input(source.crs)
    low, high = np.percentile(data.compressed(), _STRETCH) if data.count() else (0.0, 1.0)
    bright = np.clip((data.filled(high).astype(np.float32) - low) / max(high - low, 1e-9), 0, 1) ** _GAMMA
    pixels = np.moveaxis((bright * 255).astype(np.uint8), 0, 2)
    return Picture(np.ascontiguousarray(pixels), bbox, system)


def write_raster(
    values: NDArray[np.float32] | NDArray[np.uint8], grid: Grid, path: Path, *, nodata: float, tags: dict[str, str]
) -> None:
    """Write a (rows, columns) array as a Cloud Optimized GeoTIFF."""
    profile = {"driver": "COG", "dtype": values.dtype.name, "count": 1, "nodata": nodata, "crs": grid.crs}
    profile |= {"height": grid.rows, "width": grid.columns, "transform": grid.transform, "compress": "deflate"}
    profile |= {"predictor": "yes", "num_threads": "all_cpus", "bigtiff": "if_safer"}
    resampling = "nearest" if values.dtype == np.uint8 else "average"
    with written_aside(path) as aside, rasterio.open(aside, "w", overview_resampling=resampling, **profile) as sink:
        sink.write(values, 1)
        sink.update_tags(**tags)


def write_scene(scene: xr.Dataset, path: Path) -> None:
    """Write a scene (dims y, x; one variable a band, reflectance from 0) as uint16 x 10,000 GeoTIFF; 0 is nodata.

    The CRS and the transform come from the scene's ``spatial_ref``; ``scene.attrs`` become tags.
    """
    first = next(iter(scene.data_vars.values()))
    rows, columns = first.shape
    profile = {"driver": "GTiff", "dtype": "uint16", "count": len(scene.data_vars), "nodata": 0, "tiled": True}
    profile |= {"height": rows, "width": columns, "crs": scene.rio.crs, "transform": _transform(scene)}
    profile |= {"compress": "zstd", "zstd_level": 1, "predictor": 2, "blockxsize": 512, "blockysize": 512}
    with written_aside(path) as aside, rasterio.open(aside, "w", num_threads="all_cpus", **profile) as sink:
        for at, (name, band) in enumerate(scene.data_vars.items(), start=1):
            sink.write(_counts(band.to_numpy()), at)
            sink.set_band_description(at, str(name))
        sink.scales = [1e-4] * sink.count
        sink.update_tags(**{key: str(value) for key, value in scene.attrs.items()})


def _transform(scene: xr.Dataset) -> Affine:
    """Return the transform as written; ``rio.transform()`` recomputes it from rounded coordinates."""
    return Affine.from_gdal(*(float(part) for part in scene["spatial_ref"].attrs["GeoTransform"].split()))


def _counts(reflectance: NDArray[np.float32]) -> NDArray[np.uint16]:
    scaled = np.clip(np.rint(reflectance * 10_000), 1, 65_535)
    return np.where(np.isnan(reflectance), 0, scaled).astype(np.uint16)


def opened(path: Path) -> DatasetReader:
    """Open an image; the caller closes it.

    Raises
    ------
    WorkbenchError
        ``files.missing``, ``detect.unreadable``, ``detect.no_crs`` or ``detect.rotated``.
    """
    if not path.is_file():
        raise WorkbenchError("files.missing", "There is no file {name}", name=path.name)
    with reading(path):
        source = rasterio.open(path)
    if source.crs is None or not (source.crs.is_geographic or source.crs.is_projected):
        source.close()
        raise WorkbenchError(
            "detect.no_crs", "{name} has no coordinate system; assign one before comparing", name=path.name
        )
    if not source.transform.is_rectilinear:
        source.close()
        raise WorkbenchError("detect.rotated", "{name} is rotated; warp it north-up first", name=path.name)
    return source


def _common_grid(before: DatasetReader, after: DatasetReader, files: PairFiles) -> Grid:
    """Return the pixels of the first image that the second one covers too."""
    west, south = (max(pair) for pair in zip(before.bounds[:2], after.bounds[:2], strict=True))
    east, north = (min(pair) for pair in zip(before.bounds[2:], after.bounds[2:], strict=True))
    left, top = (int(np.ceil(value - _EDGE_PX)) for value in ~before.transform @ (west, north))
    right, bottom = (int(np.floor(value + _EDGE_PX)) for value in ~before.transform @ (east, south))
    if right - left < 1 or bottom - top < 1:
        raise WorkbenchError(
            "detect.no_overlap",
            "{before} and {after} do not overlap",
            before=files.before.name,
            after=files.after.name,
        )
    transform = before.transform @ Affine.translation(left, top)
    return Grid(CRS.from_user_input(before.crs), transform, bottom - top, right - left)


def _read(
    source: Source, grid: Grid, window: Window, shift_px: tuple[float, float] = (0.0, 0.0), *, nearest: bool = False
) -> Image:
    """Return physical values of a window of the grid, see ``_through``."""
    with _through(source, grid, window, shift_px, nearest=nearest) as (reader, at):
        return _values(source, reader, at)


@dataclass(frozen=True)
class _Scale:
    """How to read stored counts: what is missing, and gain and offset of each band."""

    missing: float
    gains: tuple[float, ...]
    offsets: tuple[float, ...]


def _stored(
    source: Source, grid: Grid, window: Window, shift_px: tuple[float, float]
) -> tuple[NDArray[np.number], _Scale]:
    """Return a window as stored, and its scale; where the file names no nodata, as physical values."""
    if source.reader.nodata is None:
        ones, zeros = (1.0,) * len(source.bands), (0.0,) * len(source.bands)
        return _read(source, grid, window, shift_px), _Scale(np.nan, ones, zeros)
    gains, offsets = (
        tuple(values[band - 1] for band in source.bands) for values in (source.reader.scales, source.reader.offsets)
    )
    with _through(source, grid, window, shift_px) as (reader, at):
        return reader.read(list(source.bands), window=at), _Scale(source.reader.nodata, gains, offsets)


@contextmanager
def _through(
    source: Source, grid: Grid, window: Window, shift_px: tuple[float, float], *, nearest: bool = False
) -> Iterator[tuple[DatasetReader | WarpedVRT, Window]]:
    """Yield what to read a window of the grid from, and where: the file itself where pixels coincide.

    A mask or a shifted image may not cover the grid; warped, the rest comes out as not observed.
    """
    corner = ~source.reader.transform @ grid.transform @ Affine.translation(*shift_px)
    with reading(source.path):
        inside = shift_px == (0.0, 0.0) and not nearest
        if inside and corner.almost_equals(Affine.translation(round(corner.c), round(corner.f)), _EDGE_PX):
            moved = (window.col_off + round(corner.c), window.row_off + round(corner.f))
            yield source.reader, Window(*moved, window.width, window.height)
            return
        with WarpedVRT(
            source.reader,
            crs=grid.crs,
            transform=grid.transform @ Affine.translation(*shift_px),
            height=grid.rows,
            width=grid.columns,
            resampling=Resampling.nearest if nearest else Resampling.cubic,
            add_alpha=source.reader.nodata is None and ColorInterp.alpha not in source.reader.colorinterp,
        ) as warped:
            yield warped, window


def _values(source: Source, reader: DatasetReader | WarpedVRT, window: Window) -> Image:
    """Return physical values: scale and offset of each band applied, NaN for nodata.

    Where nothing says what nodata is, pixels that are 0 in every band are taken for the empty border of a scene.
    """
    data = reader.read(list(source.bands), window=window)
    values: Image = data.astype(np.float32)
    for at, band in enumerate(source.bands):
        scale, offset = source.reader.scales[band - 1], source.reader.offsets[band - 1]
        if (scale, offset) != (1.0, 0.0):
            values[at] = values[at] * np.float32(scale) + np.float32(offset)
    if source.reader.nodata is not None:
        values[data == source.reader.nodata] = np.nan
    else:
        values[:, (reader.dataset_mask(window=window) == 0) | ~data.any(axis=0)] = np.nan
    return values


def _data_bands(reader: DatasetReader) -> list[int]:
    """Return the positions, counted from 1, of the bands that hold data and no transparency."""
    return [at for at, meaning in enumerate(reader.colorinterp, start=1) if meaning != ColorInterp.alpha]


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Turn GDAL's word for a broken file into the user's.

    Raises
    ------
    WorkbenchError
        ``detect.unreadable``.
    """
    try:
        yield
    except RasterioIOError as fault:
        raise WorkbenchError(
            "detect.unreadable", "{name} cannot be read: damaged, incomplete or no raster image", name=path.name
        ) from fault
