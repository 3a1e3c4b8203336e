"""Seasons: whether two dates may be compared at all, from the calendar and from the snow in the pictures."""

from datetime import date

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
_YEAR_DAYS = 365


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


def weigh(found: gpd.GeoDataFrame, most_days: int, rule: str) -> gpd.GeoDataFrame:
    """Return patches with ``season_gap_days`` and, where that is the rule, a lower probability.

    Parameters
    ----------
    found : GeoDataFrame
        With ``before_on``, ``after_on``, ``probability`` and ``gates``.
    most_days : int
    rule : str
        With ``"lower"`` the odds of a patch are halved for every ``HALVED_DAYS`` days beyond ``most_days``: a
        convention that a user can change, no measurement. Patches within ``most_days`` pass the gate ``season``.
    """
    pairs = zip(found["before_on"], found["after_on"], strict=True)
    gaps = [np.nan if pd.isna(one) or pd.isna(two) else apart_days(one.date(), two.date()) for one, two in pairs]
    gap = np.array(gaps, float)
    table = found.assign(season_gap_days=gap)
    table["gates"] = np.where(gap <= most_days, table["gates"] + ";season", table["gates"])
    if rule == "lower":
        beyond = np.nan_to_num(np.maximum(gap - most_days, 0))
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
