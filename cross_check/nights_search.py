"""The inner loop of ``nights``: ruin and recreate with simulated annealing, compiled."""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from cross_check import days
from gis.loans import lent

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

NEVER = np.int64(1) << 40
"""A fee that no prize outweighs: the visit may not be made on that day."""

_RUINED, _LONGEST = 10, 6
"""Visits taken out at a time, on average, and the longest string of them (Christiaens and Vanden Berghe, table 4)."""
_BLINK = 0.01
_AGAIN = 0.02
"""Share of rounds in which what was left out before is tried on every day, not only on those just changed."""
_MOVED, _SHAKEN = 0.5, 0.3
"""Share of insertions that may move a night along, and of rounds that begin by moving one."""
_FAR = 0.2
"""Share of visits just taken out that are tried on every day, not only on those that come near them."""
_STAY = 3
_NIGHTS_FROM = 2


class State(NamedTuple):
    """A plan, changed in place.

    Visits of each route in order (routes, most), how many (routes,), the route of each visit or -1 (visits,), where
    each day of each team begins and ends (teams, days + 1), and time on the road and on site of each route (routes,).
    """

    rows: Ints
    counts: Ints
    day_of: Ints
    nights: Ints
    work: Ints


class Facts(NamedTuple):
    """What does not change: see ``nights.Problem``; visits and lodgings nearest to each visit; 1 where nights move."""

    drives: Ints
    visits: Ints
    rules: Ints
    prize: Ints
    fees: Ints
    near: Ints
    near_beds: Ints
    movable: Ints


class Want(NamedTuple):
    """A visit that asks for a place, on which routes it is tried, and what it costs there beyond its drives."""

    visit: int
    routes: Flags
    fees: Ints


class Move(NamedTuple):
    """Where a visit goes: its price, the route (-1: nowhere), its number in the day, a night's column and new bed."""

    price: int
    route: int
    number: int
    night: int
    bed: int


@njit(cache=True, nogil=True)
def ends_of(route: int, nights: Ints) -> tuple[int, int]:
    """Return where the day of a route begins and ends."""
    days_each = nights.shape[1] - 1
    team, day = route // days_each, route % days_each
    return nights[team, day], nights[team, day + 1]


@njit(cache=True, nogil=True)
def add_up(route: int, state: State, facts: Facts) -> None:
    """Write down how long the drives and the visits of a day take."""
    place, end = ends_of(route, state.nights)
    total = np.int64(0)
    for number in range(state.counts[route]):
        visit = state.rows[route, number]
        there = facts.visits[visit, 0]
        total += facts.drives[place, there] + facts.visits[visit, 1]
        place = there
    state.work[route] = total + facts.drives[place, end]


@njit(cache=True, nogil=True)
def fits(row: Ints, count: int, ends: tuple[int, int], rules: Ints, facts: Facts) -> bool:
    """Tell whether a day can be kept; one on which nobody leaves always can."""
    if count == 0 and ends[0] == ends[1]:
        return True
    return days.best(row, count, ends, facts.drives, facts.visits, rules)[2] >= 0


@njit(cache=True, nogil=True)
def _fits_now(route: int, state: State, facts: Facts) -> bool:
    ends = ends_of(route, state.nights)
    return fits(state.rows[route], state.counts[route], ends, facts.rules[route], facts)


@njit(cache=True, nogil=True)
def _place_in(visit: int, state: State) -> int:
    row, number = state.rows[state.day_of[visit]], 0
    while row[number] != visit:
        number += 1
    return number


@njit(cache=True, nogil=True)
def _take_out(visit: int, state: State) -> None:
    route = state.day_of[visit]
    _drop(state.rows[route], state.counts[route], _place_in(visit, state))
    state.counts[route] -= 1
    state.day_of[visit] = -1


@njit(cache=True, nogil=True)
def empty_until_fits(route: int, state: State, facts: Facts, rng: np.random.Generator) -> bool:
    """Take visits out of a day until it can be kept; return False if not even an empty day can."""
    while not _fits_now(route, state, facts):
        if state.counts[route] == 0:
            return False
        _take_out(state.rows[route, rng.integers(0, state.counts[route])], state)
    add_up(route, state, facts)
    return True


@njit(cache=True, nogil=True)
def _ruin(state: State, touched: Flags, facts: Facts, rng: np.random.Generator) -> int:
    """Take out strings of neighbouring visits around a random one and return that one."""
    seed: Any = rng.integers(0, len(state.day_of))
    served, routes = np.int64(0), np.int64(0)
    for count in state.counts:
        served += count
        routes += count > 0
    if served == 0:
        return seed
    longest = min(np.float64(_LONGEST), served / routes)
    strings = int(rng.random() * max(1.0, 4.0 * _RUINED / (1.0 + longest) - 1.0) + 1.0)
    for number in range(facts.near.shape[1]):
        visit = facts.near[seed, number]
        route = state.day_of[visit]
        if route < 0 or touched[route]:
            continue
        touched[route] = True
        count, at = state.counts[route], _place_in(visit, state)
        size = min(count, int(rng.random() * min(np.float64(count), longest) + 1.0))
        first = rng.integers(max(0, at - size + 1), min(at, count - size) + 1)
        for _ in range(size):
            _take_out(state.rows[route, first], state)
        add_up(route, state, facts)
        strings -= 1
        if strings == 0:
            break
    return seed


@njit(cache=True, nogil=True)
def _a_bed(seed: int, beside: int, night: tuple[int, int], state: State, facts: Facts, rng: np.random.Generator) -> int:
    """Return a lodging near the seed, near a visit of a day beside the night, or the bed of the night before or after.

    Only the last of these is likely to please the days as they are, the first brings a far visit into reach.
    """
    beds: Any = facts.near_beds
    way = rng.random()
    if way < 0.4:  # noqa: PLR2004 - two ways alike, the third half as often
        return beds[seed, rng.integers(0, beds.shape[1])]
    if way < 0.8 and state.counts[beside] > 0:  # noqa: PLR2004 - as above
        return beds[state.rows[beside, rng.integers(0, state.counts[beside])], rng.integers(0, beds.shape[1])]
    nights: Any = state.nights
    return nights[night[0], night[1] - 1 + 2 * rng.integers(0, 2)]


@njit(cache=True, nogil=True)
def _shake(seed: int, state: State, touched: Flags, facts: Facts, rng: np.random.Generator) -> bool:
    """Move one to three nights of a team to one lodging; return whether all days can still be kept."""
    days_each = state.nights.shape[1] - 1
    team: Any = rng.integers(0, state.nights.shape[0])
    if state.day_of[seed] >= 0 and rng.random() < 0.5:  # noqa: PLR2004 - a coin
        team = state.day_of[seed] // days_each
    night: Any = rng.integers(1, days_each)
    last = min(night + rng.integers(0, _STAY), days_each - 1)
    bed = _a_bed(seed, team * days_each + night - rng.integers(0, 2), (team, night), state, facts, rng)
    for each in range(night, last + 1):
        if facts.movable[team, each] == 1:
            state.nights[team, each] = bed
    for route in range(team * days_each + night - 1, team * days_each + last + 1):
        touched[route] = True
        if not empty_until_fits(route, state, facts, rng):
            return False
    return True


@njit(cache=True, nogil=True)
def _put(row: Ints, count: int, number: int, visit: int) -> None:
    """Write one more visit into a row."""
    for each in range(count, number, -1):
        row[each] = row[each - 1]
    row[number] = visit


@njit(cache=True, nogil=True)
def _drop(row: Ints, count: int, number: int) -> None:
    """Take one of a row's visits out."""
    for each in range(number, count - 1):
        row[each] = row[each + 1]


@njit(cache=True, nogil=True)
def _better_in_day(want: Want, best: Move, state: State, facts: Facts, rng: np.random.Generator) -> Move:
    """Return the cheapest place for a visit in a day with its beds as they are, if it beats the best so far."""
    place, drives = facts.visits[want.visit, 0], facts.drives
    for route in range(len(state.counts)):
        spare = facts.rules[route, days.DUTY] - state.work[route] - facts.visits[want.visit, 1]
        fee, count = want.fees[route], state.counts[route]
        if not want.routes[route] or spare < 0 or fee >= best.price or count == state.rows.shape[1]:
            continue
        row, ends = state.rows[route], ends_of(route, state.nights)
        before = ends[0]
        for number in range(count + 1):
            after = ends[1] if number == count else facts.visits[row[number], 0]
            longer = drives[before, place] + drives[place, after] - drives[before, after]
            before = after
            if longer > spare or fee + longer >= best.price or rng.random() < _BLINK:
                continue
            _put(row, count, number, want.visit)
            if fits(row, count + 1, ends, facts.rules[route], facts):
                best = Move(fee + longer, route, number, -1, -1)
            _drop(row, count + 1, number)
    return best


@njit(cache=True, nogil=True)
def _better_with_night(want: Want, best: Move, state: State, facts: Facts) -> Move:
    """Return the cheapest way to end a day or to begin it with a visit, its night moved along.

    The best so far comes back if it is cheaper.
    """
    place, drives, days_each = facts.visits[want.visit, 0], facts.drives, state.nights.shape[1] - 1
    nearest, service = facts.near_beds[want.visit, 0], facts.visits[want.visit, 1]
    for route in range(len(state.counts)):
        spare = facts.rules[route, days.DUTY] - state.work[route] - service
        if not want.routes[route] or want.fees[route] >= best.price or state.counts[route] == state.rows.shape[1]:
            continue
        for side in range(2):
            night = route % days_each + 1 - side
            if night in (0, days_each) or facts.movable[route // days_each, night] == 0:
                continue
            mine = _last_of(route, side, state, facts)
            old = state.nights[route // days_each, night]
            # The nearest bed takes the day least: if even that is too far, so are the others.
            if drives[mine, place] + drives[place, nearest] - drives[mine, old] <= spare:
                best = _better_bed(want, (route, side), best, state, facts)
    return best


@njit(cache=True, nogil=True)
def _last_of(route: int, side: int, state: State, facts: Facts) -> int:
    """Return the place last visited in a day (side 0) or the first one (side 1): its other bed if there is none."""
    count = state.counts[route]
    place: int = ends_of(route, state.nights)[side]
    if count > 0:
        place = facts.visits[state.rows[route, 0 if side == 1 else count - 1], 0]
    return place


@njit(cache=True, nogil=True)
def _better_bed(want: Want, end: tuple[int, int], best: Move, state: State, facts: Facts) -> Move:
    """Try the beds near a visit at one end of a day."""
    visit, (route, side) = want.visit, end
    days_each, count = state.nights.shape[1] - 1, state.counts[route]
    team, night, other = route // days_each, route % days_each + 1 - side, route + 1 - 2 * side
    place, drives, row = facts.visits[visit, 0], facts.drives, state.rows[route]
    mine, theirs = _last_of(route, side, state, facts), _last_of(other, 1 - side, state, facts)
    number, old = 0 if side == 1 else count, state.nights[team, night]
    for new in facts.near_beds[visit]:
        longer = drives[mine, place] + drives[place, new] - drives[mine, old]
        more = drives[new, theirs] - drives[old, theirs]
        full = state.work[route] + facts.visits[visit, 1] + longer > facts.rules[route, days.DUTY]
        if new == old or full or want.fees[route] + longer + more >= best.price:
            continue
        if state.work[other] + more > facts.rules[other, days.DUTY]:
            continue
        _put(row, count, number, visit)
        state.nights[team, night] = new
        ends = ends_of(route, state.nights)
        if fits(row, count + 1, ends, facts.rules[route], facts) and _fits_now(other, state, facts):
            best = Move(want.fees[route] + longer + more, route, number, night, new)
        state.nights[team, night] = old
        _drop(row, count + 1, number)
    return best


@njit(cache=True, nogil=True)
def _surcharge(visit: int, state: State, facts: Facts, balance: float) -> Ints:
    """Return for each route how much a visit would add to the price of the busiest team's time, but for drives."""
    days_each = state.nights.shape[1] - 1
    loads, found = np.zeros(state.nights.shape[0], np.int64), np.empty(state.work.size, np.int64)
    busiest = np.int64(0)
    for route in range(found.size):
        loads[route // days_each] += state.work[route]
        busiest = max(busiest, loads[route // days_each])
    for route in range(found.size):
        more = max(np.int64(0), loads[route // days_each] + facts.visits[visit, 1] - busiest)
        found[route] = np.int64(balance * np.float64(more))
    return found


@njit(cache=True, nogil=True)
def _close(visit: int, state: State, facts: Facts) -> Flags:
    """Return the routes that come near a visit, by their visits or their beds."""
    close = np.zeros(len(state.counts), np.bool_)
    for other in facts.near[visit]:
        if state.day_of[other] >= 0:
            close[state.day_of[other]] = True
    days_each = state.nights.shape[1] - 1
    for team in range(state.nights.shape[0]):
        for night in range(days_each + 1):
            for bed in facts.near_beds[visit]:
                if state.nights[team, night] == bed:
                    close[team * days_each + max(night - 1, 0)] = True
                    close[team * days_each + min(night, days_each - 1)] = True
    return close


@njit(cache=True, nogil=True)
def _put_in(
    visit: int, where: Flags, touched: Flags, state: State, facts: Facts, balance: float, rng: np.random.Generator
) -> None:
    """Put a visit where it costs least among the routes to be tried, if that is less than its prize.

    The routes whose nights change with it are touched.
    """
    fees = facts.fees[visit]
    if balance > 0:
        fees = fees + _surcharge(visit, state, facts, balance)
    want = Want(visit, where, fees)
    best = _better_in_day(want, Move(facts.prize[visit], -1, -1, -1, -1), state, facts, rng)
    if facts.near_beds.shape[1] > 0 and rng.random() < _MOVED:
        best = _better_with_night(want, best, state, facts)
    if best.route < 0:
        return
    _put(state.rows[best.route], state.counts[best.route], best.number, visit)
    state.counts[best.route] += 1
    state.day_of[visit] = best.route
    if best.night >= 0:
        days_each = state.nights.shape[1] - 1
        team = best.route // days_each
        state.nights[team, best.night] = best.bed
        for route in range(team * days_each + best.night - 1, team * days_each + best.night + 1):
            add_up(route, state, facts)
            touched[route] = True
    else:
        add_up(best.route, state, facts)


@njit(cache=True, nogil=True)
def _order(absent: Ints, home: int, facts: Facts, rng: np.random.Generator) -> Ints:
    """Bring the absent visits into order, dearest first, or in one of five other orders, or in any; return them."""
    keys = rng.random(len(absent))
    way = rng.integers(0, 8)
    for number, visit in enumerate(absent):
        away = facts.drives[home, facts.visits[visit, 0]]
        width = facts.visits[visit, 3] - facts.visits[visit, 2]
        marks = (away, -away, width, facts.visits[visit, 1])
        keys[number] += np.float64(-facts.prize[visit] if way < 3 else marks[way - 3] if way < 7 else 0)  # noqa: PLR2004 - shares of eight
    # D. L. Shell (1959): A high-speed sorting procedure. Communications of the ACM 2(7), 30-32.
    for gap in (57, 10, 1):
        for number in range(gap, len(absent)):
            key, visit, at = keys[number], absent[number], number
            while at >= gap and keys[at - gap] > key:
                keys[at], absent[at] = keys[at - gap], absent[at - gap]
                at -= gap
            keys[at], absent[at] = key, visit
    return absent


@njit(cache=True, nogil=True)
def price(state: State, facts: Facts, balance: float) -> float:
    """Return what a plan costs: drives, fees, prizes left out, and the busiest team's time on road and site."""
    total, busiest = np.int64(0), np.int64(0)
    days_each = state.nights.shape[1] - 1
    for team in range(state.nights.shape[0]):
        busy = np.int64(0)
        for route in range(team * days_each, (team + 1) * days_each):
            busy += state.work[route]
        total += busy
        busiest = max(busiest, busy)
    for visit, route in enumerate(state.day_of):
        total += facts.prize[visit] if route < 0 else facts.fees[visit, route] - facts.visits[visit, 1]
    return np.float64(total) + balance * np.float64(busiest)


@njit(cache=True, nogil=True)
def _copy(source: State, target: State) -> None:
    # Element by element: what assigns a whole array is ten times as long to compile, for the sentences of its refusals.
    for route in range(len(source.counts)):
        target.counts[route], target.work[route] = source.counts[route], source.work[route]
        for number in range(source.rows.shape[1]):
            target.rows[route, number] = source.rows[route, number]
    for visit in range(len(source.day_of)):
        target.day_of[visit] = source.day_of[visit]
    for team in range(source.nights.shape[0]):
        for night in range(source.nights.shape[1]):
            target.nights[team, night] = source.nights[team, night]


@njit(cache=True, nogil=True)
def _recreate(
    before: State, state: State, touched: Flags, facts: Facts, balance: float, rng: np.random.Generator
) -> None:
    absent = np.flatnonzero(state.day_of < 0)
    everywhere = np.ones(len(state.counts), np.bool_)
    afresh = len(absent) == len(state.day_of) or rng.random() < _AGAIN
    home = state.nights[rng.integers(0, state.nights.shape[0]), 0]
    for visit in _order(absent, home, facts, rng):
        # What was left out before found no room on the other days then and finds none now.
        if before.day_of[visit] < 0 and not afresh:
            where = touched
        elif afresh or facts.near_beds.shape[1] == 0 or rng.random() < _FAR:
            where = everywhere
        else:
            where = _close(visit, state, facts)
        _put_in(visit, where, touched, state, facts, balance, rng)


@njit(cache=True, nogil=True)
def run(
    now: State, top: State, costs: Floats, facts: Facts, heat: tuple[float, int, float], rng: np.random.Generator
) -> None:
    """Search for some iterations, changing ``now`` (the present plan), ``top`` (the best) and their costs in place.

    Parameters
    ----------
    now, top : State
    costs : array (2,)
        Of ``now`` and of ``top``.
    facts : Facts
    heat : (warmth, iterations, balance)
        Temperature in units of cost, and the price of a unit of the busiest team's time.
    rng : Generator
    """
    warmth, iterations, balance = heat
    nights_vary = facts.near_beds.shape[1] > 0 and now.nights.shape[1] > _NIGHTS_FROM
    rng = lent(rng)
    now = State(lent(now.rows), lent(now.counts), lent(now.day_of), lent(now.nights), lent(now.work))
    top = State(lent(top.rows), lent(top.counts), lent(top.day_of), lent(top.nights), lent(top.work))
    facts = Facts(
        lent(facts.drives),
        lent(facts.visits),
        lent(facts.rules),
        lent(facts.prize),
        lent(facts.fees),
        lent(facts.near),
        lent(facts.near_beds),
        lent(facts.movable),
    )
    # The owner is touched again at the end, so that it lives as long as what is lent of it.
    owned = State(now.rows.copy(), now.counts.copy(), now.day_of.copy(), now.nights.copy(), now.work.copy())
    state = State(lent(owned.rows), lent(owned.counts), lent(owned.day_of), lent(owned.nights), lent(owned.work))
    touched = np.zeros(len(state.counts), np.bool_)
    for _ in range(iterations):
        touched[:] = False
        seed = _ruin(state, touched, facts, rng)
        if nights_vary and rng.random() < _SHAKEN and not _shake(seed, state, touched, facts, rng):
            _copy(now, state)
            continue
        _recreate(now, state, touched, facts, balance, rng)
        cost = price(state, facts, balance)
        if cost < costs[0] - warmth * np.log(1.0 - rng.random()):
            costs[0] = cost
            _copy(state, now)
            if cost < costs[1]:
                costs[1] = cost
                _copy(state, top)
        else:
            _copy(now, state)
    _copy(now, owned)
