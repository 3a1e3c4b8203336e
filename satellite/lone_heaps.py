"""Heaps of a single flight: how much lies within an outline above the ground that its surroundings foretell.

No earlier flight is needed; what lies under the heap is inferred from its rim (``rim_surfaces``) and the volume says
how surely. An outline has to hold the whole foot.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from shapely.geometry.base import BaseGeometry

from gis import schema
from satellite import heaps, rim_surfaces
from satellite.heaps import Params
from satellite.orthomosaics import mask_of
from satellite.patches import Grid
from satellite.rim_surfaces import FEWEST, Surface

Heights = NDArray[np.float64]
Flags = NDArray[np.bool_]

REMARKS = ("", "open", "cut")
"""Nothing to remark; the rim is seen on less than two thirds of the way around; the outline seems to cut the foot."""
SCHEMA = schema.table(
    {
        **heaps.SCHEMA.columns,
        "outline": schema.number(0),
        "scatter_m": schema.number(0),
        "rim_share": schema.number(0, 1),
        "remark": schema.text(schema.one_of(*REMARKS)),
    }
)
"""Columns of ``heaps.SCHEMA``; ``outline`` is the number of the outline as given, from 1; ``scatter_m`` how far single
places of the rim lie off the ground fitted through them; ``rim_share`` the share of the way around with a rim."""

GAP_M = 1.0
"""The rim begins that far beyond the outline, which is drawn by hand."""
_LEAST_RIM_M, _RIM = 4.0, 0.6
_RIM_PLACES, _UNDER_PLACES = 200, 160
_SECTORS, _OPEN = 24, 2 / 3
_CUT, _LEAST_STEP_M = 0.1, 0.05


@dataclass(frozen=True)
class Found:
    """Volumes, and the numbers (from 1) of outlines that could not be measured: nothing seen within or around them."""

    table: gpd.GeoDataFrame
    unmeasured: tuple[int, ...]


class _Places(NamedTuple):
    """Squares of some pixels: their middles (row, column) and median heights, which half a vehicle does not lift."""

    at: Heights
    height: Heights


def reach_m(outline: BaseGeometry) -> float:
    """Return how far around an outline (metres) the ground is looked at."""
    return GAP_M + max(_LEAST_RIM_M, _RIM * float(np.sqrt(outline.area / np.pi)))


def measure(heights: Heights, grid: Grid, outlines: Sequence[BaseGeometry], *, params: Params | None = None) -> Found:
    """Measure what lies within outlines above, or was dug out below, the ground around them.

    Parameters
    ----------
    heights : (rows, columns) float
        A surface model, metres; NaN where unknown.
    grid : Grid
        Metric.
    outlines : sequence of Polygon or MultiPolygon
        In the grid's system, around the whole foot; another outline is no rim of its neighbour.
    params : Params, optional
        Its ``smallest_m2`` does not count here.

    Raises
    ------
    ValueError
        If the model has not the grid's shape.
    """
    params = params or Params()
    if heights.shape != (grid.rows, grid.columns):
        raise ValueError(f"{heights.shape} on {grid.rows} x {grid.columns}")
    pixel_m = float(np.sqrt(grid.pixel_m2))
    taken = mask_of(grid, [outline.buffer(GAP_M) for outline in outlines])
    rows, extra, unmeasured = [], [], []
    for number, outline in enumerate(outlines, start=1):
        inside = mask_of(grid, [outline.buffer(GAP_M)])
        rim = mask_of(grid, [outline.buffer(reach_m(outline))]) & ~taken & np.isfinite(heights)
        known = inside & np.isfinite(heights)
        around = _places(rim, heights, _RIM_PLACES)
        if not known.any() or len(around.at) < FEWEST:
            unmeasured.append(number)
            continue
        under = _places(known, heights, _UNDER_PLACES)
        surface = rim_surfaces.fit(around.at * pixel_m, around.height, under.at * pixel_m)
        row = _measured(heights, known, inside, under, surface)
        rows.append(row | {"geometry": outline})
        column, line = ~grid.transform @ (outline.centroid.x, outline.centroid.y)
        share = _seen_around(around.at[surface.used] - [line, column])
        far = ndimage.distance_transform_edt(~inside)[tuple(around.at.astype(int).T)] * pixel_m
        remark = "open" if share < _OPEN else "cut" if _cut(around, far, row) else ""
        extra.append((number, surface.scatter_m, share, remark))
    return Found(_table(rows, extra, grid, params), tuple(unmeasured))


def _places(where: Flags, heights: Heights, most: int) -> _Places:
    """Return squares of pixels, so large that there are not many more of them than asked for; half-full ones count."""
    edge = max(1, int(np.ceil(np.sqrt(where.sum() / most))))
    row, column = np.nonzero(where)
    square = row // edge * (where.shape[1] // edge + 1) + column // edge
    _, number, count = np.unique(square, return_inverse=True, return_counts=True)
    at = np.column_stack([np.bincount(number, each + 0.5) / count for each in (row, column)])
    values = heights[row, column]
    ordered, first = values[np.lexsort((values, number))], np.cumsum(count) - count
    median = (ordered[first + (count - 1) // 2] + ordered[first + count // 2]) / 2
    kept = 2 * count >= edge * edge
    return _Places(at[kept], median[kept])


def _measured(heights: Heights, known: Flags, inside: Flags, under: _Places, surface: Surface) -> dict[str, Any]:
    own = heights[known]
    above = float(own.mean()) - surface.mean_m
    pixels = int(inside.sum())
    # A place under the heap is as noisy as one of the rim.
    error = np.hypot(surface.error_m, surface.scatter_m / np.sqrt(len(under.at)))
    sign = 1.0 if above >= 0 else -1.0
    extreme = float((sign * (under.height - surface.height_m)).max())
    return {
        "kind": "heap" if above >= 0 else "pit",
        # Holes in a model are taken to be as high as the rest on average.
        "volume_px": abs(above) * pixels,
        "error_px": float(error) * pixels,
        "pixels": pixels,
        "extreme_m": max(extreme, 0.0),
    }


def _seen_around(apart: Heights) -> float:
    sectors = np.floor((np.arctan2(apart[:, 0], apart[:, 1]) / (2 * np.pi) + 0.5) * _SECTORS).astype(int) % _SECTORS
    return len(np.unique(sectors)) / _SECTORS


def _cut(around: _Places, far_m: Heights, row: dict[str, Any]) -> bool:
    """Tell whether the rim next to the outline rises (or sinks) towards it, against a plane through the outer half."""
    outer, inner = far_m >= np.median(far_m), far_m <= np.quantile(far_m, 0.25)
    terms = np.column_stack([np.ones(len(around.at)), around.at])
    plane = np.linalg.lstsq(terms[outer], around.height[outer], rcond=None)[0]
    step = float(np.median((around.height - terms @ plane)[inner])) * (1 if row["kind"] == "heap" else -1)
    return step > max(_LEAST_STEP_M, _CUT * row["extreme_m"])


def _table(
    rows: list[dict[str, Any]], extra: list[tuple[int, float, float, str]], grid: Grid, params: Params
) -> gpd.GeoDataFrame:
    # The table of heaps is sorted by volume: what belongs to a row is sorted along.
    order = sorted(range(len(rows)), key=lambda at: -rows[at]["volume_px"])
    table = heaps.as_table([rows[at] for at in order], grid, params)
    columns = list(zip(*(extra[at] for at in order), strict=True)) or [(), (), (), ()]
    names = ("outline", "scatter_m", "rim_share", "remark")
    made = table.assign(**{name: list(values) for name, values in zip(names, columns, strict=True)})
    kinds = {"outline": float, "scatter_m": float, "rim_share": float, "remark": str}
    return gpd.GeoDataFrame(schema.demand(made.astype(kinds), SCHEMA, "heaps"))
