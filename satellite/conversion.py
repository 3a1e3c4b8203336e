"""Rim: JPEG 2000 decodes thirty times slower than a Cloud Optimized GeoTIFF, so it is turned into one, once.

Counts stay as they are, without loss; scale, offset, nodata and the band's common name go into the file. Each file is
written aside and renamed; one that is there already and comes from the same source is left alone, so that a run that
was cut off goes on where it stopped.
"""

from dataclasses import dataclass, replace
from pathlib import Path
from xml.sax.saxutils import escape

import rasterio
from rasterio.shutil import copy

from gis.files import written_aside
from gis.progress import Progress, silent
from satellite import packages, rasters
from satellite.products import CLASSES, Product, Raster
from satellite.sources import reading

SLOW = (".jp2", ".j2k")
_TAG = "CONVERTED_FROM"
_OPTIONS = {"COMPRESS": "ZSTD", "LEVEL": "1", "PREDICTOR": "YES", "BLOCKSIZE": "512", "NUM_THREADS": "ALL_CPUS"}
_OPTIONS |= {"BIGTIFF": "IF_SAFER"}
_NUMBERS = {"uint8": "Byte", "uint16": "UInt16", "int16": "Int16", "float32": "Float32"}


@dataclass(frozen=True)
class Converted:
    """What a conversion did: the scene's folder in the cache, and how many files it wrote and found in place."""

    folder: Path
    written: int
    kept: int


def convert(product: Product, cache: Path, *, progress: Progress = silent) -> Converted:
    """Turn the slow images of a product into Cloud Optimized GeoTIFFs.

    Parameters
    ----------
    product : Product
    cache : Path
        Folder of all converted scenes; this one gets a folder of its own in it.
    progress : callable
        Told after each image.

    Raises
    ------
    WorkbenchError
        ``detect.unreadable`` if an image is damaged; images done before stay.
    """
    slow = [raster for raster in product.rasters if is_slow(raster)]
    written = 0
    for done, raster in enumerate(slow):
        progress(done, len(slow), "scene.converting")
        target = _target(product, raster, cache)
        if not _is_of(target, _source(raster)):
            _write(raster, target)
            written += 1
    progress(len(slow), len(slow), "scene.converted")
    return Converted(cache / product.description.scene_id, written, len(slow) - written)


def converted(product: Product, cache: Path) -> Product:
    """Return the product with its converted images in place of the slow ones, where there are any."""
    swapped = []
    for raster in product.rasters:
        target = _target(product, raster, cache)
        there = is_slow(raster) and _is_of(target, _source(raster))
        swapped.append(replace(raster, address=str(target)) if there else raster)
    return replace(product, rasters=tuple(swapped))


def is_slow(raster: Raster) -> bool:
    """Tell whether a band lies in a format that is worth converting."""
    return raster.address.lower().endswith(SLOW)


def unpacked(path: Path, cache: Path) -> Path:
    """Return where a product can be read: a tar archive is unpacked into the cache once, others are as they are.

    Raises
    ------
    WorkbenchError
        Those of ``packages.unpacked``.
    """
    if not path.is_file() or not packages.is_tar(path):
        return path
    stem = path.name.removesuffix(".gz").removesuffix(".tar").removesuffix(".tgz")
    return packages.unpacked(path, cache / stem).path


def _target(product: Product, raster: Raster, cache: Path) -> Path:
    return cache / product.description.scene_id / f"{raster.name}.tif"


def _source(raster: Raster) -> str:
    """Return what tells one source from another: name, size and time of the file that holds the image."""
    inside = raster.address.startswith("/vsi")
    file = Path(raster.address.partition("{")[2].partition("}")[0]) if inside else Path(raster.address)
    facts = file.stat()
    return f"{Path(raster.address).name}|{facts.st_size}|{facts.st_mtime_ns}"


def _is_of(target: Path, source: str) -> bool:
    """Tell whether a file is there, whole, and made from a source."""
    if not target.is_file():
        return False
    with reading(target), rasterio.open(target) as made:
        return bool(made.tags().get(_TAG) == source)


def _write(raster: Raster, target: Path) -> None:
    with reading(Path(raster.address)), rasters.opened(raster.address) as source:
        text = _virtual(source, raster)
    with reading(Path(raster.address)), written_aside(target) as aside:
        copy(text, aside, driver="COG", OVERVIEW_RESAMPLING=_overviews(raster), **_OPTIONS)


def _overviews(raster: Raster) -> str:
    return "NEAREST" if raster.units == CLASSES else "AVERAGE"


def _virtual(source: rasterio.DatasetReader, raster: Raster) -> str:
    """Return the source as a virtual dataset that says what its counts mean."""
    number = _NUMBERS[source.dtypes[raster.at - 1]]
    size = f'RasterXSize="{source.width}" RasterYSize="{source.height}"'
    block = f'BlockXSize="{source.block_shapes[0][1]}" BlockYSize="{source.block_shapes[0][0]}"'
    physical = "" if raster.units == CLASSES else f"<Offset>{raster.offset!r}</Offset><Scale>{raster.scale!r}</Scale>"
    nodata = "" if raster.nodata is None else f"<NoDataValue>{raster.nodata!r}</NoDataValue>"
    return (
        f"<VRTDataset {size}><SRS>{escape(source.crs.to_wkt())}</SRS>"
        f"<GeoTransform>{', '.join(repr(part) for part in source.transform.to_gdal())}</GeoTransform>"
        f'<Metadata><MDI key="{_TAG}">{escape(_source(raster))}</MDI></Metadata>'
        f'<VRTRasterBand dataType="{number}" band="1"><Description>{raster.name}</Description>{nodata}{physical}'
        f'<SimpleSource><SourceFilename relativeToVRT="0">{escape(raster.address)}</SourceFilename>'
        f"<SourceBand>{raster.at}</SourceBand>"
        f'<SourceProperties {size} DataType="{number}" {block}/>'
        "</SimpleSource></VRTRasterBand></VRTDataset>"
    )
