"""Seams: patches that the border of a tile cut in two, joined again, and those seen twice where tiles overlap."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from gis import schema
from gis.crs import GEODESIC
from satellite import patches

# A tenth of a metre: corners that two tiles share differ by rounding alone.
_TOUCHING_DEG = 1e-6
_SNAP_DEG = 1e-8
_APART_DAYS = 28


@dataclass(frozen=True)
class Joined:
    """The patches of all tiles (``patches.SCHEMA``), how many had been cut, and how many were too small in the end."""

    patches: gpd.GeoDataFrame
    joined: int
    too_small: int


def join(tiles: Sequence[gpd.GeoDataFrame], *, smallest_m2: float) -> Joined:
    """Join the patches of neighbouring tiles.

    Two patches are one if they touch or overlap, lie in different tiles, have the same machine class, and their later
    dates lie at most 28 days apart. The whole has the area of its outline on the ellipsoid, means of all figures
    weighed by area, the first of the earlier and the last of the later dates, and an id of its own outline.

    Parameters
    ----------
    tiles : sequence of GeoDataFrame
        See ``patches.SCHEMA``, one a tile; further columns are kept.
    smallest_m2 : float
        Smaller patches are dropped, after joining.
    """
    filled = [table.assign(_tile=number) for number, table in enumerate(tiles) if len(table)]
    if not filled:
        return Joined(gpd.GeoDataFrame({name: [] for name in patches.SCHEMA.columns}, crs="EPSG:4490"), 0, 0)
    table = gpd.GeoDataFrame(pd.concat(filled, ignore_index=True), crs=filled[0].crs)
    group = _groups(table)
    sizes = np.bincount(group)
    whole = table[sizes[group] == 1].drop(columns="_tile")
    made = [_made(table[group == one].drop(columns="_tile")) for one in np.flatnonzero(sizes > 1)]
    parts = [whole, *([gpd.GeoDataFrame(made, crs=table.crs)] if made else [])]
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
    apart = np.abs((days[one] - days[other]).astype(float))
    same = (one < other) & (classes[one] == classes[other]) & (tile[one] != tile[other])
    # Two dates unknown agree; one unknown and one known do not tell.
    same &= np.isnat(days[one]) | np.isnat(days[other]) | (apart <= _APART_DAYS)
    edges = coo_array((np.ones(int(same.sum())), (one[same], other[same])), shape=(len(table), len(table)))
    numbers: NDArray[np.int32] = connected_components(edges, directed=False)[1]
    return numbers


def _made(parts: gpd.GeoDataFrame) -> dict[str, object]:
    """Return one row for the parts of a patch."""
    outline = shapely.union_all(parts.geometry.to_numpy(), grid_size=_SNAP_DEG)
    weights = parts["area_m2"].to_numpy()
    strongest = parts.sort_values(["score", "patch_id"], ascending=[False, True]).iloc[0]
    row: dict[str, object] = {}
    for name, column in parts.items():
        if name == "geometry":
            row[name] = outline
        elif pd.api.types.is_datetime64_any_dtype(column):
            row[str(name)] = column.min() if name == "before_on" else column.max()
        elif pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column):
            known = column.notna().to_numpy()
            row[str(name)] = np.average(column[known], weights=weights[known]) if known.any() else np.nan
        else:
            row[str(name)] = strongest[name]
    row["area_m2"] = abs(GEODESIC.geometry_area_perimeter(outline)[0])
    spoken = f"{row['before_on']}|{row['after_on']}|{outline:.6f}"
    row["patch_id"] = "P" + hashlib.sha256(spoken.encode()).hexdigest()[:12]
    return row
