"""Audits: whether a plan keeps every rule, recomputed from its clock times and places alone."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import pandas as pd
from pyproj import Geod

from cross_check.routes import Params, Routes

_GEOD = Geod(ellps="GRS80")
_ROUNDING_MIN = 1e-6


@dataclass(frozen=True, order=True)
class Violation:
    """A broken rule: catalogue code, team, day (0 where none applies) and what is concerned (a target or nothing)."""

    code: str
    team_id: str
    day: int = 0
    target_id: str = ""


def check(
    routes: Routes, targets: gpd.GeoDataFrame, assignment: pd.DataFrame, regions: gpd.GeoDataFrame, *, params: Params
) -> list[Violation]:
    """Return every rule that a plan breaks; an empty list is a plan that keeps all.

    Nothing of the planner is used but its parameters: drives are measured anew and times read from the clock.

    Parameters
    ----------
    routes : Routes
    targets : GeoDataFrame
        See ``plans.TARGETS``.
    assignment : DataFrame
        See ``rounds.ASSIGNMENT``.
    regions : GeoDataFrame
        See ``gis.regions.SCHEMA``.
    params : Params

    Returns
    -------
    list of Violation
        Sorted. Rules: each target visited once or listed as unserved (``audits.twice``, ``audits.lost``,
        ``audits.stranger``); in the region its team is sent to (``audits.other_region``), which is not the team's own
        (``audits.own_region``); no site its officers have an interest in (``audits.recusal``); within its hours
        (``audits.shut``) and for its full time (``audits.cut_short``); reachable from the last place
        (``audits.too_fast``); within the days, visits a day and duty of ``params`` (``audits.day``,
        ``audits.visits``, ``audits.duty``, ``audits.late``); with a break (``audits.no_break``).
    """
    found = [*_once(routes, targets), *_allowed(routes.visits, targets, assignment)]
    seats = regions.set_index("division_code")[["seat_lon", "seat_lat"]]
    known = targets.set_index("target_id")
    sent = assignment.set_index("team_id")["division_code"]
    for (team, day), visits in routes.visits[routes.visits["target_id"].isin(known.index)].groupby(["team_id", "day"]):
        if team in sent.index:
            legs = routes.legs[(routes.legs["team_id"] == team) & (routes.legs["day"] == day)]
            seat = tuple(seats.loc[sent[team]].astype(float))
            found += _day(visits.sort_values("order"), legs, known, (seat[0], seat[1]), params)
    return sorted(set(found))


def _once(routes: Routes, targets: gpd.GeoDataFrame) -> Iterator[Violation]:
    listed = pd.concat([routes.visits[["target_id", "team_id"]], routes.unserved[["target_id", "team_id"]]])
    for row in listed[listed["target_id"].duplicated()].itertuples():
        yield Violation("audits.twice", row.team_id, 0, row.target_id)
    for row in listed[~listed["target_id"].isin(targets["target_id"])].itertuples():
        yield Violation("audits.stranger", row.team_id, 0, row.target_id)
    for row in targets[~targets["target_id"].isin(listed["target_id"])].itertuples():
        yield Violation("audits.lost", row.team_id, 0, row.target_id)


def _allowed(visits: gpd.GeoDataFrame, targets: gpd.GeoDataFrame, assignment: pd.DataFrame) -> Iterator[Violation]:
    teams = assignment.set_index("team_id")
    known = targets.set_index("target_id")
    for visit in visits[visits["target_id"].isin(known.index)].itertuples():
        target = known.loc[visit.target_id]
        here = (visit.team_id, visit.day, visit.target_id)
        if visit.team_id not in teams.index or teams.loc[visit.team_id, "division_code"] != target["division_code"]:
            yield Violation("audits.other_region", *here)
            continue
        team = teams.loc[visit.team_id]
        interests = team["interest_sites"]
        if team["home_division"] == target["division_code"]:
            yield Violation("audits.own_region", *here)
        if isinstance(interests, str) and target["site_id"] in interests.split(";"):
            yield Violation("audits.recusal", *here)


def _day(
    visits: pd.DataFrame, legs: pd.DataFrame, known: gpd.GeoDataFrame, seat: tuple[float, float], params: Params
) -> Iterator[Violation]:
    """Walk through one day of one team by the clock."""
    team, day = str(visits["team_id"].iloc[0]), int(visits["day"].iloc[0])
    if not 1 <= day <= params.days or len(legs) != 1 or list(visits["order"]) != list(range(1, len(visits) + 1)):
        yield Violation("audits.day", team, day)
    if len(visits) > params.visits_a_day:
        yield Violation("audits.visits", team, day)
    if len(legs) != 1:
        return
    place, clock, longest = seat, _minutes(legs["leave"].iloc[0]), 0.0
    for visit in visits.itertuples():
        target = known.loc[visit.target_id]
        there = (target.geometry.x, target.geometry.y)
        arrive, leave = _minutes(visit.arrive), _minutes(visit.leave)
        yield from (Violation(code, team, day, visit.target_id) for code in _visit_faults(arrive, leave, target))
        slack = arrive - clock - _drive_min(place, there, params)
        if slack < -_ROUNDING_MIN:
            yield Violation("audits.too_fast", team, day, visit.target_id)
        place, clock, longest = there, leave, max(longest, slack)
    back = _minutes(legs["back"].iloc[0])
    slack = back - clock - _drive_min(place, seat, params)
    if slack < -_ROUNDING_MIN:
        yield Violation("audits.too_fast", team, day)
    start = _minutes(legs["leave"].iloc[0])
    yield from (Violation(code, team, day) for code in _length_faults(start, back, max(longest, slack), params))


def _visit_faults(arrive: int, leave: int, target: Any) -> Iterator[str]:  # noqa: ANN401 - a row of any table
    if leave - arrive < target["service_min"]:
        yield "audits.cut_short"
    too_early = isinstance(target["opens"], str) and arrive < _minutes(target["opens"])
    too_late = isinstance(target["closes"], str) and arrive > _minutes(target["closes"])
    if too_early or too_late:
        yield "audits.shut"


def _length_faults(start: int, back: int, longest: float, params: Params) -> Iterator[str]:
    noon = params.noon_min
    pause = params.lunch_min if start < noon and back > noon else 0
    if longest < pause - _ROUNDING_MIN:
        yield "audits.no_break"
    if back - start - pause > params.duty_min:
        yield "audits.duty"
    if start < params.start_min or back > params.start_min + params.day_min + params.lunch_min:
        yield "audits.late"


def _drive_min(one: tuple[float, float], other: tuple[float, float], params: Params) -> float:
    _, _, metres = _GEOD.inv(*one, *other)
    return float(metres) * params.travel.detour / 1000 / params.travel.speed_kmh * 60


def _minutes(text: str) -> int:
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)
