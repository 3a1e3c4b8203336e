"""Rim: single GeoTIFFs: any sensor's stack of bands, a drone's orthomosaic, a surface model.

What the file itself says counts: band descriptions, scale and offset, nodata, transparency. Without band names, three
or four bytes a pixel (the fourth one transparency) are red, green and blue; one band of floats is a height only if the
file or its name says so.
"""

import re
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import shapely
from pyproj import CRS, Transformer
from rasterio.enums import ColorInterp
from rasterio.io import DatasetReader
from shapely.geometry import box
from shapely.geometry.base import BaseGeometry

from gis.crs import STORAGE
from satellite import bands, files, sources
from satellite.products import COUNTS, METRES, REFLECTANCE, Description, Product, Raster

ENDINGS = (".tif", ".tiff")

_HEIGHTS = re.compile(r"(?:^|[^a-z])(?:dsm|dem|dtm|chm|elevation)(?:[^a-z]|$)", re.IGNORECASE)
_DRONE_GSD_M = 0.5
_NOON = timedelta(hours=4)
_COLOURS = ("red", "green", "blue")
_METRES_A_DEGREE = 111_320.0


def product(path: Path) -> Product:
    """Return a GeoTIFF as a product.

    Raises
    ------
    WorkbenchError
        ``files.missing``, ``detect.unreadable``, ``detect.no_crs``, ``detect.rotated``.
    """
    with sources.opened(path) as source:
        data = [at for at, meaning in enumerate(source.colorinterp, start=1) if meaning != ColorInterp.alpha]
        names = _names(source, data, path)
        gsd = _gsd_m(source)
        sensor = _sensor(names, gsd)
        rasters = tuple(_raster(source, path, sensor, name, at, gsd) for name, at in zip(names, data, strict=True))
        description = Description(
            scene_id=path.stem,
            sensor=sensor,
            platform=source.tags().get("PLATFORM", ""),
            sensed_at=_moment(path),
            footprint=_footprint(source),
            bands=names,
            gsd_m=gsd,
            facts={key.lower(): value for key, value in source.tags().items() if key in {"SYNTHETIC", "SOFTWARE"}},
        )
    return Product(description, rasters)


def _names(source: DatasetReader, data: list[int], path: Path) -> tuple[str, ...]:
    told = [source.descriptions[at - 1] for at in data]
    if all(told):
        named = [bands.common_name(str(name)) for name in told]
        return tuple(named) if len(set(named)) == len(named) else tuple(f"band{at}" for at in data)
    if len(data) == 1:
        return ("height",) if _heights(source, path) else ("band1",)
    colours = [source.colorinterp[at - 1] for at in data]
    painted = colours[:3] == [ColorInterp.red, ColorInterp.green, ColorInterp.blue]
    if len(data) == len(_COLOURS) and (painted or source.dtypes[0] == "uint8"):
        return _COLOURS
    return tuple(f"band{at}" for at in data)


def _heights(source: DatasetReader, path: Path) -> bool:
    said = " ".join([path.stem, *source.tags().values(), source.units[0] or ""])
    in_metres = (source.units[0] or "").lower() in {"m", "metre", "meter", "metres"}
    return in_metres or bool(_HEIGHTS.search(said))


def _sensor(names: tuple[str, ...], gsd: float) -> str:
    if names == ("height",):
        return "elevation"
    if gsd > _DRONE_GSD_M:
        return "generic"
    if names == _COLOURS:
        return "drone-rgb"
    return "drone-multispectral" if "nir" in names else "generic"


def _raster(source: DatasetReader, path: Path, sensor: str, name: str, at: int, gsd: float) -> Raster:
    scale, offset = source.scales[at - 1], source.offsets[at - 1]
    if sensor == "elevation":
        units, quantity = METRES, "height"
    elif scale != 1.0 or source.dtypes[at - 1].startswith("float"):
        units, quantity = REFLECTANCE, "as_stored"
    else:
        units, quantity = COUNTS, "brightness"
    return Raster(name, str(path), at, scale, offset, None, units, quantity, gsd)


def _gsd_m(source: DatasetReader) -> float:
    """Return the height of a pixel in metres."""
    step = abs(source.transform.e)
    if source.crs.is_geographic:
        return step * _METRES_A_DEGREE
    return float(step * source.crs.linear_units_factor[1])


def _footprint(source: DatasetReader) -> BaseGeometry:
    """Return the outline in longitude and latitude, its edges followed point by point."""
    outline = box(*source.bounds)
    to_storage = Transformer.from_crs(CRS.from_user_input(source.crs), STORAGE, always_xy=True)
    longest = max(outline.bounds[2] - outline.bounds[0], outline.bounds[3] - outline.bounds[1])
    return shapely.transform(outline.segmentize(longest / 8), to_storage.transform, interleaved=False)


def _moment(path: Path) -> datetime | None:
    """Return noon in Beijing of the day that the file tells; it tells no hour."""
    day = files.seen_on(path)
    return None if day is None else datetime.combine(day, time(), UTC) + _NOON
