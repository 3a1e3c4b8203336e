"""Deliveries: what is wrong with the photos of a flight before anybody relies on them.

A photo without a position cannot be checked, and is marked, never dropped. A photo may come twice: as the same file, or
written anew by another program. A gap in time is where a card was changed, or where photos are missing.
"""

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import ndimage

from gis import schema

REMARKS = ("no_position", "no_height", "no_direction", "same_file", "look_alike", "gap", "outside")
SCHEMA = schema.table(
    {
        "photo_id": schema.text(),
        "name": schema.text(),
        "remark": schema.text(schema.one_of(*REMARKS)),
        "other": schema.text(nullable=True),
        "seconds": schema.number(0, nullable=True),
    }
)
"""``other`` names the earlier photo of a pair; ``seconds`` is the length of a gap before the photo."""

ALIKE_BITS = 12
"""Two looks that differ in at most so many of 256 bits show the same picture."""
_SIDE = 16
_LONGEST_GAP = 5.0
_LEAST_GAP_S = 60.0
_FEWEST = 3


def look(grey: NDArray[np.uint8]) -> str:
    """Return a hash of what a picture shows: whether each of 16 x 17 parts is brighter than its left neighbour.

    Two files of one picture, compressed or scaled anew, differ in a few bits; two pictures in about a hundred.

    Parameters
    ----------
    grey : (rows, columns) uint8

    Returns
    -------
    str
        64 hexadecimal digits; "" for a picture without contrast, which looks like any other.
    """
    small = ndimage.zoom(
        ndimage.uniform_filter(grey.astype(np.float64), [max(1, size // _SIDE) for size in grey.shape]),
        (_SIDE / grey.shape[0], (_SIDE + 1) / grey.shape[1]),
        order=1,
        grid_mode=True,
        mode="nearest",
    )
    if np.ptp(small) < 1:
        return ""
    bits = np.packbits(small[:, 1:] > small[:, :-1])
    return bits.tobytes().hex()


def check(photos: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return what is remarkable about photos.

    Parameters
    ----------
    photos : GeoDataFrame
        See ``footprints.SCHEMA``.

    Returns
    -------
    DataFrame
        See ``SCHEMA``; a photo may have several rows. A gap is longer than a minute and than five usual intervals.
    """
    rows: list[tuple[object, ...]] = [
        (each.photo_id, each.name, each.state, None, np.nan)
        for each in photos.itertuples(index=False)
        if each.state != "placed"
    ]
    rows += _repeated(photos)
    rows += _gaps(photos)
    return schema.demand(pd.DataFrame(rows, columns=list(SCHEMA.columns)), SCHEMA, "remarks")


def outside(photos: gpd.GeoDataFrame, cells: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return the photos that show ground but none of any cell of the task.

    Parameters
    ----------
    photos : GeoDataFrame
        See ``footprints.SCHEMA``.
    cells : GeoDataFrame of polygons, EPSG:4490

    Returns
    -------
    DataFrame
        See ``SCHEMA``.
    """
    shown = photos[~photos.geometry.is_empty]
    touching, _ = cells.sindex.query(shown.geometry, predicate="intersects")
    beside = shown[~np.isin(np.arange(len(shown)), touching)]
    rows = [(each.photo_id, each.name, "outside", None, np.nan) for each in beside.itertuples(index=False)]
    return schema.demand(pd.DataFrame(rows, columns=list(SCHEMA.columns)), SCHEMA, "remarks")


def _repeated(photos: gpd.GeoDataFrame) -> list[tuple[object, ...]]:
    rows: list[tuple[object, ...]] = []
    first = ~photos["sha256"].duplicated()
    names = dict(zip(photos["sha256"][first], photos["name"][first], strict=True))
    rows += [
        (each.photo_id, each.name, "same_file", names[each.sha256], np.nan)
        for each in photos[~first].itertuples(index=False)
    ]
    shown = photos[first & (photos["look"] != "")].reset_index(drop=True)
    bits = np.array([np.unpackbits(np.frombuffer(bytes.fromhex(each), np.uint8)) for each in shown["look"]], np.float32)
    if len(bits) > 1:
        # Bits that differ: for +1 and -1, half of what the product lacks.
        signs = 2 * bits - 1
        for at in range(1, len(signs)):
            apart = (signs.shape[1] - signs[:at] @ signs[at]) / 2
            nearest = int(np.argmin(apart))
            if apart[nearest] <= ALIKE_BITS:
                photo = shown.iloc[at]
                rows.append((photo["photo_id"], photo["name"], "look_alike", shown["name"].iloc[nearest], np.nan))
    return rows


def _gaps(photos: gpd.GeoDataFrame) -> list[tuple[object, ...]]:
    timed = photos[photos["taken_at"].notna()].sort_values("taken_at", ignore_index=True)
    if len(timed) < _FEWEST:
        return []
    seconds = timed["taken_at"].diff().dt.total_seconds().to_numpy()[1:]
    usual = float(np.median(seconds[seconds > 0])) if (seconds > 0).any() else 0.0
    return [
        (timed["photo_id"].iloc[at + 1], timed["name"].iloc[at + 1], "gap", timed["name"].iloc[at], float(length))
        for at, length in enumerate(seconds)
        if length > max(_LEAST_GAP_S, _LONGEST_GAP * usual)
    ]
