"""Heaps and pits: what two surface models of a drone say was piled up or dug out, how much, and how surely.

Volumes are summed over the whole of a heap, foot and all: leaving out what lies below the level of detection would
make every heap too small (S. W. Anderson 2019, Earth Surface Processes and Landforms 44, 1015-1033). That a change is
believed where its neighbours changed too is the idea of J. M. Wheaton et al. (2010), the same journal 35, 136-156.
"""

import hashlib
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from rasterio import features
from scipy import ndimage, signal
from shapely.geometry import Point, shape
from shapely.geometry.base import BaseGeometry
from shapely.ops import unary_union

from gis import schema
from gis.crs import STORAGE
from satellite import stable_ground
from satellite.patches import Grid
from satellite.stable_ground import Ground

Heights = NDArray[np.float64]
Flags = NDArray[np.bool_]

KINDS = ("heap", "pit")
SCHEMA = schema.table(
    {
        "heap_id": schema.text(unique=True),
        "kind": schema.text(schema.one_of(*KINDS)),
        "volume_m3": schema.number(0),
        "low_m3": schema.number(),
        "high_m3": schema.number(0),
        "error_m3": schema.number(0),
        "area_m2": schema.number(0),
        "extreme_m": schema.number(0),
        "mean_m": schema.number(),
        "geometry": schema.shape("Polygon", "MultiPolygon"),
    }
)
"""``volume_m3`` is what was piled up (heap) or dug out (pit), between ``low_m3`` and ``high_m3`` at the level asked
for; ``error_m3`` is one standard error, ``extreme_m`` the greatest height or depth. Largest first."""

_SMOOTHING_PX = 1.5
_SURE = 3.5
_CORE = 3.0
_FOOT = 0.2
_LEAST_FOOT_PX = 3
_LARGEST_PX = 700


@dataclass(frozen=True)
class Params:
    """What a user may set.

    Attributes
    ----------
    level : float
        Share of cases in which the interval is to hold the truth, 0 to 1.
    smallest_m2 : float
        Smaller ones are passed over.
    """

    level: float = 0.95
    smallest_m2: float = 10.0

    def __post_init__(self) -> None:
        """Refuse values without meaning."""
        if not 0 < self.level < 1 or self.smallest_m2 < 0:
            raise ValueError(f"no such heaps: {self}")

    @property
    def z(self) -> float:
        """Standard errors on either side of the interval."""
        return NormalDist().inv_cdf(0.5 + self.level / 2)


@dataclass(frozen=True)
class Found:
    """Heaps and pits, and what stood behind them.

    Attributes
    ----------
    table : GeoDataFrame
        See ``SCHEMA``.
    heights : (rows, columns) float32
        Later minus earlier without offset and tilt, metres; NaN where either is unknown.
    ground : Ground
    lod_m : float
        Level of detection of a single pixel.
    within_error : int
        Places that stood out but whose volume is within its error.
    """

    table: gpd.GeoDataFrame
    heights: NDArray[np.float32]
    ground: Ground
    lod_m: float
    within_error: int


def find(
    before: Heights, after: Heights, grid: Grid, *, params: Params | None = None, stable: Flags | None = None
) -> Found:
    """Find heaps and pits between two surface models.

    Parameters
    ----------
    before, after : (rows, columns) float
        Heights, metres, on one grid; NaN where unknown. Of different vertical datums if need be: offset and tilt of
        stable ground are taken out.
    grid : Grid
    params : Params, optional
    stable : (rows, columns) bool, optional
        See ``stable_ground.measure``.

    Raises
    ------
    ValueError
        If the models have not the grid's shape.
    WorkbenchError
        ``heaps.no_stable``.
    """
    params = params or Params()
    if not before.shape == after.shape == (grid.rows, grid.columns):
        raise ValueError(f"{before.shape} and {after.shape} on {grid.rows} x {grid.columns}")
    pixel_m2 = grid.pixel_m2
    heights, ground = stable_ground.measure(after.astype(np.float64) - before, float(np.sqrt(pixel_m2)), stable)
    limit_m = ground.lod_m(params.z)
    rows, within = [], 0
    smooth = _smooth(heights)
    limit, smallest_px = _CORE * ground.sigma_m, max(1, round(params.smallest_m2 / pixel_m2))
    for sign, kind in ((1, "heap"), (-1, "pit")):
        for window, inside in _regions(sign * smooth, limit, smallest_px):
            row = _measured(sign * heights, smooth * sign, window, inside, ground) | {"kind": kind}
            if row["volume_px"] < max(_SURE, params.z) * row["error_px"]:
                within += 1
                continue
            rows.append(row | {"geometry": _outline(window, inside, grid)})
    return Found(as_table(rows, grid, params), heights.astype(np.float32), ground, limit_m, within)


def as_table(rows: list[dict[str, Any]], grid: Grid, params: Params) -> gpd.GeoDataFrame:
    """Return measured heaps as a table, see ``SCHEMA``.

    Parameters
    ----------
    rows : list of dict
        ``volume_px`` and ``error_px`` in metres times pixels, ``pixels``, ``extreme_m``, ``kind``, and ``geometry`` in
        the grid's system.
    grid : Grid
    params : Params
    """
    pixel_m2 = grid.pixel_m2
    table = pd.DataFrame(rows, columns=["volume_px", "error_px", "pixels", "extreme_m", "kind", "geometry"])
    table = table.sort_values("volume_px", ascending=False, kind="stable", ignore_index=True)
    volume, error = (table[name].astype(float) * pixel_m2 for name in ("volume_px", "error_px"))
    outlines = gpd.GeoSeries(table["geometry"], crs=grid.crs).to_crs(STORAGE)
    found = gpd.GeoDataFrame(
        {
            "heap_id": [
                _id(kind, outline) for kind, outline in zip(table["kind"], outlines.representative_point(), strict=True)
            ],
            "kind": table["kind"],
            "volume_m3": volume,
            "low_m3": volume - params.z * error,
            "high_m3": volume + params.z * error,
            "error_m3": error,
            "area_m2": table["pixels"].astype(float) * pixel_m2,
            "extreme_m": table["extreme_m"].astype(float),
            "mean_m": (table["volume_px"] / table["pixels"]).astype(float),
        },
        geometry=outlines,
        crs=STORAGE,
    )
    return schema.demand(found, SCHEMA, "heaps")


def volume_error_px(inside: Flags, sums: Heights, ground: Ground) -> float:
    """Return the standard error of a sum of heights over some pixels, in metres times pixels.

    Three parts: errors that stand alone, errors related to their neighbourhood (summed over all pairs of pixels, so
    that the shape of the heap counts), and the error of offset and tilt. Anderson (2019), equations 11 to 15, with the
    double sum itself in place of its approximation for large areas.

    Parameters
    ----------
    inside : (rows, columns) bool
        The pixels, cut out.
    sums : (3,) float64
        See ``stable_ground.summed``.
    ground : Ground
    """
    alone = ground.nugget_m2 * inside.sum()
    related = 0.0
    if ground.sill_m2 > 0:
        step = max(1, int(np.ceil(max(inside.shape) / _LARGEST_PX)))
        counts = _counted(inside, step)
        pixel_m = ground.pixel_m * step
        reach = min(int(np.ceil(ground.range_m / pixel_m)), max(counts.shape))
        around = np.arange(-reach, reach + 1) * pixel_m
        kernel = ground.covariance(np.hypot(around[:, None], around[None, :]))
        related = float((counts * signal.fftconvolve(counts, kernel, mode="same")).sum())
    levelled = float(sums @ ground.normal @ sums) * ground.integral
    return float(np.sqrt(alone + max(related, 0.0) + levelled))


def _smooth(heights: Heights) -> Heights:
    known = np.isfinite(heights)
    weight = ndimage.gaussian_filter(known.astype(np.float64), _SMOOTHING_PX)
    smooth = ndimage.gaussian_filter(np.where(known, heights, 0.0), _SMOOTHING_PX) / np.maximum(weight, 1e-9)
    return np.where(known, smooth, 0.0)


def _regions(smooth: Heights, limit: float, smallest_px: int) -> list[tuple[tuple[slice, slice], Flags]]:
    """Return the places where something was piled up, foot and all, each as a window and the pixels in it.

    The foot is laid around by a share of the heap's own size. Following the heights down into the noise would pick the
    places where error adds, and every heap would come out too large.
    """
    cores, count = ndimage.label(smooth > limit, np.ones((3, 3)))
    sizes = np.bincount(cores.ravel(), minlength=count + 1)
    found = []
    for number, window in enumerate(ndimage.find_objects(cores), start=1):
        if sizes[number] < smallest_px:
            continue
        foot = max(_LEAST_FOOT_PX, round(_FOOT * np.sqrt(sizes[number] / np.pi)))
        wide = tuple(
            slice(max(0, part.start - foot), min(limit, part.stop + foot))
            for part, limit in zip(window, smooth.shape, strict=True)
        )
        own = ndimage.binary_fill_holes(cores[wide] == number)
        inside = ndimage.distance_transform_edt(~own) <= foot
        # What belongs to a neighbour stays the neighbour's.
        found.append(((wide[0], wide[1]), inside & (own | (cores[wide] == 0))))
    return found


def _measured(
    heights: Heights, smooth: Heights, window: tuple[slice, slice], inside: Flags, ground: Ground
) -> dict[str, Any]:
    own = heights[window]
    known = inside & np.isfinite(own)
    whole = np.zeros(heights.shape, bool)
    whole[window] = known
    # Holes in a model are taken to be as high as the rest on average, and no surer.
    share = inside.sum() / known.sum()
    volume = float(own[known].sum()) * share
    error = volume_error_px(known, stable_ground.summed(whole), ground) * share
    return {
        "volume_px": volume,
        "error_px": error,
        "pixels": int(inside.sum()),
        "extreme_m": smooth[window][known].max(),
    }


def _outline(window: tuple[slice, slice], inside: Flags, grid: Grid) -> BaseGeometry:
    rows, columns = window
    corner = grid.part((rows.start, rows.stop), (columns.start, columns.stop)).transform
    parts = features.shapes(inside.astype(np.uint8), mask=inside, transform=corner, connectivity=8)
    return unary_union([shape(outline) for outline, _ in parts])


def _id(kind: str, point: Point) -> str:
    text = f"{kind} {point.x:.6f} {point.y:.6f}"
    return f"V{hashlib.sha256(text.encode()).hexdigest()[:10]}"


def _counted(inside: Flags, step: int) -> Heights:
    """Return how many pixels are inside each square of ``step`` pixels."""
    rows, columns = (-(-size // step) * step for size in inside.shape)
    padded = np.zeros((rows, columns))
    padded[: inside.shape[0], : inside.shape[1]] = inside
    return padded.reshape(rows // step, step, columns // step, step).sum(axis=(1, 3))
