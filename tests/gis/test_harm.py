"""Harm in cells: formulas, markup, what does not show; and what is handed out does none."""

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import Point

from gis import harm

HARMLESS = [
    "示例化工厂",
    "",
    "—",
    "+86 451-8234 5678",
    "-12.5",
    "A<2型锅炉厂",
    "甲厂：乙车间",
    "元数据:2024",
    "3-5号院",
    "100%果汁厂",
]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("=1+1", harm.FORMULA),
        ("＝1+1", harm.FORMULA),
        ("@SUM(A1)", harm.FORMULA),
        ("-cmd|' /C calc'!A0", harm.FORMULA),
        ("<b>厂", harm.MARKUP),
        ("javascript:alert(1)", harm.MARKUP),
        ("data:text/html;base64,x", harm.MARKUP),
        ("甲\u200b厂", harm.HIDDEN),
        ("甲\u202e厂", harm.HIDDEN),
        ("甲\ufffd厂", harm.LOST),
        ("厂" * 501, harm.LONG),
    ],
)
def test_harm_is_told_by_row_and_column(text, code):
    """The second of two rows, under the heading that it has."""
    faults = pd.concat(harm.faults(pd.DataFrame({"名": ["甲厂", text]}, index=[5, 6], dtype=str)))
    assert faults[["row", "column", "code"]].to_numpy().tolist() == [[6, "名", code]]


def test_usual_names_and_numbers_do_no_harm():
    """Telephone numbers, negative numbers, dashes and a sign of comparison."""
    assert sum(map(len, harm.faults(pd.DataFrame({"名": HARMLESS}, dtype=str)))) == 0


@given(st.text(max_size=30))
def test_a_defused_text_never_starts_a_formula(text):
    """Whatever it is; and one that would not is left as it is."""
    safe = harm.defused(pd.DataFrame({"a": [text]})).iloc[0, 0]
    assert not harm.starts_formula(safe)
    assert safe in {text, f"'{text}"}


def test_numbers_days_and_places_are_left_alone():
    """Only texts and headings are touched."""
    days = pd.to_datetime(["2026-01-01"])
    table = gpd.GeoDataFrame({"=a": [-1.5], "day": days, "b": ["=1"]}, geometry=[Point(1, 2)], crs=4490)
    safe = harm.defused(table)
    assert safe.columns.tolist() == ["'=a", "day", "b", "geometry"]
    assert (safe.iloc[0, 0], safe["day"].iloc[0], safe["b"].iloc[0]) == (-1.5, days[0], "'=1")
