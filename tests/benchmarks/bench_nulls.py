"""False patches per 1,000 km2 on pairs in which nothing changed. Wanted: at most one for every null.

``python -m tests.benchmarks.bench_nulls [km2 a row] [scene ...]``: two real scenes (where they lie beside the project)
and a synthetic one, each twice: with new noise, another gain and offset, moved by 0.3 or 0.19 pixels, also by linear
interpolation, which blurs besides, and together. The threshold is the automatic one. Each row is run with new noise
until its area suffices that one patch is less than the one on 1,000 km2 that is wanted; 95 % intervals are Poisson's.
"""

import sys
import tempfile
import time

from scipy import stats

from satellite import detection, files
from tests.satellite import unchanged

WANTED = 1.0
LEAST_KM2 = 1500.0
EDGE_PX = 1100
NOISES = (0.02, 0.1)


def scenes(edge):
    """Return the scenes by name, with the edge of their pixels in metres."""
    found = {"synthetic": (unchanged.made(edge), 10)}
    if unchanged.PAIRS.is_dir():
        found |= {name: (unchanged.real(name, edge), 30) for name in ("taizhou", "brumadinho_dam")}
    return found


def interval(patches, km2):
    """Return the rate on 1,000 km2 and its exact 95 % interval (Garwood 1936)."""
    low = stats.chi2.ppf(0.025, 2 * patches) / 2 if patches else 0.0
    return tuple(1000 * each / km2 for each in (patches, low, stats.chi2.ppf(0.975, 2 * patches + 2) / 2))


def run(scene, pixel_m, null, noise, seed):
    """Return the patches of one null and the square kilometres that were compared."""
    with tempfile.TemporaryDirectory() as folder:
        made = unchanged.pair(folder, scene, null, noise=noise, pixel_m=pixel_m, seed=seed)
        with files.open_pair(made) as pair:
            found = detection.run(pair)
    return len(found.patches), scene[0].size * pixel_m**2 / 1e6 * found.observed_share


def main(least_km2, names):
    """Print a line for each scene, null and noise."""
    worst, all_patches, all_km2 = 0.0, 0, 0.0
    for name, (scene, pixel_m) in scenes(EDGE_PX).items():
        if names and name not in names:
            continue
        for null in unchanged.NULLS:
            for noise in NOISES:
                began, patches, km2, seed = time.perf_counter(), 0, 0.0, 0
                while km2 < least_km2:
                    seed += 1
                    more = run(scene, pixel_m, null, noise, seed)
                    patches, km2 = patches + more[0], km2 + more[1]
                all_patches, all_km2 = all_patches + patches, all_km2 + km2
                rate, low, high = interval(patches, km2)
                worst = max(worst, rate)
                told = f"{patches:3} patches on {km2:5.0f} km2, {rate:.2f} ({low:.2f} to {high:.2f}) on 1,000 km2"
                seconds = time.perf_counter() - began
                print(f"{name:15} {null:17} noise {noise:4.2f}: {told}; {seed} runs, {seconds:.0f} s", flush=True)
    rate, low, high = interval(all_patches, all_km2)
    print(f"together {all_patches} patches on {all_km2:,.0f} km2, {rate:.2f} ({low:.2f} to {high:.2f}) on 1,000 km2")
    print(f"worst {worst:.2f} on 1,000 km2, wanted {WANTED:.0f}")


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else LEAST_KM2, sys.argv[2:])
