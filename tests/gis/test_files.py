"""The shipped sketch and the workbook of a register."""

import numpy as np
import openpyxl
import pytest
from geopandas.testing import assert_geodataframe_equal

from gis import data, files, readers, regions, register, schema, synthetic


@pytest.fixture(scope="module")
def sketch():
    """The shipped regions."""
    return files.read_sketch()


@pytest.fixture(scope="module")
def sites(sketch):
    """Thirty synthetic sites."""
    return synthetic.enterprises(np.random.default_rng(8), sketch, 30)


def test_register_sheet_makes_the_round_trip(sites, sketch, tmp_path):
    """Written as a bureau's workbook and imported, the register is the same to the last digit."""
    files.write_register_sheet(sites, tmp_path / "名录.xlsx")
    checked = register.check(readers.read_rows(tmp_path / "名录.xlsx"), sketch)
    assert checked.faults.empty
    assert_geodataframe_equal(checked.enterprises, sites)


def test_register_sheet_says_that_it_is_synthetic(sites, tmp_path):
    """Chinese headings in the first sheet, the remark in the second; a real register brings its own remark."""
    files.write_register_sheet(sites, tmp_path / "a.xlsx")
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    assert book.sheetnames == ["企业名录", "说明"]
    assert [cell.value for cell in book["企业名录"][1]][:3] == ["单位名称", "统一社会信用代码", "排污许可证编号"]
    assert "合成数据" in book["说明"]["A1"].value
    files.write_register_sheet(sites, tmp_path / "b.xlsx", notes=["二〇二六年名录"])
    assert openpyxl.load_workbook(tmp_path / "b.xlsx")["说明"]["A1"].value == "二〇二六年名录"


def test_text_like_a_formula_stays_text(sites, tmp_path):
    """A name that begins with = is nothing to compute."""
    files.write_register_sheet(sites.iloc[:1].assign(name="=1+1"), tmp_path / "a.xlsx")
    assert openpyxl.load_workbook(tmp_path / "a.xlsx")["企业名录"]["A2"].data_type == "s"
    assert readers.read_rows(tmp_path / "a.xlsx")["单位名称"].tolist() == ["=1+1"]


def test_sketch_carries_its_note(sketch):
    """No authority, source, licence, and what is missing: all said in the file itself."""
    text = files._SKETCH.read_text(encoding="utf-8")
    assert "no authority" in text
    assert "Apache-2.0" in text
    assert "Songling" in text
    assert len(text.encode()) < 60_000
    assert schema.find_faults(sketch, regions.SCHEMA).empty


def test_shipped_tables_have_the_columns_their_readers_ask_for():
    """A comma lost in a data file would shift its columns."""
    for name in ("divisions", "seats", "towns", "industries", "heavy"):
        rows = data.rows(name)
        assert rows
        assert all(None not in row and None not in row.values() for row in rows), name
