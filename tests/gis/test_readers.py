"""Tables that people bring: the formats, their encodings and their damages."""

import codecs
import shutil
import zipfile
from pathlib import Path

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pyogrio
import pytest
from geopandas.testing import assert_geodataframe_equal
from shapely.geometry import MultiPoint, Point

from gis import files, readers, register, synthetic, workbooks
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


def test_planted_faults_of_a_workbook(sheet, sites, sketch, tmp_path):
    """Exactly the planted rows are faulty, and the others are the register."""
    sheet.to_excel(tmp_path / "a.xlsx", index=False)
    checked = register.check(readers.read_rows(tmp_path / "a.xlsx"), sketch)
    assert told(checked) == expected(sheet)
    assert_geodataframe_equal(checked.enterprises, sites.iloc[3:].reset_index(drop=True))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_planted_faults_of_a_csv(sheet, sites, sketch, tmp_path, encoding, delimiter):
    """Whatever the encoding and the delimiter, the same rows."""
    plain = sheet.assign(重点单位名录=None) if delimiter == ";" else sheet
    (tmp_path / "a.csv").write_bytes(as_csv(plain, encoding, delimiter))
    checked = register.check(readers.read_rows(tmp_path / "a.csv"), sketch)
    assert told(checked) == expected(sheet)
    assert checked.enterprises["site_id"].tolist() == sites["site_id"].tolist()[3:]


@pytest.mark.parametrize("ending", [".gpkg", ".geojson"])
def test_planted_faults_of_a_layer(sheet, sites, sketch, tmp_path, ending):
    """Features count from 1; the place is the geometry."""
    files.write_table(as_layer(sheet), tmp_path / f"a{ending}")
    checked = register.check(readers.read_rows(tmp_path / f"a{ending}"), sketch)
    assert told(checked, shift=1) == expected(sheet, "geometry")
    assert_geodataframe_equal(checked.enterprises, sites.iloc[3:].reset_index(drop=True))


@pytest.mark.parametrize("encoding", ["UTF-8", "GB18030"])
@pytest.mark.parametrize("drop", [(), (".cpg",)])
def test_planted_faults_of_a_shapefile(sheet, sites, sketch, tmp_path, encoding, drop):
    """With and without the file that names the encoding, under a Chinese name in a folder."""
    path = as_zip(as_layer(sheet), tmp_path / "a.zip", encoding, drop=drop)
    checked = register.check(readers.read_rows(path), sketch)
    assert told(checked, shift=1) == expected(sheet, "geometry")
    assert_geodataframe_equal(checked.enterprises, sites.iloc[3:].reset_index(drop=True))


def test_a_line_that_cannot_be_read_is_named(tmp_path):
    """An open quote and a cell of a million characters name their row, and so does a row without end."""
    for text in ('a,b\n1,2\n"3', f"a,b\n1,2\n{'x' * 1_000_000},4\n"):
        (tmp_path / "a.csv").write_text(text)
        with pytest.raises(WorkbenchError, match="row 3") as caught:
            readers.read(tmp_path / "a.csv")
        assert caught.value.code == "rows.bad_line"
    (tmp_path / "a.csv").write_text("a,b\n" + "," * 20_000)
    with pytest.raises(WorkbenchError, match="row 2") as caught:
        readers.read(tmp_path / "a.csv")
    assert caught.value.code == "rows.long_line"


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
    assert readers.read_rows(path)["nam"].iloc[0].startswith("龙" * (width // 3))


def test_rows_keep_their_numbers_in_the_sheet(tmp_path):
    """A title, a blank row, a blank row between: the numbers are those at the margin of the spreadsheet."""
    book = openpyxl.Workbook()
    for row in (["大庆市企业名录"], [], ["单位名称", None, "经度"], ["甲", "x", 125.1], [], ["乙", None, 125.2]):
        book.active.append(row)
    book.save(tmp_path / "a.xlsx")
    rows = readers.read_rows(tmp_path / "a.xlsx")
    assert rows.index.tolist() == [4, 6]
    assert rows.to_dict("list") == {"单位名称": ["甲", "乙"], "经度": ["125.1", "125.2"]}


def test_rows_of_a_csv_count_records_and_blank_lines(tmp_path):
    """A cell with a line break is one row, as a spreadsheet shows it; short rows are filled up."""
    (tmp_path / "a.csv").write_bytes('名称,地址,经度\r\n"甲","一行\n二行",1\r\n\r\n乙\r\n'.encode())
    rows = readers.read_rows(tmp_path / "a.csv")
    assert rows.index.tolist() == [2, 4]
    assert rows["地址"].tolist() == ["一行\n二行", ""]


def test_cells_are_the_text_their_owner_sees(tmp_path):
    """Numbers in the 15 digits a spreadsheet keeps, dates as dates, nothing as nothing."""
    book = openpyxl.Workbook()
    book.active.append(["a", "b", "c", "d", "e", "f"])
    book.active.append([911302307808371268.0, 0.1 + 0.2, pd.Timestamp("2026-04-01"), True, " 甲 ", 126])
    book.active.append([1e-7, None, None, None, None, "x"])
    book.save(tmp_path / "a.xlsx")
    rows = readers.read_rows(tmp_path / "a.xlsx")
    assert rows.loc[2].tolist() == ["911302307808371000", "0.3", "2026-04-01", "true", "甲", "126"]
    assert rows.loc[3, "a"] == "0.0000001"


def test_credit_code_kept_as_a_number_is_told_as_cut(sheet, sketch, tmp_path):
    """The way from a workbook's damaged number to the fault that says so."""
    plain = sheet.iloc[3:5].astype(object)
    plain.loc[3, "统一社会信用代码"] = 911302307808371000.0
    plain.loc[3, "排污许可证编号"] = None
    plain.to_excel(tmp_path / "a.xlsx", index=False)
    faults = register.check(readers.read_rows(tmp_path / "a.xlsx"), sketch).faults
    assert faults.to_numpy().tolist() == [[2, "统一社会信用代码", "register.cut_credit_code", "911302307808371000"]]


def test_other_crs_is_brought_to_the_storage_crs(sites, tmp_path):
    """A layer in Gauss-Krueger metres arrives in degrees, within a millimetre."""
    sites[["name", "geometry"]].to_crs(4551).to_file(tmp_path / "a.gpkg")
    rows = readers.read_rows(tmp_path / "a.gpkg")
    assert rows.crs == STORAGE
    np.testing.assert_allclose(rows.get_coordinates().to_numpy(), sites.get_coordinates().to_numpy(), atol=1e-8)


def test_layer_without_crs_is_refused(sheet, tmp_path):
    """A shapefile without .prj and a GeoPackage that leaves it open: metres or degrees, nobody knows."""
    bare = as_layer(sheet).set_crs(None, allow_override=True)
    with pytest.warns(UserWarning, match="crs"):
        bare.to_file(tmp_path / "a.gpkg")
    assert code_of(readers.read_rows, tmp_path / "a.gpkg") == "rows.no_crs"
    as_zip(as_layer(sheet), tmp_path / "a.zip", "UTF-8", drop=(".cpg", ".prj"))
    assert code_of(readers.read_rows, tmp_path / "a.zip") == "rows.no_crs"


@pytest.mark.parametrize("epsg", [4214, 4610, 2436, 2383])
def test_old_datums_are_refused(sites, tmp_path, epsg):
    """Beijing 1954 and Xian 1980, in degrees and in metres: their parameters are not ours to guess."""
    sites[["name", "geometry"]].set_crs(epsg, allow_override=True).to_file(tmp_path / "a.gpkg")
    assert code_of(readers.read_rows, tmp_path / "a.gpkg") == "rows.old_datum"


def test_table_without_geometry_is_no_layer(tmp_path):
    """A GeoPackage of attributes alone has no place and no coordinate system."""
    pyogrio.write_dataframe(pd.DataFrame({"name": ["a"]}), tmp_path / "a.gpkg")
    assert code_of(readers.read_rows, tmp_path / "a.gpkg") == "rows.no_crs"


def test_several_layers_are_refused(sites, sheet, tmp_path):
    """Which of them is meant is the owner's to say; an archive without a shapefile holds none."""
    for layer in ("one", "two"):
        sites[["name", "geometry"]].to_file(tmp_path / "a.gpkg", layer=layer)
    assert code_of(readers.read_rows, tmp_path / "a.gpkg") == "rows.several_layers"
    path = as_zip(as_layer(sheet), tmp_path / "a.zip", "UTF-8")
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("b.shp", b"")
    assert code_of(readers.read_rows, path) == "rows.several_layers"
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as archive:
        archive.writestr("readme.txt", "")
    assert code_of(readers.read_rows, tmp_path / "b.zip") == "rows.several_layers"


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
    assert code_of(readers.read_rows, path) == "rows.unreadable"


@pytest.mark.parametrize("content", [b"\xff\xff\xff\x81\xff", b"a,b\n1,\x00\n", codecs.BOM_UTF16_LE + b"\x00"])
def test_csv_of_no_known_encoding_is_unreadable(tmp_path, content):
    """Bytes of no encoding, zero bytes, half a character."""
    (tmp_path / "a.csv").write_bytes(content)
    assert code_of(readers.read_rows, tmp_path / "a.csv") == "rows.unreadable"


def test_shapefile_without_attributes_or_index_is_unreadable(sheet, tmp_path):
    """A zip that lost a member."""
    for lost in (".dbf", ".shx"):
        path = as_zip(as_layer(sheet), tmp_path / "a.zip", "UTF-8", drop=(".cpg", lost))
        assert code_of(readers.read_rows, path) == "rows.unreadable"


def test_a_name_that_lies_is_unreadable(tmp_path):
    """A page of text called .xlsx or .gpkg."""
    for ending in (".xlsx", ".gpkg", ".zip", ".geojson"):
        path = tmp_path / f"a{ending}"
        path.write_text("<html></html>", encoding="utf-8")
        assert code_of(readers.read_rows, path) == "rows.unreadable"


def test_unknown_ending_names_the_known_ones(tmp_path):
    """A text document is to be saved as something that can be read."""
    (tmp_path / "a.docx").write_bytes(b"")
    with pytest.raises(WorkbenchError, match=r"\.csv, \.dxf, \.geojson, \.gpkg, .*\.xls, \.xlsx, \.zip") as caught:
        readers.read_rows(tmp_path / "a.docx")
    assert caught.value.code == "rows.unknown_ending"
    assert code_of(readers.read_rows, tmp_path / "b.csv") == "files.missing"


@pytest.mark.parametrize("content", [b"", b"\n\n", "单位名称,经度\n".encode(), "单位名称,经度\n,\n".encode()])
def test_table_without_rows_is_empty(tmp_path, content):
    """No heading, or nothing under it."""
    (tmp_path / "a.csv").write_bytes(content)
    assert code_of(readers.read_rows, tmp_path / "a.csv") == "rows.empty"


def test_heading_that_stands_twice_is_refused(tmp_path):
    """Which of two columns is meant would be chance."""
    (tmp_path / "a.csv").write_bytes("经度,经度\n1,2\n".encode())
    assert code_of(readers.read_rows, tmp_path / "a.csv") == "rows.repeated_heading"


def test_many_points_of_one_feature_are_a_fault(sheet, sketch, tmp_path):
    """A site has one place."""
    layer = as_layer(sheet).iloc[[5]]
    layer.geometry = [MultiPoint([Point(125, 46), Point(126, 46)])]
    layer.to_file(tmp_path / "a.gpkg")
    faults = register.check(readers.read_rows(tmp_path / "a.gpkg"), sketch).faults
    assert faults.to_numpy().tolist() == [[1, "geometry", "table.wrong_geometry", "MultiPoint"]]


def write(path, *sheets, merged=()):
    """A workbook of some sheets, each a list of rows; merged ranges on the first."""
    book = openpyxl.Workbook()
    for number, rows in enumerate(sheets):
        page = book.active if number == 0 else book.create_sheet(f"表{number + 1}")
        for row in rows:
            page.append(row)
    for area in merged:
        book.active.merge_cells(area)
    book.save(path)
    return path


ROWS = [["单位名称", "统一社会信用代码", "经度", "纬度"], ["甲", "x", 125.1, 46.5]]


def test_workbook_with_two_heading_rows_merged_cells_and_a_footer(tmp_path):
    """As bureaus send it: a title, headings in two rows, a city over two rows, a sum and a signature."""
    rows = [
        ["绥化市排污单位名录"],
        ["单位名称", "所在市", "位置", None],
        [None, None, "经度", "纬度"],
        ["甲", "绥化市", 126.1, 46.5],
        ["乙", None, 126.2, 46.6],
        ["合计", 2],
        ["填表人：某某"],
    ]
    merged = ["A1:D1", "A2:A3", "B2:B3", "C2:D2", "B4:B5"]
    brought = readers.read(write(tmp_path / "a.xlsx", rows, [["坐标系：CGCS2000"]], merged=merged))
    assert brought.rows.columns.tolist() == ["单位名称", "所在市", "位置 经度", "位置 纬度"]
    assert brought.rows["所在市"].tolist() == ["绥化市", "绥化市"]
    assert brought.rows.index.tolist() == [4, 5]
    assert brought.left_out["code"].tolist() == ["rows.sum", "rows.remark"]
    assert {"坐标系：CGCS2000", "绥化市排污单位名录"} <= set(brought.remarks)


def test_old_workbook_is_read():
    """An .xls of 1997, with a title, a merged city and a sum."""
    brought = readers.read(Path(__file__).parent / "old_workbook.xls")
    assert brought.rows.to_numpy().tolist() == [
        ["甲厂", "大庆市", "125.1", "46.59"],
        ["乙厂", "大庆市", "125.2", "46.6"],
    ]
    assert brought.rows.index.tolist() == [3, 4]


def test_workbook_under_the_wrong_ending_is_read(tmp_path):
    """A new workbook called .xls is one all the same; its content tells."""
    assert len(readers.read(write(tmp_path / "a.xlsx", ROWS).rename(tmp_path / "a.xls")).rows) == 1


def test_the_sheet_with_a_table_is_read(tmp_path):
    """Wherever it stands; of several the one that is named, and without a name none."""
    assert len(readers.read(write(tmp_path / "a.xlsx", [["说明"]], ROWS)).rows) == 1
    path = write(tmp_path / "b.xlsx", ROWS, [*ROWS, ROWS[1]])
    assert code_of(readers.read, path) == "rows.several_sheets"
    assert len(readers.read(path, "表2").rows) == 2
    assert code_of(readers.read, path, "表9") == "rows.no_part"


def test_mixed_encodings_name_the_row(tmp_path):
    """Lines of GBK in a file of UTF-8 would be read as other characters without a word."""
    lines = ["单位名称,经度", "甲厂,1", "乙公司,2", "丙,3"]
    (tmp_path / "a.csv").write_bytes(
        b"\n".join(line.encode("gbk" if k == 2 else "utf-8") for k, line in enumerate(lines))
    )
    with pytest.raises(WorkbenchError, match="row 3") as caught:
        readers.read(tmp_path / "a.csv")
    assert caught.value.code == "rows.mixed_encoding"


def test_files_beyond_measure_are_refused(tmp_path, monkeypatch):
    """Too many rows, too many bytes: before anything is read."""
    (tmp_path / "a.csv").write_bytes(b"a,b\n" + b"1,2\n" * 100)
    monkeypatch.setattr(readers, "MOST_ROWS", 50)
    monkeypatch.setattr(workbooks, "MOST_ROWS", 50)
    assert code_of(readers.read, tmp_path / "a.csv") == "rows.too_many"
    assert code_of(readers.read, write(tmp_path / "a.xlsx", [["a", "b"], *[[1, 2]] * 60])) == "rows.too_many"
    monkeypatch.setattr(readers, "MOST_BYTES", 100)
    assert code_of(readers.read, tmp_path / "a.csv") == "rows.too_large"


def test_fire_points_are_wgs84(tmp_path):
    """FIRMS says so in its product description."""
    (tmp_path / "a.csv").write_text("latitude,longitude,acq_date,acq_time,satellite\n46.5,125.1,2026-04-01,0412,N\n")
    assert readers.read(tmp_path / "a.csv").said.tolist() == ["WGS84"]


def test_ovital_keeps_each_placemarks_system(tmp_path):
    """A layer of the storage CRS only if all of it is; else numbers without CRS, and what each says."""
    point = "<Point><coordinates>126.53,45.80,0</coordinates></Point>"
    marks = [f"<Placemark><OvCoordType>{kind}</OvCoordType>{point}</Placemark>" for kind in ("CGCS2000", "GCJ-02")]
    path = tmp_path / "a.ovkml"
    path.write_text(f"<kml><Document>{marks[0]}</Document></kml>", encoding="utf-8")
    assert readers.read_rows(path).crs == STORAGE
    path.write_text(f"<kml><Document>{''.join(marks)}</Document></kml>", encoding="utf-8")
    brought = readers.read(path)
    assert brought.shapes.crs is None
    assert brought.said.tolist() == ["CGCS2000", "GCJ-02"]
    assert code_of(readers.read_rows, path) == "rows.no_crs"
    with zipfile.ZipFile(tmp_path / "a.ovkmz", "w") as archive:
        archive.writestr("doc.kml", path.read_text(encoding="utf-8"))
    assert readers.read(tmp_path / "a.ovkmz").said.tolist() == ["CGCS2000", "GCJ-02"]


def test_archives_of_placemarks_hold_one_document(tmp_path):
    """Of several the one that is named."""
    with zipfile.ZipFile(tmp_path / "a.kmz", "w") as archive:
        for name in ("a.kml", "b.kml"):
            archive.writestr(name, "<kml><Placemark><Point><coordinates>1,2</coordinates></Point></Placemark></kml>")
    assert code_of(readers.read, tmp_path / "a.kmz") == "rows.several_layers"
    assert len(readers.read(tmp_path / "a.kmz", "b.kml").rows) == 1


def test_geoparquet_gpx_and_dxf_are_read(sites, tmp_path):
    """The remaining formats; a drawing has no system."""
    sites.to_parquet(tmp_path / "a.parquet")
    assert len(readers.read_rows(tmp_path / "a.parquet")) == len(sites)
    (tmp_path / "a.gpx").write_text('<gpx><wpt lat="45.8" lon="126.5"/></gpx>')
    assert readers.read_rows(tmp_path / "a.gpx").crs == STORAGE
    pyogrio.write_dataframe(sites.to_crs(4551)[["geometry"]], tmp_path / "a.dxf", driver="DXF")
    drawing = readers.read(tmp_path / "a.dxf")
    assert drawing.shapes.crs is None
    assert len(drawing.shapes) == len(sites)
    assert code_of(readers.read_rows, tmp_path / "a.dxf") == "rows.no_crs"


def test_other_drivers_are_not_let_in(tmp_path):
    """A file that only calls itself .geojson may be a list of links to other files."""
    (tmp_path / "secret.csv").write_text("x,y\n1,2\n")
    source = '<SrcDataSource relativeToVRT="1">secret.csv</SrcDataSource>'
    text = f'<OGRVRTDataSource><OGRVRTLayer name="secret">{source}</OGRVRTLayer></OGRVRTDataSource>'
    (tmp_path / "a.geojson").write_text(text)
    assert code_of(readers.read, tmp_path / "a.geojson") == "rows.unreadable"


def test_shapefile_without_prj_keeps_its_numbers(sheet, tmp_path):
    """What they mean is found out elsewhere."""
    brought = readers.read(as_zip(as_layer(sheet), tmp_path / "a.zip", "GB18030", drop=(".cpg", ".prj")))
    assert brought.shapes.crs is None
    assert brought.shapes.x.iloc[0] == pytest.approx(float(sheet.loc[0, "经度"]))
    assert brought.said.unique().tolist() == [""]


def test_archive_with_several_shapefiles(sheet, tmp_path):
    """The one that is named."""
    path = as_zip(as_layer(sheet), tmp_path / "a.zip", "UTF-8")
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("b.shp", b"")
    assert len(readers.read(path, "企业").rows) == len(sheet)
    assert code_of(readers.read, path, "c") == "rows.no_part"


def test_layers_of_a_package_are_named(sites, tmp_path):
    """A GeoPackage of two layers."""
    for layer in ("one", "two"):
        sites[["name", "geometry"]].to_file(tmp_path / "a.gpkg", layer=layer)
    assert len(readers.read(tmp_path / "a.gpkg", "two").rows) == len(sites)
    assert code_of(readers.read, tmp_path / "a.gpkg", "three") == "rows.no_part"


def test_hostile_archives_are_refused(tmp_path):
    """A workbook that climbs, a locked one."""
    for ending in (".xlsx", ".zip", ".kmz"):
        with zipfile.ZipFile(tmp_path / f"a{ending}", "w") as archive:
            archive.writestr("../../evil", b"")
        assert code_of(readers.read, tmp_path / f"a{ending}") == "rows.climbing_entry"


@pytest.mark.parametrize("size", [0, 600, 3000, 4200, 5000, 5600])
def test_truncated_old_workbook_is_unreadable(tmp_path, size):
    """Cut anywhere, even where the reader's core panics."""
    content = (Path(__file__).parent / "old_workbook.xls").read_bytes()
    (tmp_path / "a.xls").write_bytes(content[:size])
    assert code_of(readers.read, tmp_path / "a.xls") == "rows.unreadable"
