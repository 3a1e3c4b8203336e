"""Patches: polygons and pixels say the same."""

from datetime import date

import geopandas as gpd
import numpy as np
import pytest
from affine import Affine
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from pyproj import CRS
from shapely import segmentize
from shapely.geometry import MultiPolygon, Polygon, box

from gis.crs import GEODESIC, STORAGE
from satellite import patches
from satellite.patches import Grid, Look
from satellite.runs import Runs

GRID = Grid(CRS.from_epsg(32651), Affine(10, 0, 600_000, 0, -10, 5_060_000), 40, 50)
LOOK = Look(("blue", "green", "red"), date(2024, 6, 18), date(2025, 6, 20))


def _described(kinds, strength=None, look=LOOK):
    labels = patches.label(kinds, 4)
    strength = np.full(kinds.shape, 8.0, np.float32) if strength is None else strength
    bands = np.ones((3, *kinds.shape), np.float32)
    means = patches.sums(labels.of_pixel, [(0, bands, 2 * bands)])
    return labels, patches.describe(labels, strength, means, grid=GRID, threshold=4.0, look=look)


def test_areas_equal_pixels():
    """A patch of 6 x 5 pixels of 10 m is 3,000 m2 on the ellipsoid, up to the map's scale."""
    kinds = np.zeros((40, 50), np.uint8)
    kinds[10:16, 20:25] = 1
    _, table = _described(kinds)
    assert table["area_m2"].tolist() == pytest.approx([3000], rel=2e-3)
    assert table["score"].tolist() == pytest.approx([0.5])
    assert table["machine_class"].tolist() == ["construction"]


@settings(max_examples=25, deadline=None)
@given(kinds=hnp.arrays(np.uint8, (40, 50), elements=st.sampled_from([0, 0, 0, 1, 2, 255])))
def test_every_label_is_one_patch(kinds):
    """Whatever the raster, patches are valid, unique, of one class, and none smaller than asked."""
    labels, table = _described(kinds)
    assert len(table) == len(labels.classes)
    assert table["patch_id"].is_unique
    assert table.geometry.is_valid.all()
    assert not (labels.of_pixel[kinds == 255]).any()


def test_one_pixel_gaps_are_closed_but_classes_stay_apart():
    """A seam in a roof makes no two patches; a heap beside a shed does."""
    kinds = np.zeros((40, 50), np.uint8)
    kinds[10:16, 10:14] = 1
    kinds[10:16, 15:19] = 1
    kinds[10:16, 19:24] = 3
    labels, _ = _described(kinds)
    assert labels.classes == ("construction", "waste")


def test_a_mixed_surface_becomes_one_class():
    """A burn peppered with unclassified pixels is a burn; a stray burnt pixel in a field is not."""
    rng = np.random.default_rng(2)
    kinds = np.zeros((40, 50), np.uint8)
    kinds[5:25, 5:25] = rng.choice([4, 7], (20, 20), p=[0.6, 0.4])
    kinds[5:25, 28:48] = 7
    kinds[15, 38] = 4
    kinds[30, 30] = 255
    solid = patches.consolidate(kinds)
    assert (solid[7:23, 7:23] == 4).mean() > 0.95
    assert (solid[5:25, 28:48] == 7).all()
    assert ((solid == 0) == (kinds == 0)).all()
    assert solid[30, 30] == 255


def test_small_groups_are_counted():
    """Groups below the smallest size are left out, and said so."""
    kinds = np.zeros((40, 50), np.uint8)
    kinds[0, 0:3] = 1
    kinds[20:22, 20:22] = 1
    labels = patches.label(kinds, 4)
    assert (len(labels.classes), labels.too_small) == (1, 1)


def test_means_over_strips_equal_means_over_the_whole():
    """Reading strip by strip changes no mean, and NaN pixels take no part."""
    rng = np.random.default_rng(1)
    labels = np.zeros((40, 50), np.int32)
    labels[5:30, 5:20], labels[8:35, 25:45] = 1, 2
    bands = rng.normal(5, 1, (2, 3, 40, 50)).astype(np.float32)
    bands[0, 1, 10, 10] = np.nan
    whole = patches.sums(labels, [(0, bands[0], bands[1])])
    strips = [(top, bands[0][:, top : top + 7], bands[1][:, top : top + 7]) for top in range(0, 40, 7)]
    for one, other in zip(patches.sums(labels, strips), whole, strict=True):
        assert one == pytest.approx(other, rel=1e-12)
    assert whole[0][1, 0] == pytest.approx(np.nanmean(bands[0, 1][labels == 1]), rel=1e-6)


def test_ranked_rows_keep_their_labels():
    """The strongest patch comes first, and the index still says which label each row is of."""
    kinds = np.zeros((40, 50), np.uint8)
    strength = np.full(kinds.shape, 5.0, np.float32)
    for at, (row, size) in enumerate(((2, 4), (14, 9), (28, 6))):
        kinds[row : row + size, 10 : 10 + size] = 1
        strength[row : row + size] = 5.0 + 3 * at
    labels, table = _described(kinds, strength)
    assert table.index.tolist() == [3, 2, 1]
    pixels = labels.pixels[table.index - 1]
    assert table["area_m2"].to_numpy() == pytest.approx(100 * pixels, rel=2e-3)


def test_ids_are_derived():
    """The same outline and dates give the same id on every run, other dates another."""
    kinds = np.zeros((40, 50), np.uint8)
    kinds[10:16, 20:25] = 1
    first, again = _described(kinds)[1], _described(kinds)[1]
    other = _described(kinds, look=Look(LOOK.bands, date(2023, 6, 1), LOOK.after_on))[1]
    assert first["patch_id"].tolist() == again["patch_id"].tolist() != other["patch_id"].tolist()


def test_nothing_found_is_an_empty_table():
    """A quiet pair gives a table without rows, with its columns."""
    _, table = _described(np.zeros((40, 50), np.uint8))
    assert table.empty
    assert set(patches.SCHEMA.columns) <= set(table.columns)
    assert table.crs == STORAGE


def test_seen_share():
    """Half a polygon under cloud is half seen; one off the grid is unknown."""
    change = np.zeros((40, 50), np.uint8)
    change[:, 25:] = 255
    west, north = 600_000, 5_060_000
    half = box(west + 200, north - 300, west + 300, north - 200)
    away = box(west - 900, north, west - 800, north + 100)
    outlines = gpd.GeoSeries([half, away], crs=GRID.crs).to_crs(STORAGE)
    shares = patches.seen_share(change, GRID, outlines)
    assert shares[0] == pytest.approx(0.5, abs=0.06)
    assert np.isnan(shares[1])


def test_pixel_area_of_a_geographic_grid():
    """A pixel of a thousandth of a degree at 46 N is about 111 m x 77 m."""
    grid = Grid(CRS.from_epsg(4490), Affine(0.001, 0, 125, 0, -0.001, 46.005), 10, 10)
    assert grid.pixel_m2 == pytest.approx(111.3 * 77.3, rel=0.01)


def test_pixel_area_in_web_mercator_is_that_on_the_ground():
    """A pixel of 10 map metres at 46 N is about 7 metres wide."""
    grid = Grid(CRS.from_epsg(3857), Affine(10, 0, 13_914_936, 0, -10, 5_780_349), 10, 10)
    assert grid.pixel_m2 == pytest.approx(100 * np.cos(np.radians(46)) ** 2, rel=0.01)


@pytest.mark.parametrize("hole_turned", [False, True])
@pytest.mark.parametrize("part_turned", [False, True])
def test_areas_are_the_same_however_rings_are_wound(hole_turned, part_turned):
    """Layers from elsewhere wind holes like shells, and one part against the other."""
    shell, hole, other = (
        list(box(west, 47, west + size, 47 + size).exterior.coords)
        for west, size in ((127.0, 0.02), (127.0, 0.01), (127.1, 0.01))
    )
    areas = [abs(GEODESIC.geometry_area_perimeter(Polygon(ring))[0]) for ring in (shell, hole, other)]
    drawn = MultiPolygon(
        [
            Polygon(shell, [hole[::-1] if hole_turned else hole]),
            Polygon(other[::-1] if part_turned else other),
        ]
    )
    assert patches.areas_m2([drawn]) == pytest.approx([areas[0] - areas[1] + areas[2]])


@pytest.mark.parametrize(
    "grid",
    [
        Grid(CRS.from_epsg(32652), Affine(10, 0, 300_000, 0, -10, 5_400_000), 10_980, 10_980),
        Grid(CRS.from_epsg(4490), Affine(1e-4, 0, 125, 0, -1e-4, 48), 10_000, 9_000),
        GRID,
    ],
)
def test_areas_of_runs_are_those_of_their_outlines(grid):
    """Anywhere on a tile a run of pixels has the area that its outline has on the ellipsoid, to a ten-millionth."""
    rng = np.random.default_rng(0)
    row, first = (rng.integers(0, size, 40) for size in (grid.rows, grid.columns))
    last = np.minimum(first + rng.integers(1, 60, 40), grid.columns)
    stretches = Runs(*(each.astype(np.int32) for each in (row, first, last)), np.ones(40, np.uint8))
    drawn = np.array([segmentize(box(a, y, b, y + 1), 1) for a, b, y in zip(first, last, row, strict=True)])
    wanted = patches.areas_m2(patches._placed(drawn, grid))
    assert grid.areas_m2(stretches) == pytest.approx(np.array(wanted), rel=1e-7)


def test_lengths_are_those_on_the_ellipsoid():
    """Borders with holes and parts, edges up to ten kilometres, at two latitudes, and nothing at all."""
    ring = [(127, 47), (127.1, 47.05), (127.06, 47.09), (127, 47)]
    hole = [(127.05, 47.04), (127.06, 47.05), (127.055, 47.052), (127.05, 47.04)]
    drawn = [Polygon(ring, [hole]), MultiPolygon([box(130, 43, 130.01, 43.02), box(131, 53, 131.0001, 53.0001)])]
    wanted = [abs(GEODESIC.geometry_length(each.boundary)) for each in drawn]
    assert patches.lengths_m(drawn) == pytest.approx(np.array(wanted), rel=1e-6)
    assert patches.lengths_m([]).size == 0
