"""Seasons: whether two dates may be compared at all, from the calendar and from the snow in the pictures."""

from datetime import date

import numpy as np

from gis.errors import WorkbenchError
from satellite import series
from satellite.indices import Bands

MOST_APART_DAYS = 45
"""Days of the year further apart compare crops in different states; the user is told."""
MOST_SNOW = 0.2
"""Difference of snow cover between two dates beyond which all that differs is the snow."""
_YEAR_DAYS = 365


def apart_days(before_on: date, after_on: date) -> int:
    """Return how far two days lie apart within the year, 0 to 182, whatever their years."""
    gap = abs(before_on.timetuple().tm_yday - after_on.timetuple().tm_yday)
    return min(gap, _YEAR_DAYS - gap)


def warnings(before_on: date | None, after_on: date | None) -> list[str]:
    """Return what the calendar says against a comparison, as catalogue codes."""
    if before_on and after_on and apart_days(before_on, after_on) > MOST_APART_DAYS:
        return ["detect.other_season"]
    return []


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
