"""A synthetic landscape between Daqing and Zhaoyuan: land cover, parcels, and where changes and decoys are planted.

Nothing here is a real place's state; see ``satellite.synthetic`` for the images drawn from it.
"""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from affine import Affine
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from rasterio import features
from scipy import ndimage
from shapely.affinity import rotate
from shapely.geometry import Polygon, box

from satellite.patches import Grid

Mask = NDArray[np.bool_]
Field = NDArray[np.float32]

CENTRE = (125.15, 45.72)
"""Longitude and latitude of the area's middle."""
GSD_M = 10.0
_CRS = CRS.from_epsg(32651)
_PARCEL_PX = (30, 62)
_PARCEL_TURN = 0.22
_ROAD_PX = 1.5


class Cover(IntEnum):
    """Land cover of a pixel."""

    CROP = 0
    GRASS = 1
    WOOD = 2
    REED = 3
    WATER = 4
    VILLAGE = 5
    ROAD = 6


@dataclass(frozen=True)
class Landscape:
    """The ground before any change.

    Attributes
    ----------
    grid : Grid
    cover : (rows, columns) uint8
        See ``Cover``.
    parcel : (rows, columns) int32
        Number of the field parcel, from 0; every pixel has one, whatever its cover.
    parcels : int
    texture : (rows, columns) float32
        Standing brightness texture, mean 0, standard deviation about 1.
    """

    grid: Grid
    cover: NDArray[np.uint8]
    parcel: NDArray[np.int32]
    parcels: int
    texture: Field


@dataclass(frozen=True)
class Kind:
    """How a kind of change or decoy looks on the ground.

    Attributes
    ----------
    name : str
        Class of the change (see ``targets.CLASSES``) or kind of the decoy.
    covers : tuple of Cover
        Where it may happen.
    radius_px : (low, high)
    share : float
        How many are planted for every change of an average kind.
    """

    name: str
    covers: tuple[Cover, ...]
    radius_px: tuple[float, float]
    share: float = 1.0


CHANGES = (
    Kind("construction", (Cover.CROP, Cover.GRASS), (5, 10), 1.4),
    Kind("excavation", (Cover.CROP, Cover.GRASS), (5, 13)),
    Kind("waste", (Cover.CROP, Cover.GRASS), (3.5, 8)),
    Kind("burn", (Cover.GRASS, Cover.REED), (10, 30)),
    Kind("turbid_water", (Cover.WATER,), (9, 24), 0.7),
    Kind("clearing", (Cover.WOOD,), (6, 14)),
)
FLOOD = Kind("seasonal_water", (Cover.REED,), (8, 18), 0.8)


def grid(size_px: int) -> Grid:
    """Return the grid of a square area of ``size_px`` pixels of 10 m around ``CENTRE``, UTM zone 51 N."""
    east, north = Transformer.from_crs(4326, _CRS, always_xy=True).transform(*CENTRE)
    half = size_px * GSD_M / 2
    west, top = np.round(east - half, -1), np.round(north + half, -1)
    return Grid(_CRS, Affine(GSD_M, 0, float(west), 0, -GSD_M, float(top)), size_px, size_px)


def lay_out(size_px: int, rng: np.random.Generator) -> Landscape:
    """Return a landscape with lakes, a river, reeds, wood, grassland, villages, roads and field parcels."""
    parcel, roads = _parcels(size_px, rng)
    height = noise(size_px, 110, rng) + np.float32(0.35) * noise(size_px, 35, rng)
    river = _river(size_px, rng)
    cover = np.full((size_px, size_px), Cover.CROP, np.uint8)
    cover[noise(size_px, 70, rng) > _Z_TENTH] = Cover.GRASS
    cover[noise(size_px, 45, rng) > _Z_TENTH] = Cover.WOOD
    cover[roads] = Cover.ROAD
    cover[_villages(size_px, rng)] = Cover.VILLAGE
    cover[(height < np.quantile(height, 0.15)) | ndimage.binary_dilation(river, iterations=14)] = Cover.REED
    cover[(height < np.quantile(height, 0.075)) | river] = Cover.WATER
    texture = noise(size_px, 1.5, rng) * np.float32(0.8) + noise(size_px, 12, rng) * np.float32(0.6)
    return Landscape(grid(size_px), cover, parcel, int(parcel.max()) + 1, texture)


_Z_TENTH = 1.28


def noise(size_px: int, sigma_px: float, rng: np.random.Generator) -> Field:
    """Return a smooth random field of a correlation length, mean 0, standard deviation 1, float32.

    Long lengths are drawn on a coarse lattice and interpolated, which looks the same and is far quicker.
    """
    step = max(1.0, sigma_px / 3)
    coarse = int(np.ceil(size_px / step)) + 8
    field = rng.standard_normal((coarse, coarse), dtype=np.float32)
    field = ndimage.gaussian_filter(field, sigma_px / step, mode="wrap")
    if step > 1:
        field = ndimage.zoom(field, step, order=1, mode="nearest")
    field = field[:size_px, :size_px]
    return np.asarray((field - field.mean()) / field.std(), np.float32)


def plant(
    land: Landscape, kind: Kind, count: int, taken: Mask, rng: np.random.Generator
) -> list[tuple[Mask, tuple[slice, slice]]]:
    """Find places for a kind of change: each a mask within a window, on the right cover, apart from all others.

    Parameters
    ----------
    land : Landscape
    kind : Kind
    count : int
        Fewer are planted if the landscape has no more room.
    taken : (rows, columns) bool
        Pixels that are no longer free; the new places are added to it.
    rng : Generator
    """
    allowed = np.isin(land.cover, kind.covers)
    candidates = np.argwhere(ndimage.binary_erosion(allowed, iterations=max(1, int(kind.radius_px[0] * 0.6))))
    places: list[tuple[Mask, tuple[slice, slice]]] = []
    for row, column in rng.permutation(candidates)[: 400 * count]:
        if len(places) == count:
            break
        radius = float(rng.uniform(*kind.radius_px))
        reach = int(radius * 1.6) + 2
        window = (slice(row - reach, row + reach), slice(column - reach, column + reach))
        inside = reach <= row < land.grid.rows - reach and reach <= column < land.grid.columns - reach
        if not inside or taken[window].any():
            continue
        mask = _outline(kind, radius, reach, rng) & allowed[window]
        if mask.sum() < 2 * radius**2:
            continue
        places.append((mask, window))
        margin = 12
        taken[
            max(row - reach - margin, 0) : row + reach + margin,
            max(column - reach - margin, 0) : column + reach + margin,
        ] = True
    return places


def _outline(kind: Kind, radius: float, reach: int, rng: np.random.Generator) -> Mask:
    """Return a compound (a turned rectangle) for construction, an irregular blob for everything else."""
    shape: Polygon
    if kind.name == "construction":
        ratio = rng.uniform(0.6, 0.95)
        shape = rotate(
            box(reach - radius, reach - ratio * radius, reach + radius, reach + ratio * radius), rng.uniform(0, 90)
        )
    else:
        angle = np.linspace(0, 2 * np.pi, 48, endpoint=False)
        waves = [rng.normal(0, 0.22 / order) * np.cos(order * angle + rng.uniform(0, 6.3)) for order in (2, 3, 5, 7)]
        length = radius * np.clip(1 + np.sum(waves, axis=0), 0.4, 1.5)
        shape = Polygon(np.column_stack([reach + length * np.cos(angle), reach + length * np.sin(angle)]))
    drawn = features.rasterize([shape], out_shape=(2 * reach, 2 * reach), dtype=np.uint8)
    return np.asarray(drawn, bool)


def _parcels(size_px: int, rng: np.random.Generator) -> tuple[NDArray[np.int32], Mask]:
    """Return parcel numbers of a turned lattice with jittered edges, and field roads along every fourth row of it."""
    rows, columns = np.mgrid[:size_px, :size_px].astype(np.float32)
    bend = noise(size_px, 300, rng) * np.float32(9)
    along = columns * np.float32(np.cos(_PARCEL_TURN)) + rows * np.float32(np.sin(_PARCEL_TURN)) + bend
    across = rows * np.float32(np.cos(_PARCEL_TURN)) - columns * np.float32(np.sin(_PARCEL_TURN)) + bend
    tier = np.floor(across / _PARCEL_PX[1]).astype(np.int32)
    tier -= tier.min()
    jitter = rng.uniform(0, _PARCEL_PX[0], int(tier.max()) + 1).astype(np.float32)
    lot = np.floor((along + jitter[tier]) / _PARCEL_PX[0]).astype(np.int32)
    lot -= lot.min()
    roads = (np.mod(across, 4 * _PARCEL_PX[1]) < _ROAD_PX) | (np.mod(along, 10 * _PARCEL_PX[0]) < _ROAD_PX)
    _, parcel = np.unique(tier.astype(np.int64) * (int(lot.max()) + 1) + lot, return_inverse=True)
    return parcel.reshape(size_px, size_px).astype(np.int32), roads


def _river(size_px: int, rng: np.random.Generator) -> Mask:
    """Return a meandering river of about 250 m that crosses the area from west to east."""
    column = np.arange(size_px)
    start, phases = rng.uniform(0.55, 0.8), rng.uniform(0, 6.3, 3)
    swings = sum(
        size_px * swing * np.sin(column / (size_px * length) * 2 * np.pi + phase)
        for swing, length, phase in zip((0.06, 0.03, 0.012), (0.9, 0.35, 0.13), phases, strict=True)
    )
    middle = size_px * start + swings
    return np.abs(np.arange(size_px)[:, None] - middle[None, :]) < 12.5  # noqa: PLR2004 - half of 250 m


def _villages(size_px: int, rng: np.random.Generator) -> Mask:
    count = max(2, size_px * size_px // 160_000)
    built = np.zeros((size_px, size_px), bool)
    for row, column in rng.integers(0, size_px, (count, 2)):
        high, wide = rng.integers(10, 34, 2)
        built[max(row - high, 0) : row + high, max(column - wide, 0) : column + wide] = True
    return built & (noise(size_px, 6, rng) > -_Z_TENTH)
