"""Quality and time of the tours: run as a script, it writes its figures."""

import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from cross_check import nights, tours

DATA = Path(__file__).parents[3] / "shared" / "data" / "routes"
LODGINGS = Path(__file__).parent / "hlj_300_lodgings.csv"
SEATS, DAYS, DUTY_S, HIGH, SECONDS, HANDS = 13, 5, 8 * 3600, 3, 60.0, 2
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


def every_place(data: dict[str, np.ndarray]) -> np.ndarray:
    """Return drives between the instance's places and the towns of the lodging list, as the instance measures them."""
    towns = np.loadtxt(LODGINGS, delimiter=",", skiprows=3)[:, 1:]
    lon, lat = np.radians(np.concatenate([data["loc"], towns])).T
    half = np.sin((lat[:, None] - lat) / 2) ** 2
    half += np.cos(lat[:, None]) * np.cos(lat) * np.sin((lon[:, None] - lon) / 2) ** 2
    drives = np.rint(2 * 6_371_000 * np.arcsin(np.sqrt(half)) * 1.3 / (60 / 3.6)).astype(np.int64)
    known = len(data["loc"])
    drives[:known, :known] = data["T"]
    return drives


def on_the_road(data: dict[str, np.ndarray], *, lodging: bool) -> nights.Problem:
    """Return the whole province as one problem of thirteen teams: back to the seat every night, or not."""
    count, width = len(data["service"]), DAYS + 1
    drives = every_place(data) if lodging else data["T"]
    known = SEATS + count
    movable = np.zeros((SEATS, width), dtype=bool)
    movable[:, 1:DAYS] = lodging
    prize = data["prize"].copy()
    if lodging:
        # The goal asks for every site of high risk, whatever the drive: its penalty counts more in the search.
        prize[data["risk"] == HIGH] *= 3
    return nights.Problem(
        drives=drives,
        visits=np.stack([SEATS + np.arange(count), data["service"], *data["tw"].T], axis=1),
        prize=prize,
        fees=np.zeros((count, SEATS * DAYS), np.int64),
        rules=np.tile([0, 32_400, DUTY_S, 0, 0, 0], (SEATS * DAYS, 1)),
        beds=np.repeat(np.arange(SEATS)[:, None], width, axis=1),
        movable=movable,
        lodgings=np.concatenate([np.arange(SEATS), np.arange(known, len(drives))]),
        most=9,
    )


def violations(problem: nights.Problem, plan: nights.Plan) -> int:
    """Count broken rules by walking through the plan's times, with nothing of the solver."""
    broken, seen = 0, []
    beds = np.arange(SEATS)
    for day in sorted(plan.days, key=lambda each: (each.team, each.day)):
        place, free = day.beds[0], day.leaves
        broken += int(place != beds[day.team]) + int(not set(day.beds) <= set(problem.lodgings.tolist()))
        beds[day.team] = day.beds[1]
        for visit, begins in zip(day.visits, day.begins, strict=True):
            there, service, earliest, latest = problem.visits[visit]
            broken += int(begins < free + problem.drives[place, there]) + int(not earliest <= begins <= latest)
            place, free = there, begins + service
            seen.append(visit)
        broken += int(day.back < free + problem.drives[place, day.beds[1]])
        broken += int(day.back - day.leaves > DUTY_S) + int(day.leaves < 0) + int(day.back > 32_400)
    return broken + len(seen) - len(set(seen)) + int((beds != np.arange(SEATS)).sum())


def greedy(problem: nights.Problem) -> nights.Plan:
    """Plan by hand's rule: the dearest site first, each where it fits with the least detour, home every night."""
    rows: list[list[int]] = [[] for _ in problem.rules]
    for visit in np.argsort(-problem.prize, kind="stable"):
        best: tuple[int, int, int] | None = None
        for route, row in enumerate(rows):
            home = route // DAYS
            for at in range(len(row) + 1):
                stops = [*row[:at], int(visit), *row[at:]]
                places = [home, *problem.visits[stops, 0], home]
                longer = int(problem.drives[places[:-1], places[1:]].sum())
                if best is not None and longer >= best[0]:
                    continue
                try:
                    nights.timed(problem, home, route % DAYS, np.array(stops), (home, home))
                except ArithmeticError:
                    continue
                old = [home, *problem.visits[row, 0], home]
                longer -= int(problem.drives[old[:-1], old[1:]].sum())
                if best is None or longer < best[0]:
                    best = (longer, route, at)
        if best is not None:
            rows[best[1]].insert(best[2], int(visit))
    made = [
        nights.timed(problem, route // DAYS, route % DAYS, np.array(row), (route // DAYS, route // DAYS))
        for route, row in enumerate(rows)
        if row
    ]
    return nights.Plan(tuple(made), problem.beds, 0)


def tell(name: str, data: dict[str, np.ndarray], problem: nights.Problem, plan: nights.Plan, seconds: float) -> None:
    """Write what a plan of the province comes to, in the instance's own penalties."""
    left = np.array(sorted(set(range(len(data["prize"]))) - plan.served), dtype=np.int64)
    driven = 0
    for day in plan.days:
        places = [day.beds[0], *problem.visits[list(day.visits), 0], day.beds[1]]
        driven += int(problem.drives[places[:-1], places[1:]].sum())
    lost, high = int(data["prize"][left].sum()), int((data["risk"][left] == HIGH).sum())
    sys.stdout.write(
        f"hlj_300 {name}: objective {driven + lost}, lost penalty {lost}, {len(plan.served)} served, "
        f"{high} of high risk left out, {driven / 3600:.1f} h driven, {violations(problem, plan)} violations, "
        f"{seconds:.1f} s\n"
    )


def both_ways(seconds: float) -> None:
    """Plan the province greedily, with nights at the seats, and with nights at lodgings."""
    data = dict(np.load(DATA / "hlj_300.npz"))
    at_base, away = on_the_road(data, lodging=False), on_the_road(data, lodging=True)
    nights.solve(at_base, nights.Search(iterations=1), np.random.default_rng(1))  # compiles
    began = time.perf_counter()
    tell("greedy, home every night", data, at_base, greedy(at_base), time.perf_counter() - began)
    for name, problem in (("home every night", at_base), ("nights at lodgings", away)):
        began = time.perf_counter()
        search = nights.Search(seconds=seconds, warmth=(25_000.0, 150.0), hands=HANDS)
        plan = nights.solve(problem, search, np.random.default_rng(1), clock=time.perf_counter)
        tell(name, data, problem, plan, time.perf_counter() - began)


def main() -> None:
    """Run the published instances and the province."""
    if not DATA.is_dir():
        sys.stdout.write("the published instances are not here\n")
        return
    report("RC208 (tenths)", published("RC208.vrp", 10, 10), 5_000, 7761)
    many = published("X-n101-k25.vrp", 1, 0)
    report("X-n101-k25", replace(many, duration=many.duration * 0), 20_000, 27591)
    province(2_000)
    both_ways(SECONDS)


if __name__ == "__main__":
    main()
