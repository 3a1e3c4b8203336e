"""Footprints: the ground that a photo of a drone shows, from where it was taken and where the camera looked.

A pinhole camera over flat ground at the height of take-off: rays through the corners of the image meet the ground
(K. Kraus 2007: Photogrammetry, 2nd ed., ch. 1). Slopes and the error of the drone's position (some metres without RTK)
are not in it.
"""

import hashlib
from collections.abc import Iterable

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from shapely.geometry import Point, Polygon
from shapely.geometry.base import BaseGeometry

from gis import schema
from gis.crs import GEODESIC, STORAGE
from satellite.photos import Photo

Reals = NDArray[np.float64]

STATES = ("placed", "no_position", "no_height", "no_direction")
"""``no_direction`` is placed as if the camera looked straight down, by the circle that any heading would show."""

SCHEMA = schema.table(
    {
        "photo_id": schema.text(unique=True),
        "name": schema.text(),
        "sha256": schema.text(),
        "look": schema.text(),
        "taken_at": schema.day(nullable=True),
        "lon": schema.number(-180, 180, nullable=True),
        "lat": schema.number(-90, 90, nullable=True),
        "height_m": schema.number(nullable=True),
        "yaw": schema.number(nullable=True),
        "pitch": schema.number(nullable=True),
        "gsd_m": schema.number(0, nullable=True),
        "state": schema.text(schema.one_of(*STATES)),
    }
)
"""Photos of a flight. ``taken_at`` is UTC; ``look`` a hash of what the photo shows, see ``deliveries``; ``gsd_m`` the
size of a pixel on the ground in the middle. Geometry is the footprint, empty where there is none."""

FARTHEST = 4.0
"""Ground further than this many heights away is too slanted to show anything and is cut off."""
FILM_DIAGONAL_MM = 43.267
"""Diagonal of 36 mm x 24 mm: cameras state their equivalent focal length by it, whatever their own aspect."""
_USUAL_35MM = 24.0
_LEAST_HEIGHT_M = 1.0


def table(photos: Iterable[Photo], sha256: Iterable[str], looks: Iterable[str]) -> gpd.GeoDataFrame:
    """Return photos with their footprints.

    Parameters
    ----------
    photos : iterable of Photo
        See ``satellite.photos.read``.
    sha256, looks : iterable of str
        Hash of each file, and of what it shows.

    Returns
    -------
    GeoDataFrame
        See ``SCHEMA``; by time, photos without a time last. A photo that comes twice has two rows.
    """
    rows = [_row(photo, digest, look) for photo, digest, look in zip(photos, sha256, looks, strict=True)]
    made = pd.DataFrame(rows, columns=[*SCHEMA.columns, "geometry"])
    made["taken_at"] = pd.to_datetime(made["taken_at"])
    made = made.sort_values(["taken_at", "name"], na_position="last", ignore_index=True)
    return schema.demand(gpd.GeoDataFrame(made, geometry="geometry", crs=STORAGE), SCHEMA, "photos")


def half_angles(photo: Photo) -> tuple[float, float]:
    """Return the tangents of half the angle of view across and along the image.

    Without a focal length in the file, 24 mm is taken, the usual one of drones.
    """
    diagonal = float(np.hypot(photo.width_px, photo.height_px))
    tangent = FILM_DIAGONAL_MM / 2 / (photo.focal_35mm or _USUAL_35MM)
    return tangent * photo.width_px / diagonal, tangent * photo.height_px / diagonal


def corners(tangents: tuple[float, float], height_m: float, yaw: float, pitch: float, roll: float = 0.0) -> Reals:
    """Return where rays along the rim of an image meet flat ground.

    Parameters
    ----------
    tangents : (float, float)
        See ``half_angles``.
    height_m : float
        Of the camera above the ground.
    yaw, pitch, roll : float
        Degrees: clockwise from north, -90 straight down and 0 to the horizon, and about the axis of view.

    Returns
    -------
    (n, 2) float64
        East and north of the camera's foot, metres; empty if the camera sees no ground nearer than ``FARTHEST``
        heights.
    """
    across, along = tangents
    ring = np.array(
        [(-1, -1), (-0.5, -1), (0, -1), (0.5, -1), (1, -1), (1, 0), (1, 1), (0, 1), (-1, 1), (-1, 0)], float
    )
    rays = np.column_stack([ring[:, 0] * across, ring[:, 1] * along, np.ones(len(ring))])
    world = rays @ _axes(yaw, pitch, roll)
    flat = np.hypot(world[:, 0], world[:, 1])
    # Rays at or above the steepest that counts are bent down to it: the far edge becomes an arc.
    least = np.maximum(flat, 1e-12) / FARTHEST
    seen = -world[:, 2] >= least
    if not seen.any():
        return np.empty((0, 2))
    down = np.where(seen, -world[:, 2], least)
    return height_m * world[:, :2] / down[:, None]


def _axes(yaw: float, pitch: float, roll: float) -> Reals:
    """Return the camera's axes (right, down in the image, forward) as rows of (east, north, up)."""
    heading, tilt, twist = np.radians([yaw, pitch, roll])
    ahead = np.array([np.sin(heading), np.cos(heading), 0.0])
    right = np.array([np.cos(heading), -np.sin(heading), 0.0])
    up = np.array([0.0, 0.0, 1.0])
    forward = np.cos(tilt) * ahead + np.sin(tilt) * up
    below = np.sin(tilt) * ahead - np.cos(tilt) * up
    # A camera rolled clockwise sees the world turn the other way: its right edge dips.
    return np.array(
        [np.cos(twist) * right + np.sin(twist) * below, np.cos(twist) * below - np.sin(twist) * right, forward]
    )


def _row(photo: Photo, digest: str, look: str) -> tuple[object, ...]:
    state, height = _state(photo), photo.above_ground_m
    outline: BaseGeometry = Polygon()
    gsd = np.nan
    if state in {"placed", "no_direction"} and photo.lon is not None and photo.lat is not None and height is not None:
        tangents = half_angles(photo)
        gsd = 2 * height * tangents[0] / photo.width_px
        outline = _placed(photo, tangents, height, straight_down=state == "no_direction")
    taken = None if photo.taken_at is None else photo.taken_at.replace(tzinfo=None)
    name = hashlib.sha256(f"{digest} {photo.path.name}".encode()).hexdigest()[:12]
    place = (photo.lon, photo.lat, height, photo.yaw, photo.pitch)
    return (f"F{name}", photo.path.name, digest, look, taken, *place, gsd, state, outline)


def _state(photo: Photo) -> str:
    if photo.lon is None or photo.lat is None:
        return "no_position"
    if photo.above_ground_m is None or photo.above_ground_m < _LEAST_HEIGHT_M:
        return "no_height"
    return "no_direction" if photo.yaw is None or photo.pitch is None else "placed"


def _placed(photo: Photo, tangents: tuple[float, float], height_m: float, *, straight_down: bool) -> BaseGeometry:
    if straight_down:
        ring = shapely.get_coordinates(Point(0, 0).buffer(height_m * min(tangents)))
    else:
        ring = corners(tangents, height_m, float(photo.yaw or 0.0), float(photo.pitch or 0.0), photo.roll or 0.0)
    if not len(ring):
        return Polygon()
    east, north = _metres_a_degree(float(photo.lat or 0.0))
    place = np.array([float(photo.lon or 0.0), float(photo.lat or 0.0)])
    return Polygon(place + ring / [east, north]).convex_hull


def _metres_a_degree(lat: float) -> tuple[float, float]:
    """Return the length of a degree eastwards and northwards on the ellipsoid of CGCS2000.

    Headings are from true north, which a projected plane turns away from: by a third of a degree half a degree off its
    middle.
    """
    axis, eccentricity = GEODESIC.a, GEODESIC.es
    root = np.sqrt(1 - eccentricity * np.sin(np.radians(lat)) ** 2)
    east = np.radians(axis / root * np.cos(np.radians(lat)))
    north = np.radians(axis * (1 - eccentricity) / root**3)
    return float(east), float(north)
