"""A workbook as a bureau sends it: title, two heading rows, merged cells, a footer, web-map coordinates, faults."""

import openpyxl
import pandas as pd

from gis import codes, files, offsets

HEADINGS = ("序号", "单位名称", "统一社会信用代码", "行业代码", "管理类别", "污染源类型", "联系电话", "经度", "纬度")
FAULTY_ROW = 5
"""The row of the sheet whose credit code has the letter O for a zero."""


def workbook(path, project, *, known=9, new=3):
    """Write some known sites a little renamed, and new ones, in GCJ-02; return the number of rows of data."""
    state = files.read_layer(project.enterprises).iloc[1 : known + new + 1]
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "名录"
    sheet.append(["2026年排污单位名录（大庆市、哈尔滨市）"])
    sheet.merge_cells(start_row=1, start_column=1, end_row=1, end_column=len(HEADINGS))
    sheet.append(["序号", "基本信息", None, None, None, None, None, "位置", None])
    sheet.merge_cells("B2:G2")
    sheet.merge_cells("H2:I2")
    sheet.append([None, *HEADINGS[1:]])
    sheet.merge_cells("A2:A3")
    fresh = codes.complete_credit_codes(codes_of(new))
    for number, row in enumerate(state.itertuples(index=False)):
        code, name = row.credit_code, f"{row.name}有限公司"
        if number >= known:
            code, name = fresh.iloc[number - known], f"新报企业{number}"
        if number == FAULTY_ROW - 4:
            code = code.replace("0", "O", 1)
        lon, lat = offsets.to_gcj02(row.geometry.x, row.geometry.y)
        sheet.append(
            [
                number + 1,
                name,
                code,
                "3021",
                "重点管理",
                "废水、废气",
                f"0459-60000{number:02d}",
                f"{lon:.6f}",
                f"{lat:.6f}",
            ]
        )
    sheet.append(["填表人：某某"])
    book.save(path)
    return known + new


def codes_of(count):
    """Return stems of credit codes that no site of the small project has."""
    return pd.Series([f"91230600MA9{number:05d}" for number in range(count)])
