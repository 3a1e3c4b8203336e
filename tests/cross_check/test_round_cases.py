"""Rounds in whole numbers: what is barred, by which rule, and what the prices mean."""

import numpy as np
import pandas as pd
import pytest

from cross_check import round_cases
from cross_check.round_cases import Params
from gis.errors import WorkbenchError
from tests.benchmarks import bench_rounds


def _tables(seed=1, size=4):
    return bench_rounds.case(np.random.default_rng(seed), size)


def _checked(tables):
    return round_cases.checked(tables["teams"], tables["regions"], tables["needs"], tables["past"])


def test_each_rule_bars_its_pairs():
    """Its own region, pairs of the latest rounds, and the last inspected region that would come back."""
    codes = ["A", "B", "C"]
    past = pd.DataFrame({"round": [1, 2, 3], "home_division": ["A", "A", "B"], "division_code": ["B", "C", "C"]})
    closed = round_cases.barred(codes, codes, past, rounds=2)
    assert np.argwhere(closed["own"]).tolist() == [[0, 0], [1, 1], [2, 2]]
    assert np.argwhere(closed["past"]).tolist() == [[0, 2], [1, 2]]
    assert np.argwhere(closed["back"]).tolist() == [[2, 1]]


def test_reverse_names_the_way_back():
    """Team B to region A is the way back of team A to region B."""
    case = round_cases.build(*_checked(_tables()), Params())
    assert case.reverse()[0, 1] == (1, 0)
    assert len(case.reverse()) == 16


def test_rows_in_any_order_are_one_case():
    """Shuffled tables give the same numbers."""
    tables = _tables(2)
    mixed = {name: table.sample(frac=1, random_state=3) for name, table in tables.items()}
    one, other = (round_cases.build(*_checked(each), Params()) for each in (tables, mixed))
    assert one.homes == other.homes
    assert (one.metres == other.metres).all()
    assert (one.load == other.load).all()


def test_strangers_are_named():
    """A region that is none, and a round without teams."""
    tables = _tables()
    with pytest.raises(WorkbenchError, match="230900"):
        _checked(tables | {"needs": tables["needs"].assign(division_code=["230100", "230200", "230300", "230900"])})
    with pytest.raises(WorkbenchError) as fault:
        _checked(tables | {"teams": tables["teams"].iloc[:0]})
    assert fault.value.code == "rounds.no_teams"


@pytest.mark.parametrize("relaxed", [{"own": 1.0}, {"past": 0.0}, {"other": 1.0}])
def test_relaxed_rules_have_a_price_and_are_not_the_own_region(relaxed):
    """A team never inspects its own region, at no price."""
    with pytest.raises(ValueError, match="relaxed"):
        Params(relaxed=relaxed)


def test_relaxed_rules_are_no_longer_hard():
    """The others stay."""
    assert Params(relaxed={"past": 300.0}).hard == ("own", "reciprocal", "back")


def test_cells_tell_cost_rule_and_choice_of_each_pair():
    """Every pair once; its own region is barred, the chosen pair is marked, kilometres are those of the case."""
    tables = _checked(_tables())
    case = round_cases.build(*tables, Params())
    one = pd.DataFrame({"home_division": case.homes[:1], "division_code": case.visited[1:2]})
    cells = round_cases.cells(case, one)
    assert len(cells) == len(case.homes) * len(case.visited)
    own = cells["home_division"] == cells["division_code"]
    assert (cells.loc[own, "barred"] == "own").all()
    assert cells.loc[cells["chosen"], ["home_division", "division_code"]].to_numpy().tolist() == one.to_numpy().tolist()
    assert cells["travel_km"].to_numpy() == pytest.approx(case.metres.ravel() / 1000)
