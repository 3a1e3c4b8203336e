"""Filters of the register page."""

import numpy as np
import pytest

from gis import files, history, synthetic
from views.sieve import Sieve, sift


@pytest.fixture(scope="module")
def state():
    """Two hundred synthetic sites, one of them supervised as key and special."""
    made = history.completed(synthetic.enterprises(np.random.default_rng(3), files.read_sketch(), 200))
    made.loc[5, ["supervision", "special_object", "address"]] = ["key", "yes", "甲路1号"]
    made.loc[:3, "unit_id"] = ["232761", "NK06", "SG01", "230602"]
    made.loc[:3, "pollution_types"] = ["exhaust", "exhaust;wastewater", "waste;other", "solid_waste"]
    made.loc[:3, "management_level"] = ["national", "county", "county", "municipal"]
    made.loc[:3, "listed_years"] = ["air:2023,2024", "water:2024", "air:2025;water:2023,2024", "soil:2022"]
    return made


@pytest.mark.parametrize(
    ("sieve", "rule"),
    [
        (Sieve(division_code="230600"), lambda t: t["division_code"] == "230600"),
        (Sieve(permit_category="key"), lambda t: t["permit_category"] == "key"),
        (Sieve(key_list="air"), lambda t: t["key_lists"].fillna("").str.split(";").map(lambda few: "air" in few)),
        (Sieve(positive_list="yes"), lambda t: t["positive_list"]),
        (Sieve(supervision="key"), lambda t: t["supervision"].fillna("") == "key"),
        (Sieve(operating="stopped"), lambda t: t["operating"] == "stopped"),
        (Sieve(unit_id="232761"), lambda t: t.index == 0),
        (Sieve(unit_id="NK06"), lambda t: t.index == 1),
        (Sieve(pollution_type="exhaust"), lambda t: t.index.isin([0, 1])),
        (Sieve(management_level="county"), lambda t: t.index.isin([1, 2])),
        (Sieve(list_year="2024"), lambda t: t.index.isin([0, 1, 2])),
        (Sieve(list_year="2024", key_list=""), lambda t: t.index.isin([0, 1, 2])),
        (Sieve(), lambda t: t["name"] != ""),
    ],
)
def test_each_filter_lets_through_what_it_names(state, sieve, rule):
    """Row by row the same as the rule in plain words."""
    assert sift(state, sieve)["site_id"].tolist() == state[rule(state)]["site_id"].tolist()


def test_all_words_of_a_search_must_be_found(state):
    """In any of name, codes and address, whatever their width and case; signs of patterns are plain signs."""
    row = state.iloc[5]
    for search in (row["name"], row["credit_code"].lower(), "甲路１号", f"甲路 {row['name'][:3]}"):
        assert row["site_id"] in set(sift(state, Sieve(search=search))["site_id"])
    assert sift(state, Sieve(search="甲路 没有")).empty
    assert sift(state, Sieve(search=".*(")).empty


def test_doubts_are_those_that_are_told(state):
    """Together with another filter, both hold."""
    some = state["site_id"].iloc[:20]
    found = sift(state, Sieve(doubt="quality.rough", permit_category="key"), some)
    assert set(found["site_id"]) <= set(some)
    assert set(found["permit_category"]) <= {"key"}
