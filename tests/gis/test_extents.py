"""Extents of workbooks, told before they are read."""

import io
import zipfile
from pathlib import Path

import openpyxl
import pytest

from gis import archives, extents
from gis.errors import WorkbenchError

OLD = (Path(__file__).parent / "old_workbook.xls").read_bytes()


def book(*cells):
    """A workbook with some cells filled."""
    made = openpyxl.Workbook()
    for cell in cells:
        made.active[cell] = "x"
    content = io.BytesIO()
    made.save(content)
    return content.getvalue()


def code_of(verb, *arguments):
    """The code of a refusal, "" if there is none."""
    try:
        verb(*arguments)
    except WorkbenchError as error:
        return error.code
    return ""


def new(content):
    """What becomes of a new workbook."""
    return code_of(extents.demand_new, content, archives.members(content, "a.xlsx"), "a.xlsx")


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        (("A1", "K100000"), ""),
        (("A1", "DP90000"), ""),
        (("A1", "XFD1"), ""),
        (("A1", "XFD733"), "rows.too_wide"),
        (("A1", "L1048576"), "rows.too_wide"),
    ],
)
def test_cells_are_counted_by_their_references(cells, code, monkeypatch):
    """Rows by columns; up to column Z counts as 26 columns."""
    monkeypatch.setattr(extents, "MOST_CELLS", 12_000_000)
    assert new(book(*cells)) == code


def test_a_sheet_that_does_not_number_its_rows_is_measured_by_its_cells():
    """Quotation marks and cases as XML allows them."""
    content = book("A1", "B2")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    sheet = members["xl/worksheets/sheet1.xml"]
    members["xl/worksheets/sheet1.xml"] = sheet.replace(b'<row r="2"', b"<row").replace(b'r="B2"', b"r = 'xfd1048576'")
    changed = io.BytesIO()
    with zipfile.ZipFile(changed, "w") as archive:
        for name, body in members.items():
            archive.writestr(name, body)
    assert new(changed.getvalue()) == "rows.too_wide"


def test_an_old_workbook_is_walked_record_by_record():
    """The good one passes; cut anywhere it is no compound file, or one whose workbook ends early."""
    assert code_of(extents.demand_old, OLD, "a.xls") == ""
    for size in range(0, 2048, 64):
        assert code_of(extents.demand_old, OLD[:size], "a.xls") == "rows.unreadable"


def test_sectors_in_a_ring_come_to_an_end():
    """A table of sectors that points back to itself is refused, not followed for ever."""
    ring = bytearray(OLD)
    first = int.from_bytes(OLD[76:80], "little")
    start = (first + 1) * 512
    for place in range(start, start + 512, 4):
        ring[place : place + 4] = (0).to_bytes(4, "little")
    assert code_of(extents.demand_old, bytes(ring), "a.xls") == "rows.unreadable"
