"""Route cases: tables become numbers without loss."""

import numpy as np
import pytest

from cross_check import route_cases
from cross_check.route_params import Params
from tests.cross_check import round_made as made


def test_a_case_holds_the_seat_the_houses_near_and_all_targets():
    """The seat comes first, every target keeps its place, minutes are those of the roads."""
    targets = made.targets(6, 1)
    near = route_cases.near_lodgings(targets, made.houses(), made.A, Params())
    case = route_cases.case_of(targets, near, Params().travel)
    assert case.lodgings["lodging_id"].iloc[0] == made.A
    assert {"H1", "H2"} <= set(case.lodgings["lodging_id"])
    metres, minutes = Params().travel.table([""] * len(case.places), case.places)
    np.testing.assert_array_equal(case.minutes, minutes)
    np.testing.assert_array_equal(case.metres, metres)
    assert case.visits[:, 0].tolist() == [len(case.lodgings) + number for number in range(6)]
    base = route_cases.near_lodgings(targets, made.houses(), made.A, Params(nights="base"))
    assert list(base["lodging_id"]) == [made.A]


def test_what_matters_more_costs_more_to_leave_out_and_to_delay():
    """Prizes grow with risk, leads outweigh sites of any risk, and fees grow with the day."""
    targets = made.targets(6, 1).assign(risk=[1, 2, 3, 1, 2, 3], target_kind=["lead"] * 3 + ["site"] * 3)
    prizes = route_cases.prizes(targets, Params())
    assert list(np.argsort(prizes)) == [3, 4, 5, 0, 1, 2]
    case = route_cases.case_of(targets, made.houses(), Params().travel)
    problem = route_cases.problem_of(case, 2, Params(days=3))
    assert problem.fees.shape == (6, 6)
    assert (np.diff(problem.fees[:, :3], axis=1) > 0).all()
    assert (problem.fees[2] >= problem.fees[0]).all()


@pytest.mark.parametrize(("text", "minutes"), [("08:05", 485), ("00:00", 0), (None, 7)])
def test_clock_times_read_and_write(text, minutes):
    """HH:MM to minutes after midnight and back; no time gives the value for none."""
    assert route_cases.minutes_of(text, 7) == minutes
    if text:
        assert route_cases.clock(minutes) == text
