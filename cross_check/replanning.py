"""Re-planning: what a crew does after a closed gate, with as few changes to the announced plan as may be."""

from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pandera.pandas as pa
import shapely

from cross_check import days, nights, plans, reserves, route_cases, routes
from cross_check.route_cases import Case, Roads, clock, minutes_of
from cross_check.route_params import Params
from cross_check.routes import Routes
from gis import schema
from gis.errors import WorkbenchError

CHANGES = schema.table(
    {
        "target_id": schema.text(unique=True),
        "name": schema.text(),
        "change": schema.text(schema.one_of("closed", "dropped", "moved", "added", "retimed")),
        "before": schema.text(nullable=True),
        "after": schema.text(nullable=True),
    }
)
"""What a new plan changes; ``before`` and ``after`` are day and clock time, such as ``2 10:15``, empty for none."""


@dataclass(frozen=True)
class Closed:
    """A gate that stayed closed: the target and the time, HH:MM, at which the team turns away."""

    target_id: str
    at: str


@dataclass(frozen=True)
class Prices:
    """Minutes of driving that a change of the announced plan must save, or the visit be worth.

    Parameters
    ----------
    moved_min, dropped_min, added_min : int
        For a visit moved to another day, left out, or new.
    again : bool
        Whether the closed target may be tried once more on a later day.
    """

    moved_min: int = 90
    dropped_min: int = 240
    added_min: int = 15
    again: bool = True


@dataclass(frozen=True)
class Replanned:
    """The new plan of the whole round, and what it changes (``CHANGES``)."""

    routes: Routes
    changes: pd.DataFrame


def after_closed_gate(
    planned: Routes,
    targets: gpd.GeoDataFrame,
    lodgings: gpd.GeoDataFrame,
    event: Closed,
    *,
    params: Params,
    prices: Prices | None = None,
    roads: Roads | None = None,
) -> Replanned:
    """Plan the rest of a crew's round anew from the moment at which a gate stayed closed.

    What has been visited stays; other crews and teams keep their plans; the nights booked stay booked. Of the crew's
    own visits to come as few as possible move to other days or fall out.

    Parameters
    ----------
    planned : Routes
    targets : GeoDataFrame
        See ``plans.TARGETS``: those of the round and, if wished, more of the same team to choose from.
    lodgings : GeoDataFrame
        Those the plan was made with.
    event : Closed
    params : Params
        Those the plan was made with.
    prices : Prices, optional
    roads : Roads, optional

    Returns
    -------
    Replanned

    Raises
    ------
    WorkbenchError
        ``replanning.not_planned`` if no crew was to visit the target, ``replanning.bad_time`` if the time is none or
        before the visit ahead of it ends.
    """
    targets = schema.demand(targets, plans.TARGETS, "targets").sort_values("target_id", ignore_index=True)
    prices = prices or Prices()
    scene = _scene_of(planned, event)
    mine = _within_reach(planned, targets, scene)
    case = route_cases.case_of(mine, _booked(planned, targets, lodgings, scene), roads or params.travel)
    problem, start = _problem(case, planned, scene, params, prices)
    rng = np.random.default_rng([params.seed, len(scene.done), scene.now])
    found = nights.solve(problem, replace(params.search, balance=0.0), rng, start=start)
    return _merged(planned, case, scene, problem, found, params)


@dataclass(frozen=True)
class _Scene:
    """Where the crew stands: whose day it is, what is done and what was still to come."""

    team_id: str
    crew: int
    day: int
    closed: str
    now: int
    leg: pd.Series
    done: list[str]
    to_come: pd.DataFrame


def _scene_of(planned: Routes, event: Closed) -> _Scene:
    visits = planned.visits
    found = visits[visits["target_id"] == event.target_id]
    if found.empty:
        raise WorkbenchError("replanning.not_planned", "Nobody was to visit {target}", target=event.target_id)
    at = found.iloc[0]
    own = visits[(visits["team_id"] == at["team_id"]) & (visits["crew"] == at["crew"])]
    today = own[own["day"] == at["day"]].sort_values("order")
    done = today[today["order"] < at["order"]]
    legs = planned.legs
    leg = legs[(legs["team_id"] == at["team_id"]) & (legs["crew"] == at["crew"]) & (legs["day"] == at["day"])].iloc[0]
    now = _time(event.at)
    earliest = minutes_of(done["leave"].iloc[-1] if len(done) else leg["leave"], 0)
    if now < earliest:
        raise WorkbenchError(
            "replanning.bad_time",
            "{at} is no clock time HH:MM after {earliest}, when the visit before ends",
            at=event.at,
            earliest=clock(earliest),
        )
    later = own["day"] > at["day"]
    rest = (own["day"] == at["day"]) & (own["order"] > at["order"])
    return _Scene(
        str(at["team_id"]),
        int(at["crew"]),
        int(at["day"]),
        event.target_id,
        now,
        leg,
        list(done["target_id"]),
        own[rest | later],
    )


def _time(text: str) -> int:
    parts = text.split(":")
    if len(parts) != 2 or not all(part.isdecimal() for part in parts) or int(parts[0]) > 23 or int(parts[1]) > 59:  # noqa: PLR2004 - a clock
        return -1
    return minutes_of(text, -1)


def _own_legs(planned: Routes, scene: _Scene) -> gpd.GeoDataFrame:
    legs = planned.legs
    own = (legs["team_id"] == scene.team_id) & (legs["crew"] == scene.crew)
    return legs[own].sort_values("day")


def _booked(planned: Routes, targets: gpd.GeoDataFrame, lodgings: gpd.GeoDataFrame, scene: _Scene) -> gpd.GeoDataFrame:
    """Return the beds booked for the crew, the last first, and the closed gate, where today goes on."""
    beds = _own_legs(planned, scene)["to_lodging"]
    kept = lodgings[lodgings["lodging_id"].isin(beds)]
    last = kept["lodging_id"] == beds.iloc[-1]
    gate = targets[targets["target_id"] == scene.closed]
    here = gpd.GeoDataFrame(
        {"lodging_id": gate["target_id"], "name_zh": gate["name"], "name_en": gate["name"], "kind": "house"},
        geometry=gate.geometry,
    )
    return gpd.GeoDataFrame(pd.concat([kept[last], kept[~last], here], ignore_index=True), crs=lodgings.crs)


def _within_reach(planned: Routes, targets: gpd.GeoDataFrame, scene: _Scene) -> gpd.GeoDataFrame:
    """Return the targets that the crew may still visit: its own to come, the closed one, and what nobody visits."""
    taken = set(planned.visits["target_id"]) - set(scene.to_come["target_id"]) - {scene.closed}
    own = targets[(targets["team_id"] == scene.team_id) & ~targets["target_id"].isin(taken)]
    return own.reset_index(drop=True)


def _problem(
    case: Case, planned: Routes, scene: _Scene, params: Params, prices: Prices
) -> tuple[nights.Problem, list[tuple[int, ...]]]:
    """Return the problem of the days from today on, and the announced visits to start the search with."""
    count = params.days - scene.day + 1
    ids = list(case.targets["target_id"])
    numbers = {target: number for number, target in enumerate(ids)}
    announced = {row.target_id: int(row.day) - scene.day for row in scene.to_come.itertuples()}
    fees = np.full((len(ids), count), prices.added_min, np.int64)
    prize = route_cases.prizes(case.targets, params)
    for target, day in announced.items():
        number = numbers[target]
        fees[number] = prices.moved_min
        fees[number, day] = 0
        prize[number] += prices.dropped_min
    closed = numbers[scene.closed]
    fees[closed, 0] = nights.NEVER
    if not prices.again:
        fees[closed] = nights.NEVER
    beds = np.zeros((1, count + 1), np.int64)
    houses = {house: number for number, house in enumerate(case.lodgings["lodging_id"])}
    for leg in _own_legs(planned, scene).itertuples():
        if leg.day >= scene.day:
            beds[0, leg.day - scene.day + 1 :] = houses[leg.to_lodging]
    # The day goes on from where the gate was closed.
    beds[0, 0] = houses[scene.closed]
    rules = np.tile(route_cases.day_rules(params), (count, 1))
    left = minutes_of(scene.leg["leave"], 0)
    rules[0, days.OPENS] = scene.now
    # Waiting at the closed gate is duty, so the day ends by the clock, however late the team drives on.
    rules[0, days.BACK_BY] = min(params.end_min, left + params.duty_min + params.lunch_min)
    if _had_lunch(scene):
        # Whoever turns away during the break has it to the end.
        rules[0, days.OPENS] = max(scene.now, minutes_of(scene.leg["lunch"], 0) + params.lunch_min)
        rules[0, days.LUNCH] = 0
    problem = nights.Problem(
        drives=case.minutes,
        visits=case.visits,
        prize=prize,
        fees=fees,
        rules=rules,
        beds=beds,
        movable=np.zeros(beds.shape, dtype=bool),
        lodgings=np.arange(len(case.lodgings)),
        most=params.visits_a_day,
    )
    ordered = scene.to_come.sort_values(["day", "order"])
    start = [
        tuple(numbers[target] for target in ordered.loc[ordered["day"] == scene.day + day, "target_id"])
        for day in range(count)
    ]
    return problem, start


def _had_lunch(scene: _Scene) -> bool:
    lunch = scene.leg["lunch"]
    return isinstance(lunch, str) and minutes_of(lunch, 0) <= scene.now


def _merged(
    planned: Routes, case: Case, scene: _Scene, problem: nights.Problem, found: nights.Plan, params: Params
) -> Replanned:
    shifted = tuple(replace(day, team=scene.crew - 1, day=day.day + scene.day - 1) for day in found.days)
    visits, legs = routes.rows_of(case, scene.team_id, shifted, params)
    made = routes.table(visits, routes.VISITS, "visits")
    lines = routes.table(legs, routes.LEGS, "legs")
    today = made["day"] == scene.day
    made.loc[today, "order"] += len(scene.done)
    lines = _with_morning(lines, planned, scene, params)
    keys = ["team_id", "crew"]

    def others(table: gpd.GeoDataFrame) -> pd.Series:
        return ~((table[keys] == [scene.team_id, scene.crew]).all(axis=1) & (table["day"] >= scene.day))

    kept = planned.visits[others(planned.visits) | planned.visits["target_id"].isin(scene.done)]
    served = set(made["target_id"])
    left = case.targets[~case.targets["target_id"].isin(served)]
    reasons = np.where(left["target_id"] == scene.closed, "routes.closed", "routes.no_time")
    former = planned.unserved[~planned.unserved["target_id"].isin(case.targets["target_id"])]
    known = set(planned.unserved["target_id"]) | set(planned.visits["target_id"])
    fresh = left.assign(reason=reasons)[left["target_id"].isin(known).to_numpy()]
    hand = reserves.find(case, scene.team_id, problem, found.days, params)
    hand = hand.assign(day=hand["day"] + scene.day - 1, crew=scene.crew)
    new = Routes(
        visits=_stacked([kept, made], routes.VISITS).sort_values([*keys, "day", "order"], ignore_index=True),
        legs=_stacked([planned.legs[others(planned.legs)], lines], routes.LEGS).sort_values(
            [*keys, "day"], ignore_index=True
        ),
        nights=planned.nights,
        unserved=_stacked([former, fresh], routes.UNSERVED),
        reserve=_stacked([planned.reserve[others(planned.reserve)], hand], reserves.RESERVE),
    )
    return Replanned(new, changes_of(planned, new, closed=scene.closed))


def _with_morning(lines: gpd.GeoDataFrame, planned: Routes, scene: _Scene, params: Params) -> gpd.GeoDataFrame:
    """Return the new lines with what was driven before the closed gate put in front of today's."""
    morning = planned.visits[planned.visits["target_id"].isin([*scene.done, scene.closed])].sort_values("order")
    spots = [scene.leg.geometry.coords[0], *((place.x, place.y) for place in morning.geometry)]
    lines = lines.copy()
    if not (lines["day"] == scene.day).any():
        raise ValueError("the crew has to come home at least")
    row = lines.index[lines["day"] == scene.day][0]
    line = lines.loc[row, "geometry"]
    lines.loc[row, "geometry"] = shapely.LineString([*spots, *list(line.coords)[1:]])
    driven = params.travel.metres(np.array(spots[:-1]), np.array(spots[1:])).diagonal()
    lines.loc[row, "length_m"] += float(driven.sum())
    lines.loc[row, "drive_min"] += float(morning["drive_min"].sum())
    lines.loc[row, "visits"] += len(scene.done)
    lines.loc[row, "leave"] = scene.leg["leave"]
    lines.loc[row, "from_lodging"] = scene.leg["from_lodging"]
    if _had_lunch(scene):
        lines.loc[row, "lunch"] = scene.leg["lunch"]
    pause = params.lunch_min if isinstance(lines.loc[row, "lunch"], str) else 0
    back, leave = minutes_of(lines.loc[row, "back"], 0), minutes_of(scene.leg["leave"], 0)
    lines.loc[row, "duty_min"] = float(back - leave - pause)
    return lines


def _stacked(tables: list[gpd.GeoDataFrame], door: pa.DataFrameSchema) -> gpd.GeoDataFrame:
    rows = [row for table in tables for row in table[list(door.columns)].to_dict("records")]
    return routes.table(rows, door, "routes")


def changes_of(before: Routes, after: Routes, *, closed: str) -> pd.DataFrame:
    """Return what a new plan changes, see ``CHANGES``; a visit at the same minute of the same day is no change."""
    old, new = _times(before), _times(after)
    names = dict(zip(before.visits["target_id"], before.visits["name"], strict=True))
    names |= dict(zip(after.visits["target_id"], after.visits["name"], strict=True))
    rows = []
    for target in sorted(set(old) | set(new), key=lambda each: (old.get(each) or new[each], each)):
        was, now = old.get(target), new.get(target)
        if target == closed:
            kind = "closed"
        elif was == now:
            continue
        elif now is None:
            kind = "dropped"
        elif was is None:
            kind = "added"
        else:
            kind = "retimed" if was.split()[0] == now.split()[0] else "moved"
        rows.append({"target_id": target, "name": names[target], "change": kind, "before": was, "after": now})
    return schema.demand(pd.DataFrame(rows, columns=list(CHANGES.columns)), CHANGES, "changes")


def _times(planned: Routes) -> dict[str, str]:
    return {row.target_id: f"{row.day} {row.arrive}" for row in planned.visits.itertuples()}
