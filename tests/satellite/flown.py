"""Synthetic drone flights on disk: orthomosaic, surface model and photos with EXIF and XMP."""

from datetime import datetime, timedelta

import numpy as np
import rasterio
from PIL import ExifTags, Image, TiffImagePlugin
from pyproj import Transformer
from scipy import ndimage

from satellite import synthetic_flights
from satellite.synthetic_flights import Errors, Planted
from tests.satellite.made_scenes import _dms

HEAPS = [Planted("cone", 30, 30, 11, 5), Planted("bank", 85, 40, 9, 3), Planted("pit", 100, 85, 11, 3)]
WHERE = synthetic_flights.grid(240, 280)


def write(path, bands, where, *, moved=(0.0, 0.0), nodata=None):
    """Write (bands, rows, columns), moved by metres east and north."""
    transform = where.transform.translation(*moved) @ where.transform
    profile = {"driver": "GTiff", "count": len(bands), "height": where.rows, "width": where.columns}
    profile |= {"dtype": bands.dtype.name, "crs": where.crs.to_wkt(), "transform": transform, "nodata": nodata}
    with rasterio.open(path, "w", **profile) as sink:
        sink.write(bands)
    return path


def picture(where, planted=(), seed=1):
    """Return an orthomosaic (3, rows, columns) uint8 of fields, with heaps as bright spots."""
    rng = np.random.default_rng(seed)
    shape = (where.rows, where.columns)
    rough = ndimage.gaussian_filter(rng.normal(size=shape), 1.2)
    fields = ndimage.zoom(rng.uniform(0, 1, (6, 7)), (shape[0] / 6, shape[1] / 7), order=0)[: shape[0], : shape[1]]
    grey = 70 + 70 * fields + 25 * rough / rough.std()
    grey = np.where(np.abs(synthetic_flights.planted(where, list(planted))) > 0.3, 215 + 10 * rough, grey)
    tints = np.array([0.95, 1.0, 0.75])[:, None, None]
    return np.clip(grey * tints, 1, 255).astype(np.uint8)


def flights(folder, *, moved=(0.0, 0.0), asked=None, where=WHERE):
    """Write ortho and surface model of two flights; the second one, with heaps, lies ``moved`` off."""
    rng = np.random.default_rng(7)
    ground = synthetic_flights.ground(where, rng)
    made = []
    for at, planted in enumerate(([], HEAPS)):
        errors = synthetic_flights.errors(where, asked or Errors(), rng)
        heights = (ground + synthetic_flights.planted(where, planted) + errors).astype(np.float32)
        off = moved if at else (0.0, 0.0)
        made.append(
            (
                write(folder / f"ortho{at}.tif", picture(where, planted), where, moved=off),
                write(folder / f"dsm{at}.tif", heights[None], where, moved=off, nodata=-9999.0),
            )
        )
    return made


def photos(folder, *, where=WHERE, height_m=60.0, heading=30.0):
    """Write a small flight of 12 photos, one of them twice, one without a position, with a break of five minutes."""
    folder.mkdir()
    back = Transformer.from_crs(where.crs, "EPSG:4490", always_xy=True)
    taken = datetime(2025, 6, 1, 10, 0)  # noqa: DTZ001 - as EXIF has it
    west, north = where.transform @ (0, 0)
    for at in range(12):
        row, column = divmod(at, 4)
        lon, lat = back.transform(west + 15 + column * 35, north - 20 - row * 40)
        taken += timedelta(seconds=300 if at == 8 else 3)
        _photo(folder / f"DJI_{at + 1:04d}.JPG", (lon, lat), taken, height_m, heading, seed=at)
    (folder / "DJI_0013.JPG").write_bytes((folder / "DJI_0001.JPG").read_bytes())
    Image.open(folder / "DJI_0002.JPG").save(folder / "mmexport2.jpg", quality=60)
    return folder


def _photo(path, place, taken, height_m, heading, seed):
    rng = np.random.default_rng(seed)
    rough = ndimage.gaussian_filter(rng.normal(size=(120, 160)), 6)
    pixels = np.clip(120 + 60 * rough / rough.std(), 0, 255).astype(np.uint8)
    told = Image.Exif()
    told[ExifTags.Base.Make], told[ExifTags.Base.Model] = "DJI", "M3E"
    inner, spot = told.get_ifd(ExifTags.IFD.Exif), told.get_ifd(ExifTags.IFD.GPSInfo)
    inner[ExifTags.Base.DateTimeOriginal] = taken.strftime("%Y:%m:%d %H:%M:%S")
    inner[ExifTags.Base.FocalLengthIn35mmFilm] = 24
    inner[ExifTags.Base.FocalLength] = TiffImagePlugin.IFDRational(1229, 100)
    spot[ExifTags.GPS.GPSLatitudeRef], spot[ExifTags.GPS.GPSLongitudeRef] = "N", "E"
    spot[ExifTags.GPS.GPSLongitude], spot[ExifTags.GPS.GPSLatitude] = _dms(place[0]), _dms(place[1])
    packet = (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description xmlns:drone-dji="http://www.dji.com/drone-dji/1.0/"'
        f' drone-dji:RelativeAltitude="+{height_m:.2f}" drone-dji:GimbalRollDegree="+0.00"'
        f' drone-dji:GimbalYawDegree="{heading:+.2f}" drone-dji:GimbalPitchDegree="-90.00"/></rdf:RDF></x:xmpmeta>'
    )
    Image.fromarray(np.stack([pixels] * 3, axis=2)).save(path, "JPEG", exif=told.tobytes(), xmp=packet.encode())
