"""Tiling: a network of known reach gives tiled what it gives untiled."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import ndimage

from satellite import learned
from satellite.learned import Spec

SPEC = Spec("m.onnx", ("before", "after"), "p", tile_px=32, overlap_px=16)


def _network(before, after):
    """Blur the difference over 9 x 9 pixels, zeros beyond the edges: reaches 4 pixels."""
    gap = (after - before).mean(axis=0)
    return ndimage.uniform_filter(gap, 9, mode="constant").astype(np.float32)


def _reader(before, after):
    return lambda tile: (before[:, tile[0], tile[1]], after[:, tile[0], tile[1]])


@pytest.mark.parametrize("shape", [(32, 32), (33, 80), (100, 71), (48, 48)])
def test_tiled_equals_untiled(shape):
    """Within the reach that the overlap allows, no seam, at no size of image."""
    rng = np.random.default_rng(1)
    before, after = rng.normal(size=(2, 3, *shape)).astype(np.float32)
    found = learned.run(_network, _reader(before, after), shape, SPEC)
    assert found == pytest.approx(_network(before, after), abs=1e-6)


def test_without_overlap_seams_show():
    """The same network with tiles edge to edge differs: the test above is no accident."""
    rng = np.random.default_rng(2)
    before, after = rng.normal(size=(2, 3, 100, 71)).astype(np.float32)
    found = learned.run(_network, _reader(before, after), (100, 71), replace(SPEC, overlap_px=0))
    assert np.abs(found - _network(before, after)).max() > 0.01


@pytest.mark.parametrize("shape", [(1, 1), (5, 90), (31, 31), (32, 33), (200, 64)])
def test_tiles_are_of_full_size_and_cover_the_image(shape):
    """Every pixel has weight; a small image is filled up to a tile before the network sees it."""
    asked = []

    def network(before, after):
        asked.append(before.shape)
        return np.ones(after.shape[1:], np.float32)

    image = np.zeros((2, *shape), np.float32)
    found = learned.run(network, _reader(image, image), shape, SPEC)
    assert found == pytest.approx(np.ones(shape))
    assert set(asked) == {(2, 32, 32)}


def test_unseen_pixels_have_no_probability():
    """NaN in one band of one date: NaN there, and the network is shown the mean."""
    image = np.full((2, 40, 40), 5, np.float32)
    holed = image.copy()
    holed[1, 3, 4] = np.nan
    spec = replace(SPEC, scale=0.1, mean=(0.5,), deviation=(2.0,))
    found = learned.run(_network, _reader(image, holed), (40, 40), spec)
    assert np.isnan(found[3, 4])
    assert np.isnan(found).sum() == 1
    assert np.abs(found[np.isfinite(found)]).max() == 0
    assert learned.prepared(holed, spec)[1, 3, 4] == 0


def test_a_cloud_is_no_change_to_its_neighbours():
    """Pixels hidden on one date are hidden on both, so a blurring network sees no difference around them."""
    before = np.full((2, 40, 40), 7, np.float32)
    after = before.copy()
    after[:, 10:20, 10:20] = np.nan
    found = learned.run(_network, _reader(before, after), (40, 40), SPEC)
    assert np.abs(found[np.isfinite(found)]).max() == 0


@pytest.mark.parametrize(
    "wrong",
    [{"overlap_px": 17}, {"tile_px": 0}, {"activation": "relu"}, {"inputs": ()}, {"threshold": 1}, {"deviation": (0,)}],
)
def test_descriptions_without_meaning_are_refused(wrong):
    """Each field has its bounds."""
    with pytest.raises(ValueError, match=r"px|activation|input|threshold"):
        replace(SPEC, **wrong)
