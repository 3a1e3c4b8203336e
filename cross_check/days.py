"""Days: the clock of one team's day, compiled: whether stops in an order fit, when to leave, when to have lunch."""

from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit

Ints = npt.NDArray[np.int64]

NO_LUNCH = -1
"""Place of the break in a day that needs none; else the number of visits before it."""

OPENS, BACK_BY, DUTY, LUNCH_FROM, LUNCH_UNTIL, LUNCH = range(6)
"""Columns of the rules of a day: earliest leaving, latest coming back, longest duty without the break, first and last
moment at which the break may begin, and its length (0: no break is needed)."""

_FAR = np.int64(1) << 40


@njit(cache=True, nogil=True)
def walk(
    stops: Ints, count: int, ends: tuple[int, int], drives: Ints, visits: Ints, rules: Ints, pause: int
) -> tuple[int, int]:
    """Return when a team leaves and is back with the break before stop ``pause``, (-1, -1) if that does not fit.

    Parameters
    ----------
    stops : array (at least count,)
        Numbers of the visits in order; visit ``i`` is place ``places + i`` of ``drives``, see ``ends``.
    count : int
    ends : (int, int)
        Places where the day begins and ends.
    drives : array (places, places)
    visits : array (visits, 4)
        Place, time on site, earliest and latest beginning of each visit.
    rules : array (6,)
        See ``OPENS`` and the following.
    pause : int
        Visits before the break, ``NO_LUNCH`` for a day without one.

    Returns
    -------
    (int, int)
        The team leaves as late as it can without coming back later: waiting at a closed gate counts as duty, waiting
        at breakfast does not (Savelsbergh 1992, forward time slack).
    """
    place, free = ends[0], rules[OPENS]
    waited, slack = np.int64(0), _FAR
    for number in range(count + 1):
        there = ends[1] if number == count else visits[stops[number], 0]
        drive = drives[place, there]
        free += drive
        if number == pause:
            # The break may begin anywhere on the drive, or on arrival where that comes before the break may begin.
            begins = max(free, rules[LUNCH_FROM])
            last = rules[LUNCH_UNTIL] + drive
            if begins > last:
                return -1, -1
            waited += begins - free
            slack = min(slack, waited + last - begins)
            free = begins + rules[LUNCH]
        if number < count:
            visit = stops[number]
            begins = max(free, visits[visit, 2])
            if begins > visits[visit, 3]:
                return -1, -1
            waited += begins - free
            slack = min(slack, waited + visits[visit, 3] - begins)
            free = begins + visits[visit, 1]
        place = there
    if free > rules[BACK_BY]:
        return -1, -1
    return rules[OPENS] + min(waited, slack), free


@njit(cache=True, nogil=True)
def best(
    stops: Ints, count: int, ends: tuple[int, int], drives: Ints, visits: Ints, rules: Ints
) -> tuple[int, Any, Any]:
    """Return the place of the break, when the team leaves and when it is back: that of least duty, then the earliest.

    A day that is over when the break may last begin, or that begins after a break would have ended, needs none.

    Returns
    -------
    (int, int, int)
        ``(NO_LUNCH, -1, -1)`` if the stops do not fit the day.
    """
    chosen = NO_LUNCH
    left: Any = np.int64(-1)
    back: Any = np.int64(-1)
    least: Any = rules[DUTY]
    for pause in range(NO_LUNCH, count + 1 if rules[LUNCH] > 0 else 0):
        leaves, returns = walk(stops, count, ends, drives, visits, rules, pause)
        duty = returns - leaves
        if pause != NO_LUNCH:
            duty -= rules[LUNCH]
        elif rules[LUNCH] > 0 and returns > rules[LUNCH_UNTIL] and leaves < rules[LUNCH_FROM] + rules[LUNCH]:
            continue
        if leaves >= 0 and (duty < least or (duty == least and (back < 0 or returns < back))):
            least, chosen, left, back = duty, pause, leaves, returns
    return chosen, left, back


@njit(cache=True, nogil=True)
def begins(
    stops: Ints, ends: tuple[int, int], drives: Ints, visits: Ints, rules: Ints, day: tuple[int, int]
) -> tuple[Ints, Any]:
    """Return when each visit begins and when the break does, for a day that fits.

    Parameters
    ----------
    stops : array (count,)
    ends, drives, visits, rules
        See ``walk``.
    day : (int, int)
        Place of the break and when the team leaves, as ``best`` returned them.

    Returns
    -------
    (array (count,), int)
        The break's beginning is -1 in a day without one.
    """
    times = np.empty(len(stops), np.int64)
    pause_at = np.int64(-1)
    place: Any = ends[0]
    free: Any = day[1]
    for number in range(len(stops) + 1):
        there = ends[1] if number == len(stops) else visits[stops[number], 0]
        arrives = free + drives[place, there]
        if number == day[0]:
            pause_at = max(free, rules[LUNCH_FROM])
            arrives = max(arrives, rules[LUNCH_FROM]) + rules[LUNCH]
        if number < len(stops):
            times[number] = max(arrives, visits[stops[number], 2])
            free = times[number] + visits[stops[number], 1]
        place = there
    return times, pause_at
