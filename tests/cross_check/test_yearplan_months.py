"""Year plan months: the relaxation and its rounding against trying everything."""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cross_check import yearplan_months
from gis.errors import WorkbenchError


def _slots(seed: int, count: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "site_id": [f"S{rng.integers(0, count)}" for _ in range(count)],
            "risk": rng.integers(1, 6, count).astype(float),
            "months": [tuple(sorted({int(each) for each in rng.integers(1, 4, 2)})) for _ in range(count)],
            "must": rng.random(count) < 0.2,
            "campaign_id": None,
            "kind": "drawn",
            "worth": rng.integers(1, 6, count).astype(float),
            "stays": 0,
            "officer_days": rng.choice([1.0, 1.5], count),
            "vehicle_days": 0.5,
        }
    )


def _best_of_all(slots: pd.DataFrame, room: np.ndarray) -> float:
    """Return the most worth over every choice of months; -1 where the mandatory ones do not fit."""
    best = -1.0
    for months in itertools.product(*[(0, *each) for each in slots["months"]]):
        chosen = np.array(months)
        if (slots["must"].to_numpy() & (chosen == 0)).any():
            continue
        keys = [key for key in zip(slots["site_id"], months, strict=True) if key[1]]
        use = [slots.loc[chosen == month, "officer_days"].sum() for month in range(1, 13)]
        if len(set(keys)) == len(keys) and (np.array(use) <= room[0] + 1e-9).all():
            best = max(best, float(slots.loc[chosen > 0, "worth"].sum()))
    return best


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 10**5))
def test_small_cities_come_near_the_best_of_all(seed):
    """No plan beats the bound; the plan keeps the room and loses at most two visits against the best of all."""
    slots, room = _slots(seed, 5), np.full((2, 12), 2.5)
    best = _best_of_all(slots, room)
    if best < 0:
        return
    months, bound = yearplan_months.best(slots, room, "city")
    covered = slots.loc[months > 0, "worth"].sum()
    assert bound >= best - 1e-6
    assert covered >= best - 2 * slots["worth"].max()
    assert all(month == 0 or month in allowed for month, allowed in zip(months, slots["months"], strict=True))
    assert (months[slots["must"].to_numpy()] > 0).all()
    for month in range(1, 13):
        assert slots.loc[months == month, "officer_days"].sum() <= 2.5 + 1e-6


def test_mandatory_visits_that_only_fit_whole_are_placed_anew():
    """Three of 1.5 days and three of 1 day fill two months of 4 and 3.5 days in one way alone; a routine visit goes."""
    days = [1.0, 1.5, 1.0, 1.5, 1.0, 1.5]
    slots = _slots(0, 7).assign(
        site_id=[f"S{number}" for number in range(7)],
        months=[(1, 2)] * 7,
        must=[True] * 6 + [False],
        officer_days=[*days, 1.0],
        vehicle_days=0.0,
    )
    room = np.zeros((2, 12))
    room[0, :2] = 4.0, 3.5
    months, _ = yearplan_months.best(slots, room, "city")
    assert (months[:6] > 0).all()
    assert months[6] == 0
    for month in (1, 2):
        assert slots.loc[months == month, "officer_days"].sum() == room[0, month - 1]


def test_a_clash_tells_all_months_that_the_visits_share():
    """Six visits of a day, five days in two months: one day lacks, and both months are named with what they hold."""
    slots = _slots(0, 6).assign(
        site_id=[f"S{number}" for number in range(6)],
        months=[(1, 2)] * 6,
        must=True,
        kind="special",
        campaign_id="C",
        officer_days=1.0,
        vehicle_days=0.5,
    )
    room = np.zeros((2, 12))
    room[0, :3], room[1] = (3.0, 2.0, 9.0), 9.0
    with pytest.raises(yearplan_months.WorkbenchError) as refused:
        yearplan_months.best(slots, room, "city")
    told = refused.value.params
    assert (told["months"], told["needed"], told["there"], told["officers"]) == ("1;2", "6", "5", "1")
    assert (told["campaigns"], told["fewer"], told["spare"]) == ("C (6)", "1", "3")


def test_by_hand_takes_the_riskiest_first():
    """With room for one visit in January the riskier of two gets it."""
    slots = _slots(0, 2).assign(months=[(1,), (1,)], must=False, risk=[1.0, 5.0], officer_days=1.0)
    room = np.zeros((2, 12))
    room[:, 0] = 1.2
    assert yearplan_months.by_hand(slots, room, "city")[0].tolist() == [0, 1]


def test_a_past_month_only_is_told():
    """A mandatory visit whose months are all over has its own sentence."""
    slots = _slots(0, 2).assign(months=[(), (3,)], must=True, site_id=["A", "B"])
    with pytest.raises(yearplan_months.WorkbenchError) as refused:
        yearplan_months.best(slots, np.full((2, 12), 9.0), "city")
    assert refused.value.code == "yearplans.past"


def test_two_campaigns_in_one_month_for_one_firm_are_told_as_such():
    """No officer helps a firm that must be visited twice in May: the firm is named, and no figure is made up."""
    slots = _slots(0, 3).assign(site_id=["A", "A", "B"], months=[(5,), (5,), (5, 6)], must=True, kind="special")
    with pytest.raises(WorkbenchError) as refused:
        yearplan_months.best(slots, np.full((2, 12), 99.0), "city")
    assert (refused.value.code, refused.value.params["sites"]) == ("yearplans.crowded", "A")
    apart = slots.assign(months=[(5,), (5, 6), (5, 6)])
    assert sorted(yearplan_months.best(apart, np.full((2, 12), 99.0), "city")[0][:2]) == [5, 6]


def test_without_time_nothing_is_said_to_be_lacking(monkeypatch):
    """A search that may not begin ends with a sentence of its own, not with figures of what would help."""
    monkeypatch.setattr(yearplan_months, "_PATIENCE_S", 0.0)
    slots = _slots(0, 40).assign(
        site_id=[f"S{number}" for number in range(40)], months=[(1, 2, 3)] * 40, must=True, kind="special"
    )
    with pytest.raises(WorkbenchError) as refused:
        yearplan_months.best(slots, np.full((2, 12), 9.25), "city")
    assert refused.value.code == "yearplans.no_answer"
