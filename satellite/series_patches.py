"""Patches of a series: groups of pixels in one state, with the days and the departure of what happened."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import ndimage

from gis import schema
from gis.crs import STORAGE
from satellite import indices, patches
from satellite.patches import Grid
from satellite.series import CONFIRMED, PROVISIONAL, STATES, Params, Watch
from satellite.series_pixels import SCALE

SCHEMA = patches.SCHEMA.add_columns(
    {
        "state": schema.text(schema.one_of(STATES[PROVISIONAL], STATES[CONFIRMED])),
        "index": schema.text(),
        "departure": schema.number(-3, 3),
        "begun_on": schema.day(),
        "confirmed_on": schema.day(nullable=True),
        "last_seen_on": schema.day(),
        "still_share": schema.number(0, 1),
    }
)
"""``patches.SCHEMA`` (``before_on`` is the last day of the history, ``after_on`` that of the last look) and: the mean
departure of the index from its baseline; the first day of the earliest run; the last day a pixel was confirmed and a
pixel was seen; the share of pixels whose last look still departs. ``score`` is 1 - threshold / departure in units of
the scene's typical spread: 0 at the threshold, 0.5 at twice it; a rank, no probability."""

_TOUCHING = np.ones((3, 3), bool)
_FEWEST_PX = 4
_NO_DAY = np.iinfo(np.uint16).max

Tile = tuple[slice, slice]


@dataclass(frozen=True)
class Facts:
    """What all patches of a report share.

    Attributes
    ----------
    index : str
    typical : float
        See ``series.typical_spread``.
    before_on, after_on : date
        Last day of the history, day of the last look.
    """

    index: str
    typical: float
    before_on: date
    after_on: date


@dataclass(frozen=True)
class Groups:
    """Connected pixels of one state.

    Attributes
    ----------
    of_pixel : (rows, columns) int32
        0 outside, then 1 to n.
    states : (n,) str
    too_small : int
        How many groups were dropped for their size.
    """

    of_pixel: NDArray[np.int32]
    states: tuple[str, ...]
    too_small: int


def group(state: NDArray[np.uint8], grid: Grid, params: Params) -> Groups:
    """Group touching pixels that are confirmed, and apart from them those that are provisional."""
    smallest_px = max(_FEWEST_PX, int(np.ceil(params.smallest_m2 / grid.pixel_m2)))
    labels = np.zeros(state.shape, np.int32)
    names: list[str] = []
    too_small = 0
    for wanted in (CONFIRMED, PROVISIONAL):
        groups, found = ndimage.label(state == wanted, _TOUCHING)
        keep = np.bincount(groups.ravel(), minlength=found + 1) >= smallest_px
        keep[0] = False
        labels += np.where(keep, np.cumsum(keep) + len(names), 0).astype(np.int32)[groups]
        names += [STATES[wanted]] * int(keep.sum())
        too_small += int(found - keep.sum())
    return Groups(labels, tuple(names), too_small)


def describe(
    groups: Groups, tiles: Iterable[tuple[Tile, Watch]], *, grid: Grid, facts: Facts, params: Params
) -> gpd.GeoDataFrame:
    """Return the patches of a series as a table, strongest first; see ``SCHEMA``.

    Parameters
    ----------
    groups : Groups
    tiles : iterable of ((rows, columns), Watch)
        The state piece by piece; together they cover the grid once.
    grid : Grid
    facts : Facts
    params : Params
    """
    table = _summed(groups, tiles)
    outlines = patches.polygons(groups.of_pixel, grid)
    limit = params.threshold * facts.typical
    table["score"] = np.clip(1 - limit / np.maximum(table["departure"].abs(), limit), 0, 1)
    table["machine_class"] = "other"
    table["area_m2"] = patches.areas_m2(outlines)
    for name, day in (("before_on", facts.before_on), ("after_on", facts.after_on)):
        table[name] = pd.Series(day, index=table.index, dtype="datetime64[us]")
    for name in indices.INDICES:
        table[f"d_{name}"] = np.clip(table["departure"], -2, 2) if facts.index == name else np.nan
    table["index"] = facts.index
    table["patch_id"] = [
        _name(outline, begun) for outline, begun in zip(outlines, table["begun_on"].astype(str), strict=True)
    ]
    found = gpd.GeoDataFrame(table, geometry=outlines.to_numpy(), crs=STORAGE)
    found = found[[*SCHEMA.columns]].sort_values(["score", "patch_id"], ascending=[False, True], ignore_index=True)
    checked: gpd.GeoDataFrame = schema.demand(found, SCHEMA, "series")
    return checked


def _summed(groups: Groups, tiles: Iterable[tuple[Tile, Watch]]) -> pd.DataFrame:
    count = len(groups.states)
    pixels, still, departure = np.zeros(count + 1), np.zeros(count + 1), np.zeros(count + 1)
    begun = np.full(count + 1, _NO_DAY, np.uint16)
    latest = np.zeros((2, count + 1), np.uint16)
    for (rows, columns), watch in tiles:
        labels = groups.of_pixel[rows, columns]
        inside = labels > 0
        ids = labels[inside]
        pixels += np.bincount(ids, minlength=count + 1)
        still += np.bincount(ids, weights=watch.run[inside] != 0, minlength=count + 1)
        departure += np.bincount(ids, weights=watch.departure[inside], minlength=count + 1)
        np.minimum.at(begun, ids, watch.days[0][inside])
        for most, days in zip(latest, watch.days[1:], strict=True):
            np.maximum.at(most, ids, days[inside])
    return pd.DataFrame(
        {
            "state": list(groups.states),
            "departure": departure[1:] / np.maximum(pixels[1:], 1) / SCALE,
            "still_share": still[1:] / np.maximum(pixels[1:], 1),
            "begun_on": _dates(begun[1:]),
            "confirmed_on": _dates(latest[0, 1:]),
            "last_seen_on": _dates(latest[1, 1:]),
        }
    )


def _dates(days: NDArray[np.uint16]) -> NDArray[np.datetime64]:
    dates = days.astype("datetime64[D]").astype("datetime64[us]")
    dates[days == 0] = np.datetime64("NaT")
    return dates


def _name(outline: object, begun_on: str) -> str:
    """Derive the id from the first day and the outline, so that a re-run gives the same one."""
    return "S" + hashlib.sha256(f"{begun_on}|{outline:.6f}".encode()).hexdigest()[:12]
