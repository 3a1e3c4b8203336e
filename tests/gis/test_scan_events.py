"""The scan of dated points: cells, steps, models, and clusters as rows."""

from datetime import date

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import Point, box

from gis import grids, scan, scan_events
from gis.crs import EQUAL_AREA, STORAGE
from gis.errors import WorkbenchError
from gis.scan_events import Order

FIRST, LAST = date(2024, 1, 1), date(2024, 12, 30)
PARAMS = scan.Params(radius_m=15_000, replications=99)


@pytest.fixture(scope="module")
def cells():
    """Return twenty by twenty cells of 3 km."""
    area = gpd.GeoDataFrame(geometry=[box(0, 0, 60_000, 60_000)], crs=EQUAL_AREA).to_crs(STORAGE)
    return grids.cover(area)


def _signals(xy, days):
    places = gpd.GeoSeries(gpd.points_from_xy(*np.array(xy).T), crs=EQUAL_AREA).to_crs(STORAGE)
    ids = [f"F{number}" for number in range(len(days))]
    columns = {"signal_id": ids, "kind": "fire_point", "seen_on": pd.to_datetime(days)}
    return gpd.GeoDataFrame(columns, geometry=places, crs=STORAGE)


@pytest.fixture(scope="module")
def points():
    """Return a year of background, and fifty events around one place in its last fortnight."""
    rng = np.random.default_rng(1)
    days = pd.Timestamp(FIRST) + pd.to_timedelta(rng.integers(0, 365, 1000), "D")
    late = pd.Timestamp(LAST) - pd.to_timedelta(rng.integers(0, 14, 50), "D")
    planted = rng.normal((30_000, 30_000), 2500, (50, 2))
    return _signals(np.concatenate([rng.uniform(0, 60_000, (1000, 2)), planted]), [*days, *late])


@pytest.mark.parametrize("prospective", [False, True])
def test_the_permutation_finds_place_and_days(cells, points, prospective):
    """The first cluster lies where and when it was planted; only a watch has a recurrence."""
    params = scan.Params(radius_m=15_000, replications=99, longest=4, prospective=prospective)
    found = scan_events.find(points, cells, Order(FIRST, LAST, params=params), rng=np.random.default_rng(2))
    first = found.table.iloc[0]
    middle = gpd.GeoSeries([Point(30_000, 30_000)], crs=EQUAL_AREA).to_crs(STORAGE).iloc[0]
    assert first.geometry.contains(middle)
    assert (first["first_on"], first["last_on"]) == (pd.Timestamp(2024, 12, 17), pd.Timestamp(LAST))
    assert (first["p"], first["rank"]) == (0.01, 1)
    assert np.isfinite(first["recurrence_days"]) == prospective
    assert first["cells"] == len(first["cell_ids"].split())
    assert set(first["cell_ids"].split()) <= set(cells.ids())


def test_poisson_is_set_against_exposure(cells, points):
    """What is a cluster by area is none where exposure explains it; cells without exposure are left out."""
    by_area = scan_events.find(
        points, cells, Order(FIRST, LAST, "poisson", params=PARAMS), rng=np.random.default_rng(3)
    )
    assert by_area.table["p"].iloc[0] == 0.01
    counts = grids.tally(cells.places(points.geometry), cells)
    order = Order(FIRST, LAST, "poisson", exposure=counts, params=PARAMS)
    explained = scan_events.find(points, cells, order, rng=np.random.default_rng(3))
    assert explained.table.empty or explained.table["p"].min() > 0.5
    assert len(explained.cells) == (counts > 0).sum()


def test_bernoulli_compares_with_the_rest_of_the_record(cells, points):
    """The last fortnight against the year before: the planted place stands out."""
    order = Order(date(2024, 12, 17), LAST, "bernoulli", params=PARAMS)
    found = scan_events.find(points, cells, order, rng=np.random.default_rng(4))
    assert found.table["p"].iloc[0] == 0.01
    assert found.events == (points["seen_on"] >= "2024-12-17").sum()


def test_the_same_scan_has_the_same_ids(cells, points):
    """Ids are derived from model, days and cells."""
    tables = [
        scan_events.find(points, cells, Order(FIRST, LAST, params=PARAMS), rng=np.random.default_rng(5)).table
        for _ in range(2)
    ]
    assert tables[0]["cluster_id"].tolist() == tables[1]["cluster_id"].tolist()


@pytest.mark.parametrize(
    ("order", "code"),
    [
        (Order(date(2020, 1, 1), date(2020, 12, 31)), "scan.no_events"),
        (Order(date(2024, 12, 20), LAST), "scan.short"),
        (Order(date(2023, 1, 1), date(2025, 12, 31), "bernoulli"), "scan.no_controls"),
        (Order(FIRST, LAST, "poisson", exposure=np.zeros(400)), "scan.no_events"),
    ],
    ids=["empty", "short", "alone", "unexposed"],
)
def test_what_cannot_be_scanned_is_told(cells, points, order, code):
    """An empty period, one step, nothing to compare with, no exposure: each has its sentence."""
    with pytest.raises(WorkbenchError) as fault:
        scan_events.find(points, cells, order, rng=np.random.default_rng(1))
    assert fault.value.code == code


def test_an_unknown_model_is_a_mistake(cells, points):
    """The caller is told the three that there are."""
    with pytest.raises(ValueError, match="permutation"):
        scan_events.find(points, cells, Order(FIRST, LAST, "normal"), rng=np.random.default_rng(1))


def test_middles_of_squares_keep_their_lattice(cells):
    """The way through degrees leaves no trace: distances of the lattice are exact."""
    assert (scan_events.middles(cells) % 1500 == 0).all()
