"""Registration of a full Sentinel-2 pair of four bands, beside only decoding it.

Run as ``python tests/benchmarks/bench_registration.py [edge in pixels]``. The second image is shifted by a fraction
of a pixel within a repeated block of ground, or by 30 pixels; only sampled windows are read.
"""

import resource
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import rasterio
from affine import Affine
from scipy import ndimage

from satellite import alignment, files
from satellite.files import PairFiles

EDGE_PX = 10_980
BLOCK = 1_098


def ground(rng):
    """Return one block of ground that continues into itself on all sides."""
    fine = ndimage.gaussian_filter(rng.normal(size=(BLOCK, BLOCK)), 1.0, mode="wrap")
    coarse = ndimage.gaussian_filter(rng.normal(size=(BLOCK, BLOCK)), 15, mode="wrap")
    return 1500 + 300 * fine / fine.std() + 400 * coarse / coarse.std()


def write(path, edge, block, rng):
    """Write the block again and again as four bands with noise."""
    profile = {"driver": "GTiff", "count": 4, "height": edge, "width": edge, "dtype": "uint16", "nodata": 0}
    profile |= {"crs": "EPSG:32652", "transform": Affine(10, 0, 400_000, 0, -10, 5_200_000), "compress": "zstd"}
    profile |= {"predictor": 2, "tiled": True, "blockxsize": 512, "blockysize": 512, "interleave": "band"}
    noisy = [(block + rng.normal(0, 30, block.shape)).clip(1).astype(np.uint16) for _ in range(4)]
    with rasterio.open(path, "w", num_threads="all_cpus", **profile) as sink:
        for at, data in enumerate(noisy, start=1):
            repeats = -(-edge // BLOCK)
            for row in range(repeats):
                high = min(BLOCK, edge - row * BLOCK)
                strip = np.tile(data[:high], (1, repeats))[:, :edge]
                sink.write(strip, at, window=rasterio.windows.Window(0, row * BLOCK, edge, high))
            sink.set_band_description(at, ("blue", "green", "red", "nir")[at - 1])
    return path


def decode(paths):
    """Read all pixels in strips and return the seconds."""
    began = time.perf_counter()
    for path in paths:
        with rasterio.open(path) as source:
            for top in range(0, source.height, 512):
                high = min(512, source.height - top)
                source.read(window=rasterio.windows.Window(0, top, source.width, high))
    return time.perf_counter() - began


def main(edge):
    """Print seconds, the ratio to decoding, what was found, and the peak of memory."""
    rng = np.random.default_rng(20_210_406)
    block = ground(rng)
    with tempfile.TemporaryDirectory() as folder:
        first = write(Path(folder) / "a.tif", edge, block, rng)
        for shift in ((0.0, 0.0), (0.4, -0.3), (30.0, 0.0)):
            moved = ndimage.shift(block, (shift[1], shift[0]), order=3, mode="grid-wrap")
            second = write(Path(folder) / "b.tif", edge, moved, rng)
            before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
            began, busy = time.perf_counter(), time.process_time()
            with files.open_pair(PairFiles(first, second)) as pair:
                _, aligned = alignment.align(pair)
            took, busy = time.perf_counter() - began, time.process_time() - busy
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
            decoded = decode((first, second))
            found = (round(aligned.found.east_px, 2), round(aligned.found.south_px, 2))
            print(
                f"shift {shift}: found {found}, {aligned.applied}, {aligned.residual.length_px:.3f} px left; "
                f"{took:.1f} s ({busy:.1f} s of processors), decode {decoded:.1f} s, ratio {took / decoded:.2f}; "
                f"peak memory {before:.2f} -> {peak:.2f} GB",
                flush=True,
            )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else EDGE_PX)
