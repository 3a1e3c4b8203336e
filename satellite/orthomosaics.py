"""Rim: orthomosaics and surface models of a drone: turned into COGs, and read onto one grid with other images."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import rasterio
from affine import Affine
from numpy.typing import NDArray
from pyproj import CRS
from rasterio._err import CPLE_BaseError
from rasterio.enums import ColorInterp, Resampling
from rasterio.features import geometry_mask
from rasterio.io import DatasetReader
from rasterio.shutil import copy
from rasterio.vrt import WarpedVRT
from rasterio.warp import transform_bounds
from shapely.geometry.base import BaseGeometry

from gis.crs import STORAGE, metric_at
from gis.errors import WorkbenchError
from gis.files import written_aside
from satellite.patches import Grid
from satellite.scenes import cropped
from satellite.sources import opened, reading

Values = NDArray[np.float32]
Moved = tuple[float, float]
"""How far an image is moved east and north, metres, before it is read."""

Bounds = tuple[float, float, float, float]

MOST_PX = 4_000_000
_ALL_PX = 1 << 62
_UNMOVED = (0.0, 0.0)
_OPTIONS = {"COMPRESS": "DEFLATE", "PREDICTOR": "YES", "BLOCKSIZE": "512", "NUM_THREADS": "ALL_CPUS"}
_OPTIONS |= {"BIGTIFF": "IF_SAFER", "OVERVIEW_RESAMPLING": "AVERAGE"}


@dataclass(frozen=True)
class Image:
    """A file and how far it is moved."""

    path: Path
    moved_m: Moved = _UNMOVED


def to_cog(image: Image, target: Path, tags: Mapping[str, str]) -> Grid:
    """Write an image as a Cloud Optimized GeoTIFF without loss, moved if asked for: its pixels are not resampled.

    Memory does not grow with the image.

    Returns
    -------
    Grid
        Of what was written.

    Raises
    ------
    WorkbenchError
        ``files.missing``, ``detect.unreadable``, ``detect.no_crs``, ``detect.rotated``; nothing is written then.
    """
    with opened(image.path) as source, reading(image.path), written_aside(target) as aside:
        virtual = aside.with_suffix(".vrt")
        copy(source, virtual, driver="VRT")
        with rasterio.open(virtual, "r+") as told:
            told.transform = _moved(source, image.moved_m)
            told.update_tags(**tags)
        with rasterio.open(virtual) as told:
            _copy(told, aside, image.path)
        virtual.unlink()
        return Grid(CRS.from_user_input(source.crs), _moved(source, image.moved_m), source.height, source.width)


def pair(first: Image, second: Image, *, most_px: int = MOST_PX) -> tuple[Values, Values, Grid]:
    """Read two images onto one metric grid where both have pixels: that of the coarser one, or coarser still.

    Parameters
    ----------
    first, second : Image
        Of any systems and pixel sizes. The system is that of the first, or the zone of the place if the first is in
        degrees. The finer image is averaged, the coarser one resampled by cubic convolution.
    most_px : int
        The grid is made coarser until it has no more pixels than this.

    Returns
    -------
    first, second : (rows, columns) float32
        The mean of red, green and blue, or of the one band there is, as stored; NaN where there is no data.
    grid : Grid

    Raises
    ------
    WorkbenchError
        ``detect.no_overlap``, and those of ``to_cog``.
    """
    with opened(first.path) as one, opened(second.path) as other:
        grid = _common(one, other, (first, second), most_px)
        return _read(one, first, grid), _read(other, second, grid), grid


def around(image: Image, bounds: Bounds, *, most_px: int = MOST_PX) -> tuple[Values, Grid]:
    """Read the part of an image around a place onto a metric grid.

    Parameters
    ----------
    image : Image
    bounds : (west, south, east, north)
        Degrees; what lies beyond the image is left out.
    most_px : int
        The grid is made coarser until it has no more pixels than this.

    Returns
    -------
    values : (rows, columns) float32
        As of ``pair``.
    grid : Grid

    Raises
    ------
    WorkbenchError
        ``scene.no_place`` if the image does not show the place, and those of ``to_cog``.
    """
    with opened(image.path) as source:
        whole = _common(source, source, (image, image), _ALL_PX)
        part = cropped(whole, bounds, image.path.name)
        step = max(1, int(np.ceil(np.sqrt(part.rows * part.columns / most_px))))
        transform = part.transform @ Affine.scale(step)
        grid = Grid(part.crs, transform, max(part.rows // step, 1), max(part.columns // step, 1))
        return _read(source, image, grid), grid


def extent(image: Image) -> tuple[float, float, float, float]:
    """Return the extent of an image, moved, as (west, south, east, north) in degrees.

    Raises
    ------
    WorkbenchError
        Those of ``to_cog``.
    """
    with opened(image.path) as source:
        transform = _moved(source, image.moved_m)
        (left, top), (right, bottom) = transform @ (0, 0), transform @ (source.width, source.height)
        west, south, east, north = transform_bounds(source.crs, STORAGE.to_wkt(), left, bottom, right, top)
    return float(west), float(south), float(east), float(north)


def mask_of(grid: Grid, outlines: Sequence[BaseGeometry]) -> NDArray[np.bool_]:
    """Return which pixels of a grid lie in polygons of its own system."""
    if not outlines:
        return np.zeros((grid.rows, grid.columns), bool)
    inside: NDArray[np.bool_] = geometry_mask(
        outlines, out_shape=(grid.rows, grid.columns), transform=grid.transform, invert=True
    )
    return inside


def _copy(source: DatasetReader, target: Path, path: Path) -> None:
    try:
        copy(source, target, driver="COG", **_OPTIONS)
    except CPLE_BaseError as fault:  # what GDAL says while copying comes through as it is
        raise WorkbenchError(
            "detect.unreadable", "{name} cannot be read: damaged, incomplete or no raster image", name=path.name
        ) from fault


def _moved(source: DatasetReader, moved_m: Moved) -> Affine:
    """Return the transform of an image that is moved; of one in degrees, by the length of a degree at its middle."""
    east, north = moved_m
    if source.crs.is_geographic:
        lat = (source.bounds.bottom + source.bounds.top) / 2
        east, north = east / (111_320 * np.cos(np.radians(lat))), north / 111_132
    return Affine.translation(east, north) @ source.transform


def _common(one: DatasetReader, other: DatasetReader, images: tuple[Image, Image], most_px: int) -> Grid:
    plane = CRS.from_user_input(one.crs)
    if plane.is_geographic:
        plane = metric_at((one.bounds.left + one.bounds.right) / 2)
    extents, sizes = [], []
    for source, image in zip((one, other), images, strict=True):
        transform = _moved(source, image.moved_m)
        corners = [transform @ corner for corner in ((0, source.height), (source.width, 0))]
        bounds = (*corners[0], *corners[1])
        extents.append(transform_bounds(source.crs, plane.to_wkt(), *bounds, densify_pts=21))
        same = CRS.from_user_input(source.crs) == plane
        sizes.append(abs(source.transform.a) if same else _pixel_m(source))
    west, south = (max(each) for each in zip(extents[0][:2], extents[1][:2], strict=True))
    east, north = (min(each) for each in zip(extents[0][2:], extents[1][2:], strict=True))
    size = max(sizes)
    if east - west < size or north - south < size:
        names = {"before": images[0].path.name, "after": images[1].path.name}
        raise WorkbenchError("detect.no_overlap", "{before} and {after} do not overlap", **names)
    size = max(size, float(np.sqrt((east - west) * (north - south) / most_px)))
    columns, rows = int((east - west) / size), int((north - south) / size)
    return Grid(plane, Affine(size, 0, west, 0, -size, north), max(rows, 1), max(columns, 1))


def _read(source: DatasetReader, image: Image, grid: Grid) -> Values:
    finer = _pixel_m(source) < 0.75 * grid.transform.a
    with reading(image.path), _placed(source, image, grid, finer=finer) as warped:
        at = [at for at, meaning in enumerate(warped.colorinterp, start=1) if meaning != ColorInterp.alpha][:3]
        data = warped.read(at).astype(np.float32)
        known = warped.dataset_mask() > 0
    if source.nodata is not None and np.isfinite(source.nodata):
        known &= (data != np.float32(source.nodata)).all(axis=0)
    mean = data.mean(axis=0)
    scale, offset = source.scales[at[0] - 1], source.offsets[at[0] - 1]
    return np.where(known & np.isfinite(mean), mean * scale + offset, np.nan).astype(np.float32)


@contextmanager
def _placed(source: DatasetReader, image: Image, grid: Grid, *, finer: bool) -> Iterator[WarpedVRT]:
    options = {"src_nodata": source.nodata, "nodata": source.nodata} if source.nodata is not None else {}
    with WarpedVRT(
        source,
        src_transform=_moved(source, image.moved_m),
        crs=grid.crs.to_wkt(),
        transform=grid.transform,
        height=grid.rows,
        width=grid.columns,
        resampling=Resampling.average if finer else Resampling.cubic,
        add_alpha=source.nodata is None and ColorInterp.alpha not in source.colorinterp,
        **options,
    ) as warped:
        yield warped


def _pixel_m(source: DatasetReader) -> float:
    grid = Grid(CRS.from_user_input(source.crs), source.transform, source.height, source.width)
    return float(np.sqrt(grid.pixel_m2))
