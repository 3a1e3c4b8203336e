"""GCJ-02 and BD-09: the offsets of Chinese web maps, forwards and exactly back.

Neither is a datum and neither has an EPSG code: both are encodings of WGS84 longitude and latitude. In Heilongjiang
GCJ-02 lies 499 to 667 m and BD-09 1,235 to 1,459 m from the true place.

Sources: the formulas are those of the public implementations (the constants are Krasovsky's ellipsoid); there is no
official text. The inverse has no closed form, so it is iterated.
"""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

COUNTRY = (73.0, 3.0, 136.0, 54.0)
"""Box (west, south, east, north) outside which the web maps shift nothing. The common one (73.66 to 135.05 E, 3.86 to
53.55 N) cuts off the tip of Fuyuan and the north of Mohe; this one holds the whole country. It also holds places across
the border, where what a web map does is not known: registers of this country have none."""

Degrees = npt.NDArray[np.float64]
Shift = Callable[[Degrees, Degrees], tuple[Degrees, Degrees]]

_AXIS_M = 6_378_245.0
_ECCENTRICITY_SQUARED = 0.00669342162296594323
_MIDDLE = (105.0, 35.0)
_BAIDU = (0.0065, 0.006)
_BAIDU_FREQUENCY = np.pi * 3000.0 / 180.0
_CLOSE_ENOUGH_DEG = 1e-12
_MOST_STEPS = 30


def to_gcj02(lon: npt.ArrayLike, lat: npt.ArrayLike) -> tuple[Degrees, Degrees]:
    """Return WGS84 degrees as GCJ-02 degrees.

    Parameters
    ----------
    lon, lat : array-like of float
        Degrees, of one shape. NaN stays NaN; places outside ``COUNTRY`` stay as they are.

    Returns
    -------
    (lon, lat) : arrays of float64
    """
    lon, lat = _degrees(lon), _degrees(lat)
    x, y = lon - _MIDDLE[0], lat - _MIDDLE[1]
    phi = np.radians(lat)
    bend = 1 - _ECCENTRICITY_SQUARED * np.sin(phi) ** 2
    east = np.degrees(_east_m(x, y) * np.sqrt(bend) / (_AXIS_M * np.cos(phi)))
    north = np.degrees(_north_m(x, y) * bend * np.sqrt(bend) / (_AXIS_M * (1 - _ECCENTRICITY_SQUARED)))
    inside = in_country(lon, lat)
    return np.where(inside, lon + east, lon), np.where(inside, lat + north, lat)


def from_gcj02(lon: npt.ArrayLike, lat: npt.ArrayLike) -> tuple[Degrees, Degrees]:
    """Return GCJ-02 degrees as WGS84 degrees, exact to better than 1e-9 degrees (0.1 mm)."""
    return _inverse(to_gcj02, lon, lat)


def to_bd09(lon: npt.ArrayLike, lat: npt.ArrayLike) -> tuple[Degrees, Degrees]:
    """Return WGS84 degrees as BD-09 degrees, see ``to_gcj02``."""
    inside = in_country(lon, lat)
    gcj_lon, gcj_lat = to_gcj02(lon, lat)
    radius = np.hypot(gcj_lon, gcj_lat) + 2e-5 * np.sin(gcj_lat * _BAIDU_FREQUENCY)
    angle = np.arctan2(gcj_lat, gcj_lon) + 3e-6 * np.cos(gcj_lon * _BAIDU_FREQUENCY)
    east, north = radius * np.cos(angle) + _BAIDU[0], radius * np.sin(angle) + _BAIDU[1]
    return np.where(inside, east, gcj_lon), np.where(inside, north, gcj_lat)


def from_bd09(lon: npt.ArrayLike, lat: npt.ArrayLike) -> tuple[Degrees, Degrees]:
    """Return BD-09 degrees as WGS84 degrees, exact to better than 1e-9 degrees (0.1 mm)."""
    return _inverse(to_bd09, lon, lat)


def in_country(lon: npt.ArrayLike, lat: npt.ArrayLike) -> npt.NDArray[np.bool_]:
    """Return for each place whether web maps shift it (``COUNTRY``); NaN is nowhere."""
    west, south, east, north = COUNTRY
    lon, lat = _degrees(lon), _degrees(lat)
    return (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)


def _degrees(values: npt.ArrayLike) -> Degrees:
    return np.asarray(values, dtype=np.float64)


def _inverse(shift: Shift, lon: npt.ArrayLike, lat: npt.ArrayLike) -> tuple[Degrees, Degrees]:
    """Undo a shift: its slope is below 0.01, so each step of the iteration gains more than two digits."""
    lon, lat = _degrees(lon), _degrees(lat)
    true_lon, true_lat = lon, lat
    for _ in range(_MOST_STEPS):
        shifted_lon, shifted_lat = shift(true_lon, true_lat)
        miss_lon, miss_lat = lon - shifted_lon, lat - shifted_lat
        true_lon, true_lat = true_lon + miss_lon, true_lat + miss_lat
        if not (np.fmax(np.abs(miss_lon), np.abs(miss_lat)) > _CLOSE_ENOUGH_DEG).any():
            break
    return true_lon, true_lat


def _waves(values: Degrees, frequencies: tuple[float, float], heights: tuple[float, float]) -> Degrees:
    first, second = (
        height * np.sin(values * frequency * np.pi) for frequency, height in zip(frequencies, heights, strict=True)
    )
    waves: Degrees = (first + second) * 2 / 3
    return waves


def _east_m(x: Degrees, y: Degrees) -> Degrees:
    slow = 300 + x + 2 * y + 0.1 * x**2 + 0.1 * x * y + 0.1 * np.sqrt(np.abs(x))
    waves = _waves(x, (6, 2), (20, 20)) + _waves(x, (1, 1 / 3), (20, 40)) + _waves(x, (1 / 12, 1 / 30), (150, 300))
    metres: Degrees = slow + waves
    return metres


def _north_m(x: Degrees, y: Degrees) -> Degrees:
    slow = -100 + 2 * x + 3 * y + 0.2 * y**2 + 0.1 * x * y + 0.2 * np.sqrt(np.abs(x))
    waves = _waves(x, (6, 2), (20, 20)) + _waves(y, (1, 1 / 3), (20, 40)) + _waves(y, (1 / 12, 1 / 30), (160, 320))
    metres: Degrees = slow + waves
    return metres
