"""Indices: known surfaces, signs and missing bands."""

import numpy as np
import pytest

from satellite import indices


def test_a_worked_value():
    """NDVI of NIR 0.4 and red 0.1 is 0.6."""
    assert indices.ndvi({"nir": np.array([0.4]), "red": np.array([0.1])}) == pytest.approx([0.6])


@pytest.mark.parametrize(
    ("name", "bands", "positive"),
    [
        ("ndwi", {"green": 0.05, "nir": 0.01}, True),
        ("mndwi", {"green": 0.1, "swir16": 0.02}, True),
        ("ndbi", {"swir16": 0.3, "nir": 0.2}, True),
        ("nbr", {"nir": 0.06, "swir22": 0.12}, False),
        ("bsi", {"swir16": 0.36, "red": 0.19, "nir": 0.27, "blue": 0.1}, True),
    ],
)
def test_signs_are_physical(name, bands, positive):
    """Water is wet, soil is bare, char has lost its NIR."""
    value = indices.INDICES[name][0]({band: np.array([number]) for band, number in bands.items()})
    assert (value > 0).all() == positive


def test_no_light_is_nan():
    """0 / 0 is unknown, not zero."""
    assert np.isnan(indices.ndvi({"nir": np.array([0.0]), "red": np.array([0.0])})).all()


def test_available_asks_for_all_bands():
    """An index is there only with all its bands."""
    assert indices.available({"nir": np.ones(1), "red": np.ones(1), "green": np.ones(1)}) == ["ndvi", "ndwi"]


def test_overshot_reflectance_is_nan():
    """Atmospheric correction may leave -0.001 over dark water: the ratio would be anything."""
    assert np.isnan(indices.ndvi({"nir": np.array([0.0105]), "red": np.array([-0.0104])})).all()
