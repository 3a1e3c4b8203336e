"""Rim: the life of one pixel of a series, read back from its images: what was seen, expected, concluded each day."""

from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
from pyproj import Transformer

from gis.crs import STORAGE
from gis.errors import WorkbenchError
from satellite import series, states
from satellite.looks import Look, Reader, Tile
from satellite.series import Baseline, Watch
from satellite.states import Record

_CURVE_DAYS = 5


@dataclass(frozen=True)
class Trace:
    """One pixel.

    Attributes
    ----------
    history : DataFrame
        day, value (NaN where not observed) of the baseline's images.
    looks : DataFrame
        day, value, expected, common, limit, state of the images since; see ``series.Judged`` and ``series.STATES``.
        An image that is gone leaves its row and all later states empty.
    curve : DataFrame
        day, expected, every five days; NaN outside the seasons in which the history looked.
    missing : int
        Images that are no longer where they were.
    agrees : bool
        Whether the state found again is the stored one; False where images are missing.
    index : str
    """

    history: pd.DataFrame
    looks: pd.DataFrame
    curve: pd.DataFrame
    missing: int
    agrees: bool
    index: str


def pixel_at(record: Record, lon: float, lat: float) -> tuple[int, int]:
    """Return row and column of a place.

    Raises
    ------
    WorkbenchError
        ``series.outside`` if it lies outside the grid.
    """
    x, y = Transformer.from_crs(STORAGE, record.grid.crs, always_xy=True).transform(lon, lat)
    column, row = (int(np.floor(each)) for each in ~record.grid.transform @ (x, y))
    if not (0 <= row < record.grid.rows and 0 <= column < record.grid.columns):
        raise WorkbenchError(
            "series.outside", "{lon:.5f}, {lat:.5f} lies outside the series", lon=float(lon), lat=float(lat)
        )
    return row, column


def read(folder: Path, at: tuple[int, int]) -> Trace:
    """Return the life of the pixel at (row, column).

    Raises
    ------
    WorkbenchError
        ``series.none``; see ``satellite.looks.Reader``.
    """
    record = states.read(folder)
    tile = next(
        each
        for each in states.tiles(record.grid)
        if all(part.start <= place < part.stop for part, place in zip(each, at, strict=True))
    )
    _, baseline, stored = next(states.read_tiles(folder, only=tile))
    inside = (at[0] - tile[0].start, at[1] - tile[1].start)
    found = _Images(folder, record)
    history = [(day, found.value(name, at)) for day, name in found.days(record.history)]
    rows, watch = _replayed(record, found, tile, inside, baseline)
    agrees = watch is not None and all(
        np.array_equal(now[(..., *inside)], then[(..., *inside)])
        for now, then in zip(vars(watch).values(), vars(stored).values(), strict=True)
    )
    return Trace(
        pd.DataFrame(history, columns=["day", "value"]),
        pd.DataFrame(rows, columns=["day", "value", "expected", "common", "limit", "state"]),
        _curve(record, baseline, inside),
        found.missing,
        agrees,
        record.index,
    )


class _Images:
    """The images of a series, as far as they still lie where they were; counts those that do not."""

    def __init__(self, folder: Path, record: Record) -> None:
        self._places, self._record = states.places(folder), record
        self.missing = 0

    def days(self, named: list[dict[str, str]]) -> list[tuple[date, dict[str, str]]]:
        """Return each image with its day."""
        return [(date.fromisoformat(each["seen_on"]), each) for each in named]

    def read(self, name: dict[str, str], tile: Tile) -> series.Image | None:
        """Return the index of a tile, None where the image is gone."""
        image, clear = self._places.get(name["sha256"], (None, None))
        if image is None or not image.is_file() or (clear is not None and not clear.is_file()):
            self.missing += 1
            return None
        with ExitStack() as stack:
            look = Look(image, clear, date.fromisoformat(name["seen_on"]))
            return stack.enter_context(Reader(look, self._record.grid, self._record.index)).read(tile)

    def value(self, name: dict[str, str], at: tuple[int, int]) -> float:
        """Return the index of a pixel, NaN where it was not observed or the image is gone."""
        found = self.read(name, (slice(at[0], at[0] + 1), slice(at[1], at[1] + 1)))
        return float("nan") if found is None else float(found[0, 0])


def _replayed(
    record: Record, found: _Images, tile: Tile, inside: tuple[int, int], baseline: Baseline
) -> tuple[list[tuple[object, ...]], Watch | None]:
    """Take every look in once more, on the pixel's tile alone."""
    watch: Watch | None = series.begin(baseline.spread.shape)
    rows: list[tuple[object, ...]] = []
    for day, name in found.days(record.looks):
        image = found.read(name, tile)
        if image is None or watch is None:
            watch = None
            rows.append((day, np.nan, np.nan, np.nan, np.nan, None))
            continue
        watch = series.advance(watch, baseline, image, day, typical=record.typical, params=record.params)
        told = series.judged(baseline, image, day, at=inside, typical=record.typical, params=record.params)
        state = series.states(watch, baseline, record.params)[inside]
        rows.append((day, told.value, told.expected, told.common, told.limit, series.STATES[int(state)]))
    return rows, watch


def _curve(record: Record, baseline: Baseline, inside: tuple[int, int]) -> pd.DataFrame:
    """Return what the baseline expects from the first image to the last."""
    first = date.fromisoformat(min(each["seen_on"] for each in record.history))
    part = (slice(inside[0], inside[0] + 1), slice(inside[1], inside[1] + 1))
    here = Baseline(**{name: value[(..., *part)] for name, value in vars(baseline).items()})
    days = [first + timedelta(step) for step in range(0, (record.last_on - first).days + _CURVE_DAYS, _CURVE_DAYS)]
    values = [float(series.expected(here, day)[0, 0]) if record.params.counts(day) else float("nan") for day in days]
    return pd.DataFrame({"day": days, "expected": values})
