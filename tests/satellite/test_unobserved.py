"""Outlines of what was not observed."""

import numpy as np
import pytest
from affine import Affine
from pyproj import CRS
from shapely.geometry import Point

from satellite import unobserved
from satellite.findings import COARSE_PX
from satellite.patches import Grid

UTM = CRS.from_epsg(32651)


def test_a_cloud_and_a_corner_are_outlined_within_the_grid():
    """Two groups of cells: their areas are those of the cells, cut at the grid's own edge; what was seen is outside."""
    grid = Grid(UTM, Affine(10, 0, 600_000, 0, -10, 5_100_000), 100, 100)
    unseen = np.zeros((13, 13), bool)
    unseen[2:5, 3:6] = unseen[12, 12] = True
    found = unobserved.outlines(unseen, grid)
    cell = (COARSE_PX * 10) ** 2
    # The last cell reaches 4 pixels into the grid on both sides.
    assert found["area_m2"].tolist() == pytest.approx([9 * cell, cell / 4], rel=2e-3)
    placed = found.to_crs(UTM).geometry
    assert placed[0].contains(Point(600_000 + 4.5 * 80, 5_100_000 - 3.5 * 80))
    assert placed[1].bounds == pytest.approx((600_960, 5_099_000, 601_000, 5_099_040), abs=0.01)
    assert found.crs.to_epsg() == 4490


def test_where_all_was_seen_there_is_none():
    """No cell, no row."""
    grid = Grid(UTM, Affine(10, 0, 600_000, 0, -10, 5_100_000), 16, 16)
    found = unobserved.outlines(np.zeros((2, 2), bool), grid)
    assert found.empty
    assert list(found.columns) == ["area_m2", "geometry"]
