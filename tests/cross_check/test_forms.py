"""Forms: headings in either language, values by their words, faults by row."""

import pandas as pd
import pytest

from cross_check import forms, officers
from gis import schema
from gis.errors import TableFaults

RULES = schema.table({**officers.SCHEMA.columns, **officers.PARTICULARS.columns})
GOOD = {
    "工号": "01",
    "姓 名": "张（示例）",
    "执法证号": "230101",
    "证件有效期至": "2027年1月5日",
    "专业": "水环境",
    "其他专业": "大气、固废",
    "所在市": "230100",
    "请假": "2026-07-01/2026-07-10；2026-08-01",
}


def _rows(*changes):
    return pd.DataFrame([GOOD | change for change in changes], index=range(2, 2 + len(changes)))


def test_chinese_headings_and_words_are_read():
    """Headings with blanks, dates with Chinese marks, lists with Chinese commas."""
    table = forms.read(_rows({}), "officers", RULES).table
    assert table.loc[2, ["officer_id", "expertise", "also_expertise"]].tolist() == ["01", "water", "air;waste"]
    assert table.loc[2, "certificate_until"] == pd.Timestamp("2027-01-05")
    assert table.loc[2, "leave"] == "2026-07-01/2026-07-10;2026-08-01"


def test_every_fault_is_told_by_row_and_the_users_own_heading():
    """A bad date, an unknown word, an empty cell, a repeated number and a bad leave; the good row stays."""
    rows = _rows(
        {},
        {"工号": "02", "证件有效期至": "05/04/2027"},
        {"工号": "03", "专业": "魔法"},
        {"工号": "", "执法证号": "x"},
        {"工号": "05", "请假": "2026-07-10/2026-07-01"},
        {"工号": "06"},
        {"工号": "06"},
    )
    found = forms.read(rows, "officers", RULES)
    told = {(row.row, row.column, row.code) for row in found.faults.itertuples()}
    assert told == {
        (3, "证件有效期至", "forms.bad_day"),
        (4, "专业", "table.unknown_value"),
        (5, "工号", "table.empty_value"),
        (6, "请假", "officers.bad_leave"),
        (7, "工号", "table.repeated_value"),
        (8, "工号", "table.repeated_value"),
    }
    assert found.table.index.tolist() == [2]


def test_a_missing_column_is_told_and_demand_refuses():
    """Row 1 is the heading; nothing is taken from a table with faults."""
    found = forms.read(_rows({}).drop(columns="专业"), "officers", RULES)
    assert found.faults.to_numpy().tolist() == [[1, "expertise", "table.no_column", ""]]
    with pytest.raises(TableFaults):
        forms.demand(_rows({"专业": "魔法"}), "officers", RULES, "x.csv")


def test_days_are_read_with_the_year_first_only():
    """Whether 05/04 is April or May is not guessed; a day that does not exist is none."""
    read = forms.days(pd.Series(["2026-04-06", "2026/4/6 08:00", "06.04.2026", "2026-02-30", ""]))
    assert read.notna().tolist() == [True, True, False, False, False]
