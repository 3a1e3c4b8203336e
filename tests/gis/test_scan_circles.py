"""Circles of the scan: rings, ties, limits, and the same answer in any order."""

import numpy as np
import pytest

from gis import scan_circles


def _windows(circles, n):
    """Return the circles as sets of places by centre."""
    found = []
    for centre in range(n):
        row = circles.reached[circles.start[centre] : circles.start[centre + 1]]
        found.append([frozenset(circles.members(centre, at + 1)) for at in range(len(row)) if row[at] >= 0])
    return found


def _by_hand(places, weights, share, radius_m=np.inf):
    """Draw the same circles by sorting all distances."""
    found = []
    for place in places:
        distance = np.round(np.hypot(*(places - place).T), 6)
        rings = [frozenset(np.flatnonzero(distance <= d)) for d in np.unique(distance) if d <= radius_m]
        limit = share * weights.sum() + 1e-9
        found.append([ring for ring in rings if weights[list(ring)].sum() <= limit])
    return found


@pytest.mark.parametrize("share", [0.05, 0.3, 1.0])
def test_tied_places_enter_together(share):
    """On a lattice every circle holds whole rings, as sorting all distances gives them."""
    places = np.stack(np.meshgrid(np.arange(9), np.arange(7)), -1).reshape(-1, 2) * 3000.0
    weights = np.random.default_rng(1).integers(1, 5, len(places)).astype(float)
    circles = scan_circles.draw(places, weights, share=share)
    assert _windows(circles, len(places)) == _by_hand(places, weights, share)


def test_circles_end_at_the_radius():
    """A place at exactly the radius belongs to the circle, one beyond it does not."""
    places = np.array([[0.0, 0], [3000, 0], [0, 4000], [3000, 4000.5]])
    circles = scan_circles.draw(places, np.ones(4), share=1, radius_m=4000)
    assert _windows(circles, 4) == _by_hand(places, np.ones(4), 1, 4000)


def test_places_without_weight_and_at_one_spot():
    """Two places at one spot are one ring; weightless places ride along."""
    places = np.array([[0.0, 0], [0, 0], [10, 0], [20, 0]])
    circles = scan_circles.draw(places, np.array([1.0, 1, 0, 2]), share=0.5)
    assert _windows(circles, 4)[0] == [{0, 1}, {0, 1, 2}]


def test_the_order_of_rows_does_not_matter():
    """Shuffled rows give the same circles under their new numbers."""
    rng = np.random.default_rng(2)
    places, weights = rng.uniform(0, 1e5, (60, 2)), rng.uniform(0, 1, 60)
    order = rng.permutation(60)
    straight = _windows(scan_circles.draw(places, weights), 60)
    shuffled = _windows(scan_circles.draw(places[order], weights[order]), 60)
    assert [[{order[m] for m in ring} for ring in shuffled[at]] for at in np.argsort(order)] == straight


def test_chords_order_places_as_great_circles_do():
    """On the sphere the nearest places are those of the haversine formula."""
    rng = np.random.default_rng(3)
    lon, lat = rng.uniform(121, 135, 50), rng.uniform(43, 54, 50)
    circles = scan_circles.draw(scan_circles.on_sphere(lon, lat), np.ones(50), share=1)
    a = np.sin(np.radians(lat - lat[0]) / 2) ** 2
    a += np.cos(np.radians(lat)) * np.cos(np.radians(lat[0])) * np.sin(np.radians(lon - lon[0]) / 2) ** 2
    assert circles.members(0, 50).tolist() == np.argsort(a).tolist()


@pytest.mark.parametrize(("weights", "share"), [([1, -1, 1], 0.5), ([0, 0, 0], 0.5), ([1, 1, 1], 0), ([1, 1], 0.5)])
def test_what_cannot_be_drawn_is_refused(weights, share):
    """Negative or no weight, no share, and shapes that do not fit are mistakes of the caller."""
    with pytest.raises(ValueError, match=r"weight|share|fit"):
        scan_circles.draw(np.zeros((3, 2)), np.array(weights, float), share=share)
