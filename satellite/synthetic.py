"""Synthetic Sentinel-2-like scenes with planted changes and decoys. Every file made from them says so.

Four dates in two years: early summer, autumn, snow, early summer. Between the first and the last lie the planted
changes (``landscape.CHANGES``) and things that look like change and are none of the bureau's business: ploughing,
harvest, cloud shadow and seasonal water.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import rioxarray  # noqa: F401 - gives xarray the .rio accessor
import xarray as xr
from numpy.typing import NDArray
from rasterio import features
from scipy import fft, ndimage
from shapely.geometry import shape
from shapely.ops import unary_union

from gis.crs import STORAGE
from satellite import landscape, patches
from satellite.landscape import Cover, Field, Landscape, Mask
from satellite.patches import Grid

DATES = (date(2024, 6, 18), date(2024, 9, 22), date(2025, 1, 14), date(2025, 6, 20))
DECOYS = ("ploughing", "harvest", "cloud_shadow", "seasonal_water")

_SUMMER, _AUTUMN, _WINTER, _NEXT_SUMMER = range(4)
_MARGIN_PX = 8
_SHIFT_PX = ((0.0, 0.0), (0.15, -0.2), (-0.1, 0.1), (0.32, 0.24))
"""Misregistration (east, south) of each date; the last one is 0.4 px long."""
_CLOUD_SHARE = (0.03, 0.08, 0.0, 0.04)
_SHADOW_OFFSET_PX = (-24, 17)
_PURITY = (0.55, 1.0)
"""Share of a changed pixel that really changed: a half-dug pit or a thin burn keeps some of what was there."""
_PSF_PX = 0.55
_NOISE = 0.0025
_SPECTRA = Path(__file__).parent / "data" / "spectra.toml"

Share = float | np.floating | NDArray[np.floating]
Weights = dict[str, Field]
"""Endmember name to its share in each pixel."""


@dataclass(frozen=True)
class Leaf:
    """Green cover of grass, wood and reed at a date, and the share of dry plants between crops, 0 to 1."""

    grass: float
    wood: float
    reed: float
    dry: float


_JUNE = Leaf(0.62, 0.96, 0.8, 0.12)
LEAF = (_JUNE, Leaf(0.35, 0.8, 0.55, 0.65), Leaf(0.05, 0.3, 0.1, 0.12), _JUNE)
"""On each of ``DATES``."""


@dataclass(frozen=True)
class Event:
    """A planted change or decoy: pixels of a window look different from scene ``since`` up to scene ``until``.

    ``looks`` gives the endmembers that take over ``purity`` of each pixel; the rest of it stays as it was.
    """

    kind: str
    mask: Mask
    window: tuple[slice, slice]
    since: int
    until: int
    looks: Mapping[str, float]
    purity: float = 1.0


@dataclass(frozen=True)
class World:
    """A landscape and all that happens on it; the same seed gives the same world.

    ``green`` is the green cover of each parcel's crop, (dates, parcels); ``leaf`` the state of what is no crop.
    """

    land: Landscape
    events: tuple[Event, ...]
    green: NDArray[np.float32]
    cloud: tuple[Field, ...]
    seed: int
    leaf: tuple[Leaf, ...] = LEAF


@cache
def spectra() -> tuple[tuple[str, ...], dict[str, NDArray[np.float32]]]:
    """Return the band names and the reflectance of each endmember in them."""
    with _SPECTRA.open("rb") as stream:
        table = tomllib.load(stream)
    return tuple(table["bands"]), {name: np.array(row, np.float32) for name, row in table["endmembers"].items()}


def make_world(seed: int, *, size_px: int = 2000, each: int | None = None) -> World:
    """Lay out a landscape and plant changes and decoys.

    Parameters
    ----------
    seed : int
    size_px : int
        Edge of the square area in pixels of 10 m, at least 200.
    each : int, optional
        About how many changes of each kind; by default 2 for every 100 square kilometres, at least 1.

    Raises
    ------
    ValueError
        If the area is smaller than 200 pixels.
    """
    if size_px < 200:  # noqa: PLR2004 - the docstring's limit
        raise ValueError(f"size_px is at least 200, not {size_px}")
    rng = np.random.default_rng(seed)
    land = landscape.lay_out(size_px, rng)
    each = each or max(1, round(size_px * size_px / 500_000))
    taken = np.zeros(land.cover.shape, bool)
    events = [*_changes(land, each, taken, rng), *_flooding(land, each, taken, rng), *_field_work(land, each, rng)]
    green = _phenology(land, rng)
    cloud = tuple(_cloud(size_px, share, rng) for share in _CLOUD_SHARE)
    return World(land, tuple(events), green, cloud, seed)


def scene(world: World, at: int) -> xr.Dataset:
    """Draw the scene of a date.

    Parameters
    ----------
    world : World
    at : int
        Position in ``DATES``.

    Returns
    -------
    Dataset
        One float32 reflectance variable a band, dims (y, x), CRS attached; ``attrs`` carry the date and the word
        that it is synthetic.
    """
    rng = np.random.default_rng([world.seed, at])
    names, _ = spectra()
    weights = _weights(world, at)
    cloud, shadow = world.cloud[at], _shadow(world.cloud[at])
    transfer = _optics(world.land.grid.rows + 2 * _MARGIN_PX, _SHIFT_PX[at])
    planes = {}
    for band, name in enumerate(names):
        ground = _mix(weights, band) * (1 + np.float32(0.05) * world.land.texture)
        seen = ground * (1 - np.float32(0.6) * shadow)
        seen = seen * (1 - cloud) + spectra()[1]["cloud"][band] * cloud
        seen = _blur(seen, transfer)
        haze = rng.normal(1, 0.02), rng.normal(0.003, 0.002)
        seen = seen * np.float32(haze[0]) + np.float32(haze[1])
        seen += rng.standard_normal(seen.shape, dtype=np.float32) * np.float32(_NOISE)
        planes[name] = (("y", "x"), np.clip(seen, 1e-4, None))
    attrs = {"ACQUISITION_DATE": DATES[at].isoformat(), "SYNTHETIC": "YES: made by haidongqing, no real image"}
    drawn = xr.Dataset(planes, coords=_centres(world.land.grid), attrs=attrs)
    return drawn.rio.write_crs(world.land.grid.crs).rio.write_transform(world.land.grid.transform)


def clear(world: World, at: int) -> NDArray[np.uint8]:
    """Return the mask a cloud detector would give: 1 usable, 0 cloud or shadow; thin clouds' shadows are missed."""
    cloud = world.cloud[at]
    thick = _thick(cloud)
    hidden = (cloud > 0.05) | (_shadow(np.where(thick, cloud, 0)) > 0.05)  # noqa: PLR2004 - what a detector sees
    return (~ndimage.binary_dilation(hidden, iterations=4)).astype(np.uint8)


def truth(world: World, before: int, after: int) -> gpd.GeoDataFrame:
    """Return what was planted between two dates, as polygons.

    Returns
    -------
    GeoDataFrame, EPSG:4490
        ``truth_id``, ``kind``, ``decoy`` (bool), ``area_m2``, ``geometry``; decoys are what a good detector leaves out.
    """
    rows = [
        (event.kind, event.kind in DECOYS, _polygon(event, world.land))
        for event in world.events
        if _visible(event, before) != _visible(event, after)
    ]
    rows += [("cloud_shadow", True, outline) for at in (before, after) for outline in _missed_shadows(world, at)]
    kinds, decoys, outlines = zip(*rows, strict=True)
    places = gpd.GeoSeries(outlines, crs=world.land.grid.crs).to_crs(STORAGE)
    table = pd.DataFrame({"truth_id": [f"T{at:03d}" for at in range(len(rows))], "kind": kinds, "decoy": decoys})
    table["area_m2"] = patches.areas_m2(places)
    return gpd.GeoDataFrame(table, geometry=places.to_numpy(), crs=STORAGE)


def _changes(land: Landscape, each: int, taken: Mask, rng: np.random.Generator) -> list[Event]:
    looks: dict[str, list[Mapping[str, float]]] = {
        "construction": [{"blue_steel": 0.75, "concrete": 0.25}, {"concrete": 0.8, "blue_steel": 0.2}],
        "excavation": [{"subsoil": 0.95, "dry_plants": 0.05}],
        "waste": [{"slag": 0.95, "black_soil": 0.05}],
        "burn": [{"char": 0.85, "dry_plants": 0.15}],
        "turbid_water": [{"turbid_water": 0.9, "clear_water": 0.1}],
        "clearing": [{"black_soil": 0.6, "dry_plants": 0.4}],
    }
    events = []
    for kind in landscape.CHANGES:
        for mask, window in landscape.plant(land, kind, max(1, round(each * kind.share)), taken, rng):
            since = int(rng.choice([_AUTUMN, _NEXT_SUMMER]))
            look = looks[kind.name][int(rng.integers(len(looks[kind.name])))]
            purity = float(rng.uniform(*_PURITY))
            events.append(Event(kind.name, mask, window, since, _NEXT_SUMMER, look, purity))
    return events


def _flooding(land: Landscape, each: int, taken: Mask, rng: np.random.Generator) -> list[Event]:
    count = max(1, round(each * landscape.FLOOD.share))
    places = landscape.plant(land, landscape.FLOOD, count, taken, rng)
    look = {"clear_water": 0.85, "reed": 0.15}
    return [Event("seasonal_water", mask, window, _NEXT_SUMMER, _NEXT_SUMMER, look) for mask, window in places]


def _field_work(land: Landscape, each: int, rng: np.random.Generator) -> list[Event]:
    """Plough some parcels late in the second summer, harvest others early in autumn: whole parcels turn to soil."""
    fields = np.bincount(land.parcel[land.cover == Cover.CROP], minlength=land.parcels)
    whole = np.flatnonzero(fields > 0.9 * np.median(fields[fields > 0]))
    chosen = rng.permutation(whole)[: 4 * each]
    windows = ndimage.find_objects(land.parcel + 1)
    events = []
    for at, parcel in enumerate(chosen):
        window = windows[parcel]
        mask = (land.parcel[window] == parcel) & (land.cover[window] == Cover.CROP)
        if at % 2:
            events.append(Event("harvest", mask, window, _AUTUMN, _AUTUMN, {"black_soil": 0.7, "dry_plants": 0.3}))
        else:
            events.append(Event("ploughing", mask, window, _NEXT_SUMMER, _NEXT_SUMMER, {"black_soil": 1.0}))
    return events


def _phenology(land: Landscape, rng: np.random.Generator) -> NDArray[np.float32]:
    """Return the green cover of each parcel's crop, (dates, parcels): rotation differs from year to year."""
    habit = rng.normal(0, 0.08, land.parcels)
    green = [mean + habit + rng.normal(0, 0.05, land.parcels) for mean in (0.42, 0.18, 0.0, 0.44)]
    return np.clip(np.array(green, np.float32), 0, 0.95)


def _weights(world: World, at: int) -> Weights:
    land = world.land
    green = world.green[at][land.parcel]
    leaf = world.leaf[at]
    grass, wood, reed, dry = leaf.grass, leaf.wood, leaf.reed, np.float32(leaf.dry)
    weights: Weights = {}
    _lay(weights, land.cover == Cover.CROP, {"crop": green, "dry_plants": dry * (1 - green)}, rest="black_soil")
    _lay(weights, land.cover == Cover.GRASS, {"crop": grass * 0.8, "dry_plants": (1 - grass) * 0.6}, rest="subsoil")
    _lay(weights, land.cover == Cover.WOOD, {"wood": wood}, rest="dry_plants")
    _lay(weights, land.cover == Cover.REED, {"reed": reed, "dry_plants": (1 - reed) * 0.7}, rest="clear_water")
    _lay(weights, land.cover == Cover.WATER, {}, rest="clear_water")
    _lay(weights, land.cover == Cover.VILLAGE, {"village": 0.85}, rest="crop")
    _lay(weights, land.cover == Cover.ROAD, {"concrete": 0.5}, rest="black_soil")
    for event in world.events:
        if _visible(event, at):
            _replace(weights, event)
    if at == _WINTER:
        _snow(weights, land)
    return weights


def _lay(weights: Weights, where: Mask, shares: Mapping[str, Share], rest: str) -> None:
    """Give pixels of one cover their shares; what is left of 1 goes to ``rest``."""
    for name, share in shares.items():
        _add(weights, name, where, share)
    _add(weights, rest, where, 1 - sum(shares.values(), start=np.float32(0)))


def _add(weights: Weights, name: str, where: Mask, share: Share) -> None:
    plane = weights.setdefault(name, np.zeros(where.shape, np.float32))
    plane[where] += share[where] if isinstance(share, np.ndarray) else np.float32(share)


def _replace(weights: Weights, event: Event) -> None:
    for plane in weights.values():
        plane[event.window][event.mask] *= 1 - event.purity
    for name, share in event.looks.items():
        plane = weights.setdefault(name, np.zeros_like(next(iter(weights.values()))))
        plane[event.window][event.mask] += share * event.purity


def _snow(weights: Weights, land: Landscape) -> None:
    """Cover everything with snow; wood and roofs show through."""
    depth = np.full(land.cover.shape, 0.93, np.float32)
    depth[land.cover == Cover.WOOD] = 0.45
    depth[land.cover == Cover.VILLAGE] = 0.7
    for name in weights:
        weights[name] *= 1 - depth
    weights["snow"] = depth


def _mix(weights: Weights, band: int) -> Field:
    _, endmembers = spectra()
    total = np.zeros_like(next(iter(weights.values())))
    for name, share in weights.items():
        total += endmembers[name][band] * share
    return total


def _visible(event: Event, at: int) -> bool:
    return event.since <= at <= event.until


def _cloud(size_px: int, share: float, rng: np.random.Generator) -> Field:
    """Return cloud opacity, 0 to 1, over about a share of the area."""
    field = landscape.noise(size_px, 40, rng) + np.float32(0.3) * landscape.noise(size_px, 8, rng)
    if share == 0:
        return np.zeros_like(field)
    edge = np.quantile(field, 1 - share)
    return np.clip((field - edge) * np.float32(2.5), 0, 1).astype(np.float32)


def _thick(cloud: Field) -> Mask:
    """Return the clouds whose shadows a detector finds: connected, and opaque somewhere."""
    groups, count = ndimage.label(cloud > 0)
    opaque = ndimage.maximum(cloud, groups, np.arange(count + 1)) > 0.8  # noqa: PLR2004 - nearly opaque
    opaque[0] = False
    return np.asarray(opaque[groups], bool)


def _shadow(cloud: Field) -> Field:
    down, right = _SHADOW_OFFSET_PX
    shadow = np.zeros_like(cloud)
    shadow[: cloud.shape[0] + down, right:] = cloud[-down:, : cloud.shape[1] - right]
    return np.minimum(shadow * np.float32(1.5), np.float32(1))


def _missed_shadows(world: World, at: int) -> list[object]:
    """Return outlines of the shadows that stay in the picture after masking, of at least 20 pixels."""
    missed = (_shadow(world.cloud[at]) > 0.3) & (clear(world, at) == 1)  # noqa: PLR2004 - dark enough to see
    missed = ndimage.binary_opening(missed, iterations=2)
    found = features.shapes(missed.astype(np.uint8), mask=missed, transform=world.land.grid.transform)
    outlines = [shape(outline) for outline, _ in found]
    return [outline for outline in outlines if outline.area >= 20 * world.land.grid.pixel_m2]


def _polygon(event: Event, land: Landscape) -> object:
    rows, columns = event.window
    transform = land.grid.part((rows.start, rows.stop), (columns.start, columns.stop)).transform
    found = features.shapes(event.mask.astype(np.uint8), mask=event.mask, connectivity=8, transform=transform)
    return unary_union([shape(outline).buffer(0) for outline, _ in found])


def _centres(grid: Grid) -> dict[str, NDArray[np.floating]]:
    """Return the coordinates of the pixel centres of a north-up grid."""
    x = grid.transform.c + grid.transform.a * (np.arange(grid.columns) + 0.5)
    return {"x": x, "y": grid.transform.f + grid.transform.e * (np.arange(grid.rows) + 0.5)}


def _optics(size: int, shift_px: tuple[float, float]) -> NDArray[np.complex64]:
    """Return the transfer function of the point spread and of a shift (east, south)."""
    down, right = fft.fftfreq(size)[:, None], fft.rfftfreq(size)[None, :]
    spread = np.exp(-2 * (np.pi * _PSF_PX) ** 2 * (down**2 + right**2))
    turn = np.exp(-2j * np.pi * (down * shift_px[1] + right * shift_px[0]))
    return (spread * turn).astype(np.complex64)


def _blur(plane: Field, transfer: NDArray[np.complex64]) -> Field:
    padded = np.pad(plane, _MARGIN_PX, mode="edge")
    seen = fft.irfft2(fft.rfft2(padded, workers=2) * transfer, s=padded.shape, workers=2)
    return np.asarray(seen[_MARGIN_PX:-_MARGIN_PX, _MARGIN_PX:-_MARGIN_PX], np.float32)
