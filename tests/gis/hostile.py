"""Hostile and broken files: some 350 ways to bring harm, each a file that is good but for one thing.

``collection`` makes the files of a folder; each names the codes with which it may be refused, and where the harm sits
in a row the number of that row and its heading. Nothing here is random: the same call makes the same files.
"""

import io
import struct
import zipfile

import pandas as pd
from shapely.geometry import LineString, Point, Polygon

from tests.gis import hostile_rows
from tests.gis.hostile_parts import (
    FIRST,
    HEADINGS,
    OLD_WORKBOOK,
    PLACEMARK,
    SECOND,
    STRINGS,
    case,
    layer,
    marked,
    packed,
    pointing,
    repacked,
    shapefile,
    xlsx,
    zipped,
)

CLIMBING = ["../evil.shp", "..\\evil.shp", "/etc/evil.shp", "C:\\evil.shp", "a/../../evil.shp", "a/b/../../../evil.kml"]
ENTITIES = [
    '<!DOCTYPE k [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]>',
    '<!DOCTYPE k [<!ENTITY a SYSTEM "secret.txt">]>',
    '<!DOCTYPE k [<!ENTITY a SYSTEM "http://192.0.2.1/a">]>',
    '<!DOCTYPE k [<!ENTITY % p SYSTEM "http://192.0.2.1/a.dtd"> %p;]>',
    '<!DOCTYPE k SYSTEM "http://192.0.2.1/k.dtd">',
]


def collection(folder):
    """All files, made with the help of an empty folder."""
    makers = (
        *hostile_rows.MAKERS,
        climbing,
        bombs,
        locks,
        xml,
        placemarks,
        workbooks,
        old_workbooks,
        shapefiles,
        layers,
        cuts,
    )
    return [one for maker in makers for one in maker(folder)]


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
