"""Random places lie where they should."""

import numpy as np
import pytest
import shapely
from scipy.stats import kstest

from gis import scatter

RING = shapely.Point(126, 46).buffer(1).difference(shapely.Point(126, 46).buffer(0.5))
CENTRE = np.array([126.0, 46.0])


def rng():
    """A fresh generator."""
    return np.random.default_rng(5)


def metres(places, centre=CENTRE):
    """Distance from a centre on the sphere."""
    lon, lat = np.radians(places).T
    lon0, lat0 = np.radians(centre)
    angle = np.sin(lat) * np.sin(lat0) + np.cos(lat) * np.cos(lat0) * np.cos(lon - lon0)
    return 6_371_000 * np.arccos(np.clip(angle, -1, 1))


def test_even_places_lie_inside_and_cover_the_area():
    """All inside a ring, and as many in each half as its area asks."""
    places = scatter.even(rng(), RING, 4000)
    assert places.shape == (4000, 2)
    assert shapely.contains_xy(RING, *places.T).all()
    assert (places[:, 0] < 126).mean() == pytest.approx(0.5, abs=0.03)


def test_even_places_are_even_by_area_not_by_degree():
    """Over a tall box the sine of the latitude is uniform."""
    places = scatter.even(rng(), shapely.box(120, 0, 121, 80), 4000)
    assert kstest(np.sin(np.radians(places[:, 1])) / np.sin(np.radians(80)), "uniform").pvalue > 0.01


def test_places_around_towns_lie_inside_and_near():
    """All inside the outline; half of them within a few spreads of a centre."""
    outline = shapely.box(125, 45, 127, 47)
    places = scatter.around(rng(), outline, CENTRE[None, :], 5000, 2000)
    assert shapely.contains_xy(outline, *places.T).all()
    assert np.median(metres(places)) == pytest.approx(5000 * np.log(2), rel=0.1)


def test_places_in_a_disc_lie_in_the_drawn_disc_evenly():
    """Planted events lie inside the circle of the truth, half of them within the inner half of its area."""
    places = scatter.in_disc(rng(), CENTRE, 10_000, 4000)
    drawn = scatter.disc(CENTRE, 10_000)
    assert shapely.contains_xy(drawn, *places.T).all()
    assert (metres(places) < 10_000 / np.sqrt(2)).mean() == pytest.approx(0.5, abs=0.03)


def test_disc_has_its_area():
    """A disc of 10 km has pi times 100 square kilometres on the equal-area plane."""
    x, y = scatter._TO_PLANE.transform(*np.array(scatter.disc(CENTRE, 10_000).exterior.coords).T)
    assert shapely.Polygon(np.column_stack([x, y])).area == pytest.approx(np.pi * 1e8, rel=0.003)


def test_blob_is_a_valid_polygon_about_its_centre():
    """Waves never make it cross itself."""
    generator = rng()
    blobs = [scatter.blob(generator, CENTRE, 8000) for _ in range(50)]
    assert all(one.is_valid and one.contains(shapely.Point(CENTRE)) for one in blobs)


def test_moved_places_lie_at_their_distance():
    """Within a metre or so over short distances, whatever the bearing."""
    places = np.repeat(CENTRE[None, :], 8, axis=0)
    away = scatter.moved(places, np.full(8, 250.0), np.arange(8) * np.pi / 4)
    assert metres(away) == pytest.approx(250, abs=2)


def test_nothing_asked_nothing_drawn():
    """No place is an empty array of the same form."""
    assert scatter.even(rng(), RING, 0).shape == (0, 2)
