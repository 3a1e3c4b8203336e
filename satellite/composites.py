"""Composites: one image from many dates, pixel by pixel, and for each pixel which date it came from.

Lazy where the scenes are: a chunk holds all dates of a tile, so that memory is bounded by the tile, not by the scene.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import dask.array as da
import numpy as np
import xarray as xr
from numpy.typing import NDArray
from scipy import ndimage

from gis.errors import WorkbenchError

Image = NDArray[np.float32]
Flags = NDArray[np.bool_]

NO_DATE = -1
"""Provenance of a pixel that no date observed."""

_SPREAD = 1.4826


@dataclass(frozen=True)
class Preference:
    """What makes one date's pixel better than another's.

    Attributes
    ----------
    cloud_px : int
        A pixel this far from what is not clear, or further, is as good as any.
    days : float
        A date this many days from the wanted one is half as good as the day itself.
    cloud_weight : float
        0 to 1: how much distance to cloud counts against nearness in time.
    """

    cloud_px: int = 50
    days: float = 20.0
    cloud_weight: float = 0.5

    def __post_init__(self) -> None:
        """Refuse values without meaning."""
        if self.cloud_px < 1 or self.days <= 0 or not 0 <= self.cloud_weight <= 1:
            raise ValueError(f"no preference: {self}")


def best_pixel(
    scenes: xr.Dataset, clear: xr.DataArray, *, on: date, preference: Preference | None = None
) -> xr.Dataset:
    """Take each pixel from the date that suits it best: clear, far from cloud, near the wanted day.

    The score follows J. C. White et al. (2014): Pixel-based image compositing for large-area dense time series
    applications. Canadian Journal of Remote Sensing 40(3), 192-212, with linear distance to cloud.

    Parameters
    ----------
    scenes : Dataset
        Bands with dims (time, y, x), float32; NaN where not observed. NumPy or Dask.
    clear : DataArray (time, y, x) bool
        True where usable.
    on : date
        The wanted day.
    preference : Preference, optional

    Returns
    -------
    Dataset
        The bands with dims (y, x), all of one date at each pixel; ``date_index`` int16, the position along time,
        ``NO_DATE`` where no date has all bands (they are NaN there); ``observations`` int16, how many dates have.

    Raises
    ------
    WorkbenchError
        ``composites.too_few`` without a scene.
    """
    preference = preference or Preference()
    nearness = _nearness(_days(scenes), on, preference.days)

    def chosen(bands: Image, usable: Image) -> Image:
        # (band, time, y, x), and (time, y, x): how far from cloud, 0 where not clear.
        seen = (usable > 0) & np.isfinite(bands).all(axis=0)
        apart = usable / preference.cloud_px
        score = preference.cloud_weight * apart + (1 - preference.cloud_weight) * nearness[:, None, None]
        at = np.where(seen, score, -1.0).argmax(axis=0)
        return _taken(bands, seen, at)

    return _composed(scenes, _distances(clear, preference.cloud_px), chosen)


def median(scenes: xr.Dataset, clear: xr.DataArray) -> xr.Dataset:
    """Take the median of each band over the clear dates. Parameters and faults as of ``best_pixel``.

    Returns
    -------
    Dataset
        As of ``best_pixel``; ``date_index`` is the date whose bands lie nearest the medians.
    """

    def chosen(bands: Image, usable: Flags) -> Image:
        seen = usable & np.isfinite(bands).all(axis=0)
        middle = _median(np.where(seen, bands, np.nan), seen.sum(axis=0))
        apart = np.where(seen, np.abs(bands - middle[:, None]).sum(axis=0), np.inf)
        taken = _taken(bands, seen, apart.argmin(axis=0))
        taken[: len(bands)] = middle
        return taken

    return _composed(scenes, clear, chosen)


def same_season(
    scenes: xr.Dataset, clear: xr.DataArray, *, on: date, years: int = 3, within_days: int = 15
) -> xr.Dataset:
    """Return what the place looked like on this day of the year in the years before: the median, and how it varies.

    The baseline of OPERA DIST-ALERT: compared with it, neither the season nor snow is a change.

    Parameters
    ----------
    scenes, clear
        As of ``best_pixel``; only dates of the same season are read.
    on : date
    years : int
        How many years back; the year of ``on`` itself is left out.
    within_days : int
        How far from the day of the year, either side; across New Year too.

    Returns
    -------
    Dataset
        As of ``median``, ``date_index`` counting the dates of ``scenes``; and ``<band>_spread``, 1.4826 times the
        median absolute deviation, NaN with fewer than two observations.

    Raises
    ------
    WorkbenchError
        ``composites.no_dates`` if no date qualifies.
    """
    at = seasonal(_days(scenes), on, years=years, within_days=within_days)
    if not len(at):
        raise WorkbenchError(
            "composites.no_dates",
            "In the {years} years before {day} there is no image of the same season, {within} days either side",
            years=years,
            day=on.isoformat(),
            within=within_days,
        )
    chosen, usable = scenes.isel(time=at), clear.isel(time=at)
    baseline = median(chosen, usable)
    told = {"dates": " ".join(day.isoformat() for day in _days(scenes))}
    numbers = np.array([*at, NO_DATE], np.int16)  # NO_DATE reads the last
    of_all = xr.apply_ufunc(
        lambda each: numbers[each], baseline["date_index"], dask="parallelized", output_dtypes=[np.int16]
    )
    baseline["date_index"] = of_all.assign_attrs(told)
    return baseline.assign(_spreads(chosen, usable))


def seasonal(days: list[date], on: date, *, years: int = 3, within_days: int = 15) -> NDArray[np.int64]:
    """Return the positions of the days within a season of earlier years. Parameters as of ``same_season``.

    A day belongs to the year whose anniversary of ``on`` it is nearest to; 29 February counts as 1 March elsewhere.
    """
    found = []
    for at, day in enumerate(days):
        for back in range(1, years + 1):
            if abs((day - _anniversary(on, on.year - back)).days) <= within_days:
                found.append(at)
                break
    return np.array(found, np.int64)


def _composed(scenes: xr.Dataset, clear: xr.DataArray, chosen: Callable[[Image, Any], Image]) -> xr.Dataset:
    """Run a choice tile by tile and name what comes out."""
    days = _days(scenes)
    names = [str(name) for name in scenes.data_vars]
    stacked = scenes.to_dataarray("band").transpose("band", "time", "y", "x")
    usable = clear.transpose("time", "y", "x")
    if isinstance(stacked.data, da.Array):
        bands = stacked.chunk({"band": -1, "time": -1}).data
        beside = usable.chunk({"time": -1}).data.rechunk((bands.chunks[1], *bands.chunks[2:]))
        data = da.map_blocks(
            lambda block, flags: chosen(block, flags[0]),
            bands,
            beside[None],
            drop_axis=1,
            chunks=((len(names) + 2,), *bands.chunks[2:]),
            dtype=np.float32,
            meta=np.empty((0, 0, 0), np.float32),
        )
    else:
        data = chosen(stacked.to_numpy(), usable.to_numpy())
    result = xr.Dataset(coords={name: scenes.coords[name] for name in scenes.coords if "time" not in scenes[name].dims})
    for at, name in enumerate(names):
        result[name] = (("y", "x"), data[at].astype(np.float32))
    told = {"dates": " ".join(day.isoformat() for day in days)}
    result["date_index"] = (("y", "x"), data[-2].astype(np.int16), told)
    result["observations"] = (("y", "x"), data[-1].astype(np.int16))
    return result.assign_attrs(scenes.attrs)


def _distances(clear: xr.DataArray, most: int) -> xr.DataArray:
    """Return how far each pixel is from what is not clear on its date, at most ``most``.

    Only the masks are read with a margin: bands of all dates held for their neighbours' sake would fill the memory.
    """

    def body(flags: Flags) -> Image:
        return np.stack([_distance(each, most) for each in flags]).astype(np.float32)

    flags = clear.transpose("time", "y", "x")
    if isinstance(flags.data, da.Array):
        depth = {0: 0, 1: min(most, flags.shape[1]), 2: min(most, flags.shape[2])}
        data = da.map_overlap(body, flags.data, depth=depth, boundary="none", dtype=np.float32, allow_rechunk=True)
    else:
        data = body(flags.to_numpy())
    return flags.copy(data=data)


def _taken(bands: Image, seen: Flags, at: NDArray[np.int64]) -> Image:
    """Return the bands of the chosen date, its position and the number of dates, all as float32."""
    count = seen.sum(axis=0)
    values = np.take_along_axis(bands, at[None, None], axis=1)[:, 0]
    values = np.where(count > 0, values, np.nan)
    return np.concatenate([values, np.where(count > 0, at, NO_DATE)[None], count[None]]).astype(np.float32)


def _median(values: Image, count: NDArray[np.int64]) -> Image:
    """Return the median over time of (band, time, y, x) without a word about pixels that are NaN on all dates."""
    ordered = np.sort(values, axis=1)  # NaN last
    low, high = np.maximum(count - 1, 0) // 2, np.minimum(count // 2, values.shape[1] - 1)
    parts = [np.take_along_axis(ordered, at[None, None], axis=1)[:, 0] for at in (low, high)]
    return ((parts[0] + parts[1]) / 2).astype(np.float32)


def _spreads(scenes: xr.Dataset, clear: xr.DataArray) -> dict[str, xr.DataArray]:
    def spread(values: Image, usable: Flags) -> Image:
        # (..., time): apply_ufunc puts the core dimension last.
        seen = np.moveaxis(usable & np.isfinite(values), -1, 0)
        kept = np.where(seen, np.moveaxis(values, -1, 0), np.nan)
        count = seen.sum(axis=0)
        middle = _median(kept[None], count)[0]
        result: Image = _SPREAD * _median(np.abs(kept - middle)[None], count)[0]
        return np.where(count > 1, result, np.nan).astype(np.float32)

    made: Mapping[str, Any] = {
        f"{name}_spread": xr.apply_ufunc(
            spread,
            band.chunk({"time": -1}) if band.chunks else band,
            clear.chunk({"time": -1}) if clear.chunks else clear,
            input_core_dims=[["time"], ["time"]],
            dask="parallelized",
            output_dtypes=[np.float32],
        )
        for name, band in scenes.data_vars.items()
    }
    return {str(name): each for name, each in made.items()}


def _distance(seen: Flags, most: int) -> NDArray[np.float64]:
    """Return the distance to the nearest pixel that is not clear, at most ``most``."""
    if seen.all():
        return np.full(seen.shape, float(most))
    return np.minimum(ndimage.distance_transform_edt(seen), most)


def _nearness(days: list[date], on: date, half: float) -> NDArray[np.float64]:
    apart = np.array([abs((day - on).days) for day in days], np.float64)
    return 2.0 ** (-apart / half)


def _days(scenes: xr.Dataset) -> list[date]:
    if "time" not in scenes.coords or not scenes.sizes["time"]:
        raise WorkbenchError("composites.too_few", "A composite takes at least one image")
    return [date.fromisoformat(str(each)[:10]) for each in scenes["time"].to_numpy().astype("datetime64[D]")]


def _anniversary(day: date, year: int) -> date:
    try:
        return day.replace(year=year)
    except ValueError:  # 29 February
        return date(year, 3, 1)
