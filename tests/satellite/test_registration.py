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
    """Blocks with more than a tenth of NaN do not vote."""
    ground = _ground(7)
    clouded = ground.copy()
    clouded[:, :250] = np.nan
    assert registration.measure([(ground, clouded)]).blocks < registration.measure([(ground, ground)]).blocks


def test_a_large_shift_is_refused_with_its_figure():
    """Beyond the limit the sentence names how far off the image is."""
    with pytest.raises(WorkbenchError, match=r"12\.0 pixels") as refusal:
        registration.demand(registration.Shift(12.0, 0.0, 0.1, 9))
    assert refusal.value.code == "detect.shifted"
    registration.demand(registration.Shift(12.0, 0.0, 0.1, 1))
