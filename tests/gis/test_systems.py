"""Coordinate systems: what they are called, and published places in them."""

import numpy as np
import pytest

from gis import systems
from gis.errors import WorkbenchError

HARBIN = (126.53, 45.80)


@pytest.mark.parametrize(
    ("text", "system"),
    [
        ("CGCS2000_3_Degree_GK_CM_126E", "EPSG:4551"),
        ("CGCS2000_3_Degree_GK_Zone_42", "EPSG:4530"),
        ("CGCS2000_GK_Zone_22", "EPSG:4500"),
        ("国家2000 中央经线126", "EPSG:4551"),
        ("CGCS2000 中央子午线：129°", "EPSG:4552"),
        ("3度带第42带", "EPSG:4530"),
        ("epsg 4551", "EPSG:4551"),
        ("WGS 84 / UTM zone 52N", "EPSG:32652"),
        ("WGS-84", "wgs84"),
        ("经度（WGS８４）", "wgs84"),
        ("EPSG:4326", "wgs84"),
        ("EPSG:4490", "cgcs2000"),
        ("2000国家大地坐标系", "cgcs2000"),
        ("经纬度为 CGCS2000（等同 WGS84）十进制度。", "cgcs2000"),
        ("GCJ-02", "gcj02"),
        ("高德地图", "gcj02"),
        ("百度坐标", "bd09"),
        ("BD09LL", "bd09"),
        ("经度", ""),
        ("", ""),
    ],
)
def test_systems_are_known_by_their_names(text, system):
    """Chinese and English, names of .prj files, zones and central meridians."""
    assert systems.named(text) == system


@pytest.mark.parametrize(
    "text",
    [
        "西安80",
        "1980西安坐标系",
        "北京54",
        "1954年北京坐标系",
        "Xian_1980_3_Degree_GK_CM_126E",
        "EPSG:2383",
        "EPSG:4214",
    ],
)
def test_old_datums_are_refused_with_the_reason(text):
    """The parameters are secret surveying results: nothing here may guess them."""
    with pytest.raises(WorkbenchError, match="secret surveying results") as caught:
        systems.named(text)
    assert caught.value.code == "coordinates.old_datum"


def test_two_systems_at_once_are_refused():
    """Unless they are the same place."""
    with pytest.raises(WorkbenchError) as caught:
        systems.named("WGS84 或 GCJ-02")
    assert caught.value.code == "coordinates.two_systems"


@pytest.mark.parametrize("text", ["mars", "EPSG:99999", "EPSG:27700", "EPSG:4284", ""])
def test_unknown_systems_are_refused(text):
    """No such name, no such code, and codes of other datums (EPSG:4284 is Pulkovo 1942, kin of Beijing 1954)."""
    with pytest.raises(WorkbenchError) as caught:
        systems.known(text)
    assert caught.value.code == "coordinates.unknown_system"


@pytest.mark.parametrize(
    ("choice", "system"),
    [("EPSG:4326", "wgs84"), ("epsg:4530", "EPSG:4530"), ("gcj02", "gcj02"), ("EPSG:3857", "EPSG:3857")],
)
def test_choices_are_known(choice, system):
    """What a person may answer."""
    assert systems.known(choice) == system


@pytest.mark.parametrize(
    ("system", "x", "y"),
    [
        ("EPSG:4530", 42541203.203, 5073992.677),
        ("EPSG:4551", 541203.203, 5073992.677),
        ("gcj02", 126.536059, 45.801995),
        ("bd09", 126.542676, 45.807618),
        ("wgs84", 126.53, 45.80),
    ],
)
def test_published_places_hold_to_a_millionth_degree(system, x, y):
    """Harbin in five systems, the east always first."""
    np.testing.assert_allclose(systems.to_degrees(system, x, y), HARBIN, rtol=0, atol=1e-6)


def test_zones_and_meridians_are_those_of_epsg():
    """Zones 40 to 45, 21 to 23, and the central meridians of both."""
    assert [systems.numbered_zone(zone) for zone in systems.ZONES_3] == [f"EPSG:{code}" for code in range(4528, 4534)]
    assert [systems.numbered_zone(zone) for zone in systems.ZONES_6] == ["EPSG:4499", "EPSG:4500", "EPSG:4501"]
    assert [systems.meridian_zone(3 * zone) for zone in systems.ZONES_3] == [
        f"EPSG:{code}" for code in range(4549, 4555)
    ]
    assert [systems.meridian_of(f"EPSG:{code}") for code in (4528, 4533, 4499, 4501, 4549)] == [120, 135, 123, 135, 120]
    assert np.isnan(systems.meridian_of("gcj02"))


def test_zones_that_do_not_exist():
    """A programmer's mistake, not a user's."""
    for call, value in ((systems.numbered_zone, 46), (systems.meridian_zone, 127)):
        with pytest.raises(ValueError, match="no "):
            call(value)


def test_places_that_no_projection_has_are_missing():
    """A number far outside a zone gives nothing rather than infinity."""
    lon, lat = systems.to_degrees("EPSG:4530", [1e12, np.nan], [1e12, 5e6])
    assert not np.isinf([lon, lat]).any()
    assert np.isnan(lon[1])
