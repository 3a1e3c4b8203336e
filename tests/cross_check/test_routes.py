"""Routes: no rule broken, high risk kept, the clock, repeatable to the byte."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import Point

from cross_check import audits, routes
from cross_check.nights import Search
from cross_check.route_params import Params
from gis.crs import STORAGE
from gis.errors import WorkbenchError
from gis.language import catalogue
from tests.cross_check.round_made import SEATS, A, B, assignment, regions, table, target

QUICK = Params(search=Search(iterations=400))


def _random_targets(count: int, seed: int, spread: float = 0.9) -> gpd.GeoDataFrame:
    rng = np.random.default_rng(seed)
    rows = []
    for number in range(count):
        opens, closes = rng.choice([None, "09:30", "13:10"]), rng.choice([None, "11:40", "12:30", "16:00"])
        rows.append(
            target(
                f"L{number:03d}",
                (float(rng.normal(0, spread)), float(rng.normal(0, spread / 2))),
                [A, B][number % 2],
                risk=int(rng.integers(1, 4)),
                service_min=int(rng.integers(45, 121)),
                target_kind=str(rng.choice(["lead", "site"])),
                opens=opens,
                closes=closes,
            )
        )
    return table(rows)


def _plan(targets: gpd.GeoDataFrame, params: Params = QUICK) -> routes.Routes:
    return routes.plan(assignment(), targets, regions(), params=params)


def _audit(planned: routes.Routes, targets: gpd.GeoDataFrame, params: Params = QUICK) -> list[audits.Violation]:
    return audits.check(planned, targets, assignment(), regions(), params=params)


@settings(max_examples=8)
@given(count=st.integers(0, 40), seed=st.integers(0, 10**6), spread=st.sampled_from([0.05, 0.5, 1.2]))
def test_no_plan_breaks_a_rule_of_the_audit(count, seed, spread):
    """Whatever the targets, places and windows, the independent audit finds nothing."""
    targets = _random_targets(count, seed, spread)
    assert _audit(_plan(targets), targets) == []


def test_the_same_input_gives_the_same_routes_whatever_the_order_of_rows():
    """Shuffled tables give equal visits, legs and unserved targets."""
    targets = _random_targets(30, 7)
    first = _plan(targets)
    shuffled = targets.iloc[np.random.default_rng(1).permutation(len(targets))]
    again = routes.plan(assignment()[::-1], shuffled, regions()[::-1], params=QUICK)
    for name in ("visits", "legs", "nights", "unserved", "reserve"):
        pd.testing.assert_frame_equal(getattr(first, name), getattr(again, name))


def test_high_risk_is_kept_when_not_all_fit():
    """Of nine targets at one place, alike but for the risk, a day of two visits holds the two of risk 3."""
    risks = [1, 1, 1, 2, 2, 3, 1, 2, 3]
    targets = table([target(f"L{number}", (0.1, 0.0), risk=risk, service_min=180) for number, risk in enumerate(risks)])
    planned = _plan(targets, Params(days=1, search=QUICK.search))
    assert sorted(planned.visits["target_id"]) == ["L5", "L8"]
    assert set(planned.unserved["reason"]) == {"routes.no_time"}


def test_a_lead_is_kept_before_any_site():
    """With room for one visit a lead of risk 1 wins over a nearer site of risk 3."""
    targets = table(
        [
            target("S1", (0.1, 0.0), target_kind="site", risk=3, trigger=None, check_kind="special", service_min=250),
            target("L1", (0.3, 0.0), service_min=250),
        ]
    )
    planned = _plan(targets, Params(days=1, search=QUICK.search))
    assert planned.visits["target_id"].tolist() == ["L1"]
    assert planned.unserved["target_id"].tolist() == ["S1"]


def test_the_most_valuable_day_comes_first():
    """With one visit a day the days run by falling risk."""
    targets = table([target(f"L{risk}", (0.1 * risk, 0.0), risk=risk, service_min=250) for risk in (1, 3, 2)])
    assert _plan(targets, Params(nights="base", search=QUICK.search)).visits["target_id"].tolist() == ["L3", "L2", "L1"]


def test_what_cannot_be_reached_says_why():
    """Too far for a day, closed before anybody can be there, or simply no room: each has its own reason."""
    targets = table(
        [
            target("far", (5.0, 0.0)),
            target("shut", (1.0, 0.0), closes="08:30"),
            target("never", (0.0, 0.0), opens="20:00"),
            target("near", (0.1, 0.0)),
        ]
    )
    planned = _plan(targets, Params(nights="base", search=QUICK.search))
    reasons = dict(zip(planned.unserved["target_id"], planned.unserved["reason"], strict=True))
    assert reasons == {"far": "routes.out_of_reach", "shut": "routes.shut", "never": "routes.shut"}
    assert planned.visits["target_id"].tolist() == ["near"]
    for reason in reasons.values():
        assert catalogue("zh").say(reason) != catalogue("en").say(reason)


def test_the_day_has_its_break_between_the_hours_set():
    """Four visits of 80 minutes at the seat: the break begins between 11:30 and 13:00 and no visit is cut by it."""
    targets = table([target(f"L{number}", (0.0, 0.0), service_min=80 + 15 * (number == 2)) for number in range(4)])
    planned = _plan(targets, Params(days=1, search=QUICK.search))
    leg = planned.legs.iloc[0]
    assert "11:30" <= leg["lunch"] <= "13:00"
    assert (leg["leave"], leg["back"], leg["duty_min"]) == ("08:00", "14:35", 335.0)
    ends = f"{int(leg['lunch'][:2]) + 1}{leg['lunch'][2:]}"
    assert all(
        leave <= leg["lunch"] or arrive >= ends for arrive, leave in planned.visits[["arrive", "leave"]].to_numpy()
    )
    assert _audit(planned, targets, Params(days=1)) == []


def test_nights_are_spent_at_lodgings_and_bring_far_targets_into_reach():
    """Two targets beside a house 300 km away are served with a night there, not from the seat every day."""
    house = gpd.GeoDataFrame(
        {"lodging_id": ["H1"], "name_zh": ["H"], "name_en": ["H"], "kind": ["house"]},
        geometry=[Point(SEATS[A][0] + 3.3, SEATS[A][1])],
        crs=STORAGE,
    )
    targets = table([target(f"L{number}", (3.2, 0.1 * number), service_min=90) for number in range(3)])
    planned = routes.plan(assignment(), targets, regions(), params=QUICK, lodgings=house)
    assert len(planned.visits) == 3
    assert "H1" in set(planned.nights["lodging_id"])
    audited = {"params": QUICK, "lodgings": house}
    assert audits.check(planned, targets, assignment(), regions(), **audited) == []
    at_base = routes.plan(
        assignment(),
        targets,
        regions(),
        params=Params(nights="base", search=QUICK.search),
        lodgings=house,
    )
    assert set(at_base.unserved["reason"]) == {"routes.out_of_reach"}
    assert set(at_base.nights["lodging_id"]) == {A, B}


def test_base_nights_keep_every_rule_and_return_every_evening():
    """With the seat as the only bed every leg begins and ends there, and the audit finds nothing."""
    params, targets = Params(nights="base", search=QUICK.search), _random_targets(24, 5, 0.5)
    planned = _plan(targets, params)
    assert (planned.legs["from_lodging"] == planned.legs["to_lodging"]).all()
    assert _audit(planned, targets, params) == []


def test_a_team_of_four_may_split_into_two_crews():
    """Two crews of one team serve more of forty targets than one, share the work, and each has two officers."""
    targets = table([target(f"L{number:02d}", (0.02 * number, 0.0), service_min=100) for number in range(30)])
    four = assignment().assign(officers=4)
    params = Params(days=2, crews=2, search=QUICK.search)
    one, two = (
        routes.plan(each, targets, regions(), params=params) for each in (assignment().assign(officers=3), four)
    )
    assert len(two.visits) > len(one.visits)
    assert two.visits["crew"].nunique() == 2
    assert audits.check(two, targets, four, regions(), params=params) == []
    sizes = two.visits.groupby("crew").size()
    assert abs(int(sizes[1]) - int(sizes[2])) <= 1
    with pytest.raises(WorkbenchError) as refused:
        routes.plan(assignment().assign(officers=1), targets, regions(), params=params)
    assert refused.value.code == "routes.too_few"


def test_a_leg_runs_from_the_seat_through_the_visits_and_back():
    """The line starts and ends at the seat and passes the visits; its length is the geodesic times the detour."""
    targets = table([target("L1", (0.2, 0.0)), target("L2", (0.2, 0.1))])
    planned = _plan(targets)
    line, places = planned.legs.geometry.iloc[0], planned.visits.geometry
    assert list(line.coords) == [SEATS[A], *[(place.x, place.y) for place in places], SEATS[A]]
    geodesic = STORAGE.get_geod().geometry_length(line)
    assert planned.legs["length_m"].iloc[0] == pytest.approx(1.3 * geodesic)
    # Each drive is rounded up to the minute.
    assert 0 <= planned.legs["drive_min"].iloc[0] - 1.3 * geodesic / 1000 < 3


def test_progress_tells_every_team():
    """The callable hears of each team in turn and of the end."""
    heard = []
    routes.plan(
        assignment(),
        _random_targets(4, 0),
        regions(),
        params=QUICK,
        progress=lambda *news: heard.append(news),
    )
    assert heard == [(0, 2, "routes.team"), (1, 2, "routes.team"), (2, 2, "routes.team")]


def test_a_target_of_a_team_that_is_not_sent_is_refused():
    """A plan for another round's targets is a fault that names the team."""
    targets = table([target("L1", (0.1, 0.0), team_id="T999999")])
    with pytest.raises(WorkbenchError) as refused:
        _plan(targets)
    assert (refused.value.code, refused.value.params) == ("routes.unknown_team", {"teams": "T999999"})
    with pytest.raises(WorkbenchError) as refused:
        routes.plan(assignment(), _random_targets(2, 0), regions().iloc[:1], params=QUICK)
    assert refused.value.code == "routes.unknown_division"


@pytest.mark.parametrize(
    "bad",
    [
        {"days": 0},
        {"prizes": (-1, 0, 0)},
        {"lunch_from_min": 60},
        {"end_min": 2000},
        {"lead_factor": 0},
        {"nights": "tent"},
        {"haste_min": -1},
    ],
)
def test_impossible_days_are_refused(bad):
    """A day without length, a negative prize or an end after midnight is a programmer's mistake."""
    with pytest.raises(ValueError, match=r"at least|break|midnight|nights|positive"):
        Params(**bad)
