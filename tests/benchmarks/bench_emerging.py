"""Emerging hotspots of a province against esda and a plain Mann-Kendall cell by cell, side by side in one process.

The other side is timed on a smaller cube (esda's analytic Gi* step by step, then the trend of each cell in numpy as
pymannkendall computes it) and its time is extrapolated by the number of bins, which is said.
"""

import time

import geopandas as gpd
import numpy as np
import shapely
from esda.getisord import G_Local
from libpysal.graph import Graph
from scipy import stats

from gis import emerging, windows
from gis.emerging import Params

STEPS = 36
WHOLE, SMALL = (688, 688), (40, 40)
RATE = 0.05


def trend(series: np.ndarray) -> tuple[float, float]:
    """Return z and p of Mann and Kendall of one series."""
    n = len(series)
    s = sum(np.sign(series[k + 1 :] - series[k]).sum() for k in range(n - 1))
    ties = np.unique(series, return_counts=True)[1]
    variance = (n * (n - 1) * (2 * n + 5) - (ties * (ties - 1) * (2 * ties + 5)).sum()) / 18
    z = (s - np.sign(s)) / np.sqrt(variance) if variance > 0 else 0.0
    return z, 2 * stats.norm.sf(abs(z))


def main() -> None:
    """Print both times, what the other side would take for the province, and the ratio."""
    rng = np.random.default_rng(1)
    counts = rng.poisson(RATE, (STEPS, WHOLE[0] * WHOLE[1]))
    lattice = windows.Lattice(np.ones(WHOLE, bool), windows.square(1))
    emerging.analyse(counts, lattice)  # compiles
    took = []
    for _ in range(3):
        began = time.perf_counter()
        emerging.analyse(counts, lattice)
        took.append(time.perf_counter() - began)
    print(f"{counts.shape[1]:,} cells x {STEPS} months with control of false discoveries: {min(took):.2f} s")

    small = rng.poisson(RATE, (STEPS, SMALL[0] * SMALL[1]))
    rows, columns = np.nonzero(np.ones(SMALL, bool))
    cells = gpd.GeoSeries(shapely.box(columns, rows, columns + 1, rows + 1))
    weights = Graph.build_contiguity(cells, rook=False).assign_self_weight()
    options = {"transform": "B", "star": True, "permutations": 0, "n_jobs": 1}
    began = time.perf_counter()
    z = np.stack([G_Local(step.astype(float), weights, **options).Zs for step in small])
    for column in z.T:
        trend(column)
    other = (time.perf_counter() - began) * counts.size / small.size
    ours = emerging.analyse(
        small, windows.Lattice(np.ones(SMALL, bool), windows.square(1)), params=Params(each_step=True)
    )
    difference = np.abs(ours.law.z[ours.codes] - z).max()
    print(
        f"esda and a trend a cell, extrapolated from {small.size:,} bins: {other:.0f} s, ratio {other / min(took):.0f}"
    )
    print(f"largest difference of z, step by step: {difference:.1e}")


if __name__ == "__main__":
    main()
