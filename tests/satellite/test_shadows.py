"""Cloud shadows by geometry."""

import numpy as np
import pytest

from satellite import shadows
from satellite.products import Sun

SUN = Sun(azimuth=150.0, zenith=40.0)


def scene(height_m, *, sun=SUN, pixel_m=60.0):
    """Return a ground with one cloud, its true shadow, a dark wood and a lake."""
    rows, columns = np.mgrid[:160, :160]
    cloud = (rows - 100) ** 2 + (columns - 90) ** 2 < 100
    down, right = shadows.offset_px(sun, height_m, pixel_m)
    shadow = (rows - 100 - down) ** 2 + (columns - 90 - right) ** 2 < 100
    lake, wood = np.zeros_like(cloud), np.zeros_like(cloud)
    lake[10:30, 100:150], wood[120:150, 10:40] = True, True
    dark = (shadow | wood | lake) & ~cloud
    return shadows.Ground(cloud, dark, lake, np.ones_like(cloud), pixel_m), shadow & ~cloud, wood | lake


def test_the_sun_in_the_south_throws_shadows_north():
    """Rows count down: a shadow to the north has a smaller row; 1,000 m under a sun at 45 degrees reach 1,000 m."""
    down, right = shadows.offset_px(Sun(180.0, 45.0), 1000.0, 10.0)
    assert (down, right) == (pytest.approx(-100.0), pytest.approx(0.0, abs=1e-9))
    down, right = shadows.offset_px(Sun(90.0, 45.0), 1000.0, 10.0)
    assert (down, right) == (pytest.approx(0.0, abs=1e-9), pytest.approx(-100.0))


@pytest.mark.parametrize("height_m", [1000.0, 2500.0, 4000.0])
def test_the_height_of_the_cloud_is_found(height_m):
    """The zone covers the planted shadow and little else, wherever it falls."""
    ground, shadow, other = scene(height_m)
    zone = shadows.zone(ground, SUN)
    assert zone[shadow].mean() > 0.97
    assert zone.sum() < 2.2 * shadow.sum()
    assert not (zone & other & ~shadow).any()


def test_the_low_sun_of_winter_throws_far():
    """At 70 degrees from the zenith a cloud at 1,500 m throws its shadow four kilometres off."""
    low = Sun(165.0, 70.0)
    ground, shadow, _ = scene(1500.0, sun=low)
    assert shadows.zone(ground, low)[shadow].mean() > 0.97


def test_a_cloud_over_a_lake_throws_no_shadow_on_it():
    """Water is dark anyway: it votes for no height, and without a vote nothing is called shadow."""
    cloud = np.zeros((80, 80), bool)
    cloud[40:50, 40:50] = True
    whole = np.ones_like(cloud)
    ground = shadows.Ground(cloud, whole & ~cloud, whole & ~cloud, whole, 60.0)
    assert not shadows.zone(ground, SUN).any()


def test_even_ground_and_no_cloud_and_no_sun_give_nothing():
    """A dark landscape as a whole is none of shadows."""
    ground, _, _ = scene(2000.0)
    dark = shadows.Ground(ground.cloud, ~ground.cloud, ground.water, ground.seen, 60.0)
    assert not shadows.zone(dark, SUN).any()
    assert not shadows.zone(ground, Sun(150.0, 88.0)).any()
    bare = shadows.Ground(np.zeros_like(ground.cloud), ground.dark, ground.water, ground.seen, 60.0)
    assert not shadows.zone(bare, SUN).any()


def test_background_is_the_mean_of_the_land_around():
    """Water and clouds do not count; without land the mean of all, without any 0."""
    nir = np.full((120, 120), 0.4, np.float32)
    land = np.ones_like(nir, bool)
    nir[:40, :40], land[:40, :40] = 0.02, False
    assert np.allclose(shadows.background(nir, land)[60:, 60:], 0.4, atol=1e-5)
    assert shadows.background(nir, np.zeros_like(land)).max() == 0
