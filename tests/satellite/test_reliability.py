"""Whether probabilities hold."""

import numpy as np
import pytest

from satellite import reliability


def test_true_probabilities_hold():
    """Outcomes drawn with what was said: a small error, and 95 % intervals that hold what was said nearly always."""
    rng = np.random.default_rng(1)
    inside = []
    for _ in range(200):
        said = rng.uniform(0, 1, 400)
        found = reliability.measure(said, rng.random(400) < said)
        inside.append((found.bins["true_low"] <= found.bins["said"]) & (found.bins["said"] <= found.bins["true_high"]))
        assert found.brier < found.base_brier
    assert 0.93 <= np.mean(inside) <= 0.99


def test_boasting_shows():
    """Outcomes half as frequent as said: the error is a quarter, the Brier score worse than knowing nothing."""
    rng = np.random.default_rng(2)
    said = rng.uniform(0, 1, 20_000)
    found = reliability.measure(said, rng.random(20_000) < said / 2)
    assert found.error == pytest.approx(0.25, abs=0.01)
    said = np.full(1000, 0.9)
    worst = reliability.measure(said, rng.random(1000) < 0.2)
    assert worst.brier == pytest.approx(0.8 * 0.81 + 0.2 * 0.01, abs=0.03)
    assert worst.brier > worst.base_brier


def test_empty_bins_are_left_out():
    """Two values, two bins of the five; nothing at all is refused."""
    found = reliability.measure(np.array([0.1, 0.9, 1.0]), np.array([False, True, True]))
    assert found.bins["low"].tolist() == [0.0, 0.8]
    assert found.bins["count"].tolist() == [1, 2]
    with pytest.raises(ValueError, match="probabilities"):
        reliability.measure(np.zeros(0), np.zeros(0, bool))


def test_what_the_workbench_says_holds():
    """On worlds kept back: a small error, and each bin's 95 % interval of what came true holds what is said."""
    found = reliability.standard()
    assert found.worlds >= 10
    assert found.bins["count"].sum() == found.count >= 150
    assert found.brier < 0.5 * found.base_brier
    assert found.error < 0.05
    many = found.bins[found.bins["count"] >= 10]
    assert len(many) >= 3
    assert ((many["true_low"] <= many["said"]) & (many["said"] <= many["true_high"])).all()
