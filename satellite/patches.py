"""Patches: polygons from pixels and summaries of pixels under polygons. The one door between raster and vector."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import geopandas as gpd
import numpy as np
import pandas as pd
from affine import Affine
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from rasterio import features
from scipy import ndimage
from shapely.geometry import shape

from gis import schema
from gis.crs import GEODESIC, STORAGE
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
_SQUARE = np.ones((3, 3), bool)
_VOTERS_PX = 5
_UNKNOWN_VOTE = 0.5
# Running sums of floats differ in the last digits: equal votes are no majority.
_TIE = 1e-4

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
        column, row = self.columns // 2, self.rows // 2
        corners = [self.transform @ (column + right, row + down) for right, down in ((0, 0), (1, 0), (1, 1), (0, 1))]
        x, y = zip(*corners, strict=True)
        lon, lat = Transformer.from_crs(self.crs, STORAGE, always_xy=True).transform(x, y)
        return abs(float(GEODESIC.polygon_area_perimeter(lon, lat)[0]))


def decide(strength: NDArray[np.float32], threshold: float) -> NDArray[np.uint8]:
    """Return 1 where the strength exceeds the threshold, 0 where it does not, 255 where it is NaN."""
    changed = np.where(strength > threshold, CHANGED, UNCHANGED)
    return np.where(np.isnan(strength), UNSEEN, changed).astype(np.uint8)


@dataclass(frozen=True)
class Labels:
    """Connected groups of changed pixels of one class.

    Attributes
    ----------
    of_pixel : (rows, columns) int32
        0 outside, then 1 to n.
    classes : tuple of str
        Machine class of label 1 to n.
    too_small : int
        How many groups were dropped for their size.
    """

    of_pixel: NDArray[np.int32]
    classes: tuple[str, ...]
    too_small: int


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
    voting = (kinds > 0) & (kinds != UNSEEN)
    winners = kinds.copy()
    most = np.zeros(kinds.shape, np.float32)
    for kind, name in enumerate(CLASSES, start=1):
        own = kinds == kind
        if not own.any():
            continue
        weight = _UNKNOWN_VOTE if name == "other" else 1.0
        votes = ndimage.uniform_filter(own.astype(np.float32) * np.float32(weight), _VOTERS_PX, mode="constant")
        better = voting & (votes > most + _TIE)
        winners[better] = kind
        most[better] = votes[better]
    return winners


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
    labels = np.zeros(kinds.shape, np.int32)
    classes: list[str] = []
    too_small = 0
    for kind, name in enumerate(CLASSES, start=1):
        own = kinds == kind
        if not own.any():
            continue
        closed = ndimage.binary_closing(np.pad(own, 1), _SQUARE)[1:-1, 1:-1] & (own | ((kinds == 0) & (labels == 0)))
        groups, found = ndimage.label(closed, _SQUARE)
        keep = np.bincount(groups[own], minlength=found + 1) >= smallest_px
        keep[0] = False
        numbers = np.where(keep, np.cumsum(keep) + len(classes), 0).astype(np.int32)
        labels = np.maximum(labels, numbers[groups])
        classes += [name] * int(keep.sum())
        too_small += int(found - keep.sum())
    return Labels(labels, tuple(classes), too_small)


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
    """Return the outline of every label along the pixel edges, in label order, EPSG:4490."""
    found = features.shapes(labels, mask=labels > 0, connectivity=8, transform=grid.transform)
    outlines = sorted(((int(value), shape(outline)) for outline, value in found), key=lambda pair: pair[0])
    drawn = gpd.GeoSeries([outline for _, outline in outlines], crs=grid.crs)
    return drawn.make_valid().to_crs(STORAGE)


@dataclass(frozen=True)
class Look:
    """What was looked at: band names and the two dates (None where unknown)."""

    bands: tuple[str, ...]
    before_on: date | None
    after_on: date | None


def describe(
    labels: Labels,
    strength: NDArray[np.float32],
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
    strength : (rows, columns) float32
        See ``change.strength``.
    means : two (p, n) arrays
        See ``sums``.
    grid : Grid
    threshold : float
        Strength above which a pixel counts as changed.
    look : Look
    """
    outlines = polygons(labels.of_pixel, grid)
    before, after = (dict(zip(look.bands, date_means, strict=True)) for date_means in means)
    numbers = np.arange(1, len(outlines) + 1)
    table = differences(before, after)
    table.insert(0, "machine_class", list(labels.classes))
    table["score"] = np.clip(1 - threshold / ndimage.mean(strength, labels.of_pixel, numbers), 0, 1)
    table["area_m2"] = [abs(GEODESIC.geometry_area_perimeter(outline)[0]) for outline in outlines]
    table["before_on"] = pd.Series(look.before_on, index=table.index, dtype="datetime64[us]")
    table["after_on"] = pd.Series(look.after_on, index=table.index, dtype="datetime64[us]")
    patches = gpd.GeoDataFrame(table, geometry=outlines.to_numpy(), crs=STORAGE)
    patches.insert(0, "patch_id", [_name(outline, look) for outline in outlines])
    ranked = patches.sort_values(["score", "patch_id"], ascending=[False, True], ignore_index=True)
    checked: gpd.GeoDataFrame = schema.demand(ranked, SCHEMA, "patches")
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


def seen_share(change: NDArray[np.uint8], grid: Grid, outlines: gpd.GeoSeries) -> pd.Series:
    """Return the share of each polygon's pixels that were observed (``change`` is not 255), index as ``outlines``.

    A pixel belongs to a polygon if its middle does; a polygon without any pixel is NaN.
    """
    placed = outlines.to_crs(grid.crs)
    shares = []
    for outline in placed:
        inside = features.geometry_mask([outline], change.shape, grid.transform, invert=True)
        shares.append(np.mean(change[inside] != UNSEEN) if inside.any() else np.nan)
    return pd.Series(shares, index=outlines.index, dtype=float)


def _band_totals(labels: NDArray[np.int32], bands: NDArray[np.float32], count: int) -> NDArray[np.float64]:
    under = labels > 0
    ids = labels[under]
    totals = np.empty((len(bands), 2, count))
    for band, total in zip(bands[:, under], totals, strict=True):
        seen = np.isfinite(band)
        total[0] = np.bincount(ids[seen], minlength=count + 1)[1:]
        total[1] = np.bincount(ids[seen], weights=band[seen], minlength=count + 1)[1:]
    return totals


def _name(outline: object, look: Look) -> str:
    """Derive the id from dates and outline, so that a re-run gives the same one."""
    spoken = f"{look.before_on}|{look.after_on}|{outline:.6f}"
    return "P" + hashlib.sha256(spoken.encode()).hexdigest()[:12]
