"""Composites and an index of many dates by Dask: seconds, and memory that does not grow with the scene.

Run as ``python tests/benchmarks/bench_composites.py [edge in pixels] [dates]``. Blocks of four bands are made up when
they are asked for, as if read; the sums of the results are all that is kept.
"""

import resource
import sys
import time
from datetime import date, timedelta

import dask
import dask.array as da
import numpy as np
import xarray as xr

from satellite import composites, indices

NAMES = ("blue", "green", "red", "nir")
CHUNK = 512


def cube(edge, dates):
    """Return scenes and clear masks, nothing of them made yet."""
    days = [date(2022, 6, 1) + timedelta(days=at * 365 // 4) for at in range(dates)]
    shape, chunks = (dates, edge, edge), (1, CHUNK, CHUNK)
    random = da.random.default_rng(1)
    bands = {name: (("time", "y", "x"), random.random(shape, chunks=chunks, dtype=np.float32)) for name in NAMES}
    coords = {"time": np.array(days, "datetime64[ns]"), "y": np.arange(edge), "x": np.arange(edge)}
    clear = xr.DataArray(random.random(shape, chunks=chunks, dtype=np.float32) > 0.3, dims=("time", "y", "x"))
    return xr.Dataset(bands, coords=coords), clear


def summed(scene):
    """Return the sum of every variable, computed in one pass."""
    return dask.compute(*(da.nansum(band.data) for band in scene.data_vars.values()))


def main(edge, dates):
    """Print seconds and the peak of memory of each verb, for a quarter of the scene and for the whole."""
    verbs = {
        "made up alone": lambda scenes, clear: scenes.assign(clear=clear),
        "best pixel": lambda scenes, clear: composites.best_pixel(scenes, clear, on=date(2024, 6, 1)),
        "median": composites.median,
        "same season": lambda scenes, clear: composites.same_season(scenes, clear, on=date(2025, 6, 1)),
        "ndvi": lambda scenes, _: indices.compute(scenes, "ndvi").to_dataset(),
    }
    for name, verb in verbs.items():
        for size in (edge // 2, edge):
            scenes, clear = cube(size, dates)
            began = time.perf_counter()
            with dask.config.set(scheduler="threads", num_workers=2):
                summed(verb(scenes, clear))
            took = time.perf_counter() - began
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
            print(
                f"{name}: {size} x {size} x {dates} dates x 4 bands in {took:.1f} s; peak so far {peak:.2f} GB",
                flush=True,
            )


if __name__ == "__main__":
    main(
        int(sys.argv[1]) if len(sys.argv) > 1 else 5490,
        int(sys.argv[2]) if len(sys.argv) > 2 else 12,
    )
