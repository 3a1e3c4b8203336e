"""The compiled loops against numpy and scipy."""

import numpy as np
import pytest
from scipy import ndimage

from satellite import score_pixels

WEIGHTS = np.array([0.05, 0.2, 0.5, 0.2, 0.05], np.float32)


def test_panels_of_columns_leave_no_seam():
    """A wide strip is scored panel by panel, five bands of it as four and one, and its score is that of each part."""
    rng = np.random.default_rng(3)
    before, after = (rng.integers(0, 200, (5, 9, score_pixels._PANEL_PX + 60)).astype(np.uint16) for _ in range(2))
    told = ((np.float32(0), np.float32(0)), _forms(rng, 5), (tuple(WEIGHTS),) * 4, (np.float32(0), np.float32(1e-4)))
    whole = score_pixels.score(before, after, (0, 0), *told)
    middle = slice(score_pixels._PANEL_PX - 40, None)
    part = score_pixels.score(*(date[:, :, middle].copy() for date in (before, after)), (0, 0), *told)
    for one, other in zip(whole, part, strict=True):
        assert one[:, middle][:, 5:] == pytest.approx(other[:, 5:], rel=1e-5, nan_ok=True)


def _forms(rng, bands):
    return tuple(rng.normal(size=shape).astype(np.float32) for shape in ((3, bands), (3, bands), (2, 3)))


def _smooth(plane):
    along = ndimage.correlate1d(plane, WEIGHTS, axis=1, mode="constant")
    return ndimage.correlate1d(along, WEIGHTS, axis=0, mode="constant")


def _expected(before, after, seen, forms, edge):
    mass = _smooth(seen.astype(float))
    dates = []
    for at, bands in enumerate((before, after)):
        planes = np.tensordot(forms[at], bands, 1) - forms[2][at][:, None, None]
        planes = np.where(seen, planes, 0)
        means = np.array([_smooth(plane) / mass for plane in planes])
        squares = _smooth((planes**2).sum(axis=0)) / mass
        dates.append((means, squares - (means**2).sum(axis=0)))
    total = ((dates[0][0] - dates[1][0]) ** 2).sum(axis=0)
    varied = np.minimum(dates[0][1], dates[1][1])
    return (np.where(seen, np.sqrt(each), np.nan) for each in (total, total / (1 + edge * varied)))


@pytest.mark.parametrize("kind", [np.float32, np.uint16])
def test_the_loops_equal_plain_arithmetic(kind):
    """Forms, smoothing by the mass of what is observed, sums of squares and variances: as numpy and scipy have them."""
    rng = np.random.default_rng(1)
    before, after = (rng.integers(1, 200, (4, 31, 47)).astype(kind) for _ in range(2))
    before[2, 5, 7], after[0, 20, 20:25] = 0, 0
    seen = (before != 0).all(axis=0) & (after != 0).all(axis=0)
    forms, zero, edge = _forms(rng, 4), np.float32(0), np.float32(1e-4)
    told = ((zero, zero), forms, (tuple(WEIGHTS),) * 4, (zero, edge))
    found = score_pixels.score(before, after, (0, 0), *told)
    cut = [date[:, 4:20].copy() for date in (before, after)]
    part = score_pixels.score(*cut, (3, 2), *told)
    expected = _expected(before.astype(float), after.astype(float), seen, forms, edge)
    for whole, inner, wanted in zip(found, part, expected, strict=True):
        assert whole == pytest.approx(wanted, rel=1e-3, nan_ok=True)
        assert inner == pytest.approx(wanted[7:18], rel=1e-3, nan_ok=True)


def test_the_histogram_is_that_of_numpy():
    """Bins of a fixed width, the last one open, NaN in none."""
    strength = np.random.default_rng(2).gamma(2, 3, (40, 50)).astype(np.float32)
    strength[3, :] = np.nan
    counts = score_pixels.histogram(strength, 4, 50)
    seen = strength[np.isfinite(strength)]
    edges = np.append(np.arange(50) / 4, np.inf)
    assert counts.tolist() == np.histogram(seen, edges)[0].tolist()


def test_pixels_have_three_states():
    """Above the threshold, not above it, or not observed, the cells of which are marked."""
    rng = np.random.default_rng(4)
    wide = rng.gamma(2, 2, (13, 23)).astype(np.float32)
    wide[rng.random(wide.shape) < 0.02] = np.nan
    strength = wide[1:-1]
    cells = np.zeros((5, 6), bool)
    change, hidden = score_pixels.decide(wide, (np.float32(4), np.float32(99)), 6, 4, cells)
    expected = np.where(np.isnan(strength), 255, strength > 4)
    assert np.array_equal(change, expected)
    assert hidden == np.isnan(strength).sum()
    rows, columns = np.nonzero(np.isnan(strength))
    marked = np.zeros_like(cells)
    marked[(6 + rows) // 4, columns // 4] = True
    assert np.array_equal(cells, marked)
    assert np.array_equal(score_pixels.places(change, 1), np.flatnonzero(expected == 1))


def test_strength_lent_by_a_neighbour_is_no_change():
    """A pixel beside one many times as strong had its strength from there, in the rows around the strip too."""
    wide = np.ones((6, 7), np.float32)
    wide[1:, 2], wide[0, 5], wide[3, 5] = 5, 40, np.nan
    wide[2, 3] = 20
    change, hidden = score_pixels.decide(wide, (np.float32(3), np.float32(3)), 0, 4, np.zeros((1, 2), bool))
    assert hidden == 1
    assert change.tolist() == [
        [0, 0, 0, 0, 0, 0, 0],
        [0, 0, 0, 1, 0, 0, 0],
        [0, 0, 0, 0, 0, 255, 0],
        [0, 0, 1, 0, 0, 0, 0],
    ]


def test_values_are_taken_at_places():
    """Gain and offset of each band, NaN for what is missing."""
    data = np.arange(24, dtype=np.uint16).reshape(2, 3, 4)
    gains, offsets = np.array([2, 3], np.float32), np.array([0.5, -1], np.float32)
    found = score_pixels.taken(data, np.array([0, 5, 11]), np.float32(5), gains, offsets)
    np.testing.assert_array_equal(found, [[0.5, np.nan, 22.5], [35, 50, 68]])
