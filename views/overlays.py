"""Quick-looks on the map: turned from their own grid into the map's and cut to the footprint. Pure."""

import io
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from shapely.geometry.base import BaseGeometry

from satellite.quicklook_frames import Corners
from views.layers import Bounds

EDGE_PX = 256
_LEAST_PX = 8

Reals = NDArray[np.float64]


@dataclass(frozen=True)
class Overlay:
    """A picture (PNG, transparent around the footprint) and its extent."""

    picture: bytes
    bounds: Bounds


def laid(picture: bytes, corners: Corners, footprint: BaseGeometry) -> Overlay:
    """Return a quick-look as the map shows it, in Web Mercator.

    Parameters
    ----------
    picture : bytes
        An image file.
    corners : (4, 2) float64
        Longitude and latitude of its upper left, upper right, lower right and lower left.
    footprint : Polygon or MultiPolygon
        Longitude and latitude; beyond it the picture is transparent.
    """
    ring = _mercator(corners)
    west, south = ring.min(axis=0)
    east, north = ring.max(axis=0)
    step = max(east - west, north - south) / EDGE_PX
    size = tuple(max(_LEAST_PX, round(length / step)) for length in (east - west, north - south))

    def pixels(lonlat: Reals) -> Reals:
        return (_mercator(lonlat) - [west, north]) * [size[0] / (east - west), -size[1] / (north - south)]

    with Image.open(io.BytesIO(picture)) as source:
        own = np.array([(0, 0), (source.width, 0), source.size, (0, source.height)], float)
        turn = _perspective(pixels(corners), own)
        turned = source.convert("RGBA").transform(
            (size[0], size[1]), Image.Transform.PERSPECTIVE, turn, Image.Resampling.BILINEAR
        )
    mask = Image.new("L", turned.size, 0)
    for part in getattr(footprint, "geoms", [footprint]):
        ImageDraw.Draw(mask).polygon([tuple(at) for at in pixels(np.array(part.exterior.coords)[:, :2])], fill=255)
    turned.putalpha(Image.fromarray(np.minimum(np.asarray(turned.getchannel("A")), np.asarray(mask))))
    out = io.BytesIO()
    turned.save(out, "PNG", compress_level=6)
    low, high = _lonlat(np.array([west, south])), _lonlat(np.array([east, north]))
    return Overlay(out.getvalue(), ((low[1], low[0]), (high[1], high[0])))


def _perspective(there: Reals, here: Reals) -> list[float]:
    """Return the eight numbers by which Pillow finds the place here (4, 2) of each place there (4, 2)."""
    rows = []
    for (x, y), (u, v) in zip(there, here, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
    return [float(each) for each in np.linalg.solve(np.array(rows), here.ravel())]


def _mercator(lonlat: Reals) -> Reals:
    """Return Web Mercator in degrees of longitude."""
    north = np.degrees(np.arcsinh(np.tan(np.radians(lonlat[..., 1]))))
    return np.stack([lonlat[..., 0], north], axis=-1)


def _lonlat(mercator: Reals) -> tuple[float, float]:
    return float(mercator[0]), float(np.degrees(np.arctan(np.sinh(np.radians(mercator[1])))))
