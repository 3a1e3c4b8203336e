"""Cloud probability of Sentinel-2 L1C by s2cloudless (A. Zupanc 2017), at 60 m.

Its trees were grown at 160 m and judge a pixel by ten bands at the top of the atmosphere, the cirrus band among them,
so they fit L1C alone.
"""

from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

BANDS = ("coastal", "blue", "red", "rededge1", "nir", "nir08", "nir09", "cirrus", "swir16", "swir22")
_ROWS = 256


def possible(scene: xr.Dataset) -> bool:
    """Tell whether a scene has all the bands that s2cloudless needs, at the top of the atmosphere."""
    return all(name in scene for name in BANDS) and scene["blue"].attrs.get("quantity") == "toa_reflectance"


def of(scene: xr.Dataset, step: int) -> NDArray[np.float32]:
    """Return the probability of cloud of every ``step``-th pixel.

    Parameters
    ----------
    scene : Dataset, dims (y, x)
        With the bands ``BANDS`` as reflectance at the top of the atmosphere.
    step : int
        Pixels are averaged over blocks of this edge.

    Returns
    -------
    (ceil(rows / step), ceil(columns / step)) float32, 0 to 1
        0 where a band is unknown.
    """
    detector: Any = _detector()
    rows, columns = -(-scene.sizes["y"] // step), -(-scene.sizes["x"] // step)
    found = np.zeros((rows, columns), np.float32)
    for top in range(0, rows, _ROWS):
        bottom = min(top + _ROWS, rows)
        strip = scene[list(BANDS)].isel(y=slice(top * step, bottom * step)).compute()
        planes = np.stack([_averaged(strip[name].to_numpy(), step) for name in BANDS], axis=-1)
        known = np.isfinite(planes).all(axis=-1)
        told = detector.get_cloud_probability_maps(np.nan_to_num(planes)[None])[0]
        found[top:bottom] = np.where(known, told, 0)
    return found


def _detector() -> object:
    from s2cloudless.cloud_detector import S2PixelCloudDetector

    return S2PixelCloudDetector(threshold=0.4, all_bands=False, average_over=None, dilation_size=None)


def _averaged(plane: NDArray[np.float32], step: int) -> NDArray[np.float32]:
    """Return means of blocks; the last row and column of blocks are filled up with the edge."""
    down, right = (-size % step for size in plane.shape)
    whole = np.pad(plane, ((0, down), (0, right)), mode="edge")
    blocks = whole.reshape(whole.shape[0] // step, step, whole.shape[1] // step, step)
    return np.asarray(blocks.mean(axis=(1, 3)), np.float32)
