"""The synthetic landscape: variety, room for changes, and the same from the same seed."""

import numpy as np
import pytest
from pyproj import Transformer

from satellite import landscape
from satellite.landscape import Cover


@pytest.fixture(scope="module")
def land():
    """A landscape of 36 square kilometres."""
    return landscape.lay_out(600, np.random.default_rng(1))


def test_every_cover_is_there(land):
    """Fields, water, reed, grass, wood, villages and roads all have their share."""
    shares = np.bincount(land.cover.ravel(), minlength=len(Cover)) / land.cover.size
    assert (shares > 0.001).all()
    assert shares[Cover.CROP] > 0.4


def test_the_grid_lies_around_its_centre():
    """The middle pixel of the area is at the stated place."""
    grid = landscape.grid(400)
    east, north = grid.transform @ (200, 200)
    lon, lat = Transformer.from_crs(grid.crs, 4326, always_xy=True).transform(east, north)
    assert (lon, lat) == pytest.approx(landscape.CENTRE, abs=2e-4)


def test_noise_is_standardised_and_smooth():
    """A field has mean 0, deviation 1, and neighbours alike within its length."""
    field = landscape.noise(300, 30, np.random.default_rng(2))
    assert (float(field.mean()), float(field.std())) == pytest.approx((0, 1), abs=1e-3)
    assert np.abs(np.diff(field, axis=0)).mean() < 0.1


def test_planted_places_keep_apart_and_on_their_cover(land):
    """No two places touch, and each lies on a cover where it may."""
    taken = np.zeros(land.cover.shape, bool)
    used = np.zeros(land.cover.shape, int)
    rng = np.random.default_rng(3)
    for kind in landscape.CHANGES:
        for mask, window in landscape.plant(land, kind, 3, taken, rng):
            used[window] += mask
            assert np.isin(land.cover[window][mask], kind.covers).all()
    assert used.max() == 1


def test_a_full_landscape_takes_no_more(land):
    """Where all is taken nothing is planted, without a fault."""
    taken = np.ones(land.cover.shape, bool)
    assert landscape.plant(land, landscape.CHANGES[0], 5, taken, np.random.default_rng(4)) == []


def test_the_same_seed_gives_the_same_land():
    """Seeds decide everything."""
    first, again, other = (landscape.lay_out(250, np.random.default_rng(seed)) for seed in (5, 5, 6))
    assert np.array_equal(first.cover, again.cover)
    assert np.array_equal(first.texture, again.texture)
    assert not np.array_equal(first.cover, other.cover)
