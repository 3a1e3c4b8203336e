"""Messy files of known truth: 200 ways in which a register arrives, made from synthetic sites with a seed.

A file has a true coordinate system, a way of writing numbers, perhaps a declaration (right or wrong), perhaps sites
that are on record already, perhaps words that say in which prefecture a row lies, and a container. A wrong declaration
comes only with sites on record: nothing else could tell it.
"""

import shutil
import zipfile
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pyogrio
from pyproj import Transformer

from gis import clues, coordinates, offsets, readers, register, synthetic
from gis.crs import STORAGE
from gis.errors import WorkbenchError

SITES = 1500
ENOUGH = 8
"""Sites on record that settle a system: fewer may all be of one half of a file put together from two."""

RIGHT_M = 60.0
"""Coordinates written in whole seconds are 15 m off, and sites on record 40 m."""

DMS = (
    "{d}°{m}′{s:.2f}″",
    "{d}度{m}分{s:.1f}秒",
    "{d}°{m:02d}'{s:04.1f}\"",
    "{d} {m} {s:.1f}",
    "{d}.{m:02d}.{s:02.0f}",
    "{d}-{m}-{s:.2f}",
    "{d}:{m:02d}:{s:05.2f}",
    "{d}°{m}’{s:.1f}”",
    "{d}º{m}ˊ{s:.2f}〞",
)
PLANS = (
    "decimal", "dms", "both", "three_cells", "packed", "zoned", "metres", "six_degrees", "swapped",
    "ovkml", "kml", "shapefile", "gpkg", "gpx", "old_datum", "old_shift", "mixed", "wrong_digits",
)  # fmt: skip
WEIGHTS = np.array([26, 18, 8, 8, 5, 8, 10, 3, 8, 8, 4, 6, 4, 2, 2, 3, 4, 3], dtype=float)


@dataclass(frozen=True)
class Messy:
    """One file: where its rows really lie, which of them are damaged, and whether the evidence should suffice."""

    path: object
    plan: str
    system: str
    declared: str
    known: int
    truth: gpd.GeoSeries
    damaged: frozenset
    enough: bool
    existing: gpd.GeoDataFrame


@dataclass(frozen=True)
class Outcome:
    """What became of a file: right, asked, refused or silent, and how many good rows were told as faults."""

    verdict: str
    refused_rows: int


def sites(sketch):
    """The synthetic province from which all files are made."""
    return synthetic.enterprises(np.random.default_rng(77), sketch, SITES)


def make(number, folder, province):
    """Make file ``number``; the same number gives the same file."""
    rng = np.random.default_rng(1_000 + number)
    plan = str(rng.choice(PLANS, p=WEIGHTS / WEIGHTS.sum()))
    rows = province.sample(int(rng.integers(4, 60)), random_state=int(rng.integers(1 << 31))).reset_index(drop=True)
    if plan in {"zoned", "metres", "six_degrees", "old_shift"}:
        rows = _of_one_prefecture(rows, province, rng)
    system = _system(plan, rng)
    existing = _on_record(rows, rng) if plan in {"old_shift", "mixed"} or rng.random() < 0.5 else rows[:0]
    declared = _declaration(plan, system, rng, known=len(existing))
    lon, lat = rows.geometry.x.to_numpy(), rows.geometry.y.to_numpy()
    x, y = _encoded(plan, system, lon, lat, rng)
    sheet, damaged = _sheet(plan, rows, x, y, declared, rng)
    path = _written(plan, sheet, (x, y), declared, folder / f"{number:03d}", rng)
    anchored = len(existing) >= ENOUGH
    enough = plan not in {"mixed", "old_shift", "packed"} and (
        (_alike(declared, system) and plan != "metres")
        or plan in {"zoned", "six_degrees", "kml", "gpx", "gpkg"}
        or (declared == "" and anchored)
    )
    truth = gpd.GeoSeries(rows.geometry.to_numpy(), index=range(len(rows)), crs=STORAGE)
    return Messy(path, plan, system, declared, len(existing), truth, frozenset(damaged), enough, existing)


def judge(messy, sketch):
    """Read and locate a file and compare with its truth, row by row in the order of the file."""
    try:
        brought = readers.read(messy.path)
        raw = clues.raw(brought.rows, brought.said, brought.shapes, brought.remarks)
        evidence = clues.evidence(brought.rows, sketch, messy.existing)
        located = coordinates.locate(raw, evidence)
    except WorkbenchError as fault:
        return Outcome("refused" if fault.code == "coordinates.old_datum" else f"error {fault.code}", 0)
    assert len(located.places) == len(messy.truth), messy
    places = located.places.set_axis(range(len(messy.truth)))
    here = places.notna().to_numpy()
    off = places[here].to_crs(EQUAL).distance(messy.truth[here].to_crs(EQUAL), align=False)
    if (off > RIGHT_M).any():
        return Outcome(f"silent {off.max():.0f} m", 0)
    fine = np.array([row not in messy.damaged for row in range(len(places))])
    asked = len(located.questions) > 0
    return Outcome("asked" if asked else "right", 0 if asked else int((fine & ~here).sum()))


EQUAL = "+proj=aea +lat_1=45 +lat_2=52 +lat_0=48 +lon_0=128 +ellps=GRS80 +units=m"


def _alike(one, other):
    """WGS84 and CGCS2000 are the same place."""
    return {"wgs84": "cgcs2000"}.get(one, one) == {"wgs84": "cgcs2000"}.get(other, other)


def _of_one_prefecture(rows, province, rng):
    code = rows["division_code"].iloc[0]
    mine = province[province["division_code"] == code]
    return mine.sample(min(len(mine), int(rng.integers(5, 50))), random_state=int(rng.integers(1 << 31))).reset_index(
        drop=True
    )


def _system(plan, rng):
    if plan in {"decimal", "dms", "both", "three_cells", "swapped", "ovkml", "shapefile", "wrong_digits"}:
        return str(rng.choice(["cgcs2000", "wgs84", "gcj02", "bd09"], p=[0.4, 0.2, 0.25, 0.15]))
    return "cgcs2000"


def _on_record(rows, rng):
    """Sites of the register: some of the rows, 40 m off, one in fifty plainly wrong."""
    count = int(rng.integers(min(3, len(rows)), len(rows) + 1))
    chosen = rows.iloc[rng.permutation(len(rows))[:count]]
    wrong = rng.random(count) < 0.02
    east, north = rng.normal(0, np.where(wrong, 5000, 30), (2, count))
    points = gpd.points_from_xy(chosen.geometry.x + east / 76_000, chosen.geometry.y + north / 111_200)
    return chosen.set_geometry(gpd.GeoSeries(points, index=chosen.index, crs=STORAGE)).reset_index(drop=True)


def _declaration(plan, system, rng, known):
    """What the file says of its system; a .prj can only say WGS84, be it true or not."""
    if plan in {"kml", "gpx", "mixed", "old_shift", "gpkg", "zoned", "six_degrees", "packed"}:
        return ""
    if plan == "old_datum":
        return "xian80"
    draw = rng.random()
    if plan == "ovkml":
        return system if draw < 0.8 else ""
    if plan == "shapefile":
        return "wgs84" if draw < 0.6 and (_alike(system, "wgs84") or known >= ENOUGH) else ""
    others = [name for name in ("cgcs2000", "gcj02", "bd09") if not _alike(name, system)]
    wrong = str(rng.choice(others)) if known >= ENOUGH else system
    return "" if draw < 0.45 else system if draw < 0.85 else wrong


def _encoded(plan, system, lon, lat, rng):
    if plan == "mixed":
        half = rng.random(len(lon)) < 0.5
        shifted = offsets.to_gcj02(lon, lat)
        return np.where(half, shifted[0], lon), np.where(half, shifted[1], lat)
    if system == "gcj02":
        return offsets.to_gcj02(lon, lat)
    if system == "bd09":
        return offsets.to_bd09(lon, lat)
    if plan in {"zoned", "metres", "six_degrees", "old_shift"}:
        middle = float(np.median(lon))
        zone = round(middle / 3)
        epsg = {"zoned": 4528 + zone - 40, "six_degrees": 4499 + int((middle - 120) // 6)}.get(plan, 4549 + zone - 40)
        x, y = Transformer.from_crs(4490, epsg, always_xy=True).transform(lon, lat)
        return (x + 75.0, y - 60.0) if plan == "old_shift" else (x, y)
    return lon, lat


def _written_number(value, plan, style):
    if plan in {"dms", "both", "three_cells"}:
        whole = round(value * 3600, int(style.split("f}")[0][-1]))
        d, rest = divmod(whole, 3600)
        m, second = divmod(rest, 60)
        return style.format(d=int(d), m=int(m), s=second)
    if plan == "packed":
        whole = round(value * 3600)
        return f"{whole // 3600}.{whole % 3600 // 60:02d}{whole % 60:02d}"
    return f"{value:.2f}" if value > 1000 else f"{value:.6f}"


def _sheet(plan, rows, x, y, declared, rng):
    """The texts of the file: identity, place in the plan's way of writing, perhaps the prefecture; some damaged."""
    sheet = register.in_chinese(rows).drop(columns=["经度", "纬度"]).astype(object)
    if rng.random() < 0.3 and plan != "metres":
        sheet = sheet.drop(columns=["所在市"])
    style = str(rng.choice(DMS))
    lon = [_written_number(value, plan, style) for value in x]
    lat = [_written_number(value, plan, style) for value in y]
    damaged = []
    if plan == "wrong_digits":
        for row in rng.permutation(len(lon))[:3]:
            lon[row] = str(rng.choice(["126°75′10″", "不详", "1.27E+02", "", "126.5°31′"]))
            damaged.append(int(row))
    names = {"cgcs2000": "CGCS2000", "wgs84": "WGS84", "gcj02": "GCJ-02", "bd09": "百度坐标", "xian80": "西安80"}
    told = names.get(declared, "")
    inside = told if told and rng.random() < 0.4 else ""
    if told and not inside and plan not in {"ovkml", "shapefile"}:
        sheet["坐标系"] = told
    mark = f"（{inside}）" if inside else ""
    if plan == "both":
        sheet[f"经纬度{mark}"] = [f"{one}，{two}" for one, two in zip(lon, lat, strict=True)]
    elif plan == "three_cells":
        for axis, values in (("经度", x), ("纬度", y)):
            seconds = np.round(values * 3600, 1)
            sheet[f"{axis}度"] = [str(int(value // 3600)) for value in seconds]
            sheet[f"{axis}分"] = [str(int(value % 3600 // 60)) for value in seconds]
            sheet[f"{axis}秒"] = [f"{value % 60:.1f}" for value in seconds]
        if inside:
            sheet["坐标系"] = told
    elif plan in {"zoned", "metres", "six_degrees", "old_shift"}:
        flip = rng.random() < 0.5
        sheet["X"], sheet["Y"] = (lat, lon) if flip else (lon, lat)
    else:
        flip = plan == "swapped"
        sheet[f"经度{mark}"], sheet["纬度"] = (lat, lon) if flip else (lon, lat)
    return sheet, damaged


def _written(plan, sheet, numbers, declared, stem, rng):
    if plan in {"ovkml", "kml", "gpx"}:
        return _placemarks(plan, sheet, numbers, declared, stem)
    if plan in {"shapefile", "gpkg"}:
        return _layer(plan, sheet, numbers, declared, stem)
    container = str(rng.choice(["utf-8-sig", "gb18030", "xlsx", "xlsx"]))
    if container != "xlsx":
        stem.with_suffix(".csv").write_bytes(sheet.to_csv(index=False, lineterminator="\r\n").encode(container))
        return stem.with_suffix(".csv")
    return _workbook(sheet, stem.with_suffix(".xlsx"), rng)


def _workbook(sheet, path, rng):
    """A title over the table, two heading rows with merged cells, a footer, and notes on a second sheet."""
    book = openpyxl.Workbook()
    page = book.active
    start = 1
    if rng.random() < 0.5:
        page.append(["某市排污单位名录"])
        page.merge_cells(start_row=1, start_column=1, end_row=1, end_column=sheet.shape[1])
        start = 2
    if rng.random() < 0.5:
        page.append(list(sheet.columns[:2]) + ["基本信息"] + [None] * (sheet.shape[1] - 3))
        page.append([None, None, *sheet.columns[2:]])
        page.merge_cells(start_row=start, start_column=3, end_row=start, end_column=sheet.shape[1])
        for column in (1, 2):
            page.merge_cells(start_row=start, start_column=column, end_row=start + 1, end_column=column)
    else:
        page.append(list(sheet.columns))
    for row in sheet.itertuples(index=False):
        page.append([None if pd.isna(value) else value for value in row])
    if rng.random() < 0.5:
        page.append(["填表人：某某"])
    book.create_sheet("说明").append(["仅供测试"])
    book.save(path)
    return path


def _placemarks(plan, sheet, numbers, declared, stem):
    kinds = {"cgcs2000": "CGCS2000", "wgs84": "WGS84", "gcj02": "GCJ-02", "bd09": "BD-09"}
    coordinates_of = [f"{x:.7f},{y:.7f},0" for x, y in zip(*numbers, strict=True)]
    if plan == "gpx":
        points = [f'<wpt lat="{y:.7f}" lon="{x:.7f}"><name>a</name></wpt>' for x, y in zip(*numbers, strict=True)]
        text = f'<gpx xmlns="http://www.topografix.com/GPX/1/1" version="1.1" creator="t">{"".join(points)}</gpx>'
    else:
        mark = f"<OvCoordType>{kinds[declared]}</OvCoordType>" if plan == "ovkml" and declared else ""
        attributes = "<OvAttr><OvIcon>4</OvIcon></OvAttr>" if plan == "ovkml" else ""
        placemarks = [
            f"<Placemark><name>{name}</name>{attributes}{mark}{_data(code)}<Point><coordinates>{place}</coordinates></Point></Placemark>"
            for name, code, place in zip(sheet["单位名称"], sheet["统一社会信用代码"], coordinates_of, strict=True)
        ]
        space = "" if plan == "ovkml" else ' xmlns="http://www.opengis.net/kml/2.2"'
        text = f"<kml{space}><Document><Folder><name>f</name>{''.join(placemarks)}</Folder></Document></kml>"
    path = stem.with_suffix("." + plan)
    path.write_text(f'<?xml version="1.0" encoding="UTF-8"?>{text}', encoding="utf-8")
    return path


def _data(code):
    return f'<ExtendedData><Data name="统一社会信用代码"><value>{code}</value></Data></ExtendedData>'


def _layer(plan, sheet, numbers, declared, stem):
    names = sheet.drop(columns=[column for column in sheet if column.startswith(("经度", "纬度", "坐标系"))])
    layer = gpd.GeoDataFrame(names.astype(str), geometry=gpd.points_from_xy(*numbers))
    if plan == "gpkg":
        path = stem.with_suffix(".gpkg")
        layer.set_crs(4490).to_crs(4551).to_file(path)
        return path
    folder = stem.with_suffix(".shp.d")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    short = layer.rename(columns=lambda name: name if name == "geometry" else name[:5]).set_crs(4326)
    pyogrio.write_dataframe(short, folder / "a.shp", encoding="GB18030")
    path = stem.with_suffix(".zip")
    with zipfile.ZipFile(path, "w") as archive:
        for member in sorted(folder.iterdir()):
            if member.suffix != ".cpg" and (declared or member.suffix != ".prj"):
                archive.write(member, f"数据/企业{member.suffix}")
    return path
