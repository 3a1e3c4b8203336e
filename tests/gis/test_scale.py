"""Scale: exact plain ratios, bars that tell the truth, and where north is."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import CRS, Geod, Proj, Transformer

from gis import scale
from gis.crs import EQUAL_AREA, STORAGE
from gis.sheets import Box

FRAME = Box(10, 10, 230, 230)
PROVINCE = (121.2, 43.4, 135.1, 53.6)


@given(st.floats(10.0, 1e8))
def test_plain_ratios_are_plain_and_close(least):
    """The ratio is a number of at most two digits and zeros, not below what is needed and at most a third above."""
    ratio = scale.plain_ratio(least)
    assert least * (1 - 1e-6) <= ratio <= least * 1.34
    assert len(str(ratio).rstrip("0")) <= 2


@given(st.floats(1e2, 1e6), st.floats(1e2, 1e6))
def test_the_frame_shows_all_content_at_the_exact_ratio(wide, high):
    """Extent over paper is the ratio itself, and the content lies within the extent."""
    ratio, extent = scale.fit((5e5, 5e6, 5e5 + wide, 5e6 + high), FRAME)
    assert (extent[2] - extent[0]) * 1000 / FRAME.width == pytest.approx(ratio, rel=1e-9)
    assert (extent[3] - extent[1]) * 1000 / FRAME.height == pytest.approx(ratio, rel=1e-9)
    assert extent[0] <= 5e5
    assert extent[2] >= 5e5 + wide
    assert extent[1] <= 5e6
    assert extent[3] >= 5e6 + high


@given(st.integers(500, 10_000_000))
def test_bars_are_round_and_as_long_on_paper_as_they_say(ratio):
    """1, 2 or 5 times a power of ten, no longer than allowed, more than a third of it, true to the ratio."""
    bar = scale.bar(ratio, 60.0)
    assert str(f"{bar.length_m:.0e}")[0] in "125"
    assert 60.0 / 2.6 < bar.length_mm <= 60.0 + 1e-6
    assert bar.length_mm / 1000 * ratio == pytest.approx(bar.length_m)


def test_small_places_get_gauss_krueger_and_the_province_the_equal_area_cone():
    """Within a zone's width the zone's system, beyond it the province's."""
    assert scale.metric_crs((126.5, 45.7, 126.7, 45.9)) == CRS.from_epsg(4551)
    assert scale.metric_crs(PROVINCE) == EQUAL_AREA


@pytest.mark.parametrize("bbox", [(126.5, 45.7, 126.7, 45.9), (124.5, 48.0, 124.6, 48.1), PROVINCE])
def test_map_lengths_agree_with_the_ellipsoid_within_half_a_percent(bbox):
    """A bar's length at the frame's middle, across and up, against the geodesic on the ellipsoid."""
    system = scale.metric_crs(bbox)
    ratio, extent = scale.fit(scale.projected(bbox, STORAGE, system), FRAME)
    bar = scale.bar(ratio, 60.0)
    x, y = (extent[0] + extent[2]) / 2, (extent[1] + extent[3]) / 2
    half = bar.length_m / 2
    back = Transformer.from_crs(system, STORAGE, always_xy=True)
    for dx, dy in ((half, 0), (0, half)):
        lon, lat = back.transform([x - dx, x + dx], [y - dy, y + dy])
        _, _, length = Geod(ellps="GRS80").inv(lon[0], lat[0], lon[1], lat[1])
        assert length == pytest.approx(bar.length_m, rel=0.005)


@pytest.mark.parametrize("lon", [125.0, 126.0, 127.3])
def test_true_north_is_the_negative_convergence(lon):
    """Against PROJ's own meridian convergence; on the central meridian both are zero."""
    system = CRS.from_epsg(4551)
    x, y = Transformer.from_crs(STORAGE, system, always_xy=True).transform(lon, 47.0)
    angle = scale.true_north(system, (x - 1, y - 1, x + 1, y + 1))
    assert angle == pytest.approx(-Proj(system).get_factors(lon, 47.0).meridian_convergence, abs=1e-3)
    assert np.sign(round(angle, 6)) == np.sign(126.0 - lon)


def test_a_frame_becomes_a_curved_outline():
    """The outline of a projected rectangle, carried to degrees and back, is the rectangle."""
    there = scale.outline((0, 0, 3e5, 3e5), EQUAL_AREA, STORAGE)
    x, y = Transformer.from_crs(STORAGE, EQUAL_AREA, always_xy=True).transform(*there.exterior.xy)
    assert len(x) > 40
    assert (np.min(x), np.max(x), np.min(y), np.max(y)) == pytest.approx((0, 3e5, 0, 3e5), abs=1e-3)
