"""The no-change law and the false leads that a threshold lets through, against simulation."""

import numpy as np
import pytest
from scipy import ndimage, stats

from gis.errors import WorkbenchError
from satellite import false_leads, resampling, runs, scores, tallies
from satellite.scores import Counts, Method


def _scene(rng, bands=4, size=80, noise=0.2):
    ground = rng.normal(size=(bands, size, size)).cumsum(axis=1).cumsum(axis=2) * 0.05
    first = ground + noise * rng.normal(size=ground.shape)
    second = ground + noise * rng.normal(size=ground.shape)
    return first.astype(np.float32), second.astype(np.float32)


@pytest.mark.parametrize("shape", [1.0, 2.5, 6.0])
@pytest.mark.parametrize("changed", [0.0, 0.05, 0.2, 0.4, 0.6])
def test_the_null_is_found_under_contamination(shape, changed):
    """The gamma law of the no-change mass is recovered although up to three fifths of the pixels changed."""
    rng = np.random.default_rng(7)
    squared = rng.gamma(shape, 2.0, 200_000)
    squared[: int(changed * squared.size)] += 100 + rng.gamma(3, 50, int(changed * squared.size))
    null = false_leads.fit_null(np.sqrt(squared))
    assert null.threshold(1e-3) == pytest.approx(np.sqrt(stats.gamma.isf(1e-3, shape, scale=2.0)), rel=0.12)
    assert null.changed_share == pytest.approx(changed, abs=0.02)


def test_the_false_alarm_rate_is_kept_where_nothing_changed():
    """Two noisy looks at one ground: the asked share of pixels is flagged, within a factor of two."""
    before, after = _scene(np.random.default_rng(8), size=400)
    flat = (date.reshape(4, -1).astype(float) for date in (before, after))
    scorer = scores.fit(Method(), ("a", "b", "c", "d"), *flat)
    strength = scores.strength(scorer, Counts.of_values(before, after))[0]
    null = false_leads.fit_null(strength.ravel())
    assert 0.005 < (strength > null.threshold(0.01)).mean() < 0.02


def test_equal_images_are_refused():
    """Two copies of one image leave no distribution to fit."""
    with pytest.raises(WorkbenchError) as refusal:
        false_leads.fit_null(np.zeros(1000))
    assert refusal.value.code == "detect.no_variation"


def test_a_law_with_unequal_spreads_reaches_farther_and_turns_back():
    """The threshold lies farther out, and its chance is the one that was asked for."""
    plain = false_leads.Null(2.5, 0.3, 0.0)
    longer = false_leads.Null(2.5, 0.3, 0.0, (0.35, 0.27, 0.14, 0.1, 0.08, 0.06))
    for chance in (1e-2, 1e-5, 1e-9):
        assert 1.02 < longer.threshold(chance) / plain.threshold(chance) < 1.3
        assert longer.chance(longer.threshold(chance)) == pytest.approx(chance, rel=0.01)
    assert longer.chance(1e6) <= 1e-12
    assert longer.chance(0.0) == 1.0


@pytest.mark.parametrize("asked", [0.5, 1, 4, 30])
def test_what_is_expected_is_exceeded_in_one_case_of_a_hundred(asked):
    """Of a Poisson law; at fractions between the neighbouring whole numbers."""
    expected = false_leads.expected(asked)
    assert stats.poisson.cdf(np.ceil(asked), expected) >= 0.99 - 1e-9
    assert stats.poisson.cdf(np.ceil(asked) - 1, expected) < 0.99


@pytest.mark.parametrize("bands", [1, 3, 6])
@pytest.mark.parametrize("length", [0.75, 0.9, 1.5])
def test_the_length_is_that_of_the_noise(bands, length):
    """White noise smoothed to a length has it, within a twentieth, although the tail is cut off for it."""
    rng = np.random.default_rng(4)
    planes = [ndimage.gaussian_filter(rng.standard_normal((700, 700)), length) for _ in range(bands)]
    strength = np.sqrt(sum(np.square(plane / plane.std()) for plane in planes)).astype(np.float32)
    null = false_leads.fit_null(strength.ravel())
    assert false_leads.length_px([strength], null) == pytest.approx(length, rel=0.05)


def test_groups_of_noise_are_as_many_as_the_law_says():
    """Of a field that a pair moved back gives: groups of four pixels, their gaps closed, within a half."""
    rng, found, edge = np.random.default_rng(11), 0, 1200
    taps = np.array(resampling.low_pass(0.0))
    for _ in range(6):
        field = np.zeros((edge, edge))
        for _ in range(6):
            plane = rng.standard_normal((edge, edge))
            for axis in (0, 1):
                plane = ndimage.convolve1d(plane, taps, axis=axis, mode="wrap")
            field += np.square(plane / plane.std())
        above = (field > stats.chi2.isf(1e-3, 6)).astype(np.uint8)
        closed = runs.find(runs.close(np.pad(above, ((2, 2), (0, 0)))))
        changed = tallies.count(closed, np.flatnonzero(above), top=0, width=edge)
        found += (np.bincount(runs.group(closed), weights=changed) >= 4).sum()
    told = false_leads.rate(1e-3, smallest_px=4, length_px=0.89, pixel_m2=900) * 6 * edge**2 * 900 / 1e9
    assert 0.67 < found / told < 1.5
