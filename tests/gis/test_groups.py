"""Groups: drawn where points are thick, and held up only where the scan agrees."""

from datetime import date

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import Point, box

from gis import grids, groups, scan, scan_events
from gis.crs import EQUAL_AREA, STORAGE


def _signals(xy):
    places = gpd.GeoSeries(gpd.points_from_xy(*xy.T), crs=EQUAL_AREA).to_crs(STORAGE)
    ids = [f"F{number:04d}" for number in range(len(xy))]
    columns = {"signal_id": ids, "kind": "fire_point", "seen_on": pd.Timestamp("2024-10-05")}
    return gpd.GeoDataFrame(columns, geometry=places, crs=STORAGE)


def _tested(xy):
    """Group points, scan them against area, and test the groups."""
    area = gpd.GeoDataFrame(geometry=[box(0, 0, 90_000, 90_000)], crs=EQUAL_AREA).to_crs(STORAGE)
    cells, points = grids.cover(area), _signals(xy)
    day = date(2024, 10, 5)
    order = scan_events.Order(day, day, "poisson", params=scan.Params(radius_m=20_000, replications=99))
    scanned = scan_events.find(points, cells, order, rng=np.random.default_rng(1))
    return groups.tested(points, groups.find(points), cells, scanned)


def test_noise_is_grouped_but_not_supported():
    """On points spread at random HDBSCAN draws groups; the scan bears none of them out."""
    found = _tested(np.random.default_rng(2).uniform(0, 90_000, (800, 2)))
    assert len(found) > 2
    assert not found["supported"].any()


def test_a_real_cluster_is_supported():
    """Eighty points in one place among noise: the strongest group covers it and is borne out."""
    rng = np.random.default_rng(3)
    xy = np.concatenate([rng.uniform(0, 90_000, (400, 2)), rng.normal((45_000, 45_000), 1500, (80, 2))])
    found = _tested(xy)
    middle = gpd.GeoSeries([Point(45_000, 45_000)], crs=EQUAL_AREA).to_crs(STORAGE).iloc[0]
    assert found["supported"].iloc[0]
    assert found.geometry.iloc[0].buffer(0.05).contains(middle)
    assert found["ratio"].is_monotonic_decreasing


def test_few_points_make_no_group():
    """Fewer points than a group needs: all are in none; a group of one is a mistake."""
    points = _signals(np.random.default_rng(4).uniform(0, 9000, (10, 2)))
    assert groups.find(points).tolist() == [-1] * 10
    with pytest.raises(ValueError, match="at least 2"):
        groups.find(points, fewest=1)
