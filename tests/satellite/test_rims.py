"""Thin patches along larger ones."""

import geopandas as gpd
import numpy as np
import shapely
from shapely.geometry import box

from satellite import patches, rims

ROOF = box(0, 0, 200, 150)


def _table(*outlines):
    """Make patches on the ground from outlines in metres."""
    placed = gpd.GeoSeries(outlines, crs="EPSG:32651").translate(600_000, 5_060_000).to_crs("EPSG:4490")
    return gpd.GeoDataFrame({"area_m2": patches.areas_m2(placed)}, geometry=placed.to_numpy(), crs="EPSG:4490")


def test_a_border_of_mixed_pixels_is_a_rim():
    """A frame of one pixel around a roof, a strip along one side of it; the roof itself is none."""
    frame = ROOF.buffer(10, join_style="mitre").difference(ROOF)
    strip = box(-20, 20, 0, 120)
    assert rims.of(_table(ROOF, frame), 10).tolist() == [False, True]
    assert rims.of(_table(ROOF, strip), 10).tolist() == [False, True]


def test_what_stands_alone_or_is_wide_is_none():
    """The same strip 20 m away, a yard as wide as it is long beside the roof, a strip that touches with its end."""
    assert not rims.of(_table(ROOF, box(-40, 20, -20, 120)), 10).any()
    assert not rims.of(_table(ROOF, box(-60, 20, 0, 80)), 10).any()
    assert not rims.of(_table(ROOF, box(-120, 20, 0, 40)), 10).any()


def test_two_alike_in_size_stay_two():
    """Neither of two strips side by side is the rim of the other; nothing at all gives nothing."""
    assert not rims.of(_table(box(0, 0, 20, 100), box(20, 0, 40, 100)), 10).any()
    assert rims.of(_table(ROOF).iloc[:0], 10).tolist() == []


def test_rims_do_not_hang_on_where_they_lie():
    """A lattice of roofs over 40 km: each keeps its rim, wherever it lies."""
    roofs = [shapely.affinity.translate(ROOF, x * 10_000, y * 10_000) for x in range(4) for y in range(4)]
    frames = [roof.buffer(10, join_style="mitre").difference(roof) for roof in roofs]
    found = rims.of(_table(*roofs, *frames), 10)
    assert np.array_equal(found, np.arange(32) >= 16)
