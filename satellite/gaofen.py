"""Gaofen-1, -2, -6 and Ziyuan-3: images with an XML beside them and, before orthorectification, an .rpb.

Counts become reflectance at the top of the atmosphere: radiance L = gain x count + bias, with the product's own
coefficients or those published for the year, then pi L d^2 / (E cos z), d the distance of the sun in astronomical units
and E its irradiance in the band. The radiance is good to some 5-10 percent, so is the reflectance.
"""

import math
import re
import tomllib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path, PurePosixPath
from xml.etree.ElementTree import Element

from rasterio.rpc import RPC
from shapely.geometry import Polygon

from satellite import packages, sensors
from satellite.packages import Package
from satellite.products import COUNTS, REFLECTANCE, Description, Product, Raster, Sun
from satellite.sensors import Sensor

BEIJING = timedelta(hours=8)

_IMAGE = re.compile(r"\.tiff?$", re.IGNORECASE)
_PANCHROMATIC = re.compile(r"[-_]PAN\d?\.tiff?$", re.IGNORECASE)
_CORNERS = ("TopLeft", "TopRight", "BottomRight", "BottomLeft")
_GAINS = Path(__file__).parent / "data" / "gains.toml"
_DAYLIGHT = (6.0, 18.0)
_RPB = re.compile(r"(\w+)\s*=\s*(\([^)]*\)|[^;\n]+)\s*;")


def recognised(package: Package) -> bool:
    """Tell whether a package is a product of Gaofen or Ziyuan."""
    return _sensor(package) is not None and any(_IMAGE.search(name) for name in package.names)


def product(package: Package) -> Product:
    """Return the multispectral part of a product; the panchromatic image is left aside.

    Raises
    ------
    WorkbenchError
        ``scene.bad_metadata`` or ``scene.entities``.
    """
    sensor = _sensor(package)
    images = [name for name in package.names if _IMAGE.search(name) and not _PANCHROMATIC.search(name)]
    main = _metadata(package, images)
    if sensor is None or main is None:
        raise packages.bad_metadata(package.path.name)
    root = packages.xml(package.read(main), main)
    try:
        description = _description(package, sensor, root)
        scales, mark = _scales(sensor, root, description)
    except (KeyError, ValueError) as fault:
        raise packages.bad_metadata(main) from fault
    units, quantity = (REFLECTANCE, sensor.quantity) if scales else (COUNTS, "brightness")
    rasters = []
    for image in images:
        rpc = _rpc(package, image)
        for at, band in enumerate(sensor.bands, start=1):
            scale, offset = scales[at - 1] if scales else (1.0, 0.0)
            address = package.address(image)
            rasters.append(Raster(band.name, address, at, scale, offset, 0.0, units, quantity, band.gsd_m, rpc=rpc))
    marks = (*description.marks, *mark)
    return Product(replace(description, marks=marks), tuple(rasters))


def _sensor(package: Package) -> Sensor | None:
    for name in (package.path.name, *(PurePosixPath(name).name for name in package.names)):
        sensor = sensors.of_name(name)
        if sensor is not None and sensor.solar_w_m2_um:
            return sensor
    return None


def _metadata(package: Package, images: list[str]) -> str | None:
    """Return the XML beside the first image, or any other."""
    if images and (beside := _IMAGE.sub(".xml", images[0])) in package.names:
        return beside
    return next((name for name in package.names if name.lower().endswith(".xml") and "PAN" not in name.upper()), None)


def _description(package: Package, sensor: Sensor, root: Element) -> Description:
    corners = [
        (float(packages.text(root, f"{corner}Longitude")), float(packages.text(root, f"{corner}Latitude")))
        for corner in _CORNERS
    ]
    footprint = Polygon(corners)
    zenith, azimuth = (packages.text(root, f"Solar{angle}") for angle in ("Zenith", "Azimuth"))
    cloud, gsd = packages.text(root, "CloudPercent"), packages.text(root, "ImageGSD")
    moment = packages.text(root, "CenterTime") or packages.text(root, "StartTime")
    return Description(
        scene_id=_scene_id(package),
        sensor=sensor.code,
        platform=packages.text(root, "SatelliteID"),
        level=packages.text(root, "ProductLevel"),
        sensed_at=_utc(moment, footprint.centroid.x),
        footprint=footprint,
        bands=sensor.names,
        gsd_m=float(gsd) if gsd else sensor.bands[0].gsd_m,
        cloud_percent=float(cloud) if cloud and float(cloud) >= 0 else None,
        sun=Sun(float(azimuth), float(zenith)) if zenith and azimuth else None,
        facts={
            "camera": packages.text(root, "SensorID"),
            "off_nadir": packages.text(root, "RollViewingAngle") or packages.text(root, "RollSatelliteAngle"),
        },
    )


def _scene_id(package: Package) -> str:
    for name in (package.path.name, *(PurePosixPath(name).name for name in package.names)):
        sensor = sensors.of_name(name)
        found = re.match(sensor.pattern, name) if sensor else None
        if found:
            return found.group(0)
    return package.path.name


def _utc(moment: str, lon: float) -> datetime:
    """Return the moment of sensing in UTC.

    Most of these products tell Beijing time, some UTC, none says which: it is the one with daylight at the place.
    """
    told = datetime.fromisoformat(moment.strip().replace("Z", "")).replace(tzinfo=UTC)
    beijing = told - BEIJING
    hour = (beijing.hour + beijing.minute / 60 + lon / 15) % 24
    return beijing if _DAYLIGHT[0] <= hour <= _DAYLIGHT[1] else told


def _scales(
    sensor: Sensor, root: Element, description: Description
) -> tuple[list[tuple[float, float]], tuple[str, ...]]:
    """Return scale and offset of each band from counts to reflectance, empty if unknown, and marks."""
    moment, sun = description.sensed_at, description.sun
    gains, biases, marks = _coefficients(root, description)
    if not gains or sun is None or moment is None:
        return [], ("scene.uncalibrated",)
    day = moment.timetuple().tm_yday
    distance = 1 - 0.01672 * math.cos(math.radians(0.9856 * (day - 4)))
    made = []
    for gain, bias, solar in zip(gains, biases, sensor.solar_w_m2_um, strict=True):
        factor = math.pi * distance**2 / (solar * math.cos(math.radians(sun.zenith)))
        made.append((gain * factor, bias * factor))
    return made, marks


def _coefficients(root: Element, description: Description) -> tuple[list[float], list[float], tuple[str, ...]]:
    own = [float(part) for part in packages.text(root, "AbsCeof").replace(";", ",").split(",") if part.strip()]
    if own:
        return own, [0.0] * len(own), ()
    platform, camera = description.platform.replace("-", ""), description.facts["camera"]
    table = _gains().get(f"{platform}-{camera}") or _gains().get(f"{platform}-{camera[:3]}")
    if table is None or description.sensed_at is None:
        return [], [], ()
    year = description.sensed_at.year
    nearest = min(table, key=lambda each: abs(int(each) - year))
    marks = () if int(nearest) == year else ("scene.gains_of_another_year",)
    return table[nearest], [0.0] * len(table[nearest]), marks


@cache
def _gains() -> dict[str, dict[str, list[float]]]:
    return tomllib.loads(_GAINS.read_text(encoding="utf-8"))


def _rpc(package: Package, image: str) -> RPC | None:
    """Return the rational polynomials beside an image, None if there are none: it is orthorectified then."""
    name = next((each for each in package.names if each.lower() == _IMAGE.sub(".rpb", image).lower()), None)
    if name is None:
        return None
    found = dict(_RPB.findall(package.read(name).decode("ascii", "replace")))
    try:
        lists = {
            key: [float(part) for part in found[key].strip("() \r\n").split(",")]
            for key in ("lineNumCoef", "lineDenCoef", "sampNumCoef", "sampDenCoef")
        }
        one = {key: float(value) for key, value in found.items() if key.endswith(("Offset", "Scale"))}
        return RPC(
            height_off=one["heightOffset"],
            height_scale=one["heightScale"],
            lat_off=one["latOffset"],
            lat_scale=one["latScale"],
            line_den_coeff=lists["lineDenCoef"],
            line_num_coeff=lists["lineNumCoef"],
            line_off=one["lineOffset"],
            line_scale=one["lineScale"],
            long_off=one["longOffset"],
            long_scale=one["longScale"],
            samp_den_coeff=lists["sampDenCoef"],
            samp_num_coeff=lists["sampNumCoef"],
            samp_off=one["sampOffset"],
            samp_scale=one["sampScale"],
        )
    except (KeyError, ValueError) as fault:
        raise packages.bad_metadata(name) from fault
