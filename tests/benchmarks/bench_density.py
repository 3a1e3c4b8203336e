"""Density of a million points on 512 x 512 pixels against the exact sum of scikit-learn on a sample of pixels."""

import time

import numpy as np
from sklearn.neighbors import KernelDensity

from gis import density

POINTS = 1_000_000
SIDE, BANDWIDTH = 1000.0, 8.0
PIXELS = 512
SAMPLE = 500
REPEATS = 9


def points(rng: np.random.Generator) -> np.ndarray:
    """Return points of which four in ten lie in sixty clusters."""
    middles = rng.uniform(0, SIDE, (60, 2))
    scattered = rng.uniform(0, SIDE, (POINTS, 2))
    clustered = middles[rng.integers(60, size=POINTS)] + rng.normal(0, 8, (POINTS, 2))
    return np.where(rng.random((POINTS, 1)) < 0.4, clustered, scattered)


def main() -> None:
    """Print both times, their ratio and the error."""
    rng = np.random.default_rng(1)
    places = points(rng)
    options = {"bbox": (0, 0, SIDE, SIDE), "shape": (PIXELS, PIXELS), "bandwidth": BANDWIDTH}
    x, y = places.T.copy()
    density.kernel(x, y, **options)
    times = []
    for _ in range(REPEATS):
        began = time.perf_counter()
        found = density.kernel(x, y, **options)
        times.append(time.perf_counter() - began)
    ours = min(times)
    rows, columns = rng.integers(0, PIXELS, (2, SAMPLE))
    nodes = np.column_stack([(columns + 0.5) * SIDE / PIXELS, SIDE - (rows + 0.5) * SIDE / PIXELS])
    began = time.perf_counter()
    exact = np.exp(KernelDensity(bandwidth=BANDWIDTH, rtol=1e-4).fit(places).score_samples(nodes)) * POINTS
    theirs = (time.perf_counter() - began) * PIXELS**2 / SAMPLE
    error = np.abs(found[rows, columns] - exact)
    print(f"a million points, {PIXELS} x {PIXELS}: {ours:.4f} s")
    print(f"scikit-learn, extrapolated from {SAMPLE} pixels: {theirs:.0f} s; ratio {theirs / ours:.0f}")
    print(f"error: median {np.median(error / exact):.1e} of the value, largest {error.max() / exact.max():.1e} of peak")


if __name__ == "__main__":
    main()
