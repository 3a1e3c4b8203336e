"""Rim: the pixels of an image under outlines, such as those of patches or of water bodies, whatever its grid."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray
from pyproj import CRS
from rasterio import features
from rasterio.io import DatasetReader
from rasterio.vrt import WarpedVRT
from rasterio.warp import transform_bounds
from rasterio.windows import Window
from shapely import Polygon, STRtree
from shapely.geometry import box

from satellite import bands, looks
from satellite.files import STRIP_ROWS
from satellite.patches import Grid
from satellite.sources import opened, reading

Values = NDArray[np.float32]
Mask = tuple[Path, DatasetReader | WarpedVRT]


@dataclass(frozen=True)
class Pixels:
    """What an image shows under m outlines.

    Attributes
    ----------
    outline : (n,) int32
        Outline of each pixel that was seen, counted from 0.
    bands : dict
        Common name to (n,) float32, physical values.
    covered : (m,) int64
        Pixels of each outline on the image, seen or not.
    """

    outline: NDArray[np.int32]
    bands: dict[str, Values]
    covered: NDArray[np.int64]

    @property
    def seen(self) -> NDArray[np.int64]:
        """Pixels of each outline that were seen, (m,)."""
        return np.bincount(self.outline, minlength=self.covered.size)

    def medians(self) -> dict[str, NDArray[np.float64]]:
        """Return the median of each band under each outline, (m,); NaN where nothing was seen."""
        order = np.argsort(self.outline, kind="stable")
        ends = np.cumsum(self.seen)[:-1]
        return {
            name: np.array([np.median(part) if part.size else np.nan for part in np.split(values[order], ends)])
            for name, values in self.bands.items()
        }


def read(image: Path, clear: Sequence[Path], outlines: gpd.GeoSeries, wanted: Collection[str] | None = None) -> Pixels:
    """Read the pixels of an image whose middle lies in an outline; of overlapping outlines the last has it.

    Parameters
    ----------
    image : Path
    clear : sequence of Path
        Masks (1 = usable), all of which must hold.
    outlines : GeoSeries
        Any CRS; those off the image have no pixels.
    wanted : collection of str, optional
        Common names of the bands to read, all by default; those that the image lacks are left out. A pixel is seen
        where all that are read have data, nowhere if there are none.

    Raises
    ------
    WorkbenchError
        ``files.missing``, ``detect.unreadable``, ``detect.no_crs``, ``detect.rotated``, each naming the file; and
        ``series.other_crs`` of a mask in another system than the image.
    """
    with ExitStack() as stack:
        source = stack.enter_context(opened(image))
        grid = Grid(CRS.from_user_input(source.crs), source.transform, source.height, source.width)
        placed = outlines.to_crs(grid.crs).to_numpy()
        masks = [_mask(path, grid, stack) for path in clear]
        known = {bands.common_name(each): at for at, each in enumerate(source.descriptions, start=1) if each}
        names = {each: at for each, at in known.items() if wanted is None or each in wanted}
        covered = np.zeros(len(placed), np.int64)
        numbers: list[NDArray[np.int32]] = []
        planes: list[Values] = []
        for window, labels in _strips(grid, placed):
            covered += np.bincount(labels[labels > 0] - 1, minlength=len(placed))
            with reading(image):
                values, seen = _read(source, list(names.values()), window)
            for mask in masks:
                seen &= _clear(mask, window)
            under = seen & (labels > 0)
            numbers.append((labels[under] - 1).astype(np.int32))
            planes.append(values[:, under])
    flat = np.concatenate(planes, axis=1) if planes else np.zeros((len(names), 0), np.float32)
    whole = np.concatenate(numbers) if numbers else np.zeros(0, np.int32)
    return Pixels(whole, dict(zip(names, flat, strict=True)), covered)


def extent(image: Path, crs: CRS) -> Polygon:
    """Return the box around an image in a reference system.

    Raises
    ------
    WorkbenchError
        ``files.missing``, ``detect.unreadable``, ``detect.no_crs``.
    """
    with opened(image) as source:
        return box(*transform_bounds(source.crs, crs.to_wkt(), *source.bounds, densify_pts=21))


def _strips(grid: Grid, placed: NDArray[np.object_]) -> Iterator[tuple[Window, NDArray[np.int32]]]:
    """Yield windows of the strips that outlines lie in, with the outline (from 1) of each pixel, 0 for none."""
    if not len(placed):
        return
    tree = STRtree(placed)
    for top in range(0, grid.rows, STRIP_ROWS):
        rows = min(STRIP_ROWS, grid.rows - top)
        strip = grid.part((top, top + rows), (0, grid.columns))
        west, north = strip.transform @ (0, 0)
        east, south = strip.transform @ (strip.columns, strip.rows)
        hit = np.sort(tree.query(box(west, south, east, north)))
        if hit.size:
            shapes = ((placed[at], int(at) + 1) for at in hit)
            labels = features.rasterize(shapes, (rows, grid.columns), fill=0, transform=strip.transform, dtype="int32")
            yield Window(0, top, grid.columns, rows), labels


def _read(source: DatasetReader, at: list[int], window: Window) -> tuple[Values, NDArray[np.bool_]]:
    if not at:
        shape = (int(window.height), int(window.width))
        return np.zeros((0, *shape), np.float32), np.zeros(shape, bool)
    stored = source.read(at, window=window)
    values = stored.astype(np.float32)
    # Asked for its mask GDAL would read the bands once more.
    plain = source.nodata is not None and {source.nodatavals[band - 1] for band in at} == {source.nodata}
    valid = stored != source.nodata if plain else looks.valid(source, at, window)
    seen = valid.all(axis=0) & np.isfinite(values).all(axis=0)
    if source.nodata is None:
        seen = seen & values.any(axis=0)
    gains, offsets = (np.array([each[band - 1] for band in at], np.float32) for each in (source.scales, source.offsets))
    return values * gains[:, None, None] + offsets[:, None, None], seen


def _mask(path: Path, grid: Grid, stack: ExitStack) -> Mask:
    """Open a mask on the grid of the image; the stack closes it."""
    source = stack.enter_context(opened(path))
    return path, stack.enter_context(looks.placed(source, grid, path.name))


def _clear(mask: Mask, window: Window) -> NDArray[np.bool_]:
    path, source = mask
    with reading(path):
        return np.asarray(source.read(1, window=window) == 1)
