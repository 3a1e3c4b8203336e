"""Several rounds at once: as cheap as any search finds, proved, and without a pair that comes twice."""

from itertools import permutations, product

import numpy as np
import pandas as pd
import pytest

from cross_check import joint_rounds, round_cases, rounds
from cross_check.round_cases import Params
from gis import schema
from gis.errors import WorkbenchError
from tests.benchmarks import bench_rounds


def _case(seed, size):
    return bench_rounds.case(np.random.default_rng(seed), size)


def _plan(tables, number, **params):
    return joint_rounds.plan(
        tables["teams"],
        tables["regions"],
        needs=tables["needs"],
        past=tables["past"],
        rounds=number,
        params=Params(**params),
    )


def _cost(table, case, params):
    """Return what rounds cost by their definition."""
    row = {code: at for at, code in enumerate(case.homes)}
    column = {code: at for at, code in enumerate(case.visited)}
    pairs = [
        (row[home], column[there]) for home, there in zip(table["home_division"], table["division_code"], strict=True)
    ]
    total = sum(int(case.metres[pair]) + int(case.missing[pair]) * round(params.mismatch_km * 1000) for pair in pairs)
    load = np.zeros(len(case.homes), np.int64)
    for pair in pairs:
        load[pair[0]] += case.load[pair]
    went = pd.Series([pair[1] for pair in pairs]).value_counts().reindex(range(len(case.visited)), fill_value=0)
    missed = (table["round"].nunique() - went.to_numpy()) @ case.unvisited
    return total + round(params.balance_km * 1000) * int(load.max()) + int(missed)


def _faults(table, past, barred_rounds=3):
    """Return every broken rule of a table of rounds, found by going through it."""
    found = []
    latest = sorted(set(past["round"]), reverse=True)
    old = {(row.home_division, row.division_code) for row in past.itertuples() if row.round in latest[:barred_rounds]}
    last = {(row.home_division, row.division_code) for row in past.itertuples() if latest and row.round == latest[0]}
    pairs = table[["home_division", "division_code"]].apply(tuple, axis=1)
    found += ["twice"] * int(pairs.duplicated().sum())
    for number, own in table.groupby("round"):
        went = set(own[["home_division", "division_code"]].apply(tuple, axis=1))
        found += ["own" for home, there in went if home == there]
        found += ["past" for pair in went if pair in old]
        found += ["reciprocal" for home, there in went if (there, home) in went]
        found += ["back" for home, there in went if (there, home) in last]
        if own["home_division"].duplicated().any() or own["division_code"].duplicated().any():
            found.append(f"round {number} sends a team or visits a region twice")
        last = went
    return found


@pytest.mark.parametrize("number", [1, 2, 3, 4, 6])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_no_rule_is_broken_and_the_price_is_right(seed, number):
    """Every rule by a check of its own, the objective by its definition."""
    tables, params = _case(seed, 13), Params()
    found = _plan(tables, number)
    assert _faults(found.table, tables["past"]) == []
    assert (found.table.groupby("round").size() == 13).all()
    case = round_cases.build(
        *round_cases.checked(tables["teams"], tables["regions"], tables["needs"], tables["past"]), params
    )
    assert found.objective == _cost(found.table, case, params)
    assert schema.find_faults(found.table, joint_rounds.SCHEMA).empty


@pytest.mark.parametrize("seed", range(6))
def test_one_round_is_that_of_the_single_prover(seed):
    """Two different models, one optimum."""
    tables = _case(seed, 13)
    assert _plan(tables, 1).objective == rounds.assign(**tables, params=Params()).objective


@pytest.mark.parametrize("number", [2, 3])
@pytest.mark.parametrize("seed", range(5))
def test_no_search_finds_cheaper_rounds(seed, number):
    """All sequences of rounds of four teams, by hand: none is cheaper, and where there is none it says so."""
    tables, params = _case(seed, 4), Params()
    tables["past"] = tables["past"].iloc[:seed]
    case = round_cases.build(
        *round_cases.checked(tables["teams"], tables["regions"], tables["needs"], tables["past"]), params
    )
    codes, best = case.homes, None
    single = [order for order in permutations(range(4)) if all(at != there for at, there in enumerate(order))]
    for orders in product(single, repeat=number):
        rows = [(at + 1, codes[t], codes[r]) for at, order in enumerate(orders) for t, r in enumerate(order)]
        table = pd.DataFrame(rows, columns=["round", "home_division", "division_code"])
        if len(set(map(tuple, table[["home_division", "division_code"]].to_numpy()))) == len(table) and not _faults(
            table, tables["past"]
        ):
            cost = _cost(table, case, params)
            best = cost if best is None else min(best, cost)
    if best is None:
        with pytest.raises(WorkbenchError) as fault:
            _plan(tables, number)
        assert fault.value.code == "rounds.too_many"
    else:
        assert _plan(tables, number).objective == best


def test_fewer_teams_than_regions_leave_some_unvisited():
    """Eight teams for thirteen regions: every team goes every time, no region is visited twice in a round."""
    tables = _case(4, 13)
    tables["teams"] = tables["teams"].iloc[:8]
    found = _plan(tables, 4)
    assert (found.table.groupby("round").size() == 8).all()
    assert _faults(found.table, tables["past"]) == []


def test_more_rounds_than_the_rules_leave_are_refused():
    """Three teams cannot have twelve different pairs."""
    with pytest.raises(WorkbenchError) as fault:
        _plan(_case(1, 3), 12)
    assert fault.value.code == "rounds.too_many"
    with pytest.raises(ValueError, match="1 to 12"):
        _plan(_case(1, 3), 0)


def test_the_load_of_the_year_is_shared():
    """With a high price of balance the officer who bears most bears less."""
    tables = _case(2, 13)
    heaviest = [
        found.table.groupby("team_id")["load_min"].sum().max()
        for found in (_plan(tables, 4, balance_km=0.0), _plan(tables, 4, balance_km=100.0))
    ]
    assert heaviest[1] < heaviest[0]
