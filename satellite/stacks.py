"""Rim: images of any sensor on one grid, all with the same bands, read window by window as they are."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Self

import numpy as np
from affine import Affine
from numpy.typing import NDArray
from pyproj import CRS
from rasterio.enums import Resampling
from rasterio.io import DatasetReader
from rasterio.windows import Window

from gis.errors import WorkbenchError
from satellite import bands
from satellite.looks import Tile, placed, valid
from satellite.patches import Grid
from satellite.sources import opened, reading

Image = NDArray[np.float32]

STRIP_ROWS = 512
_WINDOW_PX = 512
_WINDOWS_A_SIDE = 4


class Stack:
    """Open images of one place; a context manager. The grid of the first one holds for all.

    Parameters
    ----------
    paths : sequence of Path
    wanted : sequence of str
        Common names of the bands to read, in this order; all bands by position if empty.
    clear : sequence of Path
        Masks (1 = usable); a pixel hidden in one of them is hidden in all images.

    Attributes
    ----------
    grid : Grid
    names : tuple of str
    whole_numbers : bool
        Whether the first image holds whole numbers.

    Raises
    ------
    WorkbenchError
        ``files.missing``, ``detect.no_crs``, ``detect.rotated``, ``detect.unreadable``, ``series.other_crs``;
        ``stack.no_band`` if a wanted band is missing, ``stack.other_bands`` if the images have not as many bands.
    """

    def __init__(self, paths: Sequence[Path], wanted: Sequence[str] = (), clear: Sequence[Path] = ()) -> None:
        self._paths = tuple(paths)
        with ExitStack() as stack:
            sources = [stack.enter_context(_present(path)) for path in paths]
            first = sources[0]
            self.grid = Grid(CRS.from_user_input(first.crs), first.transform, first.height, first.width)
            self.whole_numbers = np.issubdtype(np.dtype(first.dtypes[0]), np.integer)
            self._at = [_positions(source, wanted, path) for source, path in zip(sources, paths, strict=True)]
            for path, at in zip(paths, self._at, strict=True):
                if len(at) != len(self._at[0]):
                    raise WorkbenchError(
                        "stack.other_bands",
                        "{name} has {count} bands, {first} has {wanted}",
                        name=path.name,
                        count=len(at),
                        first=paths[0].name,
                        wanted=len(self._at[0]),
                    )
            described = [first.descriptions[at - 1] or f"band{at}" for at in self._at[0]]
            self.names = tuple(wanted) or tuple(bands.common_name(name) for name in described)
            self._opened = sources
            self._sources = [
                stack.enter_context(placed(source, self.grid, path.name))
                for source, path in zip(sources, paths, strict=True)
            ]
            masks = [(path, stack.enter_context(_present(path))) for path in clear]
            self._clear = [(path, stack.enter_context(placed(mask, self.grid, path.name))) for path, mask in masks]
            self._closing = stack.pop_all()

    def __enter__(self) -> Self:
        """Return the stack itself."""
        return self

    def __len__(self) -> int:
        """Return how many images there are."""
        return len(self._paths)

    def __exit__(self, *fault: object) -> None:
        """Close the files."""
        self._closing.close()

    def move(self, number: int, east_px: float, south_px: float, resampling: Resampling) -> None:
        """Read an image from now on as if it lay so far further west and north: a shift is taken back out of it."""
        shifted = replace(self.grid, transform=self.grid.transform @ Affine.translation(east_px, south_px))
        moved = placed(self._opened[number], shifted, self._paths[number].name, resampling)
        self._sources[number] = self._closing.enter_context(moved)

    def read(self, tile: Tile) -> Image:
        """Return (images, bands, rows, columns) float32 of a window; NaN where nodata or hidden by a mask.

        Raises
        ------
        WorkbenchError
            ``detect.unreadable`` if a file ends before its pixels do.
        """
        window = Window.from_slices(*tile)
        planes = []
        for path, source, at in zip(self._paths, self._sources, self._at, strict=True):
            with reading(path):
                data = source.read(at, window=window).astype(np.float32)
                data[~valid(source, at, window)] = np.nan
            planes.append(data)
        together = np.stack(planes)
        for path, mask in self._clear:
            with reading(path):
                together[..., mask.read(1, window=window) != 1] = np.nan
        return together

    def windows(self) -> Iterator[Image]:
        """Yield up to 16 windows spread evenly over the images, for measuring; see ``read``."""
        for rows in _spread(self.grid.rows):
            for columns in _spread(self.grid.columns):
                yield self.read((rows, columns))

    def strips(self, *, halo: int = 0) -> Iterator[tuple[slice, slice, Image]]:
        """Yield strips of whole rows: the rows of the strip, where they lie in the data read, and these data."""
        rows, columns = self.grid.rows, slice(0, self.grid.columns)
        for first in range(0, rows, STRIP_ROWS):
            last = min(first + STRIP_ROWS, rows)
            top, bottom = max(first - halo, 0), min(last + halo, rows)
            yield slice(first, last), slice(first - top, last - top), self.read((slice(top, bottom), columns))


def _spread(size: int) -> list[slice]:
    if size <= _WINDOW_PX:
        return [slice(0, size)]
    starts = np.linspace(0, size - _WINDOW_PX, min(_WINDOWS_A_SIDE, size // _WINDOW_PX))
    return [slice(int(start), int(start) + _WINDOW_PX) for start in starts]


def _present(path: Path) -> DatasetReader:
    if not path.is_file():
        raise WorkbenchError("files.missing", "There is no file {name}", name=path.name)
    return opened(path)


def _positions(source: DatasetReader, wanted: Sequence[str], path: Path) -> list[int]:
    if not wanted:
        return list(range(1, source.count + 1))
    known = {bands.common_name(name): at for at, name in enumerate(source.descriptions, start=1) if name}
    missing = [name for name in wanted if name not in known]
    if missing:
        raise WorkbenchError(
            "stack.no_band", "{name} lacks the bands {bands}", name=path.name, bands=", ".join(missing)
        )
    return [known[name] for name in wanted]
