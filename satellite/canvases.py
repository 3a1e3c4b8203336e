"""Rim: rasters of a detection, written strip by strip while it runs and made Cloud Optimized in the end."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio.io import DatasetWriter
from rasterio.shutil import copy as copy_raster
from rasterio.windows import Window

from satellite.patches import UNSEEN, Grid

BLOCK_PX = 512
_STEP = 64.0
"""Strengths are kept to 1/64: what a float holds beyond that is noise that packs badly."""


@dataclass(frozen=True)
class Canvas:
    """Open files that take the strips of a detection, see ``sweeps.Canvas``."""

    score: DatasetWriter
    change: DatasetWriter

    def put(self, top: int, strength: NDArray[np.float32], change: NDArray[np.uint8]) -> None:
        """Take whole rows from ``top`` on."""
        window = Window(0, top, strength.shape[1], strength.shape[0])
        self.score.write(np.rint(strength * np.float32(_STEP)) / np.float32(_STEP), 1, window=window)
        self.change.write(change, 1, window=window)


@contextmanager
def opened(folder: Path, grid: Grid, tags: Mapping[str, str]) -> Iterator[Canvas]:
    """Open score.tif and change.tif of a folder for writing; Cloud Optimized once the block has ended.

    Parameters
    ----------
    folder : Path
    grid : Grid
    tags : mapping
        Written into both.
    """
    with raw(folder, grid) as canvas:
        for sink, content in ((canvas.score, "change strength"), (canvas.change, "1 changed, 0 not")):
            sink.update_tags(CONTENT=content, **tags)
        yield canvas
    for name, resampling in (("score", "average"), ("change", "nearest")):
        made = folder / f"{name}.raw.tif"
        options = {"compress": "zstd", "level": 1, "predictor": "yes", "num_threads": "all_cpus"}
        options |= {"overview_resampling": resampling, "blocksize": BLOCK_PX, "bigtiff": "if_safer"}
        copy_raster(made, folder / f"{name}.tif", driver="COG", **options)
        made.unlink()


@contextmanager
def raw(folder: Path, grid: Grid) -> Iterator[Canvas]:
    """Open score.raw.tif and change.raw.tif of a folder for writing, quick to write and large."""
    profile = {"driver": "GTiff", "count": 1, "crs": grid.crs, "transform": grid.transform, "tiled": True}
    profile |= {"height": grid.rows, "width": grid.columns, "blockxsize": BLOCK_PX, "blockysize": BLOCK_PX}
    profile |= {"bigtiff": "if_safer", "sparse_ok": True}
    with ExitStack() as stack:
        score = stack.enter_context(
            rasterio.open(folder / "score.raw.tif", "w", dtype="float32", nodata=np.nan, **profile)
        )
        change = stack.enter_context(
            rasterio.open(folder / "change.raw.tif", "w", dtype="uint8", nodata=UNSEEN, **profile)
        )
        yield Canvas(score, change)
