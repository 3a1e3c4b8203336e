"""How often the stated interval of a volume holds the truth, and what a difference of two large surface models takes.

Run as ``python tests/benchmarks/bench_volumes.py [flights a kind of error]``.
"""

import resource
import sys
import time

import numpy as np

from satellite import heaps, synthetic_flights
from satellite.heaps import Params
from satellite.synthetic_flights import Errors, Planted

WHERE = synthetic_flights.grid(240, 240)
PLANTED = [Planted("cone", 31, 30, 9, 4), Planted("pit", 90, 25, 8, 2.5), Planted("bank", 40, 90, 8, 2)]
KINDS = {
    "noise alone": Errors(0.035, 0.0, 2.0, 0.0, 0.3),
    "usual": Errors(),
    "waves of 2 m": Errors(0.02, 0.03, 2.0, 0.1, 0.3),
    "waves of 4 m, tilt": Errors(0.02, 0.035, 4.0, 0.2, 20.0),
    "waves of 6 m, tilt": Errors(0.015, 0.04, 6.0, 0.2, 20.0),
}


def flown(where, planted, asked, rng):
    """Return two surface models with errors of their own."""
    base, added = synthetic_flights.ground(where, rng), synthetic_flights.planted(where, planted)
    before, after = (synthetic_flights.errors(where, asked, rng) for _ in range(2))
    return base + before, base + added + after


def main(count):
    """Print coverage, deviations in stated errors and relative errors by kind of error; seconds and memory last."""
    truth = [abs(synthetic_flights.planted(WHERE, [each]).sum()) * WHERE.pixel_m2 for each in PLANTED]
    for name, asked in KINDS.items():
        held, deviations, relative, found = [], [], [], 0
        for seed in range(count):
            table = heaps.find(
                *flown(WHERE, PLANTED, asked, np.random.default_rng(seed)), WHERE, params=Params(0.9)
            ).table
            found += len(table)
            for volume in truth:
                row = table.iloc[int(np.argmin(np.abs(table["volume_m3"] - volume)))]
                held.append(row["low_m3"] <= volume <= row["high_m3"])
                deviations.append((row["volume_m3"] - volume) / row["error_m3"])
                relative.append(abs(row["volume_m3"] / volume - 1))
        print(
            f"{name}: 90 % interval holds {np.mean(held):.3f}; deviation {np.mean(deviations):+.2f} +- "
            f"{np.std(deviations):.2f} stated errors; relative error median {np.median(relative):.4f}, "
            f"largest {np.max(relative):.4f}; {found / count:.2f} places a flight of {len(PLANTED)}",
            flush=True,
        )
    wide = synthetic_flights.grid(2000, 2000)
    pair = flown(wide, PLANTED, Errors(), np.random.default_rng(1))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    began = time.perf_counter()
    heaps.find(*pair, wide)
    took = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(f"2,000 x 2,000 pixels: {took:.1f} s, peak memory {before:.2f} -> {peak:.2f} GB")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 60)
