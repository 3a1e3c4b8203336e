"""Pairs in which nothing changed: one scene twice, with new noise, another gain, or moved by a fraction of a pixel."""

from pathlib import Path

import numpy as np
import rasterio
from affine import Affine
from scipy import fft, ndimage

from satellite import synthetic
from satellite.files import PairFiles

PAIRS = Path(__file__).parents[3] / "shared" / "data" / "pairs"
BANDS = ("blue", "green", "red", "nir", "swir16", "swir22")
GAIN, OFFSET = 1.15, 60.0
SHIFT_PX = 0.3

NULLS = {
    "noise": (),
    "gain": ("gain",),
    "shift": ("east",),
    "shift-both": ("both",),
    "shift-linear": ("linear",),
    "gain+shift": ("gain", "both"),
    "small-shift": ("small",),
    "gain+small-shift": ("gain", "small"),
}
"""What is done to the second date besides new noise."""


def real(name, edge):
    """Return a (6, n, n) scene of a labelled pair, n at least ``edge``: mirrored, so that it continues into itself."""
    with rasterio.open(PAIRS / name / "t1.tif") as source:
        scene = source.read().astype(float)
    if scene.max() < 2:
        scene *= 10_000
    elif scene.max() <= 255:
        scene *= 10
    # Moving a glaring cloud by Fourier's way would drive its surroundings below zero, which no image can store.
    low, high = np.quantile(scene, (0.001, 0.99), axis=(1, 2), keepdims=True)
    scene = np.clip(scene, low, high)
    scene = np.concatenate([scene, scene[:, ::-1]], axis=1)
    scene = np.concatenate([scene, scene[:, :, ::-1]], axis=2)
    return np.tile(scene, (1, *(int(np.ceil(edge / size)) for size in scene.shape[1:])))


def made(edge, seed=3):
    """Return a synthetic summer of villages, fields and wood, mirrored; half as large as ``edge`` before."""
    scene = synthetic.scene(synthetic.make_world(seed, size_px=edge // 2, each=2), 0)
    data = np.stack([scene[name].to_numpy() for name in BANDS]).astype(float) * 10_000
    data = np.concatenate([data, data[:, ::-1]], axis=1)
    return np.concatenate([data, data[:, :, ::-1]], axis=2)


def moved(scene, south, east):
    """Return a scene that continues into itself moved by fractions of a pixel, none of its detail lost."""
    down, right = fft.fftfreq(scene.shape[1])[:, None], fft.rfftfreq(scene.shape[2])[None, :]
    turn = np.exp(-2j * np.pi * (right * east + down * south))
    return fft.irfft2(fft.rfft2(scene, axes=(1, 2)) * turn, s=scene.shape[1:], axes=(1, 2))


_DONE = {
    "gain": lambda scene: scene * GAIN + OFFSET,
    "east": lambda scene: moved(scene, 0, SHIFT_PX),
    "both": lambda scene: moved(scene, -SHIFT_PX / np.sqrt(2), SHIFT_PX / np.sqrt(2)),
    "small": lambda scene: moved(scene, 0.13, 0.14),
    "linear": lambda scene: ndimage.shift(scene, (0, 0, SHIFT_PX), order=1, mode="grid-wrap"),
}


def pair(folder, scene, null, *, noise=0.02, pixel_m=30, seed=1):
    """Write both dates of a null as uint16 and return the files; noise is a share of each band's spread."""
    rng = np.random.default_rng(seed)
    spread = noise * scene.std(axis=(1, 2), keepdims=True)
    after = scene
    for each in NULLS[null]:
        after = _DONE[each](after)
    profile = {"driver": "GTiff", "count": len(scene), "height": scene.shape[1], "width": scene.shape[2], "nodata": 0}
    profile |= {"dtype": "uint16", "crs": "EPSG:32651", "transform": Affine(pixel_m, 0, 6e5, 0, -pixel_m, 5.06e6)}
    for name, date in (("before", scene), ("after", after)):
        noisy = date + rng.normal(size=date.shape) * spread
        with rasterio.open(Path(folder) / f"{name}.tif", "w", **profile) as sink:
            sink.write(np.clip(np.rint(noisy), 1, 65_535).astype(np.uint16))
            for at, band in enumerate(BANDS, start=1):
                sink.set_band_description(at, band)
    return PairFiles(Path(folder) / "before.tif", Path(folder) / "after.tif")
