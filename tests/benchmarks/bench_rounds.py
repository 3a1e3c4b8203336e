"""Time of the assignment of teams to regions: run as a script, it writes its figures."""

import sys
import time

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely import box

from cross_check import joint_rounds, rounds
from gis.crs import STORAGE
from gis.errors import WorkbenchError

KINDS = ("water", "air", "waste", "ecology")
COLUMNS = ["round", "home_division", "division_code"]


def case(rng: np.random.Generator, size: int) -> dict[str, pd.DataFrame]:
    """Return a round of as many teams as regions with three past rounds, every figure random."""
    codes = [f"23{number + 1:02d}00" for number in range(size)]
    lon, lat = rng.uniform(122, 134, size), rng.uniform(44, 53, size)
    regions = {"division_code": codes, "name_zh": codes, "name_en": codes, "seat_lon": lon, "seat_lat": lat}
    shapes = [box(x - 0.1, y - 0.1, x + 0.1, y + 0.1) for x, y in zip(lon, lat, strict=True)]
    teams = {
        "team_id": [f"T{code}" for code in codes],
        "home_division": codes,
        "officer_ids": "a;b",
        "officers": rng.integers(2, 9, size),
        "expertise": [";".join(rng.choice(KINDS, 2, replace=False)) for _ in codes],
        "interest_sites": None,
    }
    needs = {"division_code": codes, "service_min": rng.uniform(300, 1800, size), "expertise": rng.choice(KINDS, size)}
    past = [
        (number, codes[home], codes[there])
        for number in range(3)
        for home, there in enumerate(rng.permutation(size))
        if home != there
    ]
    return {
        "teams": pd.DataFrame(teams),
        "regions": gpd.GeoDataFrame(regions, geometry=shapes, crs=STORAGE),
        "needs": pd.DataFrame(needs),
        "past": pd.DataFrame(past, columns=COLUMNS),
    }


def main() -> None:
    """Prove 50 rounds of 13 teams and explain 50 impossible ones of 3."""
    for size, name in ((13, "13 teams"), (3, "3 teams, mostly impossible")):
        seconds, optimal, clashes = [], 0, 0
        for seed in range(51):
            tables = case(np.random.default_rng(seed), size)
            began = time.perf_counter()
            try:
                optimal += rounds.assign(**tables, params=rounds.Params()).status == "optimal"
            except WorkbenchError:
                clashes += 1
            seconds.append(time.perf_counter() - began)
        # The first call pays for importing the solver.
        warm = np.array(seconds[1:])
        sys.stdout.write(
            f"{name}: median {np.median(warm) * 1e3:.0f} ms, max {warm.max() * 1e3:.0f} ms with table checks, "
            f"first {seconds[0]:.2f} s; {optimal} proved, {clashes} clashes\n"
        )
    for number in (2, 3, 4, 6):
        work = []
        for seed in range(1, 21):
            tables = case(np.random.default_rng(seed), 13)
            own = {name: tables[name] for name in ("needs", "past")}
            began = time.process_time()
            joint_rounds.plan(tables["teams"], tables["regions"], **own, rounds=number)
            work.append(time.process_time() - began)
        sys.stdout.write(
            f"{number} rounds together, 20 histories, proved: median {np.median(work):.2f} s, max {max(work):.2f} s "
            "of processor time\n"
        )


if __name__ == "__main__":
    main()
