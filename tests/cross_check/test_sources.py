"""Sources: whatever comes in leaves in one form."""

import geopandas as gpd
import pandas as pd
import pytest
from shapely import Point, box

from cross_check import sources
from gis.crs import STORAGE
from gis.language import catalogue
from tests.cross_check import cases

ZONES = gpd.GeoDataFrame(
    {"zone_id": ["Z1"], "name": ["示例"], "kind": ["reserve"]}, geometry=[box(126.4, 45.4, 126.55, 45.6)], crs=STORAGE
)


@pytest.fixture(scope="module")
def ground():
    """Return the small province."""
    return sources.Ground(cases.enterprises(), cases.regions(), ZONES)


def _rows(*rows):
    return pd.DataFrame(list(rows), index=range(2, 2 + len(rows))).fillna("").astype(str)


ALARM = {"报警编号": "A1", "报警时间": "2026-06-20 08:15", "排污许可证编号": cases.SITES[0], "报警级别": "严重"}


@pytest.mark.parametrize("source", sources.TOLD)
def test_every_told_source_comes_to_the_one_form(ground, source):
    """Number, day, place: the rest is named from what lies around."""
    taken = sources.from_rows(
        _rows({"编号": "1", "日期": "2026年6月20日", "经度": "126.5005", "纬度": "45.5"}), source, ground
    )
    lead = taken.leads.iloc[0]
    assert taken.faults.empty
    assert (lead["source"], lead["division_code"], lead["zone_ids"]) == (source, "230100", "Z1")
    assert lead["site_id"] == cases.SITES[0]
    # A twentieth of a hundredth of a degree of longitude at 45.5 degrees.
    assert lead["distance_m"] == pytest.approx(39, abs=1)
    assert lead["evidence"].startswith("place;date")


def test_an_alarm_without_a_place_lies_at_the_site_it_names(ground):
    """By permit number, or by a credit code that only one site has."""
    rows = _rows(
        ALARM,
        ALARM | {"报警编号": "A2", "排污许可证编号": "", "统一社会信用代码": "911302307808371268"},
        ALARM | {"报警编号": "A3", "排污许可证编号": "X"},
    )
    taken = sources.from_rows(rows, "monitoring", ground)
    assert taken.leads["source_ref"].tolist() == ["A1"]
    lead = taken.leads.iloc[0]
    assert (lead["site_name"], lead["severity"], lead.geometry.x) == ("示例一厂", 3, 126.5)
    assert taken.faults[["row", "code"]].to_numpy().tolist() == [[3, "sources.no_place"], [4, "sources.no_place"]]


def test_every_fault_is_told_by_row(ground):
    """A missing number, an unreadable day, a place abroad, an unknown level."""
    good = {"编号": "1", "日期": "2026-06-20", "经度": "126.5", "纬度": "45.5"}
    rows = _rows(
        good,
        good | {"编号": ""},
        good | {"编号": "3", "日期": "20/06/2026"},
        good | {"编号": "4", "经度": "139.7"},
        good | {"编号": "5", "级别": "非常"},
    )
    taken = sources.from_rows(rows, "complaint", ground)
    assert [(row.row, row.code) for row in taken.faults.itertuples()] == [
        (3, "table.empty_value"),
        (4, "forms.bad_day"),
        (5, "register.outside_province"),
        (6, "table.unknown_value"),
    ]
    assert len(taken.leads) == 1


def test_who_complained_is_not_read(ground):
    """Name, phone and address are in no column of the lead."""
    row = {"信访编号": "X1", "日期": "2026-06-20", "经度": "126.5", "纬度": "45.5"}
    person = {"举报人": "金丝雀", "电话": "13900000000", "住址": "某街1号"}
    lead = sources.from_rows(_rows(row | person), "complaint", ground).leads
    assert not any(value in lead.to_csv() for value in person.values())


def test_ids_depend_on_source_and_number_alone(ground):
    """The same row in another order or file gives the same id; two sources with one number give two."""
    row = {"编号": "1", "日期": "2026-06-20", "经度": "126.5", "纬度": "45.5"}
    one = sources.from_rows(_rows(row, row | {"编号": "2"}), "video", ground).leads
    other = sources.from_rows(_rows(row | {"编号": "2", "日期": "2026-06-21"}, row), "video", ground).leads
    assert set(one["lead_id"]) == set(other["lead_id"])
    assert sources.number("video", "1") != sources.number("boat", "1")


def test_patches_keep_their_ids_and_hot_cells_and_fires_come_too(ground):
    """Of cells only hot ones with enough cases, of fires none at a known source of heat."""
    shape = box(126.5, 45.5, 126.501, 45.501)
    patch = (
        cases.leads(cases.lead("p1")).assign(patch_id="p1", after_on=pd.Timestamp("2026-06-20")).set_geometry([shape])
    )
    patch["lead_id"] = "LKEPT"
    assert sources.from_patches(patch, catalogue())["lead_id"].tolist() == ["LKEPT"]
    cells = gpd.GeoDataFrame(
        {"cell_id": list("abc"), "bin": [3, 3, 0], "few": [False, True, False], "p_adjusted": [0.01, 0.01, 0.5]},
        geometry=[shape] * 3,
        crs=STORAGE,
    )
    hot = sources.from_hotspots(cells, pd.Timestamp("2026-06-30"), ground)
    assert hot[["source", "source_ref", "score"]].to_numpy().tolist() == [["hotspot", "a", 0.99]]
    fires = gpd.GeoDataFrame(
        {
            "fire_id": ["f1", "f2"],
            "last_on": pd.Timestamp("2026-04-01"),
            "satellites": [3, 1],
            "search_m": [500.0, 500.0],
            "verdict": ["straw_window", "heat_source"],
        },
        geometry=[Point(126.5, 45.5)] * 2,
        crs=STORAGE,
    )
    fire = sources.from_fires(fires, ground)
    assert fire[["source_ref", "severity", "reach_m"]].to_numpy().tolist() == [["f1", 3, 500]]


def test_a_machine_source_comes_as_no_table(ground):
    """A patch in a csv would have no images behind it."""
    with pytest.raises(ValueError, match="table"):
        sources.from_rows(_rows(ALARM), "patch", ground)
