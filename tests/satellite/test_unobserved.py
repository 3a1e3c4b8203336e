"""Outlines of what was not observed."""

import numpy as np
import pytest
from affine import Affine
from pyproj import CRS
from scipy import ndimage
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


def test_any_pixel_hides_its_cell():
    """A size that no cell divides: the last ones are smaller."""
    hidden = np.zeros((20, 17), bool)
    hidden[7, 8] = hidden[19, 16] = True
    assert np.argwhere(unobserved.coarse(hidden)).tolist() == [[0, 1], [2, 2]]


def _parted(unseen, grid, tile_px):
    """Return the sides of the tiles of a grid; pixels are the cells of ``unseen``, ``COARSE_PX`` each way."""
    fine = np.kron(unseen, np.ones((COARSE_PX, COARSE_PX), bool))
    made = []
    for top in range(0, grid.rows, tile_px):
        for left in range(0, grid.columns, tile_px):
            rows, columns = (top, min(top + tile_px, grid.rows)), (left, min(left + tile_px, grid.columns))
            part = unobserved.coarse(fine[slice(*rows), slice(*columns)])
            made.append(unobserved.sides(part, grid.part(rows, columns)))
    return made


@pytest.mark.parametrize("seed", range(3))
def test_tiles_joined_are_the_whole(seed):
    """Random clouds on 41 km, in tiles of 10 km: as many outlines, of the areas of the undivided grid."""
    grid = Grid(UTM, Affine(10, 0, 600_000, 0, -10, 5_100_000), 4096, 4096)
    field = ndimage.gaussian_filter(np.random.default_rng(seed).normal(size=(512, 512)), 12)
    unseen = field > np.quantile(field, 0.8)
    whole, joined = unobserved.outlines(unseen, grid), unobserved.join(_parted(unseen, grid, 1024))
    assert len(joined) == len(whole) > 10
    assert joined["area_m2"].to_numpy() == pytest.approx(whole["area_m2"].to_numpy(), rel=1e-3)


def test_tiles_that_no_cell_divides_still_join():
    """A cloud over four tiles of 130 pixels is one outline."""
    grid = Grid(UTM, Affine(10, 0, 600_000, 0, -10, 5_100_000), 256, 256)
    unseen = np.zeros((32, 32), bool)
    unseen[10:22, 10:22] = True
    (area,) = unobserved.join(_parted(unseen, grid, 130))["area_m2"]
    assert 960**2 * 0.999 < area < 1120**2


def test_what_an_overlapping_tile_saw_was_seen():
    """Of a cloud over the west of one tile, what another tile saw is taken off; seen everywhere, none is left."""
    grid = Grid(UTM, Affine(10, 0, 600_000, 0, -10, 5_100_000), 400, 400)
    unseen = np.zeros((50, 50), bool)
    unseen[:, :25] = True
    cloudy, half = unobserved.sides(unseen, grid), grid.part((0, 400), (0, 80))
    other = unobserved.sides(np.zeros((50, 10), bool), half)
    assert unobserved.join([cloudy, other])["area_m2"].sum() == pytest.approx(1200 * 4000, rel=3e-3)
    clear = unobserved.sides(np.zeros((50, 50), bool), grid)
    assert unobserved.join([cloudy, clear]).empty


def test_one_tile_alone_is_its_own_outlines():
    """Nothing beside it: what was hidden stays, and where nothing was there is none."""
    grid = Grid(UTM, Affine(10, 0, 600_000, 0, -10, 5_100_000), 80, 80)
    unseen = np.zeros((10, 10), bool)
    assert unobserved.join([unobserved.sides(unseen, grid)]).empty
    unseen[3:5, 3:5] = True
    assert unobserved.join([unobserved.sides(unseen, grid)])["area_m2"].tolist() == pytest.approx([160**2], rel=2e-3)
    unseen[:] = True
    assert unobserved.join([unobserved.sides(unseen, grid)])["area_m2"].tolist() == pytest.approx([800**2], rel=2e-3)
