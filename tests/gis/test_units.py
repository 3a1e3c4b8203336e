"""Units that answer for sites beside the divisions."""

import datetime as dt

import pandas as pd
import pytest

from gis import codes, units


def told(text, prefecture="230100", on=None):
    """The unit of one text, "" where it cannot be told."""
    found = units.declared(pd.Series([text]), pd.Series([prefecture]), on).iloc[0]
    return "" if pd.isna(found) else found


@pytest.mark.parametrize(
    ("text", "prefecture", "unit"),
    [
        ("加格达奇区", "232700", "232761"),
        ("宝泉岭管理局", "230400", "NK01"),
        ("农垦红兴隆管理局", "230500", "NK02"),
        ("铁力林业局", "230700", "YC02"),
        ("DX01", "232700", "DX01"),
        ("向阳区", "230400", "230402"),
        ("向阳区", "230800", "230803"),
        ("美溪区", "230700", "230717"),
        ("哈尔滨市", "230100", "230100"),
        ("火星林业局", "230100", ""),
        ("", "230100", ""),
    ],
)
def test_units_are_told_by_their_names(text, prefecture, unit):
    """Old and new names, divisions, the county of the right prefecture, and nothing for a stranger."""
    assert told(text, prefecture) == unit


def test_every_unit_goes_to_a_prefecture():
    """Ids are unique, kinds known, and parents exist."""
    table = units.table()
    assert table["unit_id"].is_unique
    assert set(table["kind"]) == set(units.KINDS)
    assert set(table["parent"]) <= set(codes.prefectures())
    assert table["kind"].value_counts().to_dict() == {"forestry": 50, "farm": 9, "zone": 4}


def test_a_unit_counts_in_its_days_only(monkeypatch):
    """A unit that ended in 2020 cannot answer in 2025."""
    ended = units.table().assign(valid_to=pd.Timestamp("2020-12-31"))
    monkeypatch.setattr(units, "table", lambda: ended)
    assert told("铁力林业局", "230700", dt.date(2020, 6, 1)) == "YC02"
    assert told("铁力林业局", "230700", dt.date(2025, 6, 1)) == ""
