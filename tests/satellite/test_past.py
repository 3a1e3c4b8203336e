"""What earlier pairs say of the tail."""

import numpy as np
import pytest

from gis.errors import WorkbenchError
from satellite import past
from satellite.false_leads import AREA_M2
from satellite.past import Past


def _drawn(slope, count, rng):
    """Draw patches whose number falls by ``slope`` decades for each decade of the chance, from 1e-4 on."""
    return tuple(np.sort(4 + rng.exponential(1 / (np.log(10) * slope), count))[::-1])


@pytest.mark.parametrize("slope", [0.5, 1.0, 2.0])
def test_a_known_tail_is_found(slope):
    """100 patches at 1e-4 on 1,000 km2: ten are left at a chance 1 / slope decades smaller, one at twice that."""
    rng = np.random.default_rng(1)
    told = [[np.log10(Past(_drawn(slope, 100, rng), AREA_M2, ()).chance(n)) for n in (10, 1, 0.1)] for _ in range(200)]
    assert np.mean(told, axis=0) == pytest.approx([-4 - 1 / slope, -4 - 2 / slope, -4 - 3 / slope], rel=0.12)


def test_fewer_false_leads_ask_for_a_smaller_chance():
    """The chance never rises as the wish falls, and stays above the least that laws are asked for."""
    told = Past(_drawn(1.0, 40, np.random.default_rng(2)), 0.2 * AREA_M2, ())
    chances = [told.chance(wanted) for wanted in (200, 100, 20, 5, 1, 0.1, 1e-6, 1e-12)]
    assert chances == sorted(chances, reverse=True)
    assert min(chances) >= 1e-12


def test_few_patches_fall_a_decade_for_a_decade():
    """Two patches give no slope: ten times fewer asks for a tenth of the chance."""
    told = Past((5.0, 4.0), AREA_M2, ())
    assert told.slope == 1.0
    assert told.chance(0.1) == pytest.approx(told.chance(0.999) / 10, rel=0.01)


def test_pairs_are_counted_together():
    """Two pairs on 100 km2 each are one past on 200 km2."""
    both = past.joined([Past((5.0,), 1e8, ("a",)), Past((6.0, 4.0), 1e8, ("b",))])
    assert (both.tails, both.area_m2, both.pairs) == ((6.0, 5.0, 4.0), 2e8, ("a", "b"))


def test_a_past_that_says_nothing_is_refused():
    """No patch at all, or no ground."""
    with pytest.raises(WorkbenchError) as refusal:
        Past((), 1e8, ()).chance(1)
    assert refusal.value.code == "past.nothing"
    with pytest.raises(ValueError, match="ground"):
        Past((5.0,), 0, ())
