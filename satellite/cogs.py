"""Rim: lazy scenes and masks written to disk block by block, as Cloud Optimized GeoTIFFs.

A scene is never held whole: blocks are computed, turned into counts, written and forgotten.
"""

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import dask
import dask.array as da
import numpy as np
import rasterio
import xarray as xr
from affine import Affine
from numpy.typing import NDArray
from rasterio.io import DatasetWriter
from rasterio.shutil import copy
from rasterio.windows import Window

from gis import memory
from gis.files import written_aside
from satellite import masks
from satellite.masks import CLEAR, NOWHERE, SNOW
from satellite.products import REFLECTANCE

SCALE, OFFSET = 1e-4, -0.1
"""Reflectance = count x SCALE + OFFSET, so that values somewhat below 0 are kept; count 0 is no data."""

_PLAIN = {"driver": "GTiff", "tiled": True, "blockxsize": 512, "blockysize": 512, "compress": "zstd", "zstd_level": 1}
_COG = {"COMPRESS": "DEFLATE", "PREDICTOR": "YES", "BLOCKSIZE": "512", "NUM_THREADS": "ALL_CPUS", "BIGTIFF": "IF_SAFER"}


class _Planes:
    """An open file as dask sees a target: a block of one of its bands is set by slices."""

    def __init__(self, sink: DatasetWriter, at: int) -> None:
        self._sink, self._at = sink, at

    def __setitem__(self, where: tuple[slice, slice], block: NDArray[Any]) -> None:
        self._sink.write(block, self._at, window=Window.from_slices(*where))


def write_scene(scene: xr.Dataset, path: Path, *, tags: Mapping[str, str] | None = None) -> None:
    """Write the bands of a scene as one image.

    Parameters
    ----------
    scene : Dataset, dims (y, x)
        Bands as from ``scenes.load``; classes and ``source`` are left aside. If all are reflectance they become uint16
        with ``SCALE`` and ``OFFSET``, from -0.0999 to 6.4535, else float32 with NaN as no data.
    path : Path
        Ending in ``.tif``.
    tags : mapping of str to str
        Further facts to keep in the file; the scene's own attributes are kept in any case.
    """
    bands = {str(name): band for name, band in scene.data_vars.items() if band.dtype.kind == "f"}
    counted = all(band.attrs.get("units") == REFLECTANCE for band in bands.values())
    turned = {name: _counts(band) if counted else da.asarray(band.data) for name, band in bands.items()}
    profile = {"dtype": "uint16", "nodata": 0} if counted else {"dtype": "float32", "nodata": np.nan}
    said = {key: str(value) for key, value in scene.attrs.items() if value != ""} | dict(tags or {})

    def finish(sink: DatasetWriter) -> None:
        if counted:
            sink.scales, sink.offsets = [SCALE] * sink.count, [OFFSET] * sink.count
        sink.update_tags(**said)

    _write(scene, [(path, turned, profile, finish)])


def write_codes(
    codes: xr.DataArray, reasons: Path, clear: Path, *, snow: bool, tags: Mapping[str, str]
) -> NDArray[np.int64]:
    """Write reasons and the mask of usable pixels (1, 0; 255 outside) and return how many pixels have each code.

    Parameters
    ----------
    codes : DataArray, dims (y, x)
        From ``masks.classified``.
    reasons, clear : Path
        Ending in ``.tif``.
    snow : bool
        Whether pixels under snow are usable.
    tags : mapping of str to str
    """
    block = da.asarray(codes.data)
    counts = masks.counts(block)
    usable = da.where(block == NOWHERE, np.uint8(255), ((block == CLEAR) | (snow & (block == SNOW))).astype(np.uint8))

    def finish(sink: DatasetWriter) -> None:
        sink.update_tags(**tags)

    profile = {"dtype": "uint8"}
    files: list[Sheet] = [
        (reasons, {"reason": block}, profile | {"nodata": NOWHERE}, finish),
        (clear, {"clear": usable}, profile | {"nodata": 255}, finish),
    ]
    return np.asarray(_write(codes, files, counts))


Sheet = tuple[Path, dict[str, da.Array], dict[str, Any], Callable[[DatasetWriter], None]]
"""A file to write: path, bands, what is special of its profile, and what to do before it is closed."""


def _write(
    like: xr.Dataset | xr.DataArray, sheets: list[Sheet], besides: da.Array | None = None
) -> NDArray[Any] | None:
    """Write files in one pass over the blocks, and compute something besides in the same pass."""
    grid = {"height": like.sizes["y"], "width": like.sizes["x"], "crs": like.rio.crs, "transform": _transform(like)}
    with ExitStack() as stack:
        asides, stored, opened = [], [], []
        for path, bands, profile, _ in sheets:
            aside = stack.enter_context(written_aside(path))
            plain = aside.with_suffix(".plain.tif")
            sink = rasterio.open(plain, "w", count=len(bands), **_PLAIN, **grid, **profile)
            opened.append(stack.enter_context(sink))
            for at, (name, band) in enumerate(bands.items(), start=1):
                sink.set_band_description(at, name)
                stored.append((band, _Planes(sink, at)))
            asides.append((plain, aside))
        found = _computed(stored, besides)
        memory.release()
        for (_, _, profile, finish), sink, (plain, aside) in zip(sheets, opened, asides, strict=True):
            finish(sink)
            sink.close()
            kind = "NEAREST" if profile["dtype"] == "uint8" else "AVERAGE"
            copy(plain, aside, driver="COG", OVERVIEW_RESAMPLING=kind, **_COG)
            plain.unlink()
    return found


def _computed(stored: list[tuple[da.Array, _Planes]], besides: da.Array | None) -> NDArray[Any] | None:
    writing = da.store([band for band, _ in stored], [plane for _, plane in stored], lock=True, compute=False)
    if besides is None:
        dask.compute(writing)
        return None
    return np.asarray(dask.compute(writing, besides)[1])


def _counts(band: xr.DataArray) -> da.Array:
    data = da.asarray(band.data)
    counts = da.clip(da.rint((data - OFFSET) / SCALE), 1, 65_535)
    return da.where(da.isnan(data), 0, counts).astype(np.uint16)


def _transform(like: xr.Dataset | xr.DataArray) -> Affine:
    """Return the transform as it was given; computed from rounded coordinates it would be off in the last digits."""
    return Affine.from_gdal(*(float(part) for part in like["spatial_ref"].attrs["GeoTransform"].split()))
