"""Sentinel-2 products, L1C and L2A, from their own metadata.

Counts become reflectance as (count + offset) / quantification value, with an offset for each band: since processing
baseline 04.00 it is -1000, and whether it applies is told by the metadata (``BOA_ADD_OFFSET``, ``RADIO_ADD_OFFSET``),
never guessed from the date: archives were reprocessed.
"""

import re
from pathlib import PurePosixPath
from xml.etree.ElementTree import Element

from shapely.geometry import Polygon

from satellite import packages, sensors
from satellite.packages import Package
from satellite.products import CLASSES, REFLECTANCE, Description, Product, Raster, Sun, utc
from satellite.sensors import Band, Sensor

# Position of each band in lists of the metadata (band_id, bandId).
_BAND_IDS = ("B01", "B02", "B03", "B04", "B05", "B06", "B07", "B08", "B8A", "B09", "B10", "B11", "B12")
_IMAGE = re.compile(r"_(?P<band>B\d\d|B8A|SCL)(?:_(?P<gsd>\d\d)m)?\.(?:jp2|tif)$", re.IGNORECASE)
_PRODUCT = re.compile(r"(?:^|/)MTD_MSI(L1C|L2A)\.xml$")


def recognised(package: Package) -> bool:
    """Tell whether a package is a Sentinel-2 product."""
    return any(_PRODUCT.search(name) for name in package.names)


def product(package: Package) -> Product:
    """Return a Sentinel-2 product.

    Raises
    ------
    WorkbenchError
        ``scene.bad_metadata`` or ``scene.entities``.
    """
    main = next(name for name in package.names if _PRODUCT.search(name))
    level = "L1C" if main.endswith("L1C.xml") else "L2A"
    sensor = sensors.known()[f"sentinel2-{level.lower()}"]
    root = packages.xml(package.read(main), main)
    rasters = _rasters(package, sensor, root, main)
    return Product(_description(package, sensor, root, rasters, main), rasters)


def _description(
    package: Package, sensor: Sensor, root: Element, rasters: tuple[Raster, ...], main: str
) -> Description:
    scene_id = (
        packages.text(root, "PRODUCT_URI").removesuffix(".SAFE") or PurePosixPath(main).parent.stem or package.path.stem
    )
    tile = packages.one(package, "MTD_TL.xml")
    granule = packages.xml(package.read(tile), tile) if tile else None
    cloud = packages.text(root, "Cloud_Coverage_Assessment")
    started = packages.text(root, "PRODUCT_START_TIME") or packages.text(root, "DATATAKE_SENSING_START")
    baseline, orbit = packages.text(root, "PROCESSING_BASELINE"), packages.text(root, "SENSING_ORBIT_NUMBER")
    if not started:
        raise packages.bad_metadata(main)
    grid = re.search(r"_T(\d\d[A-Z]{3})_", scene_id)
    return Description(
        scene_id=scene_id,
        sensor=sensor.code,
        platform=packages.text(root, "SPACECRAFT_NAME"),
        level=sensor.code[-3:].upper(),
        sensed_at=utc(started),
        footprint=_footprint(root),
        bands=tuple(raster.name for raster in rasters),
        gsd_m=min((raster.gsd_m for raster in rasters), default=None),
        cloud_percent=float(cloud) if cloud else None,
        sun=_sun(granule) if granule is not None else None,
        facts={"baseline": baseline, "orbit": orbit, "tile": grid.group(1) if grid else ""},
    )


def _rasters(package: Package, sensor: Sensor, root: Element, main: str) -> tuple[Raster, ...]:
    offsets = _offsets(root)
    scale = _quantification(root, main)
    known = {band.native: band for band in sensor.bands}
    made = []
    for native, name in _finest(package).items():
        if native in known:
            made.append(_raster(known[native], sensor, package.address(name), scale, offsets.get(native, 0.0)))
    order = {band.name: at for at, band in enumerate(sensor.bands)}
    if not made:
        raise packages.bad_metadata(main)
    return tuple(sorted(made, key=lambda raster: order[raster.name]))


def _raster(band: Band, sensor: Sensor, address: str, quantification: float, offset: float) -> Raster:
    if band.name == "scl":
        return Raster("scl", address, nodata=0.0, units=CLASSES, quantity="scene_classes", gsd_m=band.gsd_m)
    scale = 1 / quantification
    return Raster(
        band.name, address, 1, scale, offset * scale, 0.0, REFLECTANCE, quantity=sensor.quantity, gsd_m=band.gsd_m
    )


def _finest(package: Package) -> dict[str, str]:
    """Return the file of each band at its own, finest resolution; L2A repeats bands at coarser ones."""
    best: dict[str, tuple[int, str]] = {}
    for name in package.names:
        found = _IMAGE.search(name)
        if found is None or "/IMG_DATA/" not in f"/{name}":
            continue
        native, gsd = found["band"].upper(), int(found["gsd"] or 10)
        if native not in best or gsd < best[native][0]:
            best[native] = gsd, name
    return {native: name for native, (_, name) in best.items()}


def _offsets(root: Element) -> dict[str, float]:
    found = {}
    for node in root.iter():
        if packages.tag(node) in {"BOA_ADD_OFFSET", "RADIO_ADD_OFFSET"}:
            found[_BAND_IDS[int(node.get("band_id", "0"))]] = float(node.text or 0)
    return found


def _quantification(root: Element, main: str) -> float:
    value = packages.text(root, "BOA_QUANTIFICATION_VALUE") or packages.text(root, "QUANTIFICATION_VALUE")
    if not value or not float(value) > 0:
        raise packages.bad_metadata(main)
    return float(value)


def _footprint(root: Element) -> Polygon | None:
    """Return the outline; the product lists latitude before longitude."""
    numbers = [float(part) for part in packages.text(root, "EXT_POS_LIST").split()]
    points = list(zip(numbers[1::2], numbers[0::2], strict=False))
    return Polygon(points) if len(points) >= 4 else None  # noqa: PLR2004 - a closed ring


def _sun(granule: Element) -> Sun | None:
    for node in granule.iter():
        if packages.tag(node) == "Mean_Sun_Angle":
            return Sun(float(packages.text(node, "AZIMUTH_ANGLE")), float(packages.text(node, "ZENITH_ANGLE")))
    return None
