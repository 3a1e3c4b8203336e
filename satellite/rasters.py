"""Rim: the pixels of a product on any grid, block by block and only when asked (dask).

A block is read straight from the file where its pixels coincide with the grid's; warped where they do not; placed by
rational polynomials or tie points where the image is on no map grid. Only plain image formats are opened: a file that
calls itself .tif and is something else, such as a list of addresses to fetch, is refused.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dask.array as da
import numpy as np
import rasterio
import rioxarray  # noqa: F401 - gives xarray the .rio accessor
import shapely
import xarray as xr
from affine import Affine
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from rasterio import features
from rasterio.enums import ColorInterp, Resampling
from rasterio.io import DatasetReader
from rasterio.vrt import WarpedVRT
from rasterio.windows import Window
from shapely.geometry.base import BaseGeometry

from gis.crs import STORAGE
from satellite import placing
from satellite.patches import Grid
from satellite.products import CLASSES, Product, Raster
from satellite.sources import reading

CHUNK_PX = 1024
_JPEG2000 = (".jp2", ".j2k")
OUTSIDE, MISSING = 0, -1
"""Values of ``source``: outside the scene's footprint, and inside it without a value. Scenes count from 1."""

_EDGE_PX = 1e-3
_MARGIN_PX = 2


@dataclass(frozen=True)
class Placement:
    """Where pixels are wanted: the grid, edge of a block, and the ground's height for images on no map grid.

    ``height_m`` is metres above the ellipsoid, or an image of heights.
    """

    grid: Grid
    chunk_px: int = CHUNK_PX
    height_m: float | Path = 0.0


def native_grid(raster: Raster) -> Grid | None:
    """Return the grid of a band's file, None if it is on none.

    Raises
    ------
    WorkbenchError
        ``detect.unreadable``.
    """
    if raster.rpc is not None:
        return None
    with opened(raster.address) as source:
        if source.crs is None or source.gcps[0]:
            return None
        return Grid(CRS.from_user_input(source.crs), source.transform, source.height, source.width)


def dataset(product: Product, names: Sequence[str], place: Placement) -> xr.Dataset:
    """Return bands of a product on a grid, lazily.

    Parameters
    ----------
    product : Product
    names : sequence of str
        Common names.
    place : Placement

    Returns
    -------
    Dataset, dims (y, x)
        Bands float32 in physical units (``units``, ``quantity``), NaN where unknown; classes uint8 or uint16, the
        class of no data where unknown; ``source`` int16 tells where each pixel comes from, or why there is none. CRS
        attached; the time of sensing as coordinate ``time``.
    """
    variables: dict[str, tuple[tuple[str, str], Any, dict[str, Any]]] = {}
    for parts in _files(product, names):
        for at, raster in enumerate(parts):
            block = _lazy(parts, place)[at]
            before = variables.get(raster.name)
            told = {"units": raster.units, "quantity": raster.quantity, "long_name": raster.name}
            if raster.units == CLASSES:
                whole = np.uint8 if raster.name == "scl" else np.uint16
                variables[raster.name] = (("y", "x"), block.astype(whole), told)
            elif before is None:
                variables[raster.name] = (("y", "x"), block, told)
            else:
                variables[raster.name] = (("y", "x"), da.where(da.isnan(before[1]), block, before[1]), told)
    ordered = {name: variables[name] for name in names}
    physical = [value[1] for value in ordered.values() if value[2]["units"] != CLASSES]
    found = xr.Dataset(ordered, coords=centres(place.grid))
    found["source"] = (("y", "x"), _source(physical, product, place), _provenance(product))
    return found.rio.write_crs(place.grid.crs).rio.write_transform(place.grid.transform)


def centres(grid: Grid) -> dict[str, NDArray[np.floating]]:
    """Return the coordinates of the pixel centres of a north-up grid."""
    x = grid.transform.c + grid.transform.a * (np.arange(grid.columns) + 0.5)
    return {"x": x, "y": grid.transform.f + grid.transform.e * (np.arange(grid.rows) + 0.5)}


def opened(address: str) -> DatasetReader:
    """Open an image of a plain format; the caller closes it.

    Raises
    ------
    WorkbenchError
        ``detect.unreadable``.
    """
    driver = "JP2OpenJPEG" if address.lower().endswith(_JPEG2000) else "GTiff"
    with reading(Path(address)):
        return rasterio.open(address, driver=driver)


def _files(product: Product, names: Sequence[str]) -> list[tuple[Raster, ...]]:
    """Return the wanted rasters, those of one file together."""
    by_file: dict[str, list[Raster]] = {}
    for raster in product.rasters:
        if raster.name in names:
            by_file.setdefault(raster.address, []).append(raster)
    return [tuple(rasters) for rasters in by_file.values()]


def _lazy(parts: tuple[Raster, ...], place: Placement) -> da.Array:
    """Return the bands of a file as a dask array (bands, rows, columns) of float32."""
    grid = place.grid
    shape = (len(parts), grid.rows, grid.columns)
    chunks = da.core.normalize_chunks((len(parts), place.chunk_px, place.chunk_px), shape, dtype=np.float32)

    def read(block_info: dict[Any, Any] | None = None) -> NDArray[np.float32]:
        _, rows, columns = (block_info or {})[None]["array-location"]
        window = Window.from_slices(slice(*rows), slice(*columns), height=grid.rows, width=grid.columns)
        return values(parts, place, window)

    return da.map_blocks(read, chunks=chunks, dtype=np.float32, meta=np.empty((0, 0, 0), np.float32))


def values(parts: tuple[Raster, ...], place: Placement, window: Window) -> NDArray[np.float32]:
    """Return (bands, rows, columns) float32 of a window of the grid in physical units; classes as they are stored.

    Raises
    ------
    WorkbenchError
        ``detect.unreadable`` if the file is damaged.
    """
    first = parts[0]
    with reading(Path(first.address)), opened(first.address) as source:
        if first.rpc is not None or source.gcps[0]:
            return _placed(source, parts, place, window)
        corner = ~source.transform @ place.grid.transform
        near = Affine.translation(round(corner.c), round(corner.f))
        if CRS.from_user_input(source.crs) == place.grid.crs and corner.almost_equals(near, _EDGE_PX):
            return _straight(source, parts, window, (round(corner.f), round(corner.c)))
        return _warped(source, parts, place.grid, window)


def _straight(
    source: DatasetReader, parts: tuple[Raster, ...], window: Window, shift: tuple[int, int]
) -> NDArray[np.float32]:
    """Return a window that lies on the file's own pixels; what reaches beyond the file is unknown."""
    top, left = window.row_off + shift[0], window.col_off + shift[1]
    rows = slice(max(top, 0), min(top + window.height, source.height))
    columns = slice(max(left, 0), min(left + window.width, source.width))
    whole = np.empty((len(parts), window.height, window.width), np.float32)
    whole[:] = np.array([_unknown(raster) for raster in parts], np.float32)[:, None, None]
    if rows.stop <= rows.start or columns.stop <= columns.start:
        return whole
    inner = Window.from_slices(rows, columns)
    counts = source.read([raster.at for raster in parts], window=inner)
    found = _physical(counts, source, parts, _seen(source, inner))
    whole[:, rows.start - top : rows.stop - top, columns.start - left : columns.stop - left] = found
    return whole


def _warped(source: DatasetReader, parts: tuple[Raster, ...], grid: Grid, window: Window) -> NDArray[np.float32]:
    """Return a window of another grid: classes by the nearest pixel, bands bilinear, or averaged if made coarser."""
    nodata = parts[0].nodata if parts[0].nodata is not None else source.nodata
    silent = nodata is None and ColorInterp.alpha not in source.colorinterp
    coarser = abs(grid.transform.a) > 1.5 * abs(source.transform.a) and grid.crs == CRS.from_user_input(source.crs)
    classes = parts[0].units == CLASSES
    resampling = Resampling.nearest if classes else Resampling.average if coarser else Resampling.bilinear
    with WarpedVRT(
        source,
        crs=grid.crs,
        transform=grid.transform,
        height=grid.rows,
        width=grid.columns,
        resampling=resampling,
        src_nodata=nodata,
        nodata=nodata,
        add_alpha=silent,
    ) as warped:
        counts = warped.read([raster.at for raster in parts], window=window)
        seen = warped.dataset_mask(window=window) > 0 if nodata is None else None
    return _physical(counts, source, parts, seen)


def _placed(source: DatasetReader, parts: tuple[Raster, ...], place: Placement, window: Window) -> NDArray[np.float32]:
    """Return a window of an image that is on no map grid."""
    first, nearest = parts[0], parts[0].units == CLASSES
    x, y = _metres(place.grid, window)
    lon, lat = Transformer.from_crs(place.grid.crs, STORAGE, always_xy=True).transform(x, y)
    if first.rpc is not None:
        rows, columns = placing.rpc_pixels(first.rpc, lon, lat, _heights(place, window))
    else:
        rows, columns = placing.Ties(source.gcps[0]).pixels(lon, lat)
    inner = _around(rows, columns, source)
    if inner is None:
        return np.full((len(parts), window.height, window.width), np.nan, np.float32)
    counts = source.read([raster.at for raster in parts], window=inner)
    found = _physical(counts, source, parts, _seen(source, inner))
    if first.gains is not None:
        down, right = np.mgrid[
            inner.row_off : inner.row_off + inner.height, inner.col_off : inner.col_off + inner.width
        ]
        found = np.square(found / placing.gains_at(first.gains, down, right).astype(np.float32))
    at = rows - inner.row_off, columns - inner.col_off
    return np.stack([placing.taken(plane, *at, nearest=nearest) for plane in found])


def _around(rows: NDArray[np.float64], columns: NDArray[np.float64], source: DatasetReader) -> Window | None:
    """Return the part of an image that holds all of some pixels, None if it holds none of them."""
    if not np.isfinite(rows).any():
        return None
    edges = []
    for at, size in ((rows, source.height), (columns, source.width)):
        low, high = np.floor(np.nanmin(at)) - _MARGIN_PX, np.ceil(np.nanmax(at)) + _MARGIN_PX + 1
        edges.append(slice(int(np.clip(low, 0, size)), int(np.clip(high, 0, size))))
    down, right = edges
    return None if down.stop <= down.start or right.stop <= right.start else Window.from_slices(down, right)


def _metres(grid: Grid, window: Window) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    columns, rows = np.meshgrid(
        window.col_off + np.arange(window.width) + 0.5, window.row_off + np.arange(window.height) + 0.5
    )
    x: NDArray[np.float64] = grid.transform.a * columns + grid.transform.b * rows + grid.transform.c
    y: NDArray[np.float64] = grid.transform.d * columns + grid.transform.e * rows + grid.transform.f
    return x, y


def _heights(place: Placement, window: Window) -> NDArray[np.float64] | float:
    """Return the ground's height; where an image of heights knows none, its mean."""
    if not isinstance(place.height_m, Path):
        return place.height_m
    raster = Raster("height", str(place.height_m), nodata=None)
    height = values((raster,), Placement(place.grid, place.chunk_px), window)[0].astype(np.float64)
    known = height[np.isfinite(height)]
    return np.where(np.isfinite(height), height, known.mean() if known.size else 0.0)


def _physical(
    counts: NDArray[Any], source: DatasetReader, parts: tuple[Raster, ...], seen: NDArray[np.bool_] | None
) -> NDArray[np.float32]:
    """Return physical values, NaN where the file holds none; classes stay as they are."""
    found = counts.astype(np.float32)
    for at, raster in enumerate(parts):
        if raster.units == CLASSES:
            continue
        if (raster.scale, raster.offset) != (1.0, 0.0):
            found[at] = found[at] * np.float32(raster.scale) + np.float32(raster.offset)
        nodata = raster.nodata if raster.nodata is not None else source.nodata
        if nodata is not None and not np.isnan(nodata):
            found[at][counts[at] == nodata] = np.nan
        elif nodata is None:
            blank = ~counts.any(axis=0) if counts.dtype.kind == "u" else np.zeros(counts.shape[1:], bool)
            found[at][blank if seen is None else blank | ~seen] = np.nan
    return found


def _seen(source: DatasetReader, window: Window) -> NDArray[np.bool_] | None:
    """Return where a file without a nodata value says by transparency or a mask that it has pixels."""
    return source.dataset_mask(window=window) > 0 if source.nodata is None else None


def _unknown(raster: Raster) -> float:
    return (raster.nodata or 0.0) if raster.units == CLASSES else np.nan


def _source(bands: list[da.Array], product: Product, place: Placement) -> da.Array:
    """Return for each pixel 1 where all bands are known, MISSING or OUTSIDE where not."""
    grid, outline = place.grid, product.description.footprint
    known = da.ones((grid.rows, grid.columns), chunks=place.chunk_px, dtype=bool)
    for band in bands:
        known = known & da.isfinite(band)
    inside = None
    if outline is not None and not outline.is_empty and outline.area > 0:
        to_grid = Transformer.from_crs(STORAGE, grid.crs, always_xy=True)
        inside = _in_grid(outline, to_grid)

    def told(block: NDArray[np.bool_], block_info: dict[Any, Any] | None = None) -> NDArray[np.int16]:
        where = grid.part(*(block_info or {})[None]["array-location"]).transform
        within = np.ones(block.shape, bool)
        if inside is not None:
            within = features.rasterize([inside], out_shape=block.shape, transform=where, dtype=np.uint8) == 1
        return np.where(block, 1, np.where(within, MISSING, OUTSIDE)).astype(np.int16)

    return known.map_blocks(told, dtype=np.int16, meta=np.empty((0, 0), np.int16))


def _in_grid(outline: BaseGeometry, to_grid: Transformer) -> BaseGeometry:
    return shapely.transform(outline.segmentize(0.05), to_grid.transform, interleaved=False)


def _provenance(product: Product) -> dict[str, Any]:
    told = product.description
    row = {
        "number": 1,
        "scene_id": told.scene_id,
        "sensor": told.sensor,
        "platform": told.platform,
        "sensed_at": told.sensed_at.isoformat() if told.sensed_at else "",
        "files": sorted({Path(raster.address).name for raster in product.rasters}),
    }
    return {
        "long_name": "source",
        "flag_values": [MISSING, OUTSIDE],
        "flag_meanings": "missing outside",
        "scenes": json.dumps([row], ensure_ascii=False),
    }
