"""Rim: photos of a drone: where they were taken, how high above the ground, and where the camera looked.

Position in EXIF is WGS 84; height above take-off and the direction of the gimbal are in DJI's XMP. Messaging apps strip
both: a photo without them is kept and marked, for its position cannot be checked.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from PIL import ExifTags, Image, UnidentifiedImageError
from shapely.geometry import Point

from gis.errors import WorkbenchError
from satellite.products import Description

ENDINGS = (".jpg", ".jpeg")
NO_POSITION, NO_DIRECTION = "scene.no_position", "scene.no_direction"

_BEIJING = timedelta(hours=8)
_HEAD_BYTES = 1 << 20
_XMP = re.compile(rb"<x:xmpmeta.*?</x:xmpmeta>|<rdf:RDF.*?</rdf:RDF>", re.DOTALL)
_DJI = re.compile(r"drone-dji:(\w+)\s*(?:=\s*\"([^\"]*)\"|>([^<]*)<)")
_ZONE = re.compile(r"([+-])(\d\d):(\d\d)")


@dataclass(frozen=True)
class Photo:
    """A photo and what it tells.

    Attributes
    ----------
    path : Path
    width_px, height_px : int
    taken_at : datetime or None
        UTC.
    lon, lat : float or None
        Degrees, WGS 84.
    altitude_m : float or None
        Above sea level as the drone believes, off by tens of metres.
    above_ground_m : float or None
        Above the point of take-off.
    yaw, pitch, roll : float or None
        Of the camera: degrees clockwise from north, -90 straight down, and about its axis.
    focal_mm, focal_35mm : float or None
        Focal length, and what it equals on a film 36 mm wide.
    camera : str
    marks : tuple of str
        Codes of sentences: ``NO_POSITION``, ``NO_DIRECTION``.
    """

    path: Path
    width_px: int
    height_px: int
    taken_at: datetime | None = None
    lon: float | None = None
    lat: float | None = None
    altitude_m: float | None = None
    above_ground_m: float | None = None
    yaw: float | None = None
    pitch: float | None = None
    roll: float | None = None
    focal_mm: float | None = None
    focal_35mm: float | None = None
    camera: str = ""
    marks: tuple[str, ...] = ()


def read(path: Path) -> Photo:
    """Read what a photo tells, without decoding its pixels.

    Raises
    ------
    WorkbenchError
        ``files.missing``, or ``detect.unreadable`` if it is no image.
    """
    if not path.is_file():
        raise WorkbenchError("files.missing", "There is no file {name}", name=path.name)
    try:
        with Image.open(path) as image:
            exif = image.getexif()
            width, height = image.size
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError) as fault:
        raise WorkbenchError(
            "detect.unreadable", "{name} cannot be read: damaged, incomplete or no raster image", name=path.name
        ) from fault
    inner, place = exif.get_ifd(ExifTags.IFD.Exif), exif.get_ifd(ExifTags.IFD.GPSInfo)
    told = _dji(path)
    lon, lat = _position(place)
    yaw, pitch, roll = (_number(told.get(f"Gimbal{angle}Degree")) for angle in ("Yaw", "Pitch", "Roll"))
    marks = tuple(
        mark for mark, wanting in ((NO_POSITION, lon is None), (NO_DIRECTION, yaw is None or pitch is None)) if wanting
    )
    return Photo(
        path,
        width,
        height,
        _moment(exif, inner),
        lon,
        lat,
        _number(told.get("AbsoluteAltitude")) or _number(place.get(ExifTags.GPS.GPSAltitude)),
        _number(told.get("RelativeAltitude")),
        yaw,
        pitch,
        roll,
        _number(inner.get(ExifTags.Base.FocalLength)),
        _number(inner.get(ExifTags.Base.FocalLengthIn35mmFilm)),
        f"{exif.get(ExifTags.Base.Make, '')} {exif.get(ExifTags.Base.Model, '')}".strip().rstrip("\0"),
        marks,
    )


def described(photo: Photo) -> Description:
    """Return a photo as a scene; its footprint is the point it was taken from."""
    place = None if photo.lon is None or photo.lat is None else Point(photo.lon, photo.lat)
    facts = {
        "above_ground_m": photo.above_ground_m,
        "yaw": photo.yaw,
        "pitch": photo.pitch,
        "camera": photo.camera or None,
    }
    return Description(
        scene_id=photo.path.stem,
        sensor="photo",
        platform=photo.camera,
        sensed_at=photo.taken_at,
        footprint=place,
        bands=("red", "green", "blue"),
        facts={name: str(value) for name, value in facts.items() if value is not None},
        marks=photo.marks,
    )


def _dji(path: Path) -> dict[str, str]:
    """Return what DJI wrote into the photo's XMP, as attributes or as elements."""
    with path.open("rb") as stream:
        found = _XMP.search(stream.read(_HEAD_BYTES))
    if found is None:
        return {}
    text = found[0].decode("utf-8", "replace")
    return {name: attribute or element for name, attribute, element in _DJI.findall(text)}


def _position(place: dict[int, object]) -> tuple[float | None, float | None]:
    """Return longitude and latitude; 0, 0 is a receiver without a fix."""
    lon = _degrees(place.get(ExifTags.GPS.GPSLongitude), place.get(ExifTags.GPS.GPSLongitudeRef), "W")
    lat = _degrees(place.get(ExifTags.GPS.GPSLatitude), place.get(ExifTags.GPS.GPSLatitudeRef), "S")
    if lon is None or lat is None or (lon, lat) == (0.0, 0.0) or abs(lon) > 180 or abs(lat) > 90:  # noqa: PLR2004
        return None, None
    return lon, lat


def _degrees(parts: object, side: object, negative: str) -> float | None:
    if not isinstance(parts, (tuple, list)) or len(parts) != 3:  # noqa: PLR2004 - degrees, minutes, seconds
        return None
    numbers = [_number(part) for part in parts]
    if any(number is None for number in numbers):
        return None
    value = sum((number or 0.0) / 60**at for at, number in enumerate(numbers))
    return -value if side == negative else value


def _moment(exif: Image.Exif, inner: dict[int, object]) -> datetime | None:
    """Return when it was taken; without a time zone the camera's clock runs on Beijing time."""
    told = inner.get(ExifTags.Base.DateTimeOriginal) or exif.get(ExifTags.Base.DateTime)
    try:
        local = datetime.strptime(str(told).strip("\0 "), "%Y:%m:%d %H:%M:%S").replace(tzinfo=UTC)
    except ValueError:
        return None
    zone = _ZONE.match(str(inner.get(ExifTags.Base.OffsetTimeOriginal, "")))
    if zone is None:
        return local - _BEIJING
    shift = timedelta(hours=int(zone[2]), minutes=int(zone[3]))
    return local - shift if zone[1] == "+" else local + shift


def _number(value: object) -> float | None:
    try:
        number = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, ZeroDivisionError):
        return None
    return number if number == number else None  # noqa: PLR0124 - 0/0 of a broken rational
