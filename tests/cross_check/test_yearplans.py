"""Year plans: no rule broken, better than by hand, near the bound, clashes told with what would help."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cross_check import yearplan_audits, yearplans
from cross_check.yearplans import Params
from gis.errors import WorkbenchError
from gis.language import catalogue
from tests.cross_check import year_made as made


@settings(max_examples=4, deadline=None)
@given(seed=st.integers(0, 10**4), count=st.integers(40, 160), days=st.floats(5, 20))
def test_no_plan_breaks_a_rule_and_none_exceeds_the_bound(seed, count, days):
    """Whatever the sites and room: the audit finds nothing in either plan, and hand's plan covers no more."""
    wishes = made.wishes(seed, count, days)
    best, by_hand = (plan(wishes, made.PARAMS) for plan in (yearplans.build, yearplans.greedy))
    for planned in (best, by_hand):
        assert yearplan_audits.check(planned.visits, made.rules(wishes)) == []
    assert by_hand.covered <= best.bound + 1e-6
    assert best.covered <= best.bound + 1e-6


def test_scarce_officers_cover_more_risk_than_by_hand():
    """With room for a third of the visits the plan covers more than hand's and at least 95 % of the bound."""
    wishes = made.wishes(1, 400, 9.0)
    best, by_hand = yearplans.build(wishes, made.PARAMS), yearplans.greedy(wishes, made.PARAMS)
    assert best.covered > 1.1 * by_hand.covered
    assert best.covered >= 0.95 * best.bound


def test_with_room_for_all_everything_is_planned():
    """Where officers abound every visit wished is planned, but for those that have no month."""
    planned = yearplans.build(made.wishes(2, 100, 500.0), made.PARAMS)
    assert set(planned.left["reason"]) <= {"yearplans.no_season"}
    assert planned.covered == pytest.approx(planned.bound)


def test_the_order_of_rows_does_not_matter():
    """Shuffled tables give the same plan."""
    wishes = made.wishes(3)
    first = yearplans.build(wishes, made.PARAMS)
    mixed = replace(wishes, sites=wishes.sites.sample(frac=1, random_state=1), capacity=wishes.capacity[::-1])
    pd.testing.assert_frame_equal(first.visits, yearplans.build(mixed, made.PARAMS).visits)


def test_a_clash_names_city_month_campaign_and_what_would_help():
    """Forty objects of a campaign in May with six officer-days: the sentence says so, and its figures do help."""
    wishes = made.wishes(4, 200, 6.0)
    there = wishes.sites[(wishes.sites["division_code"] == made.CITIES[0]) & ~wishes.sites["frozen"]]["site_id"][:40]
    urgent = pd.DataFrame({"campaign_id": "URGENT", "months": "5", "site_id": there})
    clashing = replace(wishes, campaigns=urgent, drawn=wishes.drawn[:0])
    with pytest.raises(WorkbenchError) as refused:
        yearplans.build(clashing, made.PARAMS)
    fault = refused.value
    assert fault.code == "yearplans.clash"
    assert (fault.params["city"], fault.params["months"]) == (made.CITIES[0], "5")
    assert "URGENT (40)" in fault.params["campaigns"]
    assert catalogue("zh").explain(fault) != catalogue("en").explain(fault)
    more = wishes.capacity.copy()
    may = (more["division_code"] == made.CITIES[0]) & (more["month"] == 5)
    more.loc[may, "officer_days"] += float(fault.params["officers"]) + 1
    more.loc[may, "vehicle_days"] += float(fault.params["vehicles"]) + 1
    helped = yearplans.build(replace(clashing, capacity=more), made.PARAMS)
    assert (helped.visits["campaign_id"] == "URGENT").sum() == 40
    longer = urgent.assign(months="5;" + fault.params["spare"])
    assert (yearplans.build(replace(clashing, campaigns=longer), made.PARAMS).visits["kind"] == "special").sum() == 40


def test_caps_seasons_and_strangers_are_told():
    """Five campaigns for one firm, a campaign in the frozen season and a site nobody knows each have a sentence."""
    wishes = made.wishes(5)
    site = wishes.sites["site_id"].iloc[0]
    often = pd.DataFrame({"campaign_id": list("abcde"), "months": "5;6;7;8;9", "site_id": site})
    cold = pd.DataFrame({"campaign_id": ["a"], "months": ["1;2"], "site_id": [site]})
    strange = pd.DataFrame({"campaign_id": ["a"], "months": ["5"], "site_id": ["nobody"]})
    frozen = replace(wishes, sites=wishes.sites.assign(frozen=True))
    for given_, campaigns, code in (
        (wishes, often, "over_cap"),
        (frozen, cold, "no_month"),
        (wishes, strange, "unknown_sites"),
    ):
        with pytest.raises(WorkbenchError) as refused:
            yearplans.build(replace(given_, campaigns=campaigns), made.PARAMS)
        assert refused.value.code == f"yearplans.{code}"


def test_a_change_keeps_what_is_over_and_most_of_the_rest():
    """After an urgent campaign from July on, months to June stay, and nine of ten later visits keep their month."""
    wishes = made.wishes(6, 200, 12.0)
    first = yearplans.build(wishes, made.PARAMS)
    urgent = wishes.sites[~wishes.sites["site_id"].isin(wishes.campaigns["site_id"])]["site_id"].iloc[:6]
    more = pd.concat([wishes.campaigns, pd.DataFrame({"campaign_id": "U", "months": "8;9", "site_id": urgent})])
    changed = replace(wishes, campaigns=more, kept=first.visits, from_month=7)
    again = yearplans.build(changed, made.PARAMS)
    assert yearplan_audits.check(again.visits, made.rules(changed)) == []
    keys = ["site_id", "month"]
    before, after = ({tuple(row) for row in each.visits[keys].to_numpy()} for each in (first, again))
    assert {key for key in before if key[1] < 7} == {key for key in after if key[1] < 7}
    later = {key for key in before if key[1] >= 7}
    assert len(later & after) >= 0.9 * len(later)


def test_joint_checks_are_proposed_for_overlaps():
    """A firm that another level visits in the same quarter bears its name, and stands in the list of overlaps."""
    wishes = made.wishes(7, 100, 50.0)
    planned = yearplans.build(wishes, made.PARAMS)
    both = yearplans.overlaps(planned.visits, wishes.upper)
    assert len(both)
    quarters = set(zip(wishes.upper["site_id"], wishes.upper["quarter"], strict=True))
    for visit in planned.visits.itertuples():
        expected = (visit.site_id, int(np.ceil(visit.month / 3))) in quarters
        assert (visit.joint_with == "省级") == expected


@pytest.mark.parametrize("bad", [{"cap": 0}, {"fading": 0}, {"officer_days": 0}, {"frozen_months": (13,)}])
def test_impossible_figures_are_refused(bad):
    """No visit at all, a fading to nothing, visits that take no time, a thirteenth month."""
    with pytest.raises(ValueError, match=r"cap|fading"):
        Params(2026, **bad)
