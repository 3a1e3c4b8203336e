"""Gi* on a grid against esda, z and permutation-grade p, side by side in one process."""

import time
from collections.abc import Callable

import geopandas as gpd
import numpy as np
import shapely
from esda.getisord import G_Local
from libpysal.graph import Graph

from gis import hotspots

SIDES = (100, 250)
PERMUTATIONS = 999


def seconds(work: Callable[..., object], *arguments: object, **options: object) -> float:
    """Return the wall time of one call."""
    began = time.perf_counter()
    work(*arguments, **options)
    return time.perf_counter() - began


def main() -> None:
    """Print both times and their ratio for each size of grid."""
    options = {"transform": "B", "star": True, "n_jobs": 1}
    for side in SIDES:
        counts = np.random.default_rng(1).poisson(2, (side, side))
        inside = np.ones(counts.shape, bool)
        rows, columns = np.nonzero(inside)
        cells = gpd.GeoSeries(shapely.box(columns, rows, columns + 1, rows + 1))
        weights = Graph.build_contiguity(cells, rook=False).assign_self_weight()
        values = counts.ravel().astype(float)
        hotspots.gi_star(counts, inside)
        ours = seconds(hotspots.gi_star, counts, inside)
        analytic = seconds(G_Local, values, weights, permutations=0, **options)
        simulated = seconds(G_Local, values, weights, permutations=PERMUTATIONS, **options)
        print(f"{side * side:7,} cells: z and exact p {ours:.4f} s")
        print(f"{'':14} esda z alone {analytic:.3f} s, ratio {analytic / ours:.1f}")
        print(f"{'':14} esda with {PERMUTATIONS} permutations {simulated:.3f} s, ratio {simulated / ours:.1f}")


if __name__ == "__main__":
    main()
