"""Duplicates: planted doubles are proposed with their reasons, neighbours and second sites are not."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import Point

from gis import codes, data, duplicates, files, history, register, synthetic
from gis.crs import STORAGE
from gis.errors import WorkbenchError

CODES = codes.complete_credit_codes(pd.Series([f"91230101XX{number:06d}" for number in range(8)])).tolist()


def table(*rows):
    """Sites of (name, code number, permit's last characters or None, lon, lat)."""
    names, numbers, permits, lon, lat = zip(*rows, strict=True)
    credit = pd.Series([CODES[number] for number in numbers])
    permit = pd.Series(
        [None if one is None else code + one for code, one in zip(credit, permits, strict=True)], dtype=object
    )
    place = gpd.GeoSeries(gpd.points_from_xy(lon, lat), crs=STORAGE)
    columns = {
        "site_id": register.site_ids(credit, permit, place),
        "name": list(names),
        "credit_code": credit,
        "permit_no": permit,
        "industry_code": "2611",
        "permit_category": "key",
        "key_lists": None,
        "positive_list": False,
        "operating": "running",
        "division_code": "230600",
    }
    return gpd.GeoDataFrame(columns, geometry=place, crs=STORAGE)


def reasons(found):
    """The reasons of the first pair."""
    return set(found.loc[0, "reasons"].split(";"))


def test_one_firm_twice_at_one_place_is_a_double():
    """Once with its permit, once without."""
    sites = table(("大庆示例化工有限公司", 0, "001P", 125.1, 46.6), ("大庆示例化工公司", 0, None, 125.1002, 46.6))
    found = duplicates.find(sites)
    assert len(found) == 1
    assert found.loc[0, "score"] > 0.99
    assert {"same_credit_code", "same_name", "same_place"} <= reasons(found)
    assert found.loc[0, "distance_m"] == pytest.approx(15.3, abs=0.3)


def test_second_site_of_a_firm_is_a_site_of_its_own():
    """Another permit, five kilometres away: the site is inspected, not the firm."""
    sites = table(("示例化工一厂", 0, "001P", 125.1, 46.6), ("示例化工二厂", 0, "002P", 125.17, 46.6))
    assert duplicates.find(sites).empty


def test_neighbours_are_two():
    """Works number one and number two of different firms, wall to wall."""
    sites = table(("示例化工1号厂", 0, None, 125.1, 46.6), ("示例化工2号厂", 1, None, 125.1002, 46.6))
    assert duplicates.find(sites).empty


def test_a_firm_under_a_new_code_is_proposed():
    """Reorganised: same name, same gate, another code, which speaks against and is told."""
    sites = table(("示例纸业", 0, None, 125.1, 46.6), ("示例纸业有限责任公司", 1, None, 125.1, 46.6))
    found = duplicates.find(sites)
    assert len(found) == 1
    assert "other_credit_code" in reasons(found)


def test_a_default_position_is_no_evidence():
    """Nine sites at the seat of the county are not one site."""
    sites = table(*[(f"示例{name}厂", at, None, 125.1, 46.6) for at, name in enumerate("煤铁铜铝盐糖纸")])
    assert duplicates.find(sites).empty


def test_what_a_person_has_settled_is_not_proposed_again():
    """In whatever order the pair was named."""
    sites = table(("示例纸业", 0, None, 125.1, 46.6), ("示例纸业", 0, None, 125.1, 46.6004))
    pair = duplicates.find(sites).loc[0, ["left_id", "right_id"]].tolist()
    assert duplicates.find(sites, settled=[tuple(pair[::-1])]).empty


def test_only_pairs_with_sites_that_come_in():
    """The preview of a file asks about its own sites."""
    sites = table(
        ("示例纸业", 0, None, 125.1, 46.6), ("示例纸业", 0, None, 125.1, 46.6004), ("别家", 2, None, 125.2, 46.6)
    )
    assert duplicates.find(sites, among=[sites.loc[2, "site_id"]]).empty
    assert len(duplicates.find(sites, among=[sites.loc[1, "site_id"]])) == 1


def test_planted_doubles_of_a_register_are_found_and_hardly_any_other():
    """Of 2,000 synthetic sites 100 come again without permit, some 40 m off and with another ending of the name."""
    rng = np.random.default_rng(11)
    sites = synthetic.enterprises(rng, files.read_sketch(), 2000)
    again = sites.sample(100, random_state=3)
    again = again[again["permit_no"].notna()]
    moved = gpd.GeoSeries(
        [Point(place.x + 0.0004, place.y + 0.0002) for place in again.geometry], index=again.index, crs=STORAGE
    )
    again = again.assign(permit_no=None, name=again["name"] + "有限公司", geometry=moved)
    again["site_id"] = register.site_ids(again["credit_code"], again["permit_no"], again.geometry)
    found = duplicates.find(gpd.GeoDataFrame(pd.concat([sites, again], ignore_index=True), crs=STORAGE))
    planted = found["left_id"].isin(again["site_id"]) | found["right_id"].isin(again["site_id"])
    assert planted.sum() >= len(again)
    assert (~planted).sum() <= 10


def test_both_sides_are_visible():
    """Column by column, with what differs."""
    state = history.completed(table(("甲", 0, None, 125.1, 46.6), ("乙", 0, None, 125.1, 46.61)))
    shown = duplicates.sides(state, *state["site_id"]).set_index("column")
    assert {*shown.loc["name", ["left", "right"]]} == {"甲", "乙"}
    assert shown.loc["name", "differs"]
    assert not shown.loc["credit_code", "differs"]
    assert shown.loc["geometry", "differs"]


def test_merging_keeps_one_and_fills_its_blanks():
    """What the one lacks comes from the other, and so does what the person takes."""
    state = history.completed(table(("甲", 0, "001P", 125.1, 46.6), ("乙", 0, None, 125.1, 46.61)))
    keep, gone = sorted(state["site_id"], key=len, reverse=True)
    state.loc[state["site_id"] == gone, "river_basin"] = "松花江"
    made = duplicates.merged(state, keep, gone, ["name"])
    after = history.applied(state, made)
    assert after["site_id"].tolist() == [keep]
    assert after.loc[0, ["name", "river_basin"]].tolist() == ["乙", "松花江"]
    assert after.geometry[0] == Point(125.1, 46.6)
    back = history.applied(after, history.reversed_changes(made))
    assert history.digest(back) == history.digest(state)


def test_merges_that_make_no_sense_are_refused():
    """The one with the permit stays; ids are not taken over; both must exist and be two."""
    state = history.completed(table(("甲", 0, "001P", 125.1, 46.6), ("乙", 0, None, 125.1, 46.61)))
    permit, plain = sorted(state["site_id"], key=len, reverse=True)
    for arguments, code in (
        ((plain, permit), "keep_the_permit"),
        ((permit, plain, ["site_id"]), "no_column"),
        ((permit, "nobody"), "no_site"),
        ((permit, permit), "one_site"),
    ):
        with pytest.raises(WorkbenchError) as refusal:
            duplicates.merged(state, *arguments)
        assert refusal.value.code == f"duplicates.{code}"


def test_every_piece_of_evidence_has_its_weight():
    """And the weight its sign: what is the same speaks for, what is other against."""
    weights = data.words("duplicates")["weights"]
    assert all(weight > 0 for name, weight in weights.items() if name.startswith(("same", "alike", "near")))
    assert all(weight < 0 for name, weight in weights.items() if name.startswith(("other", "far", "prior")))


def test_an_empty_register_has_no_doubles():
    """Nor has one of one site."""
    assert duplicates.find(history.empty()).empty
    assert duplicates.find(table(("甲", 0, None, 125.1, 46.6))).empty
