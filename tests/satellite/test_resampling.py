"""Resampling: cubic convolution against what it is exact for, and against an independent implementation."""

import numpy as np
import pytest
from rasterio.enums import Resampling
from rasterio.io import MemoryFile
from rasterio.vrt import WarpedVRT

from satellite import resampling
from tests.satellite import tifs


def test_parabolas_are_kept():
    """Keys' kernel with a = -1/2 reproduces polynomials of the second degree between pixels."""
    row, column = np.mgrid[0:12, 0:15].astype(float)
    image = (0.3 * row**2 - row * column + 2 * column + 1).astype(np.float32)[None]
    at_row, at_column = np.array([[3.3], [6.71]]), np.array([[4.05, 9.9]])
    expected = 0.3 * at_row**2 - at_row * at_column + 2 * at_column + 1
    assert resampling.cubic(image, at_row, at_column)[0] == pytest.approx(expected, abs=1e-4)


def test_whole_pixels_are_copied():
    """At the middles of pixels nothing changes; outside nothing is known."""
    image = np.random.default_rng(1).normal(size=(2, 6, 6)).astype(np.float32)
    moved = resampling.cubic(image, np.arange(-1, 7)[:, None], np.arange(6)[None, :])
    assert np.array_equal(moved[:, 1:7], image)
    assert np.isnan(moved[:, [0, 7]]).all()


def test_nan_spreads_to_its_own_pixel_only():
    """The place nearest to a hole is a hole; its neighbours are made of what is seen."""
    image = np.full((1, 7, 7), 5, np.float32)
    image[0, 3, 3] = np.nan
    moved = resampling.cubic(image, np.arange(7)[:, None] + 0.3, np.arange(7)[None, :] + 0.3)
    assert np.isnan(moved[0, 3, 3])
    assert np.isnan(moved).sum() == 1
    assert np.nanmax(np.abs(moved - 5)) == pytest.approx(0, abs=1e-5)


def test_gdal_gives_the_same(tmp_path):
    """A shift of a fraction of a pixel is that of GDAL's cubic warp, away from the rim."""
    image = np.random.default_rng(2).normal(100, 20, (1, 40, 50)).astype(np.float32)
    path = tifs.write(tmp_path / "a.tif", image)
    with MemoryFile(path.read_bytes()) as memory, memory.open() as source:
        moved = source.transform @ source.transform.translation(0.37, 0.62)
        with WarpedVRT(source, transform=moved, height=40, width=50, resampling=Resampling.cubic) as warped:
            expected = warped.read(1)
    ours = resampling.cubic(image, np.arange(40)[:, None] + 0.62, np.arange(50)[None, :] + 0.37)[0]
    assert ours[3:-3, 3:-3] == pytest.approx(expected[3:-3, 3:-3], abs=0.05)


@pytest.mark.parametrize(("south", "east"), [(0.37, -0.21), (-0.5, 0.5), (0.0, 0.3)])
def test_a_shift_of_the_whole_is_cubic_in_two_steps(south, east):
    """Along rows and then across them, holes and all: the same as at each place by itself."""
    rng = np.random.default_rng(5)
    image = rng.normal(100, 20, (2, 30, 40)).astype(np.float32)
    image[:, rng.random((30, 40)) < 0.05] = np.nan
    moved = resampling.shifted(image, south, east)
    rows, columns = np.arange(2, 28)[:, None] + south, np.arange(2, 38)[None, :] + east
    expected = resampling.cubic(image, rows, columns)
    assert np.array_equal(np.isnan(moved), np.isnan(image[:, 2:28, 2:38]))
    both = np.isfinite(moved) & np.isfinite(expected)
    assert both.mean() > 0.8
    assert moved[both] == pytest.approx(expected[both], rel=1e-4, abs=0.01)


def test_counts_with_a_nodata_value_are_resampled_as_they_are():
    """Whole numbers whose nodata is a number give what the same values with NaN give."""
    rng = np.random.default_rng(6)
    counts = rng.integers(1, 3000, (3, 20, 20)).astype(np.uint16)
    counts[:, rng.random((20, 20)) < 0.1] = 0
    values = np.where(counts == 0, np.nan, counts).astype(np.float32)
    at = np.arange(20)[:, None] + 0.3, np.arange(20)[None, :] - 0.4
    assert np.array_equal(resampling.cubic(counts, *at, missing=0), resampling.cubic(values, *at), equal_nan=True)


@pytest.mark.parametrize("fraction", [0.0, 0.13, -0.3, 0.5])
def test_the_low_pass_moves_waves_by_their_phase(fraction):
    """A wave of any length comes out as about the middle of a pixel, moved: within 1 %, 0.1 % if five px or longer."""
    here, there = np.array(resampling.low_pass(0.0)), np.array(resampling.low_pass(fraction))
    assert there.sum() == pytest.approx(1, abs=1e-12)
    assert there @ np.arange(-3, 4) == pytest.approx(fraction, abs=2e-3)
    for frequency in np.linspace(0.05, np.pi, 60):
        wave = np.exp(1j * frequency * np.arange(-3, 4))
        apart = abs(there @ wave - here @ wave * np.exp(1j * frequency * fraction))
        assert apart < (0.001 if frequency < 2 * np.pi / 5 else 0.01)
    assert resampling.low_pass(-fraction) == pytest.approx(resampling.low_pass(fraction)[::-1])
