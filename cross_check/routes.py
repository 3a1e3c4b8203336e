"""Routes: the order of visits of each team and day, and where it sleeps."""

from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pandera.pandas as pa
import shapely

from cross_check import lodgings as lodgings_
from cross_check import nights, officers, plans, reserves, rounds, route_cases
from cross_check.nights import Day
from cross_check.route_cases import Case, Roads, clock
from cross_check.route_params import Params
from cross_check.travel import Ints
from gis import regions as gis_regions
from gis import schema
from gis.crs import STORAGE
from gis.errors import WorkbenchError
from gis.progress import Progress, silent

Rows = list[dict[str, object]]

VISITS = schema.table(
    {
        "team_id": schema.text(),
        "crew": schema.whole(),
        "day": schema.whole(),
        "order": schema.whole(),
        "target_id": schema.text(unique=True),
        "target_kind": schema.text(schema.one_of("lead", "site")),
        "name": schema.text(),
        "division_code": schema.text(),
        "risk": schema.number(1, 3),
        "trigger": schema.text(nullable=True),
        "check_kind": schema.text(schema.one_of(*plans.CHECKS)),
        "drive_min": schema.number(0),
        "arrive": schema.text(),
        "leave": schema.text(),
        "geometry": schema.shape("Point"),
    }
)
"""``crew``, ``day`` and ``order`` count from 1; ``arrive`` is when the visit begins and ``leave`` when it ends, clock
times HH:MM; ``drive_min`` leads here."""

LEGS = schema.table(
    {
        "team_id": schema.text(),
        "crew": schema.whole(),
        "day": schema.whole(),
        "leave": schema.text(),
        "lunch": schema.text(nullable=True),
        "back": schema.text(),
        "from_lodging": schema.text(),
        "to_lodging": schema.text(),
        "length_m": schema.number(0),
        "drive_min": schema.number(0),
        "duty_min": schema.number(0),
        "visits": schema.whole(),
        "geometry": schema.shape("LineString"),
    }
)
"""One line a crew and day on the road, from the lodging it slept at through its visits to the next; straight legs
between the places. ``lunch`` is when the break begins, empty in a day that needs none; ``duty_min`` is without it."""

NIGHTS = schema.table(
    {
        "team_id": schema.text(),
        "crew": schema.whole(),
        "night": schema.whole(),
        "lodging_id": schema.text(),
        "name_zh": schema.text(),
        "name_en": schema.text(),
        "geometry": schema.shape("Point"),
    }
)
"""Where each crew sleeps between its days; ``night`` 1 follows day 1."""

UNSERVED = schema.table(
    {
        "target_id": schema.text(unique=True),
        "target_kind": schema.text(schema.one_of("lead", "site")),
        "name": schema.text(),
        "team_id": schema.text(),
        "division_code": schema.text(),
        "risk": schema.number(1, 3),
        "reason": schema.text(),
        "geometry": schema.shape("Point"),
    }
)
"""Targets that no day holds, with a catalogue code."""


@dataclass(frozen=True)
class Routes:
    """The plan of a round; every target is in ``visits`` or ``unserved``.

    See ``VISITS``, ``LEGS``, ``NIGHTS``, ``UNSERVED`` and ``reserves.RESERVE``.
    """

    visits: gpd.GeoDataFrame
    legs: gpd.GeoDataFrame
    nights: gpd.GeoDataFrame
    unserved: gpd.GeoDataFrame
    reserve: gpd.GeoDataFrame


def plan(
    assignment: pd.DataFrame,
    targets: gpd.GeoDataFrame,
    regions: gpd.GeoDataFrame,
    *,
    params: Params,
    lodgings: gpd.GeoDataFrame | None = None,
    roads: Roads | None = None,
    progress: Progress = silent,
) -> Routes:
    """Plan the days of every team: which targets, in which order, at which time, and where it sleeps.

    Each team begins its first day at the seat of the region it is sent to and ends its last one there; the nights
    between are spent at lodging places. Where not all targets fit, leads are kept before sites and high risk before
    low. What matters most tends to come first.

    Parameters
    ----------
    assignment : DataFrame
        See ``rounds.ASSIGNMENT``.
    targets : GeoDataFrame
        See ``plans.TARGETS``. The order of rows does not matter.
    regions : GeoDataFrame
        See ``gis.regions.SCHEMA``.
    params : Params
    lodgings : GeoDataFrame, optional
        See ``lodgings.SCHEMA``, the regions' seats among them; the shipped towns and the seats by default.
    roads : Roads, optional
        Great circles times ``params.travel`` by default.
    progress : Progress
        Told each team with ``routes.team``.

    Returns
    -------
    Routes
        The same input gives the same routes.

    Raises
    ------
    TableFaults
        If a table is not of its schema.
    WorkbenchError
        ``routes.unknown_team`` if a target's team is not in the assignment, ``routes.unknown_division`` if a team's
        region is not among the regions, ``routes.too_few`` if a team with targets has not two officers, and those of
        ``roads``.
    """
    assignment = schema.demand(assignment, rounds.ASSIGNMENT, "assignment").sort_values("team_id")
    targets = schema.demand(targets, plans.TARGETS, "targets").sort_values("target_id", ignore_index=True)
    regions = schema.demand(regions, gis_regions.SCHEMA, "regions")
    beds = beds_of(lodgings, regions)
    _demand_known(assignment, targets, regions)
    parts: list[Routes] = []
    for done, team in enumerate(assignment.itertuples()):
        progress(done, len(assignment), "routes.team")
        mine = targets[targets["team_id"] == team.team_id].reset_index(drop=True)
        crews = max(1, min(params.crews, team.officers // officers.FEWEST))
        near = route_cases.near_lodgings(mine, beds, team.division_code, params)
        case = route_cases.case_of(mine, near, roads or params.travel)
        parts.append(_team(case, str(team.team_id), crews, params, np.random.default_rng([params.seed, done])))
    progress(len(assignment), len(assignment), "routes.team")
    return joined(parts)


def beds_of(lodgings: gpd.GeoDataFrame | None, regions: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the lodgings to choose from, the seats always among them, by id."""
    if lodgings is None:
        return lodgings_.shipped(regions).sort_values("lodging_id", ignore_index=True)
    given = schema.demand(lodgings, lodgings_.SCHEMA, "lodgings")
    seats = lodgings_.seats(regions)
    lacking = seats[~seats["lodging_id"].isin(given["lodging_id"])]
    both = gpd.GeoDataFrame(pd.concat([given, lacking], ignore_index=True), crs=given.crs)
    return both.sort_values("lodging_id", ignore_index=True)


def joined(parts: list[Routes]) -> Routes:
    """Return the routes of several teams as one."""
    doors = {"visits": VISITS, "legs": LEGS, "nights": NIGHTS, "unserved": UNSERVED, "reserve": reserves.RESERVE}
    tables = {}
    for name, door in doors.items():
        rows = [row for part in parts for row in getattr(part, name)[list(door.columns)].to_dict("records")]
        tables[name] = table(rows, door, name)
    return Routes(**tables)


def _demand_known(assignment: pd.DataFrame, targets: gpd.GeoDataFrame, regions: pd.DataFrame) -> None:
    teams = sorted(set(targets["team_id"]) - set(assignment["team_id"]))
    if teams:
        raise WorkbenchError("routes.unknown_team", "Not in the assignment: {teams}", teams=", ".join(teams))
    divisions = sorted(set(assignment["division_code"]) - set(regions["division_code"]))
    if divisions:
        raise WorkbenchError(
            "routes.unknown_division", "Not among the regions: {divisions}", divisions=", ".join(divisions)
        )
    short = assignment[assignment["team_id"].isin(targets["team_id"]) & (assignment["officers"] < officers.FEWEST)]
    if len(short):
        raise WorkbenchError(
            "routes.too_few", "Teams with fewer than two officers: {teams}", teams=", ".join(short["team_id"])
        )


def _team(case: Case, team_id: str, crews: int, params: Params, rng: np.random.Generator) -> Routes:
    reasons = route_cases.hopeless(case, params)
    problem = route_cases.problem_of(case, crews, params)
    # A prize of nothing keeps the search from trying what no day can hold.
    problem.prize[reasons != ""] = 0
    start = route_cases.start_of(problem, params)
    search = replace(params.search, balance=params.balance)
    found = nights.solve(problem, search, rng, start=start)
    served = found.served
    left = [number for number in range(len(case.targets)) if number not in served]
    unserved = case.targets.iloc[left].assign(reason=[reasons[number] or "routes.no_time" for number in left])
    visits, legs = rows_of(case, team_id, found.days, params)
    return Routes(
        visits=_loose(visits, VISITS),
        legs=_loose(legs, LEGS),
        nights=_loose(night_rows(case, team_id, found), NIGHTS),
        unserved=_loose(unserved.to_dict("records"), UNSERVED),
        reserve=reserves.find(case, team_id, problem, found.days, params),
    )


def rows_of(case: Case, team_id: str, made: tuple[Day, ...], params: Params) -> tuple[Rows, Rows]:
    """Return the rows of visits and legs of a team's days."""
    visits: Rows = []
    legs: Rows = []
    spots, places = case.places, case.visits
    for day in made:
        stops = np.array([day.beds[0], *places[list(day.visits), 0], day.beds[1]])
        drives = case.minutes[stops[:-1], stops[1:]]
        here = {"team_id": team_id, "crew": day.team + 1, "day": day.day + 1}
        visits += _visit_rows(case, day, drives, here)
        pause = 0 if day.pause is None else params.lunch_min
        legs.append(
            here
            | {
                "leave": clock(day.leaves),
                "lunch": None if day.pause is None else clock(day.pause),
                "back": clock(day.back),
                "from_lodging": case.lodgings["lodging_id"].iloc[day.beds[0]],
                "to_lodging": case.lodgings["lodging_id"].iloc[day.beds[1]],
                "length_m": float(case.metres[stops[:-1], stops[1:]].sum()),
                "drive_min": float(drives.sum()),
                "duty_min": float(day.back - day.leaves - pause),
                "visits": len(day.visits),
                "geometry": shapely.LineString(spots[stops]),
            }
        )
    return visits, legs


def _visit_rows(case: Case, day: Day, drives: Ints, here: dict[str, object]) -> Rows:
    numbers = list(day.visits)
    ends = np.array(day.begins, dtype=np.int64) + case.visits[numbers, 1]
    rows = case.targets.iloc[numbers].assign(
        order=range(1, len(numbers) + 1),
        drive_min=drives[:-1].astype(np.float64),
        arrive=[clock(begins) for begins in day.begins],
        leave=[clock(int(end)) for end in ends],
        **here,
    )
    found: Rows = rows[list(VISITS.columns)].to_dict("records")
    return found


def night_rows(case: Case, team_id: str, found: nights.Plan) -> Rows:
    """Return a row for every night between two days."""
    rows: Rows = []
    for crew, beds in enumerate(found.beds):
        for night, bed in enumerate(beds[1:-1], start=1):
            house = case.lodgings.iloc[int(bed)]
            named = house[["lodging_id", "name_zh", "name_en", "geometry"]].to_dict()
            rows.append({"team_id": team_id, "crew": crew + 1, "night": night} | named)
    return rows


def table(rows: Rows, door: pa.DataFrameSchema, name: str) -> gpd.GeoDataFrame:
    """Return rows as a table of its schema."""
    return schema.demand(_loose(rows, door), door, name)


def _loose(rows: Rows, door: pa.DataFrameSchema) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(rows, columns=list(door.columns), geometry="geometry", crs=STORAGE)
