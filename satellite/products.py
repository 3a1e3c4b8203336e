"""What a product of a satellite or a drone is: who took it, when and where, and which files hold which bands.

Pure: the modules of each family (``sentinel2``, ``landsat``, ...) read it from metadata, ``rasters`` reads the pixels.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from rasterio.rpc import RPC
from shapely.geometry.base import BaseGeometry

REFLECTANCE, POWER, DECIBEL, METRES, COUNTS, CLASSES = "1", "linear_power", "dB", "m", "counts", "classes"
"""Units of a raster; ``CLASSES`` are codes and are never resampled by mixing."""


def utc(moment: str) -> datetime:
    """Return a moment of metadata (ISO 8601) in UTC, which it is where it names no zone.

    Raises
    ------
    ValueError
        If it is no moment.
    """
    told = datetime.fromisoformat(moment)
    return told.replace(tzinfo=UTC) if told.tzinfo is None else told.astimezone(UTC)


@dataclass(frozen=True)
class Sun:
    """Where the sun stood: degrees clockwise from north, and from the zenith."""

    azimuth: float
    zenith: float


@dataclass(frozen=True)
class Description:
    """What a scene says of itself, read without decoding a pixel.

    Attributes
    ----------
    scene_id : str
        The provider's id of the product, or the file's name without its ending.
    sensor : str
        Key of ``sensors.known()``.
    platform : str
        "" if unknown.
    level : str
        Processing level, "" if unknown.
    sensed_at : datetime or None
        UTC.
    footprint : Polygon or None
        Longitude and latitude (EPSG:4490); None for an image that tells no place.
    bands : tuple of str
        Common names.
    gsd_m : float or None
        Of the finest band.
    cloud_percent : float or None
        As the provider estimates it, 0 to 100.
    sun : Sun or None
    facts : dict of str to str
        Whatever else the record should keep: baseline, tile, orbit, off-nadir angle.
    marks : tuple of str
        Codes of sentences on what is wanting, such as ``"scene.no_position"``. A marked scene is not refused.
    """

    scene_id: str
    sensor: str
    platform: str = ""
    level: str = ""
    sensed_at: datetime | None = None
    footprint: BaseGeometry | None = None
    bands: tuple[str, ...] = ()
    gsd_m: float | None = None
    cloud_percent: float | None = None
    sun: Sun | None = None
    facts: dict[str, str] = field(default_factory=dict)
    marks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Raster:
    """One band and where it lies.

    Attributes
    ----------
    name : str
        Common name.
    address : str
        What GDAL opens: a path, or a place within an archive.
    at : int
        Position of the band in the file, counted from 1.
    scale, offset : float
        Physical value = scale x count + offset.
    nodata : float or None
        Count that means nothing; None where the file itself tells.
    units : str
        One of the units of this module.
    quantity : str
        What is measured, such as ``"surface_reflectance"``.
    gsd_m : float
        0 if the file has to be asked.
    gains : Gains or None
        Calibration that differs from column to column (Sentinel-1 GRD).
    rpc : RPC or None
        Rational polynomials of an image that is not on a map grid yet.
    """

    name: str
    address: str
    at: int = 1
    scale: float = 1.0
    offset: float = 0.0
    nodata: float | None = 0.0
    units: str = REFLECTANCE
    quantity: str = "surface_reflectance"
    gsd_m: float = 0.0
    gains: "Gains | None" = None
    rpc: RPC | None = None


@dataclass(frozen=True)
class Gains:
    """A calibration table: amplitude of a pixel is its count divided by a gain interpolated between lines and columns.

    ``lines`` rise; ``columns`` and ``values`` have one row a line.
    """

    lines: tuple[int, ...]
    columns: tuple[tuple[int, ...], ...]
    values: tuple[tuple[float, ...], ...]


@dataclass(frozen=True)
class Product:
    """A scene and its rasters; several of one name are parts of one band, such as those of a camera's chips."""

    description: Description
    rasters: tuple[Raster, ...]
