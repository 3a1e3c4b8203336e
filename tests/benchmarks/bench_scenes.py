"""Scenes: what a stack costs beside decoding it, what converting JPEG 2000 saves, and memory over a full tile.

Run as ``python tests/benchmarks/bench_scenes.py [edge in pixels]`` (by default 2,745, a quarter of a tile's edge;
10,980 is a full tile). Three parts, each in a process of its own so that peaks of memory are their own: decode to
stack, conversion, and a four-band pair through masks, registration and indices.
"""

import resource
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import rasterio
import tile_pair
from rasterio.windows import Window

EDGE_PX = 2745
BASE_PX = 915
BANDS = tile_pair.BANDS
CHUNK_PX = 512
SUN = (150.0, 28.0)


def timed(label, work):
    """Run, print seconds by the clock and of the processors, and return the latter and the result."""
    began, busy = time.perf_counter(), time.process_time()
    result = work()
    took, busy = time.perf_counter() - began, time.process_time() - busy
    print(f"{label}: {took:.2f} s, of processors {busy:.2f} s")
    return busy, result


def make_pair(folder, edge):
    """Write two dates 0.4 px apart: four bands and classes each."""
    images = tile_pair.write(folder, edge, base_px=BASE_PX, shifted=True)
    return list(zip(images, tile_pair.write_classes(folder, edge, base_px=BASE_PX), strict=True))


def product_of(image, classes, name):
    """Return a made scene as a product."""
    from datetime import UTC, datetime

    from satellite.products import CLASSES, Description, Product, Raster, Sun

    rasters = [Raster(band, str(image), at, 1e-4) for at, band in enumerate(BANDS, start=1)]
    rasters.append(Raster("scl", str(classes), units=CLASSES, quantity="scene_classes"))
    told = Description(name, "sentinel2-l2a", sensed_at=datetime(2024, 6, 18, tzinfo=UTC), sun=Sun(*SUN))
    return Product(told, tuple(rasters))


def stack(folder, edge):
    """Decode four bands of one date alone, and as a lazy stack in physical units with provenance."""
    from satellite import rasters

    (image, classes), _ = make_pair(folder, edge)

    def decode():
        with rasterio.open(image) as source:
            for top in range(0, edge, 1024):
                source.read(window=Window(0, top, edge, min(1024, edge - top)))

    def stacked():
        product = product_of(image, classes, "scene")
        grid = rasters.native_grid(product.rasters[0])
        scene = rasters.dataset(product, BANDS, rasters.Placement(grid))
        return scene.mean().compute(scheduler="threads", num_workers=2)

    decode()
    decoding, _ = timed("decode four bands", decode)
    stacking, _ = timed("stack: reflectance, NaN, provenance, a mean of each", stacked)
    print(f"decode to stack: {stacking / decoding:.1f} x decode")


def convert(folder, edge):
    """Read a band from JPEG 2000 and from its COG, and tell what the conversion costs."""
    from satellite import conversion, rasters
    from satellite.products import Description, Product, Raster

    plain, _ = tile_pair.write(folder, edge, base_px=BASE_PX)
    slow = folder / "B02.jp2"
    with rasterio.open(plain) as source:
        profile = {"driver": "JP2OpenJPEG", "count": 1, "height": edge, "width": edge, "dtype": "uint16"}
        placed = {"crs": source.crs, "transform": source.transform, "QUALITY": "100", "REVERSIBLE": "YES"}
        with rasterio.open(slow, "w", **profile, **placed) as sink:
            sink.write(source.read(1), 1)
    product = Product(Description("scene", "sentinel2-l2a"), (Raster("blue", str(slow)),))
    once, _ = timed("convert JP2 to COG, once", lambda: conversion.convert(product, folder / "cache"))
    fast = conversion.converted(product, folder / "cache").rasters[0].address

    def read(address):
        with rasters.opened(address) as source:
            return source.read(1)

    def windows(address):
        with rasters.opened(address) as source:
            return [source.read(1, window=Window(at, at, 256, 256)) for at in range(0, edge - 256, edge // 8)]

    from_slow, first = timed("read the JP2", lambda: read(slow.as_posix()))
    from_fast, second = timed("read the COG", lambda: read(fast))
    assert np.array_equal(first, second)
    few_slow, _ = timed("256-px windows of the JP2", lambda: windows(slow.as_posix()))
    few_fast, _ = timed("256-px windows of the COG", lambda: windows(fast))
    print(f"JP2 / COG: whole {from_slow / from_fast:.0f} x, windows {few_slow / few_fast:.0f} x")
    print(f"conversion pays from the {1 + int(once / max(from_slow - from_fast, 1e-9))}. reading on")


def full(folder, edge):
    """Take a pair through masks, registration and indices."""
    from satellite import alignment, cogs, files, indices, masks, rasters

    # Made by a process of its own: what the making holds is not what the work holds.
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as maker:
        pair = maker.submit(make_pair, folder, edge).result()
    clears = []

    def mask():
        for at, (image, classes) in enumerate(pair):
            product = product_of(image, classes, f"scene{at}")
            grid = rasters.native_grid(product.rasters[0])
            scene = rasters.dataset(product, (*BANDS, "scl"), rasters.Placement(grid, CHUNK_PX))
            scene = scene.assign_attrs(sun_azimuth=SUN[0], sun_zenith=SUN[1])
            codes = masks.classified(scene)
            clear = folder / f"clear{at}.tif"
            counts = cogs.write_codes(codes, folder / f"reasons{at}.tif", clear, snow=False, tags={})
            clears.append(clear)
            print(f"  {dict(zip(masks.REASONS, counts.tolist(), strict=True))}")

    masking, _ = timed("masks of both dates, written", mask)
    print(f"  peak {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20:.2f} GB")
    sums = []

    def rest():
        with files.open_pair(files.PairFiles(pair[0][0], pair[1][0], tuple(clears))) as opened:
            together, aligned = alignment.align(opened)
            print(f"  shift {aligned.found.length_px:.2f} px, residual {aligned.residual.length_px:.2f} px")
            for top in range(0, together.grid.rows, files.STRIP_ROWS):
                for date in together.read(slice(top, min(top + files.STRIP_ROWS, together.grid.rows))):
                    bands = dict(zip(together.names, date, strict=True))
                    sums.append([float(np.nansum(indices.INDICES[name][0](bands))) for name in ("ndvi", "ndwi")])

    others, _ = timed("registration and two indices of both dates", rest)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f"pair of {edge} x {edge} px, four bands: {masking + others:.1f} s of processors, peak {peak:.2f} GB")


if __name__ == "__main__":
    if len(sys.argv) == 3:
        with tempfile.TemporaryDirectory() as place:
            {"stack": stack, "convert": convert, "full": full}[sys.argv[1]](Path(place), int(sys.argv[2]))
    else:
        size = sys.argv[1] if len(sys.argv) > 1 else str(EDGE_PX)
        for part in ("stack", "convert", "full"):
            print(f"-- {part}")
            subprocess.run([sys.executable, __file__, part, size], check=True)
