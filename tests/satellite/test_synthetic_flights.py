"""Synthetic flights: planted volumes are those of geometry, errors have the size asked for."""

import numpy as np
import pytest

from satellite import synthetic_flights
from satellite.synthetic_flights import Errors, Planted

WHERE = synthetic_flights.grid(300, 320, gsd_m=0.25)


@pytest.mark.parametrize(
    ("heap", "volume"),
    [
        (Planted("cone", 40, 36, 12, 5), np.pi * 144 * 5 / 3),
        (Planted("pit", 40, 36, 12, 3), -np.pi * 144 * 3 / 2),
        (Planted("mound", 40, 36, 15, 4), 2 * np.pi * 25 * 4 * (1 - np.exp(-4.5))),
        (Planted("bank", 40, 36, 8, 2), 2 * (32 * 16 + 28 * 12 + 4 * 30 * 14) / 6),
    ],
)
def test_volumes_are_those_of_geometry(heap, volume):
    """Cone, paraboloid, Gaussian and frustum (prismoidal formula) to half a per cent."""
    assert synthetic_flights.planted(WHERE, [heap]).sum() * 0.25**2 == pytest.approx(volume, rel=5e-3)


def test_errors_have_the_size_asked_for():
    """Noise and waves add in variance; ground is smooth beside them."""
    asked = Errors(noise_m=0.03, waves_m=0.04, tilt_m=0, offset_m=0)
    sizes = [synthetic_flights.errors(WHERE, asked, np.random.default_rng(seed)).std() for seed in range(5)]
    assert np.mean(sizes) == pytest.approx(0.05, rel=0.1)
    assert synthetic_flights.ground(WHERE, np.random.default_rng(1)).std() > 1


def test_no_such_shape():
    """A shape that nobody planted is a mistake of the programmer."""
    with pytest.raises(ValueError, match="no shape"):
        synthetic_flights.planted(WHERE, [Planted("star", 1, 1, 1, 1)])
