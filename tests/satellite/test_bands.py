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


@pytest.mark.parametrize(
    ("names", "told"),
    [(["B02", "B03", "B04"], True), (["Band 1", "Band 2", "Band 3"], False), (["red", None], False), ([None], False)],
)
def test_named_are_bands_that_a_sensor_has(names, told):
    """What a program calls "Band 1" is no name."""
    assert bands.named(names) is told


def test_names_that_are_given_are_checked():
    """Any spelling of a known band; one that is not, one twice, and too few are refused with what there is."""
    assert bands.given(["B02", "Green", "red"], 3, "a.tif") == ["blue", "green", "red"]
    for names, code in (
        (["blue", "grün", "red"], "band_names"),
        (["red", "B04", "nir"], "band_names"),
        (["red"], "band_count"),
    ):
        with pytest.raises(WorkbenchError) as refusal:
            bands.given(names, 3, "a.tif")
        assert refusal.value.code == f"detect.{code}"


def test_known_names_are_those_of_optical_sensors_by_wavelength():
    """Neither classes nor radar."""
    known = bands.known()
    assert [name for name in known if name in {"blue", "green", "red", "nir", "swir16"}] == [
        "blue", "green", "red", "nir", "swir16",
    ]  # fmt: skip
    assert not {"scl", "qa_pixel", "vv", "height"} & set(known)
