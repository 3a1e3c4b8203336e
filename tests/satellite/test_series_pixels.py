"""The compiled loops against plain numpy."""

import numpy as np
import pytest

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
    coefficients = np.array([[5000, series_pixels.NO_FIT, 5000, 5000], [1000, 0, 1000, 1000]], np.int16)
    look = np.array([0.2, 0.2, np.nan, 0.2], np.float32)
    usable = np.array([True, True, True, False])
    found = series_pixels.depart(look, coefficients, np.array([1.0, 2.0]), usable)
    assert found[0] == pytest.approx(-0.5)
    assert np.isnan(found[1:]).all()


def test_a_change_of_sign_begins_a_new_run():
    """Two falls and a rise are no run of three."""
    run, days, mean = np.zeros(1, np.int8), np.zeros((3, 1), np.uint16), np.zeros(1, np.int16)
    noise = np.array([0.1], np.float32)
    for today, departure in enumerate((-0.5, -0.7, 0.6), start=100):
        series_pixels.advance(np.array([departure], np.float32), noise, run, days, mean, (3.0, 3, 0, today))
    assert run[0] == 1
    assert days[:, 0].tolist() == [102, 0, 102]
    assert mean[0] == 6000
