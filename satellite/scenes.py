"""Rim: a scene of any sensor: what it is, without decoding it, and its pixels as one form of Dataset."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr
from affine import Affine
from pyproj import CRS, Transformer

from gis.crs import STORAGE, metric_at
from gis.errors import WorkbenchError
from satellite import conversion, gaofen, geotiffs, items, landsat, packages, photos, rasters, sentinel1, sentinel2
from satellite.packages import Package
from satellite.patches import Grid
from satellite.products import CLASSES, Description, Product

_FAMILIES = (
    (sentinel2.recognised, sentinel2.product),
    (sentinel1.recognised, sentinel1.product),
    (landsat.recognised, landsat.product),
    (gaofen.recognised, gaofen.product),
    (items.recognised, items.product),
    (sentinel1.recognised_rtc, sentinel1.product_rtc),
)
_METADATA = (".xml", ".txt", ".json", ".safe")
_EDGE_PX = 1e-6
_UNKNOWN = "{name} is no product that this program knows, nor a GeoTIFF or a photo"


@dataclass(frozen=True)
class Order:
    """What is wanted of a scene.

    Attributes
    ----------
    bands : tuple of str
        Common names; all bands if empty.
    grid : Grid or None
        Where pixels are wanted; None takes the grid of the finest wanted band.
    bbox : (west, south, east, north) or None
        Degrees: only the pixels of this part.
    chunk_px : int
        Edge of a block: memory is bounded by it.
    height_m : float or Path
        Of the ground above the ellipsoid, a number or an image of heights, for scenes that are not orthorectified.
    cache : Path or None
        Folder of converted images (``conversion``) that are read instead of slow ones.
    """

    bands: tuple[str, ...] = ()
    grid: Grid | None = None
    bbox: tuple[float, float, float, float] | None = None
    chunk_px: int = rasters.CHUNK_PX
    height_m: float | Path = 0.0
    cache: Path | None = None


def describe(path: Path) -> Description:
    """Return what a scene says of itself: who took it, when, where, which bands; no pixel is decoded.

    Parameters
    ----------
    path : Path
        A product's folder, its zip or tar archive, a file of metadata within it, a GeoTIFF or a photo.

    Raises
    ------
    WorkbenchError
        ``files.missing``; ``scene.unknown`` if it is nothing that this program knows; ``scene.bad_metadata``,
        ``scene.entities``, ``scene.link``, ``scene.not_fetched``, ``rows.climbing_entry``, ``rows.bomb``,
        ``rows.encrypted``, ``rows.unreadable``, ``detect.unreadable``, ``detect.no_crs`` or ``detect.rotated``.
    """
    if path.suffix.lower() in photos.ENDINGS:
        return photos.described(photos.read(path))
    return product(path).description


def product(path: Path) -> Product:
    """Return a scene and where its bands lie.

    Raises
    ------
    WorkbenchError
        Those of ``describe``.
    """
    if not path.exists():
        raise WorkbenchError("files.missing", "There is no file {name}", name=path.name)
    if path.suffix.lower() in geotiffs.ENDINGS:
        return geotiffs.product(path)
    if path.is_file() and not packages.is_archive(path) and path.suffix.lower() not in _METADATA:
        raise _unknown(path)
    return _of_package(packages.opened(path))


def load(path: Path, order: Order | None = None) -> xr.Dataset:
    """Return the pixels of a scene, lazily: nothing is read until it is computed, and then block by block.

    Parameters
    ----------
    path : Path
        As for ``describe``; no photo.
    order : Order

    Returns
    -------
    Dataset, dims (y, x)
        One float32 variable a band under its common name, in physical units (its ``units``: "1" is reflectance), NaN
        where unknown; classes (``scl``, ``qa_pixel``) as whole numbers; ``source`` tells where a pixel comes from or
        why there is none (see ``rasters``). CRS attached, ``time`` a scalar coordinate where known, what the scene says
        of itself in ``attrs``.

    Raises
    ------
    WorkbenchError
        Those of ``describe``; ``stack.no_band`` if it lacks a wanted band; ``scene.no_place`` if it does not overlap
        the wanted part. While computing, ``detect.unreadable`` if an image is damaged.
    """
    wanted = order or Order()
    if path.suffix.lower() in photos.ENDINGS:
        raise WorkbenchError("scene.unknown", _UNKNOWN, name=path.name)
    told = product(conversion.unpacked(path, wanted.cache) if wanted.cache else path)
    if wanted.cache is not None:
        told = conversion.converted(told, wanted.cache)
    names = _names(told, wanted, path)
    grid = wanted.grid or _grid(told, names, path)
    if wanted.bbox is not None:
        grid = cropped(grid, wanted.bbox, path.name)
    found = rasters.dataset(told, names, rasters.Placement(grid, wanted.chunk_px, wanted.height_m))
    return _named(found, told.description)


def cropped(grid: Grid, bbox: tuple[float, float, float, float], name: str) -> Grid:
    """Return the part of a grid that covers a rectangle in degrees; its pixels stay where they are.

    Raises
    ------
    WorkbenchError
        ``scene.no_place`` if they do not overlap.
    """
    to_grid = Transformer.from_crs(STORAGE, grid.crs, always_xy=True)
    west, south, east, north = to_grid.transform_bounds(*bbox)
    left, top = ~grid.transform @ (west, north)
    right, bottom = ~grid.transform @ (east, south)
    columns = slice(max(int(np.floor(left + _EDGE_PX)), 0), min(int(np.ceil(right - _EDGE_PX)), grid.columns))
    rows = slice(max(int(np.floor(top + _EDGE_PX)), 0), min(int(np.ceil(bottom - _EDGE_PX)), grid.rows))
    if columns.stop <= columns.start or rows.stop <= rows.start:
        raise WorkbenchError("scene.no_place", "{name} does not cover the wanted area", name=name)
    return grid.part((rows.start, rows.stop), (columns.start, columns.stop))


def _of_package(package: Package) -> Product:
    for recognised, read in _FAMILIES:
        if recognised(package):
            return read(package)
    images = [name for name in package.names if name.lower().endswith(geotiffs.ENDINGS)]
    if len(images) == 1 and isinstance(package, packages.Folder):
        return geotiffs.product(package.path / images[0])
    raise _unknown(package.path)


def _unknown(path: Path) -> WorkbenchError:
    return WorkbenchError("scene.unknown", _UNKNOWN, name=path.name)


def _names(told: Product, wanted: Order, path: Path) -> tuple[str, ...]:
    known = tuple(dict.fromkeys(raster.name for raster in told.rasters))
    missing = [name for name in wanted.bands if name not in known]
    if missing:
        raise WorkbenchError(
            "stack.no_band", "{name} lacks the bands {bands}", name=path.name, bands=", ".join(missing)
        )
    return wanted.bands or known


def _grid(told: Product, names: Sequence[str], path: Path) -> Grid:
    """Return the grid of the finest wanted band, or one laid over the footprint where bands are on no map grid."""
    some = [raster for raster in told.rasters if raster.name in names]
    bands = [raster for raster in some if raster.units != CLASSES] or some
    finest = min(bands, key=lambda raster: raster.gsd_m)
    own = rasters.native_grid(finest)
    if own is not None:
        return own
    outline = told.description.footprint
    if outline is None:
        raise WorkbenchError("scene.no_place", "{name} does not cover the wanted area", name=path.name)
    step = finest.gsd_m or 10.0
    crs = CRS.from_user_input(metric_at(outline.centroid.x))
    to_grid = Transformer.from_crs(STORAGE, crs, always_xy=True)
    west, south, east, north = to_grid.transform_bounds(*outline.bounds)
    west, north = np.floor(west / step) * step, np.ceil(north / step) * step
    rows, columns = int(np.ceil((north - south) / step)), int(np.ceil((east - west) / step))
    return Grid(crs, Affine(step, 0, west, 0, -step, north), rows, columns)


def _named(found: xr.Dataset, told: Description) -> xr.Dataset:
    facts: dict[str, str | float] = {
        "scene_id": told.scene_id,
        "sensor": told.sensor,
        "platform": told.platform,
        "level": told.level,
        "marks": " ".join(told.marks),
    }
    if told.sun is not None:
        facts |= {"sun_azimuth": told.sun.azimuth, "sun_zenith": told.sun.zenith}
    if told.sensed_at is not None:
        facts |= {"sensed_at": told.sensed_at.isoformat(), "ACQUISITION_DATE": told.sensed_at.date().isoformat()}
        found = found.assign_coords(time=pd.Timestamp(told.sensed_at).tz_convert(None).to_datetime64())
    return found.assign_attrs(facts)
