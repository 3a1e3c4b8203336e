"""Travel: published distances, symmetry, whole minutes."""

import numpy as np
import pytest

from cross_check.travel import Travel

HARBIN, QIQIHAR = np.array([[126.53, 45.80]]), np.array([[123.92, 47.35]])


def test_the_road_is_the_geodesic_times_the_detour():
    """A degree of latitude at 45-46 N is 111.14 km on GRS80; the detour multiplies it."""
    south, north = np.array([[126.0, 45.0]]), np.array([[126.0, 46.0]])
    assert Travel(detour=1.0).metres(south, north).item() == pytest.approx(111_141, abs=5)
    assert Travel(detour=1.3).metres(south, north).item() == pytest.approx(1.3 * 111_141, abs=7)


def test_lengths_are_a_symmetric_table_without_a_way_to_itself():
    """There and back are equal and staying costs nothing."""
    places = np.concatenate([HARBIN, QIQIHAR, [[131.0, 45.3]]])
    metres = Travel().metres(places, places)
    np.testing.assert_allclose(metres, metres.T, rtol=1e-12)
    np.testing.assert_allclose(np.diag(metres), 0, atol=1e-6)


def test_minutes_are_never_fewer_than_the_drive_takes():
    """A drive of exactly an hour takes 60 minutes, a metre more takes 61."""
    minutes = Travel(speed_kmh=60).minutes(np.array([0.0, 60_000.0, 60_001.0]))
    assert minutes.tolist() == [0, 60, 61]


@pytest.mark.parametrize("bad", [{"detour": 0.99}, {"speed_kmh": 0}])
def test_impossible_travel_is_refused(bad):
    """No road is shorter than the geodesic, and nobody arrives at no speed."""
    with pytest.raises(ValueError, match="detour"):
        Travel(**bad)
