"""Random places: even over an outline, around towns, in a disc. Always lon, lat in degrees, shape (n, 2)."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import shapely
from pyproj import Transformer

from gis.crs import EQUAL_AREA, STORAGE

Floats = npt.NDArray[np.float64]

DECIMALS = 5
"""Places are rounded to about a metre before they are tested, so that what is written lies where it was tested."""

_M_PER_DEGREE = 111_320.0
_TO_PLANE = Transformer.from_crs(STORAGE, EQUAL_AREA, always_xy=True)
_QUARTER_SEGMENTS = 32
_INSIDE = 0.995


def even(rng: np.random.Generator, outline: shapely.Geometry, count: int) -> Floats:
    """Return places spread evenly (by area) over an outline in degrees."""
    west, south, east, north = outline.bounds
    low, high = np.sin(np.radians([south, north]))

    def draw(size: int) -> Floats:
        # Even in longitude and in the sine of the latitude is even on the sphere.
        lat = np.degrees(np.arcsin(rng.uniform(low, high, size)))
        return np.column_stack([rng.uniform(west, east, size), lat])

    return _kept(draw, outline, count)


def around(rng: np.random.Generator, outline: shapely.Geometry, centres: Floats, spread_m: float, count: int) -> Floats:
    """Return places inside an outline, thick around centres (k, 2) and thinner away from them.

    Distances from the centre are exponential with mean ``spread_m``; the first centre draws as many as all others.
    """
    weights = np.ones(len(centres))
    weights[0] = max(1, len(centres) - 1)
    weights /= weights.sum()

    def draw(size: int) -> Floats:
        chosen = centres[rng.choice(len(centres), size=size, p=weights)]
        return moved(chosen, rng.exponential(spread_m, size), rng.uniform(0, 2 * np.pi, size))

    return _kept(draw, outline, count)


def in_disc(rng: np.random.Generator, centre: Floats, radius_m: float, count: int) -> Floats:
    """Return places spread evenly inside the disc that ``disc`` draws."""
    angle = rng.uniform(0, 2 * np.pi, count)
    reach = _INSIDE * radius_m * np.sqrt(rng.random(count))
    x, y = _TO_PLANE.transform(*centre)
    lonlat = _TO_PLANE.transform(x + reach * np.cos(angle), y + reach * np.sin(angle), direction="INVERSE")
    return np.column_stack(lonlat).round(DECIMALS)


def disc(centre: Floats, radius_m: float) -> shapely.Polygon:
    """Return a disc of the equal-area plane as a polygon in degrees."""
    plane = shapely.Point(_TO_PLANE.transform(*centre)).buffer(radius_m, quad_segs=_QUARTER_SEGMENTS)
    return _in_degrees(plane)


def blob(rng: np.random.Generator, centre: Floats, radius_m: float) -> shapely.Polygon:
    """Return an irregular, star-shaped polygon in degrees: a circle with three random waves on it."""
    angles = np.linspace(0, 2 * np.pi, 48, endpoint=False)
    reach = np.ones_like(angles)
    for waves in (2, 3, 5):
        reach += rng.uniform(0, 0.45 / waves) * np.cos(waves * angles + rng.uniform(0, 2 * np.pi))
    x, y = _TO_PLANE.transform(*centre)
    ring = np.column_stack([x + radius_m * reach * np.cos(angles), y + radius_m * reach * np.sin(angles)])
    return _in_degrees(shapely.Polygon(ring))


def moved(places: Floats, distance_m: Floats, bearing: Floats) -> Floats:
    """Return places (n, 2) moved by short distances along bearings in radians clockwise from north."""
    lon, lat = places[:, 0], places[:, 1]
    east = distance_m * np.sin(bearing) / (_M_PER_DEGREE * np.cos(np.radians(lat)))
    return np.column_stack([lon + east, lat + distance_m * np.cos(bearing) / _M_PER_DEGREE]).round(DECIMALS)


def _in_degrees(plane: shapely.Polygon) -> shapely.Polygon:
    def back(points: Floats) -> Floats:
        return np.column_stack(_TO_PLANE.transform(points[:, 0], points[:, 1], direction="INVERSE"))

    return shapely.transform(plane, back)


def _kept(draw: Callable[[int], Floats], outline: shapely.Geometry, count: int) -> Floats:
    shapely.prepare(outline)
    kept = [np.empty((0, 2))]
    missing = count
    while missing > 0:
        points = draw(2 * missing + 16).round(DECIMALS)
        points = points[shapely.contains_xy(outline, points[:, 0], points[:, 1])][:missing]
        kept.append(points)
        missing -= len(points)
    return np.concatenate(kept)
