"""The scan of a grid against trying every window in numpy, map by map, side by side in one process.

The plain side scans the observed map and a few simulated ones with running sums and vectorised logarithms; its time for
all replications is that of one, times their number, and is said to be so.
"""

import time

import numpy as np

from gis import scan, scan_circles

SIDES = (50, 100)
REPLICATIONS = 999
PLAIN_MAPS = 3


def plain_maximum(cases: np.ndarray, expected: np.ndarray, circles: scan_circles.Circles) -> float:
    """Return the strongest ratio of a map by cumulative sums around each centre."""
    total, best = cases.sum(), 0.0
    for centre in range(len(cases)):
        row = circles.reached[circles.start[centre] : circles.start[centre + 1]]
        members = np.where(row < 0, ~row, row)
        c, mu = cases[members].cumsum()[row >= 0], expected[members].cumsum()[row >= 0]
        c, mu = c[c > mu], mu[c > mu]
        if len(c):
            best = max(best, (c * np.log(c / mu) + (total - c) * np.log((total - c) / (total - mu))).max())
    return best


def main() -> None:
    """Print both times and their ratio for each size of grid."""
    for side in SIDES:
        rng = np.random.default_rng(1)
        places = np.stack(np.meshgrid(np.arange(side), np.arange(side)), -1).reshape(-1, 2) * 3000.0
        cases, even = rng.poisson(2, side * side), np.ones(side * side)
        params = scan.Params(share=0.05, replications=REPLICATIONS)
        scan.poisson(cases, even, places, rng=rng, params=params)  # compiles
        took = []
        for _ in range(3):
            began = time.perf_counter()
            found = scan.poisson(cases, even, places, rng=rng, params=params)
            took.append(time.perf_counter() - began)
        circles = scan_circles.draw(places, even, share=0.05)
        began = time.perf_counter()
        maxima = [plain_maximum(rng.multinomial(cases.sum(), even / even.size), cases.mean() * even, circles)]
        maxima += [plain_maximum(cases, cases.mean() * even, circles) for _ in range(PLAIN_MAPS - 1)]
        plain = (time.perf_counter() - began) / PLAIN_MAPS * (REPLICATIONS + 1)
        agree = abs(maxima[-1] - found.ratios.max())
        print(f"{side * side:6,} cells, 5 % window, {REPLICATIONS} replications: {min(took):.2f} s")
        print(f"{'':13} numpy, extrapolated from {PLAIN_MAPS} maps: {plain:.0f} s, ratio {plain / min(took):.0f}")
        print(f"{'':13} largest ratio differs by {agree:.1e}")


if __name__ == "__main__":
    main()
