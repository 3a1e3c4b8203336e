"""Scenes as STAC items: a JSON file and, beside it, the images (COG) that its assets name.

Two traps of Sentinel-2 items are known. Some catalogues give scale and offset for each asset although they have taken
the offset off the pixels already, and say so in a property (``earthsearch:boa_offset_applied``); others give neither
and expect the reader to look at the processing baseline.
"""

import json
import re
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit

from shapely.geometry import shape

from gis import archives
from gis.errors import WorkbenchError
from satellite import packages, sensors
from satellite.packages import Package
from satellite.products import CLASSES, COUNTS, POWER, REFLECTANCE, Description, Product, Raster, Sun, utc
from satellite.sensors import Band, Sensor

Item = dict[str, Any]

_COLLECTIONS = {
    "sentinel-2-l2a": "sentinel2-l2a",
    "sentinel-2-c1-l2a": "sentinel2-l2a",
    "sentinel-2-l1c": "sentinel2-l1c",
    "landsat-c2-l2": "landsat-c2-l2",
    "sentinel-1-grd": "sentinel1-grd",
    "sentinel-1-rtc": "sentinel1-rtc",
}
_OFFSET_SINCE = 4.0
_APPLIED = ("earthsearch:boa_offset_applied", "sentinel:boa_offset_applied")
_IMAGE = re.compile(r"\.(?:tiff?|jp2)$", re.IGNORECASE)
_ALIASES = {"nir08": "nir", "lwir11": "", "red_edge": "rededge1"}


def recognised(package: Package) -> bool:
    """Tell whether a package holds a STAC item."""
    return _found(package) is not None


def product(package: Package) -> Product:
    """Return the scene that an item tells of.

    Raises
    ------
    WorkbenchError
        ``scene.bad_metadata``; ``scene.not_fetched`` if none of its images lies beside it;
        ``rows.climbing_entry`` if an asset points out of the folder.
    """
    name, item = _found(package) or ("", {})
    sensor = sensors.known()[_COLLECTIONS.get(item.get("collection") or "", "generic")]
    try:
        rasters = _rasters(package, name, item, sensor)
        return Product(_description(item, sensor, rasters), rasters)
    except (KeyError, TypeError, ValueError, AttributeError) as fault:
        raise packages.bad_metadata(name) from fault


def _found(package: Package) -> tuple[str, Item] | None:
    for name in package.names:
        if name.lower().endswith(".json") and name.count("/") <= 1:
            try:
                value = json.loads(package.read(name))
            except ValueError:
                continue
            if isinstance(value, dict) and value.get("type") == "Feature" and "stac_version" in value:
                return name, value
    return None


def _description(item: Item, sensor: Sensor, rasters: tuple[Raster, ...]) -> Description:
    facts = item["properties"]
    moment = facts.get("datetime") or facts["start_datetime"]
    azimuth, height = facts.get("view:sun_azimuth"), facts.get("view:sun_elevation")
    resolutions = [raster.gsd_m for raster in rasters if raster.gsd_m]
    return Description(
        scene_id=item["id"],
        sensor=sensor.code,
        platform=facts.get("platform", ""),
        level=str(facts.get("processing:level", "")),
        sensed_at=utc(moment),
        footprint=shape(item["geometry"]) if item.get("geometry") else None,
        bands=tuple(raster.name for raster in rasters),
        gsd_m=min(resolutions, default=facts.get("gsd")),
        cloud_percent=facts.get("eo:cloud_cover"),
        sun=Sun(float(azimuth), 90 - float(height)) if azimuth is not None and height is not None else None,
        facts={"collection": item.get("collection") or "", "baseline": _baseline(facts)},
    )


def _rasters(package: Package, name: str, item: Item, sensor: Sensor) -> tuple[Raster, ...]:
    made: dict[str, Raster] = {}
    wanted = 0
    for key, asset in item["assets"].items():
        band = _band(key, asset, sensor)
        if not band or not _IMAGE.search(urlsplit(asset["href"]).path):
            continue
        wanted += 1
        file = _beside(package, name, asset["href"])
        if file is not None and band not in made:
            made[band] = _raster(band, package.address(file), asset, item, sensor)
    if wanted and not made:
        raise WorkbenchError(
            "scene.not_fetched", "The images of {name} are not beside it yet; fetch them first", name=item["id"]
        )
    order = {band: at for at, band in enumerate(sensor.names)}
    return tuple(sorted(made.values(), key=lambda raster: order.get(raster.name, len(order))))


def _band(key: str, asset: Item, sensor: Sensor) -> str:
    """Return the common name of an asset's band, "" for what is no band (previews, metadata)."""
    natives: dict[str, Band] = {band.native.lower(): band for band in sensor.bands}
    if key.lower() in natives:
        return natives[key.lower()].name
    if key in sensor.names:
        return key
    if sensor.code == "landsat-c2-l2":
        return _ALIASES.get(key, "") if _ALIASES.get(key) in sensor.names else ""
    if sensor.code != "generic" or not {"data", "reflectance"} & set(asset.get("roles", ["data"])):
        return ""
    told = (asset.get("bands") or asset.get("eo:bands") or [{}])[0]
    return str(told.get("eo:common_name") or told.get("common_name") or told.get("name") or key)


def _raster(band: str, address: str, asset: Item, item: Item, sensor: Sensor) -> Raster:
    told = (asset.get("raster:bands") or asset.get("bands") or [{}])[0]
    own = {each.name: each for each in sensor.bands}
    gsd = float(asset.get("gsd") or told.get("spatial_resolution") or getattr(own.get(band), "gsd_m", 0.0))
    nodata = told.get("nodata")
    nodata = float(nodata) if isinstance(nodata, (int, float)) else None
    if band in {"scl", "qa_pixel"}:
        return Raster(band, address, nodata=0.0 if band == "scl" else 1.0, units=CLASSES, quantity="classes", gsd_m=gsd)
    if sensor.kind == "radar":
        units = {"db": "dB", "decibel": "dB"}.get(str(told.get("unit", "")).lower(), POWER)
        return Raster(band, address, nodata=nodata, units=units, quantity=sensor.quantity, gsd_m=gsd)
    scale, offset = _scale(asset, told, item, sensor)
    units = REFLECTANCE if sensor.code != "generic" or scale != 1.0 else COUNTS
    blank = 0.0 if nodata is None and sensor.code != "generic" else nodata
    return Raster(band, address, 1, scale, offset, blank, units, sensor.quantity, gsd)


def _scale(asset: Item, told: Item, item: Item, sensor: Sensor) -> tuple[float, float]:
    facts = item["properties"]
    scale = told.get("scale", told.get("raster:scale", asset.get("raster:scale")))
    offset = told.get("offset", told.get("raster:offset", asset.get("raster:offset")))
    if sensor.code.startswith("sentinel2"):
        applied = any(facts.get(key) for key in _APPLIED)
        scale = 1e-4 if scale is None else scale
        if offset is None:
            baseline = _baseline(facts)
            offset = -0.1 if baseline and float(baseline) >= _OFFSET_SINCE else 0.0
        return float(scale), 0.0 if applied else float(offset)
    return float(sensor.scale if scale is None else scale), float(sensor.offset if offset is None else offset)


def _baseline(facts: Item) -> str:
    keys = ("s2:processing_baseline", "processing:version", "sentinel:processing_baseline")
    return next((str(facts[key]) for key in keys if re.fullmatch(r"\d+\.\d+", str(facts.get(key, "")))), "")


def _beside(package: Package, name: str, href: str) -> str | None:
    """Return the file of an asset: where the href leads within the package, or of the same name beside the item."""
    parts = urlsplit(href)
    path = unquote(parts.path)
    if not parts.scheme:
        archives.demand_inside(path, package.path.name)
    folder = PurePosixPath(name).parent
    for candidate in ((folder / path).as_posix(), (folder / PurePosixPath(path).name).as_posix()):
        if candidate in package.names:
            return candidate
    return None
