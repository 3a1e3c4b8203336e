"""Rim: one image of a series, read tile by tile as an index on the grid of the series."""

from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Self

import numpy as np
from affine import Affine
from numpy.typing import NDArray
from pyproj import CRS
from rasterio.enums import Resampling
from rasterio.io import DatasetReader
from rasterio.vrt import WarpedVRT
from rasterio.windows import Window

from gis import files
from gis.errors import WorkbenchError
from satellite import bands, indices, series
from satellite import files as images
from satellite.patches import Grid
from satellite.sources import opened, reading

Image = NDArray[np.float32]
Tile = tuple[slice, slice]

_EDGE_PX = 1e-3


@dataclass(frozen=True)
class Look:
    """One image of a series: its file, a clear mask (1 = usable) if there is one, and its day."""

    image: Path
    clear: Path | None
    seen_on: date

    def described(self) -> dict[str, str]:
        """Return name, hash and day for the record."""
        day = self.seen_on.isoformat()
        return {"name": self.image.name, "sha256": files.sha256(self.image), "seen_on": day}


def look(image: Path, clear: Path | None = None, seen_on: date | None = None) -> Look:
    """Return an image as a look; its day is read from the file unless given.

    Raises
    ------
    WorkbenchError
        ``series.no_date`` if the file tells none; ``files.missing``, ``detect.unreadable``.
    """
    for path in (image, clear):
        if path is not None and not path.is_file():
            raise WorkbenchError("files.missing", "There is no file {name}", name=path.name)
    day = seen_on or images.seen_on(image)
    if day is None:
        raise WorkbenchError("series.no_date", "{name} tells no date", name=image.name)
    return Look(image, clear, day)


class Reader:
    """An open look; a context manager.

    Parameters
    ----------
    look : Look
    grid : Grid or None
        Grid of the series; None takes the image's own.
    index : str
        One of ``indices.INDICES``. An image of a single band holds the index itself.

    Raises
    ------
    WorkbenchError
        ``series.no_index`` if the bands do not give the index; ``detect.no_crs``, ``detect.rotated``,
        ``detect.other_crs``, ``detect.unreadable``.
    """

    def __init__(self, look: Look, grid: Grid | None, index: str) -> None:
        self._look, self._index = look, index
        with ExitStack() as stack:
            source = stack.enter_context(opened(look.image))
            self._own = Grid(CRS.from_user_input(source.crs), source.transform, source.height, source.width)
            self.grid = grid or self._own
            self._names = _names(source, index, look.image.name)
            self._scales = [(source.scales[at - 1], source.offsets[at - 1]) for at in self._names.values()]
            self._source = stack.enter_context(placed(source, self.grid, look.image.name))
            self._clear = None
            if look.clear is not None:
                mask = stack.enter_context(opened(look.clear))
                self._clear = stack.enter_context(placed(mask, self.grid, look.clear.name))
            self._closing = stack.pop_all()

    def __enter__(self) -> Self:
        """Return the reader itself."""
        return self

    def __exit__(self, *fault: object) -> None:
        """Close the files."""
        self._closing.close()

    def read(self, tile: Tile) -> Image:
        """Return the index of a tile, (rows, columns) float32; NaN where nodata, not clear or snow.

        Raises
        ------
        WorkbenchError
            ``detect.unreadable`` if the file ends before its pixels do.
        """
        window = Window.from_slices(*tile)
        with reading(self._look.image):
            data = self._source.read(list(self._names.values()), window=window)
            seen = valid(self._source, list(self._names.values()), window).all(axis=0)
            if self._clear is not None:
                seen &= self._clear.read(1, window=window) == 1
        planes = {}
        for name, plane, scaling in zip(self._names, data.astype(np.float32), self._scales, strict=True):
            planes[name] = plane if scaling == (1, 0) else plane * np.float32(scaling[0]) + np.float32(scaling[1])
        if self._index in planes:
            value = planes[self._index]
        else:
            value = indices.INDICES[self._index][0](planes).astype(np.float32)
            seen &= ~series.snow(planes)
        return np.where(seen & np.isfinite(value), value, np.float32(np.nan)).astype(np.float32)


def _names(source: DatasetReader, index: str, name: str) -> dict[str, int]:
    """Return which bands to read, from common name to position counted from 1."""
    if source.count == 1:
        return {index: 1}
    known = {bands.common_name(each): at for at, each in enumerate(source.descriptions, start=1) if each}
    needed = indices.INDICES[index][1]
    if not set(needed) <= known.keys():
        raise WorkbenchError(
            "series.no_index",
            "{name} lacks a band of {index}: {needed}",
            name=name,
            index=index,
            needed=", ".join(needed),
        )
    wanted = dict.fromkeys((*needed, *(each for each in ("green", "nir", "swir16") if each in known)))
    return {each: known[each] for each in wanted}


def placed(
    source: DatasetReader, grid: Grid, name: str, resampling: Resampling = Resampling.nearest
) -> DatasetReader | WarpedVRT:
    """Return an image on a grid: itself where it lies there, else warped, to the nearest pixel unless told otherwise.

    Raises
    ------
    WorkbenchError
        ``series.other_crs``.
    """
    if CRS.from_user_input(source.crs) != grid.crs:
        raise WorkbenchError(
            "series.other_crs",
            "{name} is in {crs} but the first image in {wanted}",
            name=name,
            crs=CRS.from_user_input(source.crs).name,
            wanted=grid.crs.name,
        )
    shift = ~grid.transform @ source.transform
    if source.shape == (grid.rows, grid.columns) and shift.almost_equals(Affine.identity(), _EDGE_PX):
        return source
    return WarpedVRT(
        source,
        crs=grid.crs,
        transform=grid.transform,
        height=grid.rows,
        width=grid.columns,
        resampling=resampling,
        dtype="float32",
        src_nodata=source.nodata,
        nodata=np.nan,
    )


def valid(source: DatasetReader | WarpedVRT, at: list[int], window: Window) -> NDArray[np.bool_]:
    """Return where bands have data, (bands, rows, columns)."""
    if source.nodata is not None:
        return source.read_masks(at, window=window) > 0
    return np.broadcast_to(source.dataset_mask(window=window) > 0, (len(at), window.height, window.width))
