"""Pictures for the eye: two dates of one place, stretched alike. Pure: pixels in, PNG out."""

from io import BytesIO

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from PIL import Image
from pyproj import Transformer

from gis.crs import STORAGE
from views.layers import Bounds

LOW, HIGH = 2.0, 98.0
"""Percentiles of both dates together that become black and full colour."""

Limits = tuple[NDArray[np.float64], NDArray[np.float64]]


def limits(before: xr.DataArray, after: xr.DataArray, *, together: bool = False) -> Limits:
    """Return the lowest and highest value shown of each band, common to both dates so that they can be compared.

    Parameters
    ----------
    before, after : DataArray, dims (band, y, x)
        NaN is left out; a band of NaN alone gets (0, 1).
    together : bool
        Whether all bands get one pair of limits, which keeps the balance of natural colours.

    Raises
    ------
    ValueError
        If the two have different numbers of bands.
    """
    if before.sizes["band"] != after.sizes["band"]:
        raise ValueError("two dates are compared in the same bands")
    both = np.stack([before.to_numpy(), after.to_numpy()], axis=1)
    if together:
        both = np.broadcast_to(both.reshape(1, -1), (len(both), both.size))
    ends = [np.percentile(seen, [LOW, HIGH]) if (seen := band[np.isfinite(band)]).size else (0.0, 1.0) for band in both]
    low, high = np.array(ends, dtype=float).T
    return low, np.maximum(high, low + 1e-6)


def png(window: xr.DataArray, ends: Limits) -> bytes:
    """Return three bands as a PNG; pixels with NaN are transparent."""
    pixels = window.to_numpy()
    low, high = (end[:, None, None] for end in ends)
    scaled = np.clip((pixels - low) / (high - low), 0, 1)
    seen = np.isfinite(pixels).all(axis=0)
    colours = np.where(seen, np.nan_to_num(scaled) * 255, 0).round().astype(np.uint8)
    layers = np.concatenate([colours, (seen * 255).astype(np.uint8)[None]])
    packed = BytesIO()
    Image.fromarray(np.moveaxis(layers, 0, -1), "RGBA").save(packed, "PNG")
    return packed.getvalue()


def bounds(window: xr.DataArray) -> Bounds:
    """Return a window's extent as the map wants it."""
    west, south, east, north = window.rio.bounds()
    back = Transformer.from_crs(window.rio.crs, STORAGE, always_xy=True)
    (left, bottom), (right, top) = back.transform(west, south), back.transform(east, north)
    return (bottom, left), (top, right)
