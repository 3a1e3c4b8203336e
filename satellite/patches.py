"""Patches: polygons from pixels and summaries of pixels under polygons. The one door between raster and vector."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import pairwise

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from affine import Affine
from exactextract import exact_extract
from exactextract.raster import NumPyRasterSource
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from rasterio import features
from scipy import ndimage
from shapely import Geometry

from gis import schema
from gis.crs import GEODESIC, STORAGE
from satellite import outlines as tracing
from satellite import runs
from satellite.runs import Runs
from satellite.targets import CLASSES, differences

SCHEMA = schema.table(
    {
        "patch_id": schema.text(unique=True),
        "machine_class": schema.text(schema.one_of(*CLASSES)),
        "score": schema.number(0, 1),
        "area_m2": schema.number(0),
        "before_on": schema.day(nullable=True),
        "after_on": schema.day(nullable=True),
        "d_ndvi": schema.number(-2, 2, nullable=True),
        "d_ndwi": schema.number(-2, 2, nullable=True),
        "d_ndbi": schema.number(-2, 2, nullable=True),
        "geometry": schema.shape("Polygon", "MultiPolygon"),
    }
)
"""``score`` is 1 - threshold / mean strength: 0 at the threshold, 0.5 at twice it; a rank, no probability.
``d_*`` are index differences, after minus before, of the patch means."""

CHANGED, UNCHANGED, UNSEEN = 1, 0, 255
VOTES = np.array([0.5 if name == "other" else 1.0 for name in CLASSES], np.float32)
"""Weight of a neighbour's class in ``consolidate``."""

_NODE_PX = 256

Strip = tuple[int, NDArray[np.float32], NDArray[np.float32]]
"""First row, and both dates' bands (p, rows, columns) of these rows."""


@dataclass(frozen=True)
class Grid:
    """Where pixels lie: CRS, affine transform from (column, row) to map units, and (rows, columns)."""

    crs: CRS
    transform: Affine
    rows: int
    columns: int

    @property
    def pixel_m2(self) -> float:
        """Area of the middle pixel on the ellipsoid, square metres, whatever the CRS."""
        return float(self._pixels_m2(np.array([[self.columns // 2 + 0.5, self.rows // 2 + 0.5]]))[0])

    def areas_m2(self, stretches: Runs) -> NDArray[np.float64]:
        """Return the area on the ellipsoid of each run of pixels, square metres.

        The area of a pixel is that of its four corners at nodes ``_NODE_PX`` apart, and linear between them: within
        1e-7 of every pixel's own.
        """
        down, right = (np.linspace(0, size, -(-size // _NODE_PX) + 1) for size in (self.rows, self.columns))
        nodes = self._pixels_m2(np.stack(np.meshgrid(right, down), axis=2).reshape(-1, 2)).reshape(len(down), -1)
        row, column = stretches.row + 0.5, (stretches.first + stretches.last) / 2
        at = np.stack([row * (len(down) - 1) / self.rows, column * (len(right) - 1) / self.columns])
        return np.asarray(stretches.pixels * ndimage.map_coordinates(nodes, at, order=1, mode="nearest"), np.float64)

    def _pixels_m2(self, middles: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the areas of pixels around places (column, row), (n, 2)."""
        corners = middles[:, None] + np.array([[-0.5, -0.5], [0.5, -0.5], [0.5, 0.5], [-0.5, 0.5]])
        x, y = self.places(corners.reshape(-1, 2)).T
        degrees = np.stack(Transformer.from_crs(self.crs, STORAGE, always_xy=True).transform(x, y)).reshape(2, -1, 4)
        return np.abs([GEODESIC.polygon_area_perimeter(lon, lat)[0] for lon, lat in zip(*degrees, strict=True)])

    def part(self, rows: Sequence[int], columns: Sequence[int]) -> "Grid":
        """Return a window of the grid, given by its first and last rows and columns (exclusive)."""
        (top, bottom), (left, right) = rows, columns
        return Grid(self.crs, self.transform @ Affine.translation(left, top), bottom - top, right - left)

    def places(self, pixels: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return map coordinates (n, 2) of pixel coordinates (column, row)."""
        a, b, c, d, e, f = self.transform[:6]
        return pixels @ np.array([[a, d], [b, e]]) + (c, f)


@dataclass(frozen=True)
class Labels:
    """Connected groups of changed pixels of one class.

    Attributes
    ----------
    runs : Runs
        The pixels of the groups, row by row.
    of_run : (n,) int32
        Group of each run, from 0.
    shape : (int, int)
        Rows and columns of the scene.
    classes : tuple of str
        Machine class of each group.
    too_small : int
        How many groups were dropped for their size.
    """

    runs: Runs
    of_run: NDArray[np.int32]
    shape: tuple[int, int]
    classes: tuple[str, ...]
    too_small: int

    @cached_property
    def of_pixel(self) -> NDArray[np.int32]:
        """(rows, columns) int32: 0 outside, then 1 to n in the order of ``classes``."""
        raster = np.zeros(self.shape, np.int32)
        for row, first, last, label in zip(
            self.runs.row, self.runs.first, self.runs.last, self.of_run + 1, strict=True
        ):
            raster[row, first:last] = label
        return raster

    @cached_property
    def pixels(self) -> NDArray[np.int64]:
        """Pixels of each group, closed gaps among them."""
        return np.bincount(self.of_run, weights=self.runs.pixels, minlength=len(self.classes)).astype(np.int64)

    def only(self, keep: NDArray[np.bool_]) -> "Labels":
        """Return the groups where ``keep`` is True, in their order."""
        number = np.cumsum(keep, dtype=np.int32) - np.int32(1)
        kept = keep[self.of_run]
        classes = tuple(name for name, kept_one in zip(self.classes, keep, strict=True) if kept_one)
        return Labels(self.runs.only(kept), number[self.of_run[kept]], self.shape, classes, self.too_small)


def consolidate(kinds: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Give each changed pixel the class that prevails around it, so that a mixed surface makes one patch, not a sieve.

    Parameters
    ----------
    kinds : (rows, columns) uint8
        See ``label``.

    Returns
    -------
    (rows, columns) uint8
        Pixels of 5 x 5 around vote for their class; one without a known class has half a vote, since a rule that holds
        says more than one that does not. What is unchanged or not observed stays so.
    """
    return runs.vote(np.pad(kinds, ((2, 2), (0, 0))), VOTES)


def label(kinds: NDArray[np.uint8], smallest_px: int) -> Labels:
    """Group changed pixels of one class that touch, after closing gaps of one pixel.

    Grouping by class keeps a shed apart from the ploughed field around it.

    Parameters
    ----------
    kinds : (rows, columns) uint8
        0 where nothing changed, 255 where not observed, else 1 + position in ``targets.CLASSES``.
    smallest_px : int
        Groups of fewer pixels are dropped.
    """
    found = runs.find(runs.close(np.pad(kinds, ((2, 2), (0, 0)))))
    shape = (kinds.shape[0], kinds.shape[1])
    return grouped(found, found.pixels, shape, smallest_px)[0]


def grouped(
    found: Runs, weights: NDArray[np.integer], shape: tuple[int, int], smallest_px: int
) -> tuple[Labels, NDArray[np.bool_]]:
    """Group runs of one class that touch; also return which runs are part of a group.

    Parameters
    ----------
    found : Runs
        Kind: 1 + position in ``targets.CLASSES``.
    weights : (n,) int
        Pixels of each run that count for the size.
    shape : (int, int)
    smallest_px : int
        Groups of fewer pixels are dropped.
    """
    groups = runs.group(found)
    count = int(groups.max()) + 1 if groups.size else 0
    keep = np.bincount(groups, weights=weights, minlength=count) >= smallest_px
    kinds = np.zeros(count, np.uint8)
    kinds[groups] = found.kind
    kept_runs = keep[groups] if groups.size else np.zeros(0, bool)
    # By class, then by place.
    order = np.flatnonzero(keep)[np.argsort(kinds[keep], kind="stable")]
    number = np.zeros(count, np.int32)
    number[order] = np.arange(len(order))
    classes = tuple(CLASSES[kind - 1] for kind in kinds[order])
    return Labels(found.only(kept_runs), number[groups[kept_runs]], shape, classes, int(count - keep.sum())), kept_runs


def sums(labels: NDArray[np.int32], strips: Iterable[Strip]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the mean of every band under every label, (p, n) for each date, reading one strip at a time.

    Pixels with NaN in a band take no part in its mean; a label without any is NaN.
    """
    count = int(labels.max())
    totals: NDArray[np.float64] | float = 0.0
    for first_row, *dates in strips:
        part = labels[first_row : first_row + dates[0].shape[1]]
        totals = totals + np.stack([_band_totals(part, bands, count) for bands in dates])
    pixels, values = np.moveaxis(np.asarray(totals), 2, 0)
    with np.errstate(invalid="ignore"):
        means = values / np.where(pixels == 0, np.nan, pixels)
    return means[0], means[1]


def polygons(labels: NDArray[np.int32], grid: Grid) -> gpd.GeoSeries:
    """Return the outline of every label (1 to n) in label order, EPSG:4490; see ``outlines.smooth``."""
    found = runs.find(labels, unseen=-1)
    drawn = tracing.trace(found, found.kind.astype(np.int32) - 1, int(labels.max(initial=0)))
    return _placed(tracing.smooth(drawn), grid)


def _placed(drawn: NDArray[np.object_], grid: Grid) -> gpd.GeoSeries:
    """Carry outlines from pixel coordinates to EPSG:4490."""
    return gpd.GeoSeries(shapely.transform(drawn, grid.places), crs=grid.crs).to_crs(STORAGE)


@dataclass(frozen=True)
class Look:
    """What was looked at: band names and the two dates (None where unknown)."""

    bands: tuple[str, ...]
    before_on: date | None
    after_on: date | None


@dataclass(frozen=True)
class Marks:
    """Of each group: mean strength, and row and column of the strongest pixel."""

    strength: NDArray[np.float64]
    row: NDArray[np.integer]
    column: NDArray[np.integer]


def marks_of(labels: Labels, strength: NDArray[np.float32]) -> Marks:
    """Return the marks of each group in a raster of strengths."""
    numbers = np.arange(1, len(labels.classes) + 1)
    peaks = np.array(ndimage.maximum_position(strength, labels.of_pixel, numbers), int).reshape(-1, 2)
    return Marks(np.asarray(ndimage.mean(strength, labels.of_pixel, numbers), float), peaks[:, 0], peaks[:, 1])


def describe(
    labels: Labels,
    strength: NDArray[np.float32] | Marks,
    means: tuple[NDArray[np.float64], NDArray[np.float64]],
    *,
    grid: Grid,
    threshold: float,
    look: Look,
) -> gpd.GeoDataFrame:
    """Return the patches of a labelled image as a table, strongest first; see ``SCHEMA``.

    Parameters
    ----------
    labels : Labels
    strength : (rows, columns) float32 or Marks
        See ``change.strength``.
    means : two (p, n) arrays
        See ``sums``.
    grid : Grid
    threshold : float
        Strength above which a pixel counts as changed.
    look : Look

    Returns
    -------
    GeoDataFrame
        Its index is the number of the label, from 1. Areas are those of the pixels, outlines are smoothed.
    """
    marks = strength if isinstance(strength, Marks) else marks_of(labels, strength)
    before, after = (dict(zip(look.bands, date_means, strict=True)) for date_means in means)
    table = differences(before, after)
    table.insert(0, "machine_class", list(labels.classes))
    table["score"] = np.clip(1 - threshold / marks.strength, 0, 1)
    areas = grid.areas_m2(labels.runs)
    table["area_m2"] = np.bincount(labels.of_run, weights=areas, minlength=len(labels.classes))
    table["before_on"] = pd.Series(look.before_on, index=table.index, dtype="datetime64[us]")
    table["after_on"] = pd.Series(look.after_on, index=table.index, dtype="datetime64[us]")
    outlines = _placed(tracing.draw(labels.runs, labels.of_run, len(labels.classes)), grid)
    patches = gpd.GeoDataFrame(table, geometry=outlines.to_numpy(), crs=STORAGE)
    patches.insert(0, "patch_id", _names(marks, grid, look))
    patches.index = pd.RangeIndex(1, len(patches) + 1, name="label")
    ranked = patches.sort_values(["score", "patch_id"], ascending=[False, True])
    # The door numbers rows anew; who adds columns by label needs the labels.
    checked: gpd.GeoDataFrame = schema.demand(ranked, SCHEMA, "patches").set_index(ranked.index)
    return checked


def burn(outlines: gpd.GeoSeries, values: Sequence[int], grid: Grid) -> NDArray[np.uint16]:
    """Return the value of the polygon that holds each pixel's middle, 0 where none does; later ones win."""
    placed = outlines.to_crs(grid.crs)
    if placed.empty:
        return np.zeros((grid.rows, grid.columns), np.uint16)
    pairs = zip(placed, values, strict=True)
    burnt: NDArray[np.uint16] = features.rasterize(
        pairs, (grid.rows, grid.columns), fill=0, transform=grid.transform, dtype="uint16"
    )
    return burnt


def areas_m2(outlines: Iterable[Geometry]) -> list[float]:
    """Return areas on the ellipsoid of outlines in EPSG:4490, their holes left out, however their rings are wound."""
    # Holes count against shells by their winding, which layers from elsewhere do not keep.
    wound = list(shapely.orient_polygons(list(outlines)))
    rings, owner = _rings(wound)
    places, of_place = shapely.get_coordinates(rings, return_index=True)
    ends = np.searchsorted(of_place, np.arange(len(rings) + 1))
    lon, lat = np.ascontiguousarray(places.T)
    spans = pairwise(ends.tolist())
    areas = [GEODESIC.polygon_area_perimeter(lon[first:last], lat[first:last])[0] for first, last in spans]
    return np.abs(np.bincount(owner, weights=np.array(areas, float), minlength=len(wound))).tolist()


def lengths_m(outlines: Iterable[Geometry]) -> NDArray[np.float64]:
    """Return lengths of the borders of outlines in EPSG:4490, metres, those of holes among them.

    Each edge is measured by the radii of the ellipsoid at its middle: within 1e-6 for edges up to ten kilometres.
    """
    drawn = list(outlines)
    rings, owner = _rings(drawn)
    places, of_place = shapely.get_coordinates(rings, return_index=True)
    lat = np.radians((places[1:, 1] + places[:-1, 1]) / 2)
    flat = 1 - GEODESIC.es * np.sin(lat) ** 2
    across = GEODESIC.a / np.sqrt(flat)
    steps = np.radians(np.diff(places, axis=0))
    length = np.hypot(across * np.cos(lat) * steps[:, 0], across * (1 - GEODESIC.es) / flat * steps[:, 1])
    same = of_place[1:] == of_place[:-1]
    return np.bincount(owner[of_place[1:][same]], weights=length[same], minlength=len(drawn)).astype(np.float64)


def _rings(outlines: list[Geometry]) -> tuple[NDArray[np.object_], NDArray[np.intp]]:
    """Return all rings, and the outline of each."""
    parts, of_part = shapely.get_parts(outlines, return_index=True)
    rings, of_ring = shapely.get_rings(parts, return_index=True)
    return rings, of_part[of_ring]


def seen_share(change: NDArray[np.uint8], grid: Grid, outlines: gpd.GeoSeries) -> pd.Series:
    """Return the share of each polygon's area that was observed (``change`` is not 255), index as ``outlines``.

    A polygon off the grid is NaN.
    """
    seen = (change != UNSEEN).astype(np.float32)
    found = zonal(seen, grid, outlines, ("mean",))
    return found["mean"].rename(None)


def zonal(
    values: NDArray[np.float32], grid: Grid, outlines: gpd.GeoSeries, operations: tuple[str, ...] = ("mean",)
) -> pd.DataFrame:
    """Summarise pixels under polygons, each pixel by the share of it that a polygon covers.

    Parameters
    ----------
    values : (rows, columns) float32
        NaN takes no part.
    grid : Grid
    outlines : GeoSeries
    operations : tuple of str
        Of exactextract: ``mean``, ``count``, ``sum``, ``min``, ``max``, ``stdev``, ``median``...

    Returns
    -------
    DataFrame
        A column an operation, index as ``outlines``; NaN for a polygon without any value (0 for ``count``).
    """
    west, north = grid.transform.c, grid.transform.f
    east, south = grid.transform @ (grid.columns, grid.rows)
    source = NumPyRasterSource(values, xmin=west, ymin=south, xmax=east, ymax=north, nodata=float("nan"))
    placed = gpd.GeoDataFrame(geometry=outlines.to_crs(grid.crs).to_numpy(), crs=grid.crs)
    found = exact_extract(source, placed, list(operations), output="pandas")
    return pd.DataFrame(found).set_axis(outlines.index).astype(float)


def _band_totals(labels: NDArray[np.int32], bands: NDArray[np.float32], count: int) -> NDArray[np.float64]:
    under = labels > 0
    ids = labels[under]
    totals = np.empty((len(bands), 2, count))
    for band, total in zip(bands[:, under], totals, strict=True):
        seen = np.isfinite(band)
        total[0] = np.bincount(ids[seen], minlength=count + 1)[1:]
        total[1] = np.bincount(ids[seen], weights=band[seen], minlength=count + 1)[1:]
    return totals


def _names(marks: Marks, grid: Grid, look: Look) -> list[str]:
    """Derive ids from dates and the strongest pixel: a re-run, or another threshold, gives the same patch the same."""
    x, y = grid.places(np.column_stack([marks.column + 0.5, marks.row + 0.5])).T
    lon, lat = Transformer.from_crs(grid.crs, STORAGE, always_xy=True).transform(x, y)
    spoken = [f"{look.before_on}|{look.after_on}|{east:.7f} {north:.7f}" for east, north in zip(lon, lat, strict=True)]
    return ["P" + hashlib.sha256(each.encode()).hexdigest()[:12] for each in spoken]
