"""Bands are paired by name where both images have names."""

import pytest

from gis.errors import WorkbenchError
from satellite import bands


def test_names_pair_in_any_order_and_spelling():
    """B04 of one sensor is the red of another."""
    before, after, names = bands.pair(["B02", "B03", "B04", "B08"], ["nir", "red", "green", "blue"])
    assert names == ["blue", "green", "red", "nir"]
    assert before == [0, 1, 2, 3]
    assert after == [3, 2, 1, 0]


def test_unnamed_images_pair_by_position():
    """Without names the first bands are taken to be the same ones."""
    assert bands.pair([None] * 4, [None] * 3) == ([0, 1, 2], [0, 1, 2], ["band1", "band2", "band3"])


def test_names_of_one_image_name_the_pair():
    """If only one image has names, its names hold."""
    assert bands.pair([None] * 3, ["B02", "B03", "B04"])[2] == ["blue", "green", "red"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ([None], [None]),
        (["red", "green", "blue"], ["nir", "swir16", "swir22"]),
        (["red", "red", "green"], ["red", "green", "blue"]),  # a repeated name is one band
    ],
)
def test_too_few_common_bands_are_refused(before, after):
    """Fewer than three common bands carry no multivariate change."""
    with pytest.raises(WorkbenchError) as refusal:
        bands.pair(before, after)
    assert refusal.value.code == "detect.few_bands"


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["B02", "B03", "B04", "B08"], [2, 1, 0]),
        ([None, None, None, None], [0, 1, 2]),
        ([None], [0, 0, 0]),
    ],
)
def test_a_picture_takes_red_green_blue_or_what_there_is(names, expected):
    """True colour where the names tell it."""
    assert bands.picture_bands(names) == expected
