"""What hostile files are made of: good rows, and the containers around them."""

import io
import zipfile
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import openpyxl
import pandas as pd
import pyogrio
from shapely.geometry import Point

from gis.crs import STORAGE

HEADINGS = ["单位名称", "统一社会信用代码", "行业代码", "管理类别", "经度", "纬度", "地址", "工业园区", "网格编号"]
FIRST = ["示例化工厂", "91130200699229617X", "2611", "重点管理", "125.1012", "46.5934", "大庆市甲路1号", "甲园", "G1"]
SECOND = ["示例纸业", "911302307808371268", "2221", "重点管理", "125.2013", "46.5521", "大庆市乙路2号", "乙园", "G2"]
OLD_WORKBOOK = Path(__file__).parent / "old_workbook.xls"
PLACEMARK = "<Placemark><name>{name}</name><Point><coordinates>{place}</coordinates></Point></Placemark>"
ENDINGS = [
    ".xlsx",
    ".xls",
    ".csv",
    ".gpkg",
    ".geojson",
    ".parquet",
    ".dxf",
    ".gpx",
    ".kml",
    ".kmz",
    ".ovkml",
    ".ovkmz",
    ".zip",
]
STRINGS = b"<?xml version='1.0'?><sst count='4294967295' uniqueCount='4294967295'><si><t>\xe5\x8e\x82</t></si></sst>"


@dataclass(frozen=True)
class Hostile:
    """One file: its name and bytes, the codes that may refuse it, and the row and heading that a fault must name."""

    name: str
    content: bytes
    codes: frozenset
    row: int = 0
    column: str = ""


def case(name, content, *codes, row=0, column=""):
    """A hostile file."""
    return Hostile(name, content, frozenset(codes), row, column)


def csv(*rows, encoding="utf-8-sig", headings=HEADINGS):
    """A csv file of the usual headings."""
    text = io.StringIO()
    pd.DataFrame(list(rows), columns=headings).to_csv(text, index=False, lineterminator="\n")
    return text.getvalue().encode(encoding)


def xlsx(*rows, headings=HEADINGS, change=None):
    """A workbook of the usual headings, texts as texts; ``change`` may alter the sheet."""
    book = openpyxl.Workbook()
    for row, cells in enumerate([headings, *rows], start=1):
        for column, text in enumerate(cells, start=1):
            cell = book.active.cell(row, column, text)
            cell.data_type = "s"
    if change:
        change(book)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def changed(row, heading, text):
    """A row with another text under a heading."""
    return [text if name == heading else cell for name, cell in zip(HEADINGS, row, strict=True)]


def packed(members, **how):
    """A zip archive."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED, **how) as archive:
        for name, body in members.items():
            archive.writestr(name, body)
    return content.getvalue()


def repacked(archive, changes, *, without=()):
    """An archive with some members changed, added or left out."""
    with zipfile.ZipFile(io.BytesIO(archive)) as old:
        members = {name: old.read(name) for name in old.namelist() if name not in without}
    return packed({**members, **changes})


def marked(name, place):
    """A placemark that has all that a register asks for."""
    told = {"统一社会信用代码": FIRST[1], "行业代码": "2611", "管理类别": "重点管理"}
    more = "".join(f'<Data name="{heading}"><value>{text}</value></Data>' for heading, text in told.items())
    mark = PLACEMARK.format(name=name, place=place)
    return mark.replace("<Point>", f"<ExtendedData>{more}</ExtendedData><Point>")


def layer(folder, ending, *, empty=False, places=None, crs=STORAGE, **columns):
    """A layer of the two sites as the bytes of one file."""
    rows = [dict(zip(HEADINGS, row, strict=True)) for row in (FIRST, SECOND)]
    table = pd.DataFrame(rows).drop(columns=["经度", "纬度"])
    for name, text in columns.items():
        table.loc[0, name] = text
    points = places or [Point(125.1012, 46.5934), Point(125.2013, 46.5521)]
    made = gpd.GeoDataFrame(table, geometry=points, crs=crs)
    path = folder / f"layer{ending}"
    path.unlink(missing_ok=True)
    if ending == ".parquet":
        made.to_parquet(path)
    else:
        pyogrio.write_dataframe(made.iloc[:0] if empty else made, path, encoding="UTF-8")
    return path.read_bytes()


def shapefile(folder, **how):
    """The parts of a shapefile by ending."""
    for old in folder.glob("part.*"):
        old.unlink()
    short = {name: name[:3] for name in HEADINGS}
    rows = pd.DataFrame([FIRST, SECOND], columns=HEADINGS).drop(columns=["经度", "纬度"]).rename(columns=short)
    points = how.get("places") or [Point(125.1012, 46.5934), Point(125.2013, 46.5521)]
    pyogrio.write_dataframe(gpd.GeoDataFrame(rows, geometry=points, crs=STORAGE), folder / "part.shp", encoding="UTF-8")
    return {path.suffix: path.read_bytes() for path in folder.glob("part.*") if path.suffix != ".cpg"}


def zipped(parts):
    """A zip of a shapefile's parts."""
    return packed({f"企业{ending}": body for ending, body in parts.items()})


def pointing(number):
    """A sheet whose one cell points to a shared text."""
    cell = f"<row r='1'><c r='A1' t='s'><v>{number}</v></c></row>"
    return f"<?xml version='1.0'?><worksheet><sheetData>{cell}</sheetData></worksheet>".encode()
