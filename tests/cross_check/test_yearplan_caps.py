"""Year plan caps: by kind and in all, from the register, and what visits made without the plan leave of them."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cross_check import listings, yearplan_audits, yearplan_caps, yearplans
from gis.errors import WorkbenchError
from tests.cross_check import year_made as made

LINES = [
    {"site_id": "*", "year": 2026, "check_kind": "total", "most": 3, "document_no": "D1"},
    {"site_id": "S0001", "year": 2026, "check_kind": "special", "most": 1, "document_no": "D2"},
    {"site_id": "S0002", "year": 2026, "check_kind": "total", "most": 1, "document_no": "D3"},
]


def _visits(*kinds: str) -> list[dict[str, str]]:
    return [{"site_id": "S0001", "visited_on": "2026-03-01", "check_kind": kind} for kind in kinds]


def _left(*kinds: str, over: tuple[str, ...] = (), case_outside: bool = False) -> pd.DataFrame:
    ids = ["S0001", "S0002"]
    done = pd.DataFrame({"site_id": ["S0001"] * len(over), "kind": list(over)})
    caps, visits = listings.caps_of(LINES, ids, 2026), listings.visits_of(_visits(*kinds), ids, 2026)
    return yearplan_caps.left(caps, visits, done, case_outside=case_outside).set_index("site_id")


def test_what_no_plan_foresaw_takes_from_the_cap():
    """A routine check that the plan has in a month over counts once; a case takes from the total unless outside."""
    assert _left().loc["S0001", ["special", "total"]].tolist() == [1, 3]
    assert _left("routine", over=("drawn",)).loc["S0001", "total"] == 3
    assert _left("routine", "routine", over=("drawn",)).loc["S0001", "total"] == 2
    assert _left("case").loc["S0001", "total"] == 2
    assert _left("case", case_outside=True).loc["S0001", "total"] == 3
    assert _left("special").loc["S0001", ["special", "total"]].tolist() == [0, 2]
    assert np.isnan(_left().loc["S0001", "routine"])
    assert _left().loc["S0002", "document_no"] == "D3"


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 10**4), routine=st.integers(0, 2), special=st.integers(1, 2))
def test_no_plan_exceeds_a_cap_of_a_kind(seed, routine, special):
    """Sites due four times a year keep the cap of routine checks, and the audit, which counts anew, finds nothing."""
    wishes = made.wishes(seed, 60, 40.0)
    wishes = replace(wishes, sites=wishes.sites.assign(visits_per_year=4.0), drawn=wishes.drawn[:0])
    params = replace(made.PARAMS, cap_routine=routine, cap_special=special)
    planned = yearplans.build(wishes, params)
    counts = planned.visits[planned.visits["kind"] == "routine"]["site_id"].value_counts()
    assert counts.max() == routine if routine else counts.empty
    assert yearplan_audits.check(planned.visits, made.rules(wishes, params)) == []
    if routine:
        stricter = made.rules(wishes, replace(params, cap_routine=routine - 1))
        found = {each.what for each in yearplan_audits.check(planned.visits, stricter)}
        assert found == set(counts[counts == routine].index)


def test_a_sites_own_cap_goes_before_the_plans():
    """The site that may be visited once gets one visit, its neighbours four."""
    wishes = made.wishes(1, 60, 60.0)
    sites = wishes.sites.assign(visits_per_year=4.0, frozen=False, on_site=True)
    caps = _left().reset_index()
    given_ = replace(wishes, sites=sites, caps=caps, campaigns=wishes.campaigns[:0], drawn=wishes.drawn[:0])
    planned = yearplans.build(given_, made.PARAMS)
    counts = planned.visits["site_id"].value_counts()
    assert (counts["S0002"], counts["S0001"], counts["S0005"]) == (1, 3, 4)
    assert yearplan_audits.check(planned.visits, made.rules(given_)) == []


def test_two_campaigns_beyond_the_cap_of_special_checks_are_refused():
    """The sentence names the firm with what is asked and what may be."""
    wishes = made.wishes(1, 60)
    twice = pd.DataFrame({"campaign_id": ["a", "b"], "months": ["5", "6"], "site_id": "S0001"})
    with pytest.raises(WorkbenchError, match=r"S0001 \(2 > 1\)") as refused:
        yearplans.build(
            replace(wishes, campaigns=twice, drawn=wishes.drawn[:0], caps=_left().reset_index()), made.PARAMS
        )
    assert refused.value.code == "yearplans.over_cap"
