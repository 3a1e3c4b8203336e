"""Nights: no rule broken, small cases solved to the optimum, nights where they belong, repeatable."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cross_check import nights
from cross_check.nights import NEVER, Problem, Search, solve

QUICK = Search(iterations=400)


def _problem(seed: int, count: int = 12, teams: int = 2, days: int = 3, **changes: object) -> Problem:
    """Return visits and five lodgings on a plane, two teams at home in the first two lodgings."""
    rng = np.random.default_rng(seed)
    spots = rng.random((5 + count, 2)) * 260
    drives = np.ceil(np.hypot(*(spots[:, None] - spots[None]).transpose(2, 0, 1))).astype(np.int64)
    earliest = rng.choice([0, 0, 240], count)
    visits = np.stack([np.arange(5, 5 + count), rng.integers(30, 120, count), earliest, earliest + 330], axis=1)
    movable = np.zeros((teams, days + 1), bool)
    movable[:, 1:days] = True
    given = {
        "drives": drives,
        "visits": visits,
        "prize": rng.choice([500, 2000], count),
        "fees": np.zeros((count, teams * days), np.int64),
        "rules": np.tile([0, 600, 480, 210, 300, 60], (teams * days, 1)),
        "beds": np.repeat(np.arange(teams)[:, None], days + 1, axis=1),
        "movable": movable,
        "lodgings": np.arange(5),
        "most": 6,
    }
    return Problem(**(given | changes))


def _faults(problem: Problem, plan: nights.Plan) -> list[str]:
    """Walk through a plan by its times alone."""
    found, seen = [], []
    for day in plan.days:
        rules = problem.rules[day.team * problem.days + day.day]
        place, free = day.beds[0], day.leaves
        pause = day.pause
        longest = []
        for visit, begins in zip(day.visits, day.begins, strict=True):
            there, service, earliest, latest = problem.visits[visit]
            longest.append((free, begins, begins - free - problem.drives[place, there]))
            found += ["early"] * int(begins < earliest) + ["late"] * int(begins > latest)
            place, free = there, begins + service
            seen.append(visit)
        longest.append((free, day.back, day.back - free - problem.drives[place, day.beds[1]]))
        found += ["fast"] * any(spare < 0 for _, _, spare in longest)
        if pause is not None:
            found += ["break hour"] * int(not rules[3] <= pause <= rules[4])
            held = any(free <= pause and spare >= rules[5] and pause + rules[5] <= end for free, end, spare in longest)
            found += ["break room"] * (not held)
        elif not (day.back <= rules[4] or day.leaves >= rules[3] + rules[5]):
            found.append("no break")
        found += ["duty"] * int(day.back - day.leaves - (rules[5] if pause is not None else 0) > rules[2])
        found += ["hours"] * int(day.leaves < rules[0] or day.back > rules[1])
        found += ["crowded"] * (len(day.visits) > problem.most)
        found += ["bed"] * (not set(day.beds) <= set(problem.lodgings.tolist()))
    found += ["twice"] * (len(seen) != len(set(seen)))
    for one in plan.days:
        for other in plan.days:
            if one.team == other.team and other.day == one.day + 1 and one.beds[1] != other.beds[0]:
                found.append("bed moved by day")
    homes = {team: plan.beds[team, [0, -1]].tolist() for team in range(len(problem.beds))}
    return found + ["home"] * any(ends != [team, team] for team, ends in homes.items())


def _cost(problem: Problem, plan: nights.Plan) -> int:
    total = int(problem.prize.sum() - problem.prize[list(plan.served)].sum())
    for day in plan.days:
        stops = [day.beds[0], *problem.visits[list(day.visits), 0], day.beds[1]]
        total += int(problem.drives[stops[:-1], stops[1:]].sum())
        total += int(problem.fees[list(day.visits), day.team * problem.days + day.day].sum())
    return total


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10**6), count=st.integers(0, 20))
def test_no_plan_breaks_a_rule(seed, count):
    """Whatever the places and windows: times, breaks, duty and beds are kept, and the cost is what it says."""
    problem = _problem(seed, count)
    plan = solve(problem, QUICK, np.random.default_rng(seed))
    assert _faults(problem, plan) == []
    assert plan.cost == _cost(problem, plan)


def test_the_same_seed_gives_the_same_plan():
    """Two searches with equal generators agree to the minute."""
    problem = _problem(3, 20)
    first, again = (solve(problem, QUICK, np.random.default_rng(5)) for _ in range(2))
    assert first.days == again.days


def test_a_single_day_is_solved_to_the_optimum():
    """Over all orders of all subsets of five visits of one day none is cheaper."""
    for seed in range(6):
        problem = _problem(seed, count=5, teams=1, days=1)
        plan = solve(problem, QUICK, np.random.default_rng(0))
        least = int(problem.prize.sum())
        for size in range(1, 6):
            for order in itertools.permutations(range(5), size):
                try:
                    day = nights.timed(problem, 0, 0, np.array(order), (0, 0))
                except ArithmeticError:
                    continue
                least = min(least, _cost(problem, nights.Plan((day,), problem.beds, 0)))
        assert plan.cost == least


def test_a_night_away_brings_far_visits_into_reach():
    """Visits 200 minutes from home but beside a lodging: three fit with a night there, two without."""
    drives = np.full((5, 5), 5)
    drives[0, 1:] = drives[1:, 0] = 200
    np.fill_diagonal(drives, 0)
    visits = np.array([[2, 80, 0, 600], [3, 80, 0, 600], [4, 80, 0, 600]])
    changes = {"drives": drives, "visits": visits, "lodgings": np.arange(2), "prize": np.full(3, 1000)}
    away = solve(_problem(0, 3, 1, 2, **changes), QUICK, np.random.default_rng(0))
    assert away.served == {0, 1, 2}
    assert away.beds.tolist() == [[0, 1, 0]]
    home = solve(_problem(0, 3, 1, 2, **changes, movable=np.zeros((1, 3), bool)), QUICK, np.random.default_rng(0))
    assert len(home.served) == 2
    assert home.beds.tolist() == [[0, 0, 0]]


def test_a_forbidden_day_is_never_used_and_a_fee_moves_a_visit():
    """With all days of a team forbidden it stays at home; a fee on day one moves a visit to another day."""
    problem = _problem(1, 10)
    fees = problem.fees.copy()
    fees[:, :3] = NEVER
    plan = solve(_problem(1, 10, fees=fees), QUICK, np.random.default_rng(0))
    assert {day.team for day in plan.days if day.visits} == {1}
    fees = np.zeros((1, 2), np.int64)
    fees[0, 0] = 30
    plan = solve(_problem(1, 1, 1, 2, fees=fees), QUICK, np.random.default_rng(0))
    assert [day.day for day in plan.days if day.visits] == [1]


def test_balance_evens_out_the_teams():
    """Twelve visits at one place for two teams with one home: with a price on the busiest team each takes six."""
    drives = np.zeros((17, 17), np.int64)
    beds = np.zeros((2, 4), np.int64)
    problem = _problem(1, 12, drives=drives, beds=beds)
    problem.visits[:, 1:] = (60, 0, 600)
    plan = solve(problem, Search(iterations=400, balance=1.0), np.random.default_rng(0))
    assert [sum(len(day.visits) for day in plan.days if day.team == team) for team in (0, 1)] == [6, 6]


def test_a_start_is_kept_where_nothing_is_better():
    """A search of one iteration from the best plan returns a plan no dearer."""
    problem = _problem(2, 10)
    good = solve(problem, Search(iterations=2000), np.random.default_rng(0))
    still = Problem(**(vars(problem) | {"beds": good.beds}))
    start = [()] * 6
    for day in good.days:
        start[day.team * 3 + day.day] = day.visits
    again = solve(still, Search(iterations=1, warmth=(1e-6, 1e-6)), np.random.default_rng(1), start=start)
    assert again.cost <= good.cost


def test_a_search_by_the_clock_stops():
    """A clock that counts its calls ends the search; without a clock it is refused."""
    ticks = itertools.count()
    plan = solve(_problem(4), Search(seconds=5), np.random.default_rng(0), clock=lambda: float(next(ticks)))
    assert plan.served
    with pytest.raises(ValueError, match="clock"):
        solve(_problem(4), Search(seconds=5), np.random.default_rng(0))


def test_what_cannot_be_is_refused():
    """Arrays of other lengths, a search that heats up and beds beyond a day's drive are faults."""
    with pytest.raises(ValueError, match="shapes"):
        _problem(0, prize=np.zeros(3, np.int64))
    with pytest.raises(ValueError, match="square"):
        _problem(0, drives=np.zeros((3, 4), np.int64))
    with pytest.raises(ValueError, match="cools"):
        Search(warmth=(1.0, 2.0))
    with pytest.raises(ValueError, match="positive"):
        Search(iterations=0)
    beds = np.array([[0, 0, 0, 0], [0, 1, 1, 1]])
    with pytest.raises(ArithmeticError, match="too far"):
        solve(_problem(0, drives=np.full((17, 17), 700), beds=beds), QUICK, np.random.default_rng(0))
