"""Displacement: planted fields come back, outliers and noise do not make one."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from satellite import displacement
from satellite.registration import Blocks

SHAPE = (2048, 3072)


def _blocks(south, east, *, noise=0.05, wrong=0, seed=0, count=120):
    """Blocks over the image with a field of their own, noise, and some that are plainly wrong."""
    rng = np.random.default_rng(seed)
    row, column = rng.uniform(0, SHAPE[0], count), rng.uniform(0, SHAPE[1], count)
    shifts = np.stack([south(row, column), east(row, column)]) + rng.normal(0, noise, (2, count))
    at = rng.choice(count, wrong, replace=False)
    shifts[:, at] += rng.uniform(-15, 15, (2, wrong))
    return Blocks(row, column, *shifts, np.full(count, 20.0))


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 1000), wrong=st.integers(0, 30), noise=st.floats(0.01, 0.3))
def test_one_shift_stays_one_shift(seed, wrong, noise):
    """Noise and a quarter of wrong blocks make no local correction."""
    constant = (lambda row, _: row * 0 + 0.4, lambda row, _: row * 0 - 1.1)
    blocks = _blocks(*constant, noise=noise, wrong=wrong, seed=seed)
    field = displacement.fit(blocks, SHAPE)
    assert field.kind == "shift"
    assert field.range_px == 0
    assert (field.south_px[0, 0], field.east_px[0, 0]) == pytest.approx((0.4, -1.1), abs=3 * noise / 6)


@pytest.mark.parametrize("wrong", [0, 25])
def test_an_affine_field_is_found(wrong):
    """A scale and a rotation come back within a tenth of a pixel, extrapolated to the corners too."""
    blocks = _blocks(lambda row, column: 1e-3 * row - 5e-4 * column, lambda row, _: 0.5 + 8e-4 * row, wrong=wrong)
    field = displacement.fit(blocks, SHAPE)
    assert field.kind == "affine"
    south, east = field.at(slice(100, 101), slice(200, 203))
    assert south[0] == pytest.approx(1e-3 * 100.5 - 5e-4 * np.arange(200.5, 203), abs=0.1)
    assert east[0] == pytest.approx([0.5 + 8e-4 * 100.5] * 3, abs=0.1)


def test_a_smooth_field_is_found():
    """A bulge that no plane describes is followed within a fifth of its height."""

    def bulge(row, column):
        return 2.0 * np.exp(-((row - 1000) ** 2 + (column - 1500) ** 2) / 700**2)

    field = displacement.fit(_blocks(bulge, lambda row, _: row * 0, count=250, wrong=25), SHAPE)
    assert field.kind == "smooth"
    south, east = field.at(slice(0, 2048), slice(0, 3072))
    row, column = np.mgrid[0:2048, 0:3072] + 0.5
    assert np.abs(south - bulge(row, column)).max() < 0.4
    assert np.abs(east).max() < 0.2


def test_few_blocks_make_no_field():
    """Five blocks on a slope give their median; no block gives nothing."""
    few = _blocks(lambda row, _: 1e-3 * row, lambda row, _: row * 0, count=5, noise=0)
    assert displacement.fit(few, SHAPE).kind == "shift"
    with pytest.raises(ValueError, match="at least one block"):
        displacement.fit(Blocks(*np.empty((5, 0))), SHAPE)
