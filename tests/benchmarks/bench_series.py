"""One new date of a full Sentinel-2 tile into the state of a series, beside only decoding and rewriting.

Run as ``python tests/benchmarks/bench_series.py [edge in pixels]``. The baseline is learned on one block of synthetic
pixels and laid over the whole tile; each chunk on disk is packed by itself, so cost is that of distinct pixels. The
image has the four bands that the index and the snow test want, and a clear mask. The other side decodes image and
mask, reads baseline and state and writes the state as it was: what no update can do without.
"""

import resource
import shutil
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import rasterio
from affine import Affine
from pyproj import CRS

from satellite import looks, series, states
from satellite.patches import Grid

EDGE_PX = 10_980
BLOCK = states.TILE_PX


def scene(rng, day):
    """Return green, red, near and short-wave infrared of one block, and where a tenth of it is cloud."""
    season = 0.5 + 0.3 * np.sin(2 * np.pi * (day.timetuple().tm_yday - 100) / 365)
    cover = np.repeat(np.repeat(rng.random((64, 64)), 8, axis=0), 8, axis=1) * 0.2
    ndvi = np.clip(season - cover + 0.03 * rng.normal(size=(BLOCK, BLOCK)), -0.9, 0.95)
    bands = np.stack([1600 * (1 - ndvi), 2000 * (1 - ndvi), 2000 * (1 + ndvi), 2500 * (1 - 0.5 * ndvi)])
    clear = np.repeat(np.repeat(rng.random((64, 64)) > 0.1, 8, axis=0), 8, axis=1)
    return (bands + 20 * rng.normal(size=bands.shape)).astype(np.uint16), clear.astype(np.uint8)


def write_image(path, edge, block, names):
    """Write the block again and again as a tiled image."""
    profile = {"driver": "GTiff", "count": len(block), "height": edge, "width": edge, "dtype": block.dtype}
    profile |= {"nodata": 0} if len(names) > 1 else {}
    profile |= {"crs": "EPSG:32652", "transform": Affine(10, 0, 400_000, 0, -10, 5_200_000), "compress": "deflate"}
    profile |= {"predictor": 2, "tiled": True, "blockxsize": BLOCK, "blockysize": BLOCK}
    with rasterio.open(path, "w", num_threads="all_cpus", **profile) as sink:
        for rows, columns in states.tiles(grid_of(edge)):
            window = rasterio.windows.Window.from_slices(rows, columns)
            sink.write(block[:, : rows.stop - rows.start, : columns.stop - columns.start], window=window)
        for at, name in enumerate(names, start=1):
            sink.set_band_description(at, name)


def grid_of(edge):
    """Return the grid of the tile."""
    return Grid(CRS.from_epsg(32652), Affine(10, 0, 400_000, 0, -10, 5_200_000), edge, edge)


def lay_baseline(folder, edge, rng):
    """Fit one block's history and write it as that of the whole tile."""
    days = [date(2020, 4, 10) + timedelta(each) for each in range(0, 190, 12)]
    bands = np.stack([scene(rng, day)[0] for day in days]).astype(np.float32)
    ndvi = (bands[:, 2] - bands[:, 1]) / (bands[:, 2] + bands[:, 1])
    params = series.Params()
    began = time.perf_counter()
    known = series.fit(ndvi, days, params)
    took = time.perf_counter() - began
    grid = grid_of(edge)
    folder.mkdir()
    group = states._made(folder / "baseline-1", grid, states._BASELINE)
    for rows, columns in states.tiles(grid):
        part = (..., slice(0, rows.stop - rows.start), slice(0, columns.stop - columns.start))
        states._put(group, (rows, columns), {name: value[part] for name, value in vars(known).items()})
    states._made(folder / "watch-1", grid, states._WATCH)
    history = [{"name": "made up", "sha256": "", "seen_on": day.isoformat()} for day in days]
    typical = series.typical_spread(known.spread, params)
    states._commit(states.Record("ndvi", grid, params, typical, history, [], "baseline-1", "watch-1"), folder)
    return took / len(days) / BLOCK**2


def decode(paths, edge):
    """Read all pixels block by block and return the seconds."""
    began = time.perf_counter()
    for path in paths:
        with rasterio.open(path) as source:
            for rows, columns in states.tiles(grid_of(edge)):
                source.read(window=rasterio.windows.Window.from_slices(rows, columns))
    return time.perf_counter() - began


def rewrite(folder):
    """Read baseline and state and write the state as it was, on one core; return the seconds."""
    record = states.read(folder)
    began = time.perf_counter()
    known, old = states._opened(folder / record.baseline), states._opened(folder / record.watch)
    new = states._made(folder / "rewritten", record.grid, states._WATCH)
    for tile in states.tiles(record.grid):
        states._got(known, tile)
        states._put(new, tile, states._got(old, tile))
    took = time.perf_counter() - began
    shutil.rmtree(folder / "rewritten")
    return took


def main(edge):
    """Print seconds, the ratio to decoding and the peak of memory."""
    rng = np.random.default_rng(20_210_406)
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        series.advance(  # compile before the clock runs
            series.begin((4, 4)),
            series.fit(np.ones((9, 4, 4), np.float32), [date(2020, 6, 1)] * 9, series.Params()),
            np.ones((4, 4), np.float32),
            date(2021, 6, 1),
            typical=0.03,
            params=series.Params(),
        )
        fit_s = lay_baseline(place / "series", edge, rng)
        print(f"fit: {1e6 * fit_s:.2f} us a look and pixel on one core")
        for at in range(3):
            day = date(2021, 6, 1) + timedelta(10 * at)
            image, mask = place / f"s2_{day:%Y%m%d}.tif", place / f"clear_{day:%Y%m%d}.tif"
            bands, clear = scene(rng, day)
            write_image(image, edge, bands, ("green", "red", "nir", "swir16"))
            write_image(mask, edge, clear[None], ("clear",))
            decoded = decode((image, mask), edge)
            rewritten = rewrite(place / "series")
            began, busy = time.perf_counter(), time.process_time()
            states.update(looks.look(image, mask), place / "series")
            took, busy = time.perf_counter() - began, time.process_time() - busy
            sides = f"decode {decoded:.1f} s, read and rewrite the state {rewritten:.1f} s"
            ratio = took / (decoded + rewritten)
            print(
                f"date {at + 1}: update {took:.1f} s ({busy:.1f} s of processors), {sides}, ratio {ratio:.2f}",
                flush=True,
            )
        size = sum(file.stat().st_size for file in (place / "series").rglob("*") if file.is_file())
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(f"{edge} x {edge} pixels; state on disk {size / 1e9:.2f} GB; peak memory {peak:.2f} GB")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else EDGE_PX)
