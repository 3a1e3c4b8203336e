"""Clear pixels: which pixels of an optical scene show the ground, and why the others do not.

The classes that come with an image (Sentinel-2's SCL, Landsat's QA_PIXEL, or s2cloudless for L1C) are a first word;
``surfaces`` takes back what they are known to get wrong, ``shadows`` adds shadows by geometry, a buffer is laid around
both, and the result is a map of codes: observed or not, and why.

Works on dask strip by strip, each of whole rows: a strip knows but two neighbours, so few are held at a time, while
square blocks would wait for those diagonally below. Only a view of 60-m pixels is held whole.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import dask.array as da
import numpy as np
import xarray as xr
from numpy.typing import NDArray
from scipy import ndimage

from gis import memory
from satellite import probabilities, shadows, surfaces
from satellite.products import Sun
from satellite.rasters import MISSING, OUTSIDE

Codes = NDArray[np.uint8]

REASONS = ("outside", "clear", "snow", "cloud", "thin_cloud", "shadow", "near_cloud", "faulty", "missing")
"""What the codes 0 to 8 mean, in their order: only ``clear`` shows the bare ground, ``snow`` the ground under snow."""
NOWHERE, CLEAR, SNOW, CLOUD, THIN, SHADOW, NEAR, FAULTY, ABSENT = range(9)

COARSE_M = 60.0
_BANDS = ("blue", "green", "red", "nir", "swir16", "rededge3", "nir08")
_SCL = {1: FAULTY, 3: SHADOW, 8: CLOUD, 9: CLOUD, 10: THIN, 11: SNOW}
_QA_BITS = ((5, SNOW), (1, NEAR), (2, THIN), (4, SHADOW), (3, CLOUD))
_QA_FILL = 0
_DARK = 0.65
_HALO_PX = 64
_STRIP_ROWS = 256
_SPECK_PX = 7


@dataclass(frozen=True)
class Settings:
    """How pixels are judged.

    Attributes
    ----------
    cloud_buffer_m, shadow_buffer_m : float
        How far around clouds and shadows pixels are not trusted: half the edge of a square.
    probability : float
        Of s2cloudless, from which a pixel is cloud.
    roof_m2 : float
        Up to this area a bright thing without parallax is a roof.
    """

    cloud_buffer_m: float = 100.0
    shadow_buffer_m: float = 60.0
    probability: float = 0.4
    roof_m2: float = 60_000.0


def classified(scene: xr.Dataset, settings: Settings | None = None) -> xr.DataArray:
    """Return why each pixel is usable or not.

    Parameters
    ----------
    scene : Dataset, dims (y, x)
        From ``scenes.load``: reflectance bands and, where there are any, ``scl`` or ``qa_pixel``; ``source``;
        attributes ``sun_azimuth`` and ``sun_zenith``, without which no shadow is looked for.
    settings : Settings

    Returns
    -------
    DataArray of uint8, dims (y, x)
        Codes of ``REASONS``, lazy where the scene is. ``attrs["screened_by"]`` tells by what clouds were found:
        ``scl``, ``qa_pixel``, ``s2cloudless``, ``colours``, or ``nothing`` if it has neither classes nor the bands.

    Raises
    ------
    ValueError
        If the scene has no reflectance band.
    """
    wanted = settings or Settings()
    bands = {name: scene[name].data for name in _BANDS if name in scene}
    if not bands:
        raise ValueError("a scene without optical bands cannot be masked")
    lazy = {name: da.asarray(band).rechunk(_strips(band)) for name, band in bands.items()}
    pixel_m = _pixel_m(scene)
    given, screen = _given(scene, lazy, wanted, pixel_m)
    base = _overlapped(_judged, [given, *lazy.values()], tuple(lazy), wanted, pixel_m)
    thrown, usual = _thrown(scene, base, lazy, pixel_m)
    # Judged once more rather than kept: the strips would wait for each other twice.
    codes = _overlapped(_finished, [given, thrown, usual, *lazy.values()], tuple(lazy), wanted, pixel_m)
    if not any(isinstance(band, da.Array) for band in bands.values()):
        codes = codes.compute()
    found = xr.DataArray(codes, dims=("y", "x"), coords=scene.coords, name="clear_codes")
    return found.assign_attrs(
        screened_by=screen, flag_values=list(range(len(REASONS))), flag_meanings=" ".join(REASONS)
    )


def clear(codes: xr.DataArray, *, snow: bool = False) -> xr.DataArray:
    """Return where pixels are usable, bool; with ``snow`` those under snow too."""
    usable = codes == CLEAR
    return usable | (codes == SNOW) if snow else usable


def joined(codes: xr.DataArray, other: xr.DataArray) -> xr.DataArray:
    """Return codes with a second opinion, such as a mask that somebody drew: where it is 0, a pixel is faulty."""
    hidden = (other == 0) & ((codes == CLEAR) | (codes == SNOW))
    return codes.where(~hidden, np.uint8(FAULTY)).astype(np.uint8)


def shares(codes: xr.DataArray) -> dict[str, float]:
    """Return the share of each reason, 0 to 1, among the pixels that are not outside of the scene; computed blockwise.

    ``outside`` is its share of all pixels. Without any pixel inside, all but ``outside`` are 0.
    """
    numbers = counts(da.asarray(codes.data)).compute()
    inside = max(int(numbers[CLEAR:].sum()), 1)
    found = {reason: float(count) / inside for reason, count in zip(REASONS, numbers, strict=True)}
    return found | {"outside": float(numbers[NOWHERE]) / max(int(numbers.sum()), 1)}


def counts(codes: da.Array) -> da.Array:
    """Return how many pixels have each code, (9,) int64, lazily; each block is counted where it lies."""

    def count(block: Codes) -> NDArray[np.int64]:
        return np.bincount(block.ravel(), minlength=len(REASONS))[None, None]

    sizes = (*((1,) * number for number in codes.numblocks), (len(REASONS),))
    return codes.map_blocks(count, chunks=sizes, new_axis=2, dtype=np.int64).sum(axis=(0, 1))


def _given(
    scene: xr.Dataset, bands: Mapping[str, da.Array], settings: Settings, pixel_m: float
) -> tuple[da.Array, str]:
    """Return the first word on each pixel as codes, and whose it is."""
    source = da.asarray(scene["source"].data) if "source" in scene else None
    like = next(iter(bands.values()))
    if "scl" in scene:
        told, screen = da.asarray(scene["scl"].data).rechunk(like.chunks).map_blocks(_of_scl, dtype=np.uint8), "scl"
    elif "qa_pixel" in scene:
        told = da.asarray(scene["qa_pixel"].data).rechunk(like.chunks).map_blocks(_of_qa, dtype=np.uint8)
        screen = "qa_pixel"
    elif probabilities.possible(scene):
        step = _step(pixel_m)
        cloud = probabilities.of(scene, step) > settings.probability
        told, screen = _spread(np.where(cloud, CLOUD, CLEAR).astype(np.uint8), step, like), "s2cloudless"
    elif "swir16" in bands and "blue" in bands:
        names = tuple(bands)
        told = da.map_blocks(
            lambda *some: _of_colours(dict(zip(names, some, strict=True))), *bands.values(), dtype=np.uint8
        )
        screen = "colours"
    else:
        told, screen = da.full_like(like, CLEAR, dtype=np.uint8), "nothing"
    known = da.isfinite(like) if source is None else source.rechunk(like.chunks) > OUTSIDE
    absent = da.full_like(told, ABSENT) if source is None else _unseen(source.rechunk(like.chunks))
    return da.where(known, told, absent), screen


def _unseen(source: da.Array) -> da.Array:
    return da.where(source == MISSING, np.uint8(ABSENT), np.uint8(NOWHERE))


def _of_scl(classes: NDArray[np.uint8]) -> Codes:
    table = np.full(256, CLEAR, np.uint8)
    for number, code in _SCL.items():
        table[number] = code
    table[0] = ABSENT
    return np.asarray(table[classes])


def _of_qa(bits: NDArray[np.uint16]) -> Codes:
    codes = np.full(bits.shape, CLEAR, np.uint8)
    for bit, code in _QA_BITS:
        codes[(bits >> bit) & 1 == 1] = code
    codes[(bits >> _QA_FILL) & 1 == 1] = ABSENT
    return codes


def _of_colours(bands: surfaces.Bands) -> Codes:
    return np.where(surfaces.plain_cloud(bands), CLOUD, CLEAR).astype(np.uint8)


def _judged(
    given: Codes, *planes: NDArray[np.float32], names: tuple[str, ...], settings: Settings, pixel_m: float
) -> Codes:
    """Take back what the first word is known to get wrong, and find snow."""
    bands = dict(zip(names, planes, strict=True))
    codes = given.copy()
    cloudy = (codes == CLOUD) | (codes == THIN)
    roof = surfaces.roofs(codes == CLOUD, bands, most_px=round(settings.roof_m2 / pixel_m**2), edge_px=2)
    back = cloudy & (surfaces.no_cloud(bands) | roof)
    back |= _remnants(cloudy, back)
    water = surfaces.water(bands)
    codes[back | (water & (codes == SNOW))] = CLEAR
    codes[(codes == CLEAR) & surfaces.snow(bands)] = SNOW
    return codes


def _finished(
    given: Codes,
    thrown: Codes,
    usual: NDArray[np.float32],
    *planes: NDArray[np.float32],
    names: tuple[str, ...],
    settings: Settings,
    pixel_m: float,
) -> Codes:
    """Judge, add shadows by geometry, drop the first word's shadows on water where none falls, and lay the buffers."""
    bands = dict(zip(names, planes, strict=True))
    water, falls = surfaces.water(bands), thrown > 0
    codes = _judged(given, *planes, names=names, settings=settings, pixel_m=pixel_m)
    codes[(codes == SHADOW) & water & ~falls] = CLEAR
    usable = (codes == CLEAR) | (codes == SNOW)
    if "nir" in bands:
        dark = bands["nir"] < np.float32(_DARK) * usual
        codes[usable & falls & (dark | water)] = SHADOW
    near = _around(codes == CLOUD, settings.cloud_buffer_m / pixel_m)
    near |= _around(codes == SHADOW, settings.shadow_buffer_m / pixel_m)
    codes[near & ((codes == CLEAR) | (codes == SNOW))] = NEAR
    return codes


def _remnants(cloudy: NDArray[np.bool_], back: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return specks of cloud in what was taken back: a buffer around each would hide a winter landscape again."""
    if not back.any():
        return back
    of = ndimage.uniform_filter(cloudy.astype(np.float32), _SPECK_PX)
    taken = ndimage.uniform_filter(back.astype(np.float32), _SPECK_PX)
    return np.asarray(cloudy & (taken > np.float32(0.5) * of))


def _around(mask: NDArray[np.bool_], reach_px: float) -> NDArray[np.bool_]:
    """Return what lies within a square of a mask; a circle would cost five times as much."""
    if not mask.any() or reach_px <= 0:
        return np.zeros_like(mask)
    return ndimage.maximum_filter(mask.view(np.uint8), 2 * round(reach_px) + 1).view(bool)


def _thrown(
    scene: xr.Dataset, base: da.Array, bands: Mapping[str, da.Array], pixel_m: float
) -> tuple[da.Array, da.Array]:
    """Return where shadows fall and the near infrared usual around, both from a coarse view of the whole scene."""
    step = _step(pixel_m)
    like = next(iter(bands.values()))
    if "sun_azimuth" not in scene.attrs or "nir" not in bands:
        return da.zeros_like(like, dtype=np.uint8), da.zeros_like(like)
    sun = Sun(float(scene.attrs["sun_azimuth"]), float(scene.attrs["sun_zenith"]))
    # A slice is a view and would keep its whole block in memory until the last one is there.
    views = (each[::step, ::step].map_blocks(np.copy) for each in (base, *bands.values()))
    coarse = da.compute(*views)
    memory.release()
    codes, few = coarse[0], dict(zip(bands, coarse[1:], strict=True))
    water, seen = surfaces.water(few), (codes != NOWHERE) & (codes != ABSENT)
    land = ((codes == CLEAR) | (codes == SNOW)) & ~water & np.isfinite(few["nir"])
    usual = shadows.background(few["nir"], land)
    dark = few["nir"] < np.float32(_DARK) * usual
    found = shadows.zone(shadows.Ground(codes == CLOUD, dark, water, seen, pixel_m * step), sun)
    return _spread(found.astype(np.uint8), step, like), _spread(usual, step, like)


def _spread(coarse: NDArray[Any], step: int, like: da.Array) -> da.Array:
    """Return a coarse view on fine pixels, each the value of the coarse pixel it lies in, lazily."""

    def part(_: NDArray[Any], block_info: dict[Any, Any] | None = None) -> NDArray[Any]:
        rows, columns = (np.arange(*span) // step for span in (block_info or {})[0]["array-location"])
        return coarse[np.ix_(rows, columns)]

    return like.map_blocks(part, dtype=coarse.dtype, meta=np.empty((0, 0), coarse.dtype))


def _overlapped(
    judge: Callable[..., Codes],
    arrays: list[da.Array],
    names: tuple[str, ...],
    settings: Settings,
    pixel_m: float,
) -> da.Array:
    reach = max(settings.cloud_buffer_m, settings.shadow_buffer_m) / pixel_m
    # Roofs are judged whole, where the bands for it are there; else nothing looks further than a speck and a buffer.
    halo = (_HALO_PX if set(surfaces.PARALLAX) <= set(names) else _SPECK_PX) + int(np.ceil(reach)) + 1
    depth = (min(halo, *arrays[0].chunks[0]), 0)
    return da.map_overlap(
        judge,
        *arrays,
        depth=depth,
        boundary="none",
        trim=True,
        dtype=np.uint8,
        meta=np.empty((0, 0), np.uint8),
        names=names,
        settings=settings,
        pixel_m=pixel_m,
    )


def _step(pixel_m: float) -> int:
    return max(1, round(COARSE_M / pixel_m))


def _strips(band: Any) -> Any:  # noqa: ANN401
    """Return the blocks of a lazy band: strips of whole rows, about equally high; one block of what is in memory."""
    if not isinstance(band, da.Array):
        return -1
    rows = band.shape[0]
    return {0: -(-rows // max(1, rows // _STRIP_ROWS)), 1: -1}


def _pixel_m(scene: xr.Dataset) -> float:
    """Return the height of a pixel in metres."""
    step = abs(float(scene["y"][1] - scene["y"][0])) if scene.sizes["y"] > 1 else 1.0
    return step * 111_320 if scene.rio.crs is not None and scene.rio.crs.is_geographic else step
