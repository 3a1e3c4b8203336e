"""Sentinel-1: GRD products from their SAFE, and terrain-corrected (RTC) images from their names.

Backscatter of GRD: sigma0 = count^2 / A^2 with the table A of the calibration annotation (ESA, Sentinel-1 Product
Specification). It is placed by the tie points of the image, without terrain correction: slopes lie displaced, so it
corroborates and never measures. RTC images are gamma0, in linear power unless they say amplitude or dB.
"""

import re
from pathlib import PurePosixPath
from xml.etree.ElementTree import Element

from shapely.geometry import Polygon

from satellite import packages, sensors
from satellite.packages import Package
from satellite.products import DECIBEL, POWER, Description, Gains, Product, Raster, utc

AMPLITUDE = "amplitude"

_TIF = re.compile(r"measurement/.*-(?P<band>vv|vh|hh|hv)-.*\.tiff?$", re.IGNORECASE)
_RTC_BAND = re.compile(r"(?:^|[_\-.])(vv|vh|hh|hv)(?:[_\-.][^/]*)?\.tiff?$", re.IGNORECASE)
_RTC_POWER = re.compile(r"_RTC\d{2}_[GS]_[A-Za-z](?P<scale>[pad])[A-Za-z]+", re.IGNORECASE)
_SCALES = {"p": POWER, "a": AMPLITUDE, "d": DECIBEL}


def recognised(package: Package) -> bool:
    """Tell whether a package is a Sentinel-1 GRD product."""
    found = any(_TIF.search(name) for name in package.names)
    return found and packages.one(package, "manifest.safe") is not None


def recognised_rtc(package: Package) -> bool:
    """Tell whether a folder or archive holds a terrain-corrected image of Sentinel-1."""
    named = [package.path.name, *(PurePosixPath(name).name for name in package.names)]
    told = any(getattr(sensors.of_name(name), "code", "") == "sentinel1-rtc" for name in named)
    return told and any(_RTC_BAND.search(name) for name in package.names)


def product(package: Package) -> Product:
    """Return a GRD product.

    Raises
    ------
    WorkbenchError
        ``scene.bad_metadata`` or ``scene.entities``.
    """
    main = packages.one(package, "manifest.safe") or ""
    root = packages.xml(package.read(main), main)
    rasters = []
    for name in package.names:
        found = _TIF.search(name)
        if found is None:
            continue
        band = found["band"].lower()
        table = _calibration(package, band)
        address = package.address(name)
        rasters.append(Raster(band, address, 1, 1.0, 0.0, 0.0, POWER, "sigma0", 10.0, gains=table))
    bands = tuple(sorted(rasters, key=lambda raster: raster.name, reverse=True))
    return Product(_description(package, root, main, bands), bands)


def product_rtc(package: Package) -> Product:
    """Return a terrain-corrected image: one file a polarisation, units by the product's name."""
    names = sorted(name for name in package.names if _RTC_BAND.search(name))
    stem = _stem(package, names)
    units = _SCALES[found["scale"].lower()] if (found := _RTC_POWER.search(stem)) else POWER
    rasters = []
    for name in names:
        band = _RTC_BAND.search(name)
        if band:
            rasters.append(
                Raster(band[1].lower(), package.address(name), nodata=None, units=units, quantity="gamma0", gsd_m=0.0)
            )
    day = re.search(r"(\d{8}T\d{6})", stem)
    return Product(
        Description(
            scene_id=stem,
            sensor="sentinel1-rtc",
            platform=f"Sentinel-{stem[1:3]}",
            level="RTC",
            sensed_at=utc(day[1]) if day else None,
            bands=tuple(raster.name for raster in rasters),
            facts={"units": units},
        ),
        tuple(rasters),
    )


def _description(package: Package, root: Element, main: str, rasters: tuple[Raster, ...]) -> Description:
    start = packages.text(root, "startTime")
    outline = packages.text(root, "coordinates")
    if not start or not outline:
        raise packages.bad_metadata(main)
    corners = [tuple(float(part) for part in pair.split(",")) for pair in outline.split()]
    folder = PurePosixPath(main).parent.name or package.path.name
    return Description(
        scene_id=re.sub(r"\.(SAFE|zip)$", "", folder, flags=re.IGNORECASE),
        sensor="sentinel1-grd",
        platform=f"Sentinel-1{packages.text(root, 'number')}",
        level="GRD",
        sensed_at=utc(start),
        footprint=Polygon([(lon, lat) for lat, lon in corners]),
        bands=tuple(raster.name for raster in rasters),
        gsd_m=10.0,
        facts={
            "orbit": packages.text(root, "relativeOrbitNumber"),
            "pass": packages.text(root, "pass"),
            "units": POWER,
        },
    )


def _calibration(package: Package, band: str) -> Gains:
    wanted = re.compile(rf"annotation/calibration/calibration-.*-{band}-.*\.xml$", re.IGNORECASE)
    name = next((each for each in package.names if wanted.search(each)), None)
    if name is None:
        raise packages.bad_metadata(package.path.name)
    root = packages.xml(package.read(name), name)
    rows = []
    for vector in root.iter("calibrationVector"):
        columns = tuple(int(part) for part in packages.text(vector, "pixel").split())
        values = tuple(float(part) for part in packages.text(vector, "sigmaNought").split())
        rows.append((int(packages.text(vector, "line")), columns, values))
    if not rows or any(len(columns) != len(values) or not values for _, columns, values in rows):
        raise packages.bad_metadata(name)
    rows.sort()
    return Gains(tuple(row[0] for row in rows), tuple(row[1] for row in rows), tuple(row[2] for row in rows))


def _stem(package: Package, names: list[str]) -> str:
    """Return the product's id: the part of the names before the polarisation, or the folder's name."""
    first = PurePosixPath(names[0]).name
    if getattr(sensors.of_name(first), "code", "") == "sentinel1-rtc":
        return re.sub(r"[_\-.](vv|vh|hh|hv)([_\-.].*)?$", "", first, flags=re.IGNORECASE)
    return package.path.name
