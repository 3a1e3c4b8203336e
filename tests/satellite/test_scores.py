"""Scores of every method: planted change, invariances, and one interface."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import ndimage

from gis.errors import WorkbenchError
from satellite import resampling, scores
from satellite.score_pixels import HALO_PX
from satellite.scores import METHODS, Counts, Method

BANDS = ("blue", "red", "nir", "swir16")


def _scene(rng, bands=4, size=80, noise=0.2):
    ground = rng.normal(size=(bands, size, size)).cumsum(axis=1).cumsum(axis=2) * 0.05
    first = ground + noise * rng.normal(size=ground.shape)
    second = ground + noise * rng.normal(size=ground.shape)
    return first.astype(np.float32), second.astype(np.float32)


def _fitted(before, after, method="irmad"):
    flat = (date.reshape(4, -1).astype(float) for date in (before, after))
    return scores.fit(Method(method), BANDS, *flat)


def test_planted_change_stands_out():
    """A disc of another surface is stronger than nearly all that did not change."""
    rng = np.random.default_rng(4)
    before, after = _scene(rng)
    after[:, 30:40, 30:40] += np.array([3, -3, 2, -2], np.float32)[:, None, None]
    scorer = _fitted(before, after)
    strength = scores.strength(scorer, Counts.of_values(before, after))[0]
    inside = np.zeros(strength.shape, bool)
    inside[30:40, 30:40] = True
    assert np.median(strength[inside]) > np.quantile(strength[~inside], 0.999)


@pytest.mark.parametrize("method", ["irmad", "mad", "cva"])
@pytest.mark.parametrize("date", [0, 1])
def test_a_constant_band_takes_no_part(method, date):
    """A band of one value at either date changes no score of the others, and is named; resampling may round it."""
    rng = np.random.default_rng(9)
    dates = _scene(rng)
    dates[date][1] = 0.1 + 1e-8 * rng.normal(size=dates[date][1].shape)
    scorer = _fitted(*dates, method)
    assert scorer.unused == ("red",)
    found = scores.strength(scorer, Counts.of_values(*dates))[0]
    left = [np.delete(each, 1, axis=0) for each in dates]
    flat = (each.reshape(3, -1).astype(float) for each in left)
    alone = scores.fit(Method(method), ("blue", "nir", "swir16"), *flat)
    assert alone.unused == ()
    assert found == pytest.approx(scores.strength(alone, Counts.of_values(*left))[0], abs=1e-4)


@pytest.mark.parametrize("method", ["irmad", "mad", "cva"])
def test_bands_that_are_all_constant_are_refused(method):
    """Two blank sheets are no pair."""
    blank = np.full((4, 40, 40), 0.1, np.float32)
    with pytest.raises(WorkbenchError) as refusal:
        _fitted(blank, blank, method)
    assert refusal.value.code == "detect.no_variation"


def test_unobserved_pixels_are_nan_and_do_not_leak():
    """NaN in one band of one date hides the pixel, and the smoothing takes nothing from it."""
    before, after = _scene(np.random.default_rng(5))
    scorer = _fitted(before, after)
    whole = scores.strength(scorer, Counts.of_values(before, after))[0]
    after[2, 10, 10] = np.nan
    holed = scores.strength(scorer, Counts.of_values(before, after))[0]
    assert np.isnan(holed[10, 10])
    assert np.isnan(holed).sum() == 1
    far = np.ones(holed.shape, bool)
    far[10 - HALO_PX : 11 + HALO_PX, 10 - HALO_PX : 11 + HALO_PX] = False
    assert holed[far] == pytest.approx(whole[far], abs=1e-5)


def test_strips_with_a_halo_equal_the_whole_image():
    """The smoothing reaches no further than the halo, so strips leave no seam."""
    before, after = _scene(np.random.default_rng(6))
    scorer = _fitted(before, after)
    whole = scores.strength(scorer, Counts.of_values(before, after))[0]
    halo = HALO_PX
    rows = slice(20 - halo, 60 + halo)
    counts = Counts.of_values(np.ascontiguousarray(before[:, rows]), np.ascontiguousarray(after[:, rows]))
    part = scores.strength(scorer, counts, above=halo, below=halo)[0]
    assert part == pytest.approx(whole[20:60], abs=1e-4)


@pytest.mark.parametrize("method", ["irmad", "mad", "cva", "ndvi", "ndbi", "bsi"])
def test_every_method_finds_a_planted_square(method):
    """Whatever the method, a square of another surface is stronger than nearly all that did not change."""
    rng = np.random.default_rng(9)
    before, after = (date + 20 for date in _scene(rng))
    after[:, 30:40, 30:40] += np.array([8, 8, -8, 8], np.float32)[:, None, None]
    strength = scores.strength(_fitted(before, after, method), Counts.of_values(before, after))[0]
    inside = np.zeros(strength.shape, bool)
    inside[30:40, 30:40] = True
    assert np.median(strength[inside]) > np.quantile(strength[~inside], 0.99)


def test_change_vectors_forgive_gain_and_offset():
    """A date that is brighter as a whole scores as before: each band is matched first."""
    before, after = _scene(np.random.default_rng(10))
    plain = scores.strength(_fitted(before, after, "cva"), Counts.of_values(before, after))[0]
    brighter = (1.4 * after + 7).astype(np.float32)
    scaled = scores.strength(_fitted(before, brighter, "cva"), Counts.of_values(before, brighter))[0]
    assert scaled == pytest.approx(plain, abs=1e-2)


def test_a_side_heeds_its_own_sign():
    """Of a fall and a rise of greenness the side asked for alone scores."""
    before, after = (date + 20 for date in _scene(np.random.default_rng(11)))
    after[2, 10:20, 10:20] -= 12
    after[2, 50:60, 50:60] += 12
    flat = [date.reshape(4, -1).astype(float) for date in (before, after)]
    found = {}
    for side in ("fall", "rise", "both"):
        scorer = scores.fit(Method("ndvi", side), BANDS, *flat)
        found[side] = scores.strength(scorer, Counts.of_values(before, after))[0]
    fell, rose = (slice(12, 18), slice(12, 18)), (slice(52, 58), slice(52, 58))
    assert found["fall"][fell] == pytest.approx(found["both"][fell])
    assert found["rise"][rose] == pytest.approx(found["both"][rose])
    assert not found["fall"][rose].any()
    assert not found["rise"][fell].any()


def test_counts_score_as_their_physical_values():
    """Stored whole numbers with gain, offset and nodata score as the reflectances that they stand for."""
    rng = np.random.default_rng(13)
    before, after = (rng.integers(1000, 3000, (4, 60, 60)).astype(np.uint16) for _ in range(2))
    after[:, 5, 5] = 0
    gains, offsets = np.full((2, 4), 1e-4), np.full((2, 4), -0.1)
    counts = Counts(before, after, (0.0, 0.0), gains, offsets)
    physical = counts.physical()
    assert np.isnan(physical[1][:, 5, 5]).all()
    scorer = _fitted(*(np.nan_to_num(date, nan=0.1) for date in physical))
    told = scores.strength(scorer, counts)[0]
    assert np.isnan(told[5, 5])
    assert told == pytest.approx(scores.strength(scorer, Counts.of_values(*physical))[0], abs=1e-2, nan_ok=True)


def _grounds(rng, *, south, east, size=90):
    """Return a scene without detail finer than two pixels, and the same where it lies a fraction of a pixel off."""
    down, right = np.fft.fftfreq(size)[:, None], np.fft.fftfreq(size)[None, :]
    content = np.fft.fft2(rng.normal(size=(4, size, size))) * np.exp(-(down**2 + right**2) / (2 * 0.13**2))
    drift = np.exp(-2j * np.pi * (down * south + right * east))
    return (np.fft.ifft2(each).real.astype(np.float32) * 20 + 200 for each in (content, content * drift))


@pytest.mark.parametrize(("south", "east"), [(0.3, -0.2), (-0.45, 0.5)])
def test_a_fraction_of_a_pixel_is_taken_back_by_the_smoothing(south, east):
    """A copy that lies half a pixel off scores as the same copy in its place, and its values come back."""
    rng = np.random.default_rng(17)
    before, moved = _grounds(rng, south=south, east=east)
    noise = rng.normal(size=(2, *before.shape)).astype(np.float32)
    scorer = _fitted(before + noise[0], before + noise[1])
    shifted = replace(Counts.of_values(before, moved), fraction=(south, east))
    inner = (slice(4, -4), slice(4, -4))
    plain, raw, back = (
        scores.strength(scorer, counts)[0][inner]
        for counts in (Counts.of_values(before, before), Counts.of_values(before, moved), shifted)
    )
    assert np.quantile(np.abs(back - plain), 0.99) < 0.03 * np.quantile(np.abs(raw - plain), 0.99)
    assert shifted.physical()[1][:, *inner] == pytest.approx(before[:, *inner], abs=1.0)


def test_a_shifted_pair_hides_where_its_smoothing_leans_away():
    """Beside a hole the shifted date would be smoothed about another place: such pixels are not observed."""
    before, after = _scene(np.random.default_rng(18))
    scorer = _fitted(before, after)
    after[:, 30:40, 30:40] = np.nan
    counts = replace(Counts.of_values(before, after), fraction=(0.0, 0.5))
    hidden = np.isnan(scores.strength(scorer, counts)[0])
    assert hidden[30:40, 28:40].all()
    assert not hidden[20:50, 42:60].any()
    assert hidden[:, 5:-5].sum() <= 14 * 14


def test_an_index_without_its_bands_is_refused():
    """NBR needs the longer short-wave infrared; the sentence names the bands."""
    before, after = _scene(np.random.default_rng(14))
    with pytest.raises(WorkbenchError) as refusal:
        _fitted(before, after, "nbr")
    assert refusal.value.code == "detect.no_index"
    assert "swir22" in str(refusal.value)


@pytest.mark.parametrize("wrong", [("otsu", "both"), ("irmad", "fall"), ("ndvi", "up")])
def test_unknown_methods_are_refused(wrong):
    """A method is one of the list, and only an index has sides."""
    with pytest.raises(ValueError, match=r"is one of|has no side"):
        Method(*wrong)
    assert "irmad" in METHODS


@pytest.mark.parametrize("fraction", [(0.0, 0.0), (0.3, -0.4)])
def test_a_border_lends_no_more_than_is_told(fraction):
    """Beside a strong square the smoothing leaves less than the share that counts as lent, within it more."""
    square = np.zeros((1, 40, 40), np.float32)
    square[:, 10:30, 10:30] = 1
    weights = scores.smoothing(fraction)[0]
    smooth = resampling.convolved(square, weights, weights)[0]
    rim = weights.size // 2
    inside = square[0, rim:-rim, rim:-rim] > 0
    lent = smooth * scores.lending(fraction) < ndimage.maximum_filter(smooth, 3)
    assert lent[ndimage.binary_dilation(inside) & ~inside].all()
    assert not lent[inside].any()
