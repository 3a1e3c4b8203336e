"""What a pixel's colours say about it, for masks: water, turbid water, snow, what cannot be cloud, and bright roofs.

Masks that come with images delete what this program looks for: very turbid water is called ice or cloud, snow and
forest over snow are called cloud, bright roofs too (issues of Fmask, FORCE, sits, CoastSat and AquaSat). These tests
take such pixels back. All take a mapping from common band name to reflectance (0 to 1, float32), any shape; a test
whose bands are missing finds nothing; NaN is never found.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

Bands = Mapping[str, NDArray[np.float32]]
Mask = NDArray[np.bool_]

PARALLAX = ("rededge3", "nir", "nir08")
"""Bands that look from different angles."""

_EPS = np.float32(1e-6)
_SWIR_OF_WATER = 0.06
_NIR_OF_WATER = 0.11
_NIR_OF_SILT = 0.25
_GREEN_OF_SILT = 0.35
_NDSI, _NIR_OF_SNOW, _GREEN_OF_SNOW = 0.4, 0.11, 0.1
_LIKELY_NDSI, _SWIR_OF_SNOW = 0.35, 0.2
_DARKEST_CLOUD = {"swir16": 0.08, "blue": 0.10}
_CLOUD = {"blue": 0.22, "swir16": 0.18}
_PARALLAX = -0.5
_PARALLAX_SHARE = 0.05
_WINDOW_PX = 7


def turbid_water(bands: Bands) -> Mask:
    """Find water full of silt: dark in short-wave infrared, falling from red to near infrared, not bluer than red.

    Snow in shadow is bluer; dirty snow does not fall so from red to near infrared (spectra: Doxaran et al. 2002).
    """
    if not {"blue", "green", "red", "nir", "swir16"} <= bands.keys():
        return _none(bands)
    blue, green, red, nir, swir = (bands[name] for name in ("blue", "green", "red", "nir", "swir16"))
    dark = (swir < _SWIR_OF_WATER) & (nir < _NIR_OF_SILT) & (green < _GREEN_OF_SILT)
    return np.asarray(dark & (nir < np.float32(0.85) * red) & (red > np.float32(0.95) * blue))


def water(bands: Bands) -> Mask:
    """Find open water: green above short-wave infrared (MNDWI > 0) and dark in both infrareds, or turbid."""
    if {"green", "nir", "swir16"} <= bands.keys():
        dark = (bands["swir16"] < _SWIR_OF_WATER) & (bands["nir"] < _NIR_OF_WATER)
        return (dark & (bands["green"] > bands["swir16"])) | turbid_water(bands)
    if {"green", "nir"} <= bands.keys():
        return np.asarray((bands["nir"] < _NIR_OF_WATER) & (bands["green"] > bands["nir"]))
    return _none(bands)


def snow(bands: Bands) -> Mask:
    """Find snow and ice: NDSI > 0.4, near infrared > 0.11, green > 0.1 (Hall et al. 1995, 2001); no turbid water."""
    if not {"green", "nir", "swir16"} <= bands.keys():
        return _none(bands)
    bright = (bands["nir"] > _NIR_OF_SNOW) & (bands["green"] > _GREEN_OF_SNOW)
    return bright & (_ndsi(bands) > _NDSI) & ~turbid_water(bands)


def no_cloud(bands: Bands) -> Mask:
    """Find what cannot be an opaque cloud: snow (under forest too), water, or darker in blue or at 1.6 um than one.

    Droplets reflect at 1.6 um where snow and water absorb: cloud there has 0.2 and more, ice cloud somewhat less.
    """
    found = water(bands)
    if {"green", "nir", "swir16"} <= bands.keys():
        bright = (bands["nir"] > _NIR_OF_SNOW) & (bands["green"] > _GREEN_OF_SNOW)
        found |= bright & (_ndsi(bands) > _LIKELY_NDSI) & (bands["swir16"] < _SWIR_OF_SNOW)
    for name, darkest in _DARKEST_CLOUD.items():
        if name in bands:
            found |= bands[name] < darkest
    return found


def plain_cloud(bands: Bands) -> Mask:
    """Find opaque cloud by colour alone, for images without any mask: bright and grey, at 1.6 um too."""
    if not {"blue", "green", "red", "nir", "swir16"} <= bands.keys():
        return _none(bands)
    blue, green, red = (bands[name] for name in ("blue", "green", "red"))
    mean = (blue + green + red) / 3
    grey = (np.abs(blue - mean) + np.abs(green - mean) + np.abs(red - mean)) < np.float32(0.15) * mean
    bright = (blue > _CLOUD["blue"]) & (bands["swir16"] > _CLOUD["swir16"])
    return grey & bright & (blue - np.float32(0.5) * red > np.float32(0.08)) & ~no_cloud(bands)


def parallax(bands: Bands) -> NDArray[np.float32] | None:
    """Return the cloud displacement index, -1 to 1, None without its bands (Frantz et al. 2018, RSE 215, 471-481).

    Band 8 looks from another angle than 7 and 8A: high things shift between them and the index falls below -0.5; things
    on the ground, however bright, do not.
    """
    if not set(PARALLAX) <= bands.keys():
        return None
    # Band 8 is finer than the others: all are brought to one sharpness first.
    seven, eight, narrow = (ndimage.uniform_filter(np.nan_to_num(bands[name], nan=0.0), 3) for name in PARALLAX)
    wide, near = _variance(eight / (narrow + _EPS)), _variance(seven / (narrow + _EPS))
    return np.asarray((near - wide) / (near + wide + _EPS * _EPS), np.float32)


def roofs(cloud: Mask, bands: Bands, *, most_px: int, edge_px: int) -> Mask:
    """Find small "clouds" that lie on the ground: groups of up to ``most_px`` pixels without parallax.

    Parameters
    ----------
    cloud : (rows, columns) bool
    bands : mapping of (rows, columns)
    most_px : int
        Larger groups are cloud.
    edge_px : int
        Groups that touch the outermost pixels are not judged: they may be larger than what is seen of them.
    """
    index = parallax(bands)
    if index is None or not cloud.any():
        return np.zeros_like(cloud)
    groups, count = ndimage.label(cloud, np.ones((3, 3)))
    sizes = np.bincount(groups.ravel(), minlength=count + 1)
    # Parallax shows at a cloud's rim, where it is least even.
    reach = ndimage.grey_dilation(groups, size=(3, 3))
    moved = np.bincount(reach[index < _PARALLAX].ravel(), minlength=count + 1) / np.maximum(
        np.bincount(reach.ravel(), minlength=count + 1), 1
    )
    ground = (sizes <= most_px) & (moved < _PARALLAX_SHARE)
    ground[0] = False
    rim = np.concatenate([groups[:edge_px].ravel(), groups[-edge_px:].ravel(), groups[:, :edge_px].ravel()])
    ground[np.unique(np.concatenate([rim, groups[:, -edge_px:].ravel()]))] = False
    return np.asarray(ground[groups])


def _ndsi(bands: Bands) -> NDArray[np.float32]:
    green, swir = bands["green"], bands["swir16"]
    return (green - swir) / np.maximum(green + swir, _EPS)


def _variance(ratio: NDArray[np.float32]) -> NDArray[np.float32]:
    mean = ndimage.uniform_filter(ratio, _WINDOW_PX)
    return np.maximum(ndimage.uniform_filter(ratio * ratio, _WINDOW_PX) - mean * mean, 0)


def _none(bands: Bands) -> Mask:
    first = next(iter(bands.values()))
    return np.zeros(np.shape(first), bool)
