"""Sums of squares of unequal spreads."""

import numpy as np
import pytest
from scipy import stats

from satellite import tails

RANKS = (0.2, 0.55)
UNEQUAL = (0.35, 0.27, 0.14, 0.1, 0.08, 0.06)


def test_alike_variates_need_no_lengthening():
    """Six variates of one spread sum to a chi-square, which is a gamma law; so does a single one."""
    for count in (1, 2, 6):
        for chance in (1e-2, 1e-6, 1e-12):
            assert tails.lengthening((1 / count,) * count, chance, RANKS) == pytest.approx(1, abs=0.006)


def test_the_lengthened_law_holds_in_simulation():
    """Of four million sums of unequal squares as many exceed the lengthened quantile as were asked for."""
    draws = np.random.default_rng(1).normal(size=(6, 4_000_000)).astype(np.float32) ** 2
    sums = np.array(UNEQUAL, np.float32) @ draws
    low, high = np.quantile(sums, RANKS)
    shape = tails.gamma_shape(high / low, RANKS)
    scale = high / stats.gamma.ppf(RANKS[1], shape)
    for chance in (1e-2, 1e-3, 1e-4, 1e-5):
        plain = stats.gamma.isf(chance, shape, scale=scale)
        told = plain * tails.lengthening(UNEQUAL, chance, RANKS) ** 2
        count = (sums > told).sum()
        assert count == pytest.approx(chance * sums.size, rel=0.06, abs=4 * np.sqrt(chance * sums.size))
        assert (sums > plain).sum() > 1.2 * count


def test_spreads_are_found_whatever_the_scale_of_a_pixel():
    """Tied variates of pixels whose noise differs tenfold, one in ten of them changed: the axes come out as planted."""
    rng = np.random.default_rng(2)
    turn = np.linalg.qr(rng.normal(size=(6, 6)))[0]
    planted = turn @ (np.sqrt(UNEQUAL)[:, None] * rng.normal(size=(6, 60_000))) * rng.uniform(0.3, 3, 60_000)
    assert tails.spreads(planted) == pytest.approx(UNEQUAL, abs=0.01)
    planted[:, :6000] += 20 * rng.normal(size=(6, 6000))
    assert tails.spreads(planted) == pytest.approx(UNEQUAL, abs=0.03)


@pytest.mark.parametrize("rank", [0.05, 0.3, 1.0, 4.0, 150.0])
def test_the_gamma_shape_comes_back(rank):
    """From two quantiles of a gamma law its shape."""
    low, high = stats.gamma.ppf(RANKS, rank)
    assert tails.gamma_shape(high / low, RANKS) == pytest.approx(max(rank, 0.1), rel=1e-6)
