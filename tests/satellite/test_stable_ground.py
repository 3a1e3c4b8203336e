"""Stable ground: offset, tilt and error come back; the covariance is that of what was planted."""

import numpy as np
import pytest

from gis.errors import WorkbenchError
from satellite import stable_ground, synthetic_flights
from satellite.synthetic_flights import Errors, Planted

WHERE = synthetic_flights.grid(220, 240)


def _error(seed, **asked):
    return synthetic_flights.errors(WHERE, Errors(**asked), np.random.default_rng(seed))


def test_offset_and_tilt_are_taken_out():
    """A plane of any size leaves nothing but the noise, whatever was piled up on it."""
    row, column = np.mgrid[0:220, 0:240] / np.array([219, 239])[:, None, None]
    heap = synthetic_flights.planted(WHERE, [Planted("cone", 50, 60, 12, 6)])
    noise = np.random.default_rng(1).normal(0, 0.04, heap.shape)
    left, ground = stable_ground.measure(17.3 + 0.8 * row - 0.5 * column + heap + noise, 0.5)
    assert ground.offset_m == pytest.approx(17.3 + 0.15, abs=0.01)
    assert ground.tilt_m == pytest.approx(1.3, abs=0.02)
    assert ground.sigma_m == pytest.approx(0.04, rel=0.03)
    assert np.abs(left - heap - noise).max() < 0.01
    assert ground.lod_m(1.96) == pytest.approx(1.96 * 0.04, rel=0.03)


def test_noise_alone_has_no_neighbourhood():
    """White noise is all nugget."""
    _, ground = stable_ground.measure(np.random.default_rng(2).normal(0, 0.05, (220, 240)), 0.5)
    assert ground.nugget_m2 + ground.sill_m2 == pytest.approx(0.0025, rel=0.03)
    assert ground.integral == pytest.approx(0.0025, rel=0.3)


@pytest.mark.parametrize("length", [1.0, 2.0, 4.0])
def test_waves_are_told_from_noise(length):
    """The sum of covariances, on which volumes depend, is that of the planted waves within a third, on average."""
    sums = []
    for seed in range(6):
        error = _error(seed, noise_m=0.02, waves_m=0.03, wave_length_m=length, tilt_m=0, offset_m=0)
        sums.append(stable_ground.measure(error, 0.5)[1].integral)
    # The covariance of Gaussian-filtered noise is a Gaussian of sqrt(2) the length.
    expected = 0.02**2 + 0.03**2 * 4 * np.pi * length**2 / 0.5**2
    assert np.mean(sums) == pytest.approx(expected, rel=0.33)


def test_the_covariance_is_spherical():
    """Sill at no distance, nothing beyond the range."""
    _, ground = stable_ground.measure(_error(3), 0.5)
    at = ground.covariance(np.array([0.0, ground.range_m / 2, ground.range_m, 10 * ground.range_m]))
    assert at == pytest.approx(ground.sill_m2 * np.array([1, 0.3125, 0, 0]), abs=1e-12)


def test_ground_known_to_be_stable_is_enough():
    """With a mask, whatever lies outside it counts for nothing."""
    error = _error(4)
    error[:, 60:] += 5
    stable = np.zeros(error.shape, bool)
    stable[:, :60] = True
    _, ground = stable_ground.measure(error, 0.5, stable)
    assert ground.share == pytest.approx(0.25, abs=0.01)
    assert ground.sigma_m < 0.1


def test_without_stable_ground_nothing_is_said():
    """A model that shows next to nothing unchanged is refused with the share."""
    mask = np.zeros((220, 240), bool)
    mask[:30, :30] = True
    with pytest.raises(WorkbenchError, match="Only 2%") as refusal:
        stable_ground.measure(_error(5), 0.5, mask)
    assert refusal.value.code == "heaps.no_stable"
    with pytest.raises(WorkbenchError):
        stable_ground.measure(np.full((220, 240), np.nan), 0.5)


def test_sums_of_the_plane():
    """An offset counts each pixel once; a tilt about the middle cancels over the whole."""
    assert stable_ground.summed(np.ones((11, 21), bool)) == pytest.approx([231, 0, 0], abs=1e-9)
