"""Scenes of one grid joined: a stack over time, or a mosaic of neighbours; each pixel keeps whose it is."""

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
import xarray as xr

from satellite.rasters import OUTSIDE


def stacked(scenes: Sequence[xr.Dataset]) -> xr.Dataset:
    """Return scenes of one grid as one Dataset with dims (time, y, x), the earliest first; bands that all have.

    Raises
    ------
    ValueError
        If their grids or CRSs differ, or one tells no time.
    """
    _demand_same_grid(scenes)
    if any("time" not in scene.coords for scene in scenes):
        raise ValueError("a scene without a time cannot be stacked")
    ordered = sorted(scenes, key=lambda scene: scene["time"].to_numpy())
    common = [name for name in ordered[0].data_vars if all(name in scene for scene in ordered)]
    numbered, table = _numbered(ordered)
    joined = xr.concat(
        [scene[common] for scene in numbered],
        "time",
        combine_attrs="drop_conflicts",
        coords="minimal",
        compat="override",
        join="exact",
    )
    joined["source"].attrs["scenes"] = table
    return joined


def mosaicked(scenes: Sequence[xr.Dataset]) -> xr.Dataset:
    """Return scenes of one grid as one, each pixel from the first scene that knows all bands of it.

    Raises
    ------
    ValueError
        If their grids or CRSs differ.
    """
    _demand_same_grid(scenes)
    numbered, table = _numbered(scenes)
    joined = numbered[0]
    for scene in numbered[1:]:
        names = [name for name in joined.data_vars if name in scene]
        taken = joined["source"] > OUTSIDE
        known = (scene["source"] > OUTSIDE) | (joined["source"] == OUTSIDE)
        joined = joined[names].where(taken | ~known, scene[names])
    joined["source"].attrs["scenes"] = table
    return joined


def _demand_same_grid(scenes: Sequence[xr.Dataset]) -> None:
    first = scenes[0]
    for scene in scenes:
        if scene.rio.crs is None or scene.rio.crs != first.rio.crs:
            raise ValueError("scenes of one stack share a coordinate system")
        if any(not np.array_equal(scene[axis], first[axis]) for axis in ("y", "x")):
            raise ValueError("scenes of one stack share a grid")


def _numbered(scenes: Sequence[xr.Dataset]) -> tuple[list[xr.Dataset], str]:
    """Return scenes whose numbers in ``source`` do not repeat, and the table of all of them."""
    made: list[xr.Dataset] = []
    rows: list[dict[str, Any]] = []
    for scene in scenes:
        shift = len(rows)
        own = json.loads(scene["source"].attrs["scenes"])
        rows += [row | {"number": row["number"] + shift} for row in own]
        source = scene["source"]
        moved = source.where(source <= OUTSIDE, source + np.int16(shift)).astype(np.int16)
        made.append(scene.assign(source=moved))
    return made, json.dumps(rows, ensure_ascii=False)
