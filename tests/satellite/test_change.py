"""(IR-)MAD against canonical correlation analysis and its invariances."""

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


@pytest.mark.parametrize("bands", [1, 2, 3, 4, 7, 10])
def test_weights_are_the_tail_of_chi_square(bands):
    """With an even number of bands by a finite sum, with an odd one by scipy's function."""
    strength = np.array([0.0, 0.3, 2.0, 9.0, 40.0, 200.0])
    assert change._unchanged(strength, bands) == pytest.approx(stats.chi2.sf(strength, bands), rel=1e-12)


@pytest.mark.parametrize("bands", [3, 4, 6])
@pytest.mark.parametrize("noise", [0.2, 0.5, 1.0])
def test_noise_of_the_size_of_a_step_is_no_lattice(bands, noise):
    """In whole numbers reweighting ran to the pixels of one lattice; what no change looks like is the step at least."""
    rng = np.random.default_rng(bands)
    turned = np.linalg.qr(rng.normal(size=(bands, bands)))[0]
    ground = 100 + turned @ (np.geomspace(20, 3, bands)[:, None] * rng.normal(size=(bands, 20_000)))
    before, after = (
        np.rint(gain * (ground + noise * rng.normal(size=ground.shape)) + offset) for gain, offset in ((1, 0), (1.1, 5))
    )
    mad = change.fit(before, after)
    forms = np.concatenate([mad.to_before, mad.to_after]) / mad.sigma
    assert (np.square(forms).sum(axis=0) / 12 < 1.5).all()
    variates = forms.T @ (
        np.concatenate([before, -after]) - np.concatenate([mad.mean_before, -mad.mean_after])[:, None]
    )
    assert (np.median(np.abs(variates), axis=1) < 2).all()


def test_a_copy_tells_nothing_of_noise():
    """Of images that are mostly the same to the last digit no noise can be learnt."""
    before, _ = _pair(np.random.default_rng(4))
    after = before.copy()
    after[:, :300] += 5
    with pytest.raises(WorkbenchError) as refusal:
        change.fit(before, after)
    assert refusal.value.code == "detect.few_pixels"
