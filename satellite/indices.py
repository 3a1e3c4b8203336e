"""Spectral indices: normalised differences that say in one number what a surface is like.

Each function takes a mapping from common band name to an array or a number (any unit, the same for all bands) and
returns values from -1 to 1; NaN where a band is NaN or negative (atmospheric correction overshoots over dark water) or
both are 0. A missing band raises KeyError: ask ``available``.
"""

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]
Bands = Mapping[str, Values]


def ndvi(bands: Bands) -> Values:
    """Vegetation (Rouse et al. 1974): near infrared against red."""
    return _difference(bands["nir"], bands["red"])


def ndwi(bands: Bands) -> Values:
    """Open water (McFeeters 1996): green against near infrared."""
    return _difference(bands["green"], bands["nir"])


def mndwi(bands: Bands) -> Values:
    """Open water, turbid too (Xu 2006): green against short-wave infrared."""
    return _difference(bands["green"], bands["swir16"])


def ndbi(bands: Bands) -> Values:
    """Built-up and bare land (Zha et al. 2003): short-wave against near infrared."""
    return _difference(bands["swir16"], bands["nir"])


def nbr(bands: Bands) -> Values:
    """Burn ratio (Key and Benson 2006): near infrared against the longer short-wave infrared."""
    return _difference(bands["nir"], bands["swir22"])


def bsi(bands: Bands) -> Values:
    """Bare soil (Rikimaru et al. 2002): short-wave infrared and red against near infrared and blue."""
    return _difference(bands["swir16"] + bands["red"], bands["nir"] + bands["blue"])


INDICES: dict[str, tuple[Callable[[Bands], Values], tuple[str, ...]]] = {
    "ndvi": (ndvi, ("nir", "red")),
    "ndwi": (ndwi, ("green", "nir")),
    "mndwi": (mndwi, ("green", "swir16")),
    "ndbi": (ndbi, ("swir16", "nir")),
    "nbr": (nbr, ("nir", "swir22")),
    "bsi": (bsi, ("swir16", "red", "nir", "blue")),
}
"""Function and needed bands of each index."""


def available(bands: Bands) -> list[str]:
    """Return the names of the indices whose bands are all there."""
    return [name for name, (_, needed) in INDICES.items() if all(band in bands for band in needed)]


def _difference(first: Values, second: Values) -> Values:
    total = np.asarray(first + second, dtype=np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where((np.minimum(first, second) < 0) | (total == 0), np.nan, (first - second) / total)
