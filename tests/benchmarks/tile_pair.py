"""A pair of full Sentinel-2 tiles as Cloud Optimized GeoTIFFs, made from a seed: four bands, two summers.

``python tests/benchmarks/tile_pair.py DIR [edge in pixels]`` writes before.tif and after.tif. One synthetic landscape
with planted changes and decoys is laid out again and again; each copy has noise of its own, so that blocks pack as
those of a real scene do.
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


def write(folder, edge=EDGE_PX, seed=7, base_px=BASE_PX):
    """Write both dates and return their paths."""
    synthetic._SHIFT_PX = ((0.0, 0.0),) * len(synthetic.DATES)  # well registered, as delivered tiles are
    world = synthetic.make_world(seed, size_px=base_px, each=3)
    return [
        _write_date(Path(folder) / f"{name}.tif", world, at, edge, seed)
        for name, at in zip(("before", "after"), DATES, strict=True)
    ]


def _write_date(path, world, at, edge, seed):
    scene = synthetic.scene(world, at)
    base = np.stack([scene[band].to_numpy() for band in BANDS]) * np.float32(10_000)
    size = base.shape[1]
    profile = {"driver": "GTiff", "count": len(BANDS), "height": edge, "width": edge, "dtype": "uint16", "nodata": 0}
    profile |= {"crs": "EPSG:32652", "transform": Affine(10, 0, 400_000, 0, -10, 5_200_000), "tiled": True}
    rng = np.random.default_rng([seed, at])
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        plain = Path(folder) / "plain.tif"
        with rasterio.open(plain, "w", blockxsize=512, blockysize=512, **profile) as sink:
            for top in range(0, edge, size):
                for left in range(0, edge, size):
                    high, wide = min(size, edge - top), min(size, edge - left)
                    noisy = base[:, :high, :wide] + rng.standard_normal((len(BANDS), high, wide), np.float32) * _NOISE
                    sink.write(np.clip(noisy, 1, 65_535).astype(np.uint16), window=Window(left, top, wide, high))
            for band, name in enumerate(BANDS, start=1):
                sink.set_band_description(band, name)
            sink.update_tags(ACQUISITION_DATE=synthetic.DATES[at].isoformat(), SYNTHETIC="YES")
        options = {"compress": "deflate", "predictor": 2, "blocksize": 512, "num_threads": "all_cpus", "level": 6}
        copy_raster(plain, path, driver="COG", **options)
    return path


if __name__ == "__main__":
    for written in write(sys.argv[1], *(int(each) for each in sys.argv[2:])):
        print(written)
