"""Coordinate systems that registers come in: their names, and the way from each to CGCS2000 degrees.

WGS84 and CGCS2000 count as one place: they differ by decimetres. Xi'an 1980 and Beijing 1954 are refused: the
parameters between them and CGCS2000 are listed as secret surveying results, so nothing here may ship or guess them.
"""

import re
import unicodedata
from functools import cache

import numpy as np
import numpy.typing as npt
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError

from gis import data, offsets
from gis.crs import STORAGE
from gis.errors import WorkbenchError

AUTO = "auto"
WGS84, CGCS2000, GCJ02, BD09 = "wgs84", "cgcs2000", "gcj02", "bd09"
DEGREES = (CGCS2000, GCJ02, BD09)
"""Systems of degrees that lie apart; WGS84 is the same place as CGCS2000."""

ZONES_3, ZONES_6 = range(40, 46), range(21, 24)
"""Gauss-Krueger zones of this province."""

Numbers = npt.NDArray[np.float64]

_OLD_DATUMS = ("beijing 1954", "beijing_1954", "new beijing", "xian 1980", "xian_1980")
_SAME_PLACE = ("WGS 84", "China Geodetic Coordinate System 2000")
_EPSG = re.compile(r"epsg:?(\d{4,5})")
_MERIDIAN = re.compile(r"(?:cm|meridian|\u4e2d\u592e\u7ecf\u7ebf|\u4e2d\u592e\u5b50\u5348\u7ebf):?(\d{3})")
_UTM = re.compile(r"utmzone(\d{2})n?")
_ZONE = re.compile(r"zone(\d{2})|(\d{2})(?:\u5ea6)?\u5e26")


def named(text: str) -> str:
    """Return the system that a text names: ``wgs84``, ``cgcs2000``, ``gcj02``, ``bd09``, ``EPSG:nnnn``, or "" for none.

    Parameters
    ----------
    text : str
        What a person or a file says: a name in Chinese or English, an EPSG code, the name in a .prj, a heading. A zone
        or a central meridian makes it the Gauss-Krueger system of CGCS2000.

    Raises
    ------
    WorkbenchError
        ``coordinates.old_datum`` for Xi'an 1980 and Beijing 1954; ``coordinates.two_systems`` if the text names
        several that lie apart.
    """
    plain = _plain(text)
    if any(name in plain for names in data.words("systems")["old"].values() for name in names):
        raise _old(text)
    code = _EPSG.search(plain)
    if code is not None and code.group(0) not in {"epsg:4326", "epsg:4490"}:
        return known(f"EPSG:{code.group(1)}")
    zoned = _zoned(plain)
    if zoned:
        return zoned
    found = {system for system, names in data.words("systems")["names"].items() if any(name in plain for name in names)}
    if found == {WGS84, CGCS2000}:
        return CGCS2000
    if len(found) > 1:
        raise WorkbenchError("coordinates.two_systems", "More than one coordinate system is named: {text}", text=text)
    return next(iter(found), "")


def known(system: str) -> str:
    """Return a system's own name for what a person chose, or refuse it.

    Raises
    ------
    WorkbenchError
        ``coordinates.old_datum`` for Xi'an 1980 and Beijing 1954, ``coordinates.unknown_system`` for anything that is
        neither a name of ``named`` nor an EPSG code on WGS84 or CGCS2000.
    """
    code = _EPSG.fullmatch(_plain(system))
    if code is None:
        found = named(system)
        if not found:
            raise _unknown(system)
        return found
    try:
        crs = CRS.from_epsg(int(code.group(1)))
    except CRSError as fault:
        raise _unknown(system) from fault
    demand_current(crs, system)
    if crs.geodetic_crs is None or crs.geodetic_crs.name not in _SAME_PLACE:
        raise _unknown(system)
    degrees = {4326: WGS84, 4490: CGCS2000}
    number = int(code.group(1))
    return degrees.get(number, f"EPSG:{number}")


def demand_current(crs: CRS, text: str) -> None:
    """Refuse a CRS on Xi'an 1980 or Beijing 1954.

    Raises
    ------
    WorkbenchError
        ``coordinates.old_datum``.
    """
    names = f"{crs.name} {crs.geodetic_crs.name if crs.geodetic_crs else ''}".lower()
    if any(datum in names for datum in _OLD_DATUMS):
        raise _old(text)


def place_of(system: str) -> str:
    """Return the system that stands for all at the same place: CGCS2000 for WGS84, else the system itself."""
    return CGCS2000 if system == WGS84 else system


def to_degrees(system: str, x: npt.ArrayLike, y: npt.ArrayLike) -> tuple[Numbers, Numbers]:
    """Return places as CGCS2000 longitude and latitude.

    Parameters
    ----------
    system : str
        See ``named``.
    x, y : array-like of float
        Longitude and latitude, or easting and northing in metres: always the east first, whatever the system's own
        order. NaN stays NaN.

    Returns
    -------
    (lon, lat) : arrays of float64
        Degrees; NaN where the projection has no such place.
    """
    east, north = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    if system == GCJ02:
        return offsets.from_gcj02(east, north)
    if system == BD09:
        return offsets.from_bd09(east, north)
    if place_of(system) == CGCS2000:
        return east, north
    lon, lat = _transformer(system).transform(east, north)
    lost = ~(np.isfinite(lon) & np.isfinite(lat))
    return np.where(lost, np.nan, lon), np.where(lost, np.nan, lat)


def numbered_zone(zone: int) -> str:
    """Return the Gauss-Krueger system whose eastings begin with a zone number: 25 to 45 (3 degrees), 13 to 23 (6).

    Raises
    ------
    ValueError
        If there is no such zone.
    """
    if 25 <= zone <= 45:  # noqa: PLR2004 - EPSG:4513 to 4533
        return f"EPSG:{4513 + zone - 25}"
    if 13 <= zone <= 23:  # noqa: PLR2004 - EPSG:4491 to 4501
        return f"EPSG:{4491 + zone - 13}"
    raise ValueError(f"no Gauss-Krueger zone {zone}")


def meridian_zone(meridian: int) -> str:
    """Return the Gauss-Krueger system without zone number of a central meridian, 75 to 135 in steps of 3 degrees.

    It serves for zones of 6 degrees, too: they have the same scale and false easting.

    Raises
    ------
    ValueError
        If there is no such meridian.
    """
    if meridian % 3 or not 75 <= meridian <= 135:  # noqa: PLR2004 - EPSG:4534 to 4554
        raise ValueError(f"no central meridian {meridian}")
    return f"EPSG:{4534 + (meridian - 75) // 3}"


def meridian_of(system: str) -> float:
    """Return the central meridian of a system, NaN if it has none."""
    return _meridian(system) if system.startswith("EPSG:") else float("nan")


@cache
def _meridian(system: str) -> float:
    operation = CRS(system).coordinate_operation
    parameters = operation.params if operation is not None else []
    return next((float(one.value) for one in parameters if one.name == "Longitude of natural origin"), float("nan"))


@cache
def _transformer(system: str) -> Transformer:
    return Transformer.from_crs(system, STORAGE, always_xy=True)


def _zoned(plain: str) -> str:
    """Return the system of a zone or central meridian named in a text, or ""."""
    utm, meridian, zone = _UTM.search(plain), _MERIDIAN.search(plain), _ZONE.search(plain)
    if utm is not None:
        return f"EPSG:326{utm.group(1)}"
    if meridian is not None and int(meridian.group(1)) in range(75, 136, 3):
        return meridian_zone(int(meridian.group(1)))
    number = int(zone.group(1) or zone.group(2)) if zone is not None else 0
    return numbered_zone(number) if number in range(25, 46) or number in range(13, 24) else ""


def _plain(text: str) -> str:
    return re.sub(r"[\s_-]+", "", unicodedata.normalize("NFKC", text).casefold())


def _old(text: str) -> WorkbenchError:
    return WorkbenchError(
        "coordinates.old_datum",
        "{text}: the parameters between Xi'an 1980 or Beijing 1954 and CGCS2000 are secret surveying results; "
        "have the data converted to CGCS2000 by the surveying authority and bring them again",
        text=text.strip(),
    )


def _unknown(text: str) -> WorkbenchError:
    return WorkbenchError(
        "coordinates.unknown_system",
        "{text} is no coordinate system that can be read; choose wgs84, cgcs2000, gcj02, bd09 or an EPSG code "
        "of WGS84 or CGCS2000",
        text=text.strip(),
    )
