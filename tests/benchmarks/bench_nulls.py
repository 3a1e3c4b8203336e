"""False patches per 1,000 km2 on pairs in which nothing changed. Wanted: at most one for every null.

``python -m tests.benchmarks.bench_nulls [edge in pixels]``: two real scenes (where they lie beside the project) and a
synthetic one, each twice: with new noise, another gain and offset, moved by 0.3 or 0.19 pixels, and together. The
threshold is the automatic one. Figures are patches over the area that was compared, as 1,000 km2 would have them. A
copy moved by linear interpolation is blurred besides; its figure is told and not counted.
"""

import sys
import tempfile
import time

from satellite import detection, files
from tests.satellite import unchanged

WANTED = 1.0
EDGE_PX = 1100
NOISES = (0.02, 0.1)


def scenes(edge):
    """Return the scenes by name, with the edge of their pixels in metres."""
    found = {"synthetic": (unchanged.made(edge), 10)}
    if unchanged.PAIRS.is_dir():
        found |= {name: (unchanged.real(name, edge), 30) for name in ("taizhou", "brumadinho_dam")}
    return found


def main(edge):
    """Print a line for each scene, noise and null."""
    worst, patches, km2 = 0.0, 0, 0.0
    for name, (scene, pixel_m) in scenes(edge).items():
        for null in unchanged.NULLS:
            for noise in NOISES:
                with tempfile.TemporaryDirectory() as folder:
                    began = time.perf_counter()
                    with files.open_pair(unchanged.pair(folder, scene, null, noise=noise, pixel_m=pixel_m)) as pair:
                        found = detection.run(pair)
                area = scene[0].size * pixel_m**2 / 1e9 * found.observed_share
                rate = len(found.patches) / area
                if null not in unchanged.BLURRED:
                    worst = max(worst, rate)
                    patches, km2 = patches + len(found.patches), km2 + 1000 * area
                told = f"{len(found.patches):3} patches on {area * 1000:5.0f} km2, {rate:6.1f} per 1,000 km2"
                shifts = f"shift {found.shift.length_px:.2f} px, left {found.alignment.residual.length_px:.2f}"
                seconds = time.perf_counter() - began
                print(f"{name:15} {null:17} noise {noise:4.2f}: {told}; {shifts}; {seconds:.1f} s", flush=True)
    print(f"together {patches} patches on {km2:,.0f} km2, {1000 * patches / km2:.2f} per 1,000 km2")
    print(f"worst {worst:.1f} per 1,000 km2, wanted {WANTED:.0f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else EDGE_PX)
