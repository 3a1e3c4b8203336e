"""Reserves: which targets to take instead when a gate stays closed, day by day."""

import geopandas as gpd
import numpy as np

from cross_check import days
from cross_check.nights import Day, Problem
from cross_check.route_cases import Case
from cross_check.route_params import Params
from gis import schema
from gis.crs import STORAGE

RESERVE = schema.table(
    {
        "team_id": schema.text(),
        "crew": schema.whole(),
        "day": schema.whole(),
        "rank": schema.whole(),
        "target_id": schema.text(),
        "name": schema.text(),
        "risk": schema.number(1, 3),
        "instead_of": schema.text(),
        "more_min": schema.number(),
        "geometry": schema.shape("Point"),
    }
)
"""One row a crew, day and target in hand, the best first: ``instead_of`` is the visit whose place it takes with the
least driving, and ``more_min`` by how much the day's drives grow (or shrink, below 0)."""


def find(case: Case, team_id: str, problem: Problem, made: tuple[Day, ...], params: Params) -> gpd.GeoDataFrame:
    """Return for each day the unserved targets that fit into it in place of one of its visits.

    Parameters
    ----------
    case : Case
    team_id : str
    problem : nights.Problem
    made : tuple of Day
    params : Params
        ``reserve`` targets a day at most.

    Returns
    -------
    GeoDataFrame
        See ``RESERVE``: by risk, then by the drive; the same target may be in hand on several days.
    """
    served = {visit for day in made for visit in day.visits}
    spare = [number for number in range(len(problem.visits)) if number not in served and problem.prize[number] > 0]
    rows = []
    for day in made:
        fitting = [found for number in spare if (found := _swap(number, day, problem)) is not None]
        risk = case.targets["risk"].to_numpy()
        fitting.sort(key=lambda each: (-risk[each[0]], each[2], each[0]))
        for rank, (number, out, more) in enumerate(fitting[: params.reserve], start=1):
            target = case.targets.iloc[number]
            facts = {"team_id": team_id, "crew": day.team + 1, "day": day.day + 1, "rank": rank, "more_min": more}
            replaced = {"instead_of": case.targets["target_id"].iloc[out]}
            rows.append(facts | replaced | target[["target_id", "name", "risk", "geometry"]].to_dict())
    table = gpd.GeoDataFrame(rows, columns=list(RESERVE.columns), geometry="geometry", crs=STORAGE)
    return schema.demand(table, RESERVE, "reserve")


def _swap(number: int, day: Day, problem: Problem) -> tuple[int, int, float] | None:
    """Return (target, replaced visit, minutes more) of the cheapest exchange that fits the day."""
    rules = problem.rules[day.team * problem.days + day.day]
    best: tuple[int, int, float] | None = None
    before = _drive(np.array(day.visits, np.int64), day, problem)
    for at, out in enumerate(day.visits):
        stops = np.array([*day.visits[:at], number, *day.visits[at + 1 :]], np.int64)
        more = float(_drive(stops, day, problem) - before)
        if best is not None and more >= best[2]:
            continue
        if days.best(stops, len(stops), day.beds, problem.drives, problem.visits, rules)[2] >= 0:
            best = (number, out, more)
    return best


def _drive(stops: np.ndarray, day: Day, problem: Problem) -> int:
    places = [day.beds[0], *problem.visits[stops, 0], day.beds[1]]
    return int(problem.drives[places[:-1], places[1:]].sum())
