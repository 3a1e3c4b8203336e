"""Where the corners of a quick-look lie: it shows the whole image with its black edges, not the footprint alone."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from affine import Affine
from numpy.typing import NDArray
from pyproj import CRS, Transformer

from gis.crs import STORAGE
from satellite.offers import Offer

Corners = NDArray[np.float64]

TILE_M = 109_800
"""Edge of a tile of Sentinel-2: a square of the military grid and 9.8 km of the next ones east and south of it."""

_TILE = re.compile(r"(?:^|_)T?(\d{2})([C-HJ-NP-X])([A-HJ-NP-Z])([A-HJ-NP-V])(?:_|$)")
_SQUARE_M = 100_000
_GRID_M = 60
_COLUMNS = ("ABCDEFGH", "JKLMNPQR", "STUVWXYZ")
_ROWS = "ABCDEFGHJKLMNPQRSTUV"
_BANDS = "CDEFGHJKLMNPQRSTUVWX"
_BAND_DEG = 8
_METRES_A_DEGREE = 110_574.0
_EQUATOR_M = 10_000_000
_EAST_ZONE, _NORTH_BAND = 32600, "N"
_SLANTED = ("sentinel1-grd",)


def corners(offer: Offer) -> Corners | None:
    """Return the corners of an image's quick-look.

    By the grid that the catalogue tells (STAC's projection extension), else by the tile of a Sentinel-2 image, else by
    the rectangle around its footprint.

    Parameters
    ----------
    offer : Offer

    Returns
    -------
    (4, 2) float64, or None
        Longitude and latitude of upper left, upper right, lower right and lower left; None for pictures in the radar's
        own geometry, which lie on no map.
    """
    told = _told(offer.told)
    if told is not None:
        return told
    if offer.sensor in _SLANTED:
        return None
    if offer.sensor.startswith("sentinel2"):
        for name in (offer.scene_id, offer.title):
            if (found := _TILE.search(name)) is not None:
                return _tile(*found.groups())
    west, south, east, north = offer.footprint.bounds
    return np.array([(west, north), (east, north), (east, south), (west, south)])


def _told(item: Mapping[str, Any]) -> Corners | None:
    """Return the corners by the projection extension, of the item itself or of one of its files."""
    properties = item.get("properties", {})
    for part in (properties, *item.get("assets", {}).values()):
        code = part.get("proj:code") or part.get("proj:epsg") or properties.get("proj:code")
        code = code or properties.get("proj:epsg")
        if not code:
            continue
        if (box := part.get("proj:bbox")) is not None and len(box) == 4:  # noqa: PLR2004
            west, south, east, north = box
            return _lonlat(code, [(west, north), (east, north), (east, south), (west, south)])
        shape, transform = part.get("proj:shape"), part.get("proj:transform")
        if shape and transform:
            rows, columns = shape
            grid = Affine(*transform[:6])
            return _lonlat(code, [grid @ at for at in ((0, 0), (columns, 0), (columns, rows), (0, rows))])
    return None


def _tile(zone: str, band: str, column: str, row: str) -> Corners:
    """Return the corners of a tile by its name in the military grid reference system (NGA.STND.0037, 2014)."""
    east = (_COLUMNS[(int(zone) - 1) % 3].index(column) + 1) * _SQUARE_M
    shift = 5 if int(zone) % 2 == 0 else 0
    cycle = len(_ROWS) * _SQUARE_M
    within = (_ROWS.index(row) - shift) % len(_ROWS) * _SQUARE_M
    # Rows repeat every 2,000 km; the band of 8 degrees tells which repeat it is.
    middle = (_BANDS.index(band) * _BAND_DEG - 76) * _METRES_A_DEGREE
    southern = band < _NORTH_BAND
    base = _EQUATOR_M if southern else 0
    south = within + round((middle + base - within) / cycle) * cycle
    # Corners lie on multiples of 60 m from the equator.
    left, top = east // _GRID_M * _GRID_M, base - (base - south - _SQUARE_M) // _GRID_M * _GRID_M
    right, bottom = left + TILE_M, top - TILE_M
    code = _EAST_ZONE + int(zone) + (100 if southern else 0)
    return _lonlat(code, [(left, top), (right, top), (right, bottom), (left, bottom)])


def _lonlat(code: str | int, points: Iterable[tuple[float, float]]) -> Corners:
    to_storage = Transformer.from_crs(CRS.from_user_input(code), STORAGE, always_xy=True)
    return np.column_stack(to_storage.transform(*np.array(list(points), float).T))
