"""Route cases: one team's targets, lodgings and working hours as numbers for the search."""

from dataclasses import dataclass
from typing import Protocol

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from cross_check import days, nights, tours
from cross_check.route_params import Params
from cross_check.travel import Floats, Ints

_NEAREST = 4


class Roads(Protocol):
    """Where road lengths and driving times come from: great circles, a routing service or the bureau's own table."""

    def table(self, ids: list[str], places: Floats) -> tuple[Floats, Ints]:
        """Return metres (n, n) and whole minutes (n, n) between places (n, 2) given as lon, lat, EPSG:4490."""


@dataclass(frozen=True)
class Case:
    """One team's problem.

    Attributes
    ----------
    targets : GeoDataFrame
        See ``plans.TARGETS``; place ``len(lodgings) + i`` of the matrices is target ``i``.
    lodgings : GeoDataFrame
        See ``lodgings.SCHEMA``: the seat first.
    metres, minutes : array (places, places)
    """

    targets: gpd.GeoDataFrame
    lodgings: gpd.GeoDataFrame
    metres: Floats
    minutes: Ints

    @property
    def places(self) -> Floats:
        """Longitude and latitude of every place."""
        return np.concatenate([each.geometry.get_coordinates().to_numpy() for each in (self.lodgings, self.targets)])

    @property
    def visits(self) -> Ints:
        """Place, time on site, earliest and latest beginning (minutes after midnight) of each target."""
        table = self.targets
        return np.stack(
            [
                len(self.lodgings) + np.arange(len(table)),
                np.ceil(table["service_min"].to_numpy(np.float64)),
                [minutes_of(text, 0) for text in table["opens"]],
                [minutes_of(text, 24 * 60) for text in table["closes"]],
            ],
            axis=1,
        ).astype(np.int64)


def near_lodgings(targets: gpd.GeoDataFrame, lodgings: gpd.GeoDataFrame, seat: str, params: Params) -> gpd.GeoDataFrame:
    """Return the seat and the few lodgings nearest to each target; the seat alone where every night is spent there.

    Great circles choose which houses are asked for at all: a routing service need not see the whole province.
    """
    home = lodgings["lodging_id"] == seat
    others = lodgings[~home]
    if params.nights == "base" or targets.empty:
        return lodgings[home]
    spots, beds = (each.geometry.get_coordinates().to_numpy() for each in (targets, others))
    nearest = np.argsort(params.travel.metres(spots, beds), axis=1, kind="stable")[:, :_NEAREST]
    return gpd.GeoDataFrame(pd.concat([lodgings[home], others.iloc[np.unique(nearest)]]), crs=lodgings.crs)


def case_of(targets: gpd.GeoDataFrame, lodgings: gpd.GeoDataFrame, roads: Roads) -> Case:
    """Return the case of a team.

    Parameters
    ----------
    targets : GeoDataFrame
        See ``plans.TARGETS``, of one team.
    lodgings : GeoDataFrame
        See ``lodgings.SCHEMA``; the first is where the first day begins and the last one ends.
    roads : Roads
    """
    ids = [*lodgings["lodging_id"], *targets["target_id"]]
    places = np.concatenate([each.geometry.get_coordinates().to_numpy() for each in (lodgings, targets)])
    metres, minutes = roads.table(ids, places)
    return Case(targets.reset_index(drop=True), lodgings.reset_index(drop=True), metres, minutes)


def problem_of(case: Case, crews: int, params: Params) -> nights.Problem:
    """Return the search's problem: every crew starts from the seat on the first day and ends there on the last."""
    routes, width = crews * params.days, params.days + 1
    movable = np.zeros((crews, width), dtype=bool)
    movable[:, 1 : params.days] = params.nights == "lodging"
    return nights.Problem(
        drives=case.minutes,
        visits=case.visits,
        prize=prizes(case.targets, params),
        fees=_haste(case.targets, crews, params),
        rules=np.tile(day_rules(params), (routes, 1)),
        beds=np.zeros((crews, width), np.int64),
        movable=movable,
        lodgings=np.arange(len(case.lodgings)),
        most=params.visits_a_day,
    )


def day_rules(params: Params) -> Ints:
    """Return the rules of a whole day, see ``days.OPENS`` and the following."""
    hours = (params.start_min, params.end_min, params.duty_min)
    return np.array([*hours, params.lunch_from_min, params.lunch_until_min, params.lunch_min], np.int64)


def prizes(targets: gpd.GeoDataFrame, params: Params) -> Ints:
    """Return the minutes of driving that each target is worth."""
    worth = np.array(params.prizes)[targets["risk"].astype(int).to_numpy() - 1]
    worth = np.where(targets["target_kind"] == "lead", worth * params.lead_factor, worth)
    return np.rint(worth).astype(np.int64)


def hopeless(case: Case, params: Params) -> npt.NDArray[np.str_]:
    """Return for each target why not even a day of its own would hold it, an empty text if one would."""
    rules, visits = day_rules(params), case.visits
    reasons = np.full(len(visits), "", dtype="<U20")
    beds = range(len(case.lodgings))
    for number, (place, service, _, _) in enumerate(visits):
        alone = np.array([number])
        fits = (days.best(alone, 1, (bed, bed), case.minutes, visits, rules)[2] >= 0 for bed in beds)
        if not any(fits):
            round_trip = case.minutes[beds, place] + case.minutes[place, beds]
            reasons[number] = "routes.shut" if round_trip.min() + service <= params.duty_min else "routes.out_of_reach"
    return reasons


def start_of(problem: nights.Problem, params: Params) -> list[tuple[int, ...]]:
    """Return tours from the seat to begin with, by PyVRP; where nights move the search does better from nothing."""
    if params.nights == "lodging" or len(problem.visits) == 0:
        return []
    seat = int(problem.beds[0, 0])
    places = np.concatenate([[seat], problem.visits[:, 0]])
    drives = problem.drives[np.ix_(places, places)]
    horizon = params.end_min - params.start_min - params.lunch_min
    opens, closes = problem.visits[:, 2] - params.start_min, problem.visits[:, 3] - params.start_min
    tours_problem = tours.Problem(
        length=drives,
        duration=drives,
        service=problem.visits[:, 1],
        earliest=np.clip(opens, 0, horizon),
        latest=np.clip(closes, np.clip(opens, 0, horizon), horizon),
        prize=problem.prize,
        demand=np.ones(len(problem.visits), np.int64),
        days=len(problem.rules),
        capacity=problem.most,
        duty=params.duty_min,
        horizon=horizon,
    )
    found = tours.solve(tours_problem, tours.Search(iterations=500, patience=200, seed=params.seed))
    return [tour.visits for tour in found.tours]


def _haste(targets: gpd.GeoDataFrame, crews: int, params: Params) -> Ints:
    """Return a small fee for every day of waiting, larger for risk: what waits longest is most easily hidden."""
    weight = targets["risk"].to_numpy(np.float64) * np.where(targets["target_kind"] == "lead", 2.0, 1.0)
    fees = params.haste_min * weight[:, None] * np.arange(params.days)[None, :]
    return np.tile(np.rint(fees).astype(np.int64), (1, crews))


def minutes_of(text: object, missing: int) -> int:
    """Return minutes after midnight of a clock time HH:MM, ``missing`` where there is none."""
    if not isinstance(text, str):
        return missing
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)


def clock(minutes: int) -> str:
    """Return minutes after midnight as HH:MM."""
    return f"{minutes // 60:02d}:{minutes % 60:02d}"
