"""Graticule: meridians and parallels across a projected frame, and where they meet its edges."""

from dataclasses import dataclass

import numpy as np
import shapely
from pyproj import CRS

from gis import scale
from gis.crs import STORAGE
from gis.scale import Bbox

_STEPS_S = (1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 18000)
_MOST_LINES = 8
_POINTS = 65


@dataclass(frozen=True)
class Line:
    """A meridian (``axis`` "lon") or parallel ("lat") of a number of degrees, as a curve in the map's metres."""

    axis: str
    degrees: float
    curve: shapely.LineString


@dataclass(frozen=True)
class Tick:
    """Where a line meets an edge: ``side`` is "left", "right", "bottom" or "top", ``at`` the x or y in metres."""

    side: str
    at: float
    label: str


def step_s(span_degrees: float) -> int:
    """Return the spacing in arc seconds that draws at most eight lines across a span."""
    return next((step for step in _STEPS_S if span_degrees * 3600 / step <= _MOST_LINES), _STEPS_S[-1])


def lines(system: CRS, extent: Bbox) -> list[Line]:
    """Return the meridians and parallels across an extent, clipped to it.

    Parameters
    ----------
    system : CRS
        The map's metric system.
    extent : (west, south, east, north) in its metres
    """
    west, south, east, north = scale.projected(extent, system, STORAGE)
    spacing = step_s(min(east - west, (north - south) * 1.6))
    along_lat, along_lon = np.linspace(south, north, _POINTS), np.linspace(west, east, _POINTS)
    found = [("lon", value, np.full(_POINTS, value), along_lat) for value in _multiples(west, east, spacing)]
    found += [("lat", value, along_lon, np.full(_POINTS, value)) for value in _multiples(south, north, spacing)]
    to_map = scale.transformer(STORAGE, system)
    curves = [
        Line(axis, value, shapely.LineString(np.column_stack(to_map.transform(lon, lat))))
        for axis, value, lon, lat in found
    ]
    clipped = [Line(line.axis, line.degrees, shapely.clip_by_rect(line.curve, *extent)) for line in curves]
    return [line for line in clipped if not line.curve.is_empty]


def ticks(found: list[Line], extent: Bbox) -> list[Tick]:
    """Return where meridians meet the lower and upper edge and parallels the left and right one."""
    west, south, east, north = extent
    near = 1e-6 * (east - west)
    marks = []
    for line in found:
        ends = shapely.get_coordinates(line.curve)[[0, -1]]
        text = degrees_text(line.degrees, "E" if line.axis == "lon" else "N")
        for x, y in ends:
            if line.axis == "lon" and min(abs(y - south), abs(y - north)) <= near:
                marks.append(Tick("bottom" if abs(y - south) <= near else "top", float(x), text))
            elif line.axis == "lat" and min(abs(x - west), abs(x - east)) <= near:
                marks.append(Tick("left" if abs(x - west) <= near else "right", float(y), text))
    return marks


def degrees_text(degrees: float, letter: str) -> str:
    """Return an angle as degrees, minutes and seconds, leaving out what is zero at the end: 126deg30'E."""
    seconds = round(degrees * 3600)
    whole, rest = divmod(seconds, 3600)
    minutes, left = divmod(rest, 60)
    text = f"{whole}\N{DEGREE SIGN}"
    if rest:
        text += f"{minutes:02d}\N{PRIME}"
    if left:
        text += f"{left:02d}\N{DOUBLE PRIME}"
    return text + letter


def _multiples(low: float, high: float, spacing_s: int) -> list[float]:
    first, last = int(np.ceil(low * 3600 / spacing_s)), int(np.floor(high * 3600 / spacing_s))
    return [count * spacing_s / 3600 for count in range(first, last + 1)]
