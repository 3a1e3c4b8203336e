"""IR-MAD and its threshold against published values, invariances and planted change."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from gis.errors import WorkbenchError
from satellite import change


def _pair(rng, bands=4, pixels=4000, noise=0.3):
    """Return two correlated images as (p, n) samples."""
    mixing = rng.normal(size=(bands, bands))
    ground = mixing @ rng.normal(size=(bands, pixels))
    return ground + noise * rng.normal(size=ground.shape), ground + noise * rng.normal(size=ground.shape)


def _scene(rng, bands=4, size=80, noise=0.2):
    ground = rng.normal(size=(bands, size, size)).cumsum(axis=1).cumsum(axis=2) * 0.05
    first = ground + noise * rng.normal(size=ground.shape)
    second = ground + noise * rng.normal(size=ground.shape)
    return first.astype(np.float32), second.astype(np.float32)


def test_without_reweighting_the_correlations_are_those_of_cca():
    """The first iteration is plain MAD: its correlations are the singular values of the whitened cross-covariance."""
    before, after = _pair(np.random.default_rng(1))
    covariance = np.cov(before, after)
    within_before, within_after = covariance[:4, :4], covariance[4:, 4:]
    white = [np.linalg.inv(np.linalg.cholesky(part)) for part in (within_before, within_after)]
    expected = np.linalg.svd(white[0] @ covariance[:4, 4:] @ white[1].T, compute_uv=False)
    assert change.fit(before, after, most_iterations=1).rho == pytest.approx(expected, abs=1e-9)


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 1000), gain=st.floats(0.2, 5), offset=st.floats(-50, 50))
def test_gain_and_offset_of_a_date_do_not_matter(seed, gain, offset):
    """MAD is invariant to linear changes of either image, so haze or another sensor's scaling is no change."""
    before, after = _pair(np.random.default_rng(seed), pixels=3000)
    plain, scaled = change.fit(before, after), change.fit(before, gain * after + offset)
    assert scaled.rho == pytest.approx(plain.rho, abs=1e-6)


def test_variates_have_unit_variance_and_rho_falls():
    """Canonical variates of the fitted sample are standardised, correlations sorted."""
    before, after = _pair(np.random.default_rng(2))
    mad = change.fit(before, after, most_iterations=1)
    variates = mad.to_before.T @ (before - mad.mean_before[:, None])
    assert variates.var(axis=1) == pytest.approx(np.ones(4), abs=1e-6)
    assert (np.diff(mad.rho) <= 0).all()


def test_a_repeated_band_is_refused():
    """Two equal bands make the covariance singular: a sentence, not a stack of numbers."""
    before, after = _pair(np.random.default_rng(3))
    before[1] = before[0]
    with pytest.raises(WorkbenchError) as refusal:
        change.fit(before, after)
    assert refusal.value.code == "detect.constant_band"


def test_planted_change_stands_out():
    """A disc of another surface is stronger than nearly all that did not change."""
    rng = np.random.default_rng(4)
    before, after = _scene(rng)
    after[:, 30:40, 30:40] += np.array([3, -3, 2, -2], np.float32)[:, None, None]
    mad = change.fit(before.reshape(4, -1).astype(float), after.reshape(4, -1).astype(float))
    strength = change.strength(mad, before, after)
    inside = np.zeros(strength.shape, bool)
    inside[30:40, 30:40] = True
    assert np.median(strength[inside]) > np.quantile(strength[~inside], 0.999)


def test_unobserved_pixels_are_nan_and_do_not_leak():
    """NaN in one band of one date hides the pixel, and the smoothing takes nothing from it."""
    before, after = _scene(np.random.default_rng(5))
    mad = change.fit(before.reshape(4, -1).astype(float), after.reshape(4, -1).astype(float))
    whole = change.strength(mad, before, after)
    after[2, 10, 10] = np.nan
    holed = change.strength(mad, before, after)
    assert np.isnan(holed[10, 10])
    assert np.isnan(holed).sum() == 1
    far = np.ones(holed.shape, bool)
    far[10 - change.HALO_PX : 11 + change.HALO_PX, 10 - change.HALO_PX : 11 + change.HALO_PX] = False
    assert holed[far] == pytest.approx(whole[far], abs=1e-5)


def test_strips_with_a_halo_equal_the_whole_image():
    """The smoothing reaches no further than the halo, so strips leave no seam."""
    before, after = _scene(np.random.default_rng(6))
    mad = change.fit(before.reshape(4, -1).astype(float), after.reshape(4, -1).astype(float))
    whole = change.strength(mad, before, after)
    halo = change.HALO_PX
    part = change.strength(mad, before[:, 20 - halo : 60 + halo], after[:, 20 - halo : 60 + halo])[halo:-halo]
    assert part == pytest.approx(whole[20:60], abs=1e-4)


@pytest.mark.parametrize("shape", [1.0, 2.5, 6.0])
@pytest.mark.parametrize("changed", [0.0, 0.05, 0.2])
def test_the_null_is_found_under_contamination(shape, changed):
    """The gamma law of the no-change mass is recovered although up to a fifth of the pixels changed."""
    rng = np.random.default_rng(7)
    squared = rng.gamma(shape, 2.0, 200_000)
    squared[: int(changed * squared.size)] += 100 + rng.gamma(3, 50, int(changed * squared.size))
    null = change.fit_null(np.sqrt(squared))
    assert null.threshold(1e-3) == pytest.approx(np.sqrt(stats.gamma.isf(1e-3, shape, scale=2.0)), rel=0.12)
    assert null.changed_share == pytest.approx(changed, abs=0.02)


def test_the_false_alarm_rate_is_kept_where_nothing_changed():
    """Two noisy looks at one ground: the asked share of pixels is flagged, within a factor of two."""
    before, after = _scene(np.random.default_rng(8), size=400)
    mad = change.fit(before.reshape(4, -1).astype(float), after.reshape(4, -1).astype(float))
    strength = change.strength(mad, before, after)
    null = change.fit_null(strength.ravel())
    assert 0.005 < (strength > null.threshold(0.01)).mean() < 0.02


def test_equal_images_are_refused():
    """Two copies of one image leave no distribution to fit."""
    with pytest.raises(WorkbenchError) as refusal:
        change.fit_null(np.zeros(1000))
    assert refusal.value.code == "detect.no_variation"
