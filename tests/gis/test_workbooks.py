"""Workbooks read as texts."""

import openpyxl
import pytest

from gis import workbooks
from gis.errors import WorkbenchError


@pytest.mark.parametrize(
    ("value", "text"),
    [(" a ", "a"), (None, ""), (True, "true"), (float("nan"), ""), (1e17, "100000000000000000"), (125.1, "125.1")],
)
def test_cells_become_the_texts_their_owner_sees(value, text):
    """Numbers without exponent, nothing for nothing."""
    assert workbooks.as_text(value) == text


def test_texts_of_other_sheets_come_along(tmp_path):
    """The sheet with the table is read, a remark on another one is kept, a hidden one is not looked at."""
    book = openpyxl.Workbook()
    for row in (["单位名称", "经度", "纬度"], ["甲厂", 125.1, 46.5]):
        book.active.append(row)
    book.create_sheet("说明").append(["坐标系：CGCS2000"])
    hidden = book.create_sheet("隐")
    hidden.append(["不看"])
    hidden.sheet_state = "hidden"
    book.save(tmp_path / "a.xlsx")
    sheet = workbooks.read(tmp_path / "a.xlsx")
    assert sheet.rows == [["单位名称", "经度", "纬度"], ["甲厂", "125.1", "46.5"]]
    assert sheet.texts == ("坐标系：CGCS2000",)


def test_one_far_cell_does_not_end_the_process(tmp_path):
    """The reader's core would ask for half a terabyte and abort."""
    book = openpyxl.Workbook()
    book.active["A1"], book.active["XFD1048576"] = "单位名称", "x"
    book.save(tmp_path / "a.xlsx")
    with pytest.raises(WorkbenchError, match="1048576 rows and 16384 columns") as caught:
        workbooks.read(tmp_path / "a.xlsx")
    assert caught.value.code == "rows.too_wide"
