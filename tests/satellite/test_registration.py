"""Registration: planted shifts are measured to a fraction of a pixel."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from gis.errors import WorkbenchError
from satellite import registration


def _ground(seed, size=400):
    rng = np.random.default_rng(seed)
    fine = ndimage.gaussian_filter(rng.normal(size=(size, size)), 1.2)
    return (fine / fine.std() + ndimage.gaussian_filter(rng.normal(size=(size, size)), 12) * 20).astype(np.float32)


def _moved(image, east, south):
    return ndimage.shift(image, (south, east), order=3, mode="nearest").astype(np.float32)


@settings(max_examples=12, deadline=None)
@given(east=st.floats(-6, 6), south=st.floats(-6, 6))
def test_a_planted_shift_is_measured(east, south):
    """Any shift of up to six pixels comes back within 0.2 px, sign and axis right."""
    ground = _ground(1)
    noise = np.random.default_rng(2).normal(0, 0.2, ground.shape).astype(np.float32)
    found = registration.measure([(ground, _moved(ground, east, south) + noise)])
    assert found.known
    assert (found.east_px, found.south_px) == pytest.approx((east, south), abs=0.2)


def test_a_good_pair_needs_no_correction():
    """Two looks without a shift are left alone."""
    ground = _ground(3)
    found = registration.measure([(ground, ground + np.random.default_rng(4).normal(0, 0.3, ground.shape))])
    assert found.known
    assert not found.needs_correction


def test_unrelated_images_give_no_answer():
    """Where nothing matches, nothing is claimed."""
    found = registration.measure([(_ground(5), _ground(6))])
    assert not found.known


def test_a_small_pair_is_checked():
    """An image of 160 px is measured too; one of a few pixels gives no answer."""
    ground = _ground(8, 160)
    assert registration.measure([(ground, _moved(ground, 3, 0))]).east_px == pytest.approx(3, abs=0.2)
    assert registration.measure([(ground[:1], ground[:1])]).blocks == 0
    assert registration.measure([(ground[:12, :12], ground[:12, :12])]).blocks == 0


def test_blocks_under_cloud_are_passed_over():
    """Blocks with more than a third of NaN do not vote."""
    ground = _ground(7)
    clouded = ground.copy()
    clouded[:, :250] = np.nan
    assert registration.measure([(ground, clouded)]).blocks < registration.measure([(ground, ground)]).blocks


def test_a_large_shift_is_refused_with_its_figure():
    """Beyond the limit the sentence names how far off the image is."""
    with pytest.raises(WorkbenchError, match=r"60\.0 pixels \(600 m\)") as refusal:
        registration.demand(registration.Shift(60.0, 0.0, 0.1, 9), 10.0)
    assert refusal.value.code == "detect.shifted"
    registration.demand(registration.Shift(60.0, 0.0, 0.1, 1), 10.0)


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000), noise=st.floats(0, 0.6))
def test_an_unshifted_pair_is_never_corrected_beyond_its_noise(seed, noise):
    """Whatever the noise of two looks at one ground, what is measured is small and nothing is moved."""
    ground = _ground(seed, 256)
    rng = np.random.default_rng(seed + 1)
    first, second = ((ground + rng.normal(0, noise, ground.shape)).astype(np.float32) for _ in range(2))
    found = registration.measure([(first, second)])
    assert not found.needs_correction
    assert found.length_px < 0.1


@settings(max_examples=12, deadline=None)
@given(east=st.floats(-1, 1), south=st.floats(-1, 1), noise=st.floats(0, 0.3))
def test_a_fraction_of_a_pixel_is_measured(east, south, noise):
    """Shifts made in the frequency domain, which resamples nothing, come back within 0.06 px."""
    rng = np.random.default_rng(11)
    spectrum = np.fft.rfft2(_ground(12, 384))
    turn = np.fft.fftfreq(384)[:, None] * south + np.fft.rfftfreq(384)[None, :] * east
    first, second = (np.fft.irfft2(each) for each in (spectrum, spectrum * np.exp(-2j * np.pi * turn)))
    second = second + rng.normal(0, noise, second.shape)
    found = registration.measure([(first.astype(np.float32), second.astype(np.float32))])
    assert (found.east_px, found.south_px) == pytest.approx((east, south), abs=0.06)


def test_seasons_that_swap_dark_and_bright_are_no_hindrance():
    """A field dark in spring and bright in autumn keeps its edges."""
    ground = _ground(13)
    assert registration.measure([(ground, -0.5 * _moved(ground, 2, -1))]).east_px == pytest.approx(2, abs=0.1)


def test_a_mask_that_both_dates_share_does_not_speak_for_no_shift():
    """Scattered holes lie in both images at one place; the ground between them is what is measured."""
    ground = _ground(14, 384)
    moved = _moved(ground, 3, 2)
    hidden = ndimage.gaussian_filter(np.random.default_rng(15).normal(size=ground.shape), 5) > 0.04
    assert 0.1 < hidden.mean() < 0.3
    ground[hidden] = moved[hidden] = np.nan
    found = registration.measure([(ground, moved)])
    assert found.known
    assert (found.east_px, found.south_px) == pytest.approx((3, 2), abs=0.15)


def test_open_water_does_not_vote():
    """Where nine tenths are water with glint of its own on each date, the shore alone decides."""
    ground = _ground(16, 512)
    moved = _moved(ground, -2, 1)
    rng = np.random.default_rng(17)
    for image in (ground, moved):
        image[:, 128:] = rng.normal(0, 0.05, (512, 384))
    found = registration.measure([(ground, moved)])
    assert (found.east_px, found.south_px) == pytest.approx((-2, 1), abs=0.15)


@pytest.mark.parametrize(("east", "south"), [(30, 0), (-75, 40), (120, -110)])
def test_a_large_shift_is_searched_for(east, south):
    """A shift longer than a block is found to about a pixel in the whole window."""
    wide = _ground(18, 700)
    first, second = wide[150:550, 150:550], wide[150 - south : 550 - south, 150 - east : 550 - east]
    found = registration.search(first, second)
    assert (found.east_px, found.south_px) == pytest.approx((east, south), abs=1)


def test_nothing_is_found_where_nothing_is():
    """Unrelated images, flat ones and tiny ones give no shift, however wide the search."""
    flat = np.zeros((300, 300), np.float32)
    for pair in ((_ground(19), _ground(20)), (flat, flat), (flat[:5], flat[:5])):
        assert registration.search(*pair).blocks == 0


def test_a_search_reduces_wide_windows():
    """In a window of 1,200 px a shift of 240 px is found to within a reduced pixel, NaN left out of the means."""
    wide = ndimage.zoom(_ground(21, 500), 3, order=1)
    first, second = wide[240:1440, 240:1440].copy(), wide[240:1440, :1200].copy()
    first[::7, ::5] = np.nan
    assert registration.search(first, second).east_px == pytest.approx(240, abs=3)


@pytest.mark.parametrize(("east", "south"), [(0, 0), (2, -3), (25, 14), (-90, 60)])
def test_arrays_in_memory_are_compared_whole(east, south):
    """Small shifts and shifts beyond a block come back alike."""
    wide = _ground(30, 600)
    first, second = wide[100:500, 100:500], wide[100 - south : 500 - south, 100 - east : 500 - east]
    found = registration.of_arrays(first, second)
    assert found.known
    assert (found.east_px, found.south_px) == pytest.approx((east, south), abs=0.1)


def test_an_overlap_of_seventy_pixels_is_enough():
    """A drone's field on a satellite image is small: four blocks of 35 px tell the shift."""
    ground = _ground(31, 110)
    found = registration.of_arrays(ground[20:90, 20:90], ground[19:89, 22:92])
    assert found.known
    assert (found.east_px, found.south_px) == pytest.approx((-2, 1), abs=0.15)
    assert not registration.of_arrays(ground[:20, :20], ground[:20, :20]).known
    assert not registration.of_arrays(_ground(32, 300), _ground(33, 300)).known


def test_only_what_is_too_narrow_has_no_room():
    """A whole window has room for usual blocks; a strip, and a sliver of what was observed, have not."""
    image = np.zeros((360, 360), np.float32)
    sliver = image.copy()
    sliver[:, 72:] = np.nan
    assert registration.has_room([(0, 0, image, image)])
    assert not registration.has_room([(0, 0, image, sliver)])
    assert not registration.has_room([(0, 0, image[:, :48], image[:, :48])])
