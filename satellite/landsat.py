"""Landsat 8 and 9, Collection 2 Level 2, from the product's MTL file.

Surface reflectance = count x 0.0000275 - 0.2, as the MTL's group of surface reflectance parameters says; the group of
Level 1 has factors of the same names, which are others.
"""

import re
from pathlib import PurePosixPath

from shapely.geometry import Polygon

from satellite import packages, sensors
from satellite.packages import Package
from satellite.products import CLASSES, REFLECTANCE, Description, Product, Raster, Sun, utc

Groups = dict[str, dict[str, str]]

_LINE = re.compile(r'^\s*(\w+)\s*=\s*"?([^"\n]*?)"?\s*$', re.MULTILINE)
_SURFACE = "LEVEL2_SURFACE_REFLECTANCE_PARAMETERS"
_CORNERS = ("UL", "UR", "LR", "LL")


def recognised(package: Package) -> bool:
    """Tell whether a package is a Landsat product."""
    return packages.one(package, "_MTL.txt") is not None


def product(package: Package) -> Product:
    """Return a Landsat product.

    Raises
    ------
    WorkbenchError
        ``scene.bad_metadata`` if it is damaged or not of Collection 2 Level 2.
    """
    main = packages.one(package, "_MTL.txt") or ""
    groups = _groups(package.read(main).decode("utf-8", "replace"))
    try:
        rasters = _rasters(package, groups)
        description = _description(groups, rasters)
    except (KeyError, ValueError) as fault:
        raise packages.bad_metadata(main) from fault
    if not rasters:
        raise packages.bad_metadata(main)
    return Product(description, rasters)


def _groups(text: str) -> Groups:
    """Return the values of each innermost group."""
    groups: Groups = {}
    inside = ""
    for key, value in _LINE.findall(text):
        if key == "GROUP":
            inside = value
        elif key != "END_GROUP":
            groups.setdefault(inside, {})[key] = value
    return groups


def _rasters(package: Package, groups: Groups) -> tuple[Raster, ...]:
    sensor = sensors.known()["landsat-c2-l2"]
    files = {PurePosixPath(name).name.upper(): name for name in package.names}
    contents, surface = groups["PRODUCT_CONTENTS"], groups[_SURFACE]
    made = []
    for band in sensor.bands:
        at = band.native.removeprefix("SR_B")
        key = "FILE_NAME_QUALITY_L1_PIXEL" if band.name == "qa_pixel" else f"FILE_NAME_BAND_{at}"
        name = files.get(contents.get(key, "").upper())
        if name is None:
            continue
        address = package.address(name)
        if band.name == "qa_pixel":
            made.append(Raster("qa_pixel", address, nodata=1.0, units=CLASSES, quantity="quality", gsd_m=band.gsd_m))
            continue
        scale = float(surface.get(f"REFLECTANCE_MULT_BAND_{at}", sensor.scale))
        offset = float(surface.get(f"REFLECTANCE_ADD_BAND_{at}", sensor.offset))
        made.append(Raster(band.name, address, 1, scale, offset, 0.0, REFLECTANCE, sensor.quantity, band.gsd_m))
    return tuple(made)


def _description(groups: Groups, rasters: tuple[Raster, ...]) -> Description:
    contents, image = groups["PRODUCT_CONTENTS"], groups["IMAGE_ATTRIBUTES"]
    place = groups["PROJECTION_ATTRIBUTES"]
    corners = [
        (float(place[f"CORNER_{corner}_LON_PRODUCT"]), float(place[f"CORNER_{corner}_LAT_PRODUCT"]))
        for corner in _CORNERS
    ]
    cloud = float(image["CLOUD_COVER"])
    second = image["SCENE_CENTER_TIME"].rstrip("Z")[:15]
    return Description(
        scene_id=contents["LANDSAT_PRODUCT_ID"],
        sensor="landsat-c2-l2",
        platform=image["SPACECRAFT_ID"].replace("_", " ").title(),
        level=contents["PROCESSING_LEVEL"],
        sensed_at=utc(f"{image['DATE_ACQUIRED']}T{second}"),
        footprint=Polygon(corners),
        bands=tuple(raster.name for raster in rasters),
        gsd_m=min((raster.gsd_m for raster in rasters), default=None),
        cloud_percent=cloud if cloud >= 0 else None,
        sun=Sun(float(image["SUN_AZIMUTH"]), 90 - float(image["SUN_ELEVATION"])),
        facts={"path": image.get("WRS_PATH", ""), "row": image.get("WRS_ROW", "")},
    )
