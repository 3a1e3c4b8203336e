"""A small synthetic project: two regions, some leads of known number and area, cells, routes, enterprises."""

import datetime as dt

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from cross_check.reports.contents import Brief, Contents
from gis import synthetic
from gis.crs import STORAGE

CLASSES = ["construction", "construction", "waste", "burn", "waste", "clearing"]
PLACES = [(126.60, 45.77), (126.62, 45.78), (126.64, 45.75), (126.59, 45.76), (124.0, 47.3), (124.1, 47.4)]


@pytest.fixture(scope="session")
def contents():
    """Return the tables of the project; the last lead is excluded, the first one's class was changed by a person."""
    regions = gpd.GeoDataFrame(
        {
            "division_code": ["230100", "230200"],
            "name_zh": ["哈尔滨市", "齐齐哈尔市"],
            "name_en": ["Harbin", "Qiqihar"],
            "seat_lon": [126.53, 123.92],
            "seat_lat": [45.80, 47.35],
        },
        geometry=[shapely.box(125.7, 44.0, 130.2, 46.6), shapely.box(122.5, 46.0, 125.7, 48.9)],
        crs=STORAGE,
    )
    rng = np.random.default_rng(7)
    enterprises = synthetic.enterprises(rng, regions, 400, near=PLACES[:3])
    return Contents(
        regions=regions,
        zones=synthetic.zones(rng, regions, 6, near=PLACES[:1]),
        leads=_leads(enterprises),
        hotspots=_cells(),
        enterprises=enterprises,
        legs=_legs(),
        visits=_visits(),
        assignment=_assignment(),
    )


@pytest.fixture
def brief():
    """Return what the author says."""
    return Brief(
        title="示例线索与交叉检查专题图",
        maker="示例生态环境局",
        made_on=dt.date(2021, 9, 10),
        sources=("合成影像",),
        synthetic=True,
    )


def _leads(enterprises):
    count = len(PLACES)
    nobody = [None] * (count - 3)
    return gpd.GeoDataFrame(
        {
            "lead_id": [f"L{number}" for number in range(count)],
            "patch_id": [f"P{number}" for number in range(count)],
            "machine_class": CLASSES,
            "human_class": ["excavation"] + [None] * (count - 1),
            "state": ["new"] * (count - 1) + ["excluded"],
            "score": 0.8,
            "priority": [0.1, 0.9, 0.5, 0.3, 0.2, 0.7],
            "area_m2": [2000.0 / 3, 1000.0, 2000.0, 3000.0, 4000.0, 5000.0],
            "before_on": pd.Timestamp("2020-09-02"),
            "after_on": pd.Timestamp("2021-09-05"),
            "division_code": ["230100"] * 4 + ["230200"] * 2,
            "site_id": [*enterprises["site_id"][:3], *nobody],
            "site_name": [*enterprises["name"][:3], *nobody],
            "distance_m": [10.0, 20.0, 30.0] + [np.nan] * (count - 3),
            "zone_ids": None,
        },
        geometry=[shapely.Point(place).buffer(0.002) for place in PLACES],
        crs=STORAGE,
    )


def _cells():
    corners = [(126.5, 45.7), (126.6, 45.7), (123.9, 47.3), (127.0, 45.0)]
    return gpd.GeoDataFrame(
        {"cell_id": ["a", "b", "c", "d"], "count": 3, "z": 4.0, "p": 0.01, "p_adjusted": 0.01, "bin": [3, 2, 3, 0]},
        geometry=[shapely.box(x, y, x + 0.1, y + 0.1) for x, y in corners],
        crs=STORAGE,
    )


def _legs():
    return gpd.GeoDataFrame(
        {
            "team_id": ["T01", "T01"],
            "crew": 1,
            "day": [1, 2],
            "leave": "08:00",
            "lunch": "12:00",
            "from_lodging": "230200",
            "to_lodging": "230200",
            "back": "17:00",
            "length_m": [80_000.0, 50_000.0],
            "drive_min": 90.0,
            "duty_min": 400.0,
            "visits": [2, 1],
        },
        geometry=[shapely.LineString([(126.53, 45.8), (126.6, 45.77), (126.53, 45.8)])] * 2,
        crs=STORAGE,
    )


def _visits():
    return gpd.GeoDataFrame(
        {
            "team_id": "T01",
            "crew": 1,
            "day": [1, 1, 2],
            "order": [1, 2, 1],
            "target_id": ["L0", "L1", "L2"],
            "target_kind": "lead",
            "name": "示例",
            "division_code": "230100",
            "risk": 2.0,
            "trigger": None,
            "check_kind": "case",
            "arrive": "09:00",
            "leave": "10:00",
            "drive_min": 30.0,
        },
        geometry=gpd.points_from_xy(*np.transpose(PLACES[:3]), crs=STORAGE),
        crs=STORAGE,
    )


def _assignment():
    return pd.DataFrame(
        {
            "team_id": ["T01"],
            "home_division": ["230200"],
            "division_code": ["230100"],
            "officer_ids": ["O1;O2"],
            "officers": [2],
            "interest_sites": [None],
            "travel_km": [270.0],
            "expertise_met": [True],
            "load_min": [300.0],
            "reason": ["rounds.assigned"],
        }
    )
