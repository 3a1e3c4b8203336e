"""Rim: a scene of any sensor: what it is, without decoding it, and its pixels as one form of Dataset."""

from pathlib import Path

from gis.errors import WorkbenchError
from satellite import gaofen, geotiffs, items, landsat, packages, photos, sentinel1, sentinel2
from satellite.packages import Package
from satellite.products import Description, Product

_FAMILIES = (
    (sentinel2.recognised, sentinel2.product),
    (sentinel1.recognised, sentinel1.product),
    (landsat.recognised, landsat.product),
    (gaofen.recognised, gaofen.product),
    (items.recognised, items.product),
    (sentinel1.recognised_rtc, sentinel1.product_rtc),
)
_METADATA = (".xml", ".txt", ".json", ".safe")


def describe(path: Path) -> Description:
    """Return what a scene says of itself: who took it, when, where, which bands; no pixel is decoded.

    Parameters
    ----------
    path : Path
        A product's folder, its zip or tar archive, a file of metadata within it, a GeoTIFF or a photo.

    Raises
    ------
    WorkbenchError
        ``files.missing``; ``scene.unknown`` if it is nothing that this program knows; ``scene.bad_metadata``,
        ``scene.entities``, ``scene.link``, ``scene.not_fetched``, ``rows.climbing_entry``, ``rows.bomb``,
        ``rows.encrypted``, ``rows.unreadable``, ``detect.unreadable``, ``detect.no_crs`` or ``detect.rotated``.
    """
    if path.suffix.lower() in photos.ENDINGS:
        return photos.described(photos.read(path))
    return product(path).description


def product(path: Path) -> Product:
    """Return a scene and where its bands lie.

    Raises
    ------
    WorkbenchError
        Those of ``describe``.
    """
    if not path.exists():
        raise WorkbenchError("files.missing", "There is no file {name}", name=path.name)
    if path.suffix.lower() in geotiffs.ENDINGS:
        return geotiffs.product(path)
    if path.is_file() and not packages.is_archive(path) and path.suffix.lower() not in _METADATA:
        raise _unknown(path)
    return _of_package(packages.opened(path))


def _of_package(package: Package) -> Product:
    for recognised, read in _FAMILIES:
        if recognised(package):
            return read(package)
    images = [name for name in package.names if name.lower().endswith(geotiffs.ENDINGS)]
    if len(images) == 1 and isinstance(package, packages.Folder):
        return geotiffs.product(package.path / images[0])
    raise _unknown(package.path)


def _unknown(path: Path) -> WorkbenchError:
    return WorkbenchError(
        "scene.unknown", "{name} is no product that this program knows, nor a GeoTIFF or a photo", name=path.name
    )
