"""Quality: planted gaps and doubts are found, and the board counts them by city."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from shapely.geometry import Point

from gis import files, history, quality, synthetic

ON = dt.date(2025, 7, 1)


@pytest.fixture(scope="module")
def sketch():
    """The shipped regions."""
    return files.read_sketch()


@pytest.fixture(scope="module")
def whole(sketch):
    """A register of thirty sites without a gap or doubt."""
    sites = synthetic.enterprises(np.random.default_rng(4), sketch, 60)
    sites = sites[(sites["operating"] == "running") & ~sites["positive_list"]]
    sites = sites[(sites["permit_category"] != "registration") & sites["permit_no"].notna()]
    filled = {
        "supervision": "key",
        "special_object": "no",
        "river_basin": "松花江",
        "grid_cell": "G1",
        "address": "某路1号",
        "unit_id": "230100",
        "pollution_types": "exhaust;wastewater",
        "management_level": "municipal",
    }
    state = history.completed(sites.reset_index(drop=True)).assign(**filled)
    return state.assign(county_code=state["division_code"])


def found(state, sketch, **more):
    """Codes of the findings of each site."""
    table = quality.findings(state, sketch, on=ON, **more)
    return table.groupby("site_id")["code"].agg(set).to_dict()


def test_a_whole_register_has_no_finding(whole, sketch):
    """The board of it is one row of zeros a city."""
    assert len(whole) > 10
    assert found(whole, sketch) == {}
    board = quality.board(whole, quality.findings(whole, sketch, on=ON))
    assert board["code"].unique().tolist() == ["quality.any"]
    assert board["found"].sum() == 0
    assert board["sites"].sum() == len(whole)


@pytest.mark.parametrize(
    ("column", "value", "code"),
    [
        ("supervision", None, "no_supervision"),
        ("unit_id", None, "no_unit_id"),
        ("permit_no", None, "no_permit_no"),
        ("permit_category", "registration", "other_mark"),
        ("industry_code", "9999", "no_such_industry"),
        ("listed_years", "air:2020,2021", "old_years"),
        ("positive_list", True, "no_positive_until"),
        ("county_code", "230402", "other_county"),
        ("pollution_types", None, "no_pollution_types"),
        ("management_level", None, "no_management_level"),
        ("organisation_code", "123456789", "other_organisation"),
        ("contact_phone", "123", "bad_phone"),
        ("geometry", Point(131.0, 48.9), "rough"),
    ],
)
def test_a_planted_gap_is_found_at_its_site(whole, sketch, column, value, code):
    """This code among the site's, and no other site has a finding."""
    state = whole.copy()
    at = state.index[state["division_code"] != "230400"][0]
    state.loc[at, column] = value
    told = found(state, sketch)
    assert set(told) == {state.loc[at, "site_id"]}
    assert f"quality.{code}" in told[state.loc[at, "site_id"]]


def test_doubts_of_two_columns_are_found(whole, sketch):
    """Heavy and only registered; key and on no list; stopped on a list; a positive list that has run out."""
    state = whole.copy()
    ids = state["site_id"]
    state.loc[0, ["industry_code", "permit_category"]] = ["2611", "registration"]
    state.loc[1, ["permit_category", "key_lists"]] = ["key", None]
    state.loc[2, ["operating", "key_lists"]] = ["stopped", "air"]
    state.loc[3, ["positive_list", "positive_until"]] = [True, pd.Timestamp("2025-06-30")]
    told = found(state, sketch)
    for at, code in enumerate(("heavy_registered", "key_unlisted", "listed_stopped", "positive_over")):
        assert f"quality.{code}" in told[ids[at]]


def test_places_that_many_share_or_that_lie_elsewhere_are_found(whole, sketch):
    """Six sites on one spot; one site in another city."""
    state = whole.copy()
    state.loc[:5, "geometry"] = state.geometry[0]
    table = quality.findings(state, sketch, on=ON)
    assert (table["code"] == "quality.crowded").sum() == 6
    assert set(table[table["code"] == "quality.crowded"]["site_id"]) == set(state.loc[:5, "site_id"])
    assert (table["code"] == "quality.astray").sum() == (
        state.loc[:5, "division_code"] != state.loc[0, "division_code"]
    ).sum()


def test_what_no_file_has_confirmed_for_long_is_told(whole, sketch):
    """Two years and a day."""
    days = pd.Series(pd.Timestamp(ON), index=whole["site_id"])
    days.iloc[0] -= pd.Timedelta(days=731)
    told = found(whole, sketch, confirmed=days)
    assert told == {whole.loc[0, "site_id"]: {"quality.stale"}}


def test_the_board_counts_sites_by_city(whole, sketch):
    """Shares are of the city's sites; a city without the finding has a zero."""
    state = whole.assign(address=None, river_basin=whole["river_basin"].where(whole.index > 0))
    table = quality.findings(state, sketch, on=ON)
    board = quality.board(state, table).set_index(["division_code", "code"])
    home = state.loc[0, "division_code"]
    assert board.loc[home, "quality.no_river_basin"]["found"] == 1
    assert (board.xs("quality.no_address", level="code")["share"] == 1).all()
    assert board.xs("quality.no_river_basin", level="code")["found"].sum() == 1
    assert (board.xs("quality.any", level="code")["found"] == state.groupby("division_code").size()).all()
    assert quality.board(history.empty(), table.iloc[:0]).empty


def test_a_missing_county_is_told_with_a_proposal(whole, sketch):
    """Where the site lies; nothing is filled in."""
    state = whole.assign(county_code=None)
    counties = files.read_county_sketch()
    told = quality.findings(state, sketch, on=ON, counties=counties).set_index("site_id")
    assert set(told["code"]) == {"quality.no_county_code"}
    assert told["value"].str.fullmatch(r"23\d{4}").mean() > 0.9
