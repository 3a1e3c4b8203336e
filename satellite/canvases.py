"""Rim: rasters of a detection, written strip by strip while it runs and made Cloud Optimized in the end.

All of it happens in a thread of its own: beside the pass over the images, and in the end beside the outlining.
"""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio.io import DatasetWriter
from rasterio.shutil import copy as copy_raster
from rasterio.windows import Window

from satellite.patches import UNSEEN, Grid

BLOCK_PX = 512
_STEP = np.float32(64)
"""Strengths are kept to 1/64: what a float holds beyond that is noise that packs badly."""


class Canvas:
    """Open files that take the strips of a detection, see ``sweeps.Canvas``.

    Parameters
    ----------
    score, change : DatasetWriter
    pool : ThreadPoolExecutor
        Of one thread: GDAL wants files to be opened, written and closed in the same one.
    """

    def __init__(self, score: DatasetWriter, change: DatasetWriter, pool: ThreadPoolExecutor) -> None:
        self.score, self.change = score, change
        self.last: Callable[[], None] | None = None
        """What is done in the thread when the last row is written."""
        self._rows, self._pool = score.height, pool
        self._busy: Future[None] = pool.submit(lambda: None)

    def put(self, top: int, strength: NDArray[np.float32], change: NDArray[np.uint8]) -> None:
        """Take whole rows from ``top`` on, strip after strip; waits until the rows before are written."""
        self.wait()
        self._busy = self._pool.submit(self._write, top, strength, change)
        if top + len(strength) == self._rows and self.last is not None:
            self.wait()
            self._busy = self._pool.submit(self.last)

    def wait(self) -> None:
        """Wait until all that was begun is done."""
        self._busy.result()

    def tell(self, tags: Mapping[str, str]) -> None:
        """Write tags into both files."""
        for sink, content in ((self.score, "change strength"), (self.change, "1 changed, 0 not")):
            self._pool.submit(sink.update_tags, CONTENT=content, **tags).result()

    def close(self) -> None:
        """Close the files."""
        for sink in (self.score, self.change):
            self._pool.submit(sink.close).result()

    def _write(self, top: int, strength: NDArray[np.float32], change: NDArray[np.uint8]) -> None:
        window = Window(0, top, strength.shape[1], strength.shape[0])
        rounded = strength * _STEP
        np.rint(rounded, out=rounded)
        rounded /= _STEP
        self.score.write(rounded, 1, window=window)
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
        canvas.tell(tags)
        canvas.last = lambda: _pack(canvas, folder)
        yield canvas


@contextmanager
def raw(folder: Path, grid: Grid) -> Iterator[Canvas]:
    """Open score.raw.tif and change.raw.tif of a folder for writing, quick to write and large."""
    with ThreadPoolExecutor(1) as pool:
        canvas = Canvas(*pool.submit(_begun, folder, grid).result(), pool)
        try:
            yield canvas
            canvas.wait()
        finally:
            canvas.close()


def _begun(folder: Path, grid: Grid) -> tuple[DatasetWriter, DatasetWriter]:
    profile = {"driver": "GTiff", "count": 1, "crs": grid.crs, "transform": grid.transform, "tiled": True}
    profile |= {"height": grid.rows, "width": grid.columns, "blockxsize": BLOCK_PX, "blockysize": BLOCK_PX}
    profile |= {"bigtiff": "if_safer", "sparse_ok": True}
    score = rasterio.open(folder / "score.raw.tif", "w", dtype="float32", nodata=np.nan, **profile)
    return score, rasterio.open(folder / "change.raw.tif", "w", dtype="uint8", nodata=UNSEEN, **profile)


def _pack(canvas: Canvas, folder: Path) -> None:
    """Copy both rasters into Cloud Optimized ones."""
    for sink, name, resampling in ((canvas.score, "score", "average"), (canvas.change, "change", "nearest")):
        sink.close()
        made = folder / f"{name}.raw.tif"
        options = {"compress": "zstd", "level": 1, "predictor": "yes", "num_threads": "all_cpus"}
        options |= {"overview_resampling": resampling, "blocksize": BLOCK_PX, "bigtiff": "if_safer"}
        copy_raster(made, folder / f"{name}.tif", driver="COG", **options)
        made.unlink()
