"""Patches that are one event."""

from datetime import date

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import box

from gis.crs import GEODESIC, STORAGE
from satellite import merging

M = 1 / 111_000


def patches_of(*rows):
    """Make patches from (west, south, east, north in metres, class, score, later date)."""
    outlines = [box(127 + w * M / 0.7071, 45 + s * M, 127 + e * M / 0.7071, 45 + n * M) for (w, s, e, n), *_ in rows]
    table = {
        "patch_id": [f"P{at}" for at in range(len(rows))],
        "machine_class": [row[1] for row in rows],
        "score": [row[2] for row in rows],
        "area_m2": [abs(GEODESIC.geometry_area_perimeter(each)[0]) for each in outlines],
        "before_on": pd.to_datetime([date(2024, 6, 1)] * len(rows)),
        "after_on": pd.to_datetime([row[3] for row in rows]),
        "d_ndvi": [-row[2] for row in rows],
        "pixels": [100] * len(rows),
        "target": [row[1] for row in rows],
    }
    return gpd.GeoDataFrame(table, geometry=outlines, crs=STORAGE)


DAY = date(2024, 8, 1)
SQUARE = (0, 0, 100, 100)


@pytest.mark.parametrize(
    ("other", "count"),
    [
        (((140, 0, 240, 100), "burn", 0.9, DAY), 1),
        (((160, 0, 260, 100), "burn", 0.9, DAY), 2),
        (((140, 0, 240, 100), "waste", 0.9, DAY), 2),
        (((140, 0, 240, 100), "burn", 0.9, date(2024, 8, 29)), 1),
        (((140, 0, 240, 100), "burn", 0.9, date(2024, 8, 30)), 2),
        (((140, 0, 240, 100), "burn", 0.9, None), 2),
    ],
)
def test_fifty_metres_and_twenty_eight_days(other, count):
    """Forty metres apart is one, sixty are two; so are another class, a day more, and a date that nobody knows."""
    found = merging.merge(patches_of((SQUARE, "burn", 0.3, DAY), other))
    assert (len(found.patches), found.absorbed) == (count, 2 - count)


def test_the_whole_has_the_areas_and_the_strongest_id():
    """Areas and pixels add up, figures are weighed by area, and the id is that of the strongest part."""
    parts = patches_of((SQUARE, "burn", 0.3, DAY), ((120, 0, 420, 100), "burn", 0.7, date(2024, 8, 9)))
    whole = merging.merge(parts).patches.iloc[0]
    assert whole["area_m2"] == pytest.approx(parts["area_m2"].sum())
    assert (whole["pixels"], whole["patch_id"]) == (200, "P1")
    assert whole["d_ndvi"] == pytest.approx(-0.6, abs=1e-3)
    assert whole["after_on"] == pd.Timestamp(2024, 8, 9)
    assert whole.geometry.is_valid


@settings(deadline=None, max_examples=25)
@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), min_size=2, max_size=14, unique=True))
def test_merging_again_changes_nothing(places):
    """No area is lost, outlines stay valid and at least 50 m apart, whatever the order of the patches."""
    rows = [((120 * x, 120 * y, 120 * x + 90, 120 * y + 90), "burn", 0.1 + 0.05 * x, DAY) for x, y in places]
    parts = patches_of(*rows)
    once = merging.merge(parts).patches
    assert merging.merge(once).absorbed == 0
    assert once["area_m2"].sum() == pytest.approx(parts["area_m2"].sum())
    assert once.geometry.is_valid.all()
    turned = merging.merge(parts.iloc[::-1]).patches
    assert sorted(turned["patch_id"]) == sorted(once["patch_id"])


def test_zero_metres_merge_nothing():
    """A user can have every patch by itself."""
    table = patches_of((SQUARE, "burn", 0.3, DAY), ((100, 0, 200, 100), "burn", 0.3, DAY))
    assert merging.merge(table, within_m=0).absorbed == 0
    assert np.array_equal(merging.merge(table, within_m=0).patches["patch_id"], table["patch_id"])


def test_what_the_whole_says_of_fires_and_seasons():
    """The day is that of the nearest point; points near two parts are counted once; the widest gap of seasons stays."""
    days = [date(2024, 7, 20), date(2024, 7, 3), date(2024, 7, 28)]
    parts = patches_of(*(((120 * at, 0, 120 * at + 100, 100), "burn", 0.3 + 0.1 * at, DAY) for at in range(3))).assign(
        fire_points=pd.array([2, 3, 1], "Int64"),
        fire_m=[320.0, 40.0, 410.0],
        fire_on=pd.to_datetime(days),
        season_gap_days=[2.0, 30.0, 4.0],
    )
    whole = merging.merge(parts).patches.iloc[0]
    assert (whole["fire_m"], whole["fire_on"].date()) == (40.0, days[1])
    assert (whole["fire_points"], whole["season_gap_days"]) == (3, 30)
    alone = parts.assign(fire_points=pd.array([0, 1, 0], "Int64"), fire_m=[np.nan, 90.0, np.nan])
    alone["fire_on"] = pd.to_datetime([None, days[1], None])
    assert merging.merge(alone).patches["fire_on"].dt.date.tolist() == [days[1]]
    nothing = alone.assign(fire_points=pd.array([pd.NA] * 3, "Int64"), fire_m=np.nan, fire_on=pd.NaT)
    assert merging.merge(nothing).patches[["fire_points", "fire_m", "fire_on"]].isna().all(axis=None)
