"""The check of a register: planted faults come back as exactly these rows, and good rows as they were."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from geopandas.testing import assert_geodataframe_equal
from shapely.geometry import Point

from gis import codes, files, register, schema, synthetic
from gis.crs import STORAGE


@pytest.fixture(scope="module")
def sketch():
    """The shipped regions."""
    return files.read_sketch()


@pytest.fixture(scope="module")
def sites(sketch):
    """Forty synthetic sites."""
    return synthetic.enterprises(np.random.default_rng(3), sketch, 40, near=[(125.10, 46.59)] * 40)


def as_rows(sites):
    """The sheet that a bureau would send of a register, as it is read: texts, rows from 2."""
    rows = register.in_chinese(sites).map(lambda cell: "" if cell is None else str(cell)).astype(str)
    return rows.set_index(pd.RangeIndex(2, len(rows) + 2, name="row"))


def told(faults):
    """Faults as plain rows."""
    return faults.to_numpy().tolist()


def test_good_rows_come_back_as_they_were(sites, sketch):
    """Chinese words out and in again: ids, codes, lists, flags, divisions and places are equal."""
    checked = register.check(as_rows(sites), sketch)
    assert checked.faults.empty
    assert checked.notes.empty
    assert_geodataframe_equal(checked.enterprises, sites)


def test_order_of_columns_and_columns_beyond_do_not_matter(sites, sketch):
    """People sort columns and add their own."""
    rows = as_rows(sites)
    rows = rows[rows.columns[::-1]].assign(备注="无")
    assert_geodataframe_equal(register.check(rows, sketch).enterprises, sites)


def test_every_planted_fault_is_told_and_no_other(sites, sketch):
    """One fault a row: the row of the file, the user's own heading, the code and the value."""
    rows = as_rows(sites)
    code = rows.loc[3, "统一社会信用代码"]
    rows.loc[rows.index.isin([2, 3, 4, 5]), "排污许可证编号"] = ""
    typed = code.replace("0", "O")
    planted = {
        (2, "统一社会信用代码"): "911302307808371000",
        (3, "统一社会信用代码"): typed,
        (4, "统一社会信用代码"): "91130200699229617A",
        (5, "单位名称"): "",
        (6, "排污许可证编号"): "123",
        (7, "行业代码"): "化工",
        (8, "管理类别"): "特级管理",
        (9, "正面清单"): "也许",
        (10, "运行状态"): "在建",
        (11, "重点单位名录"): "光污染",
        (12, "所在市"): "哈尔滨市",
        (13, "所在市"): "火星市",
        (14, "经度"): "125度",
        (15, "纬度"): "",
        (18, "经度"): "113.6",
    }
    for (row, heading), value in planted.items():
        rows.loc[row, heading] = value
    rows.loc[16, ["经度", "纬度"]] = rows.loc[16, ["纬度", "经度"]].to_numpy()
    rows.loc[17, ["经度", "纬度"]] = ["122.0", "45.0"]
    rows.loc[20] = rows.loc[19]
    checked = register.check(rows, sketch)
    assert told(checked.faults) == [
        [2, "统一社会信用代码", "register.cut_credit_code", "911302307808371000"],
        [3, "统一社会信用代码", "register.mistyped_credit_code", code],
        [4, "统一社会信用代码", "register.bad_credit_code", "91130200699229617A"],
        [5, "单位名称", "table.empty_value", ""],
        [6, "排污许可证编号", "register.bad_permit_no", "123"],
        [7, "行业代码", "register.bad_industry_code", "化工"],
        [8, "管理类别", "table.unknown_value", "特级管理"],
        [9, "正面清单", "table.unknown_value", "也许"],
        [10, "运行状态", "table.unknown_value", "在建"],
        [11, "重点单位名录", "table.unknown_value", "光污染"],
        [12, "所在市", "register.other_division", "哈尔滨市 / 230600"],
        [13, "所在市", "register.unknown_division", "火星市"],
        [14, "经度", "register.not_a_number", "125度"],
        [15, "纬度", "table.empty_value", ""],
        [16, "经度", "register.swapped_coordinates", f"{rows.loc[16, '经度']}, {rows.loc[16, '纬度']}"],
        [17, "经度", "register.outside_province", "122.0, 45.0"],
        [18, "经度", "register.outside_box", f"113.6, {rows.loc[18, '纬度']}"],
        [20, "统一社会信用代码", "register.repeated_site", sites["site_id"].iloc[17]],
    ]
    untouched = sites.drop(index=checked.faults["row"] - 2).reset_index(drop=True)
    assert_geodataframe_equal(checked.enterprises, untouched)


def test_nothing_is_repaired(sites, sketch):
    """A mistyped code or swapped place never reaches the register, not even as its proposal."""
    rows = as_rows(sites.iloc[:2])
    rows.loc[2, "统一社会信用代码"] = rows.loc[2, "统一社会信用代码"].lower()
    rows.loc[3, ["经度", "纬度"]] = rows.loc[3, ["纬度", "经度"]].to_numpy()
    assert register.check(rows, sketch).enterprises.empty


def test_missing_columns_are_told_at_the_heading(sites, sketch):
    """All of them at once; no row is good."""
    checked = register.check(as_rows(sites).drop(columns=["经度", "单位名称"]), sketch)
    assert told(checked.faults) == [[1, "name", "table.no_column", ""], [1, "lon", "table.no_column", ""]]
    assert checked.enterprises.empty
    assert checked.receipt.faulty == len(sites)


def test_columns_that_may_be_missing_have_their_defaults(sites, sketch):
    """No positive list means no, no state running, no division the one the place lies in."""
    rows = as_rows(sites).drop(columns=["正面清单", "运行状态", "所在市", "重点单位名录", "排污许可证编号"])
    checked = register.check(rows, sketch)
    assert checked.faults.empty
    assert not checked.enterprises["positive_list"].any()
    assert set(checked.enterprises["operating"]) == {"running"}
    assert checked.enterprises["division_code"].tolist() == sites["division_code"].tolist()
    assert checked.enterprises["site_id"].str.fullmatch(r"U[0-9a-f]{12}").all()


def test_layer_of_points_needs_no_columns_for_the_place(sites, sketch):
    """The geometry is the place; a point outside is told under the name of the geometry."""
    rows = as_rows(sites).drop(columns=["经度", "纬度"])
    layer = gpd.GeoDataFrame(rows, geometry=sites.geometry.to_numpy(), crs=STORAGE)
    assert_geodataframe_equal(register.check(layer, sketch).enterprises, sites)
    layer.loc[2, "geometry"] = Point(46.6, 125.1)
    assert told(register.check(layer, sketch).faults) == [
        [2, "geometry", "register.swapped_coordinates", "46.6, 125.1"]
    ]


def test_declared_division_wins_beside_a_border_and_beyond_the_outline(sites, sketch):
    """The sketch's borders may be off, and Songling, outside every outline, answers to whom its row declares."""
    rows = as_rows(sites.iloc[:3].assign(permit_no=None, site_id=["a", "b", "c"]))
    border = sketch.set_index("division_code").geometry
    shared = border["230600"].intersection(border["231200"].buffer(1e-6)).representative_point()
    rows.loc[2, ["经度", "纬度", "所在市"]] = [str(shared.x), str(shared.y), "绥化市"]
    rows.loc[3, ["经度", "纬度", "所在市"]] = [str(shared.x), str(shared.y), "大庆市"]
    rows.loc[4, ["经度", "纬度", "所在市"]] = ["124.19", "50.85", "松岭区"]
    checked = register.check(rows, sketch)
    assert checked.faults.empty
    assert checked.enterprises["division_code"].tolist() == ["231200", "230600", "232700"]
    rows.loc[4, "所在市"] = ""
    assert told(register.check(rows, sketch).faults) == [[4, "经度", "register.outside_province", "124.19, 50.85"]]


def test_receipt_counts_every_row_once(sites, sketch):
    """Good and faulty sum to the rows; new, changed and unchanged to the good ones."""
    existing = sites.iloc[:30].copy()
    existing.loc[4, "operating"] = "stopped" if existing.loc[4, "operating"] == "running" else "running"
    existing.loc[5, "geometry"] = Point(125.1, 46.6)
    with_permit = existing["permit_no"].notna()
    assert with_permit[5]
    rows = as_rows(sites)
    rows.loc[42] = rows.loc[41]
    rows.loc[2, "经度"] = "113.6"
    receipt = register.check(rows, sketch, existing).receipt
    assert receipt == register.Receipt(
        rows=41, good=39, faulty=2, duplicates=1, outside=1, new=10, changed=2, unchanged=27
    )


def test_second_import_changes_nothing(sites, sketch):
    """Ids are derived: the same file again is the same register, whatever order it is in."""
    rows = as_rows(sites)
    first = register.check(rows, sketch).enterprises
    again = register.check(rows.iloc[::-1], sketch, first)
    assert again.receipt.unchanged == len(sites)
    assert_geodataframe_equal(
        again.enterprises.sort_values("site_id", ignore_index=True), first.sort_values("site_id", ignore_index=True)
    )


def test_site_ids_follow_from_permit_or_from_code_and_place():
    """A metre does not change the id, a hundred metres do, and another code does."""
    code = pd.Series(["91130200699229617X"] * 3 + ["911302307808371268"])
    places = gpd.GeoSeries([Point(125.1, 46.6), Point(125.10001, 46.6), Point(125.1014, 46.6), Point(125.1, 46.6)])
    ids = register.site_ids(code, pd.Series([None] * 4, dtype=object), places)
    assert ids[0] == ids[1]
    assert ids.nunique() == 3
    assert register.site_ids(code, code + "001P", places).tolist() == (code + "001P").tolist()


def test_schema_refuses_a_wrong_check_character(sites):
    """The door of every verb knows the rules of the codes."""
    wrong = sites.copy()
    code = wrong.loc[0, "credit_code"]
    wrong.loc[0, "credit_code"] = code[:-1] + next(one for one in codes.ALPHABET if one != code[-1])
    faults = schema.find_faults(wrong, register.SCHEMA)
    assert faults[["row", "column", "code"]].to_numpy().tolist() == [[2, "credit_code", "register.bad_credit_code"]]


def test_empty_table_has_no_good_row(sites, sketch):
    """A heading without rows is for the rim to refuse; here it is just nothing."""
    checked = register.check(as_rows(sites).iloc[:0], sketch)
    assert checked.enterprises.empty
    assert checked.receipt.rows == 0


@pytest.mark.parametrize("text", ["9113023078083710000000", "9.11302307808371E+21"])
def test_a_permit_number_that_a_spreadsheet_cut_is_named(sites, sketch, text):
    """The lost digits cannot be had back, so nothing is proposed."""
    rows = as_rows(sites.iloc[:1])
    rows.loc[2, "排污许可证编号"] = text
    assert told(register.check(rows, sketch).faults) == [[2, "排污许可证编号", "register.cut_permit_no", text]]


def test_particulars_of_a_file_come_with_their_faults(sites, sketch):
    """Read columns stand beside the register's own; a wrong one is told under the user's heading."""
    rows = as_rows(sites.iloc[:2]).assign(所属流域=["松花江", ""], 监管类型=["一般", "国控"])
    checked = register.check(rows, sketch)
    assert checked.enterprises[["supervision", "river_basin"]].to_numpy().tolist() == [["ordinary", "松花江"]]
    assert told(checked.faults) == [[3, "监管类型", "particulars.bad_supervision", "国控"]]
