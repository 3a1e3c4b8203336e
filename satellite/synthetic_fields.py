"""Synthetic field work: hundreds of parcels ploughed, harvested, flooded or greening, beside a few planted targets.

Fields are what a list of leads drowns in: between two Junes a third of them changes crop. The same parcels have been
in these states before, in pictures of earlier years; a pit or a shed has not.
"""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from scipy import ndimage

from satellite.landscape import Cover, Landscape
from satellite.synthetic import DATES, Event, World

WORK: dict[str, tuple[Mapping[str, float], bool]] = {
    "ploughed": ({"black_soil": 1.0}, True),
    "harvested": ({"black_soil": 0.7, "dry_plants": 0.3}, True),
    "stubble": ({"black_soil": 0.2, "dry_plants": 0.8}, True),
    "paddy": ({"clear_water": 0.6, "black_soil": 0.4}, True),
    "mulched": ({"dry_plants": 0.5, "black_soil": 0.3, "concrete": 0.2}, True),
    "greened": ({"black_soil": 0.9, "dry_plants": 0.1}, False),
}
"""Endmembers of a worked field, and whether it looks so at the later date (else at the earlier one)."""

Window = tuple[slice, slice]

_LAST = len(DATES) - 1
_PURITY = (0.75, 1.0)
_LEAST_FIELD = 0.3


def worked(world: World, share: float, rng: np.random.Generator) -> World:
    """Return a world in which a share of the parcels is worked between the first and the last date.

    Targets that were planted on such a parcel lie on top of it.
    """
    chosen = _fields(world.land, share, rng)
    names = list(WORK)
    windows = ndimage.find_objects(world.land.parcel + 1)
    events = [
        _event(world.land, parcel, windows[parcel], names[at % len(names)], rng) for at, parcel in enumerate(chosen)
    ]
    return replace(world, events=(*events, *world.events))


def earlier(world: World, rng: np.random.Generator) -> World:
    """Return the same land in an earlier year: worked parcels in their state, nothing planted; draw its last date."""
    events = [
        replace(event, since=_LAST, until=_LAST, purity=float(rng.uniform(*_PURITY)))
        for event in world.events
        if event.kind in WORK
    ]
    return replace(world, events=tuple(events), seed=world.seed + 1)


def crop_km2(world: World) -> float:
    """Return how much of a world is cropland, in square kilometres."""
    return float((world.land.cover == Cover.CROP).sum() * world.land.grid.pixel_m2 / 1e6)


def _fields(land: Landscape, share: float, rng: np.random.Generator) -> list[int]:
    sizes = np.bincount(land.parcel[land.cover == Cover.CROP], minlength=land.parcels)
    whole = np.flatnonzero(sizes > _LEAST_FIELD * np.median(sizes[sizes > 0]))
    return [int(each) for each in rng.permutation(whole)[: round(share * len(whole))]]


def _event(land: Landscape, parcel: int, window: Window, name: str, rng: np.random.Generator) -> Event:
    look, later = WORK[name]
    mask = (land.parcel[window] == parcel) & (land.cover[window] == Cover.CROP)
    at = _LAST if later else 0
    return Event(name, mask, window, at, at, look, float(rng.uniform(*_PURITY)))
