"""Rounds: hard rules never broken, optimum proved three ways, clashes named."""

from itertools import permutations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, milp
from shapely import box

from cross_check import rounds
from cross_check.travel import Travel
from gis.crs import STORAGE
from gis.errors import WorkbenchError
from gis.language import catalogue

KINDS = ("water", "air", "waste", "ecology")
NO_PAST = pd.DataFrame({"round": [], "home_division": [], "division_code": []})


def _code(number: int) -> str:
    return f"23{number + 1:02d}00"


def _regions(seats: np.ndarray) -> gpd.GeoDataFrame:
    codes = [_code(number) for number in range(len(seats))]
    return gpd.GeoDataFrame(
        {
            "division_code": codes,
            "name_zh": codes,
            "name_en": codes,
            "seat_lon": seats[:, 0],
            "seat_lat": seats[:, 1],
        },
        geometry=[box(lon - 0.1, lat - 0.1, lon + 0.1, lat + 0.1) for lon, lat in seats],
        crs=STORAGE,
    )


def _teams(homes: list[int], rng: np.random.Generator) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "team_id": [f"T{_code(home)}" for home in homes],
            "home_division": [_code(home) for home in homes],
            "officer_ids": [f"{home}a;{home}b" for home in homes],
            "officers": rng.integers(2, 6, len(homes)),
            "expertise": [";".join(rng.choice(KINDS, size=rng.integers(1, 4), replace=False)) for _ in homes],
            "interest_sites": None,
        }
    )


def _needs(count: int, rng: np.random.Generator) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "division_code": [_code(number) for number in range(count)],
            "service_min": rng.integers(0, 2000, count).astype(float),
            "expertise": [rng.choice([*KINDS, None]) for _ in range(count)],
        }
    )


def _past(pairs: list[tuple[int, int, int]]) -> pd.DataFrame:
    return pd.DataFrame(
        [(number, _code(home), _code(there)) for number, home, there in pairs], columns=list(NO_PAST.columns)
    )


def _random_case(regions: int, teams: int, seed: int) -> dict[str, pd.DataFrame]:
    rng = np.random.default_rng(seed)
    seats = np.column_stack([rng.uniform(122, 134, regions), rng.uniform(44, 53, regions)])
    history = [
        (number, int(home), int(there))
        for number in range(int(rng.integers(0, 4)))
        for home, there in enumerate(rng.permutation(regions))
        if home != there
    ]
    homes = sorted(rng.choice(regions, size=teams, replace=False).tolist())
    return {
        "teams": _teams(homes, rng),
        "regions": _regions(seats),
        "needs": _needs(regions, rng),
        "past": _past(history),
    }


class _Bars:
    """The hard rules restated from their words, apart from the module; called, it lists those a round breaks."""

    def __init__(self, past: pd.DataFrame, barred_rounds: int = 3):
        recent = sorted(past["round"].unique())[-barred_rounds:]
        columns = ["home_division", "division_code"]
        self.before = set(past.loc[past["round"].isin(recent), columns].itertuples(index=False, name=None))
        self.just = set(past.loc[past["round"] == past["round"].max(), columns].itertuples(index=False, name=None))

    def __call__(self, pairs: dict[str, str]) -> list[str]:
        broken = []
        for home, there in pairs.items():
            broken += ["own"] * (home == there)
            broken += ["reciprocal"] * (home != there and pairs.get(there) == home)
            broken += ["past"] * ((home, there) in self.before)
            broken += ["back"] * ((there, home) in self.just)
        return broken


class _Prices:
    """The price of a round from the words of the docstring, pair by pair."""

    def __init__(self, case: dict[str, pd.DataFrame], params: rounds.Params):
        self.params = params
        self.need = dict(zip(case["needs"]["division_code"], case["needs"]["service_min"], strict=True))
        seat = {row.division_code: (row.seat_lon, row.seat_lat) for row in case["regions"].itertuples()}
        want = dict(zip(case["needs"]["division_code"], case["needs"]["expertise"], strict=True))
        self.pair, self.load = {}, {}
        for team in case["teams"].itertuples():
            for there, need in self.need.items():
                road = params.travel.metres(np.array([seat[team.home_division]]), np.array([seat[there]]))
                lacks = isinstance(want[there], str) and want[there] not in team.expertise.split(";")
                self.pair[team.home_division, there] = round(road.item()) + round(params.mismatch_km * 1000) * lacks
                self.load[team.home_division, there] = round(need / team.officers)

    def __call__(self, pairs: dict[str, str]) -> int:
        left = set(self.need) - set(pairs.values())
        return (
            sum(self.pair[pair] for pair in pairs.items())
            + sum(round(self.need[code] * self.params.unvisited_km * 1000) for code in left)
            + round(self.params.balance_km * 1000) * max(self.load[pair] for pair in pairs.items())
        )


def _brute(case: dict[str, pd.DataFrame], params: rounds.Params) -> int | None:
    homes = case["teams"]["home_division"].tolist()
    codes = case["needs"]["division_code"].tolist()
    if len(homes) <= len(codes):
        candidates = (dict(zip(homes, there, strict=True)) for there in permutations(codes, len(homes)))
    else:
        candidates = (dict(zip(some, codes, strict=True)) for some in permutations(homes, len(codes)))
    price, bars = _Prices(case, params), _Bars(case["past"])
    costs = [price(pairs) for pairs in candidates if not bars(pairs)]
    return min(costs, default=None)


def _pairs(round_: rounds.Assignment) -> dict[str, str]:
    return dict(zip(round_.table["home_division"], round_.table["division_code"], strict=True))


@pytest.mark.parametrize(("regions", "teams", "asked"), [(4, 4, 4), (6, 6, 6), (7, 7, 7), (6, 3, 6), (6, 5, 3)])
@pytest.mark.parametrize("seed", range(3))
def test_the_optimum_equals_the_best_of_all_permutations(regions, teams, asked, seed):
    """On small rounds the proved optimum is the least cost over every permutation, or both find none."""
    case, params = _random_case(regions, teams, seed), rounds.Params()
    case["needs"] = case["needs"].iloc[:asked]
    best = _brute(case, params)
    if best is None:
        with pytest.raises(WorkbenchError, match="hard rules"):
            rounds.assign(**case, params=params)
        return
    found = rounds.assign(**case, params=params)
    assert (found.status, found.objective, found.bound) == ("optimal", best, best)
    assert _Prices(case, params)(_pairs(found)) == best


@settings(max_examples=40, deadline=None)
@given(regions=st.integers(2, 13), share=st.floats(0, 1), seed=st.integers(0, 10**6))
def test_no_hard_rule_is_ever_broken(regions, share, seed):
    """Whatever the history, a round keeps every rule, uses each region once and lists what is left over."""
    case = _random_case(regions, max(1, round(share * regions)), seed)
    try:
        found = rounds.assign(**case, params=rounds.Params())
    except WorkbenchError as error:
        code = error.code
        found = None
    if found is None:
        assert code in {"rounds.clash", "rounds.clash_past"}
        return
    assert _Bars(case["past"])(_pairs(found)) == []
    assert len(found.table) == len(case["teams"])
    assert found.idle.empty
    assert sorted([*found.table["division_code"], *found.unvisited["division_code"]]) == sorted(
        case["regions"]["division_code"]
    )
    assert found.bound <= found.objective


@pytest.mark.parametrize("seed", range(5))
def test_a_second_prover_finds_the_same_objective(seed):
    """HiGHS through scipy, on a model written here, proves the same optimum for thirteen teams."""
    case, params = _random_case(13, 13, seed), rounds.Params(barred_rounds=2)
    homes, codes = case["teams"]["home_division"].tolist(), case["regions"]["division_code"].tolist()
    size = len(homes)
    price, bars = _Prices(case, params), _Bars(case["past"], 2)
    cost = np.array([[price.pair[home, there] for there in codes] for home in homes])
    load = np.array([[price.load[home, there] for there in codes] for home in homes])
    upper = np.array([[not bars({home: there}) for there in codes] for home in homes], dtype=float).ravel()
    each = np.zeros((2 * size, size * size + 1))
    for i in range(size):
        each[i, i * size : (i + 1) * size] = 1
        each[size + i, i : size * size : size] = 1
    pairs = [(i, j) for i in range(size) for j in range(i)]
    mutual = np.zeros((len(pairs), size * size + 1))
    for row, (i, j) in enumerate(pairs):
        mutual[row, [i * size + j, j * size + i]] = 1
    heavy = np.hstack([np.diag(load.ravel()), -np.ones((size * size, 1))])
    answer = milp(
        np.append(cost.ravel(), params.balance_km * 1000),
        integrality=np.append(np.ones(size * size), 0),
        bounds=Bounds(0, np.append(upper, np.inf)),
        constraints=[
            LinearConstraint(each, 1, 1),
            LinearConstraint(mutual, -np.inf, 1),
            LinearConstraint(heavy, -np.inf, 0),
        ],
        options={"mip_rel_gap": 0},
    )
    assert answer.success
    assert rounds.assign(**case, params=params).objective == round(answer.fun)


def test_the_order_of_rows_changes_nothing():
    """Shuffled teams, regions, needs and history give the same round to the byte."""
    case = _random_case(11, 11, 3)
    first = rounds.assign(**case, params=rounds.Params())
    rng = np.random.default_rng(0)
    shuffled = {name: table.iloc[rng.permutation(len(table))] for name, table in case.items()}
    again = rounds.assign(**shuffled, params=rounds.Params())
    pd.testing.assert_frame_equal(first.table, again.table)
    assert first.objective == again.objective


def test_fewer_teams_leave_the_regions_with_least_need():
    """With one team short, a far region in need is visited before a near one without."""
    seats = np.array([[126.0, 46.0], [126.5, 46.0], [131.0, 50.0], [127.0, 46.0]])
    needs = pd.DataFrame(
        {"division_code": [_code(n) for n in range(4)], "service_min": [900.0, 900.0, 900.0, 0.0], "expertise": None}
    )
    teams = _teams([0, 1, 3], np.random.default_rng(0)).assign(officers=2)
    found = rounds.assign(teams, _regions(seats), needs=needs, past=NO_PAST, params=rounds.Params())
    assert found.unvisited["division_code"].tolist() == [_code(3)]
    assert found.unvisited["reason"].tolist() == ["rounds.no_team_left"]


def test_more_teams_than_regions_leave_teams_idle():
    """A round in two of five regions sends two teams; three stay at home and the regions not asked are listed."""
    case = _random_case(5, 5, 1)
    needs = case["needs"].iloc[:2]
    found = rounds.assign(case["teams"], case["regions"], needs=needs, past=NO_PAST, params=rounds.Params())
    assert sorted(found.table["division_code"]) == [_code(0), _code(1)]
    assert found.idle["reason"].tolist() == ["rounds.no_region_left"] * 3
    assert found.unvisited["reason"].tolist() == ["rounds.not_asked"] * 3


@pytest.mark.parametrize(
    ("regions", "past", "barred_rounds", "rules"),
    [
        (1, [], 3, "1"),
        (2, [], 3, "1, 2"),
        (3, [(1, 0, 1), (1, 1, 2), (1, 2, 0)], 3, "1, 3, 4"),
        (3, [(1, 0, 1), (1, 0, 2)], 3, "1, 3"),
        (3, [(1, 1, 0), (1, 2, 0)], 0, "1, 4"),
        (1, [(1, 0, 1)], 3, "1"),
    ],
)
def test_a_clash_names_the_smallest_set_of_rules(regions, past, barred_rounds, rules):
    """Where no round exists the error names the fewest rules that already have none."""
    case = _random_case(regions, regions, 0) | {"past": _past(past)}
    with pytest.raises(WorkbenchError) as clash:
        rounds.assign(**case, params=rounds.Params(barred_rounds=barred_rounds))
    assert clash.value.params["rules"] == rules
    assert rules in catalogue("zh").explain(clash.value)


def test_a_clash_with_history_says_how_many_rounds_can_be_barred():
    """After three rounds of four regions the error says how many can be barred, and with so many a round exists."""
    four = _past([(number, home, (home + shift) % 4) for number, shift in enumerate([1, 3, 2]) for home in range(4)])
    with pytest.raises(WorkbenchError) as clash:
        rounds.assign(**(_random_case(4, 4, 0) | {"past": four}), params=rounds.Params())
    assert (clash.value.code, clash.value.params) == ("rounds.clash_past", {"rules": "1, 3", "keep": 2})
    rounds.assign(**(_random_case(4, 4, 0) | {"past": four}), params=rounds.Params(barred_rounds=2))


def test_a_team_with_the_right_expertise_is_worth_a_detour():
    """The water team goes to the farther region that asks for water, and the table says why."""
    seats = np.array([[126.0, 46.0], [126.2, 46.0], [126.4, 46.0], [127.0, 46.0]])
    teams = _teams([0, 1, 2, 3], np.random.default_rng(0)).assign(officers=2, expertise=["water", "air", "air", "air"])
    needs = pd.DataFrame(
        {
            "division_code": [_code(n) for n in range(4)],
            "service_min": 100.0,
            "expertise": ["air", "air", "air", "water"],
        }
    )
    found = rounds.assign(teams, _regions(seats), needs=needs, past=NO_PAST, params=rounds.Params())
    row = found.table.set_index("home_division").loc[_code(0)]
    assert (row["division_code"], row["expertise_met"], row["reason"]) == (_code(3), True, "rounds.expertise")


def test_a_division_that_is_no_region_is_refused():
    """A team from outside the regions has no seat to start from."""
    case = _random_case(4, 4, 0)
    case["teams"].loc[0, "home_division"] = "110000"
    with pytest.raises(WorkbenchError) as refused:
        rounds.assign(**case, params=rounds.Params())
    assert (refused.value.code, refused.value.params["divisions"]) == ("rounds.unknown_division", "110000")


def test_no_teams_is_refused():
    """A round without teams is no round."""
    case = _random_case(4, 4, 0)
    with pytest.raises(WorkbenchError) as refused:
        rounds.assign(**(case | {"teams": case["teams"].iloc[:0]}), params=rounds.Params())
    assert refused.value.code == "rounds.no_teams"


def test_prices_below_zero_are_a_programmers_mistake():
    """A negative price would reward what it is to prevent."""
    with pytest.raises(ValueError, match="at least 0"):
        rounds.Params(mismatch_km=-1)
    with pytest.raises(ValueError, match="detour"):
        rounds.Params(travel=Travel(detour=0.5))


def test_a_clash_is_resolved_at_a_price():
    """Three divisions that have all met: nothing is possible, until a rule may be broken; what was broken is told."""
    codes = range(3)
    rng = np.random.default_rng(1)
    seats = np.array([[126.5, 45.8], [125.0, 46.6], [127.0, 46.6]])
    tables = {
        "teams": _teams(list(codes), rng),
        "regions": _regions(seats),
        "needs": _needs(3, rng),
        "past": _past([(1, 0, 1), (1, 1, 2), (1, 2, 0), (2, 0, 2), (2, 2, 1), (2, 1, 0)]),
    }
    with pytest.raises(WorkbenchError) as fault:
        rounds.assign(**tables, params=rounds.Params())
    assert fault.value.code == "rounds.clash"
    found = rounds.assign(**tables, params=rounds.Params(relaxed={"past": 300.0, "back": 900.0}))
    assert len(found.table) == 3
    assert set(found.broken["rule"]) == {"past"}
    assert found.broken["price_km"].tolist() == [300.0] * 3
    went = set(zip(found.table["home_division"], found.table["division_code"], strict=True))
    assert set(zip(found.broken["home_division"], found.broken["division_code"], strict=True)) <= went


def test_nothing_is_broken_where_nothing_must_be():
    """A relaxed rule that costs more than it saves stays whole, and the optimum is the same."""
    case = _random_case(8, 8, 3)
    strict = rounds.assign(**case, params=rounds.Params())
    relaxed = rounds.assign(**case, params=rounds.Params(relaxed={"past": 1e5, "back": 1e5, "reciprocal": 1e5}))
    assert relaxed.broken.empty
    assert relaxed.objective == strict.objective


def test_two_that_inspect_each_other_are_told_in_both_directions():
    """Two divisions alone: they can only inspect each other, and both ways stand in the table."""
    rng = np.random.default_rng(2)
    tables = {
        "teams": _teams([0, 1], rng),
        "regions": _regions(np.array([[126.5, 45.8], [125.0, 46.6]])),
        "needs": _needs(2, rng),
        "past": NO_PAST.astype({"round": int, "home_division": str, "division_code": str}),
    }
    found = rounds.assign(**tables, params=rounds.Params(relaxed={"reciprocal": 500.0}))
    assert found.broken["rule"].tolist() == ["reciprocal", "reciprocal"]
