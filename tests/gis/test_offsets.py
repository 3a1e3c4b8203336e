"""The offsets of web maps against published values, back and forth."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis import data, offsets
from gis.crs import GEODESIC

HARBIN = (126.53, 45.80)
DAQING = (125.10, 46.59)
COMMON_BOX = (73.66, 3.86, 135.05, 53.55)

lons = st.floats(121.0, 135.2)
lats = st.floats(43.3, 53.6)


def metres(one, other):
    """Distance between two places."""
    return GEODESIC.inv(*one, *other)[2]


@pytest.mark.parametrize(
    ("place", "gcj02", "bd09"),
    [
        (HARBIN, (126.536059, 45.801995), (126.542676, 45.807618)),
        (DAQING, (125.107053, 46.592104), (125.113702, 46.597761)),
    ],
)
def test_published_places_hold_to_a_millionth_degree(place, gcj02, bd09):
    """Harbin and Daqing, forwards and back."""
    np.testing.assert_allclose(offsets.to_gcj02(*place), gcj02, atol=1e-6)
    np.testing.assert_allclose(offsets.to_bd09(*place), bd09, atol=1e-6)
    np.testing.assert_allclose(offsets.from_gcj02(*gcj02), place, atol=1e-6)
    np.testing.assert_allclose(offsets.from_bd09(*bd09), place, atol=1e-6)


def test_offsets_at_the_seats_are_of_the_published_size():
    """About 500 to 670 m for GCJ-02 and 1,235 to 1,460 m for BD-09 at the 13 seats."""
    seats = [(float(row["lon"]), float(row["lat"])) for row in data.rows("seats")]
    assert all(490 < metres(seat, offsets.to_gcj02(*seat)) < 680 for seat in seats)
    assert all(1220 < metres(seat, offsets.to_bd09(*seat)) < 1470 for seat in seats)


@given(lons, lats)
def test_inverse_is_exact(lon, lat):
    """Anywhere in the province the way there and back misses by less than 1e-9 degrees."""
    for there, back in ((offsets.to_gcj02, offsets.from_gcj02), (offsets.to_bd09, offsets.from_bd09)):
        np.testing.assert_allclose(back(*there(lon, lat)), (lon, lat), rtol=0, atol=1e-9)


@pytest.mark.parametrize("place", [(135.08, 48.40), (123.30, 53.555), (122.36, 53.56), (135.09, 48.45)])
def test_fuyuan_and_mohe_are_shifted(place):
    """Places that the common box leaves out are 400 to 800 m off like all others."""
    west, south, east, north = COMMON_BOX
    assert not (west <= place[0] <= east and south <= place[1] <= north)
    assert 400 < metres(place, offsets.to_gcj02(*place)) < 800
    assert 1100 < metres(place, offsets.to_bd09(*place)) < 1600


@pytest.mark.parametrize("place", [(139.7, 35.7), (126.5, 60.0), (2.35, 48.86), (-126.5, 45.8)])
def test_places_abroad_stay(place):
    """Tokyo, Siberia, Paris and the other half of the world are shown where they are."""
    assert offsets.to_gcj02(*place) == place
    assert offsets.to_bd09(*place) == place


def test_arrays_keep_their_shape_and_gaps():
    """A missing place stays missing and spoils no other."""
    lon, lat = offsets.from_bd09([[HARBIN[0], np.nan]], [[HARBIN[1], 46.0]])
    assert lon.shape == lat.shape == (1, 2)
    assert np.isnan(lon).tolist() == [[False, True]]
    np.testing.assert_allclose(offsets.to_bd09(lon[0, 0], lat[0, 0]), HARBIN, atol=1e-9)
