"""Images read by windows of another grid: shifts, edges, nodata and masks, against the image as a whole."""

import os
import subprocess
import sys
from contextlib import ExitStack

import numpy as np
import pytest
import rasterio
from affine import Affine
from pyproj import CRS
from rasterio.windows import Window

from satellite import sources
from satellite.patches import Grid
from satellite.sources import Source

ORIGIN = (500_000, 5_000_000)


def _grid(rows, columns, *, east=0.0, south=0.0, step=10.0):
    transform = Affine(step, 0, ORIGIN[0] + 10 * east, 0, -step, ORIGIN[1] - 10 * south)
    return Grid(CRS.from_epsg(32652), transform, rows, columns)


def _image(path, data, nodata=None):
    """Write an image of 10 m whose corner is the origin."""
    profile = {"driver": "GTiff", "count": len(data), "height": data.shape[1], "width": data.shape[2]}
    profile |= {"dtype": data.dtype.name, "crs": "EPSG:32652", "nodata": nodata, "transform": _grid(1, 1).transform}
    with rasterio.open(path, "w", **profile) as sink:
        sink.write(data)
    return path


@pytest.fixture
def placed(tmp_path):
    """Open an image on a grid; closed after the test."""
    with ExitStack() as stack:

        def place(data, grid, nodata=None, *, nearest=False):
            path = _image(tmp_path / f"{len(list(tmp_path.iterdir()))}.tif", data, nodata)
            bands = tuple(range(1, len(data) + 1))
            file = stack.enter_context(sources.opened(path))
            return Source.of(path, file, bands, nearest=nearest).placed(grid, stack)

        yield place


def _waves(row, column):
    return (200 + 50 * np.sin(row / 4) * np.cos(column / 5)).astype(np.float32)[None]


def test_what_lies_outside_is_not_observed(placed):
    """A grid that reaches over the image on every side has its pixels in the middle and nothing around them."""
    data = np.arange(1, 1 + 2 * 6 * 8, dtype=np.uint16).reshape(2, 6, 8)
    source = placed(data, _grid(12, 14, east=-3, south=-2), 0)
    stored, values = source.stored(Window(0, 0, 14, 12)), source.physical(Window(0, 0, 14, 12))
    assert np.array_equal(stored[:, 2:8, 3:11], data)
    assert np.array_equal(values[:, 2:8, 3:11], data)
    assert (stored == 0).sum() == np.isnan(values).sum() == 2 * (12 * 14 - 6 * 8)
    far = Window(0, 0, 2, 2)
    assert (source.moved(500, -700).stored(far) == 0).all()


@pytest.mark.parametrize(("south", "east"), [(0.3, -0.2), (1.5, -2.25), (0.0, 0.49), (-3.0, 4.0)])
def test_a_shift_moves_the_window_and_resamples_the_rest(placed, south, east):
    """A smooth image read back from any shift equals the same waves drawn there; its counts tell what was left."""
    row, column = np.mgrid[0:60, 0:70]
    source = placed(_waves(row, column), _grid(60, 70), -1.0).moved(south, east)
    window = Window(20, 15, 30, 25)
    inner = (slice(15, 40), slice(20, 50))
    assert source.physical(window) == pytest.approx(_waves(row + south, column + east)[:, *inner], abs=0.05)
    whole, fraction = (round(south), round(east)), source.fraction
    assert (whole[0] + fraction[0], whole[1] + fraction[1]) == pytest.approx((south, east))
    assert np.array_equal(source.stored(window), _waves(row + whole[0], column + whole[1])[:, *inner])


def test_a_window_is_part_of_the_whole(placed):
    """Resampled with holes in it, a window holds what the whole image holds there."""
    rng = np.random.default_rng(3)
    data = rng.integers(1, 900, (3, 40, 50)).astype(np.uint16)
    data[1, rng.random((40, 50)) < 0.1] = 0
    source = placed(data, _grid(40, 50), 0).moved(0.4, 2.3)
    whole = source.physical(Window(0, 0, 50, 40))
    part = source.physical(Window(11, 6, 20, 17))
    assert np.array_equal(part, whole[:, 6:23, 11:31], equal_nan=True)
    assert np.array_equal(np.isnan(whole[1, :, :48]), data[1, :, 2:] == 0)


def test_masks_take_the_nearest_pixel(placed):
    """A mask of 20 m on a grid of 10 m, and one a third of a pixel off, hide whole pixels."""
    mask = (np.random.default_rng(4).random((1, 20, 20)) < 0.5).astype(np.uint8)
    fine = placed(mask, _grid(40, 40, step=5.0), nearest=True)
    assert np.array_equal(fine.clear(Window(0, 0, 40, 40)), mask[0].repeat(2, axis=0).repeat(2, axis=1) == 1)
    beside = placed(mask, _grid(22, 20, south=-0.3), nearest=True).clear(Window(0, 0, 20, 22))
    assert np.array_equal(beside[:20], mask[0] == 1)
    assert not beside[20:].any()


def test_an_image_without_nodata_is_read_as_values(placed):
    """Where the file names no nodata, what lies outside of it is NaN, counts or not."""
    data = np.full((1, 5, 5), 7, np.uint8)
    source = placed(data, _grid(5, 6))
    assert np.isnan(source.missing)
    assert np.isnan(source.stored(Window(0, 0, 6, 5))[0, :, 5]).all()


def test_another_thread_reads_the_same(placed):
    """An image opened again, warped or not, gives the same pixels."""
    row, column = np.mgrid[0:30, 0:30]
    for grid in (_grid(30, 30, east=2.0), _grid(40, 40, step=7.0)):
        source, window = placed(_waves(row, column), grid, -1.0), Window(3, 4, 20, 20)
        with ExitStack() as stack:
            assert np.array_equal(source.again(grid, stack).stored(window), source.stored(window))


def test_gdal_keeps_few_blocks_unless_told_otherwise():
    """Importing the package limits the cache of a process, or leaves the limit that the caller has set."""
    asked = "import os, satellite; print(os.environ['GDAL_CACHEMAX'])"
    bare = {name: value for name, value in os.environ.items() if name != "GDAL_CACHEMAX"}
    for environment, expected in ((bare, "48"), (bare | {"GDAL_CACHEMAX": "7"}, "7")):
        told = subprocess.run(
            [sys.executable, "-c", asked], env=environment, capture_output=True, text=True, check=True
        )
        assert told.stdout.strip() == expected
