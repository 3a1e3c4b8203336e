"""Cross-inspection rounds: which team goes to which region. Never its own, never one that inspects it back."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import combinations
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd

from cross_check import round_cases
from cross_check.round_cases import NEEDS, PAST, RULES, Case, Params
from gis import schema
from gis.errors import WorkbenchError

if TYPE_CHECKING:
    from ortools.sat.python import cp_model

__all__ = ["ASSIGNMENT", "NEEDS", "PAST", "RULES", "Assignment", "Params", "assign"]

ASSIGNMENT = schema.table(
    {
        "team_id": schema.text(unique=True),
        "home_division": schema.text(),
        "division_code": schema.text(unique=True),
        "officer_ids": schema.text(),
        "officers": schema.whole(),
        "interest_sites": schema.text(nullable=True),
        "travel_km": schema.number(0),
        "expertise_met": schema.flag(),
        "load_min": schema.number(0),
        "reason": schema.text(),
    }
)
"""One row a team; ``officer_ids`` joined with ``;``; ``load_min`` is the region's need for each officer of the team;
``reason`` is a catalogue code."""


@dataclass(frozen=True)
class Assignment:
    """A round.

    Attributes
    ----------
    table : DataFrame
        See ``ASSIGNMENT``, by team id.
    unvisited : DataFrame
        Regions that no team goes to: division_code, name_zh, name_en, reason (a catalogue code).
    idle : DataFrame
        Teams that go nowhere: team_id, home_division, reason (a catalogue code).
    status : str
        ``"optimal"`` if proved, else ``"feasible"``.
    objective, bound : int
        Metres of road and prices in metres; no round costs less than ``bound``.
    broken : DataFrame
        Relaxed rules that the round breaks: rule, home_division, division_code, price_km; empty unless asked for.
    """

    table: pd.DataFrame
    unvisited: pd.DataFrame
    idle: pd.DataFrame
    status: str
    objective: int
    bound: int
    broken: pd.DataFrame


def assign(
    teams: pd.DataFrame, regions: gpd.GeoDataFrame, *, needs: pd.DataFrame, past: pd.DataFrame, params: Params
) -> Assignment:
    """Send teams to regions one to one, so that no hard rule is broken and the priced wishes cost least.

    As many pairs as there are teams or regions to visit, whichever are fewer, are always formed. The cost is the sum
    of the road lengths between seats, ``mismatch_km`` for each kind of expertise missed, ``balance_km`` for each
    minute of load of the officer who bears most and ``unvisited_km`` for each minute of need left without a team.

    Parameters
    ----------
    teams : DataFrame
        See ``officers.TEAMS``. The order of rows matters in no table.
    regions : GeoDataFrame
        See ``gis.regions.SCHEMA``; must hold every team's home.
    needs : DataFrame
        See ``NEEDS``; names the regions to be visited, all or some.
    past : DataFrame
        See ``PAST``; may be empty.
    params : Params

    Returns
    -------
    Assignment

    Raises
    ------
    TableFaults
        If a table is not of its schema.
    WorkbenchError
        ``rounds.no_teams``, ``rounds.unknown_division``, ``rounds.clash`` or ``rounds.clash_past`` with the smallest
        set of hard rules that cannot be kept together, ``rounds.no_answer`` if ``effort`` did not suffice.

    Notes
    -----
    Solved by CP-SAT with one worker and a fixed seed. The no-reciprocal rule and the rotation are the workbench's own
    rules; no published text prescribes them.
    """
    tables = round_cases.checked(teams, regions, needs, past)
    teams, regions, _, past = tables
    case = round_cases.build(*tables, params)
    model, pairs = _model(case, params.hard)
    _price(model, pairs, case, params)
    solver, status = _run(model, params)
    if status == "infeasible":
        raise _clash(case, past, params)
    if status == "unknown":
        raise WorkbenchError("rounds.no_answer", "No round was found within the effort {effort}", effort=params.effort)
    chosen = sorted(pair for pair, goes in pairs.items() if solver.value(goes))
    went = {case.visited[region] for _, region in chosen}
    return Assignment(
        table=_table(chosen, teams, case),
        unvisited=_unvisited(regions, case, went),
        idle=_idle(teams, {team for team, _ in chosen}),
        status=status,
        objective=round(solver.objective_value),
        bound=int(np.ceil(solver.best_objective_bound - 1e-6)),
        broken=_broken(chosen, case, params),
    )


def _model(case: Case, rules: Iterable[str]) -> "tuple[cp_model.CpModel, dict[tuple[int, int], cp_model.IntVar]]":
    """Return the model of some of the hard rules and its variables: whether a team goes to a region."""
    from ortools.sat.python import cp_model

    kept = set(rules)
    teams, regions = case.metres.shape
    closed = np.zeros(case.metres.shape, bool)
    for rule in kept & set(case.barred):
        closed |= case.barred[rule]
    model = cp_model.CpModel()
    pairs = {(int(t), int(r)): model.new_bool_var(f"{t}-{r}") for t, r in np.argwhere(~closed)}
    for team in range(teams):
        goes = [goes for (t, _), goes in pairs.items() if t == team]
        model.add(sum(goes) == 1) if teams <= regions else model.add_at_most_one(goes)
    for region in range(regions):
        comes = [goes for (_, r), goes in pairs.items() if r == region]
        model.add(sum(comes) == 1) if teams >= regions else model.add_at_most_one(comes)
    if "reciprocal" in kept:
        for there, back in _mutual(case):
            if there in pairs and back in pairs:
                model.add_at_most_one([pairs[there], pairs[back]])
    return model, pairs


def _mutual(case: Case) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """Return every two pairs in which two divisions would inspect each other, once."""
    return [(there, back) for there, back in case.reverse().items() if there < back]


def _price(
    model: "cp_model.CpModel", pairs: "dict[tuple[int, int], cp_model.IntVar]", case: Case, params: Params
) -> None:
    heaviest = model.new_int_var(0, int(case.load.max()), "heaviest")
    for team in range(len(case.homes)):
        model.add(heaviest >= sum(int(case.load[pair]) * goes for pair, goes in pairs.items() if pair[0] == team))
    price = case.metres + case.missing * round(params.mismatch_km * 1000)
    for rule in params.relaxed.keys() & case.barred.keys():
        price = price + case.barred[rule] * round(params.relaxed[rule] * 1000)
    both = []
    for there, back in _mutual(case) if "reciprocal" in params.relaxed else ():
        if there in pairs and back in pairs:
            both.append(model.new_bool_var(""))
            model.add(both[-1] >= pairs[there] + pairs[back] - 1)
    # A visited region gives back its price of staying unvisited.
    model.minimize(
        sum(int(price[pair] - case.unvisited[pair[1]]) * goes for pair, goes in pairs.items())
        + round(params.balance_km * 1000) * heaviest
        + round(params.relaxed.get("reciprocal", 0.0) * 1000) * sum(both)
        + int(case.unvisited.sum())
    )


def _run(model: "cp_model.CpModel", params: Params) -> "tuple[cp_model.CpSolver, str]":
    from ortools.sat.python import cp_model

    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = params.seed
    # The full linear relaxation proves in milliseconds what some histories otherwise take half a minute for.
    solver.parameters.linearization_level = 2
    solver.parameters.max_deterministic_time = params.effort
    return solver, solver.status_name(solver.solve(model)).lower()


def _clash(case: Case, past: pd.DataFrame, params: Params) -> WorkbenchError:
    """Return the error that names the smallest set of hard rules without an answer."""

    def feasible(rules: tuple[str, ...], barred_rounds: int) -> bool:
        fewer = replace(case, barred=round_cases.barred(case.homes, case.visited, past, barred_rounds))
        return _run(_model(fewer, rules)[0], params)[1] != "infeasible"

    hard = params.hard
    subsets = (subset for size in range(1, len(hard) + 1) for subset in combinations(hard, size))
    clashing = next(subset for subset in subsets if not feasible(subset, params.barred_rounds))
    numbers = ", ".join(str(RULES.index(rule) + 1) for rule in clashing)
    if "past" in clashing:
        rounds = min(params.barred_rounds, past["round"].nunique())
        for keep in range(rounds - 1, 0, -1):
            if feasible(hard, keep):
                return WorkbenchError(
                    "rounds.clash_past",
                    "No round keeps these hard rules together: {rules}; it is possible if only the pairs of the "
                    "latest {keep} past rounds are barred",
                    rules=numbers,
                    keep=keep,
                )
    return WorkbenchError("rounds.clash", "No round keeps these hard rules together: {rules}", rules=numbers)


def _table(chosen: list[tuple[int, int]], teams: pd.DataFrame, case: Case) -> pd.DataFrame:
    rows, columns = (list(side) for side in zip(*chosen, strict=True))
    table = teams.iloc[rows].reset_index(drop=True)
    table["division_code"] = [case.visited[column] for column in columns]
    table["travel_km"] = case.metres[rows, columns] / 1000
    table["expertise_met"] = case.missing[rows, columns] == 0
    table["load_min"] = case.load[rows, columns].astype(np.float64)
    table["reason"] = [_reason(pair, case) for pair in chosen]
    return schema.demand(table[list(ASSIGNMENT.columns)], ASSIGNMENT, "assignment")


def _broken(chosen: list[tuple[int, int]], case: Case, params: Params) -> pd.DataFrame:
    found = [(rule, pair) for rule in case.barred for pair in chosen if case.barred[rule][pair]]
    found += [("reciprocal", way) for both in _mutual(case) if set(both) <= set(chosen) for way in both]
    rows = [
        (rule, case.homes[team], case.visited[region], float(params.relaxed[rule])) for rule, (team, region) in found
    ]
    return pd.DataFrame(rows, columns=["rule", "home_division", "division_code", "price_km"])


def _reason(pair: tuple[int, int], case: Case) -> str:
    """Return why a team does not go to a nearer region that the rules leave open to it."""
    team, _ = pair
    closed = np.logical_or.reduce(list(case.barred.values()))[team]
    nearer = ~closed & (case.metres[team] < case.metres[pair])
    if not nearer.any():
        return "rounds.nearest"
    if (case.missing[team][nearer] > case.missing[pair]).all():
        return "rounds.expertise"
    return "rounds.whole_round"


def _unvisited(regions: gpd.GeoDataFrame, case: Case, went: set[str]) -> pd.DataFrame:
    rest = pd.DataFrame(regions)[["division_code", "name_zh", "name_en"]]
    rest = rest[~rest["division_code"].isin(went)].reset_index(drop=True)
    asked = rest["division_code"].isin(case.visited)
    return rest.assign(reason=asked.map({True: "rounds.no_team_left", False: "rounds.not_asked"}))


def _idle(teams: pd.DataFrame, sent: set[int]) -> pd.DataFrame:
    rest = teams[["team_id", "home_division"]].drop(index=sorted(sent)).reset_index(drop=True)
    return rest.assign(reason="rounds.no_region_left")
