"""A project of synthetic scenes and flights, for pictures of the pages that judge scenes and measure heaps."""

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np
import rasterio
from affine import Affine
from numpy.typing import NDArray
from scipy import ndimage

from cross_check import coverage, flights
from cross_check.coverage import Wish
from cross_check.files import Project
from cross_check.flights import Brought
from satellite import files, synthetic, synthetic_flights
from satellite.patches import Grid
from satellite.synthetic_flights import Errors, Heights, Planted

HEAPS = (
    Planted("cone", 62, 58, 17, 7),
    Planted("bank", 118, 110, 13, 4),
    Planted("mound", 150, 52, 22, 5),
    Planted("pit", 60, 140, 18, 5),
)
_GSD_M = 0.25
_EDGE_PX = 800
_SCENE_PX = 500


@dataclass(frozen=True)
class _Flight:
    name: str
    day: date
    heaps: tuple[Planted, ...]
    moved_m: tuple[float, float] = (0.0, 0.0)


_FLIGHTS = (
    _Flight("SYNTHETIC-spring", date(2026, 4, 21), HEAPS[:1]),
    _Flight("SYNTHETIC-autumn", date(2026, 9, 8), HEAPS, (1.2, -0.8)),
)


def write(project: Project, folder: Path) -> None:
    """Write four prepared scenes and two flights with the volumes between them; every name says it is synthetic."""
    folder.mkdir(parents=True, exist_ok=True)
    coverage.prepare(_scenes(folder), project, Wish())
    coverage.months(project)
    rng = np.random.default_rng(11)
    where = synthetic_flights.grid(_EDGE_PX, _EDGE_PX, gsd_m=_GSD_M)
    ground, look = synthetic_flights.ground(where, rng), _look(rng)
    for flight in _FLIGHTS:
        heaps = synthetic_flights.planted(where, list(flight.heaps))
        heights = (ground + heaps + synthetic_flights.errors(where, Errors(), rng)).astype(np.float32)
        ortho, dsm = (folder / f"{flight.name}-{kind}.tif" for kind in ("ortho", "dsm"))
        moved = replace(where, transform=Affine.translation(*flight.moved_m) @ where.transform)
        _write(ortho, _picture(look, heaps), moved)
        _write(dsm, heights[None], moved)
        flights.add(project, flight.name, Brought(ortho, dsm, flight.day))
    first, second = (flight.name for flight in _FLIGHTS)
    flights.register(project, second, first)
    flights.measure_volumes(project, (first, second))


def _scenes(folder: Path) -> list[Path]:
    world = synthetic.make_world(5, size_px=_SCENE_PX, each=1)
    paths = [folder / f"SYNTHETIC_{day:%Y%m%d}.tif" for day in synthetic.DATES]
    for at, path in enumerate(paths):
        files.write_scene(synthetic.scene(world, at), path)
    return paths


def _look(rng: np.random.Generator) -> NDArray[np.float64]:
    """Return bare fields of (bands, rows, columns), 0 to 255."""
    rough = ndimage.gaussian_filter(rng.normal(size=(_EDGE_PX, _EDGE_PX)), 3)
    fields = ndimage.zoom(rng.uniform(0, 1, (5, 5)), _EDGE_PX / 5, order=0)
    tints = np.array([[150, 128, 96], [96, 118, 62]], float)
    colour = tints[0] + (tints[1] - tints[0]) * fields[..., None] + 7 * (rough / rough.std())[..., None]
    return np.moveaxis(colour, 2, 0)


def _picture(look: NDArray[np.float64], heaps: Heights) -> NDArray[np.uint8]:
    """Return what a camera sees: heaps light where the sun in the south-east strikes them, pits dark."""
    down, right = np.gradient(heaps, _GSD_M)
    shade = np.clip(1 - 0.3 * (right + down), 0.55, 1.35)
    bare = np.where(np.abs(heaps) > 0.2, 150.0, look) * shade  # noqa: PLR2004 - the foot of a heap
    return np.clip(bare, 1, 255).astype(np.uint8)


def _write(path: Path, bands: NDArray[np.uint8] | NDArray[np.float32], where: Grid) -> None:
    profile = {"driver": "GTiff", "count": len(bands), "height": where.rows, "width": where.columns}
    profile |= {"dtype": bands.dtype.name, "crs": where.crs.to_wkt(), "transform": where.transform}
    with rasterio.open(path, "w", **profile) as sink:
        sink.write(bands)
        sink.update_tags(SYNTHETIC="YES: made by haidongqing, no real image")
