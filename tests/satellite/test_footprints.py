"""Footprints: geometry by hand, an independent projection, photos without this or that."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod
from shapely.geometry import Point, Polygon

from satellite import footprints
from satellite.photos import Photo

PHOTO = Photo(
    Path("a.jpg"), 4000, 3000, datetime(2025, 6, 1, 2, 0, tzinfo=UTC), 126.5, 45.8, 250.0, 100.0, 0.0, -90.0, 0.0,
    focal_35mm=24.0,
)  # fmt: skip


def _table(*photos):
    return footprints.table(photos, [str(at) for at in range(len(photos))], [""] * len(photos))


def test_straight_down_is_a_rectangle():
    """From 100 m with 24 mm (diagonal 84 degrees) a 4:3 photo shows 144.2 m by 108.2 m, 3.6 cm a pixel."""
    across, along = footprints.half_angles(PHOTO)
    assert np.hypot(across, along) == pytest.approx(43.267 / 48)
    table = _table(PHOTO)
    west, south, east, north = table.total_bounds
    geod = Geod(ellps="GRS80")
    wide = geod.inv(west, 45.8, east, 45.8)[2]
    high = geod.inv(126.5, south, 126.5, north)[2]
    assert (wide, high) == (pytest.approx(144.22, abs=0.05), pytest.approx(108.17, abs=0.05))
    assert table["gsd_m"].iloc[0] == pytest.approx(0.03606, abs=1e-4)
    assert table["state"].iloc[0] == "placed"


def test_the_top_of_the_image_points_along_the_heading():
    """Heading east, the long side runs north to south."""
    ring = footprints.corners((0.72, 0.54), 100, 90, -90)
    assert np.abs(ring[:, 0]).max() == pytest.approx(54)
    assert np.abs(ring[:, 1]).max() == pytest.approx(72)
    assert ring[0] == pytest.approx([54, 72])  # the upper left corner lies north-east


@given(yaw=st.floats(-180, 180), pitch=st.floats(-90, -55), roll=st.floats(-10, 10), height=st.floats(20, 200))
def test_rays_are_those_of_rotated_vectors(yaw, pitch, roll, height):
    """Corners agree with a camera turned by three rotation matrices, one after another."""
    ring = footprints.corners((0.4, 0.3), height, yaw, pitch, roll)
    y, p, r = np.radians([yaw, pitch, roll])
    # East, north, up; a level camera looks north: right is east, and dips with roll.
    about_view = np.array([[np.cos(r), 0, np.sin(r)], [0, 1, 0], [-np.sin(r), 0, np.cos(r)]])
    nod = np.array([[1, 0, 0], [0, np.cos(p), -np.sin(p)], [0, np.sin(p), np.cos(p)]])
    turn = np.array([[np.cos(y), np.sin(y), 0], [-np.sin(y), np.cos(y), 0], [0, 0, 1]])
    whole = turn @ nod @ about_view
    for at, (right, down) in ((0, (-0.4, -0.3)), (4, (0.4, -0.3)), (6, (0.4, 0.3)), (8, (-0.4, 0.3))):
        ray = whole @ np.array([right, 1.0, -down])
        assert ring[at] == pytest.approx(ray[:2] * height / -ray[2], rel=1e-6, abs=1e-6)


def test_the_horizon_is_cut_off():
    """A camera that looks out shows ground up to four heights away; one that looks up shows none."""
    ring = footprints.corners((0.72, 0.54), 50, 30, -20)
    assert np.hypot(*ring.T).max() == pytest.approx(200, rel=1e-6)
    assert not len(footprints.corners((0.3, 0.2), 50, 0, 40))
    assert _table(replace(PHOTO, pitch=40.0)).geometry.iloc[0].is_empty


def test_photos_that_lack_something_are_kept_and_marked():
    """Without position or height there is no footprint; without direction the circle that any heading shows."""
    lacking = [
        replace(PHOTO, path=Path("b.jpg"), lon=None, lat=None),
        replace(PHOTO, path=Path("c.jpg"), above_ground_m=None),
        replace(PHOTO, path=Path("d.jpg"), yaw=None),
        replace(PHOTO, path=Path("e.jpg"), taken_at=None),
    ]
    table = _table(PHOTO, *lacking).set_index("name")
    assert table.loc[["b.jpg", "c.jpg", "d.jpg"], "state"].tolist() == ["no_position", "no_height", "no_direction"]
    assert table.loc["b.jpg", "geometry"].is_empty
    assert table.loc["c.jpg", "geometry"].is_empty
    assert table.loc["a.jpg", "geometry"].buffer(1e-9).contains(table.loc["d.jpg", "geometry"])
    assert table.loc["d.jpg", "geometry"].contains(Point(126.5, 45.8))
    assert table.index[-1] == "e.jpg"
    assert isinstance(table.loc["b.jpg", "geometry"], Polygon)


def test_a_flight_abroad_has_footprints_too():
    """On the other half of the globe the rectangle has the same size."""
    west, south, east, north = _table(replace(PHOTO, lon=-44.1, lat=-20.1)).total_bounds
    assert Geod(ellps="GRS80").inv(west, south, west, north)[2] == pytest.approx(108.17, abs=0.05)
    assert Geod(ellps="GRS80").inv(west, -20.1, east, -20.1)[2] == pytest.approx(144.22, abs=0.05)
