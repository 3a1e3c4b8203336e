"""Tables that people bring: five formats, their encodings and their damages."""

import codecs
import shutil
import zipfile

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pyogrio
import pytest
from geopandas.testing import assert_geodataframe_equal
from shapely.geometry import MultiPoint, Point

from gis import data, files, regions, register, schema, synthetic
from gis.crs import STORAGE
from gis.errors import WorkbenchError


@pytest.fixture(scope="module")
def sketch():
    """The shipped regions."""
    return files.read_sketch()


@pytest.fixture(scope="module")
def sites(sketch):
    """Thirty synthetic sites."""
    return synthetic.enterprises(np.random.default_rng(8), sketch, 30)


@pytest.fixture(scope="module")
def sheet(sites):
    """The sheet of the sites with three planted faults: rows 2, 3 and 4 of a file with one heading row."""
    rows = register.in_chinese(sites)
    rows.loc[0, ["统一社会信用代码", "排污许可证编号"]] = ["91130200699229617A", None]
    rows.loc[1, ["经度", "纬度"]] = rows.loc[1, ["纬度", "经度"]].to_numpy()
    rows.loc[2, "管理类别"] = "特级"
    return rows


def as_layer(sheet):
    """The sheet as a layer: places in the geometry."""
    points = gpd.points_from_xy(sheet["经度"].astype(float), sheet["纬度"].astype(float))
    return gpd.GeoDataFrame(sheet.drop(columns=["经度", "纬度"]), geometry=points, crs=STORAGE)


def as_csv(sheet, encoding, delimiter=","):
    """The sheet as the bytes of a csv file."""
    return sheet.to_csv(index=False, sep=delimiter, lineterminator="\r\n").encode(encoding)


def as_zip(layer, path, encoding, *, drop=(".cpg",), prefix="数据/企业"):
    """A zipped shapefile, members in a folder with a Chinese name, some of them left out."""
    folder = path.parent / "shp"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    width = 3 if encoding == "UTF-8" else 5
    short = layer.rename(columns=lambda name: name if name == "geometry" else name[:width])
    pyogrio.write_dataframe(short, folder / "a.shp", encoding=encoding)
    with zipfile.ZipFile(path, "w") as archive:
        for member in sorted(folder.iterdir()):
            if member.suffix not in drop:
                archive.write(member, f"{prefix}{member.suffix}")
    return path


def told(checked, shift=0):
    """Faults as row of a table with one heading row, register column, code and value."""
    columns = {heading: column for column, heading in register.read_headings(checked.faults["column"]).items()}
    faults = checked.faults.assign(column=checked.faults["column"].replace(columns), row=checked.faults["row"] + shift)
    return faults.to_numpy().tolist()


def expected(sheet, column="lon"):
    """The three planted faults."""
    swapped = f"{float(sheet.loc[1, '经度'])}, {float(sheet.loc[1, '纬度'])}"
    return [
        [2, "credit_code", "register.bad_credit_code", "91130200699229617A"],
        [3, column, "register.swapped_coordinates", swapped],
        [4, "permit_category", "table.unknown_value", "特级"],
    ]


def code_of(call, *args):
    """The code with which a call fails."""
    with pytest.raises(WorkbenchError) as caught:
        call(*args)
    return caught.value.code


def test_register_sheet_makes_the_round_trip(sites, sketch, tmp_path):
    """Written as a bureau's workbook and imported, the register is the same to the last digit."""
    files.write_register_sheet(sites, tmp_path / "名录.xlsx")
    checked = register.check(files.read_rows(tmp_path / "名录.xlsx"), sketch)
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
    assert files.read_rows(tmp_path / "a.xlsx")["单位名称"].tolist() == ["=1+1"]


def test_planted_faults_of_a_workbook(sheet, sites, sketch, tmp_path):
    """Exactly the planted rows are faulty, and the others are the register."""
    sheet.to_excel(tmp_path / "a.xlsx", index=False)
    checked = register.check(files.read_rows(tmp_path / "a.xlsx"), sketch)
    assert told(checked) == expected(sheet)
    assert_geodataframe_equal(checked.enterprises, sites.iloc[3:].reset_index(drop=True))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_planted_faults_of_a_csv(sheet, sites, sketch, tmp_path, encoding, delimiter):
    """Whatever the encoding and the delimiter, the same rows."""
    plain = sheet.assign(重点单位名录=None) if delimiter == ";" else sheet
    (tmp_path / "a.csv").write_bytes(as_csv(plain, encoding, delimiter))
    checked = register.check(files.read_rows(tmp_path / "a.csv"), sketch)
    assert told(checked) == expected(sheet)
    assert checked.enterprises["site_id"].tolist() == sites["site_id"].tolist()[3:]


@pytest.mark.parametrize("ending", [".gpkg", ".geojson"])
def test_planted_faults_of_a_layer(sheet, sites, sketch, tmp_path, ending):
    """Features count from 1; the place is the geometry."""
    files.write_table(as_layer(sheet), tmp_path / f"a{ending}")
    checked = register.check(files.read_rows(tmp_path / f"a{ending}"), sketch)
    assert told(checked, shift=1) == expected(sheet, "geometry")
    assert_geodataframe_equal(checked.enterprises, sites.iloc[3:].reset_index(drop=True))


@pytest.mark.parametrize("encoding", ["UTF-8", "GB18030"])
@pytest.mark.parametrize("drop", [(), (".cpg",)])
def test_planted_faults_of_a_shapefile(sheet, sites, sketch, tmp_path, encoding, drop):
    """With and without the file that names the encoding, under a Chinese name in a folder."""
    path = as_zip(as_layer(sheet), tmp_path / "a.zip", encoding, drop=drop)
    checked = register.check(files.read_rows(path), sketch)
    assert told(checked, shift=1) == expected(sheet, "geometry")
    assert_geodataframe_equal(checked.enterprises, sites.iloc[3:].reset_index(drop=True))


def test_cells_cut_within_a_character_do_not_hide_the_encoding(sites, tmp_path):
    """A field that other software filled to its last byte may end in two thirds of a character of UTF-8."""
    path = as_zip(sites[["name", "geometry"]].iloc[:1], tmp_path / "a.zip", "UTF-8")
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    table = next(name for name in members if name.endswith(".dbf"))
    head, width = int.from_bytes(members[table][8:10], "little"), members[table][32 + 16]
    long = ("龙" * width).encode()[:width]
    assert width % 3 != 0
    members[table] = members[table][: head + 1] + long + b"\x1a"
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    assert files.read_rows(path)["nam"].iloc[0].startswith("龙" * (width // 3))


def test_rows_keep_their_numbers_in_the_sheet(tmp_path):
    """A title, a blank row, a blank row between: the numbers are those at the margin of the spreadsheet."""
    book = openpyxl.Workbook()
    for row in (["大庆市企业名录"], [], ["单位名称", None, "经度"], ["甲", "x", 125.1], [], ["乙", None, 125.2]):
        book.active.append(row)
    book.save(tmp_path / "a.xlsx")
    rows = files.read_rows(tmp_path / "a.xlsx")
    assert rows.index.tolist() == [4, 6]
    assert rows.to_dict("list") == {"单位名称": ["甲", "乙"], "经度": ["125.1", "125.2"]}


def test_rows_of_a_csv_count_records_and_blank_lines(tmp_path):
    """A cell with a line break is one row, as a spreadsheet shows it; short rows are filled up."""
    (tmp_path / "a.csv").write_bytes('名称,地址,经度\r\n"甲","一行\n二行",1\r\n\r\n乙\r\n'.encode())
    rows = files.read_rows(tmp_path / "a.csv")
    assert rows.index.tolist() == [2, 4]
    assert rows["地址"].tolist() == ["一行\n二行", ""]


def test_cells_are_the_text_their_owner_sees(tmp_path):
    """Numbers in the 15 digits a spreadsheet keeps, dates as dates, nothing as nothing."""
    book = openpyxl.Workbook()
    book.active.append(["a", "b", "c", "d", "e", "f"])
    book.active.append([911302307808371268.0, 0.1 + 0.2, pd.Timestamp("2026-04-01"), True, " 甲 ", 126])
    book.active.append([1e-7, None, None, None, None, "x"])
    book.save(tmp_path / "a.xlsx")
    rows = files.read_rows(tmp_path / "a.xlsx")
    assert rows.loc[2].tolist() == ["911302307808371000", "0.3", "2026-04-01T00:00:00", "true", "甲", "126"]
    assert rows.loc[3, "a"] == "0.0000001"


def test_credit_code_kept_as_a_number_is_told_as_cut(sheet, sketch, tmp_path):
    """The way from a workbook's damaged number to the fault that says so."""
    plain = sheet.iloc[3:5].astype(object)
    plain.loc[3, "统一社会信用代码"] = 911302307808371000.0
    plain.loc[3, "排污许可证编号"] = None
    plain.to_excel(tmp_path / "a.xlsx", index=False)
    faults = register.check(files.read_rows(tmp_path / "a.xlsx"), sketch).faults
    assert faults.to_numpy().tolist() == [[2, "统一社会信用代码", "register.cut_credit_code", "911302307808371000"]]


def test_other_crs_is_brought_to_the_storage_crs(sites, tmp_path):
    """A layer in Gauss-Krueger metres arrives in degrees, within a millimetre."""
    sites[["name", "geometry"]].to_crs(4551).to_file(tmp_path / "a.gpkg")
    rows = files.read_rows(tmp_path / "a.gpkg")
    assert rows.crs == STORAGE
    np.testing.assert_allclose(rows.get_coordinates().to_numpy(), sites.get_coordinates().to_numpy(), atol=1e-8)


def test_layer_without_crs_is_refused(sheet, tmp_path):
    """A shapefile without .prj and a GeoPackage that leaves it open: metres or degrees, nobody knows."""
    bare = as_layer(sheet).set_crs(None, allow_override=True)
    with pytest.warns(UserWarning, match="crs"):
        bare.to_file(tmp_path / "a.gpkg")
    assert code_of(files.read_rows, tmp_path / "a.gpkg") == "rows.no_crs"
    as_zip(as_layer(sheet), tmp_path / "a.zip", "UTF-8", drop=(".cpg", ".prj"))
    assert code_of(files.read_rows, tmp_path / "a.zip") == "rows.no_crs"


@pytest.mark.parametrize("epsg", [4214, 4610, 2436, 2383])
def test_old_datums_are_refused(sites, tmp_path, epsg):
    """Beijing 1954 and Xian 1980, in degrees and in metres: their parameters are not ours to guess."""
    sites[["name", "geometry"]].set_crs(epsg, allow_override=True).to_file(tmp_path / "a.gpkg")
    assert code_of(files.read_rows, tmp_path / "a.gpkg") == "rows.old_datum"


def test_table_without_geometry_is_no_layer(tmp_path):
    """A GeoPackage of attributes alone has no place and no coordinate system."""
    pyogrio.write_dataframe(pd.DataFrame({"name": ["a"]}), tmp_path / "a.gpkg")
    assert code_of(files.read_rows, tmp_path / "a.gpkg") == "rows.no_crs"


def test_several_layers_are_refused(sites, sheet, tmp_path):
    """Which of them is meant is the owner's to say; an archive without a shapefile holds none."""
    for layer in ("one", "two"):
        sites[["name", "geometry"]].to_file(tmp_path / "a.gpkg", layer=layer)
    assert code_of(files.read_rows, tmp_path / "a.gpkg") == "rows.several_layers"
    path = as_zip(as_layer(sheet), tmp_path / "a.zip", "UTF-8")
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("b.shp", b"")
    assert code_of(files.read_rows, path) == "rows.several_layers"
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as archive:
        archive.writestr("readme.txt", "")
    assert code_of(files.read_rows, tmp_path / "b.zip") == "rows.several_layers"


@pytest.mark.parametrize("ending", [".xlsx", ".gpkg", ".geojson", ".zip"])
@pytest.mark.parametrize("share", [0, 0.3, 0.9])
def test_truncated_file_is_unreadable(sheet, tmp_path, ending, share):
    """Cut at any place, down to nothing: a sentence, never a half-read table."""
    path = tmp_path / f"a{ending}"
    if ending == ".xlsx":
        sheet.to_excel(path, index=False)
    elif ending == ".zip":
        as_zip(as_layer(sheet), path, "UTF-8")
    else:
        files.write_table(as_layer(sheet), path)
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    assert code_of(files.read_rows, path) == "rows.unreadable"


@pytest.mark.parametrize(
    "content", [b"\xff\xff\xff\x81\xff", b"a,b\n1,\x00\n", codecs.BOM_UTF16_LE + b"\x00", b'a,b\n"1']
)
def test_csv_of_no_known_encoding_is_unreadable(tmp_path, content):
    """Bytes of no encoding, zero bytes, half a character, an open quote."""
    (tmp_path / "a.csv").write_bytes(content)
    assert code_of(files.read_rows, tmp_path / "a.csv") == "rows.unreadable"


def test_shapefile_without_attributes_or_index_is_unreadable(sheet, tmp_path):
    """A zip that lost a member."""
    for lost in (".dbf", ".shx"):
        path = as_zip(as_layer(sheet), tmp_path / "a.zip", "UTF-8", drop=(".cpg", lost))
        assert code_of(files.read_rows, path) == "rows.unreadable"


def test_a_name_that_lies_is_unreadable(tmp_path):
    """A page of text called .xlsx or .gpkg."""
    for ending in (".xlsx", ".gpkg", ".zip", ".geojson"):
        path = tmp_path / f"a{ending}"
        path.write_text("<html></html>", encoding="utf-8")
        assert code_of(files.read_rows, path) == "rows.unreadable"


def test_unknown_ending_names_the_known_ones(tmp_path):
    """An old workbook is to be saved as a new one."""
    (tmp_path / "a.xls").write_bytes(b"")
    with pytest.raises(WorkbenchError, match=r"\.csv, \.geojson, \.gpkg, \.xlsx, \.zip") as caught:
        files.read_rows(tmp_path / "a.xls")
    assert caught.value.code == "rows.unknown_ending"
    assert code_of(files.read_rows, tmp_path / "b.csv") == "files.missing"


@pytest.mark.parametrize("content", [b"", b"\n\n", "单位名称,经度\n".encode(), "单位名称,经度\n,\n".encode()])
def test_table_without_rows_is_empty(tmp_path, content):
    """No heading, or nothing under it."""
    (tmp_path / "a.csv").write_bytes(content)
    assert code_of(files.read_rows, tmp_path / "a.csv") == "rows.empty"


def test_heading_that_stands_twice_is_refused(tmp_path):
    """Which of two columns is meant would be chance."""
    (tmp_path / "a.csv").write_bytes("经度,经度\n1,2\n".encode())
    assert code_of(files.read_rows, tmp_path / "a.csv") == "rows.repeated_heading"


def test_many_points_of_one_feature_are_a_fault(sheet, sketch, tmp_path):
    """A site has one place."""
    layer = as_layer(sheet).iloc[[5]]
    layer.geometry = [MultiPoint([Point(125, 46), Point(126, 46)])]
    layer.to_file(tmp_path / "a.gpkg")
    faults = register.check(files.read_rows(tmp_path / "a.gpkg"), sketch).faults
    assert faults.to_numpy().tolist() == [[1, "geometry", "table.wrong_geometry", "MultiPoint"]]


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
