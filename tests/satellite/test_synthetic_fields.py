"""Synthetic field work."""

import numpy as np
import pytest

from satellite import synthetic, synthetic_fields


@pytest.fixture(scope="module")
def plain():
    """A world of 5 km with one change of each kind."""
    return synthetic.make_world(2, size_px=500, each=1)


def test_a_share_of_the_parcels_is_worked(plain):
    """Every kind of work occurs, on a third of the cropland; the planted targets lie on top."""
    world = synthetic_fields.worked(plain, 0.33, np.random.default_rng(1))
    work = [event for event in world.events if event.kind in synthetic_fields.WORK]
    assert {event.kind for event in work} == set(synthetic_fields.WORK)
    assert world.events[-len(plain.events) :] == plain.events
    area = sum(event.mask.sum() for event in work) * 1e-4
    assert area == pytest.approx(0.33 * synthetic_fields.crop_km2(world), rel=0.35)


def test_an_earlier_year_has_the_fields_and_no_target(plain):
    """The worked parcels look then as they will, and nothing that was planted is there."""
    world = synthetic_fields.worked(plain, 0.33, np.random.default_rng(1))
    before = synthetic_fields.earlier(world, np.random.default_rng(2))
    assert {event.kind for event in before.events} <= set(synthetic_fields.WORK)
    ploughed = next(event for event in world.events if event.kind == "ploughed")
    then, now, was = (synthetic.scene(each, at)["nir"].to_numpy() for each, at in ((before, 3), (world, 3), (world, 0)))
    inside = [plane[ploughed.window][ploughed.mask].mean() for plane in (then, now, was)]
    assert abs(inside[0] - inside[1]) < 0.3 * abs(inside[2] - inside[1])


def test_the_same_seed_gives_the_same_fields(plain):
    """Masks and purities follow from the generator alone."""
    one, other = (synthetic_fields.worked(plain, 0.2, np.random.default_rng(5)) for _ in range(2))
    assert [event.purity for event in one.events] == [event.purity for event in other.events]
