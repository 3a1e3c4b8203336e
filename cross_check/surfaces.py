"""Rim: hotspots on a grid too fine for a table, as an image of three bands: z, adjusted p and colour."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date
from pathlib import Path

import dask.array as da
import numpy as np
import pandas as pd
import rasterio
from numpy.typing import NDArray

from cross_check import clusters
from cross_check.areas import regions_of
from cross_check.clusters import Source
from cross_check.files import Project
from cross_check.steps import Step
from gis import blocks, files, grids, lattices
from gis.crs import EQUAL_AREA
from gis.errors import WorkbenchError
from gis.hotspots import Params
from gis.lattices import Frame
from gis.progress import Progress, silent

BANDS = ("z", "p_adjusted", "bin")
CHUNK = 1024
DEALS = 99
"""As many as a colour of 99 % needs: each goes through all blocks."""

_TILE = 512


def draw(
    project: Project,
    source: Source,
    path: Path,
    *,
    between: tuple[date, date] | None = None,
    params: Params | None = None,
    chunk: int = CHUNK,
    progress: Progress = silent,
) -> Step:
    """Find hot cells among one kind of signals and write them as a GeoTIFF, with the recipe beside it.

    Memory holds a byte a cell and a few blocks at a time.

    Parameters
    ----------
    project : Project
    source : Source
    path : Path
        Ends in ``.tif``.
    between : (date, date), optional
        First and last day; all days by default.
    params : Params, optional
        Each deal of the whole map's p goes through all blocks; by default there are ``DEALS``.
    chunk : int
        Cells to a side of a block.
    progress : Progress, optional

    Raises
    ------
    WorkbenchError
        ``chain.no_signals``, ``files.missing``, ``hotspots.too_large``, and ``surfaces.no_image`` if the path does not
        end in ``.tif`` or local Moran's I is asked for.
    """
    params = params or Params(deals=DEALS)
    if path.suffix.lower() not in {".tif", ".tiff"} or params.statistic != "gi":
        raise WorkbenchError("surfaces.no_image", "An image of hotspots ends in .tif and shows Gi*")
    points = clusters.events(project, source)
    if between is not None:
        points = grids.between(points, pd.Timestamp(between[0]), pd.Timestamp(between[1]))
    if points.empty:
        raise WorkbenchError("chain.no_signals", "There is no signal of this kind and time to count")
    areas = regions_of(project)
    frame = lattices.over(areas, size_m=source.cell_m)
    inside = lattices.inside(areas, frame, chunk=chunk).persist()
    cells = int(inside.sum().compute())
    if not cells:
        raise WorkbenchError("hotspots.too_large", "The cells are too large: none has its middle in the area")
    found = blocks.judge(lattices.counts(points, frame, chunk=chunk), inside, params, progress=progress)
    with _image(path, frame) as sinks:
        layers = [getattr(found, name).astype(np.float32) for name in BANDS]
        da.store(layers, sinks, lock=True)
        hot = sum(sink.marked for sink in sinks[2:])
    figures: dict[str, object] = {"events": len(points), "cells": cells, "hot": hot, "p_map": found.p_map}
    recipe = path.with_suffix(".json")
    asked = clusters.asked(source) | {"between": between and [day.isoformat() for day in between]}
    told = {name: None if value != value else value for name, value in figures.items()}  # noqa: PLR0124 - NaN alone
    files.write_json(asked | asdict(params) | told, recipe)
    return Step("surfaces.done", figures, (path, recipe))


class _Band:
    """One band of an open image, as ``dask.array.store`` fills it."""

    def __init__(self, sink: rasterio.io.DatasetWriter, number: int) -> None:
        self.sink, self.number, self.marked = sink, number, 0

    def __setitem__(self, place: tuple[slice, slice], values: NDArray[np.float32]) -> None:
        """Write a block."""
        self.sink.write(values, self.number, window=rasterio.windows.Window.from_slices(*place))
        self.marked += int((values > 0).sum())


@contextmanager
def _image(path: Path, frame: Frame) -> Iterator[list[_Band]]:
    profile = {"driver": "GTiff", "dtype": "float32", "count": len(BANDS), "nodata": float("nan"), "tiled": True}
    profile |= {"height": frame.rows, "width": frame.columns, "crs": EQUAL_AREA, "transform": frame.transform}
    profile |= {"compress": "deflate", "predictor": 3, "blockxsize": _TILE, "blockysize": _TILE, "bigtiff": "if_safer"}
    with files.written_aside(path) as aside, rasterio.open(aside, "w", num_threads="all_cpus", **profile) as sink:
        for number, name in enumerate(BANDS, start=1):
            sink.set_band_description(number, name)
        yield [_Band(sink, number) for number in range(1, len(BANDS) + 1)]
