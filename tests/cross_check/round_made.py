"""A small round for tests: two teams, two regions, targets around the seats."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely import Point, box

from cross_check import lodgings, plans
from cross_check.files import Project
from cross_check.nights import Search
from cross_check.route_params import Params
from gis import files
from gis.crs import STORAGE

A, B = "230100", "230200"
SEATS = {A: (126.5, 45.8), B: (124.0, 47.3)}
QUICK = Params(days=3, search=Search(iterations=300))


def regions() -> gpd.GeoDataFrame:
    """Return two regions, each around its seat."""
    return gpd.GeoDataFrame(
        {
            "division_code": list(SEATS),
            "name_zh": list(SEATS),
            "name_en": list(SEATS),
            "seat_lon": [lon for lon, _ in SEATS.values()],
            "seat_lat": [lat for _, lat in SEATS.values()],
        },
        geometry=[box(lon - 3, lat - 3, lon + 3, lat + 3) for lon, lat in SEATS.values()],
        crs=STORAGE,
    )


def assignment() -> pd.DataFrame:
    """Return two teams that visit each other's regions; the first has an interest in a site."""
    return pd.DataFrame(
        {
            "team_id": [f"T{B}", f"T{A}"],
            "home_division": [B, A],
            "division_code": [A, B],
            "officer_ids": "a;b",
            "officers": 2,
            "interest_sites": ["S-secret", None],
            "travel_km": 300.0,
            "expertise_met": True,
            "load_min": 300.0,
            "reason": "rounds.nearest",
        }
    )


def target(target_id: str, place: tuple[float, float], region: str = A, **changes: object) -> dict[str, object]:
    """Return a lead so many degrees from the seat of a region, the other region's team's to visit."""
    return {
        "target_id": target_id,
        "target_kind": "lead",
        "name": f"target {target_id}",
        "team_id": {A: f"T{B}", B: f"T{A}"}[region],
        "division_code": region,
        "site_id": None,
        "risk": 1,
        "service_min": 60,
        "trigger": target_id,
        "check_kind": "case",
        "document_no": "TEST 1",
        "opens": None,
        "closes": None,
        "geometry": Point(SEATS[region][0] + place[0], SEATS[region][1] + place[1]),
    } | changes


def table(rows: list[dict[str, object]]) -> gpd.GeoDataFrame:
    """Return targets (``plans.TARGETS``) of rows."""
    return gpd.GeoDataFrame(rows, columns=list(plans.TARGETS.columns), geometry="geometry", crs=STORAGE)


def targets(count: int, seed: int, spread: float = 0.5) -> gpd.GeoDataFrame:
    """Return leads around the seat of the first region, all of its one team."""
    rng = np.random.default_rng(seed)
    rows = []
    for number in range(count):
        risk, service = int(rng.integers(1, 4)), int(rng.integers(45, 121))
        place = (rng.normal(0, spread), rng.normal(0, spread / 2))
        rows.append(target(f"L{number:03d}", place, risk=risk, service_min=service))
    return table(rows)


def houses() -> gpd.GeoDataFrame:
    """Return the seats and two houses beside the first."""
    own = pd.DataFrame({"lodging_id": ["H1", "H2"], "name": ["one", "two"], "lon": [127.2, 125.8], "lat": [45.9, 45.7]})
    return lodgings.from_rows(own, regions(), "houses")


def project(folder: Path, count: int, seed: int) -> Project:
    """Return a project with a round of two teams, not planned yet."""
    held = Project(folder)
    for table, path in (
        (regions(), held.regions),
        (assignment(), held.assignment),
        (targets(count, seed), held.targets),
        (houses(), held.lodgings),
    ):
        files.write_table(table, path)
    return held
