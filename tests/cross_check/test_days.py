"""Days: the compiled clock against a walk through every possible minute."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cross_check import days

PLACES = 5


def _slow_least_duty(order, drives, visits, rules):
    """Return the least duty over all departures and places of the break, minute by minute; None if nothing fits."""
    opens, back_by, duty, lunch_from, lunch_until, lunch = (int(each) for each in rules)
    found = []
    for leaves, pause in itertools.product(range(opens, back_by + 1), range(-1, len(order) + 1)):
        if pause >= 0 and lunch == 0:
            continue
        # A break may begin at any minute of the drive; each choice is tried.
        for wait in range(back_by if pause >= 0 else 1):
            place, free, had, good = 0, leaves, False, True
            for number in range(len(order) + 1):
                there = 0 if number == len(order) else int(visits[order[number], 0])
                drive = int(drives[place, there])
                if number == pause:
                    begins = free + wait
                    had = lunch_from <= begins <= lunch_until
                    good = good and had
                    free = max(free + drive, begins) + lunch
                else:
                    free += drive
                if number < len(order):
                    _, service, earliest, latest = (int(each) for each in visits[order[number]])
                    free = max(free, earliest)
                    good = good and free <= latest
                    free += service
                place = there
            needless = lunch == 0 or free <= lunch_until or leaves >= lunch_from + lunch
            if good and free <= back_by and (had or needless):
                found.append(free - leaves - (lunch if had else 0))
            if not good and wait > lunch_until:
                break
    return min((each for each in found if each <= duty), default=None)


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10**6), count=st.integers(0, 3))
def test_the_least_duty_is_that_of_every_minute_tried(seed, count):
    """Over random small days the compiled clock finds the least duty, or that none fits, as brute force does."""
    rng = np.random.default_rng(seed)
    drives = rng.integers(0, 5, (PLACES, PLACES))
    np.fill_diagonal(drives, 0)
    earliest = rng.integers(0, 14, 4)
    visits = np.stack([np.arange(1, 5), rng.integers(1, 5, 4), earliest, earliest + rng.integers(0, 12, 4)], axis=1)
    lunch = int(rng.integers(0, 3))
    rules = np.array([int(rng.integers(0, 3)), 24, int(rng.integers(8, 24)), 8, 8 + int(rng.integers(0, 5)), lunch])
    order = rng.permutation(4)[:count]
    pause, leaves, back = days.best(order, count, (0, 0), drives, visits, rules)
    expected = _slow_least_duty(list(order), drives, visits, rules)
    if expected is None:
        assert back == -1
    else:
        assert back - leaves - (lunch if pause != days.NO_LUNCH else 0) == expected


def test_the_clock_times_keep_windows_drives_and_the_break():
    """Two visits an hour away with the break on the way: every time by hand."""
    drives = np.array([[0, 60, 60], [60, 0, 120], [60, 120, 0]])
    visits = np.array([[1, 90, 0, 600], [2, 60, 330, 600]])
    rules = np.array([0, 600, 480, 180, 300, 60])
    order = np.array([0, 1])
    pause, leaves, back = days.best(order, 2, (0, 0), drives, visits, rules)
    begins, paused = days.begins(order, (0, 0), drives, visits, rules, (pause, leaves))
    # Leaving at 0: on site 60 to 150, break from 180 on the drive, arrival 330 just as the gate opens, back 450.
    assert (pause, leaves, back) == (1, 0, 450)
    assert (begins.tolist(), paused) == ([60, 330], 180)


@pytest.mark.parametrize(("until", "fits"), [(200, True), (140, False)])
def test_a_visit_over_noon_needs_a_break_before_or_after_it(until, fits):
    """A visit from 100 to 200 at the door leaves room for a break that may begin until 200, not until 140."""
    drives, visits = np.zeros((2, 2), np.int64), np.array([[1, 100, 100, 100]])
    rules = np.array([0, 400, 300, 120, until, 30])
    assert (days.best(np.array([0]), 1, (0, 0), drives, visits, rules)[2] >= 0) == fits
