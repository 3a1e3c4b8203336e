"""The compiled search: bookkeeping stays whole whatever is taken out and put in."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from cross_check import nights_search
from cross_check.nights_search import Facts, State

PLACES, VISITS, TEAMS, DAYS = 16, 12, 2, 3


def _case(seed: int) -> tuple[State, Facts]:
    rng = np.random.default_rng(seed)
    spots = rng.random((PLACES, 2)) * 200
    drives = np.hypot(*(spots[:, None] - spots[None]).transpose(2, 0, 1)).astype(np.int64)
    visits = np.stack([np.arange(4, 16), rng.integers(30, 90, VISITS), np.zeros(VISITS), np.full(VISITS, 500)], axis=1)
    near = np.argsort(drives[4:, 4:], axis=1, kind="stable")
    near_beds = np.argsort(drives[4:, :4], axis=1, kind="stable")
    movable = np.zeros((TEAMS, DAYS + 1))
    movable[:, 1:DAYS] = 1
    tables = (
        drives,
        visits,
        np.tile([0, 600, 480, 210, 300, 60], (TEAMS * DAYS, 1)),
        rng.integers(100, 900, VISITS),
        np.zeros((VISITS, TEAMS * DAYS)),
        near,
        near_beds,
        movable,
    )
    facts = Facts(*(np.ascontiguousarray(table, np.int64) for table in tables))
    rows, counts = np.zeros((TEAMS * DAYS, 5), np.int64), np.zeros(TEAMS * DAYS, np.int64)
    beds = np.repeat(np.arange(TEAMS)[:, None], DAYS + 1, axis=1).astype(np.int64)
    state = State(rows, counts, np.full(VISITS, -1, np.int64), beds, np.zeros(TEAMS * DAYS, np.int64))
    return state, facts


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_rows_counts_and_days_always_agree(seed):
    """After a search each visit stands once in the row of its day or nowhere, every day fits, the costs are right."""
    now, facts = _case(seed)
    top = State(*(array.copy() for array in now))
    costs = np.full(2, nights_search.price(now, facts, 0.0))
    nights_search.run(now, top, costs, facts, (100.0, 50, 0.0), np.random.default_rng(seed))
    for state, cost in ((now, costs[0]), (top, costs[1])):
        rows = [state.rows[route, : state.counts[route]].tolist() for route in range(TEAMS * DAYS)]
        assert [[route for route, row in enumerate(rows) if visit in row] for visit in range(VISITS)] == [
            [day] if day >= 0 else [] for day in state.day_of
        ]
        assert sum(map(len, rows)) == (state.day_of >= 0).sum()
        assert nights_search.price(state, facts, 0.0) == cost
        for route in range(TEAMS * DAYS):
            ends = nights_search.ends_of(route, state.nights)
            assert nights_search.fits(state.rows[route], state.counts[route], ends, facts.rules[route], facts)
        assert (state.nights[:, [0, DAYS]] == [[0, 0], [1, 1]]).all()


def test_the_best_plan_is_never_dearer_than_the_present_one():
    """The second cost only falls and is never above any cost met."""
    now, facts = _case(1)
    top = State(*(array.copy() for array in now))
    costs, seen = np.full(2, nights_search.price(now, facts, 0.0)), []
    rng = np.random.default_rng(0)
    for _ in range(20):
        nights_search.run(now, top, costs, facts, (300.0, 5, 0.0), rng)
        seen.append(costs.copy())
    best = np.array(seen)[:, 1]
    assert (np.diff(best) <= 0).all()
    assert (best <= np.array(seen)[:, 0]).all()


def test_work_is_drives_and_service():
    """A row by hand: home, two visits, home."""
    state, facts = _case(2)
    state.rows[0, :2], state.counts[0] = (3, 5), 2
    state.day_of[[3, 5]] = 0
    stops = [0, *facts.visits[[3, 5], 0], 0]
    drive = facts.drives[stops[:-1], stops[1:]].sum()
    nights_search.add_up(0, state, facts)
    assert state.work[0] == drive + facts.visits[[3, 5], 1].sum()
    nights_search.empty_until_fits(0, state, facts, np.random.default_rng(0))
    assert state.counts[0] <= 2
