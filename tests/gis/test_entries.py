"""Single cells of a register: what they may say, and how a fault is told."""

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import LineString, Point, box

from gis import data, entries, register
from gis.crs import STORAGE

CODE = "91130200699229617X"


def told(faults):
    """Faults as plain rows."""
    return entries.joined(faults)[["row", "column", "code", "value"]].to_numpy().tolist()


def column(*texts):
    """Cells with the row numbers of a file."""
    return pd.Series(texts, index=range(2, 2 + len(texts)), dtype=str)


def province():
    """A province of one region, 125 to 127 E and 45 to 47 N."""
    row = {
        "division_code": ["230600"],
        "name_zh": ["大庆市"],
        "name_en": ["Daqing"],
        "seat_lon": [126],
        "seat_lat": [46],
    }
    return gpd.GeoDataFrame(row, geometry=[box(125, 45, 127, 47)], crs=STORAGE)


@pytest.mark.parametrize(
    ("heading", "name"),
    [
        ("统一社会信用代码", "credit_code"),
        (" 统一社会信用代码 (18位)", "credit_code"),
        ("经度（度）", "lon"),
        ("Credit_Code", "credit_code"),
        ("permit no", "permit_no"),
        ("ＮＡＭＥ", "name"),
        ("所在市", "division"),
    ],
)
def test_headings_are_known_in_any_dress(heading, name):
    """Full width, capitals, spaces, underscores and remarks in brackets do not matter."""
    assert entries.headings([heading]) == {name: heading}


def test_first_of_several_headings_wins():
    """The code goes before the name of a trade, wherever they stand in the file; unknown headings are left alone."""
    assert entries.headings(["行业", "行业代码", "备注"]) == {"industry_code": "行业代码"}


def test_no_spelling_means_two_columns():
    """A heading or word that the data file listed twice would be read by chance."""
    words = data.words("headings")
    for section in ("columns", "permit_category", "positive_list", "operating", "key_lists"):
        plain = [entries.plain(spelling) for spellings in words[section].values() for spelling in spellings]
        assert len(plain) == len(set(plain)), section


def test_data_file_speaks_of_the_registers_own_codes():
    """Columns, categories and key lists are those of the register, key lists in their order."""
    words = data.words("headings")
    assert set(words["columns"]) == set(register.COLUMNS)
    assert tuple(words["permit_category"]) == register.PERMIT_CATEGORIES
    assert tuple(words["operating"]) == register.OPERATING
    assert tuple(words["key_lists"]) == register.KEY_LISTS


def test_credit_code_faults_are_told_apart():
    """Cut by a spreadsheet, mistyped with a proposal, and plainly wrong; an empty cell is not this check's matter."""
    faults = entries.credit_codes(
        column(CODE, "911302307808371000", "9113O200699229617X", "91130200699229617A", "", "9.11302307808371E+17")
    )
    assert told(faults) == [
        [3, "credit_code", "register.cut_credit_code", "911302307808371000"],
        [4, "credit_code", "register.mistyped_credit_code", CODE],
        [5, "credit_code", "register.bad_credit_code", "91130200699229617A"],
        [7, "credit_code", "register.cut_credit_code", "9.11302307808371E+17"],
    ]


def test_permit_number_faults_are_told_apart():
    """Mistyped, wrong, and made from another unit's code; trial numbers are only noted."""
    texts = column(CODE + "001P", CODE.lower() + "001P", CODE + "1P", "911302307808371268001P", "", CODE + "0018")
    owners = pd.Series(CODE, index=texts.index)
    assert told(entries.permit_nos(texts, owners)) == [
        [3, "permit_no", "register.mistyped_permit_no", CODE + "001P"],
        [4, "permit_no", "register.bad_permit_no", CODE + "1P"],
        [5, "permit_no", "register.foreign_permit_no", "911302307808371268001P"],
    ]
    assert told(entries.trial_permits(texts)) == [[7, "permit_no", "register.trial_permit_no", CODE + "0018"]]


def test_words_are_read_and_unknown_ones_told():
    """Chinese and English, with the default for an empty cell."""
    values, faults = entries.words(column("运行中", "已停产", "STOPPED", "", "在建"), "operating", "running")
    assert values.fillna("-").tolist() == ["running", "stopped", "stopped", "running", "-"]
    assert told(faults) == [[6, "operating", "table.unknown_value", "在建"]]


def test_key_lists_come_in_their_fixed_order():
    """Several lists in one cell, by any separator; none at all is missing."""
    values, faults = entries.key_lists(
        column("大气环境重点排污单位、水环境重点排污单位", "soil;air", "否", "", "水，光")
    )
    assert values.fillna("-").tolist() == ["water;air", "air;soil", "-", "-", "water"]
    assert told(faults) == [[6, "key_lists", "table.unknown_value", "水，光"]]


def test_industries_are_read_from_codes_and_names():
    """With or without the letter or the name behind; leading zeros stay."""
    values, faults = entries.industries(column("2614", "C2614", "0313 猪的饲养", "热力生产和供应", "B06", "", "化工类"))
    assert values.fillna("-").tolist() == ["2614", "2614", "0313", "4430", "06", "-", "-"]
    assert told(faults) == [[8, "industry_code", "register.bad_industry_code", "化工类"]]


def test_degrees_are_numbers():
    """Degrees, minutes and seconds are not read here; an empty half makes the place missing without a fault here."""
    places, faults = entries.degrees(column("126.5", "126°30′", "126.5", "1.265e2"), column("45.8", "45.8", "", "45.8"))
    assert places.notna().tolist() == [True, False, False, True]
    assert (places[2].x, places[5].y) == (126.5, 45.8)
    assert told(faults) == [[3, "lon", "register.not_a_number", "126°30′"]]


def test_layers_must_be_points():
    """Lines are a fault and so is nothing."""
    shapes = gpd.GeoSeries([Point(126, 46), None, LineString([(0, 0), (1, 1)])], index=[1, 2, 3], crs=STORAGE)
    places, faults = entries.points(shapes)
    assert places.notna().tolist() == [True, False, False]
    assert told(faults) == [
        [2, "geometry", "table.empty_value", ""],
        [3, "geometry", "table.wrong_geometry", "LineString"],
    ]


def test_swapped_coordinates_are_not_just_outside():
    """Swapped ones would lie inside the other way round; the rest lie outside either way."""
    places = gpd.GeoSeries([Point(126, 46), Point(46, 126), Point(113.6, 34.7), None], index=[2, 3, 4, 5], crs=STORAGE)
    assert told(entries.positions(places, province(), "lon")) == [
        [3, "lon", "register.swapped_coordinates", "46.0, 126.0"],
        [4, "lon", "register.outside_box", "113.6, 34.7"],
    ]


def test_division_is_told_by_place_and_near_a_border_by_declaration():
    """Inside with and without declaration, 3 km outside, 8 km outside, declared elsewhere, and nowhere."""
    places = gpd.GeoSeries(
        [Point(126, 46), Point(126, 46), Point(127.038, 46), Point(127.103, 46), Point(126, 46)],
        index=range(2, 7),
        crs=STORAGE,
    )
    values, faults = entries.divisions(column("大庆市", "", "", "", "火星"), places, province(), 5000, "lon")
    assert values.tolist() == ["230600"] * 5
    assert told(faults) == [
        [5, "lon", "register.outside_province", "127.103, 46.0"],
        [6, "division", "register.unknown_division", "火星"],
    ]


def test_several_faults_of_one_cell_count_once():
    """The first stays; rows come in the order of the file."""
    texts = column("a", "b")
    both = pd.Series(data=True, index=texts.index)
    faults = [entries.faults_where(both, "name", code, texts) for code in ("register.first", "register.second")]
    assert told([*faults, faults[0][:0]]) == [[2, "name", "register.first", "a"], [3, "name", "register.first", "b"]]


def test_no_fault_is_an_empty_table_of_the_same_form():
    """Callers count rows without asking first."""
    assert entries.joined([]).columns.tolist() == ["row", "column", "code", "value"]
