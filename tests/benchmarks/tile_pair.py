"""A pair of full Sentinel-2 tiles as Cloud Optimized GeoTIFFs, made from a seed: four bands, two summers.

``python tests/benchmarks/tile_pair.py DIR [edge in pixels]`` writes before.tif and after.tif. One synthetic landscape
with planted changes and decoys is laid out again and again; each copy has noise of its own, so that blocks pack as
those of a real scene do. ``write_classes`` adds the classes that come with such tiles.
"""

import sys
import tempfile
from pathlib import Path

import numpy as np
import rasterio
from affine import Affine
from rasterio.shutil import copy as copy_raster
from rasterio.windows import Window

from satellite import synthetic

EDGE_PX = 10_980
BASE_PX = 1098
BANDS = ("blue", "green", "red", "nir")
DATES = (0, 3)
_NOISE = 25.0


def write(folder, edge=EDGE_PX, seed=7, base_px=BASE_PX, *, shifted=False):
    """Write both dates and return their paths; well registered, as delivered tiles are, or 0.4 px apart."""
    if not shifted:
        synthetic._SHIFT_PX = ((0.0, 0.0),) * len(synthetic.DATES)
    world = synthetic.make_world(seed, size_px=base_px, each=3)
    return [_write_date(Path(folder) / f"{name}.tif", world, at, edge, seed) for name, at in _dates()]


def write_classes(folder, edge=EDGE_PX, seed=7, base_px=BASE_PX):
    """Write the scene classes of both dates, vegetation or cloud, and return their paths."""
    world = synthetic.make_world(seed, size_px=base_px, each=3)
    paths = []
    for name, at in _dates():
        classes = np.where(synthetic.clear(world, at) == 1, 4, 9).astype(np.uint8)[None]
        paths.append(Path(folder) / f"{name}-scl.tif")
        profile = _profile(1, edge, "uint8") | {"compress": "deflate"}
        with rasterio.open(paths[-1], "w", **profile) as sink:
            for part, window in _copies(classes, edge):
                sink.write(part, window=window)
    return paths


def _dates():
    return zip(("before", "after"), DATES, strict=True)


def _profile(count, edge, dtype):
    profile = {"driver": "GTiff", "count": count, "height": edge, "width": edge, "dtype": dtype, "nodata": 0}
    profile |= {"crs": "EPSG:32652", "transform": Affine(10, 0, 400_000, 0, -10, 5_200_000)}
    return profile | {"tiled": True, "blockxsize": 512, "blockysize": 512}


def _copies(base, edge):
    """Yield planes (bands, rows, columns) laid out again and again, cut at the edge, and where each copy lies."""
    size = base.shape[1]
    for top in range(0, edge, size):
        for left in range(0, edge, size):
            high, wide = min(size, edge - top), min(size, edge - left)
            yield base[:, :high, :wide], Window(left, top, wide, high)


def _write_date(path, world, at, edge, seed):
    scene = synthetic.scene(world, at)
    base = np.stack([scene[band].to_numpy() for band in BANDS]) * np.float32(10_000)
    rng = np.random.default_rng([seed, at])
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        plain = Path(folder) / "plain.tif"
        with rasterio.open(plain, "w", **_profile(len(BANDS), edge, "uint16")) as sink:
            for part, window in _copies(base, edge):
                noisy = part + rng.standard_normal(part.shape, np.float32) * _NOISE
                sink.write(np.clip(noisy, 1, 65_535).astype(np.uint16), window=window)
            for band, name in enumerate(BANDS, start=1):
                sink.set_band_description(band, name)
            sink.update_tags(ACQUISITION_DATE=synthetic.DATES[at].isoformat(), SYNTHETIC="YES")
        options = {"compress": "deflate", "predictor": 2, "blocksize": 512, "num_threads": "all_cpus", "level": 6}
        copy_raster(plain, path, driver="COG", **options)
    return path


if __name__ == "__main__":
    for written in write(sys.argv[1], *(int(each) for each in sys.argv[2:])):
        print(written)
