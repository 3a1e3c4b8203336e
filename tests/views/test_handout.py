"""Files to hand out tell on top what they were filtered by."""

import io

import geopandas as gpd
import openpyxl
import pytest
from shapely.geometry import Point

from views import handout

TABLE = gpd.GeoDataFrame(
    {"cell_id": ["3000:1:2", "=1+1"], "count": [3, 4]}, geometry=[Point(125, 45), Point(126, 46)], crs="EPSG:4490"
)
ABOUT = (("事件", "火点"), ("制表时间", "2025-06-30 08:00"))


def test_workbook_has_lines_on_top_and_a_frozen_filtered_head():
    """The lines come first, then the head with filter; text that looks like a formula stays text."""
    sheet = openpyxl.load_workbook(io.BytesIO(handout.packed(TABLE, "xlsx", ABOUT))).active
    rows = list(sheet.values)
    assert rows[0][:2] == ABOUT[0]
    assert rows[2][:2] == ("cell_id", "count")
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("A4", "A3:D5")
    assert sheet["A5"].data_type == "s"


def test_text_has_lines_on_top():
    """The lines are marked as remarks and the rest is the table."""
    lines = handout.packed(TABLE, "csv", ABOUT).decode("utf-8-sig").splitlines()
    assert lines[0] == "# 事件,火点"
    assert lines[2:4] == ["cell_id,count,lon,lat", "3000:1:2,3,125.0,45.0"]


def test_geopackage_has_the_lines_as_a_second_table(tmp_path):
    """Programs read the first layer; people find the lines in the second."""
    path = tmp_path / "table.gpkg"
    path.write_bytes(handout.packed(TABLE, "gpkg", ABOUT))
    assert list(gpd.read_file(path, layer="table")["cell_id"]) == list(TABLE["cell_id"])
    assert list(gpd.read_file(path, layer="about")["value"]) == ["火点", "2025-06-30 08:00"]


@pytest.mark.parametrize("ending", handout.ENDINGS)
def test_an_empty_table_can_be_packed(ending):
    """No row is no fault."""
    assert handout.packed(TABLE[:0], ending, ABOUT)
