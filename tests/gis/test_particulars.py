"""Particulars: what a file says beyond the register's own columns, blanks that keep and words that clear."""

import pandas as pd

from gis import entries, particulars, schema


def read(lists=None, **columns):
    """Read a small file; all rows in Daqing."""
    rows = pd.DataFrame(columns, dtype=str)
    rows.index = pd.RangeIndex(2, len(rows) + 2, name="row")
    key_lists = pd.Series(lists or [None] * len(rows), index=rows.index, dtype=object)
    values, faults, headings = particulars.read(rows, pd.Series("230600", index=rows.index), key_lists)
    return values, entries.joined(faults), headings


def test_only_columns_of_the_file_are_read():
    """A file without particulars says nothing; headings are told in their own words."""
    values, faults, headings = read(单位名称=["甲"])
    assert values.empty
    assert faults.empty
    values, _, headings = read(所属流域=["松花江"], 监管类型=["一般"], 是否特殊监管对象=["是"])
    assert values.iloc[0].to_dict() == {"supervision": "ordinary", "special_object": "yes", "river_basin": "松花江"}
    assert headings["river_basin"] == "所属流域"


def test_supervision_and_special_object_are_two_fields():
    """A site may be ordinary and special."""
    values, faults, _ = read(监管类型=["一般", "重点"], 特殊监管对象=["是", "否"])
    assert faults.empty
    assert values[["supervision", "special_object"]].to_numpy().tolist() == [["ordinary", "yes"], ["key", "no"]]


def test_every_wrong_cell_is_told():
    """By row, column and code, with the text that stands there."""
    _, faults, _ = read(
        lists=["air"],
        监管类型=["国控"],
        名录年度=["去年"],
        正面清单有效期至=["永久"],
        所在县=["向阳区"],
        责任单位=["火星农场"],
        排放口编号=["DA001、DX1"],
    )
    assert faults["row"].unique().tolist() == [2]
    assert set(zip(faults["column"], faults["value"], strict=True)) == {
        ("supervision", "国控"),
        ("listed_years", "去年"),
        ("positive_until", "永久"),
        ("county_code", "向阳区"),
        ("unit_id", "火星农场"),
        ("facilities", "DA001、DX1"),
    }
    assert set(faults["code"]) == {f"particulars.bad_{column}" for column in faults["column"]}


def test_facilities_are_sorted_and_counted_once():
    """Outlets and treatment, whatever stands between them."""
    values, _, _ = read(排放口编号=["DW001，DA002 DA001;DA002"])
    assert values["facilities"].tolist() == ["DA001;DA002;DW001"]


def updated(said, lists, known=None, year=2025):
    """What is known of one site after a file."""
    index = pd.Index(["s"])
    before = particulars.nothing_known(index) if known is None else known
    return particulars.updated(before, pd.DataFrame(said, index=index), pd.Series([lists], index=index), year)


def test_blanks_keep_and_nothing_clears():
    """A file speaks only where it says something."""
    known = updated({"river_basin": ["松花江"], "park": ["化工园"], "positive_until": ["2026-01-01"]}, None)
    values, _, _ = read(流域=[""], 园区名称=["无"])
    after = updated(values.set_axis(["s"]), None, known)
    assert after.loc["s", "river_basin"] == "松花江"
    assert pd.isna(after.loc["s", "park"])
    assert after.loc["s", "positive_until"] == pd.Timestamp("2026-01-01")


def test_key_lists_are_a_set_with_years():
    """Years add up; a list without a year gets that of the file."""
    first = updated({}, "air;water", year=2023)
    assert first.loc["s", "listed_years"] == "air:2023;water:2023"
    values, _, _ = read(lists=["air"], 名录年度=["2024、2025年"])
    later = updated(values.set_axis(["s"]), "air", first)
    assert later.loc["s", "listed_years"] == "air:2023,2024,2025;water:2023"
    assert updated({}, None, later).loc["s", "listed_years"] == "air:2023,2024,2025;water:2023"


def test_the_result_meets_its_schema():
    """Empty or filled."""
    for table in (particulars.nothing_known(pd.Index([])), updated({"positive_until": ["2026-01-01"]}, "air")):
        assert schema.find_faults(table, particulars.SCHEMA).empty


def test_kinds_of_source_are_a_set_and_unknown_ones_stay():
    """Words of the list become codes, others are kept as they are written."""
    values, faults, _ = read(污染源类型=["废水、废气", "危废；餐饮油烟"], 管理级别=["国控", "超控"])
    assert values["pollution_types"].tolist() == ["exhaust;wastewater", "hazardous_waste;餐饮油烟"]
    assert values["management_level"].iloc[0] == "national"
    assert faults["code"].tolist() == ["particulars.bad_management_level"]


def test_persons_are_read_but_known_as_persons():
    """They can be left out of what is published."""
    values, _, headings = read(法定代表人=["某某"], 环保负责人=["某甲"], 联系电话=["0459-0000000"])
    assert set(headings) == set(particulars.PERSONS)
    assert values.iloc[0].to_dict()["contact_phone"] == "0459-0000000"
