"""Lodgings: seats always, towns within the regions, the bureau's own list instead."""

import pandas as pd
import pytest

from cross_check import lodgings
from gis import files
from gis.errors import TableFaults
from tests.cross_check import round_made as made


def test_the_shipped_list_lies_in_the_province_and_holds_all_seats():
    """Thirteen seats and at least sixty towns, each within the sketch, ids unique, named in both languages."""
    regions = files.read_sketch()
    table = lodgings.shipped(regions)
    assert (table["kind"] == "seat").sum() == 13
    assert (table["kind"] == "town").sum() >= 60
    towns = table[table["kind"] == "town"]
    assert towns.within(regions.union_all()).all()
    assert table["lodging_id"].is_unique
    assert (table[["name_zh", "name_en"]] != "").all(axis=None)


def test_the_bureaus_own_list_replaces_the_towns_but_not_the_seats():
    """Two houses and both seats; a house that bears a seat's id stands for it."""
    table = made.houses()
    assert sorted(table["kind"]) == ["house", "house", "seat", "seat"]
    own = pd.DataFrame({"lodging_id": [made.A], "name": ["hotel"], "lon": [126.6], "lat": [45.8]})
    assert len(lodgings.from_rows(own, made.regions(), "own")) == 2


def test_faults_come_back_by_row():
    """A longitude beyond the globe and a repeated id are told with their rows."""
    rows = pd.DataFrame({"lodging_id": ["H1", "H1"], "name": ["a", "b"], "lon": [126.0, 999.0], "lat": [45.0, 45.0]})
    with pytest.raises(TableFaults) as refused:
        lodgings.from_rows(rows, made.regions(), "own")
    assert {"lodging_id", "lon"} == set(refused.value.faults["column"])
