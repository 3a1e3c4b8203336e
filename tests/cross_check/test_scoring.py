"""Scoring: worked examples, monotony, every line explained."""

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import Point, box

from cross_check import data, scoring
from gis.crs import STORAGE
from gis.language import catalogue

PLAIN = {
    "permit_category": "registration",
    "key_lists": None,
    "heavy": False,
    "special_object": None,
    "zone_m": None,
    "positive_list": False,
    "problems": 0,
    "relapses": 0,
    "complaints": 0,
}


def _facts(*changes):
    return pd.DataFrame([{"site_id": f"S{at}"} | PLAIN | change for at, change in enumerate(changes)])


@pytest.mark.parametrize(
    ("change", "impact", "step", "risk", "visits"),
    [
        ({}, 1, 0, 1, 0.3333),
        ({"permit_category": "simplified"}, 2, 0, 2, 0.5),
        ({"heavy": True}, 3, 0, 3, 1),
        ({"permit_category": "key", "key_lists": "air;soil"}, 4, 0, 4, 2),
        ({"key_lists": "risk"}, 5, 0, 5, 4),
        ({"key_lists": "risk", "problems": 2}, 5, 1, 5, 4),
        ({"permit_category": "key", "problems": 1, "relapses": 1, "complaints": 5}, 4, 1, 5, 4),
        ({"permit_category": "key", "positive_list": True}, 4, -1, 3, 1),
        ({"permit_category": "key", "positive_list": True, "problems": 1}, 4, 0, 4, 2),
        ({"positive_list": True}, 1, -1, 1, 0.3333),
        ({"zone_m": 999.0}, 4, 0, 4, 2),
        ({"zone_m": 1001.0}, 1, 0, 1, 0.3333),
    ],
)
def test_worked_examples(change, impact, step, risk, visits):
    """The highest score decides, behaviour moves it one step at most, and never beyond the scale."""
    row = scoring.score(_facts(change)).table.iloc[0]
    assert (row["impact"], row["step"], row["risk"], row["visits_a_year"]) == (impact, step, risk, visits)


def test_a_second_grave_thing_adds_nothing_and_a_lone_one_may_count_less():
    """IRAM's rule: with two highest scores asked for, one alone is a step lower, and the line says so."""
    rules = data.rules("scoring") | {"fewest": 2}
    told = _facts({"permit_category": "key"}, {"permit_category": "key", "key_lists": "air"})
    scored = scoring.score(told, rules)
    assert scored.table["risk"].tolist() == [3, 4]
    assert scored.lines.query("part == 'rule'")[["site_id", "code"]].to_numpy().tolist() == [["S0", "scoring.too_few"]]
    assert scoring.score(told).table["risk"].tolist() == [4, 4]


CHANGES = st.fixed_dictionaries(
    {
        "permit_category": st.sampled_from(["key", "simplified", "registration"]),
        "key_lists": st.sampled_from([None, "water", "risk", "noise;soil"]),
        "heavy": st.booleans(),
        "positive_list": st.booleans(),
        "problems": st.integers(0, 3),
    }
)


@settings(max_examples=25, deadline=None)
@given(change=CHANGES)
def test_the_lines_explain_the_score(change):
    """From the lines alone the score follows; each has a sentence in both languages."""
    scored = scoring.score(_facts(change))
    row, lines = scored.table.iloc[0], scored.lines
    impact = lines[lines["part"] == "impact"]
    assert row["impact"] == impact["points"].max()
    assert (impact["decides"] == (impact["points"] == impact["points"].max())).all()
    step = lines.loc[lines["part"] == "behaviour", "points"].sum()
    assert row["risk"] == min(max(row["impact"] + min(max(step, -1), 1), 1), 5)
    for code in lines["code"]:
        assert catalogue("zh").say(code)
        assert catalogue("en").say(code)


@settings(max_examples=25, deadline=None)
@given(change=CHANGES)
def test_worse_is_never_scored_lower(change):
    """A problem more or the gravest list added never lowers the risk, and a higher risk is visited no less often."""
    worse = [change | {"problems": change["problems"] + 1}, change | {"key_lists": "risk"}]
    table = scoring.score(_facts(change, *worse)).table
    assert (table["risk"] >= table["risk"].iloc[0]).all()
    assert table.sort_values("risk")["visits_a_year"].is_monotonic_increasing


def test_facts_come_from_the_register_the_zones_and_the_counts():
    """Distance to the nearest zone in metres; counts by site; heavy by industry; the order of rows is free."""
    sites = gpd.GeoDataFrame(
        {
            "site_id": ["B", "A"],
            "permit_category": ["key", "registration"],
            "key_lists": [None, None],
            "positive_list": [False, True],
            "industry_code": ["4411", "0311"],
        },
        geometry=[Point(126.0, 45.8), Point(126.1, 45.8)],
        crs=STORAGE,
    )
    zones = gpd.GeoDataFrame({"zone_id": ["Z"]}, geometry=[box(126.0, 45.81, 126.05, 45.9)], crs=STORAGE)
    told = scoring.facts(sites, zones, pd.DataFrame({"problems": [2]}, index=["A"])).set_index("site_id")
    # A hundredth of a degree of latitude is 1,111 m at 45.8 degrees.
    assert told.loc["B", "zone_m"] == pytest.approx(1111.5, rel=0.01)
    assert told.loc["A", "problems"] == 2
    assert told["heavy"].to_dict() == {"B": True, "A": False}
    one, other = (scoring.score(table.reset_index()) for table in (told, told[::-1]))
    pd.testing.assert_frame_equal(one.table, other.table)
    pd.testing.assert_frame_equal(one.lines, other.lines)
    assert scoring.facts(sites)["zone_m"].isna().all()


def test_a_risk_without_a_frequency_is_a_mistake():
    """The rules must name every step of the scale."""
    with pytest.raises(ValueError, match="no frequency"):
        scoring.frequency(pd.Series([9]))
