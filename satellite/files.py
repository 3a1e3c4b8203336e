"""Rim: images on disk. A pair of dates is read strip by strip on one grid; results are Cloud Optimized GeoTIFFs."""

import re
from calendar import monthrange
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import rasterio
from affine import Affine
from numpy.typing import NDArray
from pyproj import CRS
from rasterio.enums import ColorInterp, Resampling
from rasterio.io import DatasetReader
from rasterio.windows import Window

from gis.errors import WorkbenchError
from gis.files import written_aside
from gis.pictures import Picture
from satellite import bands
from satellite.patches import Grid
from satellite.scores import Counts, Numbers, strips
from satellite.sources import EDGE_PX, Source, opened, reading

if TYPE_CHECKING:
    import xarray as xr

Image = NDArray[np.float32]

STRIP_ROWS = 128
"""So few that what is done with a strip finds it in near memory."""
_LOT_ROWS = 512
_READERS = 2
_PICTURE_PX = 2400
_GAMMA = 0.8
_STRETCH = (1, 90)
_DATE = re.compile(r"(?<!\d)(20\d\d|19\d\d)[-_]?(0[1-9]|1[0-2])[-_]?(0[1-9]|[12]\d|3[01])(?!\d)")


@dataclass(frozen=True)
class PairFiles:
    """Which files make a pair: two images and any number of clear masks (1 = usable) that hold for both.

    ``bands`` are the names, in order, of the bands of an image that carries none.
    """

    before: Path
    after: Path
    clear: tuple[Path, ...] = ()
    bands: tuple[str, ...] = ()


@dataclass(frozen=True)
class Pair:
    """Two images open on the grid of the first, cropped to where both have pixels; a context manager.

    ``names`` are the common bands, ``shift_px`` (east, south) is taken back out of the second image when it is read.
    ``unnamed`` are the names of images whose bands nobody named.
    """

    before: Source
    after: Source
    clear: tuple[Source, ...]
    grid: Grid
    names: tuple[str, ...]
    opened: ExitStack
    shift_px: tuple[float, float] = (0.0, 0.0)
    unnamed: tuple[str, ...] = ()

    def __enter__(self) -> Self:
        """Return the pair itself."""
        return self

    def __exit__(self, *fault: object) -> None:
        """Close the files."""
        self.opened.close()

    def shifted(self, east_px: float, south_px: float) -> "Pair":
        """Return the pair with the second image moved back by a shift."""
        return replace(self, shift_px=(east_px, south_px))

    def part(self, rows: tuple[int, int], columns: tuple[int, int]) -> "Pair":
        """Return a window of the pair, first and last pixels (exclusive), as a pair of its own on the same files."""
        sources = (self.before, self.after, *self.clear)
        before, after, *clear = (source.moved(rows[0], columns[0]) for source in sources)
        return replace(self, before=before, after=after, clear=tuple(clear), grid=self.grid.part(rows, columns))

    def read(self, rows: slice, columns: slice = slice(None)) -> tuple[Image, Image]:
        """Return (p, rows, columns) float32 of both dates, NaN where nodata or not clear.

        Raises
        ------
        WorkbenchError
            ``detect.unreadable`` if a file ends before its pixels do.
        """
        window = self._window(rows, columns)
        before, after = self.before.physical(window), self._after.physical(window)
        for mask in self.clear:
            hidden = ~mask.clear(window)
            before[:, hidden] = np.nan
            after[:, hidden] = np.nan
        return before, after

    def counts(self, rows: slice, columns: slice = slice(None)) -> Counts:
        """Return both dates as stored where the files say what stands for nodata, else in physical values.

        Of a pair shifted by a fraction of a pixel nothing is resampled: the counts know the fraction.

        Raises
        ------
        WorkbenchError
            ``detect.unreadable`` if a file ends before its pixels do.
        """
        return self.together(*(read() for read in self.readings(rows, columns)))

    def readings(self, rows: slice, columns: slice = slice(None)) -> tuple[Callable[[], Any], ...]:
        """Return what reads a window of each date, and what of it the masks hide; each has files of its own."""
        window = self._window(rows, columns)
        return *(partial(source.stored, window) for source in (self.before, self._after)), partial(self._hidden, window)

    def _hidden(self, window: Window) -> list[NDArray[np.bool_]]:
        """Return where each mask does not say that the ground is clear."""
        return [~mask.clear(window) for mask in self.clear]

    def together(self, before: Numbers, after: Numbers, hidden: list[NDArray[np.bool_]]) -> Counts:
        """Return what was read of a window as counts; changes both dates where they are hidden."""
        for mask in hidden:
            before[:, mask] = self.before.missing
            after[:, mask] = self.after.missing
        sources = self.before, self._after
        gains, offsets = (np.array([getattr(each, name) for each in sources]) for name in ("gains", "offsets"))
        return Counts(before, after, (self.before.missing, self.after.missing), gains, offsets, self._after.fraction)

    @property
    def _after(self) -> Source:
        east, south = self.shift_px
        return self.after.moved(south, east)

    def _window(self, rows: slice, columns: slice) -> Window:
        return Window.from_slices(rows, columns, height=self.grid.rows, width=self.grid.columns)

    def ahead(self, *, rows: int = STRIP_ROWS, halo: int = 0) -> Iterator[tuple[int, Counts]]:
        """Yield first row and counts of strips of whole rows in order, read ahead.

        With a halo so many rows of the neighbours come above and below, not observed beyond the scene. The rows of many
        strips are read at once, so that the blocks of a file are decoded once.

        Raises
        ------
        WorkbenchError
            ``detect.unreadable``.
        """
        lots = self._lots(max(rows, _LOT_ROWS // rows * rows))
        yield from strips(lots, rows=rows, halo=halo, total=self.grid.rows)

    def _lots(self, rows: int) -> Iterator[tuple[int, Counts]]:
        """Yield first row and counts of lots of rows; two threads read the next one meanwhile, a date each."""
        starts = range(0, self.grid.rows, rows)
        with ExitStack() as stack:
            own = stack.enter_context(self._again())
            # Closed before the files are: shutting down waits for what is being read.
            pool = stack.enter_context(ThreadPoolExecutor(_READERS))
            waiting: deque[tuple[int, list[Future[Any]]]] = deque()

            def begin(first: int) -> None:
                read = own.readings(slice(first, min(first + rows, self.grid.rows)))
                waiting.append((first, [pool.submit(part) for part in read]))

            def done() -> tuple[int, Counts]:
                first, parts = waiting.popleft()
                return first, own.together(*(part.result() for part in parts))

            begin(0)
            for following in (*starts[1:], None):
                lot = [done()]
                if following is not None:
                    begin(following)
                # Nothing here may hold on to what was handed out.
                yield lot.pop()

    def _again(self) -> "Pair":
        """Open the same files once more, for another thread."""
        with ExitStack() as stack:
            sources = (self.before, self.after, *self.clear)
            before, after, *clear = (source.again(self.grid, stack) for source in sources)
            return replace(self, before=before, after=after, clear=tuple(clear), opened=stack.pop_all())


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
        ``detect.few_bands``, ``detect.no_overlap``, each naming the file; see ``bands.given``.
    """
    with ExitStack() as stack:
        before, after = (stack.enter_context(opened(path)) for path in (files.before, files.after))
        clear = [Source.of(path, stack.enter_context(opened(path)), (1,), nearest=True) for path in files.clear]
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
        told = {
            path: _band_names(path, reader, data, files.bands)
            for path, reader, data in ((files.before, before, data_before), (files.after, after, data_after))
        }
        at_before, at_after, names = bands.pair(told[files.before], told[files.after])
        first = Source.of(files.before, before, tuple(data_before[at] for at in at_before))
        second = Source.of(files.after, after, tuple(data_after[at] for at in at_after))
        grid = _common_grid(before, after, files)
        first, second, *clear = (source.placed(grid, stack) for source in (first, second, *clear))
        unnamed = tuple(path.name for path, each in told.items() if not bands.named(each))
        return Pair(first, second, tuple(clear), grid, tuple(names), stack.pop_all(), unnamed=unnamed)


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


def write_scene(scene: "xr.Dataset", path: Path) -> None:
    """Write a scene (dims y, x; one variable a band, reflectance from 0) as uint16 x 10,000 GeoTIFF; 0 is nodata.

    The CRS and the transform come from the scene's ``spatial_ref``; ``scene.attrs`` become tags.
    """
    first = next(iter(scene.data_vars.values()))
    rows, columns = first.shape
    profile = {"driver": "GTiff", "dtype": "uint16", "count": len(scene.data_vars), "nodata": 0, "tiled": True}
    profile |= {"height": rows, "width": columns, "crs": scene["spatial_ref"].attrs["crs_wkt"]}
    profile |= {"transform": _transform(scene), "compress": "zstd", "zstd_level": 1, "predictor": 2}
    profile |= {"blockxsize": 512, "blockysize": 512}
    with written_aside(path) as aside, rasterio.open(aside, "w", num_threads="all_cpus", **profile) as sink:
        for at, (name, band) in enumerate(scene.data_vars.items(), start=1):
            sink.write(_counts(band.to_numpy()), at)
            sink.set_band_description(at, str(name))
        sink.scales = [1e-4] * sink.count
        sink.update_tags(**{key: str(value) for key, value in scene.attrs.items()})


def _transform(scene: "xr.Dataset") -> Affine:
    """Return the transform as written; ``rio.transform()`` recomputes it from rounded coordinates."""
    return Affine.from_gdal(*(float(part) for part in scene["spatial_ref"].attrs["GeoTransform"].split()))


def _counts(reflectance: NDArray[np.float32]) -> NDArray[np.uint16]:
    scaled = np.clip(np.rint(reflectance * 10_000), 1, 65_535)
    return np.where(np.isnan(reflectance), 0, scaled).astype(np.uint16)


def _common_grid(before: DatasetReader, after: DatasetReader, files: PairFiles) -> Grid:
    """Return the pixels of the first image that the second one covers too."""
    # By pixels of the first image, whichever way either image runs.
    corners = [~before.transform @ (after.transform @ corner) for corner in ((0, 0), (after.width, after.height))]
    (left, right), (top, bottom) = (
        (int(np.ceil(max(min(ends), 0) - EDGE_PX)), int(np.floor(min(max(ends), size) + EDGE_PX)))
        for ends, size in zip(zip(*corners, strict=True), (before.width, before.height), strict=True)
    )
    if right - left < 1 or bottom - top < 1:
        raise WorkbenchError(
            "detect.no_overlap",
            "{before} and {after} do not overlap",
            before=files.before.name,
            after=files.after.name,
        )
    transform = before.transform @ Affine.translation(left, top)
    return Grid(CRS.from_user_input(before.crs), transform, bottom - top, right - left)


def _band_names(path: Path, reader: DatasetReader, data: list[int], given: Sequence[str]) -> list[str | None]:
    """Return the names of the bands that hold data: the file's own, else those given."""
    own = [reader.descriptions[at - 1] for at in data]
    return own if bands.named(own) or not given else bands.given(given, len(data), path.name)


def _data_bands(reader: DatasetReader) -> list[int]:
    """Return the positions, counted from 1, of the bands that hold data and no transparency."""
    return [at for at, meaning in enumerate(reader.colorinterp, start=1) if meaning != ColorInterp.alpha]
