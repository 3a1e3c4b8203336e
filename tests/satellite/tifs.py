"""Small GeoTIFFs for tests."""

import rasterio
from affine import Affine


def write(path, bands, *, names=(), crs="EPSG:32652", corner=(400_000, 5_100_000), nodata=None):
    """Write (bands, rows, columns) with 10-m pixels."""
    count, rows, columns = bands.shape
    profile = {"driver": "GTiff", "count": count, "height": rows, "width": columns, "dtype": bands.dtype.name}
    placed = {"crs": crs, "transform": Affine(10, 0, corner[0], 0, -10, corner[1]), "nodata": nodata}
    with rasterio.open(path, "w", **profile, **placed) as sink:
        sink.write(bands)
        for at, name in enumerate(names, start=1):
            sink.set_band_description(at, name)
    return path
