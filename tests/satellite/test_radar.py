"""Radar change against labelled pairs, pure speckle and planted points of change."""

from pathlib import Path

import numpy as np
import pytest
import rasterio
from rasterio.errors import NotGeoreferencedWarning
from scipy import ndimage

from gis.errors import WorkbenchError
from satellite import radar

PAIRS = Path(__file__).parents[3] / "shared" / "data" / "pairs"
labelled = pytest.mark.skipif(not PAIRS.is_dir(), reason="the image pairs are not beside the project")


def _labelled(name):
    with pytest.warns(NotGeoreferencedWarning):
        files = [rasterio.open(PAIRS / name / file) for file in ("t1.tif", "t2.tif", "ref.tif")]
    before, after, reference = (file.read() for file in files)
    for file in files:
        file.close()
    return before.astype(np.float32), after.astype(np.float32), reference[0] == 2


def _found(before, after, params=None, step=1.0):
    params = params or radar.Params()
    ratio = radar.log_ratio(before, after, step=step, smoothing_px=params.smoothing_px)
    null = radar.fit_null(ratio)
    return radar.decide(ratio, null, radar.limits(ratio, null, params))


def _f1(found, truth):
    return 2 * (found & truth).sum() / (found.sum() + truth.sum())


@labelled
@pytest.mark.parametrize(("name", "least"), [("sar_yellow_A", 0.86), ("sar_yellow_C", 0.78)])
def test_labelled_pairs_are_met_with_one_configuration(name, least):
    """No option differs between a pair with 18 % change and one with 3 %."""
    before, after, truth = _labelled(name)
    assert _f1(_found(before, after) != 0, truth) >= least


@labelled
@pytest.mark.parametrize("name", ["sar_yellow_A", "sar_yellow_C"])
@pytest.mark.parametrize(
    "params",
    [
        radar.Params(smoothing_px=1.6),
        radar.Params(smoothing_px=2.4),
        radar.Params(grow_fdr=0.01),
        radar.Params(grow_fdr=0.04),
        radar.Params(seed_fdr=1e-7),
        radar.Params(seed_fdr=1e-5),
    ],
)
def test_no_parameter_is_sharp(name, params):
    """A fifth more or less smoothing, half or double or ten times the rates: F1 stays above 0.75."""
    before, after, truth = _labelled(name)
    assert _f1(_found(before, after, params) != 0, truth) >= 0.75


@labelled
@pytest.mark.parametrize("name", ["sar_yellow_A", "sar_yellow_C"])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_one_per_cent_of_change_is_no_collapse(name, seed):
    """One labelled patch of real change set into a scene of real unchanged speckle: found, and little else."""
    rng = np.random.default_rng(seed)
    before, after, truth = _labelled(name)
    core = ndimage.binary_erosion(truth, iterations=3)
    row, column = rng.choice(np.argwhere(core))
    reach = int(np.sqrt(0.02 * truth.size))
    near = np.zeros(truth.shape, bool)
    near[max(row - reach // 2, 0) : row + reach // 2, max(column - reach // 2, 0) : column + reach // 2] = True
    kept = truth & near
    before[:, truth & ~kept] = np.nan
    assert 0.001 < kept.sum() / np.isfinite(before).sum() < 0.03
    found = _found(before, after) != 0
    rest = ~truth | kept
    assert _f1(found[rest], kept[rest]) >= 0.4
    assert found.mean() < 0.03


@pytest.mark.parametrize(("first", "second", "most"), [(1, 1, 10), (4, 4, 10), (16, 16, 10), (1, 4, 60)])
def test_speckle_alone_is_no_change(first, second, most):
    """A million pixels of pure speckle: a handful at most; unequal looks skew the law, yet no more than 60."""
    rng = np.random.default_rng(5)
    shape = (1, 1000, 1000)
    before = rng.gamma(first, 1 / first, shape).astype(np.float32)
    after = rng.gamma(second, 1.3 / second, shape).astype(np.float32)
    assert (_found(before, after, step=0) != 0).sum() <= most


@labelled
@pytest.mark.parametrize("looks", [1, 4, 12])
def test_a_scene_with_new_speckle_is_no_change(looks):
    """A real scene, despeckled, speckled twice anew, brighter the second time, and cut to 8 bits."""
    truth = ndimage.gaussian_filter(_labelled("sar_yellow_C")[0][0], 1.5)
    rng = np.random.default_rng(6)
    flagged = []
    for _ in range(4):
        dates = [
            np.clip(np.rint(gain * truth * np.sqrt(rng.gamma(looks, 1 / looks, truth.shape))), 0, 255)
            for gain in (1, 1.2)
        ]
        flagged.append((_found(*(each.astype(np.float32)[None] for each in dates)) != 0).sum())
    assert np.median(flagged) <= 5
    assert max(flagged) <= 40


def test_falls_and_rises_are_told_apart():
    """A darker and a brighter square carry their signs; swapped in time they swap."""
    rng = np.random.default_rng(7)
    before, after = (rng.gamma(4, 0.25, (2, 200, 200)).astype(np.float32) for _ in range(2))
    after[:, 20:50, 20:50] /= 6
    after[:, 120:150, 120:150] *= 6
    signs = _found(before, after, step=0)
    assert (signs[25:45, 25:45] == -1).all()
    assert (signs[125:145, 125:145] == 1).all()
    assert np.array_equal(_found(after, before, step=0), -signs)


def test_unseen_pixels_are_nan_and_leak_nothing():
    """NaN stays NaN; what lies beyond the reach of the smoothing is untouched."""
    rng = np.random.default_rng(8)
    before, after = (rng.gamma(4, 0.25, (1, 60, 60)).astype(np.float32) for _ in range(2))
    whole = radar.log_ratio(before, after)
    after[0, 10:14, 10:14] = np.nan
    before[0, 40, 40] = 0
    holed = radar.log_ratio(before, after)
    assert np.isnan(holed).sum() == 17
    assert holed[25:32, :] == pytest.approx(whole[25:32, :], abs=1e-5)


def test_equal_and_empty_images_are_refused():
    """Nothing to fit a law to: a sentence each."""
    for values, code in ((np.zeros(100), "detect.no_variation"), (np.full(9, np.nan), "detect.nothing_observed")):
        with pytest.raises(WorkbenchError) as refusal:
            radar.fit_null(values)
        assert refusal.value.code == code


@pytest.mark.parametrize(("shift", "share"), [(-4.0, 0.02), (3.0, 0.2), (4.0, 0.35)])
def test_the_law_is_found_beside_one_sided_change(shift, share):
    """Up to a third of the pixels moved to one side: centre and sigma of the rest are recovered."""
    rng = np.random.default_rng(9)
    values = 0.2 + 0.3 * rng.normal(size=200_000)
    values[: int(share * values.size)] += 0.3 * shift
    null = radar.fit_null(values)
    assert null.centre == pytest.approx(0.2, abs=0.06)
    assert null.sigma == pytest.approx(0.3, rel=0.15)


@pytest.mark.parametrize("looks", [4.0, 12.0])
@pytest.mark.parametrize("channels", [1, 2])
def test_the_omnibus_keeps_its_false_alarm_rate(looks, channels):
    """Six images of unchanged speckle of known looks: one test in a hundred fails, as asked."""
    rng = np.random.default_rng(10)
    images = rng.gamma(looks, 1 / looks, (6, channels, 300, 300)).astype(np.float32)
    found = radar.omnibus(images, looks=looks, significance=0.01)
    assert (found.probability < 0.01).mean() == pytest.approx(0.01, rel=0.15)
    assert (found.probability < 0.5).mean() == pytest.approx(0.5, abs=0.01)
    assert (found.changes != 0).any(axis=0).mean() <= 0.0115


def test_the_points_of_change_are_found():
    """Brighter from the third image, dark again from the sixth: both intervals, both signs."""
    rng = np.random.default_rng(11)
    level = np.array([1, 1, 8, 8, 8, 1, 1], np.float32)[:, None, None, None]
    images = (level * rng.gamma(12, 1 / 12, (7, 1, 60, 60))).astype(np.float32)
    changes = radar.omnibus(images, looks=12, significance=1e-3).changes
    assert (changes[1] == 1).mean() > 0.9
    assert (changes[4] == -1).mean() > 0.9
    assert (changes[[0, 2, 3, 5]] != 0).mean() < 0.03


def test_a_pixel_missing_in_one_image_is_not_judged():
    """NaN and 0 are no intensities."""
    images = np.ones((3, 1, 2, 2), np.float32)
    images[1, 0, 0, 0], images[2, 0, 1, 1] = np.nan, 0
    found = radar.omnibus(images, looks=4)
    assert np.isnan(found.probability).tolist() == [[True, False], [False, True]]
    assert not found.changes.any()


@pytest.mark.parametrize("looks", [1, 4])
@pytest.mark.parametrize(("east", "south"), [(0, 0), (3, -2), (11, 6)])
def test_the_shift_is_measured_through_speckle(looks, east, south):
    """Two dates with speckle of their own: the shift to half a pixel, none where there is none."""
    rng = np.random.default_rng(12)
    ground = np.exp(ndimage.gaussian_filter(rng.normal(size=(460, 460)), 3) * 8)
    speckled = [ground * rng.gamma(looks, 1 / looks, ground.shape) for _ in range(2)]
    before, after = (
        each[None, 20 - row : 420 - row, 20 - column : 420 - column].astype(np.float32)
        for each, row, column in zip((ground * speckled[0] / ground, speckled[1]), (0, south), (0, east), strict=True)
    )
    found = radar.shift([(before, after)])
    assert (found.east_px, found.south_px) == pytest.approx((east, south), abs=0.5)
    assert found.blocks == 1


def test_no_shift_is_read_into_pure_speckle():
    """Nothing to hold on to: nothing is known."""
    rng = np.random.default_rng(13)
    pairs = [tuple(rng.gamma(4, 0.25, (1, 300, 300)).astype(np.float32) for _ in range(2)) for _ in range(3)]
    assert radar.shift(pairs).blocks == 0


@labelled
@pytest.mark.parametrize(
    ("name", "seed"), [(name, seed) for name in ("sar_yellow_A", "sar_yellow_C") for seed in range(4)]
)
@pytest.mark.parametrize("share", [0.0, 0.01])
def test_real_ground_with_a_hundredth_or_no_change_does_not_collapse(name, seed, share):
    """Real backscatter, despeckled, with speckle of four looks anew on both dates and one dark patch in the second.

    With 1 % of change F1 is at least 0.75; without any, hardly a pixel is called changed.
    """
    rng = np.random.default_rng(seed)
    ground = ndimage.gaussian_filter(_labelled(name)[0][0], 1.5)
    truth = np.zeros(ground.shape, bool)
    side = int(np.sqrt(share * truth.size))
    if side:
        bright = ndimage.uniform_filter(ground, side)[side:-side, side:-side]
        top, left = np.unravel_index(np.argsort(bright.ravel())[-1 - 400 * seed], bright.shape)
        truth[top + side // 2 : top + side // 2 + side, left + side // 2 : left + side // 2 + side] = True
    dates = []
    for level in (ground, np.where(truth, 0.45 * ground, ground)):
        amplitude = level * np.sqrt(rng.gamma(4, 1 / 4, level.shape))
        dates.append(np.clip(np.rint(amplitude), 0, 255).astype(np.float32)[None])
    found = _found(*dates) != 0
    if share:
        assert _f1(found, truth) >= 0.75
    else:
        assert found.mean() < 0.001


def test_values_without_meaning_are_refused():
    """One image, no looks, rates out of order, negative sizes."""
    with pytest.raises(ValueError, match="1 images"):
        radar.omnibus(np.ones((1, 1, 2, 2), np.float32), looks=4)
    with pytest.raises(ValueError, match="seed_fdr"):
        radar.Params(seed_fdr=0.1, grow_fdr=0.01)
    with pytest.raises(ValueError, match="negative"):
        radar.Params(smoothing_px=-1)
