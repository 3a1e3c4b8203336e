"""Seams: patches that the border of a tile cut in two, joined again, and those seen twice where tiles overlap."""

from collections.abc import Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gis import schema
from satellite import merging, patches

# A tenth of a metre: corners that two tiles share differ by rounding alone.
_TOUCHING_DEG = 1e-6


@dataclass(frozen=True)
class Joined:
    """The patches of all tiles (``patches.SCHEMA``), how many had been cut, and how many were too small in the end."""

    patches: gpd.GeoDataFrame
    joined: int
    too_small: int


def join(tiles: Sequence[gpd.GeoDataFrame], *, smallest_m2: float) -> Joined:
    """Join the patches of neighbouring tiles.

    Two patches are one if they touch or overlap, lie in different tiles, have the same machine class, and their later
    dates lie at most 28 days apart. The whole has the area of its outline on the ellipsoid, all else as
    ``merging.merge`` joins it, the id of its strongest part among it.

    Parameters
    ----------
    tiles : sequence of GeoDataFrame
        See ``patches.SCHEMA``, one a tile; further columns are kept.
    smallest_m2 : float
        Smaller patches are dropped, after joining.
    """
    filled = [table.assign(_tile=number) for number, table in enumerate(tiles) if len(table)]
    if not filled:
        nothing = gpd.GeoDataFrame({name: [] for name in patches.SCHEMA.columns}, crs="EPSG:4490")
        return Joined(tiles[0] if tiles else nothing, 0, 0)
    table = gpd.GeoDataFrame(pd.concat(filled, ignore_index=True), crs=filled[0].crs)
    group = _groups(table)
    sizes = np.bincount(group)
    several, table = sizes[group] > 1, table.drop(columns="_tile")
    parts = [table[~several], *([_wholes(table[several], group[several])] if several.any() else [])]
    together = gpd.GeoDataFrame(pd.concat(parts, ignore_index=True), crs=table.crs)
    kept = together[together["area_m2"] >= smallest_m2]
    ranked = kept.sort_values(["score", "patch_id"], ascending=[False, True], ignore_index=True)
    checked: gpd.GeoDataFrame = schema.demand(ranked, patches.SCHEMA, "patches")
    return Joined(checked, int(sizes[sizes > 1].sum()), len(together) - len(kept))


def _groups(table: gpd.GeoDataFrame) -> NDArray[np.int32]:
    """Return which patches are one: a number a row."""
    outlines = table.geometry.to_numpy()
    one, other = shapely.STRtree(outlines).query(outlines, predicate="dwithin", distance=_TOUCHING_DEG)
    classes = table["machine_class"].to_numpy()
    tile = table["_tile"].to_numpy()
    days = table["after_on"].to_numpy("datetime64[D]")
    same = (one < other) & (classes[one] == classes[other]) & (tile[one] != tile[other])
    same &= merging.near_in_time(days[one], days[other], merging.APART_DAYS)
    return merging.linked(one[same], other[same], len(table))


def _wholes(parts: gpd.GeoDataFrame, group: NDArray[np.int32]) -> gpd.GeoDataFrame:
    """Return one row for the parts of each patch; what two tiles saw twice counts once."""
    made = merging.wholes(parts, group)
    area = np.array(patches.areas_m2(made.geometry))
    if "pixels" in made:
        share = area / np.maximum(made["area_m2"].to_numpy(dtype=float), 1e-9)
        made["pixels"] = np.maximum(np.rint(made["pixels"] * np.minimum(share, 1)), 1).astype(int)
    return made.assign(area_m2=area)
