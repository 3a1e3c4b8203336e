"""How much more one date of a pair is blurred than the other, on ground that was blurred by a known variance."""

import numpy as np
import pytest
from scipy import fft, ndimage

from satellite import sharpness
from satellite.scores import Counts


def _ground(seed=1, size=256):
    """Return a band of a ground whose detail grows rarer the finer it is, as that of images does."""
    rng = np.random.default_rng(seed)
    down, right = fft.fftfreq(size)[:, None], fft.rfftfreq(size)[None, :]
    falling = 1 / np.maximum(np.hypot(down, right), 1 / size) ** 1.3
    return fft.irfft2(fft.rfft2(rng.standard_normal((size, size))) * falling, s=(size, size))


def _blurred(ground, south_px2, east_px2):
    down, right = fft.fftfreq(len(ground))[:, None], fft.rfftfreq(len(ground))[None, :]
    transfer = np.exp(-2 * np.pi**2 * (south_px2 * down**2 + east_px2 * right**2))
    return fft.irfft2(fft.rfft2(ground) * transfer, s=ground.shape)


def _pair(before, after, noise=0.01):
    rng = np.random.default_rng(9)
    dates = [(each + noise * each.std() * rng.standard_normal(each.shape))[None] for each in (before, after)]
    return [Counts.of_values(*(date.astype(np.float32) for date in dates))]


@pytest.mark.parametrize(("south", "east"), [(0.0, 0.21), (0.3, 0.3), (0.1, 0.5)])
def test_a_blur_is_measured_whichever_date_has_it(south, east):
    """Within 0.03 square pixels, positive where the later date is softer; a gain changes nothing."""
    ground = _ground()
    soft = 1.4 * _blurred(ground, south, east) + 3
    assert sharpness.blur(_pair(ground, soft)) == pytest.approx((south, east), abs=0.03)
    assert sharpness.blur(_pair(soft, ground)) == pytest.approx((-south, -east), abs=0.03)


def test_linear_interpolation_blurs_as_much_as_its_weights_spread():
    """Moved by 0.3 px between neighbours: 0.3 x 0.7 square pixels, along that axis alone."""
    ground = _ground()
    moved = ndimage.shift(ground, (0, 0.3), order=1, mode="grid-wrap")
    south, east = sharpness.blur(_pair(ground, moved))
    assert south == 0
    assert east == pytest.approx(0.21, abs=0.03)


def test_noise_and_change_are_no_blur():
    """A noisier date, half of the ground changed, or two grounds: nothing is said."""
    ground, other = _ground(), _ground(2)
    noisy = ground + 0.2 * ground.std() * np.random.default_rng(4).standard_normal(ground.shape)
    half = np.where(np.arange(256)[:, None] // 32 % 2 == 0, ground, other)
    for after in (ground, noisy, other, half):
        assert sharpness.blur(_pair(ground, after)) == (0.0, 0.0)


def test_unknown_ground_and_small_windows_say_nothing():
    """Holes are left out; where too little is left, or windows are small, there is no blur."""
    ground = _ground().astype(np.float32)
    soft = _blurred(_ground(), 0.3, 0.3).astype(np.float32)
    holed = soft.copy()
    holed[100:110, 30:60] = np.nan
    assert sharpness.blur([Counts.of_values(ground[None], holed[None])]) == pytest.approx((0.3, 0.3), abs=0.03)
    assert sharpness.blur([Counts.of_values(ground[None], np.full_like(soft, np.nan)[None])]) == (0.0, 0.0)
    assert sharpness.blur([Counts.of_values(ground[None, :40, :40], soft[None, :40, :40])]) == (0.0, 0.0)


def test_more_resolution_than_that_is_not_made_up_for():
    """A blur of a square pixel is told as the most there is."""
    ground = _ground()
    most = sharpness.MOST_PX2
    assert sharpness.blur(_pair(ground, _blurred(ground, 1.0, 1.0))) == (most, most)
