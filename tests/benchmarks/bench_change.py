"""Change on a full tile, 10,980 x 10,980 pixels in four bands, beside only decoding both images.

``python tests/benchmarks/bench_change.py [DIR]``: DIR keeps the pair (made from a seed at first) between runs. Each
side runs in a process of its own, after compiled loops are warm; ratios are those of one run on one machine. Wanted:
score at most 2.0 times decode (goal 1.3), GeoPackage at most 3.5 times, at most 1 GB.
"""

import multiprocessing
import sys
import tempfile
import time
from pathlib import Path

import rasterio
import tile_pair
from rasterio.windows import Window

from cross_check import chain
from satellite import alignment, canvases, cluster, detection, files
from satellite.files import PairFiles

WANTED = {"score": 2.0, "patches": 3.5}
WANTED_GB = 1.0


def decode(before, after, _):
    """Read both images block row by block row."""
    for path in (before, after):
        with rasterio.open(path) as source:
            for top in range(0, source.height, 512):
                source.read(window=Window(0, top, source.width, min(512, source.height - top)))


def score(before, after, out):
    """Register, learn and write the score of every pixel."""
    with files.open_pair(PairFiles(before, after)) as came, canvases.raw(out, came.grid) as canvas:
        pair, _ = alignment.align(came)
        params = detection.Params()
        scorer, noise, _ = detection.learn(pair, params)
        for _ in detection.swept(pair, scorer, noise, params, canvas).strips():
            pass


def patches(before, after, out):
    """Go the whole way to the ranked GeoPackage."""
    chain.detect(PairFiles(before, after), out / "detect")


def measured(work, *arguments):
    """Return wall seconds, processor seconds and peak gigabytes of a piece of work in a process of its own."""
    context = multiprocessing.get_context("spawn")
    queue = context.Queue()
    process = context.Process(target=_measure, args=(work, arguments, queue))
    process.start()
    found = queue.get()
    process.join()
    return found


def _measure(work, arguments, queue):
    began, busy = time.perf_counter(), time.process_time()
    work(*arguments)
    queue.put((time.perf_counter() - began, time.process_time() - busy, cluster.memory_mb() / 1e3))


def main(folder):
    """Print seconds, ratios and memory."""
    before, after = folder / "before.tif", folder / "after.tif"
    if not (before.is_file() and after.is_file()):
        tile_pair.write(folder)
    with tempfile.TemporaryDirectory(dir=folder) as made:
        small = tile_pair.write(made, 1100)
        patches(*small, Path(made))  # loops are compiled before the clock runs
        rows = {"decode": measured(decode, before, after, None)}
        for name, work in (("score", score), ("patches", patches)):
            out = Path(made) / name
            out.mkdir()
            rows[name] = measured(work, before, after, out)
        again = measured(decode, before, after, None)
        rows["decode"] = tuple(min(pair) for pair in zip(rows["decode"], again, strict=True))
    wall, busy, _ = rows["decode"]
    for name, (seconds, processor, peak) in rows.items():
        wanted = f"(wanted {WANTED[name]:.1f}, memory {WANTED_GB:.0f} GB)" if name in WANTED else ""
        ratios = f"x {seconds / wall:.2f} wall, x {processor / busy:.2f} processor {wanted}"
        print(f"{name:8} {seconds:6.1f} s, processor {processor:6.1f} s, {peak:.2f} GB, {ratios}")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        main(Path(sys.argv[1]))
    else:
        with tempfile.TemporaryDirectory() as folder:
            main(Path(folder))
