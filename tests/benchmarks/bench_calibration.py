"""How often maps without a cluster show something, and what of planted clusters is found; several rules side by side.

Maps of 64 x 64 cells with two events a cell on average. Planted maps hold six discs: one and a half, twice and three
times the rate, each with a radius of one cell and of three.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from gis import gistar, hotspots
from gis.hotspots import Params
from gis.windows import Lattice, disc

SHAPE = (64, 64)
RATE = 2.0
DISCS = tuple((times, radius) for times in (1.5, 2.0, 3.0) for radius in (1, 3))
APART = 6
MARGIN = 8
INSIDE = np.ones(SHAPE, bool)

Flags = NDArray[np.bool_]
Rule = Callable[[NDArray[np.int64]], tuple[Flags, NDArray[np.float64]]]
"""From counts, shape (n,), to the cells flagged at 95 % and the radius of the window that each is flagged for."""


@dataclass(frozen=True)
class Score:
    """Of planted maps: share of planted cells flagged, share of flagged cells whose window touches no planted cell."""

    recall: float
    astray: float


def judged(params: Params) -> Rule:
    """Return the workbench's own rule."""
    arounds = [Lattice(INSIDE, disc(radius)) for radius in params.radii]

    def rule(counts: NDArray[np.int64]) -> tuple[Flags, NDArray[np.float64]]:
        found = hotspots.judge(counts, arounds, params)
        return found.bin >= 2, found.radius

    return rule


def usual(counts: NDArray[np.int64]) -> tuple[Flags, NDArray[np.float64]]:
    """Flag by the usual rule: normal z of 3 x 3, two-sided, Benjamini-Hochberg."""
    z = gistar.z(counts, Lattice(INSIDE, disc(1.5)))
    return stats.false_discovery_control(2 * stats.norm.sf(np.abs(z))) <= 0.05, np.full(counts.size, 1.5)


def raw(counts: NDArray[np.int64]) -> tuple[Flags, NDArray[np.float64]]:
    """Flag by the raw normal p below .05."""
    z = gistar.z(counts, Lattice(INSIDE, disc(1.5)))
    return 2 * stats.norm.sf(np.abs(z)) <= 0.05, np.full(counts.size, 1.5)


def share_shown(maps: int, rng: np.random.Generator, rule: Rule | None = None) -> float:
    """Return the share of cluster-free maps on which anything is flagged."""
    rule = rule or judged(Params())
    return float(np.mean([rule(rng.poisson(RATE, SHAPE).ravel())[0].any() for _ in range(maps)]))


def planted(maps: int, rng: np.random.Generator, rule: Rule | None = None) -> Score:
    """Return what is found on planted maps."""
    rule = rule or judged(Params())
    recalls, flagged, astray = [], 0, 0
    for _ in range(maps):
        rate, truth = _plant(rng)
        flags, radii = rule(rng.poisson(rate).ravel())
        touches = np.zeros(truth.size, bool)
        for radius in np.unique(radii):
            near = Lattice(INSIDE, disc(radius)).sums(truth.ravel().astype(np.int64)) > 0
            touches |= (radii == radius) & near
        recalls.append(flags[truth.ravel()].mean())
        flagged += int(flags.sum())
        astray += int((flags & ~touches).sum())
    return Score(float(np.mean(recalls)), astray / max(flagged, 1))


def _plant(rng: np.random.Generator) -> tuple[NDArray[np.float64], Flags]:
    """Return rates and truth of a map with six discs that keep apart."""
    rows, columns = np.mgrid[: SHAPE[0], : SHAPE[1]]
    rate, truth, middles = np.full(SHAPE, RATE), np.zeros(SHAPE, bool), []
    for times, radius in DISCS:
        while True:
            row, column = rng.integers(MARGIN, SHAPE[0] - MARGIN, 2)
            if all(np.hypot(row - r, column - c) >= radius + other + APART for r, c, other in middles):
                break
        middles.append((row, column, radius))
        inside = np.hypot(rows - row, columns - column) <= radius
        rate[inside] *= times
        truth |= inside
    return rate, truth


def main() -> None:
    """Print the table: rule, share of 1,000 empty maps shown, recall and share astray on 200 planted ones."""
    rules: dict[str, Rule] = {
        "ours (3x3 and r=3)": judged(Params()),
        "ours, Yekutieli": judged(Params(method="by")),
        "ours, 3x3 alone": judged(Params(radii=(1.5,))),
        "ours, both tails": judged(Params(tail="both")),
        "local Moran": judged(Params(statistic="moran", radii=(1.5,))),
        "normal z, BH (usual)": usual,
        "normal z, raw p": raw,
    }
    print(f"{'rule':22} {'empty maps shown':>17} {'recall':>7} {'astray':>7} {'s a map':>8}")
    for name, rule in rules.items():
        began = time.perf_counter()
        shown = share_shown(1000, np.random.default_rng(20_260_101), rule)
        took = (time.perf_counter() - began) / 1000
        score = planted(200, np.random.default_rng(20_260_102), rule)
        print(f"{name:22} {shown:17.3f} {score.recall:7.3f} {score.astray:7.4f} {took:8.4f}", flush=True)


if __name__ == "__main__":
    main()
