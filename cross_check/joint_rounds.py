"""Several rounds at once: no pair of team and region twice, nobody inspects back, and no team bears too much.

What the rounds cost together depends on which pairs they hold, hardly on their order. So the pairs are chosen first, by
groups of rounds, at least cost; then they are laid into rounds. Where that fails, the pairs that clash are barred from
coming together again, and the choice begins anew: the first choice that can be laid is the cheapest of all.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import geopandas as gpd
import numpy as np
import pandas as pd

from cross_check import round_cases
from cross_check.round_cases import Case, Params
from gis import schema
from gis.errors import WorkbenchError

SCHEMA = schema.table(
    {
        "round": schema.whole(),
        "team_id": schema.text(),
        "home_division": schema.text(),
        "division_code": schema.text(),
        "travel_km": schema.number(0),
        "expertise_met": schema.flag(),
        "load_min": schema.number(0),
    }
)
"""One row a round, from 1, and team."""

MOST = 12
_TRIES = 300

Pair = tuple[int, int]
Group = tuple[int, ...]


@dataclass(frozen=True)
class Joint:
    """Rounds that belong together.

    Attributes
    ----------
    table : DataFrame
        See ``SCHEMA``, by round and team.
    status : str
        ``"optimal"``: proved.
    objective : int
        Metres of road and prices in metres, all rounds together; the load of the officer who bears most over all
        rounds is priced once.
    tries : int
        Choices of pairs that were made until one could be laid into rounds.
    """

    table: pd.DataFrame
    status: str
    objective: int
    tries: int


def plan(
    teams: pd.DataFrame,
    regions: gpd.GeoDataFrame,
    *,
    needs: pd.DataFrame,
    past: pd.DataFrame,
    rounds: int,
    params: Params | None = None,
) -> Joint:
    """Plan several rounds of the same needs together, at least cost, with proof.

    The rules of ``cross_check.rounds`` hold in each round, and besides: no pair comes twice, and of two rounds that
    follow each other the later has nobody inspect back. Past pairs that are barred stay so for all rounds.

    Parameters
    ----------
    teams, regions, needs, past
        As ``cross_check.rounds.assign`` takes them.
    rounds : int
        1 to ``MOST``.
    params : Params, optional
        ``balance_km`` prices a minute of load, over all rounds, of the officer who bears most.

    Raises
    ------
    ValueError
        If the number of rounds is not 1 to ``MOST``.
    WorkbenchError
        ``rounds.no_teams``, ``rounds.unknown_division``; ``rounds.too_many`` if the rules leave no such rounds;
        ``rounds.no_answer`` if ``effort`` did not suffice.
    """
    if rounds not in range(1, MOST + 1):
        raise ValueError(f"rounds are 1 to {MOST}, not {rounds}")
    params = params or Params()
    tables = round_cases.checked(teams, regions, needs, past)
    case = round_cases.build(*tables, params)
    choice = _Choice(case, _groups(rounds), params)
    for tries in range(1, _TRIES + 1):
        chosen, objective = choice.cheapest()
        laid, clash = _laid(chosen, case)
        if not clash:
            return Joint(_table(laid, tables[0], case), "optimal", objective, tries)
        choice.bar(clash)
    raise WorkbenchError("rounds.no_answer", "No round was found within the effort {effort}", effort=params.effort)


def _groups(rounds: int) -> list[Group]:
    """Return the rounds by groups, so that two that inspect each other know by their groups whether they can.

    Of three rounds only the first and the last leave room for it; of four and more there is always some.
    """
    return [(1,), (0, 2)] if rounds == 3 else [tuple(range(rounds))]  # noqa: PLR2004 - three is what is special


class _Choice:
    """The choice of pairs by groups of rounds: a model that only grows."""

    def __init__(self, case: Case, groups: Sequence[Group], params: Params) -> None:
        from ortools.sat.python import cp_model

        self.case, self.groups, self.params = case, groups, params
        self.model = cp_model.CpModel()
        closed = case.barred["own"] | case.barred["past"]
        pairs = [(int(team), int(region)) for team, region in np.argwhere(~closed)]
        self.takes = {(at, pair): self.model.new_bool_var("") for at in range(len(groups)) for pair in pairs}
        self._degrees()
        for pair in pairs:
            self.model.add_at_most_one([self.takes[at, pair] for at in range(len(groups))])
        self._mutual(pairs)
        self._price()

    def cheapest(self) -> tuple[list[tuple[Group, Pair]], int]:
        """Return the pairs that cost least, by group, and what they cost."""
        from ortools.sat.python import cp_model

        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.random_seed = self.params.seed
        solver.parameters.linearization_level = 2
        solver.parameters.max_deterministic_time = self.params.effort
        status = solver.solve(self.model)
        if status == cp_model.INFEASIBLE:
            count = sum(map(len, self.groups))
            raise WorkbenchError("rounds.too_many", "The rules leave no {rounds} rounds", rounds=count)
        if status != cp_model.OPTIMAL:
            raise WorkbenchError(
                "rounds.no_answer", "No round was found within the effort {effort}", effort=self.params.effort
            )
        chosen = [(self.groups[at], pair) for (at, pair), takes in self.takes.items() if solver.value(takes)]
        return chosen, round(solver.objective_value)

    def bar(self, clash: Sequence[tuple[Group, Pair]]) -> None:
        """Bar some pairs from being chosen together again."""
        at = {group: number for number, group in enumerate(self.groups)}
        self.model.add(sum(self.takes[at[group], pair] for group, pair in clash) <= len(clash) - 1)

    def _degrees(self) -> None:
        """Let every team go and every region be visited once a round, on the shorter side exactly."""
        teams, regions = self.case.metres.shape
        back = self.case.barred["back"]
        for at, group in enumerate(self.groups):
            later = sum(number > 0 for number in group)
            for side, count, full in ((0, teams, teams <= regions), (1, regions, regions <= teams)):
                for each in range(count):
                    own = [(pair, takes) for (g, pair), takes in self.takes.items() if g == at and pair[side] == each]
                    total = sum(takes for _, takes in own)
                    self.model.add(total == len(group) if full else total <= len(group))
                    # A pair that would inspect back after the last round of the past waits for a later one.
                    self.model.add(sum(takes for pair, takes in own if back[pair]) <= later)

    def _mutual(self, pairs: Sequence[Pair]) -> None:
        """Bar two divisions from inspecting each other in groups that hold no two rounds far enough apart."""
        reverse = self.case.reverse()
        for pair in pairs:
            other = reverse.get(pair)
            if other is None or other < pair:
                continue
            for one, group in enumerate(self.groups):
                for two, second in enumerate(self.groups):
                    apart = any(abs(a - b) > 1 for a in group for b in second)
                    if (two, other) in self.takes and not apart:
                        self.model.add_at_most_one([self.takes[one, pair], self.takes[two, other]])

    def _price(self) -> None:
        case, params = self.case, self.params
        count = sum(map(len, self.groups))
        heaviest = self.model.new_int_var(0, int(case.load.max()) * count, "heaviest")
        for team in range(len(case.homes)):
            own = [(pair, takes) for (_, pair), takes in self.takes.items() if pair[0] == team]
            self.model.add(heaviest >= sum(int(case.load[pair]) * takes for pair, takes in own))
        price = case.metres + case.missing * round(params.mismatch_km * 1000)
        self.model.minimize(
            sum(int(price[pair] - case.unvisited[pair[1]]) * takes for (_, pair), takes in self.takes.items())
            + round(params.balance_km * 1000) * heaviest
            + count * int(case.unvisited.sum())
        )


def _laid(chosen: Sequence[tuple[Group, Pair]], case: Case) -> tuple[list[tuple[int, Pair]], list[tuple[Group, Pair]]]:
    """Lay chosen pairs into rounds; return round and pair of each, or those that clash among themselves."""
    from ortools.sat.python import cp_model

    model, reverse = cp_model.CpModel(), case.reverse()
    lies = [{number: model.new_bool_var("") for number in group} for group, _ in chosen]
    kept = [model.new_bool_var("") for _ in chosen]
    for (_, pair), places, keep in zip(chosen, lies, kept, strict=True):
        model.add_exactly_one([*places.values(), keep.negated()])
        if case.barred["back"][pair] and 0 in places:
            model.add(places[0] == 0)
    for first, second in combinations(range(len(chosen)), 2):
        one, other = chosen[first][1], chosen[second][1]
        near = 1 if reverse.get(one) == other else 0 if one[0] == other[0] or one[1] == other[1] else -1
        for a, here in lies[first].items():
            for b, there in lies[second].items():
                if abs(a - b) <= near:
                    model.add_at_most_one([here, there])
    model.add_assumptions(kept)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    if solver.solve(model) == cp_model.INFEASIBLE:
        core = set(solver.sufficient_assumptions_for_infeasibility())
        return [], [each for each, keep in zip(chosen, kept, strict=True) if keep.index in core] or list(chosen)
    found = [
        (number, pair)
        for (_, pair), places in zip(chosen, lies, strict=True)
        for number, here in places.items()
        if solver.value(here)
    ]
    return found, []


def _table(laid: Sequence[tuple[int, Pair]], teams: pd.DataFrame, case: Case) -> pd.DataFrame:
    rows = [
        {
            "round": number + 1,
            "team_id": teams["team_id"].iloc[pair[0]],
            "home_division": case.homes[pair[0]],
            "division_code": case.visited[pair[1]],
            "travel_km": case.metres[pair] / 1000,
            "expertise_met": bool(case.missing[pair] == 0),
            "load_min": float(case.load[pair]),
        }
        for number, pair in laid
    ]
    table = pd.DataFrame(rows, columns=list(SCHEMA.columns)).sort_values(["round", "team_id"], ignore_index=True)
    return schema.demand(table, SCHEMA, "joint rounds")
