"""A small project folder by the schemas: three regions, 300 sites, six leads, cells, two teams, two images."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import rasterio
from affine import Affine
from shapely.geometry import LineString, Point, Polygon, box

from cross_check import leads as leads_of
from cross_check import plans, reserves, rounds, routes
from cross_check.files import Project
from gis import codes, emerging, hotspots, lists, regions, register, schema, signals
from gis.crs import STORAGE, metric_at
from gis.files import sha256, write_json, write_table
from satellite import patches as patches_of

LON, LAT = 125.2, 45.7
KINDS = ("construction", "excavation", "waste", "burn", "turbid_water", "clearing")
HOSTILE = "<img src=x onerror=alert(1)>&\"'建材厂"
"""A name that tries to be markup; it must be shown as written."""


def write(folder: Path) -> Project:
    """Write the whole project."""
    project = Project(folder)
    for table, rules, path in (
        (_regions(), regions.SCHEMA, project.regions),
        (_zones(), regions.ZONES, project.zones),
        (_sites(), register.SCHEMA, project.enterprises),
        (_leads(), leads_of.SCHEMA, project.leads),
        (_patches(), patches_of.SCHEMA, project.patches),
        (_signals(), signals.SCHEMA, project.signals),
        (_cells(), hotspots.SCHEMA, project.hotspots),
        (_emerging(), emerging.SCHEMA, project.emerging),
        (_months(), emerging.STEPS, project.emerging_months),
        (_lists(), lists.SCHEMA, project.lists),
        (_assignment(), rounds.ASSIGNMENT, project.assignment),
        (_visits(), routes.VISITS, project.visits),
        (_legs(), routes.LEGS, project.legs),
        (_nights(), routes.NIGHTS, project.nights),
        (_unserved(), routes.UNSERVED, project.unserved),
        (_reserve(), reserves.RESERVE, project.reserve),
    ):
        write_table(schema.demand(table, rules, path.name), path)
    _pair(project)
    return project


def _layer(columns: dict, shapes: list) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=STORAGE)


def _regions() -> gpd.GeoDataFrame:
    return _layer(
        {
            "division_code": ["230100", "230600", "231200"],
            "name_zh": ["哈尔滨市", "大庆市", "绥化市"],
            "name_en": ["Harbin", "Daqing", "Suihua"],
            "seat_lon": [126.0, 124.9, 125.6],
            "seat_lat": [45.4, 45.9, 46.5],
        },
        [box(125.4, 45, 127, 46), box(124, 45, 125.4, 46.4), Polygon([(124, 46.4), (125.4, 46), (127, 46), (127, 47)])],
    )


def _zones() -> gpd.GeoDataFrame:
    return _layer(
        {
            "zone_id": ["Z1", "Z2", "Z3"],
            "name": ["扎龙湿地(示例)", "水源地(示例)", "红线(示例)"],
            "kind": ["reserve", "water_source", "red_line"],
        },
        [box(124.6, 45.9, 124.9, 46.1), box(125.18, 45.68, 125.23, 45.72), box(126, 45.2, 126.4, 45.5)],
    )


def _sites() -> gpd.GeoDataFrame:
    rng = np.random.default_rng(7)
    count = 300
    lon, lat = rng.uniform(124.1, 126.9, count), rng.uniform(45.1, 45.95, count)
    lon[0], lat[0] = LON + 0.004, LAT + 0.002
    credit = codes.complete_credit_codes(pd.Series([f"91230100MA{number:06d}" for number in range(count)]))
    return _layer(
        {
            "site_id": [f"S{number:05d}" for number in range(count)],
            "name": [HOSTILE, *(f"示例企业{number}" for number in range(1, count))],
            "credit_code": list(credit),
            "permit_no": [None] * count,
            "industry_code": ["3021"] * count,
            "permit_category": [register.PERMIT_CATEGORIES[number % 3] for number in range(count)],
            "key_lists": [None] * count,
            "positive_list": [number % 10 == 3 for number in range(count)],
            "operating": [register.OPERATING[int(number % 7 == 0)] for number in range(count)],
            "division_code": ["230600" if each < 125.4 else "230100" for each in lon],
        },
        [Point(*each) for each in zip(lon, lat, strict=True)],
    )


def _outlines() -> list[Polygon]:
    places = [(LON + 0.03 * (number % 3 - 1), LAT + 0.02 * (number // 3)) for number in range(6)]
    return [box(x - 0.003, y - 0.002, x + 0.003, y + 0.002) for x, y in places]


def _leads() -> gpd.GeoDataFrame:
    return _layer(
        {
            "lead_id": [f"L{number}" for number in range(6)],
            "patch_id": [f"P{number}" for number in range(6)],
            "machine_class": list(KINDS),
            "human_class": [None] * 6,
            "state": ["new"] * 5 + ["excluded"],
            "score": [0.95, 0.9, 0.85, 0.8, 0.75, 0.4],
            "priority": [0.5, 0.9, 0.8, 0.7, 0.6, 0.1],
            "area_m2": [207_000.0] * 6,
            "before_on": pd.Timestamp("2024-06-18"),
            "after_on": pd.Timestamp("2025-06-20"),
            "division_code": ["230600"] * 6,
            "site_id": ["S00000", *[None] * 5],
            "site_name": [HOSTILE, *[None] * 5],
            "distance_m": [380.0, *[np.nan] * 5],
            "zone_ids": ["Z2", *[None] * 5],
        },
        _outlines(),
    )


def _patches() -> gpd.GeoDataFrame:
    return _layer(
        {
            "patch_id": [f"P{number}" for number in range(6)],
            "machine_class": list(KINDS),
            "score": [0.95, 0.9, 0.85, 0.8, 0.75, 0.4],
            "area_m2": [207_000.0] * 6,
            "before_on": pd.Timestamp("2024-06-18"),
            "after_on": pd.Timestamp("2025-06-20"),
            "d_ndvi": [-0.31] * 6,
            "d_ndwi": [0.02] * 6,
            "d_ndbi": [0.27] * 6,
        },
        _outlines(),
    )


def _cells() -> gpd.GeoDataFrame:
    bins = [3, 2, 1, 0, 0, -1, -2, -3, 0]
    adjusted = [0.001, 0.03, 0.08, 0.5, 0.9, 0.09, 0.04, 0.005, 1.0]
    west = [LON - 0.2 + 0.1 * (number % 3) for number in range(9)]
    south = [LAT - 0.3 + 0.1 * (number // 3) for number in range(9)]
    return _layer(
        {
            "cell_id": [f"C{number}" for number in range(9)],
            "count": [12, 8, 6, 3, 2, 1, 1, 0, 2],
            "z": [4.2, 3.1, 2.4, 0.7, 0.1, -2.4, -3.0, -4.0, 0.0],
            "p": [0.0001, 0.004, 0.02, 0.4, 0.9, 0.02, 0.005, 0.0004, 1.0],
            "p_adjusted": adjusted,
            "bin": bins,
        },
        [box(x, y, x + 0.1, y + 0.1) for x, y in zip(west, south, strict=True)],
    )


def _signals() -> gpd.GeoDataFrame:
    """Return 120 scattered fire points of two years and 40 about the first lead."""
    rng = np.random.default_rng(11)
    lon = np.concatenate([rng.uniform(124.1, 126.9, 120), LON + rng.normal(0, 0.02, 40)])
    lat = np.concatenate([rng.uniform(45.1, 45.95, 120), LAT + rng.normal(0, 0.015, 40)])
    days = [pd.Timestamp("2024-01-05") + pd.Timedelta(days=4 * number) for number in range(160)]
    columns = {"signal_id": [f"F{number:03d}" for number in range(160)], "kind": "fire_point", "seen_on": days}
    return _layer(columns, [Point(*each) for each in zip(lon, lat, strict=True)])


def _emerging() -> gpd.GeoDataFrame:
    patterns = ["hot_persistent", "hot_new", "none", "none", "cold_historical", "none", "none", "none", "none"]
    raw = [*patterns[:2], "hot_sporadic", "hot_new", *patterns[4:]]
    return _layer(
        {
            "cell_id": [f"C{number}" for number in range(9)],
            "cases": [30, 6, 3, 2, 0, 2, 1, 1, 2],
            "pattern": patterns,
            "pattern_raw": raw,
            "hot_steps": [12, 1, 0, 0, 0, 0, 0, 0, 0],
            "cold_steps": [0, 0, 0, 0, 11, 0, 0, 0, 0],
            "steps": 12,
            "trend_z": [0.4, 2.5, 0.0, 0.1, -2.2, 0.0, 0.0, 0.0, 0.0],
            "trend_p": [0.69, 0.012, 1.0, 0.92, 0.028, 1.0, 1.0, 1.0, 1.0],
        },
        list(_cells().geometry),
    )


def _months() -> pd.DataFrame:
    rows = []
    for number in range(12):
        month = f"2024-{number + 1:02d}"
        rows.append(("C0", month, 2 + number % 3, 5.0, 1e-6, 0.001, 3, 3, False))
        if number == 11:
            rows.append(("C1", month, 6, 4.0, 1e-5, 0.02, 2, 3, False))
        if number % 4 == 0:
            rows.append(("C2", month, 1, 1.9, 0.04, 0.4, 0, 2, False))
        if number == 2:
            rows.append(("C3", month, 2, 5.5, 1e-4, 0.01, 0, 0, True))
    names = ["cell_id", "month", "count", "z", "p", "p_adjusted", "bin", "bin_raw", "few"]
    return pd.DataFrame(rows, columns=names)


def _lists() -> pd.DataFrame:
    rows = [
        ("highest", 1, "C1", "2024-12", 6, 0, 6, np.nan, np.nan, False),
        ("highest", 2, "C0", "2024-12", 4, 3, 1, np.nan, np.nan, False),
        ("on_month", 1, "C1", "2024-12", 6, 0, 6, 0.016, 0.14, False),
        ("on_month", 2, "C0", "2024-12", 2, 1, 1, 0.5, 1.0, True),
    ]
    names = ["list", "rank", "cell_id", "month", "count", "before", "change", "p", "p_adjusted", "few"]
    return pd.DataFrame(rows, columns=names)


def _assignment() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "team_id": ["T230100", "T230600"],
            "home_division": ["230100", "230600"],
            "division_code": ["230600", "231200"],
            "officer_ids": ["O1;O2", "O3;O4"],
            "officers": [2, 2],
            "interest_sites": [None, None],
            "travel_km": [150.0, 120.0],
            "expertise_met": [True, False],
            "load_min": [200.0, 180.0],
            "reason": ["rounds.nearest", "rounds.whole_round"],
        }
    )


def _visits() -> gpd.GeoDataFrame:
    middles = [outline.centroid for outline in _outlines()[:4]]
    return _layer(
        {
            "team_id": ["T230100", "T230100", "T230600", "T230600"],
            "crew": 1,
            "day": [1, 1, 1, 2],
            "order": [1, 2, 1, 1],
            "target_id": ["L0", "L1", "S00001", "S00002"],
            "target_kind": ["lead", "lead", "site", "site"],
            "name": ["线索 L0", "线索 L1", "示例企业1", "示例企业2"],
            "division_code": ["230600", "230600", "231200", "231200"],
            "risk": [3.0, 2.0, 1.0, 2.0],
            "trigger": [None] * 4,
            "check_kind": [plans.CHECKS[0]] * 4,
            "drive_min": [40.0, 10.0, 37.0, 34.0],
            "arrive": ["09:00", "11:00", "09:30", "10:00"],
            "leave": ["10:30", "12:00", "11:00", "11:30"],
        },
        middles,
    )


def _legs() -> gpd.GeoDataFrame:
    middles = [outline.centroid for outline in _outlines()[:4]]
    home = Point(124.9, 45.9)
    return _layer(
        {
            "team_id": ["T230100", "T230600", "T230600"],
            "crew": 1,
            "day": [1, 1, 2],
            "leave": ["08:00"] * 3,
            "lunch": ["12:00", None, None],
            "from_lodging": ["230600", "231200", "231200"],
            "to_lodging": ["230600", "231200", "231200"],
            "back": ["13:00", "12:30", "12:40"],
            "duty_min": [300.0, 270.0, 280.0],
            "length_m": [90_000.0, 70_000.0, 65_000.0],
            "drive_min": [95.0, 74.0, 69.0],
            "visits": [2, 1, 1],
        },
        [
            LineString([home, middles[0], middles[1], home]),
            LineString([home, middles[2], home]),
            LineString([home, middles[3], home]),
        ],
    )


def _nights() -> gpd.GeoDataFrame:
    return _layer(
        {
            "team_id": ["T230600"],
            "crew": 1,
            "night": 1,
            "lodging_id": ["231200"],
            "name_zh": ["绥化市"],
            "name_en": ["Suihua"],
        },
        [Point(125.6, 46.5)],
    )


def _unserved() -> gpd.GeoDataFrame:
    return _layer(
        {
            "target_id": ["S00003"],
            "target_kind": ["site"],
            "name": [HOSTILE],
            "team_id": ["T230600"],
            "division_code": ["231200"],
            "risk": [2.0],
            "reason": ["routes.no_time"],
        },
        [Point(125.7, 46.4)],
    )


def _reserve() -> gpd.GeoDataFrame:
    return _layer(
        {
            "team_id": ["T230600"],
            "crew": 1,
            "day": 1,
            "rank": 1,
            "target_id": ["S00003"],
            "name": [HOSTILE],
            "risk": [2.0],
            "instead_of": ["S00001"],
            "more_min": [12.0],
        },
        [Point(125.7, 46.4)],
    )


def _pair(project: Project) -> None:
    paths = {name: project.folder / "images" / f"{name}.tif" for name in ("before", "after")}
    for number, path in enumerate(paths.values()):
        _scene(path, bright=bool(number))
    days = {"before": "2024-06-18", "after": "2025-06-20"}
    inputs = {
        name: {"path": f"../images/{path.name}", "sha256": sha256(path), "seen_on": days[name]}
        for name, path in paths.items()
    }
    write_json({"inputs": inputs}, project.recipe)
    write_json({"document": "示例"}, project.round)


def _scene(path: Path, *, bright: bool) -> None:
    """Write four bands of 10 m on the metric grid: fields, and on the later date a bright square at the first lead."""
    path.parent.mkdir(parents=True, exist_ok=True)
    crs = metric_at(LON)
    corner = gpd.GeoSeries([Point(LON - 0.06, LAT + 0.05)], crs=STORAGE).to_crs(crs).iloc[0]
    size = 900
    rows, columns = np.mgrid[0:size, 0:size]
    fields = ((rows // 60 + columns // 80) % 3).astype("float32")
    bands = np.stack([600 + 200 * fields, 900 + 150 * fields, 700 + 300 * fields, 3000 - 500 * fields])
    if bright:
        bands[:, 480:600, 300:420] = 4200
    profile = {
        "driver": "GTiff",
        "width": size,
        "height": size,
        "count": 4,
        "dtype": "uint16",
        "nodata": 0,
        "crs": crs.to_wkt(),
        "transform": Affine(10, 0, corner.x, 0, -10, corner.y),
    }
    with rasterio.open(path, "w", **profile) as image:
        image.write(bands.astype("uint16"))
        for position, name in enumerate(("blue", "green", "red", "nir"), start=1):
            image.set_band_description(position, name)
