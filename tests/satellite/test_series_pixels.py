"""The compiled loops against plain numpy."""

import numpy as np
import pytest
from scipy import ndimage

from satellite import series_pixels


def test_without_ridge_and_outliers_the_fit_is_least_squares():
    """Clean data, no ridge: the coefficients of numpy's least squares."""
    rng = np.random.default_rng(1)
    design = np.column_stack([np.ones(30), rng.normal(size=(30, 4))])
    truth = rng.normal(size=(6, 5))
    values = (truth @ design.T).astype(np.float32)
    found, spread = series_pixels.fit(values, design, 1e-9, 0.02)
    assert found == pytest.approx(truth, abs=1e-4)
    assert spread == pytest.approx(np.zeros(6), abs=1e-4)


def test_a_cloud_that_slipped_through_hardly_matters():
    """One wild look of thirty moves the robust fit by less than a tenth of what it moves least squares."""
    rng = np.random.default_rng(2)
    angle = rng.uniform(0, 2 * np.pi, 30)
    design = np.column_stack([np.ones(30), np.cos(angle), np.sin(angle), np.cos(2 * angle), np.sin(2 * angle)])
    truth = np.array([0.6, 0.2, -0.1, 0.05, 0.0])
    values = (design @ truth + 0.01 * rng.normal(size=30)).astype(np.float32)[None]
    values[0, 4] -= 2
    robust = series_pixels.fit(values, design, 1e-6, 0.02)[0][0]
    plain = np.linalg.lstsq(design, values[0].astype(float), rcond=None)[0]
    assert np.abs(robust - truth).max() < 0.1 * np.abs(plain - truth).max()


def test_a_pixel_never_seen_has_no_fit():
    """All NaN in, NaN out, and the neighbour is untouched."""
    values = np.full((2, 8), np.nan, np.float32)
    values[1] = 0.5
    design = np.column_stack([np.ones(8), np.linspace(-1, 1, 8)])
    found, spread = series_pixels.fit(values, design, 0.5, 0.02)
    assert np.isnan(found[0]).all()
    assert np.isnan(spread[0])
    assert found[1] == pytest.approx([0.5, 0], abs=1e-6)


def test_departures_need_a_look_a_baseline_and_the_season():
    """NaN for each of the three that is missing, else look minus baseline."""
    coefficients = np.array([[5000, series_pixels.NO_FIT, 5000, 5000], [1000, 0, 1000, 1000]], np.int16)[:, None]
    look = np.array([[0.2, 0.2, np.nan, 0.2]], np.float32)
    seasons = np.array([[0b110, 0b110, 0b110, 0b001]], np.uint32)
    found = series_pixels.depart(look, coefficients, np.array([1.0, 2.0]), seasons, 0b010)[0]
    assert found[0] == pytest.approx(-0.5)
    assert np.isnan(found[1:]).all()


def test_the_middle_of_a_cell_is_its_median_and_its_narrower_side():
    """As numpy has it: every other pixel, the spread of the side that a wide change leaves alone."""
    rng = np.random.default_rng(3)
    cell = rng.normal(0.05, 0.03, (40, 50)).astype(np.float32)
    cell[:12] -= 0.4
    cell[rng.random(cell.shape) < 0.2] = np.nan
    seen = cell[::2, ::2]
    seen = seen[np.isfinite(seen)].astype(float)
    half = np.median(seen)
    sides = (half - seen[seen <= half], seen[seen >= half] - half)
    narrow = 1.4826 * min(np.median(side) for side in sides)
    assert series_pixels.middle(cell, 2, 30) == pytest.approx((half, narrow), rel=1e-5)
    assert np.isnan(series_pixels.middle(cell[:6, :6], 2, 30)).all()


def test_a_change_of_sign_begins_a_new_run():
    """Two falls and a rise are no run of three."""
    run, days, mean = np.zeros((1, 1), np.int8), np.zeros((3, 1, 1), np.uint16), np.zeros((1, 1), np.int16)
    own = (np.full((1, 1), 1000, np.uint16), np.full((1, 1), 9, np.uint16), 0.1, 12.0)
    around = (np.zeros((1, 1)), np.zeros((1, 1)))
    for today, departure in enumerate((-0.5, -0.7, 0.6), start=100):
        look = np.array([[departure]], np.float32)
        series_pixels.advance(look, own, (run, days, mean), around, (3.0, 3, 0, today))
    assert run[0, 0] == 1
    assert days[:, 0, 0].tolist() == [102, 0, 102]
    assert mean[0, 0] == 6000


def test_the_surroundings_are_drawn_by_straight_lines():
    """A departure is judged less what a plane through the cells' middles says, as scipy interpolates it."""
    plane = np.array([[0.0, 0.1, -0.2], [0.05, 0.0, 0.1]])
    rows, columns = 20, 30
    down = np.clip((np.arange(rows) + 0.5) * 2 / rows - 0.5, 0, 1)
    across = np.clip((np.arange(columns) + 0.5) * 3 / columns - 0.5, 0, 2)
    drawn = ndimage.map_coordinates(plane, np.meshgrid(down, across, indexing="ij"), order=1)
    shape = (rows, columns)
    run, days, mean = np.zeros(shape, np.int8), np.zeros((3, *shape), np.uint16), np.zeros(shape, np.int16)
    own = (np.full(shape, 100, np.uint16), np.full(shape, 9, np.uint16), 0.01, 12.0)
    look = np.full(shape, -1, np.float32)
    series_pixels.advance(look, own, (run, days, mean), (plane, np.zeros_like(plane)), (3.0, 3, 0, 1))
    assert mean == pytest.approx(np.rint((-1 - drawn) * 10_000), abs=1)
