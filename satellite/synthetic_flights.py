"""Synthetic flights: surface models with heaps and pits of known volume and errors like those of real ones.

The error of a model made from drone photos has an offset and a tilt of the whole, waves of a few metres, and noise.
"""

from dataclasses import dataclass

import numpy as np
from affine import Affine
from numpy.typing import NDArray
from pyproj import CRS
from scipy import ndimage

from satellite.patches import Grid

Heights = NDArray[np.float64]

SHAPES = ("cone", "mound", "bank", "pit")


@dataclass(frozen=True)
class Planted:
    """A heap, or a pit, of known volume.

    Attributes
    ----------
    shape : one of ``SHAPES``
    east_m, south_m : float
        Middle, from the north-west corner.
    radius_m : float
        Of the foot; half the width of a bank; a Gaussian mound ends at three standard deviations.
    height_m : float
        Depth of a pit.
    """

    shape: str
    east_m: float
    south_m: float
    radius_m: float
    height_m: float


@dataclass(frozen=True)
class Errors:
    """How a surface model errs, metres: noise, waves and their length, tilt over the image, offset."""

    noise_m: float = 0.02
    waves_m: float = 0.02
    wave_length_m: float = 2.0
    tilt_m: float = 0.1
    offset_m: float = 0.3


def grid(
    rows: int, columns: int, *, gsd_m: float = 0.5, corner: tuple[float, float] = (541_000.0, 5_073_600.0)
) -> Grid:
    """Return where a flight lies: by default a field near Harbin, CGCS2000, 126 degrees east."""
    return Grid(CRS.from_epsg(4551), Affine(gsd_m, 0, corner[0], 0, -gsd_m, corner[1]), rows, columns)


def ground(where: Grid, rng: np.random.Generator, *, swells_m: float = 1.5) -> Heights:
    """Return bare ground about 140 m above the sea: a slope, swells (their standard deviation) and furrows."""
    shape = (where.rows, where.columns)
    gsd = where.transform.a
    swells = ndimage.gaussian_filter(rng.normal(size=shape), 20 / gsd, mode="wrap")
    furrows = 0.05 * np.sin(np.arange(where.columns) * gsd * 2 * np.pi / 1.3)
    slope = 0.02 * np.arange(where.rows)[:, None] * gsd
    return 140.0 + slope + swells_m * swells / swells.std() + furrows


def planted(where: Grid, heaps: list[Planted]) -> Heights:
    """Return what some heaps and pits add to the ground, metres; their volume is its sum times a pixel's area.

    Raises
    ------
    ValueError
        If a shape is none of ``SHAPES``.
    """
    gsd = where.transform.a
    south = (np.arange(where.rows)[:, None] + 0.5) * gsd
    east = (np.arange(where.columns)[None, :] + 0.5) * gsd
    total = np.zeros((where.rows, where.columns))
    for heap in heaps:
        apart = np.hypot(south - heap.south_m, east - heap.east_m) / heap.radius_m
        if heap.shape == "cone":
            total += heap.height_m * np.clip(1 - apart, 0, None)
        elif heap.shape == "mound":
            total += np.where(apart <= 1, heap.height_m * np.exp(-0.5 * (3 * apart) ** 2), 0.0)
        elif heap.shape == "bank":
            across, along = np.abs(south - heap.south_m), np.abs(east - heap.east_m)
            inside = np.minimum(heap.radius_m - across, 2 * heap.radius_m - along)
            total += np.clip(inside, 0, heap.height_m)  # sides of 45 degrees, flat on top
        elif heap.shape == "pit":
            total -= heap.height_m * np.clip(1 - apart**2, 0, None)
        else:
            raise ValueError(f"no shape {heap.shape!r}; one of {SHAPES}")
    return total


def errors(where: Grid, asked: Errors, rng: np.random.Generator) -> Heights:
    """Return one error of a surface model, metres."""
    gsd = where.transform.a
    spread = asked.wave_length_m / gsd
    margin = int(4 * spread) + 1
    noise = rng.normal(size=(where.rows + 2 * margin, where.columns + 2 * margin))
    # A Gaussian filter leaves 1 / (2 sqrt(pi) spread) of the standard deviation of white noise.
    waves = ndimage.gaussian_filter(noise, spread)[margin:-margin, margin:-margin] * 2 * np.sqrt(np.pi) * spread
    tilt = np.linspace(0, 1, where.rows)[:, None] * rng.normal() + np.linspace(0, 1, where.columns) * rng.normal()
    return (
        asked.offset_m * rng.normal()
        + asked.tilt_m * tilt
        + asked.waves_m * waves
        + rng.normal(0, asked.noise_m, (where.rows, where.columns))
    )
