"""Quality and time of the tours: run as a script, it writes its figures."""

import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from cross_check import tours

DATA = Path(__file__).parents[3] / "shared" / "data" / "routes"
SEATS, DUTY_S, HIGH = 13, 8 * 3600, 3
SHARED_DRIVE = 0.7
"""Share of the drive there and back that a site costs, since neighbours share a tour."""


def sections(path: Path) -> dict[str, np.ndarray]:
    """Return the number tables of a VRPLIB file by heading, and its capacity."""
    found: dict[str, list[list[int]]] = {}
    rows: list[list[int]] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        words = line.split()
        if words and words[0].endswith("_SECTION"):
            rows = found.setdefault(words[0], [])
        elif words and words[0] == "CAPACITY":
            found["CAPACITY"] = [[int(words[-1])]]
        elif words and all(word.lstrip("-").isdigit() for word in words):
            rows.append([int(word) for word in words])
    return {name: np.array(values) for name, values in found.items()}


def published(name: str, scale: int, service: int) -> tours.Problem:
    """Return a published instance as visits that are all worth more than any detour."""
    parts = sections(DATA / name)
    places = parts["NODE_COORD_SECTION"][:, 1:]
    lengths = np.hypot(*(places[:, None] - places[None]).transpose(2, 0, 1))
    drives = (scale * lengths + (0.5 if scale == 1 else 0)).astype(np.int64)
    count = len(places) - 1
    windows = parts.get("TIME_WINDOW_SECTION", np.tile([0, 0, 10**6], (count + 1, 1)))[:, 1:] * scale
    return tours.Problem(
        length=drives,
        duration=drives,
        service=np.full(count, service * scale),
        earliest=windows[1:, 0],
        latest=windows[1:, 1],
        prize=np.full(count, 10**5),
        demand=parts["DEMAND_SECTION"][1:, 1],
        days=40,
        capacity=int(parts["CAPACITY"].item()),
        duty=10**7,
        horizon=int(windows[0, 1]),
    )


def report(name: str, problem: tours.Problem, iterations: int, best: int) -> None:
    """Write cost, gap to the best known and time."""
    began = time.perf_counter()
    cost = tours.solve(problem, tours.Search(iterations, iterations)).cost
    seconds = time.perf_counter() - began
    sys.stdout.write(f"{name}: {cost}, best known {best}, gap {cost / best - 1:.2%}, {seconds:.1f} s\n")


def shared_out(data: dict[str, np.ndarray]) -> np.ndarray:
    """Return a team for each site: the most valuable sites that fit the teams' hours, a drive out counted for each.

    Sites that fit no team stay with the nearest one, whose tours may still take them in.
    """
    out, service, prize = data["T"][:SEATS, SEATS:], data["service"], data["prize"]
    sites = out.shape[1]
    number = np.arange(out.size)
    once = csr_array((np.ones(out.size), (number % sites, number)))
    hours = csr_array(((service + out).ravel(), (number // sites, number)))
    answer = milp(
        (2 * SHARED_DRIVE * out - prize).ravel(),
        integrality=np.ones(out.size),
        bounds=Bounds(0, (2 * out + service <= DUTY_S).ravel().astype(float)),
        constraints=[LinearConstraint(once, 0, 1), LinearConstraint(hours, 0, 5 * DUTY_S)],
        options={"mip_rel_gap": 1e-3, "time_limit": 20},
    )
    chosen = np.rint(answer.x).reshape(out.shape).astype(bool)
    return np.where(chosen.any(axis=0), chosen.argmax(axis=0), data["home"])


def province(iterations: int) -> None:
    """Plan 300 sites for 13 teams over five days, team by team, and add up the whole."""
    began = time.perf_counter()
    data = dict(np.load(DATA / "hlj_300.npz"))
    team_of = shared_out(data)
    cost, served, driven, high = 0, 0, 0, 0
    for team in range(SEATS):
        mine = np.flatnonzero(team_of == team)
        places = np.concatenate([[team], mine + SEATS])
        drives = data["T"][np.ix_(places, places)]
        problem = tours.Problem(
            length=drives,
            duration=drives,
            service=data["service"][mine],
            earliest=data["tw"][mine, 0],
            latest=data["tw"][mine, 1],
            prize=data["prize"][mine],
            demand=np.ones(len(mine), dtype=np.int64),
            days=5,
            capacity=len(mine),
            duty=DUTY_S,
            horizon=32_400,
        )
        found = tours.solve(problem, tours.Search(iterations, iterations))
        visits = [visit for tour in found.tours for visit in tour.visits]
        cost, served = cost + found.cost, served + len(visits)
        driven += found.cost - int(problem.prize.sum() - problem.prize[visits].sum())
        high += int((data["risk"][mine] == HIGH).sum() - (data["risk"][mine[visits]] == HIGH).sum())
    sys.stdout.write(
        f"hlj_300 team by team, {iterations} iterations: objective {cost} (reference 2195677), {served} served, "
        f"{driven / 3600:.1f} h driven, {high} of high risk left out, {time.perf_counter() - began:.1f} s\n"
    )


def main() -> None:
    """Run the published instances and the province."""
    if not DATA.is_dir():
        sys.stdout.write("the published instances are not here\n")
        return
    report("RC208 (tenths)", published("RC208.vrp", 10, 10), 5_000, 7761)
    many = published("X-n101-k25.vrp", 1, 0)
    report("X-n101-k25", replace(many, duration=many.duration * 0), 20_000, 27591)
    for iterations in (500, 2_000):
        province(iterations)


if __name__ == "__main__":
    main()
