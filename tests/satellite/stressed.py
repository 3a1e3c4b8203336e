"""Pairs with planted truth that strain the one automatic configuration: clouds, hardly any change, much of it, slivers.

Both dates are synthetic summers a year apart, with haze, 0.4 px of shift, noise, and crops that differ from field to
field, but without ploughing and without clouds of their own. Planted are yards, pits, heaps and burns of 1.7 to 2.9 ha
in cells of a lattice, so that any share of the ground from none to two fifths can change.
"""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from scipy import ndimage

from satellite import detection, files, landscape, patches, rims, synthetic
from satellite.files import PairFiles

OTHER_SENSOR = {
    "blue": (1.25, 0.02),
    "green": (0.85, 0.01),
    "red": (1.1, 0.03),
    "nir": (0.9, 0.01),
    "swir16": (1.2, 0.04),
    "swir22": (0.8, 0.0),
}
"""Gain and offset of each band of the later date."""
LOOKS = (
    {"blue_steel": 0.75, "concrete": 0.25},
    {"subsoil": 0.95, "dry_plants": 0.05},
    {"slag": 0.95, "black_soil": 0.05},
    {"char": 0.85, "dry_plants": 0.15},
)
MOST_CHANGED = 0.4
"""Share of the ground that changes when every cell holds a planted change."""
GROWTH = 0.02
"""How much more of every field crops cover at the later date."""
_CELL_PX = 24
_EDGES_PX = (13, 17)
_PURITY = 0.8
_BUFFER_PX = 4
_RIM_PX = 2
_DATES = (0, 3)


@dataclass(frozen=True)
class Stress:
    """What strains a pair: shares of the ground that changes, is clouded at either date, or was not flown."""

    changed: float = 0.1
    clouds: float = 0.0
    nodata: float = 0.0
    other_sensor: bool = False
    bands: tuple[str, ...] = tuple(OTHER_SENSOR)
    constant: str = ""


STRESSES = {
    "half clouded": Stress(clouds=0.5),
    "no change": Stress(changed=0.0),
    "1 % change": Stress(changed=0.01),
    "40 % change": Stress(changed=0.4),
    "40 % change, other sensor": Stress(changed=0.4, other_sensor=True),
    "sliver of a tile": Stress(nodata=0.8),
    "a constant band": Stress(bands=("blue", "green", "red", "nir"), constant="blue"),
}


@dataclass(frozen=True)
class Made:
    """A pair on disk, the numbers of its planted changes by pixel (0: none), and which pixels both dates show."""

    files: PairFiles
    planted: np.ndarray
    seen: np.ndarray


@dataclass(frozen=True)
class Outcome:
    """How a detection met what was planted, its rims put apart; shares are NaN where nothing was planted or found.

    ``recall`` is the share of planted changes, of those seen for the most part, half of which lie in patches;
    ``precision`` the share of patches of which half lies within 2 px of planted changes; ``f1`` that of pixels called
    changed. ``rims`` counts true patches that lie for the most part beside a change: mixed pixels of another class.
    """

    recall: float
    precision: float
    f1: float
    patches: int
    false_patches: int
    rims: int
    area_km2: float


def make(folder, stress, *, size_px=480, seed=3):
    """Write a pair under a stress."""
    folder = Path(folder)
    rng = np.random.default_rng([seed, 7])
    planted = lattice(size_px, stress.changed, rng)
    world = _world(planted, seed)
    flown = _strip(size_px, stress.nodata)
    clouds = _clouds(size_px, stress.clouds, rng)
    paths, masks = [], []
    for at, cloud in zip(_DATES, clouds, strict=True):
        paths.append(folder / f"{at}.tif")
        masks.append(folder / f"{at}c.tif")
        files.write_scene(_drawn(world, at, stress, cloud, flown), paths[-1])
        usable = (~ndimage.binary_dilation(cloud, iterations=_BUFFER_PX)).astype(np.uint8)
        files.write_raster(usable, world.land.grid, masks[-1], nodata=255, tags={})
    hidden = ndimage.binary_dilation(clouds[0] + clouds[1], iterations=_BUFFER_PX)
    return Made(PairFiles(*paths, tuple(masks)), planted, flown & ~hidden)


def lattice(size_px, share, rng):
    """Return the numbers of planted changes by pixel, 0 where none is: at most one a cell, each jittered."""
    cells = size_px // _CELL_PX
    planted = np.zeros((size_px, size_px), np.int32)
    chosen = rng.permutation(cells**2)[: round(share / MOST_CHANGED * cells**2)]
    for number, cell in enumerate(chosen, start=1):
        high, wide = rng.integers(_EDGES_PX[0], _EDGES_PX[1] + 1, 2)
        top, left = (_CELL_PX * int(at) + int(rng.integers(2, 6)) for at in divmod(cell, cells))
        planted[top : top + high, left : left + wide] = number
    return planted


def run(made):
    """Detect with no option set and return how that met what was planted."""
    with files.open_pair(made.files) as pair:
        found = detection.run(pair)
        grid = pair.grid
    listed = found.patches[~rims.of(found.patches, grid.pixel_m2**0.5)]
    count = len(listed)
    burnt = patches.burn(listed.geometry.to_crs(grid.crs), range(1, count + 1), grid)
    changed = made.planted > 0
    whole = np.bincount(made.planted.ravel())[1:]
    seen, met = (_counted(made.planted, where, whole.size) for where in (made.seen, burnt > 0))
    wanted = seen > whole / 2
    near = ndimage.binary_dilation(changed, iterations=_RIM_PX)
    sizes, inside, beside = (_counted(burnt, where, count) for where in (burnt > 0, changed, near))
    true = beside > sizes / 2
    flagged, truth = (found.change == patches.CHANGED) & made.seen, changed & made.seen
    return Outcome(
        recall=_share(met[wanted] >= seen[wanted] / 2),
        precision=_share(true),
        f1=float(2 * (flagged & truth).sum() / (flagged.sum() + truth.sum())) if truth.any() else float("nan"),
        patches=count,
        false_patches=int((~true).sum()),
        rims=int((true & (inside < sizes / 2)).sum()),
        area_km2=float(made.seen.sum() * grid.pixel_m2 / 1e6),
    )


def _counted(numbers, where, count):
    """Return how many pixels of each number, from 1, lie somewhere."""
    return np.bincount(numbers[where].ravel(), minlength=count + 1)[1:]


def _world(planted, seed):
    """Return a world without clouds on which nothing happens but what is planted."""
    size_px = len(planted)
    everywhere = (slice(0, size_px), slice(0, size_px))
    last = _DATES[1]
    events = tuple(
        synthetic.Event("planted", (planted > 0) & (planted % len(LOOKS) == at), everywhere, last, last, look, _PURITY)
        for at, look in enumerate(LOOKS)
    )
    world = synthetic.make_world(seed, size_px=size_px, each=1)
    green = world.green.copy()
    green[last] = green[_DATES[0]] + GROWTH
    return replace(world, events=events, green=green, cloud=tuple(np.zeros_like(cloud) for cloud in world.cloud))


def _drawn(world, at, stress, cloud, flown):
    """Return the scene of a date as strained."""
    drawn = synthetic.scene(world, at)[list(stress.bands)]
    for name, band in drawn.items():
        gain, offset = OTHER_SENSOR[name] if stress.other_sensor and at else (1.0, 0.0)
        plane = np.where(cloud > 0, 0.5 + 0.1 * cloud, band.to_numpy() * gain + offset)
        if name == stress.constant:
            plane = np.full_like(plane, 0.1)
        drawn[name] = (("y", "x"), np.where(flown, plane, np.nan).astype(np.float32))
    return drawn


def _clouds(size_px, share, rng):
    """Return clouds' opacity at both dates, 0 where none; together with their buffers they hide about a share."""
    fields = [landscape.noise(size_px, 30, rng) for _ in _DATES]
    lowest = [np.quantile(field, 1 - 0.4 * share) for field in fields]
    return [np.clip(field - low, 0, 1) for field, low in zip(fields, lowest, strict=True)]


def _strip(size_px, nodata):
    """Return which pixels were flown: a slanting strip, as at the edge of a swath."""
    rows, columns = np.mgrid[:size_px, :size_px]
    across = columns + 0.3 * rows
    return across >= np.quantile(across, nodata)


def _share(true):
    return float(true.mean()) if true.size else float("nan")
