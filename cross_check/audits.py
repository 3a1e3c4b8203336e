"""Audits: whether a plan keeps every rule, recomputed from its clock times and places alone."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import pandas as pd
from pyproj import Geod

from cross_check.lodgings import shipped
from cross_check.route_params import Params
from cross_check.routes import Routes

_GEOD = Geod(ellps="GRS80")
_ROUNDING_MIN = 1e-6

Place = tuple[str, float, float]
"""Id, longitude, latitude."""

Drive = Callable[[Place, Place], float]


@dataclass(frozen=True, order=True)
class Violation:
    """A broken rule: catalogue code, team, day (0 where none applies) and what is concerned (a target or nothing)."""

    code: str
    team_id: str
    day: int = 0
    target_id: str = ""


@dataclass(frozen=True)
class _Ground:
    """What days are measured against."""

    params: Params
    known: gpd.GeoDataFrame
    beds: dict[str, Place]
    drive_min: Drive


def check(
    routes: Routes,
    targets: gpd.GeoDataFrame,
    assignment: pd.DataFrame,
    regions: gpd.GeoDataFrame,
    *,
    params: Params,
    lodgings: gpd.GeoDataFrame | None = None,
    drive_min: Drive | None = None,
) -> list[Violation]:
    """Return every rule that a plan breaks; an empty list is a plan that keeps all.

    Nothing of the planner is used but its parameters and the list of lodgings: drives are measured anew and times read
    from the clock.

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
    lodgings : GeoDataFrame, optional
        See ``lodgings.SCHEMA``; the shipped list by default.
    drive_min : callable, optional
        Minutes between two places (id, lon, lat) where the plan was made with other roads than great circles.

    Returns
    -------
    list of Violation
        Sorted. Rules: each target visited once or listed as unserved (``audits.twice``, ``audits.lost``,
        ``audits.stranger``); in the region its team is sent to (``audits.other_region``), which is not the team's own
        (``audits.own_region``); no site its officers have an interest in (``audits.recusal``); two officers in every
        crew (``audits.officers``); within its hours (``audits.shut``) and for its full time (``audits.cut_short``);
        reachable from the last place (``audits.too_fast``); within the days, visits a day and duty of ``params``
        (``audits.day``, ``audits.visits``, ``audits.duty``, ``audits.late``); with a break within its hours
        (``audits.no_break``, ``audits.break_hour``); nights at a lodging, the seat first and last, every day beginning
        where the night was spent (``audits.bed``).
    """
    known = targets.set_index("target_id")
    houses = shipped(regions) if lodgings is None else lodgings
    beds = {bed: (str(bed), place.x, place.y) for bed, place in zip(houses["lodging_id"], houses.geometry, strict=True)}
    for row in regions.itertuples():
        beds.setdefault(row.division_code, (row.division_code, float(row.seat_lon), float(row.seat_lat)))
    ground = _Ground(params, known, beds, drive_min or _great_circle(params))
    found = [*_once(routes, targets), *_allowed(routes.visits, targets, assignment)]
    found += _crews(routes.legs, assignment)
    for (team, crew, day), leg in routes.legs.groupby(["team_id", "crew", "day"]):
        same = (routes.visits["team_id"] == team) & (routes.visits["crew"] == crew) & (routes.visits["day"] == day)
        mine = routes.visits[same & routes.visits["target_id"].isin(known.index)].sort_values("order")
        found += _day(mine, leg, ground)
    keys = ["team_id", "crew", "day"]
    without = routes.visits.merge(routes.legs[keys], on=keys, how="left", indicator=True)
    for row in without[without["_merge"] == "left_only"].itertuples():
        found.append(Violation("audits.day", row.team_id, row.day))
    found += _beds(routes.legs, assignment, ground)
    return sorted(set(found))


def _great_circle(params: Params) -> Drive:
    def drive(one: Place, other: Place) -> float:
        _, _, metres = _GEOD.inv(*one[1:], *other[1:])
        return float(metres) * params.travel.detour / 1000 / params.travel.speed_kmh * 60

    return drive


def _crews(legs: gpd.GeoDataFrame, assignment: pd.DataFrame) -> Iterator[Violation]:
    """Yield teams whose officers do not suffice for two in each of its crews."""
    counts = assignment.set_index("team_id")["officers"]
    for team, crews in legs.groupby("team_id")["crew"].nunique().items():
        if team in counts.index and counts[team] < 2 * crews:
            yield Violation("audits.officers", str(team))


def _beds(legs: gpd.GeoDataFrame, assignment: pd.DataFrame, ground: "_Ground") -> Iterator[Violation]:
    """Follow every crew from bed to bed."""
    sent = assignment.set_index("team_id")["division_code"]
    for (team, _), days in legs.groupby(["team_id", "crew"]):
        here = str(sent.get(team))
        seat = here
        for leg in days.sort_values("day").itertuples():
            if leg.from_lodging != here or leg.to_lodging not in ground.beds:
                yield Violation("audits.bed", str(team), int(leg.day))
            if ground.params.nights == "base" and leg.to_lodging != seat:
                yield Violation("audits.bed", str(team), int(leg.day))
            here = leg.to_lodging
        if here != seat:
            yield Violation("audits.bed", str(team), ground.params.days)


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


def _day(visits: pd.DataFrame, legs: pd.DataFrame, ground: "_Ground") -> Iterator[Violation]:
    """Walk through one day of one crew by the clock."""
    leg, params = legs.iloc[0], ground.params
    team, day = str(leg["team_id"]), int(leg["day"])
    if not 1 <= day <= params.days or len(legs) != 1 or list(visits["order"]) != list(range(1, len(visits) + 1)):
        yield Violation("audits.day", team, day)
    if len(visits) > params.visits_a_day:
        yield Violation("audits.visits", team, day)
    if leg["from_lodging"] not in ground.beds or leg["to_lodging"] not in ground.beds:
        return
    place, clock = ground.beds[leg["from_lodging"]], _minutes(leg["leave"])
    stretches = []
    for visit in visits.itertuples():
        target = ground.known.loc[visit.target_id]
        there = (visit.target_id, target.geometry.x, target.geometry.y)
        arrive, leave = _minutes(visit.arrive), _minutes(visit.leave)
        yield from (Violation(code, team, day, visit.target_id) for code in _visit_faults(arrive, leave, target))
        stretches.append((clock, arrive, arrive - clock - ground.drive_min(place, there)))
        if stretches[-1][2] < -_ROUNDING_MIN:
            yield Violation("audits.too_fast", team, day, visit.target_id)
        place, clock = there, leave
    back = _minutes(leg["back"])
    stretches.append((clock, back, back - clock - ground.drive_min(place, ground.beds[leg["to_lodging"]])))
    if stretches[-1][2] < -_ROUNDING_MIN:
        yield Violation("audits.too_fast", team, day)
    yield from (Violation(code, team, day) for code in _length_faults(leg, stretches, params))


def _visit_faults(arrive: int, leave: int, target: Any) -> Iterator[str]:  # noqa: ANN401 - a row of any table
    if leave - arrive < target["service_min"]:
        yield "audits.cut_short"
    too_early = isinstance(target["opens"], str) and arrive < _minutes(target["opens"])
    too_late = isinstance(target["closes"], str) and arrive > _minutes(target["closes"])
    if too_early or too_late:
        yield "audits.shut"


def _length_faults(leg: Any, stretches: list[tuple[int, int, float]], params: Params) -> Iterator[str]:  # noqa: ANN401 - a row
    """Check break, duty and hours; a stretch is (from, to, minutes to spare beside the drive) between two visits."""
    start, back = _minutes(leg["leave"]), _minutes(leg["back"])
    pause = 0
    if isinstance(leg["lunch"], str) and params.lunch_min:
        pause, begins = params.lunch_min, _minutes(leg["lunch"])
        if not params.lunch_from_min <= begins <= params.lunch_until_min:
            yield "audits.break_hour"
        inside = (
            one <= begins and begins + pause <= other and spare >= pause - _ROUNDING_MIN
            for one, other, spare in stretches
        )
        if not any(inside):
            yield "audits.no_break"
    elif params.lunch_min and start < params.lunch_from_min + params.lunch_min and back > params.lunch_until_min:
        yield "audits.no_break"
    if back - start - pause > params.duty_min:
        yield "audits.duty"
    if start < params.start_min or back > params.end_min:
        yield "audits.late"


def _minutes(text: str) -> int:
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)
