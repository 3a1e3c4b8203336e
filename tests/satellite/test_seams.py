"""Patches over the borders of tiles: joined where they are one, left where they are not."""

from datetime import date

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from shapely.geometry import box

from gis.crs import GEODESIC
from satellite import patches, seams


def _table(*rows):
    """Make patches from (outline, class, score, later date)."""
    made = {
        "patch_id": [f"P{hash((shapely.to_wkb(row[0]), *row[1:]))}" for row in rows],
        "machine_class": [row[1] for row in rows],
        "score": [row[2] for row in rows],
        "area_m2": [abs(GEODESIC.geometry_area_perimeter(row[0])[0]) for row in rows],
        "before_on": pd.to_datetime([date(2021, 6, 1)] * len(rows)),
        "after_on": pd.to_datetime([row[3] for row in rows]),
        "d_ndvi": [row[2] - 1 for row in rows],
        "d_ndwi": [float("nan")] * len(rows),
        "d_ndbi": [0.1] * len(rows),
    }
    table = gpd.GeoDataFrame(made, geometry=[row[0] for row in rows], crs="EPSG:4490")
    for name in set(patches.SCHEMA.columns) - set(table.columns):
        table[name] = None
    return table


DAY, LATER = date(2021, 8, 1), date(2021, 8, 20)
WEST, EAST = box(126.0, 45.0, 126.001, 45.001), box(126.001, 45.0, 126.003, 45.001)


def test_two_halves_become_one():
    """Area of the whole, figures weighed by area, the interval of both, an id of its own, once for any order."""
    west, east = _table((WEST, "construction", 0.3, DAY)), _table((EAST, "construction", 0.6, LATER))
    found = seams.join([west, east], smallest_m2=0)
    assert (len(found.patches), found.joined) == (1, 2)
    row = found.patches.iloc[0]
    assert row["score"] == pytest.approx(0.5, abs=1e-3)
    assert row["d_ndvi"] == pytest.approx(-0.5, abs=1e-3)
    assert pd.isna(row["d_ndwi"])
    assert row["area_m2"] == pytest.approx(west["area_m2"].sum() + east["area_m2"].sum(), rel=1e-4)
    assert row["after_on"] == pd.Timestamp(LATER)
    assert row.geometry.geom_type == "Polygon"
    assert seams.join([east, west], smallest_m2=0).patches["patch_id"].tolist() == [row["patch_id"]]


@pytest.mark.parametrize(
    "other",
    [
        (EAST, "burn", 0.5, DAY),
        (EAST, "construction", 0.5, date(2021, 9, 10)),
        (box(126.0011, 45.0, 126.003, 45.001), "construction", 0.5, DAY),
    ],
)
def test_another_class_another_month_or_a_gap_stays_apart(other):
    """What is not one event is not joined."""
    found = seams.join([_table((WEST, "construction", 0.5, DAY)), _table(other)], smallest_m2=0)
    assert (len(found.patches), found.joined) == (2, 0)


def test_neighbours_within_a_tile_stay_as_the_tile_saw_them():
    """The tile itself knew that they are two, unless a third one across the border touches both."""
    tile = _table((WEST, "construction", 0.5, DAY), (EAST, "construction", 0.5, DAY))
    assert len(seams.join([tile], smallest_m2=0).patches) == 2
    north = _table((box(126.0, 45.001, 126.003, 45.002), "construction", 0.5, DAY))
    assert len(seams.join([tile, north], smallest_m2=0).patches) == 1


def test_a_corner_joins_and_an_overlap_is_counted_once():
    """Four quarters around a corner, and the same patch seen by two overlapping tiles."""
    quarters = [box(126 + x, 45 + y, 126.001 + x, 45.001 + y) for x in (0, 0.001) for y in (0, 0.001)]
    found = seams.join([_table((each, "construction", 0.5, DAY)) for each in quarters], smallest_m2=0)
    assert len(found.patches) == 1
    twice = seams.join([_table((WEST, "construction", 0.5, DAY))] * 2, smallest_m2=0)
    assert twice.patches["area_m2"].tolist() == pytest.approx(
        [_table((WEST, "burn", 0.5, DAY))["area_m2"][0]], rel=1e-6
    )


def test_smallness_is_judged_after_joining():
    """Two halves each below the limit are one above it; a third below it goes and is counted."""
    area = abs(GEODESIC.geometry_area_perimeter(WEST)[0])
    alone = box(126.1, 45.0, 126.101, 45.001)
    found = seams.join(
        [_table((WEST, "construction", 0.5, DAY)), _table((EAST, "construction", 0.5, DAY), (alone, "burn", 0.9, DAY))],
        smallest_m2=1.5 * area,
    )
    assert (len(found.patches), found.too_small) == (1, 1)


def test_nothing_found_is_an_empty_table():
    """No tile has a patch: a layer with all columns and no row."""
    found = seams.join([], smallest_m2=1000)
    assert found.patches.empty
    assert set(patches.SCHEMA.columns) <= set(found.patches.columns)
