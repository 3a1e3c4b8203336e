"""Complaints as tables: who is told by which row, and which texts name that person."""

import pandas as pd
import pytest

from cross_check import complaints


def _rows(**more):
    row = {"信访编号": "X1", "举报人": "王某某", "电话": "139 0000 1111", "住址": "道里区", "内容摘要": "夜间排放"}
    return pd.DataFrame([row | more, dict.fromkeys(row | more, "")], index=[2, 3])


def test_who_complained_is_told_by_row():
    """Under the headings of the file; a row without a number or a name is nobody's."""
    found = complaints.persons(_rows())
    assert list(found) == [2]
    assert (found[2].number, found[2].name, found[2].phone) == ("X1", "王某某", "139 0000 1111")
    assert complaints.persons(_rows(信访编号="")) == {}
    assert complaints.persons(_rows().drop(columns=["举报人", "电话", "住址"])) == {}


@pytest.mark.parametrize(
    ("more", "named"),
    [
        ({}, False),
        ({"内容摘要": "王某某反映夜间排放"}, True),
        ({"内容摘要": "夜间排放（联系王 某某）"}, True),
        ({"内容摘要": "回电１３９００００１１１１"}, True),
        ({"内容摘要": "道里区某厂夜间排放"}, False),
        ({"住址": "道里区3号", "内容摘要": "道里区3号旁夜间排放"}, True),
        ({"举报人": "群众", "内容摘要": "群众反映夜间排放"}, False),
        ({"举报人": "王", "内容摘要": "王家屯夜间排放"}, False),
    ],
)
def test_a_text_names_its_person_or_does_not(more, named):
    """A name, a number or a door; neither a district, nor a word for nobody, nor one character."""
    rows = _rows(**more)
    faults = complaints.naming(rows, complaints.persons(rows))
    assert faults[["row", "column", "value"]].to_numpy().tolist() == ([[2, "内容摘要", ""]] if named else [])
