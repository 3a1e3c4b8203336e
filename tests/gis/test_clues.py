"""What rows say of their places."""

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import LineString, Point

from gis import clues, coordinates, files
from gis.crs import STORAGE
from gis.errors import WorkbenchError


def rows(**columns):
    """A table of one or more rows under some headings."""
    return pd.DataFrame(columns, index=pd.RangeIndex(2, 2 + len(next(iter(columns.values())))), dtype=str)


def said(table, text=""):
    """What the file itself says."""
    return pd.Series(text, index=table.index, dtype=str)


@pytest.fixture(scope="module")
def sketch():
    """The shipped prefectures."""
    return files.read_sketch()


@pytest.mark.parametrize(
    ("headings", "keys"),
    [
        (["经度", "纬度"], ["lat", "lon"]),
        (["经度(WGS84)", "纬度"], ["lat", "lon"]),
        (["经纬度"], ["both"]),
        (["X坐标", "Y坐标"], ["x", "y"]),
        (
            ["经度度", "经度分", "经度秒", "纬度度", "纬度分", "纬度秒"],
            ["lat0", "lat1", "lat2", "lon0", "lon1", "lon2"],
        ),
        (["经度（度）", "经度（分）", "纬度（度）", "纬度（分）"], ["lat0", "lat1", "lon0", "lon1"]),
        (["经度 度", "经度 分", "纬度 度", "纬度 分", "坐标系"], ["lat0", "lat1", "lon0", "lon1", "system"]),
        (["经度（度）", "纬度（度）"], ["lat", "lon"]),
        (["经度"], []),
        (["坐标系"], []),
    ],
)
def test_ways_of_saying_where(headings, keys):
    """One cell each, three cells each, one cell for both, metres; half a place is none."""
    assert sorted(clues.columns(headings)) == keys


def test_coordinates_come_as_they_stand():
    """Of two columns, of one, and of six."""
    two = rows(经度=["126.5"], 纬度=["45.8"])
    one = rows(经纬度=["126.5，45.8"])
    six = rows(经度度=["126"], 经度分=["30"], 经度秒=[""], 纬度度=["45"], 纬度分=["48"], 纬度秒=["0"])
    found = [clues.raw(table, said(table)) for table in (two, one, six)]
    assert [(raw.x.iloc[0], raw.y.iloc[0]) for raw in found] == [
        ("126.5", "45.8"),
        ("126.5", "45.8"),
        ("126°30′", "45°48′0″"),
    ]
    assert found[0].headings == {"lon": "经度", "lat": "纬度"}
    assert found[1].headings == {"lon": "经纬度", "lat": "经纬度"}
    assert clues.raw(rows(名称=["a"]), said(two)) is None


def test_declarations_go_in_order():
    """The file's mark before the column, the column before the heading, the heading before remarks."""
    table = rows(**{"经度(GCJ02)": ["126.5"], "纬度": ["45.8"], "坐标系": ["百度"]})
    assert clues.raw(table, said(table, "WGS84")).declared.iloc[0] == "WGS84"
    assert clues.raw(table, said(table)).declared.iloc[0] == "百度"
    assert clues.raw(table.drop(columns="坐标系"), said(table)).declared.iloc[0] == "经度(GCJ02)"
    plain = rows(经度=["126.5"], 纬度=["45.8"])
    assert (
        clues.raw(plain, said(plain), remarks=["坐标采用CGCS2000", "百度一下"]).declared.iloc[0] == "坐标采用CGCS2000"
    )
    assert clues.raw(plain, said(plain), remarks=["坐标：WGS84", "坐标：GCJ-02"]).declared.iloc[0] == ""
    assert clues.raw(plain, said(plain), remarks=["坐标为WGS84或GCJ-02"]).declared.iloc[0] == ""


def test_old_datums_in_remarks_are_refused():
    """A footnote is enough."""
    table = rows(经度=["126.5"], 纬度=["45.8"])
    with pytest.raises(WorkbenchError) as caught:
        clues.raw(table, said(table), remarks=["坐标系：西安80"])
    assert caught.value.code == "coordinates.old_datum"


def test_layers_give_their_points():
    """Numbers with all their digits; a line has no place."""
    table = rows(名称=["a", "b"])
    shapes = gpd.GeoSeries([Point(126.123456789012, 45.8), LineString([(0, 0), (1, 1)])], index=table.index)
    raw = clues.raw(table, said(table), shapes)
    assert float(raw.x.iloc[0]) == 126.123456789012
    assert raw.unfit[["row", "column", "code"]].to_numpy().tolist() == [[3, "lon", "table.wrong_geometry"]]


@pytest.mark.parametrize(
    ("division", "address", "code"),
    [
        ("大庆市", "", "230600"),
        ("230603", "", "230600"),
        ("", "黑龙江省大庆市让胡路区某路1号", "230600"),
        ("", "肇源县某镇", "230600"),
        ("鹤岗市", "向阳区", "230400"),
        ("佳木斯市", "向阳区", "230800"),
        ("", "向阳区", ""),
        ("", "哈尔滨市道里区", "230100"),
        ("", "某路", ""),
    ],
)
def test_stated_division(sketch, division, address, code):
    """By division, code or address; a county of which there are two needs its prefecture."""
    assert clues.stated(rows(所在市=[division], 地址=[address]), sketch).iloc[0] == code


def test_stated_county_where_the_areas_are_counties(sketch):
    """Sharper areas give sharper clues."""
    counties = sketch.iloc[:2].assign(division_code=["230402", "230803"], name_zh=["向阳区", "向阳区"])
    found = clues.stated(rows(所在市=["鹤岗市", "佳木斯市", ""], 地址=["向阳区", "向阳区", "向阳区"]), counties)
    assert found.tolist() == ["230402", "230803", ""]
    assert clues.stated(rows(名称=["a"]), counties).tolist() == [""]


def test_sites_on_record_by_permit_code_and_name():
    """In this order; a code that stands for two sites says nothing."""
    existing = gpd.GeoDataFrame(
        {
            "permit_no": ["P1", None, None],
            "credit_code": ["C1", "C2", "C2"],
            "name": ["甲", "乙", "丙"],
        },
        geometry=[Point(1, 1), Point(2, 2), Point(3, 3)],
        crs=STORAGE,
    )
    table = rows(
        排污许可证编号=["P1", "", "", ""], 统一社会信用代码=["", "C1", "C2", "C2"], 单位名称=["", "", "丙", "丁"]
    )
    found = clues.known(table, existing)
    assert [None if point is None else point.x for point in found] == [1, 1, 3, None]
    assert clues.known(table, None).isna().all()
    assert clues.known(table, existing[:0]).isna().all()


def test_evidence_is_gathered(sketch):
    """Outlines in an equal-area system, by code."""
    found = clues.evidence(rows(所在市=["大庆市"]), sketch, border_m=100)
    assert found.stated.tolist() == ["230600"]
    assert found.border_m == 100
    assert 15e9 < found.outlines["230600"].area < 30e9


COUNTIES = Path(__file__).parents[3] / "shared" / "data" / "boundaries" / "heilongjiang_counties.geojson"


@pytest.mark.skipif(not COUNTIES.is_file(), reason="outlines of the counties are not at hand")
def test_counties_tell_the_zone_where_prefectures_do_not():
    """In a prefecture as wide as Heihe, metres of two zones may both lie inside; the county tells which."""
    layer = gpd.read_file(COUNTIES).rename(columns={"adcode": "division_code", "name": "name_zh"}).to_crs(STORAGE)
    home = layer[layer["name_zh"] == "逊克县"].geometry.iloc[0].representative_point()
    places = gpd.GeoSeries([Point(home.x + k / 50, home.y - k / 50) for k in range(-2, 3)], crs=STORAGE)
    metres = places.to_crs(4552)
    table = rows(
        X=[f"{x:.1f}" for x in metres.x], Y=[f"{y:.1f}" for y in metres.y], 所在市=["黑河市"] * 5, 县=["逊克县"] * 5
    )
    found = clues.evidence(table, layer, border_m=1000)
    assert found.stated.str.startswith("2311").all()
    located = coordinates.locate(clues.raw(table, said(table)), found)
    assert located.record["coord_decided"].unique().tolist() == ["EPSG:4552"]
