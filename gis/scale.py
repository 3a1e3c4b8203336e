"""Scale of a map on paper: the metric system for a place, the plain ratio, the scale bar, and where north is."""

import math
from dataclasses import dataclass

import numpy as np
import shapely
from pyproj import CRS, Transformer

from gis import crs
from gis.sheets import Box

Bbox = tuple[float, float, float, float]

_PLAIN = (1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0, 4.5, 5.0, 5.5, 6.0, 7.0, 8.0, 9.0, 10.0)
_ROUND = (1.0, 2.0, 5.0, 10.0)
_ZONE_WIDTH = 3.0
_EDGE_POINTS = 21


@dataclass(frozen=True)
class Bar:
    """A scale bar: whole length and one division on the ground in metres, whole length on paper in mm."""

    length_m: float
    division_m: float
    length_mm: float


def metric_crs(bbox: Bbox) -> CRS:
    """Return the metric system to draw a place in: Gauss-Krueger within one 3-degree zone's width, else equal-area.

    Parameters
    ----------
    bbox : (west, south, east, north) in degrees
    """
    west, south, east, north = bbox
    if max(east - west, north - south) > _ZONE_WIDTH:
        return crs.EQUAL_AREA
    return crs.metric_at((west + east) / 2)


def projected(bbox: Bbox, source: CRS, target: CRS) -> Bbox:
    """Return the bounds in ``target`` of a rectangle in ``source``, its edges taken as the curves they become."""
    west, south, east, north = transformer(source, target).transform_bounds(*bbox, _EDGE_POINTS)
    return west, south, east, north


def outline(bbox: Bbox, source: CRS, target: CRS) -> shapely.Polygon:
    """Return a rectangle in ``source`` as the polygon it becomes in ``target``, its edges as curves."""
    west, south, east, north = bbox
    edge = max(east - west, north - south) / _EDGE_POINTS
    way = transformer(source, target)
    return shapely.transform(shapely.box(*bbox).segmentize(edge), way.transform, interleaved=False)


def transformer(source: CRS, target: CRS) -> Transformer:
    """Return the way from one system to another, x (or longitude) first."""
    return Transformer.from_crs(source, target, always_xy=True)


def plain_ratio(least: float) -> int:
    """Return the smallest plain number (1, 1.2, 1.5, 2, 2.5 ... times a power of ten) not below ``least`` and ten."""
    least = max(least, 10.0)
    power = 10.0 ** math.floor(math.log10(least))
    return round(next(step * power for step in _PLAIN if step * power >= least * (1 - 1e-9)))


def fit(bounds: Bbox, frame: Box, *, margin: float = 0.01) -> tuple[int, Bbox]:
    """Return the largest plain scale at which bounds fit a frame, and the frame's exact extent at that scale.

    Parameters
    ----------
    bounds : (west, south, east, north) in metres
    frame : Box
        The frame on paper.
    margin : float
        Free share around the content.

    Returns
    -------
    (int, Bbox)
        The ratio n of 1:n, and the extent in metres: paper length times n, to the last digit.
    """
    west, south, east, north = bounds
    grow = 1 + margin
    least = 1000 * max((east - west) * grow / frame.width, (north - south) * grow / frame.height)
    ratio = plain_ratio(least)
    half_wide, half_high = frame.width * ratio / 2000, frame.height * ratio / 2000
    x, y = (west + east) / 2, (south + north) / 2
    return ratio, (x - half_wide, y - half_high, x + half_wide, y + half_high)


def bar(ratio: int, longest_mm: float) -> Bar:
    """Return the longest bar of a round length (1, 2 or 5 times a power of ten) that is not above ``longest_mm``."""
    longest_m = longest_mm * ratio / 1000
    power = 10.0 ** math.floor(math.log10(longest_m))
    lead = max(step for step in _ROUND if step * power <= longest_m * (1 + 1e-9))
    parts = 5 if lead == _ROUND[2] else 4
    length = lead * power
    return Bar(length, length / parts, length * 1000 / ratio)


def true_north(system: CRS, extent: Bbox) -> float:
    """Return the direction of true north at the middle of an extent, in degrees clockwise from the grid's north.

    The meridian through the middle is followed for 0.01 degrees. The convergence of meridians is the negative.
    """
    to_map = transformer(crs.STORAGE, system)
    x, y = (extent[0] + extent[2]) / 2, (extent[1] + extent[3]) / 2
    lon, lat = to_map.transform(x, y, direction="INVERSE")
    above_x, above_y = to_map.transform(lon, lat + 0.01)
    return float(np.degrees(np.arctan2(above_x - x, above_y - y)))
