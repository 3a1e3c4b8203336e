"""Density of points against the kernel written out."""

import numpy as np
import pytest

from gis import density

BOX = (0.0, 0.0, 1000.0, 800.0)


def _written_out(x, y, shape, bandwidth, weights=1.0):
    rows, columns = shape
    east = (np.arange(columns) + 0.5) * 1000 / columns
    north = 800 - (np.arange(rows) + 0.5) * 800 / rows
    near = [np.exp(-((at[:, None] - of[None, :]) ** 2) / 2 / bandwidth**2) for at, of in ((north, y), (east, x))]
    return (near[0] * weights) @ near[1].T / (2 * np.pi * bandwidth**2)


@pytest.mark.parametrize("bandwidth", [40.0, 80.0])
def test_density_is_the_sum_of_kernels(bandwidth):
    """Binned and filtered, it differs from the sum over all points by about a thousandth of the peak."""
    rng = np.random.default_rng(1)
    x, y = rng.uniform(0, 1000, 3000), rng.uniform(0, 800, 3000)
    weights = rng.uniform(0, 3, 3000)
    found = density.kernel(x, y, bbox=BOX, shape=(80, 100), bandwidth=bandwidth, weights=weights)
    expected = _written_out(x, y, (80, 100), bandwidth, weights)
    assert np.abs(found - expected).max() < 2.5e-3 * expected.max()
    assert np.median(np.abs(found - expected) / expected) < 1e-3


def test_all_points_are_on_the_raster():
    """Far from the edges, density times area gives the number of points."""
    rng = np.random.default_rng(2)
    x, y = rng.normal(500, 40, 1000), rng.normal(400, 30, 1000)
    found = density.kernel(x, y, bbox=BOX, shape=(160, 200), bandwidth=20)
    assert found.sum() * 25 == pytest.approx(1000, rel=1e-6)
    assert np.unravel_index(found.argmax(), found.shape) == pytest.approx((80, 100), abs=4)


def test_points_just_outside_count_and_far_ones_do_not():
    """A point beside the box shines in; one beyond five bandwidths does not."""
    beside, far = (
        density.kernel(np.array([at]), np.array([400.0]), bbox=BOX, shape=(80, 100), bandwidth=20)
        for at in (-15.0, -200)
    )
    assert beside[40, 0] > 0
    assert beside[40, 0] > beside[40, 5]
    assert far.max() == 0


def test_boxes_and_bandwidths_that_show_nothing_are_refused():
    """An empty box, and a kernel smaller than a pixel."""
    nothing = np.zeros(0)
    with pytest.raises(ValueError, match="box"):
        density.kernel(nothing, nothing, bbox=(1, 0, 0, 1), shape=(5, 5), bandwidth=1)
    with pytest.raises(ValueError, match="bandwidth"):
        density.kernel(nothing, nothing, bbox=BOX, shape=(80, 100), bandwidth=2)
