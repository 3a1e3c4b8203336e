"""Rim: an open image, read by windows of a grid of the pair it belongs to.

Where pixels are of one size, the image itself is read: a shift by whole pixels moves the window, and what is left, at
most half a pixel, is told to the reader of the window or resampled on the way. Another pixel size is warped by GDAL.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self, TypeVar

import numpy as np
import rasterio
from affine import Affine
from numpy.typing import NDArray
from rasterio.enums import ColorInterp, Resampling
from rasterio.errors import RasterioIOError
from rasterio.io import DatasetReader
from rasterio.vrt import WarpedVRT
from rasterio.windows import Window

from gis.errors import WorkbenchError
from satellite import resampling
from satellite.patches import Grid

Image = NDArray[np.float32]
Numbers = NDArray[np.number]
T = TypeVar("T", bound=np.generic)

EDGE_PX = 1e-3
"""Grids that differ by less are one."""


@dataclass(frozen=True)
class Source:
    """An open image.

    Attributes
    ----------
    path : Path
    file : DatasetReader
    reader : DatasetReader or WarpedVRT
        What gives the pixels: the file, or the file warped to the pixel size of the grid.
    bands : tuple of int
        Which to read, counted from 1.
    nearest : bool
        Warped to the nearest pixel, as masks are, and not by cubic convolution.
    at : (float, float)
        Row and column of ``reader`` where the first pixel of the grid lies.
    """

    path: Path
    file: DatasetReader
    reader: DatasetReader | WarpedVRT
    bands: tuple[int, ...]
    nearest: bool = False
    at: tuple[float, float] = (0.0, 0.0)

    @classmethod
    def of(cls, path: Path, file: DatasetReader, bands: tuple[int, ...], *, nearest: bool = False) -> Self:
        """Return an open image that is on its own grid."""
        return cls(path, file, file, bands, nearest)

    def placed(self, grid: Grid, stack: ExitStack) -> "Source":
        """Return the image ready to be read by windows of a grid; the stack closes what has to be warped."""
        reader: DatasetReader | WarpedVRT = self.file
        step = ~self.file.transform @ grid.transform
        if max(abs(step.a - 1) * grid.columns, abs(step.e - 1) * grid.rows) > EDGE_PX:
            transform, rows, columns = _covering(self.file, grid)
            warped = WarpedVRT(
                self.file,
                crs=grid.crs,
                transform=transform,
                height=rows,
                width=columns,
                resampling=Resampling.nearest if self.nearest else Resampling.cubic,
                add_alpha=self.file.nodata is None and ColorInterp.alpha not in self.file.colorinterp,
            )
            reader, step = stack.enter_context(warped), ~transform @ grid.transform
        return replace(self, reader=reader, at=(step.f, step.c))

    def again(self, grid: Grid, stack: ExitStack) -> "Source":
        """Return the same image opened once more, for another thread; the stack closes it."""
        return replace(self, file=stack.enter_context(opened(self.path))).placed(grid, stack)

    def moved(self, south: float, east: float) -> "Source":
        """Return the image with its content, which lies so many pixels off, taken back."""
        return replace(self, at=(self.at[0] + south, self.at[1] + east))

    @property
    def fraction(self) -> tuple[float, float]:
        """How far south and east of the nearest pixel a pixel of the grid lies, -0.5 to 0.5."""
        south, east = (each - round(each) for each in self.at)
        return (0.0, 0.0) if max(abs(south), abs(east)) < EDGE_PX else (south, east)

    @property
    def missing(self) -> float:
        """What stands for "not observed" in ``stored``: the file's nodata, or NaN where it names none."""
        return float(self.file.nodata) if self._counted else float("nan")

    @property
    def gains(self) -> tuple[float, ...]:
        """What each band of ``stored`` is multiplied with for physical values."""
        return tuple(self.file.scales[band - 1] if self._counted else 1.0 for band in self.bands)

    @property
    def offsets(self) -> tuple[float, ...]:
        """What is then added."""
        return tuple(self.file.offsets[band - 1] if self._counted else 0.0 for band in self.bands)

    @property
    def _counted(self) -> bool:
        kind, nodata = self.file.dtypes[self.bands[0] - 1], self.file.nodata
        if nodata is None or kind.startswith("float"):
            return nodata is not None
        return bool(np.iinfo(kind).min <= nodata <= np.iinfo(kind).max)

    def physical(self, window: Window) -> Image:
        """Return a window of the grid in physical values, NaN for nodata and outside of the image; resampled.

        Raises
        ------
        WorkbenchError
            ``detect.unreadable``, as of all readings.
        """
        south, east = self.fraction
        if not (south or east):
            return self._physical(window)
        margin = resampling.MARGIN_PX
        corner = window.col_off - margin, window.row_off - margin
        wide = Window(*corner, window.width + 2 * margin, window.height + 2 * margin)
        return resampling.shifted(self._physical(wide), south, east)

    def stored(self, window: Window) -> Numbers:
        """Return a window of the grid as stored, of the nearest pixels, ``missing`` outside of the image.

        Where the file does not say what stands for nodata the values are physical ones.
        """
        if not self._counted:
            return self._physical(window)
        inner, (rows, columns) = self._inside(window)
        shape = (len(self.bands), int(window.height), int(window.width))
        whole: Numbers = np.empty(shape, self.file.dtypes[self.bands[0] - 1])
        if (inner.height, inner.width) != (window.height, window.width):
            whole[:] = self.missing
        into = whole[:, rows, columns]
        if into.size:
            with reading(self.path):
                self.reader.read(list(self.bands), window=inner, out=into)
        return whole

    def clear(self, window: Window) -> NDArray[np.bool_]:
        """Return where the first band is 1, of the nearest pixels; outside of the image nothing is."""
        inner, part = self._inside(window)
        with reading(self.path):
            data = self.reader.read(self.bands[0], window=inner, masked=True)
        return _framed(data.filled(0)[None] == 1, part, window, value=False)[0]

    def _physical(self, window: Window) -> Image:
        """Return physical values of the nearest pixels.

        Where nothing says what nodata is, pixels that are 0 in every band are taken for the empty border of a scene.
        """
        inner, part = self._inside(window)
        with reading(self.path):
            data = self.reader.read(list(self.bands), window=inner)
            unseen = None if self.file.nodata is not None else self.reader.dataset_mask(window=inner) == 0
        values: Image = data.astype(np.float32)
        for at, band in enumerate(self.bands):
            scale, offset = self.file.scales[band - 1], self.file.offsets[band - 1]
            if (scale, offset) != (1.0, 0.0):
                values[at] = values[at] * np.float32(scale) + np.float32(offset)
        if unseen is None:
            values[data == self.file.nodata] = np.nan
        else:
            values[:, unseen | ~data.any(axis=0)] = np.nan
        return _framed(values, part, window, np.nan)

    def _inside(self, window: Window) -> tuple[Window, tuple[slice, slice]]:
        """Return what the reader holds of a window of the grid, and where in the window that lies."""
        top, left = (
            int(offset) + round(at) for offset, at in zip((window.row_off, window.col_off), self.at, strict=True)
        )
        rows, columns = (
            slice(min(max(-first, 0), size), max(min(size, most - first), 0))
            for first, size, most in (
                (top, int(window.height), self.reader.height),
                (left, int(window.width), self.reader.width),
            )
        )
        rows, columns = (slice(part.start, max(part.start, part.stop)) for part in (rows, columns))
        size = (columns.stop - columns.start, rows.stop - rows.start)
        return Window(left + columns.start, top + rows.start, *size), (rows, columns)


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


def _covering(file: DatasetReader, grid: Grid) -> tuple[Affine, int, int]:
    """Return transform, rows and columns of the pixels of a grid, and beyond it, that an image covers."""
    corners = [~grid.transform @ corner for corner in (file.bounds[:2], file.bounds[2:])]
    left, right = sorted(corner[0] for corner in corners)
    top, bottom = sorted(corner[1] for corner in corners)
    west, north = int(np.floor(left + EDGE_PX)), int(np.floor(top + EDGE_PX))
    size = int(np.ceil(bottom - EDGE_PX)) - north, int(np.ceil(right - EDGE_PX)) - west
    return grid.transform @ Affine.translation(west, north), *size


def _framed(data: NDArray[T], part: tuple[slice, slice], window: Window, value: float) -> NDArray[T]:
    """Return the pixels of a window, of which the image holds a part."""
    shape = (len(data), int(window.height), int(window.width))
    if data.shape == shape:
        return data
    whole = np.full(shape, value, data.dtype)
    whole[:, *part] = data
    return whole
