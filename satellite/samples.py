"""Samples: places on a map drawn by lot from its strata, so that people can look whether the map is right."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pyproj import Transformer

from gis.crs import STORAGE
from satellite import patches
from satellite.patches import Grid

UNCHANGED = "unchanged"
"""What a map says of a pixel that was observed and lies in no patch."""
NO_MONTH = "-"

_UNSEEN = np.iinfo(np.uint16).max


@dataclass(frozen=True)
class Strata:
    """A map divided into strata: a class of patches in a month each, and all that is unchanged.

    Attributes
    ----------
    of_pixel : (rows, columns) uint16
        Position in the table; 65,535 where the map says nothing.
    table : DataFrame
        stratum, mapped (class or ``unchanged``), month (2021-06, or ``-``), pixels, size (square metres).
    """

    of_pixel: NDArray[np.uint16]
    table: pd.DataFrame


def strata(unseen: NDArray[np.bool_], found: gpd.GeoDataFrame, grid: Grid) -> Strata:
    """Divide a map.

    Parameters
    ----------
    unseen : (rows, columns) bool
        Where nothing was observed.
    found : GeoDataFrame
        See ``patches.SCHEMA``; the month is that of ``begun_on`` where there is one, else of ``after_on``.
    grid : Grid
    """
    days = found["begun_on"] if "begun_on" in found else found["after_on"]
    months = pd.to_datetime(days).dt.strftime("%Y-%m").fillna(NO_MONTH)
    keys = sorted(set(zip(found["machine_class"], months, strict=True)))
    number = {key: at for at, key in enumerate(keys, start=1)}
    values = [number[key] for key in zip(found["machine_class"], months, strict=True)]
    of_pixel = patches.burn(found.geometry, values, grid)
    of_pixel[unseen] = _UNSEEN
    rows = [(UNCHANGED, UNCHANGED, NO_MONTH), *((f"{name} {month}", name, month) for name, month in keys)]
    table = pd.DataFrame(rows, columns=["stratum", "mapped", "month"])
    table["pixels"] = np.bincount(of_pixel[of_pixel != _UNSEEN], minlength=len(rows))
    table["size"] = table["pixels"] * grid.pixel_m2
    return Strata(of_pixel, table)


def draw(divided: Strata, wanted: Mapping[str, int], grid: Grid, *, seed: str) -> gpd.GeoDataFrame:
    """Draw places by lot from each stratum, without repeating one.

    The k-th place of a stratum is the pixel whose rank is SHA-256 of seed, stratum and k, modulo the stratum's pixels:
    whoever has the map and the seed can draw it again.

    Parameters
    ----------
    divided : Strata
    wanted : mapping of str to int
        Places by stratum; all pixels of a stratum that has no more.
    grid : Grid
    seed : str
        Made public before the draw.

    Returns
    -------
    GeoDataFrame
        sample_id, stratum, mapped, month and the middle of the pixel, EPSG:4490; by sample_id, so that the order
        gives no hint of the stratum.
    """
    parts = []
    for at, row in enumerate(divided.table.itertuples()):
        ranks = _ranks(f"{seed}|{row.stratum}", int(row.pixels), wanted.get(row.stratum, 0))
        placed = _pixels(divided.of_pixel, at, ranks)
        parts.append(placed.assign(stratum=row.stratum, mapped=row.mapped, month=row.month))
    drawn = pd.concat(parts, ignore_index=True)
    x, y = grid.transform @ (drawn["column"].to_numpy() + 0.5, drawn["row"].to_numpy() + 0.5)
    lon, lat = Transformer.from_crs(grid.crs, STORAGE, always_xy=True).transform(x, y)
    spoken = [f"{seed}|{row}|{column}" for row, column in zip(drawn["row"], drawn["column"], strict=True)]
    drawn["sample_id"] = ["A" + hashlib.sha256(each.encode()).hexdigest()[:10] for each in spoken]
    kept = drawn[["sample_id", "stratum", "mapped", "month"]]
    table = gpd.GeoDataFrame(kept, geometry=gpd.points_from_xy(lon, lat), crs=STORAGE)
    return table.sort_values("sample_id", ignore_index=True)


def _ranks(spoken: str, pixels: int, wanted: int) -> NDArray[np.int64]:
    """Return different ranks below ``pixels`` in the order of their lots, all of them where too few are there."""
    if wanted >= pixels:
        return np.arange(pixels)
    found: dict[int, None] = {}
    at = 0
    while len(found) < wanted:
        found[int(hashlib.sha256(f"{spoken}|{at}".encode()).hexdigest(), 16) % pixels] = None
        at += 1
    return np.fromiter(found, np.int64)


def _pixels(of_pixel: NDArray[np.uint16], number: int, ranks: NDArray[np.int64]) -> pd.DataFrame:
    """Return row and column of the pixels of a stratum by their rank, without listing all of them."""
    ends = np.cumsum((of_pixel == number).sum(axis=1))
    rows = np.searchsorted(ends, ranks, side="right")
    within = ranks - np.where(rows > 0, ends[np.maximum(rows - 1, 0)], 0)
    columns = [int(np.flatnonzero(of_pixel[row] == number)[place]) for row, place in zip(rows, within, strict=True)]
    return pd.DataFrame({"row": rows.astype(np.int64), "column": np.array(columns, np.int64)})
