"""Year plan audits: a sound plan passes, each way of spoiling it is found under its own code."""

import pandas as pd
import pytest

from cross_check import yearplan_audits, yearplans
from gis.language import catalogue
from tests.cross_check import year_made as made

WISHES = made.wishes(1)
PLAN = yearplans.build(WISHES, made.PARAMS).visits


def _codes(plan: pd.DataFrame) -> set[str]:
    return {found.code for found in yearplan_audits.check(plan, made.rules(WISHES))}


def test_a_sound_plan_passes():
    """The plan as it was made keeps every rule."""
    assert _codes(PLAN) == set()


def _first(**wanted: object) -> int:
    rows = PLAN
    for name, value in wanted.items():
        rows = rows[rows[name] == value]
    return int(rows.index[0])


@pytest.mark.parametrize(
    ("kind", "column", "value", "code"),
    [
        ("routine", "site_id", "nobody", "stranger"),
        ("routine", "division_code", "999999", "stranger"),
        ("routine", "month", 13, "month"),
        ("special", "month", 9, "campaign"),
        ("special", "campaign_id", "other", "campaign"),
        ("drawn", "month", 12, "drawn"),
        ("drawn", "kind", "routine", "drawn"),
        ("routine", "officer_days", 900.0, "officers"),
        ("routine", "vehicle_days", 900.0, "vehicles"),
    ],
)
def test_a_spoilt_row_is_found(kind, column, value, code):
    """One changed cell breaks the rule that it should, and the rule has a sentence."""
    plan = PLAN.copy()
    plan.loc[_first(kind=kind), column] = value
    assert f"yearplan_audits.{code}" in _codes(plan)
    assert catalogue("zh").say(f"yearplan_audits.{code}") != catalogue("en").say(f"yearplan_audits.{code}")


def test_repeats_caps_seasons_and_the_positive_list_are_found():
    """A visit twice in a month, five of one firm, a frozen site in January, a listed site without a cause."""
    one = PLAN.iloc[[_first(kind="routine")]]
    assert "yearplan_audits.twice" in _codes(pd.concat([PLAN, one]))
    many = pd.concat([one.assign(month=month) for month in (3, 4, 5, 6, 7)])
    assert "yearplan_audits.cap" in _codes(many)
    sites = WISHES.sites
    cold = one.assign(**sites[sites["frozen"]].iloc[0][["site_id", "division_code"]], month=1)
    assert "yearplan_audits.frozen" in _codes(cold)
    listed = one.assign(**sites[~sites["on_site"]].iloc[0][["site_id", "division_code"]])
    assert "yearplan_audits.off_site" in _codes(listed)
