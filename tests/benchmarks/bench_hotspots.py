"""Gi* on a grid against esda: z at a million cells, permutation-grade p at sizes that esda can meet, blocks."""

import time
from collections.abc import Callable

import dask.array as da
import numpy as np
from esda.getisord import G_Local
from libpysal.graph import Graph
from numpy.typing import NDArray

MILLION = (1000, 1000)
PERMUTED = (60, 120)
PERMUTATIONS = 999
REPEATS = 9


def seconds(work: Callable[[], object], repeats: int = 1) -> float:
    """Return the shortest wall time of some calls: other work on the machine only adds to it."""
    times = []
    for _ in range(repeats):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return min(times)


def queen(shape: tuple[int, int]) -> Graph:
    """Return links between the 3 x 3 cells around each cell, itself included, from index arrays."""
    rows, columns = shape
    numbers = np.arange(rows * columns).reshape(shape)
    pairs = []
    for dy in (-1, 0, 1):
        for dx in (-1, 0, 1):
            here = numbers[max(0, -dy) : rows - max(0, dy), max(0, -dx) : columns - max(0, dx)]
            there = numbers[max(0, dy) : rows - max(0, -dy), max(0, dx) : columns - max(0, -dx)]
            pairs.append(np.stack([here.ravel(), there.ravel()]))
    focal, neighbour = np.concatenate(pairs, axis=1)
    order = np.lexsort([neighbour, focal])
    return Graph.from_arrays(focal[order], neighbour[order], np.ones(focal.size))


def esda_z(values: NDArray[np.float64], graph: Graph) -> NDArray[np.float64]:
    """Return Gi* by esda."""
    return G_Local(values, graph, transform="B", star=True, permutations=0).Zs


def main() -> None:
    """Print times and ratios."""
    counts = np.random.default_rng(1).poisson(2, MILLION[0] * MILLION[1])
    inside = np.ones(MILLION, bool)
    began = time.perf_counter()
    from gis import blocks, gistar, hotspots, windows
    from gis.windows import Lattice

    gistar.z(counts, Lattice(inside, windows.disc(1.5)))
    print(f"first call, imports included: {time.perf_counter() - began:.2f} s")
    for radius in (1.5, 3, 7):
        spans = windows.disc(radius)
        z = seconds(lambda spans=spans: gistar.z(counts, Lattice(inside, spans)), REPEATS)
        p = seconds(lambda spans=spans: gistar.of_counts(counts, Lattice(inside, spans), tail="hot"), REPEATS)
        print(f"a million cells, radius {radius}: z {z:.4f} s, z and exact p {p:.4f} s")
        if radius == 1.5:
            ours, ours_p = z, p
    conditional = seconds(lambda: gistar.of_counts(counts, Lattice(inside, windows.disc(1.5)), own_stays=True), 3)
    print(f"a million cells, 3 x 3, exact p of conditional permutation: {conditional:.4f} s")

    values = counts.astype(float)
    theirs = seconds(lambda: esda_z(values, queen(MILLION)))
    print(f"esda, a million cells, z: {theirs:.2f} s; ratio {theirs / ours:.0f}")

    chunked = da.from_array(counts.reshape(MILLION), chunks=250), da.from_array(inside, chunks=250)
    in_blocks = seconds(lambda: blocks.judge(*chunked, hotspots.Params(radii=(1.5,), deals=0)).p_adjusted.compute())  # noqa: PLW0108 - the first pass counts
    print(f"a million cells in 16 blocks, z, p and adjusted p: {in_blocks:.2f} s")

    small = np.random.default_rng(2).poisson(2, 400).astype(float)
    options = {"transform": "B", "star": True, "permutations": PERMUTATIONS, "n_jobs": 1}
    compiled = seconds(lambda: G_Local(small, queen((20, 20)), **options))
    print(f"esda's first permutations in a process: {compiled:.1f} s")
    times = {}
    for side in PERMUTED:
        values = np.random.default_rng(3).poisson(2, side * side).astype(float)
        graph = queen((side, side))
        times[side**2] = seconds(lambda values=values, graph=graph: G_Local(values, graph, **options))
        print(f"esda, {side * side:,} cells, {PERMUTATIONS} permutations: {times[side**2]:.2f} s")
    (few, quick), (many, slow) = times.items()
    power = max(np.log(slow / quick) / np.log(many / few), 1.0)
    million = slow * 1e6 / many
    print(
        f"extrapolated in proportion to the cells (measured power {power:.2f}, so at least): {million:.0f} s; "
        f"ratio to exact p at least {million / ours_p:.0f}"
    )


if __name__ == "__main__":
    main()
