"""A small province with a ledger: three divisions, four sites, officers, leads of several sources."""

from datetime import UTC, datetime
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from shapely import Point, box

from cross_check import casebook, officers, sources
from cross_check.files import Project
from cross_check.ledger.events import Act
from gis import register, schema
from gis.crs import STORAGE
from gis.errors import WorkbenchError
from gis.files import write_table

NOW = datetime(2026, 7, 1, 2, 0, tzinfo=UTC)
SITES = ("91130200699229617X001P", "91130200699229617X002P", "911302307808371268001P", "911302307808371268002Q")


def act(role="analyst", who="甲", why="因"):
    """Return an act of the first of July 2026, ten o'clock in Beijing."""
    return Act(who, role, NOW, why)


def refused(call, *args, **more):
    """Return the code that a call is refused with; a call that goes through fails the test."""
    with pytest.raises(WorkbenchError) as refusal:
        call(*args, **more)
    return refusal.value.code


def regions():
    """Return three divisions side by side."""
    codes = ["230100", "230600", "231200"]
    return gpd.GeoDataFrame(
        {
            "division_code": codes,
            "name_zh": ["哈尔滨市", "大庆市", "绥化市"],
            "name_en": ["Harbin", "Daqing", "Suihua"],
            "seat_lon": [126.5, 124.5, 125.5],
            "seat_lat": [45.5] * 3,
        },
        geometry=[box(126, 45, 127, 47), box(124, 45, 125, 47), box(125, 45, 126, 47)],
        crs=STORAGE,
    )


def enterprises():
    """Return four sites: an ordinary one, one on the positive list, two of another firm."""
    table = gpd.GeoDataFrame(
        {
            "site_id": list(SITES),
            "name": ["示例一厂", "示例二厂", "示例三厂", "示例四厂"],
            "credit_code": [site[:18] for site in SITES],
            "permit_no": list(SITES),
            "industry_code": ["2611"] * 4,
            "permit_category": ["key"] * 4,
            "key_lists": [None, "water", None, "risk"],
            "positive_list": [False, True, False, False],
            "operating": ["running"] * 4,
            "division_code": ["230100", "230100", "230600", "231200"],
        },
        geometry=[Point(126.5, 45.5), Point(126.6, 45.5), Point(124.5, 45.5), Point(125.5, 45.5)],
        crs=STORAGE,
    )
    return schema.demand(table, register.SCHEMA, "enterprises")


def staff():
    """Return four officers: two fit ones, one with an interest in the first site, one on leave."""
    rows = [
        {"officer_id": f"O{n}", "name": f"人员{n}", "certificate_no": f"23{n}", "expertise": "water"}
        | {"certificate_until": pd.Timestamp("2027-01-01"), "home_division": "230600", "interest_sites": None}
        for n in range(4)
    ]
    rows[2]["interest_sites"] = SITES[0]
    rows[3]["leave"] = "2026-07-01/2026-07-31"
    return officers.completed(pd.DataFrame(rows))


def project(folder: Path) -> Project:
    """Write the small province and return its project, the ledger still empty."""
    made = Project(folder)
    for table, path in (
        (regions(), made.regions),
        (enterprises(), made.enterprises),
        (staff(), made.officers),
    ):
        write_table(table, path)
    return made


def lead(ref, *, source="patch", lon=126.5, lat=45.5, kind="waste", **more):
    """Return one lead of the form."""
    evidence = "place;date;image_before;image_after" if source == "patch" else "place;date"
    row = {
        "lead_id": sources.number(source, ref),
        "source": source,
        "source_ref": ref,
        "seen_on": pd.Timestamp("2026-06-20"),
        "machine_class": kind,
        "score": 0.8,
        "severity": 2.0,
        "area_m2": 3000.0,
        "reach_m": 30.0,
        "division_code": "230100",
        "site_id": SITES[0],
        "site_name": "示例一厂",
        "distance_m": 40.0,
        "zone_ids": None,
        "note": None,
        "document_no": None,
        "evidence": evidence,
        "geometry": Point(lon, lat),
    }
    return row | more


def leads(*rows):
    """Return leads of the form as a table."""
    return schema.demand(gpd.GeoDataFrame(list(rows), crs=STORAGE), sources.FORM, "leads")


def suspected(made, *rows):
    """Take leads into a project's ledger, read them as suspected, and return their ids."""
    ledger, found = casebook.opened(made), leads(*rows)
    casebook.take_in(ledger, act(), found)
    for name, kind in zip(found["lead_id"], found["machine_class"], strict=True):
        casebook.read(ledger, act(), name, "suspected", kind)
    return list(found["lead_id"])
