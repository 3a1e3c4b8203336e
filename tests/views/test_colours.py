"""Colours tell classes apart, for people with colour blindness too."""

import itertools

import numpy as np
import pytest

from gis.regions import ZONE_KINDS
from satellite.targets import CLASSES
from views import colours

# Machado, Oliveira and Fernandes (2009), severity 1.0, on linear RGB.
BLINDNESS = {
    "none": np.eye(3),
    "protan": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deutan": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
}


def lab(colour, sight):
    """Return a colour in CIE Lab as seen with a kind of sight."""
    srgb = np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)]) / 255
    linear = np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)
    seen = np.clip(BLINDNESS[sight] @ linear, 0, 1)
    to_xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    ratio = to_xyz @ seen / np.array([0.9505, 1.0, 1.089])
    root = np.where(ratio > 0.008856, np.cbrt(ratio), 7.787 * ratio + 16 / 116)
    return np.array([116 * root[1] - 16, 500 * (root[0] - root[1]), 200 * (root[1] - root[2])])


def test_every_class_and_zone_has_its_colour():
    """No class of the schemas is left without a colour."""
    assert tuple(colours.CLASSES) == CLASSES
    assert set(colours.ZONES) == set(ZONE_KINDS)
    assert set(colours.BINS) == set(range(-3, 4))


@pytest.mark.parametrize("sight", BLINDNESS)
def test_classes_differ_for_every_sight(sight):
    """Any two classes are at least 12 units of Lab apart: clearly different side by side."""
    seen = [lab(colour, sight) for colour in colours.CLASSES.values()]
    assert min(np.linalg.norm(one - other) for one, other in itertools.combinations(seen, 2)) > 12


def test_teams_of_the_province_have_colours_of_their_own():
    """Thirteen prefectures, thirteen colours; a fourteenth begins anew."""
    assert len({colours.team(place) for place in range(13)}) == 13
    assert colours.team(13) == colours.team(0)
