"""Synthetic phases of the season."""

import numpy as np
import pytest

from satellite import synthetic, synthetic_seasons
from satellite.landscape import Cover


@pytest.fixture(scope="module")
def worlds():
    """A world of 5 km as it is, and with its dates in May and July."""
    plain = synthetic.make_world(2, size_px=500, each=1)
    return plain, synthetic_seasons.phased(plain, {0: "may", 3: "july"}, np.random.default_rng(1))


def test_fields_are_bare_in_may_and_closed_in_july(worlds):
    """Greenness of the cropland rises by more than half from one date to the other; the planted targets stay."""
    plain, world = worlds
    crop = world.land.cover == Cover.CROP
    green = []
    for at in (0, 3):
        scene = synthetic.scene(world, at)
        near, red = scene["nir"].to_numpy(), scene["red"].to_numpy()
        green.append(float(np.median(((near - red) / (near + red))[crop & (synthetic.clear(world, at) == 1)])))
    assert green[0] < 0.4
    assert green[1] > 0.65
    assert world.events[-len(plain.events) :] == plain.events


def test_other_dates_are_as_they_were(worlds):
    """Only the dates asked for change, and the same generator gives the same fields."""
    plain, world = worlds
    assert (world.green[1] == plain.green[1]).all()
    assert world.leaf[1:3] == plain.leaf[1:3]
    again = synthetic_seasons.phased(plain, {0: "may", 3: "july"}, np.random.default_rng(1))
    assert (again.green == world.green).all()
    assert [event.purity for event in again.events] == [event.purity for event in world.events]


def test_every_state_occurs_and_shares_add_up(worlds):
    """Paddies, stubble, mulch and cut wheat each lie on some field; the shares of crops make one."""
    _, world = worlds
    looks = [event.looks for event in world.events if event.kind == synthetic_seasons.KIND]
    assert all(state.looks in looks for state in synthetic_seasons.STATES)
    assert sum(crop.share for crop in synthetic_seasons.CROPS.values()) == pytest.approx(1)
