"""Degrees, minutes and seconds as people write them."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis import angles

LON = 126 + 31 / 60 + 48 / 3600

WRITTEN = [
    "126°31'48\"",
    "126°31′48.00″",
    "126度31分48秒",
    "126 31 48",
    "E126.31.48",
    "１２６°３１′４８″",
    "126º31ˊ48〞",
    "126˚31’48”",
    "126°31´48´´",
    "126°31'48''",
    "126°31′48",
    "126° 31′ 48.0″",
    "东经126°31′48″",
    "东经：126度31分48秒",
    "经度126°31′48″",
    "126°31′48″E",
    "126-31-48",
    "126－31－48",
    "126:31:48",
    "126/31/48",
    "126_31_48",
    "126.31.48.00",
    "126°31.8′",
    "126 31.8",
    "126d31m48s",
    "126。31’48”",
    "126゜31＇48＂",
    "126ο31′48″",
    " 126°31′48″ ",
]


def one(text):
    """The reading of one text."""
    return angles.read(pd.Series([text])).iloc[0]


@pytest.mark.parametrize("text", WRITTEN)
def test_every_written_form_is_the_same_angle(text):
    """126 degrees 31 minutes 48 seconds, whatever the marks, script, spaces and labels."""
    found = one(text)
    assert found["degrees"] == pytest.approx(LON, abs=1e-12)
    assert (found["form"], found["code"]) == (angles.DMS, "")
    assert found["side"] in {"", "E"}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("126.53", 126.53),
        ("126.53°", 126.53),
        ("１２６．５３", 126.53),
        ("126.53度", 126.53),
        ("E126.53", 126.53),
        ("126.53 E", 126.53),
        ("lon: 126.53", 126.53),
        ("1.2653000E+02", 126.53),
        ("42541203.203", 42541203.203),
        ("5,073,992.677", 5073992.677),
        ("5.07399268E+06", 5073992.68),
        ("-126.53", -126.53),
        ("126", 126.0),
    ],
)
def test_decimals_are_numbers(text, value):
    """Degrees or metres: what they mean is decided elsewhere."""
    found = one(text)
    assert (found["degrees"], found["form"], found["code"]) == (value, angles.DECIMAL, "")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("126°60′00″", angles.SIXTY),
        ("126°31′61″", angles.SIXTY),
        ("126 31 75.5", angles.SIXTY),
        ("126.5°31′", angles.NOT_READ),
        ("126°31.5′20″", angles.NOT_READ),
        ("E126.53E", angles.NOT_READ),
        ("不详", angles.NOT_READ),
        ("126°31′48″ 附近", angles.NOT_READ),
        ("12 6 31 48 9", angles.NOT_READ),
        ("400°31′48″", angles.NOT_READ),
        ("1.27E+02", angles.ROUNDED),
        ("4.2541E+07", angles.ROUNDED),
        ("nan", angles.NOT_READ),
        ("inf", angles.NOT_READ),
    ],
)
def test_what_is_no_angle_says_so(text, code):
    """Sixty minutes, mixed fractions, words, and numbers that a spreadsheet rounded."""
    found = one(text)
    assert (found["code"], found["form"] if code == angles.NOT_READ else "") == (code, "")
    assert np.isnan(found["degrees"])


def test_empty_cells_are_no_fault():
    """Nothing is nothing; the index is that of the file."""
    found = angles.read(pd.Series(["", "126.5", None], index=[4, 5, 9]))
    assert found.index.tolist() == [4, 5, 9]
    assert found["code"].tolist() == ["", "", ""]
    assert found["degrees"].notna().tolist() == [False, True, False]


@pytest.mark.parametrize(("text", "side"), [("北纬45°48′", "N"), ("W126.5", "W"), ("45.8S", "S"), ("126.5", "")])
def test_sides_are_told_and_turn_the_sign(text, side):
    """West and south are negative."""
    found = one(text)
    assert found["side"] == side
    assert (found["degrees"] < 0) == (side in {"W", "S"})


@given(st.integers(0, 179), st.integers(0, 59), st.floats(0, 59.99))
def test_written_and_read_again(degrees, minutes, seconds):
    """Three ways of writing the same angle to hundredths of a second are read alike."""
    text = f"{seconds:.2f}"
    expected = degrees + minutes / 60 + float(text) / 3600
    for written in (f"{degrees}°{minutes}′{text}″", f"{degrees} {minutes} {text}", f"{degrees}:{minutes:02d}:{text}"):
        assert one(written)["degrees"] == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize(
    "text",
    [
        "126°31′48″,45°48′00″",
        "126°31′48″，45°48′00″",
        "E126°31′48″ N45°48′00″",
        "E126°31′48″N45°48′00″",
        "东经126°31′48″北纬45°48′00″",
        "东经126度31分48秒、北纬45度48分0秒",
        "126°31′48″E 45°48′00″N",
        "126°31′48″ 45°48′00″",
        "126 31 48 45 48 00",
        "126.53,45.80",
        "(126.53, 45.80)",
        "126.53 45.80",
        "126.53；45.80",
        "经度:126.53 纬度:45.80",
        "126.53|45.80",
    ],
)
def test_cells_with_two_values_are_split(text):
    """Longitude and latitude in one cell, with and without marks between them."""
    halves = angles.split(pd.Series([text])).iloc[0]
    assert one(halves["first"])["degrees"] == pytest.approx(126.53, abs=1e-9)
    assert one(halves["second"])["degrees"] == pytest.approx(45.80, abs=1e-9)


@pytest.mark.parametrize("text", ["126.53", "126 31 48", "126.5,45.8,200", "", "无"])
def test_cells_that_do_not_split_stay_whole(text):
    """They are read whole, and so told as a fault, never by half."""
    halves = angles.split(pd.Series([text])).iloc[0]
    assert halves.tolist() == [text, text]


def test_parts_in_columns_of_their_own():
    """Degrees, minutes and seconds in three cells; a missing minute with a second cannot be read."""
    texts = angles.from_parts(
        pd.Series(["126", "126", "126", "", "126.53"]),
        pd.Series(["31", "31.8", "", "", ""]),
        pd.Series(["48", "", "5", "", ""]),
    )
    found = angles.read(texts)
    assert found["degrees"].round(9).fillna(0).tolist() == [126.53, 126.53, 0, 0, 126.53]
    assert found["code"].tolist() == ["", "", angles.NOT_READ, "", ""]
