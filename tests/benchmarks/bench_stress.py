"""Planted truth under strain: clouds, hardly any change, much of it, another sensor, a sliver, a constant band.

``python -m tests.benchmarks.bench_stress [edge in pixels] [seeds]``: recall and precision of planted changes, F1 of
pixels, patches beside changes (``rims``) and false ones, at the one automatic configuration. Wanted: no collapse, and
at most one false patch on 1,000 km2 where nothing changed.
"""

import sys
import tempfile
import time

from tests.satellite import stressed

EDGE_PX = 480
SEEDS = 3


def main(edge, seeds):
    """Print a line for each strain and seed."""
    quiet_km2 = quiet_patches = 0
    for name, stress in stressed.STRESSES.items():
        for seed in range(3, 3 + seeds):
            began = time.perf_counter()
            with tempfile.TemporaryDirectory() as folder:
                found = stressed.run(stressed.make(folder, stress, size_px=edge, seed=seed))
            if not stress.changed:
                quiet_km2, quiet_patches = quiet_km2 + found.area_km2, quiet_patches + found.patches
            shares = f"recall {found.recall:.3f}  precision {found.precision:.3f}  F1 {found.f1:.3f}"
            told = f"{found.patches:4} patches, {found.rims:3} rims, {found.false_patches:2} false"
            ended = f"{found.area_km2:.1f} km2; {time.perf_counter() - began:.1f} s"
            print(f"{name:26} seed {seed}: {shares}  {told} on {ended}", flush=True)
    rate = 1000 * quiet_patches / quiet_km2
    print(f"no change: {quiet_patches} patches on {quiet_km2:.0f} km2, {rate:.1f} on 1,000 km2, wanted at most 1")


if __name__ == "__main__":
    given = [int(each) for each in sys.argv[1:]]
    main(*given, *(EDGE_PX, SEEDS)[len(given) :])
