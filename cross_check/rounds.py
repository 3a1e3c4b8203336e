"""Cross-inspection rounds: which team goes to which region. Never its own, never one that inspects it back."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from itertools import combinations
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from cross_check import officers
from cross_check.travel import Ints, Travel
from gis import regions as gis_regions
from gis import schema
from gis.errors import WorkbenchError

if TYPE_CHECKING:
    from ortools.sat.python import cp_model

Flags = npt.NDArray[np.bool_]

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

NEEDS = schema.table(
    {
        "division_code": schema.text(unique=True),
        "service_min": schema.number(0),
        "expertise": schema.text(nullable=True),
    }
)
"""One row a region to be visited: minutes on site and kinds of expertise, joined with ``;``, that it asks for."""

PAST = schema.table(
    {
        "round": schema.whole(),
        "home_division": schema.text(),
        "division_code": schema.text(),
    }
)
"""Who inspected whom; a later round has a higher number."""

RULES = ("own", "reciprocal", "past", "back")
"""Hard rules, numbered from 1 in the sentences of the catalogues: never its own region; no two that inspect each
other; no pair of a past round; a region just inspected does not inspect back."""


@dataclass(frozen=True)
class Params:
    """Prices of the soft wishes, all in kilometres of road, and limits of the search.

    Parameters
    ----------
    barred_rounds : int
        Past rounds whose pairs may not come again, counted from the latest.
    mismatch_km : float
        Price of a kind of expertise that a region asks for and its team lacks.
    balance_km : float
        Price of a minute of load of the officer who bears most.
    unvisited_km : float
        Price of a minute of need in a region that stays without a team; keeps the needy regions when teams are few.
    travel : Travel
    seed : int
        Of the search; the same seed gives the same round.
    effort : float
        Limit of the search in the solver's deterministic time, about seconds; no wall clock is used.
    """

    barred_rounds: int = 3
    mismatch_km: float = 200.0
    balance_km: float = 1.0
    unvisited_km: float = 5.0
    travel: Travel = field(default_factory=Travel)
    seed: int = 1
    effort: float = 30.0

    def __post_init__(self) -> None:
        """Refuse prices below zero, which would reward what they are to prevent."""
        if min(self.barred_rounds, self.mismatch_km, self.balance_km, self.unvisited_km) < 0 or self.effort <= 0:
            raise ValueError("prices and barred_rounds are at least 0, effort is positive")


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
    """

    table: pd.DataFrame
    unvisited: pd.DataFrame
    idle: pd.DataFrame
    status: str
    objective: int
    bound: int


@dataclass(frozen=True)
class _Case:
    """The round in whole numbers: arrays of (team, visited region), prices in metres, minutes of load an officer."""

    homes: list[str]
    visited: list[str]
    metres: Ints
    missing: Ints
    load: Ints
    unvisited: Ints
    barred: dict[str, Flags]


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
    teams = schema.demand(teams, officers.TEAMS, "teams").sort_values("team_id", ignore_index=True)
    regions = schema.demand(regions, gis_regions.SCHEMA, "regions").sort_values("division_code", ignore_index=True)
    needs = schema.demand(needs, NEEDS, "needs").sort_values("division_code", ignore_index=True)
    past = schema.demand(past, PAST, "past")
    _demand_known(teams, regions, needs)
    case = _case(teams, regions, needs, past, params)
    model, pairs = _model(case, RULES)
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
    )


def _demand_known(teams: pd.DataFrame, regions: gpd.GeoDataFrame, needs: pd.DataFrame) -> None:
    if teams.empty or needs.empty:
        raise WorkbenchError("rounds.no_teams", "A round needs at least one team and one region")
    strangers = (set(teams["home_division"]) | set(needs["division_code"])) - set(regions["division_code"])
    if strangers:
        raise WorkbenchError(
            "rounds.unknown_division", "Not among the regions: {divisions}", divisions=", ".join(sorted(strangers))
        )


def _case(
    teams: pd.DataFrame, regions: gpd.GeoDataFrame, needs: pd.DataFrame, past: pd.DataFrame, params: Params
) -> _Case:
    homes, visited = list(teams["home_division"]), list(needs["division_code"])
    seats = regions.set_index("division_code")[["seat_lon", "seat_lat"]].astype(np.float64)
    has = [set(kinds.split(";")) for kinds in teams["expertise"]]
    wants = [officers.split(pd.Series([kinds])) for kinds in needs["expertise"]]
    need = needs["service_min"].to_numpy()
    metres = params.travel.metres(seats.loc[homes].to_numpy(), seats.loc[visited].to_numpy())
    return _Case(
        homes=homes,
        visited=visited,
        metres=np.rint(metres).astype(np.int64),
        missing=np.array([[len(want - kinds) for want in wants] for kinds in has], dtype=np.int64),
        load=np.rint(need[None, :] / teams["officers"].to_numpy()[:, None]).astype(np.int64),
        unvisited=np.rint(need * params.unvisited_km * 1000).astype(np.int64),
        barred=_barred(homes, visited, past, params.barred_rounds),
    )


def _barred(homes: list[str], visited: list[str], past: pd.DataFrame, barred_rounds: int) -> dict[str, Flags]:
    """Return for each rule about single pairs which (team, region) it bars."""
    barred = {rule: np.zeros((len(homes), len(visited)), bool) for rule in ("own", "past", "back")}
    row = {code: number for number, code in enumerate(homes)}
    column = {code: number for number, code in enumerate(visited)}
    for code in row.keys() & column.keys():
        barred["own"][row[code], column[code]] = True
    latest = sorted(set(past["round"]), reverse=True)
    for number, home, there in past[["round", "home_division", "division_code"]].itertuples(index=False):
        # Divisions that take no part this time bar nothing.
        if number in latest[:barred_rounds] and home in row and there in column:
            barred["past"][row[home], column[there]] = True
        if number == latest[0] and there in row and home in column:
            barred["back"][row[there], column[home]] = True
    return barred


def _model(case: _Case, rules: Iterable[str]) -> "tuple[cp_model.CpModel, dict[tuple[int, int], cp_model.IntVar]]":
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
        column = {code: number for number, code in enumerate(case.visited)}
        for one, other in combinations(range(teams), 2):
            there, back = (one, column.get(case.homes[other], -1)), (other, column.get(case.homes[one], -1))
            if there in pairs and back in pairs:
                model.add_at_most_one([pairs[there], pairs[back]])
    return model, pairs


def _price(
    model: "cp_model.CpModel", pairs: "dict[tuple[int, int], cp_model.IntVar]", case: _Case, params: Params
) -> None:
    heaviest = model.new_int_var(0, int(case.load.max()), "heaviest")
    for team in range(len(case.homes)):
        model.add(heaviest >= sum(int(case.load[pair]) * goes for pair, goes in pairs.items() if pair[0] == team))
    price = case.metres + case.missing * round(params.mismatch_km * 1000)
    # A visited region gives back its price of staying unvisited.
    model.minimize(
        sum(int(price[pair] - case.unvisited[pair[1]]) * goes for pair, goes in pairs.items())
        + round(params.balance_km * 1000) * heaviest
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


def _clash(case: _Case, past: pd.DataFrame, params: Params) -> WorkbenchError:
    """Return the error that names the smallest set of hard rules without an answer."""

    def feasible(rules: tuple[str, ...], barred_rounds: int) -> bool:
        fewer = replace(case, barred=_barred(case.homes, case.visited, past, barred_rounds))
        return _run(_model(fewer, rules)[0], params)[1] != "infeasible"

    subsets = (subset for size in range(1, len(RULES) + 1) for subset in combinations(RULES, size))
    clashing = next(subset for subset in subsets if not feasible(subset, params.barred_rounds))
    numbers = ", ".join(str(RULES.index(rule) + 1) for rule in clashing)
    if "past" in clashing:
        rounds = min(params.barred_rounds, past["round"].nunique())
        for keep in range(rounds - 1, 0, -1):
            if feasible(RULES, keep):
                return WorkbenchError(
                    "rounds.clash_past",
                    "No round keeps these hard rules together: {rules}; it is possible if only the pairs of the "
                    "latest {keep} past rounds are barred",
                    rules=numbers,
                    keep=keep,
                )
    return WorkbenchError("rounds.clash", "No round keeps these hard rules together: {rules}", rules=numbers)


def _table(chosen: list[tuple[int, int]], teams: pd.DataFrame, case: _Case) -> pd.DataFrame:
    rows, columns = (list(side) for side in zip(*chosen, strict=True))
    table = teams.iloc[rows].reset_index(drop=True)
    table["division_code"] = [case.visited[column] for column in columns]
    table["travel_km"] = case.metres[rows, columns] / 1000
    table["expertise_met"] = case.missing[rows, columns] == 0
    table["load_min"] = case.load[rows, columns].astype(np.float64)
    table["reason"] = [_reason(pair, case) for pair in chosen]
    return schema.demand(table[list(ASSIGNMENT.columns)], ASSIGNMENT, "assignment")


def _reason(pair: tuple[int, int], case: _Case) -> str:
    """Return why a team does not go to a nearer region that the rules leave open to it."""
    team, _ = pair
    closed = np.logical_or.reduce(list(case.barred.values()))[team]
    nearer = ~closed & (case.metres[team] < case.metres[pair])
    if not nearer.any():
        return "rounds.nearest"
    if (case.missing[team][nearer] > case.missing[pair]).all():
        return "rounds.expertise"
    return "rounds.whole_round"


def _unvisited(regions: gpd.GeoDataFrame, case: _Case, went: set[str]) -> pd.DataFrame:
    rest = pd.DataFrame(regions)[["division_code", "name_zh", "name_en"]]
    rest = rest[~rest["division_code"].isin(went)].reset_index(drop=True)
    asked = rest["division_code"].isin(case.visited)
    return rest.assign(reason=asked.map({True: "rounds.no_team_left", False: "rounds.not_asked"}))


def _idle(teams: pd.DataFrame, sent: set[int]) -> pd.DataFrame:
    rest = teams[["team_id", "home_division"]].drop(index=sorted(sent)).reset_index(drop=True)
    return rest.assign(reason="rounds.no_region_left")
