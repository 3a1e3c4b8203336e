"""Synthetic phases of the season: the fields of Heilongjiang in the middle of May and of July, crop by crop.

In May most fields are bare, some lie in stubble or under mulch, paddies are flooded; in July crops are closed, except
what was sown late, and the little wheat is cut. Between the two nearly the whole picture changes, and nothing of it is
news.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from scipy import ndimage

from satellite.landscape import Cover, Landscape
from satellite.synthetic import Event, Leaf, World

Window = tuple[slice, slice]

KIND = "phase"
"""Kind of the events that a phase plants: the state of one field, nothing that the bureau looks for."""

_PURITY = (0.75, 1.0)


@dataclass(frozen=True)
class Crop:
    """A crop: the share of fields that carry it, and its green cover (mean, standard deviation) in each phase."""

    share: float
    may: tuple[float, float]
    july: tuple[float, float]


@dataclass(frozen=True)
class State:
    """What a share of the fields of some crops looks like in a phase instead of crop over soil: its endmembers."""

    phase: str
    crops: tuple[str, ...]
    share: float
    looks: Mapping[str, float]


CROPS = {
    "maize": Crop(0.45, (0.04, 0.03), (0.82, 0.06)),
    "soy": Crop(0.25, (0.02, 0.02), (0.66, 0.08)),
    "rice": Crop(0.18, (0.03, 0.02), (0.72, 0.06)),
    "late": Crop(0.08, (0.02, 0.02), (0.25, 0.12)),
    "wheat": Crop(0.04, (0.45, 0.08), (0.20, 0.08)),
}
STATES = (
    State("may", ("rice",), 0.7, {"clear_water": 0.6, "black_soil": 0.4}),
    State("may", ("maize", "soy"), 0.15, {"black_soil": 0.2, "dry_plants": 0.8}),
    State("may", ("maize", "late"), 0.12, {"dry_plants": 0.5, "black_soil": 0.3, "concrete": 0.2}),
    State("july", ("wheat",), 0.6, {"black_soil": 0.3, "dry_plants": 0.7}),
)
LEAF = {"may": Leaf(0.30, 0.75, 0.30, 0.25), "july": Leaf(0.70, 0.98, 0.85, 0.08)}


def phased(world: World, phases: Mapping[int, str], rng: np.random.Generator) -> World:
    """Return a world whose dates lie in other phases of the season; what was planted lies on top.

    Parameters
    ----------
    world : World
    phases : dict
        Position of a date to ``may`` or ``july``.
    rng : Generator
    """
    names = list(CROPS)
    grown = rng.choice(names, world.land.parcels, p=[crop.share for crop in CROPS.values()])
    green, leaf = world.green.copy(), list(world.leaf)
    for at, phase in phases.items():
        cover = {name: getattr(crop, phase) for name, crop in CROPS.items()}
        mean, spread = np.array([cover[name] for name in grown]).T
        green[at], leaf[at] = np.clip(rng.normal(mean, spread), 0, 0.95), LEAF[phase]
    events = [event for at, phase in phases.items() for event in _states(world.land, at, phase, grown, rng)]
    return replace(world, green=green, leaf=tuple(leaf), events=(*events, *world.events))


def _states(land: Landscape, at: int, phase: str, grown: np.ndarray, rng: np.random.Generator) -> list[Event]:
    windows = ndimage.find_objects(land.parcel + 1)
    events = []
    for state in (each for each in STATES if each.phase == phase):
        able = np.flatnonzero(np.isin(grown, state.crops))
        for parcel in able[rng.random(able.size) < state.share]:
            window: Window = windows[parcel]
            mask = (land.parcel[window] == parcel) & (land.cover[window] == Cover.CROP)
            if mask.any():
                events.append(Event(KIND, mask, window, at, at, state.looks, float(rng.uniform(*_PURITY))))
    return events
