"""Routes: the order of visits of each team and day."""

from dataclasses import dataclass, field

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pandera.pandas as pa
import shapely

from cross_check import plans, rounds, tours
from cross_check.travel import Floats, Travel
from gis import regions as gis_regions
from gis import schema
from gis.crs import STORAGE
from gis.errors import WorkbenchError
from gis.progress import Progress, silent

Rows = list[dict[str, object]]

VISITS = schema.table(
    {
        "team_id": schema.text(),
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
"""``day`` and ``order`` count from 1; ``arrive`` and ``leave`` are clock times HH:MM; ``drive_min`` leads here."""

LEGS = schema.table(
    {
        "team_id": schema.text(),
        "day": schema.whole(),
        "leave": schema.text(),
        "back": schema.text(),
        "length_m": schema.number(0),
        "drive_min": schema.number(0),
        "duty_min": schema.number(0),
        "visits": schema.whole(),
        "geometry": schema.shape("LineString"),
    }
)
"""One line a team and day, from its lodging through its visits and back; great-circle legs, no road network.
``duty_min`` runs from leaving to coming back without the lunch break."""

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
class Params:
    """The working day, what a visit is worth and how long to search.

    Parameters
    ----------
    days : int
        Working days of the round.
    start_min, noon_min, lunch_min : int
        Start of the day and of the lunch break, minutes after midnight, and the length of the break. The team pauses
        at noon or, if it is on site then, after that visit. The break is no duty.
    duty_min : int
        Longest duty a day, driving and waiting included.
    day_min : int
        Minutes after the start, the break not counted, by which the team must be back.
    visits_a_day : int
        Most visits a day; three to six full checks are usual.
    prizes : (float, float, float)
        Minutes of driving that a visit of risk 1, 2 and 3 is worth. The least exceeds a whole day's duty, so nothing
        that fits is left out to spare driving.
    lead_factor : float
        How much more a lead is worth than a site of equal risk. Beyond the ratio of the greatest prize to the least,
        as here, any lead is worth more than any site: a lead has a cause, a site was only drawn.
    travel : Travel
    search : tours.Search
    """

    days: int = 5
    start_min: int = 8 * 60
    noon_min: int = 12 * 60
    lunch_min: int = 60
    duty_min: int = 8 * 60
    day_min: int = 9 * 60
    visits_a_day: int = 6
    prizes: tuple[float, float, float] = (500.0, 2000.0, 8000.0)
    lead_factor: float = 20.0
    travel: Travel = field(default_factory=Travel)
    search: tours.Search = field(default_factory=tours.Search)

    def __post_init__(self) -> None:
        """Refuse days that do not begin or do not end before midnight."""
        if min(self.days, self.duty_min, self.visits_a_day) < 1 or min(self.prizes) < 0 or self.lead_factor <= 0:
            raise ValueError("days, duty_min and visits_a_day are at least 1, prizes not negative")
        if not 0 <= self.start_min <= self.noon_min or self.lunch_min < 0:
            raise ValueError("the break comes after the start of the day")
        if self.start_min + self.day_min + self.lunch_min >= 24 * 60:
            raise ValueError("a day ends before midnight")


@dataclass(frozen=True)
class Routes:
    """The plan of a round: see ``VISITS``, ``LEGS`` and ``UNSERVED``; every target is in ``visits`` or ``unserved``."""

    visits: gpd.GeoDataFrame
    legs: gpd.GeoDataFrame
    unserved: gpd.GeoDataFrame


def plan(
    assignment: pd.DataFrame,
    targets: gpd.GeoDataFrame,
    regions: gpd.GeoDataFrame,
    *,
    params: Params,
    progress: Progress = silent,
) -> Routes:
    """Plan the days of every team: which targets, in which order, at which time.

    Each team lodges at the seat of the region it is sent to and returns there every evening. Where not all targets
    fit, leads are kept before sites and high risk before low. The most valuable day comes first.

    Parameters
    ----------
    assignment : DataFrame
        See ``rounds.ASSIGNMENT``.
    targets : GeoDataFrame
        See ``plans.TARGETS``. The order of rows does not matter.
    regions : GeoDataFrame
        See ``gis.regions.SCHEMA``.
    params : Params
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
        region is not among the regions.
    """
    assignment = schema.demand(assignment, rounds.ASSIGNMENT, "assignment").sort_values("team_id")
    targets = schema.demand(targets, plans.TARGETS, "targets").sort_values("target_id", ignore_index=True)
    regions = schema.demand(regions, gis_regions.SCHEMA, "regions").set_index("division_code")
    _demand_known(assignment, targets, regions)
    parts = []
    for done, team in enumerate(assignment.itertuples()):
        progress(done, len(assignment), "routes.team")
        seat = regions.loc[[team.division_code], ["seat_lon", "seat_lat"]].to_numpy(np.float64)
        parts.append(_team_routes(targets[targets["team_id"] == team.team_id].reset_index(drop=True), seat, params))
    progress(len(assignment), len(assignment), "routes.team")
    return Routes(
        visits=_table([row for part in parts for row in part[0]], VISITS, "visits"),
        legs=_table([row for part in parts for row in part[1]], LEGS, "legs"),
        unserved=_table([row for part in parts for row in part[2]], UNSERVED, "unserved"),
    )


def _demand_known(assignment: pd.DataFrame, targets: gpd.GeoDataFrame, regions: pd.DataFrame) -> None:
    teams = sorted(set(targets["team_id"]) - set(assignment["team_id"]))
    if teams:
        raise WorkbenchError("routes.unknown_team", "Not in the assignment: {teams}", teams=", ".join(teams))
    divisions = sorted(set(assignment["division_code"]) - set(regions.index))
    if divisions:
        raise WorkbenchError(
            "routes.unknown_division", "Not among the regions: {divisions}", divisions=", ".join(divisions)
        )


def _team_routes(targets: gpd.GeoDataFrame, seat: Floats, params: Params) -> tuple[Rows, Rows, Rows]:
    """Return the rows of visits, legs and unserved targets of one team."""
    places = np.concatenate([seat, targets.geometry.get_coordinates().to_numpy()])
    metres = params.travel.metres(places, places)
    problem = _problem(targets, params.travel.minutes(metres), params)
    reasons = _hopeless(problem)
    within = np.flatnonzero(reasons == "")
    found = tours.solve(_part(problem, within), params.search)
    visits: Rows = []
    legs: Rows = []
    for day, tour in enumerate(found.tours, start=1):
        rows = within[list(tour.visits)]
        stops = np.concatenate([[0], rows + 1, [0]])
        drives = problem.duration[stops[:-1], stops[1:]]
        visits += _visit_rows(targets.iloc[rows], tour, drives, day, params)
        legs.append(
            {
                "team_id": targets["team_id"].iloc[0],
                "day": day,
                "leave": _clock(tour.leaves, params),
                "back": _clock(tour.back, params),
                "length_m": float(metres[stops[:-1], stops[1:]].sum()),
                "drive_min": float(drives.sum()),
                "duty_min": float(tour.back - tour.leaves),
                "visits": len(rows),
                "geometry": shapely.LineString(places[stops]),
            }
        )
    served = {int(within[visit]) for tour in found.tours for visit in tour.visits}
    left = [row for row in range(len(targets)) if row not in served]
    unserved = targets.iloc[left].assign(reason=[reasons[row] or "routes.no_time" for row in left])
    return visits, legs, unserved[list(UNSERVED.columns)].to_dict("records")


def _problem(targets: gpd.GeoDataFrame, minutes: tours.Ints, params: Params) -> tours.Problem:
    worth = np.array(params.prizes)[targets["risk"].astype(int).to_numpy() - 1]
    worth = np.where(targets["target_kind"] == "lead", worth * params.lead_factor, worth)
    return tours.Problem(
        length=minutes,
        duration=minutes,
        service=np.ceil(targets["service_min"].to_numpy()).astype(np.int64),
        earliest=np.array([_opens(text, params) for text in targets["opens"]], dtype=np.int64),
        latest=np.array([_closes(text, params) for text in targets["closes"]], dtype=np.int64),
        prize=np.rint(worth).astype(np.int64),
        demand=np.ones(len(targets), dtype=np.int64),
        days=params.days,
        capacity=params.visits_a_day,
        duty=params.duty_min,
        horizon=params.day_min,
    )


def _part(problem: tours.Problem, kept: tours.Ints) -> tours.Problem:
    places = np.concatenate([[0], kept + 1])
    return tours.Problem(
        length=problem.length[np.ix_(places, places)],
        duration=problem.duration[np.ix_(places, places)],
        service=problem.service[kept],
        earliest=problem.earliest[kept],
        latest=problem.latest[kept],
        prize=problem.prize[kept],
        demand=problem.demand[kept],
        days=problem.days,
        capacity=problem.capacity,
        duty=problem.duty,
        horizon=problem.horizon,
    )


def _hopeless(problem: tours.Problem) -> npt.NDArray[np.str_]:
    """Return for each target why not even a day of its own would hold it, an empty text if one would."""
    there, home = problem.duration[0, 1:], problem.duration[1:, 0]
    begins = np.maximum(there, problem.earliest)
    shut = (begins > problem.latest) | (begins + problem.service + home > problem.horizon)
    far = there + problem.service + home > problem.duty
    return np.where(far, "routes.out_of_reach", np.where(shut, "routes.shut", ""))


def _visit_rows(targets: gpd.GeoDataFrame, tour: tours.Tour, drives: tours.Ints, day: int, params: Params) -> Rows:
    ends = [begins + int(np.ceil(minutes)) for begins, minutes in zip(tour.begins, targets["service_min"], strict=True)]
    table = targets.assign(
        day=day,
        order=range(1, len(targets) + 1),
        drive_min=drives[:-1].astype(np.float64),
        arrive=[_clock(begins, params) for begins in tour.begins],
        # Whoever is on site at noon finishes first, so the break does not fall into the visit.
        leave=[_clock(end, params, since=begins) for begins, end in zip(tour.begins, ends, strict=True)],
    )
    rows: Rows = table[list(VISITS.columns)].to_dict("records")
    return rows


def _clock(worked: int, params: Params, *, since: int | None = None) -> str:
    """Return the clock time after some minutes of work; ``since`` is when the work in hand began."""
    paused = params.start_min + (worked if since is None else since) >= params.noon_min
    minutes = params.start_min + worked + (params.lunch_min if paused else 0)
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def _opens(text: object, params: Params) -> int:
    """Return the minutes of work before the clock shows a time or later, 0 without a time."""
    if not isinstance(text, str):
        return 0
    minutes = _minutes(text)
    if minutes >= params.noon_min:
        minutes = max(params.noon_min, minutes - params.lunch_min)
    return max(0, minutes - params.start_min)


def _closes(text: object, params: Params) -> int:
    """Return the most minutes of work after which the clock still shows no later time, the whole day without one."""
    if not isinstance(text, str):
        return params.day_min
    minutes = _minutes(text)
    if minutes >= params.noon_min:
        minutes = max(params.noon_min - 1, minutes - params.lunch_min)
    # Closed before the day begins: -1 would be refused by the solver, and the target is told apart as shut.
    return min(params.day_min, minutes - params.start_min)


def _minutes(text: str) -> int:
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)


def _table(rows: Rows, door: pa.DataFrameSchema, name: str) -> gpd.GeoDataFrame:
    columns = list(door.columns)
    return schema.demand(gpd.GeoDataFrame(rows, columns=columns, geometry="geometry", crs=STORAGE), door, name)
