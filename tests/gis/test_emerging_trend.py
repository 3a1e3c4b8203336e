"""Trends against an independent Mann-Kendall, pair by pair and with scipy's tau."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import stats

from gis import emerging_trend


def _one_series(x):
    """Compute S, its variance and z as the books write them."""
    n = len(x)
    s = sum(np.sign(x[j] - x[i]) for i in range(n) for j in range(i + 1, n))
    _, ties = np.unique(x, return_counts=True)
    variance = (n * (n - 1) * (2 * n + 5) - sum(t * (t - 1) * (2 * t + 5) for t in ties)) / 18
    return s, variance, 0.0 if s == 0 else (s - np.sign(s)) / np.sqrt(variance)


@settings(max_examples=60)
@given(
    hnp.arrays(np.int64, hnp.array_shapes(min_dims=2, max_dims=2, min_side=3, max_side=14), elements=st.integers(0, 5))
)
def test_series_with_ties_equal_the_books(values):
    """S and its variance are exact, z and p within rounding, whatever the ties."""
    found = emerging_trend.mann_kendall(values)
    for column in range(values.shape[1]):
        s, variance, z = _one_series(values[:, column])
        assert (found.s[column], found.variance[column]) == (s, pytest.approx(variance))
        assert found.z[column] == pytest.approx(z)
        assert found.p[column] == pytest.approx(2 * stats.norm.sf(abs(z)))


def test_s_agrees_with_kendalls_tau():
    """Without ties S is tau times the number of pairs (scipy)."""
    values = np.random.default_rng(1).permuted(np.tile(np.arange(30), (600, 1)), axis=1).T
    tau = [stats.kendalltau(np.arange(30), column).statistic for column in values.T]
    assert emerging_trend.mann_kendall(values).s == pytest.approx(np.array(tau) * 435)


def test_a_flat_series_has_no_trend():
    """No rise, no fall, no variance: z is 0 and p is 1."""
    found = emerging_trend.mann_kendall(np.full((12, 3), 7))
    assert (found.s.tolist(), found.variance.tolist(), found.z.tolist(), found.p.tolist()) == (
        [0] * 3,
        [0] * 3,
        [0] * 3,
        [1] * 3,
    )


def test_chance_alone_has_a_trend_once_in_twenty():
    """Of 20,000 random series about 5 % are significant at 0.05."""
    values = np.random.default_rng(2).poisson(3, (36, 20_000))
    assert (emerging_trend.mann_kendall(values).p < 0.05).mean() == pytest.approx(0.05, abs=0.008)


def test_fractions_are_refused():
    """Rounding would break ties."""
    with pytest.raises(ValueError, match="whole numbers"):
        emerging_trend.mann_kendall(np.ones((5, 2)))
