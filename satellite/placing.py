"""Images on no map grid: which of their pixels shows a place, by rational polynomials (RPC) or tie points.

RPC00B after NIMA (2000): The Compendium of Controlled Extensions for NITF, STDI-0002. Positions are those of the
ellipsoid of WGS 84, the same as CGCS2000 to within decimetres.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from rasterio.control import GroundControlPoint
from rasterio.rpc import RPC
from scipy.interpolate import CloughTocher2DInterpolator, RegularGridInterpolator
from scipy.ndimage import map_coordinates

from satellite.products import Gains

Field = NDArray[np.float64]

_FEWEST_TIES = 4
_HALF = 0.5


def rpc_pixels(rpc: RPC, lon: Field, lat: Field, height_m: Field | float) -> tuple[Field, Field]:
    """Return rows and columns of an image, counted from 0 at pixel centres, where places of some height appear.

    Parameters
    ----------
    rpc : RPC
    lon, lat : arrays
        Degrees.
    height_m : array or float
        Above the ellipsoid.
    """
    east = (lon - rpc.long_off) / rpc.long_scale
    north = (lat - rpc.lat_off) / rpc.lat_scale
    up = (height_m - rpc.height_off) / rpc.height_scale + np.zeros_like(east)
    terms = _terms(east, north, up)
    line = _sum(rpc.line_num_coeff, terms) / _sum(rpc.line_den_coeff, terms)
    sample = _sum(rpc.samp_num_coeff, terms) / _sum(rpc.samp_den_coeff, terms)
    return line * rpc.line_scale + rpc.line_off, sample * rpc.samp_scale + rpc.samp_off


@dataclass(frozen=True)
class Ties:
    """Tie points of an image, interpolated smoothly between them (Clough and Tocher); NaN outside of them."""

    points: Sequence[GroundControlPoint]
    _inverse: CloughTocher2DInterpolator = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Triangulate the points.

        Raises
        ------
        ValueError
            With fewer than four points.
        """
        if len(self.points) < _FEWEST_TIES:
            raise ValueError(f"{len(self.points)} tie points place no image")
        places = np.array([(tie.x, tie.y) for tie in self.points])
        pixels = np.array([(tie.row, tie.col) for tie in self.points])
        object.__setattr__(self, "_inverse", CloughTocher2DInterpolator(places, pixels, rescale=True))

    def pixels(self, lon: Field, lat: Field) -> tuple[Field, Field]:
        """Return rows and columns, counted from 0 at pixel centres, of places in degrees.

        Tie points count from the outer corner of the first pixel.
        """
        found = self._inverse(lon, lat)
        return found[..., 0] - _HALF, found[..., 1] - _HALF


def gains_at(gains: Gains, rows: Field, columns: Field) -> Field:
    """Return a calibration table interpolated linearly; beyond its edge the edge holds."""
    axis = np.asarray(gains.columns[0], float)
    table = np.array(
        [np.interp(axis, known, values) for known, values in zip(gains.columns, gains.values, strict=True)]
    )
    lines = np.asarray(gains.lines, float)
    if len(lines) == 1:
        return np.interp(columns, axis, table[0])
    surface = RegularGridInterpolator((lines, axis), table)
    inside = np.stack([np.clip(rows, lines[0], lines[-1]), np.clip(columns, axis[0], axis[-1])], axis=-1)
    return np.asarray(surface(inside))


def taken(values: NDArray[np.float32], rows: Field, columns: Field, *, nearest: bool = False) -> NDArray[np.float32]:
    """Return an image's values at fractional pixels, bilinear or those of the nearest pixel.

    Parameters
    ----------
    values : (rows, columns) float32
        NaN where unknown.
    rows, columns : arrays of one shape
        Counted from 0 at pixel centres; NaN for no place.

    Returns
    -------
    float32 of that shape
        NaN outside the image, and where more than half of the weight falls on unknown pixels.
    """
    if not values.size:
        return np.full(rows.shape, np.nan, np.float32)
    known = np.isfinite(values)
    # Half a pixel beyond the outer centres the image ends; NaN is inside of nothing.
    low, high = (-_HALF, -_HALF), (values.shape[0] - _HALF, values.shape[1] - _HALF)
    inside = (rows >= low[0]) & (rows <= high[0]) & (columns >= low[1]) & (columns <= high[1])
    at = np.where(inside, np.stack([rows, columns]), 0.0)
    order = 0 if nearest else 1
    filled = np.where(known, values, 0.0).astype(np.float32)
    total = map_coordinates(filled, at, order=order, mode="nearest", output=np.float64)
    weight = map_coordinates(known.astype(np.float32), at, order=order, mode="nearest", output=np.float64)
    found = np.where(inside & (weight >= _HALF), total / np.maximum(weight, 1e-9), np.nan)
    return found.astype(np.float32)


def _terms(east: Field, north: Field, up: Field) -> tuple[Field, ...]:
    one = np.ones_like(east)
    return (
        *(one, east, north, up, east * north, east * up, north * up, east**2, north**2, up**2),
        *(north * east * up, east**3, east * north**2, east * up**2, east**2 * north, north**3),
        *(north * up**2, east**2 * up, north**2 * up, up**3),
    )


def _sum(coefficients: Sequence[float], terms: tuple[Field, ...]) -> Field:
    total = np.zeros_like(terms[0])
    for coefficient, term in zip(coefficients, terms, strict=True):
        if coefficient:
            total += coefficient * term
    return total
