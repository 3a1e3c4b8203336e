"""Cells made tables: headings in several rows, merged cells, sums and remarks."""

import pytest

from gis import cells
from gis.errors import WorkbenchError

HEADINGS = ["单位名称", "所在市", "经度", "纬度"]
ROW = ["甲厂", "大庆市", "125.1", "46.5"]


def test_titles_are_passed_over_and_kept_as_remarks():
    """A title fills a cell or two; row numbers are those of the sheet."""
    headed = cells.under_headings([["名录"], [], HEADINGS, ROW], "a.xlsx")
    assert headed.rows.index.tolist() == [4]
    assert headed.rows.loc[4].tolist() == ROW
    assert headed.remarks == ("名录",)


def test_two_heading_rows_with_merged_cells():
    """Merged downwards stays one word, merged across stands before its parts."""
    rows = [["单位名称", "位置", "", "备注"], ["", "经度", "纬度", ""], ["甲", "125.1", "46.5", ""]]
    merged = [((0, 0), (1, 0)), ((0, 1), (0, 2)), ((0, 3), (1, 3))]
    headed = cells.under_headings(rows, "a.xlsx", merged)
    assert headed.rows.columns.tolist() == ["单位名称", "位置 经度", "位置 纬度", "备注"]
    assert headed.rows.index.tolist() == [3]


def test_two_heading_rows_of_a_csv():
    """Without merged cells known words in the gaps tell."""
    rows = [["单位名称", "位置", "", "备注"], ["", "经度", "纬度", ""], ["甲", "125.1", "46.5", "无"]]
    headed = cells.under_headings(rows, "a.csv")
    assert headed.rows.columns.tolist() == ["单位名称", "位置 经度", "位置 纬度", "备注"]


def test_degrees_minutes_seconds_under_one_heading():
    """Three cells under longitude."""
    rows = [["单位名称", "经度", "", ""], ["", "度", "分", "秒"], ["甲", "125", "6", "0"]]
    assert cells.under_headings(rows, "a.csv").rows.columns.tolist() == ["单位名称", "经度 度", "经度 分", "经度 秒"]


def test_a_first_row_of_words_is_no_heading():
    """A gap in the headings does not make the row below one."""
    rows = [["单位名称", "", "状态"], ["甲厂", "旧", ""], ["乙厂", "新", "停产"]]
    headed = cells.under_headings(rows, "a.csv")
    assert headed.rows["单位名称"].tolist() == ["甲厂", "乙厂"]


def test_merged_cells_of_the_body_are_filled_down():
    """A city that spans three rows stands in each of them."""
    rows = [HEADINGS, ROW, ["乙厂", "", "125.2", "46.6"], ["丙厂", "", "125.3", "46.7"], ["丁厂", "", "1", "2"]]
    headed = cells.under_headings(rows, "a.xlsx", [((1, 1), (3, 1))])
    assert headed.rows["所在市"].tolist() == ["大庆市", "大庆市", "大庆市", ""]


def test_sums_remarks_and_repeated_headings_are_left_out_and_told():
    """Each with its row and the reason; a firm whose name begins like a remark stays."""
    rows = [
        HEADINGS,
        ROW,
        HEADINGS,
        ["注册乙厂", "大庆市", "125", "46"],
        ["合 计：", "2", "", ""],
        ["填表人：某某", "", "", ""],
    ]
    headed = cells.under_headings(rows, "a.xlsx")
    assert headed.rows["单位名称"].tolist() == ["甲厂", "注册乙厂"]
    assert headed.left_out[["row", "code"]].to_numpy().tolist() == [
        [3, "rows.heading_again"],
        [5, "rows.sum"],
        [6, "rows.remark"],
    ]
    assert "填表人：某某" in headed.remarks


def test_remarks_within_the_table_stay():
    """Only what stands below the last row of data can be a remark."""
    rows = [HEADINGS, ["注", "", "", ""], ROW]
    assert len(cells.under_headings(rows, "a.xlsx").rows) == 2


def test_repeated_headings_are_refused():
    """Which of the two is meant would be chance."""
    with pytest.raises(WorkbenchError) as caught:
        cells.under_headings([["经度", "经度"], ["1", "2"]], "a.csv")
    assert caught.value.code == "rows.repeated_heading"


@pytest.mark.parametrize("rows", [[], [[]], [["", ""]], [HEADINGS]])
def test_nothing_is_an_empty_table(rows):
    """No cells, no headings, no rows."""
    assert cells.under_headings(rows, "a.csv").rows.empty
