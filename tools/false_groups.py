"""Count the groups that noise alone pushes above a threshold: ``python tools/false_groups.py OUT.toml [--seed N]``.

White noise in four bands is smoothed to a correlation length, squared and summed; pixels above the level that one in
1/p exceeds are grouped as those of a scene are: gaps of one pixel are closed, what touches is one. For each length and
least size two numbers are kept, the line log10(groups a pixel) = level + slope x log10(p), fitted where groups are rare
enough not to grow together.
"""

import argparse
from pathlib import Path

import numpy as np
from scipy import ndimage, stats

from satellite import runs, tallies

LENGTHS_PX = (0.7, 0.8, 0.9, 1.0, 1.2, 1.5, 2.2, 3.3, 5.0)
SIZES_PX = (1, 2, 4, 8, 16, 32, 64, 128)
CHANCES = 10.0 ** np.arange(-4.0, -1.4, 0.25)
_EDGE_PX = 1500
_DEGREES = 4
_FEWEST = 12


def main() -> None:
    """Simulate, fit and write."""
    parser = argparse.ArgumentParser(description="Groups that noise alone pushes above a threshold.")
    parser.add_argument("out", type=Path)
    parser.add_argument("--seed", type=int, default=20_210_406)
    parser.add_argument("--fields", type=int, default=16)
    chosen = parser.parse_args()
    rng = np.random.default_rng(chosen.seed)
    lines = [
        "# Groups of pixels that noise alone pushes above a threshold: log10(groups a pixel) = level + slope log10(p),",
        "# p the probability that a pixel exceeds it, a row a correlation length, a column a least size in pixels.",
        f"# Made by tools/false_groups.py --seed {chosen.seed} --fields {chosen.fields}.",
        f"lengths_px = {list(LENGTHS_PX)}",
        f"sizes_px = {list(SIZES_PX)}",
    ]
    tables: dict[str, list[list[float]]] = {"level": [], "slope": []}
    for length in LENGTHS_PX:
        counts = sum((count(length, rng) for _ in range(chosen.fields)), start=np.zeros((len(CHANCES), len(SIZES_PX))))
        fitted = [fit(counts[:, at], chosen.fields * _EDGE_PX**2) for at in range(len(SIZES_PX))]
        tables["level"].append([round(level, 3) for level, _ in fitted])
        tables["slope"].append([round(slope, 3) for _, slope in fitted])
    for name, rows in tables.items():
        lines += [f"{name} = [", *(f"  {row}," for row in rows), "]"]
    chosen.out.write_text("\n".join(lines) + "\n")


def count(length_px: float, rng: np.random.Generator) -> np.ndarray:
    """Return how many groups of at least each size exceed each level in one field."""
    field = np.zeros((_EDGE_PX, _EDGE_PX), np.float32)
    for _ in range(_DEGREES):
        plane = ndimage.gaussian_filter(rng.standard_normal(field.shape, np.float32), length_px, mode="wrap")
        field += (plane / plane.std()) ** 2
    found = np.zeros((len(CHANCES), len(SIZES_PX)))
    for at, chance in enumerate(CHANCES):
        above = (field > stats.chi2.isf(chance, _DEGREES)).astype(np.uint8)
        closed = runs.find(runs.close(np.pad(above, ((2, 2), (0, 0)))))
        changed = tallies.count(closed, np.flatnonzero(above), top=0, width=_EDGE_PX)
        sizes = np.bincount(runs.group(closed), weights=changed)
        found[at] = [(sizes >= least).sum() for least in SIZES_PX]
    return found


def fit(counts: np.ndarray, pixels: int) -> tuple[float, float]:
    """Fit the line over the four rarest chances with enough groups; without two, return what says "never"."""
    enough = np.flatnonzero(counts >= _FEWEST)[:4]
    if enough.size < 2:  # noqa: PLR2004 - a line needs two points
        return float("nan"), float("nan")
    slope, level = np.polyfit(np.log10(CHANCES[enough]), np.log10(counts[enough] / pixels), 1)
    return float(level), float(slope)


if __name__ == "__main__":
    main()
