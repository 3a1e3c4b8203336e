"""Pictures under a map: RGB pixels with a place, brought to the map's system at the map's resolution."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import rasterio.crs
from pyproj import CRS
from rasterio.enums import Resampling
from rasterio.transform import Affine
from rasterio.warp import reproject

from gis.scale import Bbox

Bytes = npt.NDArray[np.uint8]
_FULL = 255


@dataclass(frozen=True)
class Picture:
    """Pixels (rows, columns, 3) uint8, north up, with their bounds (west, south, east, north) in ``crs``."""

    pixels: Bytes
    bbox: Bbox
    crs: CRS

    def __post_init__(self) -> None:
        """Refuse other shapes and types at the door.

        Raises
        ------
        ValueError
            If the pixels are not (rows, columns, 3) of uint8.
        """
        if self.pixels.ndim != 3 or self.pixels.shape[2] != 3 or self.pixels.dtype != np.uint8:  # noqa: PLR2004
            raise ValueError(f"a picture is (rows, columns, 3) uint8, not {self.pixels.shape} {self.pixels.dtype}")


def brought_to(picture: Picture, target: CRS, extent: Bbox, shape: tuple[int, int]) -> Bytes:
    """Return the part of a picture inside an extent as (rows, columns, 4) uint8 on the extent's own grid.

    Parameters
    ----------
    picture : Picture
    target : CRS
        The map's system.
    extent : (west, south, east, north) in the map's metres
    shape : (rows, columns)

    Returns
    -------
    (rows, columns, 4) uint8
        The fourth band is 0 outside the picture and 255 inside.
    """
    rows, columns = picture.pixels.shape[:2]
    inside = np.full((1, rows, columns), _FULL, dtype=np.uint8)
    bands = np.concatenate([np.moveaxis(picture.pixels, 2, 0), inside])
    out = np.zeros((4, *shape), dtype=np.uint8)
    reproject(
        bands,
        out,
        src_transform=_grid(picture.bbox, (rows, columns)),
        src_crs=rasterio.crs.CRS.from_wkt(picture.crs.to_wkt()),
        dst_transform=_grid(extent, shape),
        dst_crs=rasterio.crs.CRS.from_wkt(target.to_wkt()),
        resampling=Resampling.bilinear,
    )
    out[3] = np.where(out[3] == _FULL, _FULL, 0)
    return np.moveaxis(out, 0, 2)


def _grid(bbox: Bbox, shape: tuple[int, int]) -> Affine:
    west, south, east, north = bbox
    return Affine((east - west) / shape[1], 0.0, west, 0.0, (south - north) / shape[0], north)
