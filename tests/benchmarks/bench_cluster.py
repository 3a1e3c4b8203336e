"""Cost of a tile from 4 to 64 tiles, on threads and on a real Dask cluster of two worker processes.

Run as ``python tests/benchmarks/bench_cluster.py [pixels a tile's side]``.
"""

import sys
import tempfile
import time
from pathlib import Path

from cross_check import province
from cross_check.province import Order, Pair
from tests.satellite import provinces

TILE_PX = 384


def main(tile):
    """Print seconds a tile, wall and processors, and the ratio of 64 tiles to 4."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        pairs = {}
        for side in (2, 4, 8):
            before, after, _ = provinces.write(place / str(side), side * tile, tile)
            pairs[side] = Pair(before, after, tile_px=tile)
        province.detect(pairs[2], place / "warm", order=Order(workers=2))
        with provinces.cluster(place) as (address, _):
            province.detect(pairs[2], place / "warm-cluster", order=Order(scheduler=address))
            for name, order in (("one thread", Order(workers=1)), ("two workers", Order(scheduler=address))):
                costs = {}
                for side, pair in pairs.items():
                    began = time.perf_counter()
                    step = province.detect(pair, place / f"{name}-{side}", order=order)
                    costs[side] = (time.perf_counter() - began) / side**2
                    told = f"{costs[side]:.2f} s a tile with everything, {step.figures['seconds']:.2f} s inside"
                    print(f"{name}, {side**2} tiles: {told}, {step.figures['memory_mb']:.0f} MB a worker", flush=True)
                print(f"{name}: 64 tiles against 4, a tile: {costs[8] / costs[2]:.2f}", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else TILE_PX)
