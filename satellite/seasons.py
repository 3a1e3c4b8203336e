"""Seasons: whether two dates may be compared at all, from the calendar and from the snow in the pictures.

When a target can be told is data (``data/calendar.toml``) that a reader can check and change.
"""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from gis.errors import WorkbenchError
from satellite import findings, series
from satellite.indices import Bands

MOST_APART_DAYS = 45
"""Days of the year further apart compare crops in different states; the user is told."""
MOST_SNOW = 0.2
"""Difference of snow cover between two dates beyond which all that differs is the snow."""
RULES = ("warn", "lower", "refuse")
"""What becomes of a pair of other seasons: it is told, its patches count for less, or it is not compared."""
HALVED_DAYS = 15
LATITUDES = (40.0, 56.0)
"""The calendar is that of the cold north between these; of places beyond nothing is said."""
_YEAR_DAYS = 365
_DATA = Path(__file__).parent / "data" / "calendar.toml"

Day = tuple[int, int]
"""Month and day."""


@dataclass(frozen=True)
class Sight:
    """Edge of a pixel in metres, and the latitude that pictures show in degrees."""

    pixel_m: float = 10.0
    latitude: float = 47.0


PLAIN = Sight()


@dataclass(frozen=True)
class Season:
    """When some targets can be told.

    Attributes
    ----------
    targets : tuple of str
    windows : tuple of (Day, Day)
        First and last day of each; one may pass the turn of the year.
    source : str
    dates : str
        ``both`` must lie in a window, or ``after`` alone.
    most_pixel_m : float
        Coarser pixels cannot tell it then.
    """

    targets: tuple[str, ...]
    windows: tuple[tuple[Day, Day], ...]
    source: str
    dates: str = "both"
    most_pixel_m: float = float("inf")

    def beyond_days(self, before_on: date, after_on: date) -> int:
        """Return how many days the dates lie out of the nearest window, the worse of both; 0 within."""
        asked = (after_on,) if self.dates == "after" else (before_on, after_on)
        return max(min(_beyond(day, *window) for window in self.windows) for day in asked)

    def __str__(self) -> str:
        """Return the windows as month-day."""
        ends = [[f"{month:02d}-{day:02d}" for month, day in window] for window in self.windows]
        return ", ".join(f"{first}/{last}" for first, last in ends)


@cache
def calendar() -> dict[str, Season]:
    """Return the seasons that come with the workbench, by name."""
    with _DATA.open("rb") as stream:
        table = tomllib.load(stream)
    made = {}
    for name, entry in table.items():
        windows = tuple((_day(first), _day(last)) for first, last in entry.pop("windows"))
        made[name] = Season(tuple(entry.pop("targets")), windows, **entry)
    return made


def of_target(target: str, named: str | None = None, sight: Sight = PLAIN) -> list[Season]:
    """Return the seasons of a target, or the one named; none where the calendar knows no such target or place."""
    if not LATITUDES[0] <= sight.latitude <= LATITUDES[1]:
        return []
    if named is not None:
        return [calendar()[named]]
    return [each for each in calendar().values() if target in each.targets and sight.pixel_m <= each.most_pixel_m]


def beyond_days(target: str, before_on: date, after_on: date, named: str | None = None, sight: Sight = PLAIN) -> int:
    """Return by how many days two dates miss the season of a target, 0 within it or where none is known."""
    return min((each.beyond_days(before_on, after_on) for each in of_target(target, named, sight)), default=0)


def told(targets: Iterable[str], named: str | None = None, sight: Sight = PLAIN) -> str:
    """Return the windows of some targets as month-day, each once."""
    return "; ".join(dict.fromkeys(str(each) for target in targets for each in of_target(target, named, sight)))


def _day(text: str) -> Day:
    month, day = text.split("-")
    return int(month), int(day)


def _beyond(day: date, first: Day, last: Day) -> int:
    """Return how many days a day lies out of a window of the year."""
    now = (day.month, day.day)
    if (first <= now <= last) if first <= last else (now >= first or now <= last):
        return 0
    return min(apart_days(day, date(day.year, *end)) for end in (first, last))


def better(before_on: date, after_on: date, days: Iterable[date], most_days: int = MOST_APART_DAYS) -> date | None:
    """Return the day of an earlier picture that is nearest in season to the later date.

    Parameters
    ----------
    before_on, after_on : date
        Of the pair.
    days : iterable of date
        Of other pictures; only one as old as the earlier date or older still covers what the pair was chosen for.
    most_days : int
        Days of the year.

    Returns
    -------
    date or None
        The latest of those within ``HALVED_DAYS``, else the nearest; None where none lies within ``most_days`` and
        nearer than the pair itself.
    """
    limit = min(most_days + 1, apart_days(before_on, after_on))
    near = [day for day in days if day <= before_on and apart_days(day, after_on) < limit]
    return min(near, key=lambda day: (max(apart_days(day, after_on), HALVED_DAYS), -day.toordinal()), default=None)


def apart_days(before_on: date, after_on: date) -> int:
    """Return how far two days lie apart within the year, 0 to 182, whatever their years."""
    gap = abs(before_on.timetuple().tm_yday - after_on.timetuple().tm_yday)
    return min(gap, _YEAR_DAYS - gap)


def warnings(before_on: date | None, after_on: date | None, most_days: int = MOST_APART_DAYS) -> list[str]:
    """Return what the calendar says against a comparison, as catalogue codes."""
    if before_on and after_on and apart_days(before_on, after_on) > most_days:
        return ["detect.other_season"]
    return []


def allow(before_on: date | None, after_on: date | None, most_days: int, rule: str) -> None:
    """Refuse two dates that lie too far apart within the year, where that is the rule.

    Parameters
    ----------
    before_on, after_on : date or None
        Of unknown dates nothing is said.
    most_days : int
        Days of the year.
    rule : str
        One of ``RULES``.

    Raises
    ------
    WorkbenchError
        ``detect.seasons_apart`` with the gap.
    ValueError
        If the rule is none of them.
    """
    if rule not in RULES:
        raise ValueError(f"rule is one of {RULES}, not {rule!r}")
    if rule == "refuse" and before_on and after_on and apart_days(before_on, after_on) > most_days:
        raise WorkbenchError(
            "detect.seasons_apart",
            "The two dates lie {days} days apart within the year, more than the {most} that this search stands: crops "
            "and leaves would be compared; choose dates of one season, or another rule (--season-rule)",
            days=apart_days(before_on, after_on),
            most=most_days,
        )


def weigh(
    found: gpd.GeoDataFrame, most_days: int, rule: str, named: str | None = None, sight: Sight = PLAIN
) -> gpd.GeoDataFrame:
    """Return patches with ``season_gap_days``, ``out_of_season_days`` and, where that is the rule, a lower probability.

    Parameters
    ----------
    found : GeoDataFrame
        With ``before_on``, ``after_on``, ``target``, ``probability`` and ``gates``.
    most_days : int
    rule : str
        With ``"lower"`` the odds of a patch are halved for every ``HALVED_DAYS`` days beyond ``most_days`` or out of
        its target's season: a convention that a user can change, no measurement. Patches within both pass the gate
        ``season``.
    named : str, optional
        The entry of the calendar that holds for all.
    sight : Sight
    """
    gap, out = np.full((2, len(found)), np.nan)
    rows = pd.Series(range(len(found)))
    keys = [found[name].reset_index(drop=True) for name in ("target", "before_on", "after_on")]
    for (target, before_on, after_on), at in rows.groupby(keys):  # of unknown dates there is no group
        days = before_on.date(), after_on.date()
        gap[at], out[at] = apart_days(*days), beyond_days(target, *days, named, sight)
    table = found.assign(season_gap_days=gap, out_of_season_days=out)
    table["gates"] = np.where((gap <= most_days) & (out == 0), table["gates"] + ";season", table["gates"])
    if rule == "lower":
        beyond = np.nan_to_num(np.maximum(gap - most_days, 0)) + np.nan_to_num(out)
        factor = 0.5 ** (beyond / HALVED_DAYS)
        table["probability"] = findings.weighed(table["probability"].to_numpy(dtype=float), factor)
    return table


def demand(before: Bands, after: Bands) -> None:
    """Refuse a comparison across snow states.

    Parameters
    ----------
    before, after : dict
        Common band name to (n,) array, a sample of observed pixels. Without green, near and short-wave infrared nothing
        is known and nothing refused.

    Raises
    ------
    WorkbenchError
        ``detect.snow`` with the share of snow at both dates.
    """
    first, second = (float(np.mean(series.snow(date_bands))) for date_bands in (before, after))  # type: ignore[arg-type]
    if abs(first - second) > MOST_SNOW:
        raise WorkbenchError(
            "detect.snow",
            "Snow covers {before:.0%} of the earlier image and {after:.0%} of the later; compare dates of one state",
            before=first,
            after=second,
        )
