"""The no-change law and the false leads that a threshold lets through, against simulation."""

import numpy as np
import pytest
from scipy import stats

from gis.errors import WorkbenchError
from satellite import false_leads, scores
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
