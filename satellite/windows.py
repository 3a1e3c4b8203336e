"""Rim: a window of an image around a place, drawn onto the grid of a web map for the eye (never for measuring)."""

from contextlib import AbstractContextManager
from pathlib import Path

import numpy as np
import rasterio
import rioxarray  # noqa: F401 -- gives xarray its .rio
import xarray as xr
from affine import Affine
from pyproj import CRS, Transformer
from rasterio.enums import Resampling
from rasterio.errors import RasterioIOError
from rasterio.features import geometry_mask
from rasterio.io import DatasetReader
from rasterio.vrt import WarpedVRT
from rasterio.warp import transform_bounds
from shapely import transform
from shapely.geometry import box

from gis.crs import STORAGE
from gis.errors import WorkbenchError
from satellite import bands

Bbox = tuple[float, float, float, float]

WEB_MERCATOR = CRS.from_epsg(3857)
WIDTH_PX = 900
OUTSIDE = 250
"""What ``classes`` gives beyond an image, where nodata would claim that the image lies there."""
_EARTH_M = 6_378_137.0
_COLOURS = 3


def around(lon: float, lat: float, width_m: float, height_m: float) -> Bbox:
    """Return the rectangle of some metres around a place as (west, south, east, north) in degrees."""
    high = np.degrees(height_m / 2 / _EARTH_M)
    wide = np.degrees(width_m / 2 / _EARTH_M) / np.cos(np.radians(lat))
    return float(lon - wide), float(lat - high), float(lon + wide), float(lat + high)


def band_names(path: Path) -> list[str]:
    """Return the common names of an image's bands, "" for a band without one.

    Raises
    ------
    WorkbenchError
        ``files.missing`` if there is no such file or it is no image.
    """
    with _opened(path) as image:
        return [bands.common_name(name) if name else "" for name in image.descriptions]


def read(path: Path, bbox: Bbox, names: tuple[str, ...], *, width_px: int = WIDTH_PX) -> xr.DataArray:
    """Return a window of an image on a Web Mercator grid.

    Parameters
    ----------
    path : Path
        An image with a CRS.
    bbox : (west, south, east, north)
        Degrees; may reach over the image's edge.
    names : tuple of str
        Common names of the wanted bands in their order. Without names, or if the image lacks one of them, its first
        three bands are read (one band three times over if it has fewer).
    width_px : int
        Width of the result; its pixels are square on the Web Mercator plane.

    Returns
    -------
    DataArray of float32, dims (band, y, x)
        Values as stored; NaN outside the image and at nodata. Resampled by cubic convolution.

    Raises
    ------
    WorkbenchError
        ``files.missing`` if there is no such file or it is no image.
    """
    to_web = Transformer.from_crs(STORAGE, WEB_MERCATOR, always_xy=True)
    west, south = to_web.transform(bbox[0], bbox[1])
    east, north = to_web.transform(bbox[2], bbox[3])
    step = (east - west) / width_px
    height_px = max(round((north - south) / step), 1)
    grid = Affine(step, 0, west, 0, -step, north)
    with (
        _opened(path) as image,
        WarpedVRT(
            image,
            crs=WEB_MERCATOR.to_wkt(),
            transform=grid,
            width=width_px,
            height=height_px,
            resampling=Resampling.cubic,
            dtype="float32",
            nodata=np.nan,
        ) as warped,
    ):
        pixels = warped.read(_positions(image, names))
    window = xr.DataArray(
        pixels,
        dims=("band", "y", "x"),
        coords={
            "y": north - (np.arange(height_px) + 0.5) * step,
            "x": west + (np.arange(width_px) + 0.5) * step,
        },
    )
    return window.rio.write_crs(WEB_MERCATOR)


def classes(path: Path, *, width_px: int = 1400) -> xr.DataArray:
    """Return a whole map of classes on a Web Mercator grid.

    Parameters
    ----------
    path : Path
        Of one band of whole numbers with a nodata value.
    width_px : int
        Of the result at most.

    Returns
    -------
    DataArray of uint8, dims (y, x)
        Of the nearest pixel, an overview where there is one; nodata as stored; ``OUTSIDE`` beyond the image.

    Raises
    ------
    WorkbenchError
        ``files.missing`` if there is no such file or it is no image.
    """
    with _opened(path) as image:
        west, south, east, north = transform_bounds(image.crs, WEB_MERCATOR.to_wkt(), *image.bounds)
        width = min(width_px, max(image.width, 1))
        step = (east - west) / width
        height = max(round((north - south) / step), 1)
        with WarpedVRT(
            image,
            crs=WEB_MERCATOR.to_wkt(),
            transform=Affine(step, 0, west, 0, -step, north),
            width=width,
            height=height,
            resampling=Resampling.nearest,
        ) as warped:
            pixels = warped.read(1)
            outline = box(*image.bounds).segmentize(max(image.height, image.width) * abs(image.transform.a) / 32)
            to_map = Transformer.from_crs(image.crs, WEB_MERCATOR, always_xy=True)
            ring = transform(outline, to_map.transform, interleaved=False)
            pixels[geometry_mask([ring], (height, width), warped.transform)] = OUTSIDE
    places = {"y": north - (np.arange(height) + 0.5) * step, "x": west + (np.arange(width) + 0.5) * step}
    return xr.DataArray(pixels, dims=("y", "x"), coords=places).rio.write_crs(WEB_MERCATOR)


def _positions(image: DatasetReader, names: tuple[str, ...]) -> list[int]:
    known = [bands.common_name(name) if name else "" for name in image.descriptions]
    if names and all(name in known for name in names):
        return [known.index(name) + 1 for name in names]
    return list(range(1, _COLOURS + 1)) if image.count >= _COLOURS else [1] * _COLOURS


def _opened(path: Path) -> AbstractContextManager[DatasetReader]:
    try:
        return rasterio.open(path)
    except RasterioIOError:
        raise WorkbenchError("files.missing", "There is no file {name}", name=path.name) from None
