"""Nights: days on the road of one or more teams that sleep at lodging places, and nowhere else."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cross_check import days, nights_search
from cross_check.nights_search import Facts, State

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Clock = Callable[[], float]

NEVER = int(nights_search.NEVER)
"""A fee that forbids a visit on a day."""

_NEIGHBOURS, _BEDS, _SLICE, _STAGES = 40, 4, 200, 12


@dataclass(frozen=True)
class Problem:
    """Visits, days and beds; times are whole numbers of any one unit, and drives cost what they take.

    Attributes
    ----------
    drives : array (places, places)
        Time between places. Lodgings and visits are places.
    visits : array (n, 4)
        Place, time on site, earliest and latest beginning of each visit, counted as the rules of its day are.
    prize : array (n,)
        What leaving out a visit costs, at least 0.
    fees : array (n, routes)
        What a visit costs on a day beyond its drives, at least 0; ``NEVER`` forbids it. Route ``team * days + day``.
    rules : array (routes, 6)
        Of each day, see ``days.OPENS`` and the following.
    beds : array (teams, days + 1)
        Where each team's days begin and end to start with: column ``day`` begins it, ``day + 1`` ends it.
    movable : array (teams, days + 1)
        True where a night may be moved to another lodging.
    lodgings : array (lodgings,)
        Places where a night may be spent.
    most : int
        Visits a day at most.
    """

    drives: Ints
    visits: Ints
    prize: Ints
    fees: Ints
    rules: Ints
    beds: Ints
    movable: Flags
    lodgings: Ints
    most: int

    def __post_init__(self) -> None:
        """Refuse arrays that do not belong together."""
        count, (teams, ends) = len(self.visits), self.beds.shape
        shapes = (self.prize.shape, self.fees.shape, self.rules.shape, self.movable.shape)
        wanted = ((count,), (count, teams * (ends - 1)), (teams * (ends - 1), 6), self.beds.shape)
        if shapes != wanted:
            raise ValueError(f"prize, fees, rules and movable have the shapes {wanted}, not {shapes}")
        if self.drives.ndim != 2 or self.drives.shape[0] != self.drives.shape[1]:  # noqa: PLR2004 - a matrix
            raise ValueError("drives are a square matrix")

    @property
    def days(self) -> int:
        """Days of each team."""
        return int(self.beds.shape[1]) - 1


@dataclass(frozen=True)
class Search:
    """How long to search, and how freely.

    Parameters
    ----------
    iterations : int
        Of ruin and recreate. The same seed then gives the same plan on every machine.
    seconds : float, optional
        Stop by the clock instead, for a user who waits; not repeatable.
    warmth : (float, float)
        First and last temperature of the annealing, in the unit of the drives.
    balance : float
        Price of a unit of the time that the busiest team spends on the road and on site.
    hands : int
        Threads that search side by side and go on from the best plan of any of them twelve times on the way.
    """

    iterations: int = 4000
    seconds: float | None = None
    warmth: tuple[float, float] = (160.0, 1.6)
    balance: float = 0.0
    hands: int = 1

    def __post_init__(self) -> None:
        """Refuse a search that does not begin or heats up."""
        if min(self.iterations, self.hands) < 1 or (self.seconds is not None and self.seconds <= 0):
            raise ValueError("iterations, hands and seconds are positive")
        if self.balance < 0:
            raise ValueError("balance is not negative")
        if not 0 < self.warmth[1] <= self.warmth[0]:
            raise ValueError("the search cools from a warm beginning to an end above 0")


@dataclass(frozen=True)
class Day:
    """One team's day: visits in order, when each begins, when it leaves and is back, its break and its two beds.

    ``pause`` is when the break begins, None in a day that needs none.
    """

    team: int
    day: int
    visits: tuple[int, ...]
    begins: tuple[int, ...]
    leaves: int
    back: int
    pause: int | None
    beds: tuple[int, int]


@dataclass(frozen=True)
class Plan:
    """The best plan found: the days on which somebody leaves the lodging, by team and day, and its cost."""

    days: tuple[Day, ...]
    beds: Ints
    cost: int

    @property
    def served(self) -> set[int]:
        """Numbers of the visits that are made."""
        return {visit for day in self.days for visit in day.visits}


def solve(
    problem: Problem,
    search: Search,
    rng: np.random.Generator,
    *,
    start: Sequence[Sequence[int]] = (),
    clock: Clock | None = None,
) -> Plan:
    """Choose visits, their days and order, and where to sleep, so that drives, fees and lost prizes cost least.

    Parameters
    ----------
    problem : Problem
        May have no visits.
    search : Search
    rng : Generator
    start : sequence of sequences of int, optional
        Visits of each route to begin with; those that do not fit are taken out.
    clock : callable, optional
        Seconds that only grow, needed where ``search.seconds`` is given.

    Returns
    -------
    Plan
        Keeps every rule; not proved to be the best.

    Raises
    ------
    ValueError
        If the search is to stop by a clock and none is given.
    ArithmeticError
        If the beds to start with are too far apart for a day's drive and may not be moved.

    Notes
    -----
    Slack induction by string removals (Christiaens and Vanden Berghe 2020, Transportation Science 54:417-433), with
    moves that take a night to another lodging together with the visits around it.
    """
    if search.seconds is not None and clock is None:
        raise ValueError("a search that stops by the clock needs one")
    facts = _facts(problem)
    state = _begin(problem, facts, start, rng)
    if len(problem.visits):
        state = _search(facts, search, state, rng, clock)
    return _plan(problem, state, round(nights_search.price(state, facts, 0.0)))


def _begin(problem: Problem, facts: Facts, start: Sequence[Sequence[int]], rng: np.random.Generator) -> State:
    routes = len(problem.rules)
    most = max([problem.most, 1, *map(len, start)])
    rows, counts = np.zeros((routes, most), np.int64), np.zeros(routes, np.int64)
    day_of = np.full(len(problem.visits), -1, np.int64)
    for route, row in enumerate(start):
        rows[route, : len(row)], counts[route] = row, len(row)
        day_of[list(row)] = route
    state = State(rows, counts, day_of, problem.beds.astype(np.int64), np.zeros(routes, np.int64))
    for route in range(routes):
        if not nights_search.empty_until_fits(route, state, facts, rng):
            raise ArithmeticError("two beds lie too far apart for one day")
    return state


@dataclass
class _Hand:
    """One of those that search at the same time: where it stands, the best it has seen, what both cost."""

    now: State
    top: State
    costs: Floats
    rng: np.random.Generator


def _search(facts: Facts, search: Search, state: State, rng: np.random.Generator, clock: Clock | None) -> State:
    """Let all hands search, and after every stage go on from the best plan of any of them."""
    costs = np.full(2, nights_search.price(state, facts, search.balance))
    rngs = [rng, *rng.spawn(search.hands - 1)] if search.hands > 1 else [rng]
    hands = [_Hand(_copied(state), _copied(state), costs.copy(), each) for each in rngs]
    began = clock() if clock else 0.0
    # The compiled search lets other threads run beside it.
    with ThreadPoolExecutor(search.hands) as pool:
        for stage in range(_STAGES):
            shares = (stage / _STAGES, (stage + 1) / _STAGES)
            list(pool.map(lambda hand: _stage(hand, facts, search, shares, clock, began), hands))  # noqa: B023
            best = min(hands, key=lambda hand: float(hand.costs[1]))
            for hand in hands:
                if hand.costs[1] > best.costs[1]:
                    hand.now, hand.top, hand.costs = _copied(best.now), _copied(best.top), best.costs.copy()
    return best.top


def _stage(
    hand: _Hand, facts: Facts, search: Search, shares: tuple[float, float], clock: Clock | None, began: float
) -> None:
    """Search from one share of the whole to another, while it cools."""
    first, last = search.warmth
    whole, done = round(search.iterations * shares[1]) - round(search.iterations * shares[0]), 0
    share = shares[0]
    while share < shares[1]:
        size = _SLICE if search.seconds is not None else min(_SLICE, whole - done)
        warmth = first * (last / first) ** share
        nights_search.run(hand.now, hand.top, hand.costs, facts, (warmth, size, search.balance), hand.rng)
        done += size
        share = (clock() - began) / search.seconds if search.seconds and clock else shares[0] + done / search.iterations
        if search.seconds is None and done >= whole:
            break


def _copied(state: State) -> State:
    return State(*(array.copy() for array in state))


def _facts(problem: Problem) -> Facts:
    """Return the problem as the kernel reads it, with the visits and lodgings nearest to each visit."""
    places = problem.visits[:, 0]
    near = np.argsort(problem.drives[np.ix_(places, places)], axis=1, kind="stable")[:, :_NEIGHBOURS]
    beds = np.argsort(problem.drives[np.ix_(places, problem.lodgings)], axis=1, kind="stable")[:, :_BEDS]
    near_beds = problem.lodgings[beds] if problem.movable.any() else beds[:, :0]
    tables = (problem.drives, problem.visits, problem.rules, problem.prize, problem.fees)
    return Facts(*(np.ascontiguousarray(each, np.int64) for each in (*tables, near, near_beds, problem.movable)))


def _plan(problem: Problem, state: State, cost: int) -> Plan:
    rows, counts, nights = state.rows, state.counts, state.nights
    made = []
    for route in range(len(counts)):
        team, day = divmod(route, problem.days)
        ends = (int(nights[team, day]), int(nights[team, day + 1]))
        stops = rows[route, : counts[route]]
        if len(stops) or ends[0] != ends[1]:
            made.append(timed(problem, team, day, stops, ends))
    return Plan(tuple(made), nights, cost)


def timed(problem: Problem, team: int, day: int, stops: Ints, ends: tuple[int, int]) -> Day:
    """Return one day with its clock times.

    Raises
    ------
    ArithmeticError
        If the stops do not fit the day.
    """
    rules = problem.rules[team * problem.days + day]
    pause, leaves, back = days.best(stops, len(stops), ends, problem.drives, problem.visits, rules)
    if back < 0:
        raise ArithmeticError(f"day {day} of team {team} does not fit its rules")
    begins, paused = days.begins(stops, ends, problem.drives, problem.visits, rules, (pause, leaves))
    return Day(
        team,
        day,
        tuple(int(stop) for stop in stops),
        tuple(int(each) for each in begins),
        int(leaves),
        int(back),
        int(paused) if paused >= 0 else None,
        ends,
    )
