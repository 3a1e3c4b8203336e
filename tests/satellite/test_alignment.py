"""Alignment: shifted copies are corrected or refused, real pairs are brought together, what is left is told."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
import rasterio
from affine import Affine
from pyproj import CRS
from scipy import ndimage

from gis.errors import WorkbenchError
from satellite import alignment, detection, files, resampling
from satellite.files import PairFiles
from satellite.patches import Grid
from satellite.scores import Counts

PAIRS = Path(__file__).parents[3] / "shared" / "data" / "pairs"
needs_pairs = pytest.mark.skipif(not PAIRS.is_dir(), reason="the labelled image pairs are not beside the project")


@dataclass(frozen=True)
class Held:
    """A pair in memory."""

    before: np.ndarray
    after: np.ndarray
    moved: tuple[float, float] = (0.0, 0.0)
    names: tuple[str, ...] = ("red",)

    @property
    def grid(self):
        return Grid(CRS.from_epsg(32652), Affine(10, 0, 4e5, 0, -10, 5.1e6), *self.before.shape[1:])

    def shifted(self, east_px, south_px):
        return replace(self, moved=(east_px, south_px))

    def read(self, rows, columns=slice(None)):
        down, along = (np.arange(size)[part] for size, part in zip(self.before.shape[1:], (rows, columns), strict=True))
        after = resampling.cubic(self.after, down[:, None] + self.moved[1], along[None, :] + self.moved[0])
        return self.before[:, rows, columns], after

    def counts(self, rows, columns=slice(None)):
        return Counts.of_values(*self.read(rows, columns))


def _ground(seed, size=640):
    rng = np.random.default_rng(seed)
    fine = ndimage.gaussian_filter(rng.normal(size=(size, size)), 1.2)
    return (fine / fine.std() + ndimage.gaussian_filter(rng.normal(size=(size, size)), 12) * 20).astype(np.float32)


def _pair(south, east, *, noise=0.1, seed=1, size=640):
    """A pair whose second image has its content moved by a field (pixels)."""
    ground = _ground(seed, size)
    row, column = np.mgrid[0:size, 0:size]
    moved = ndimage.map_coordinates(ground, [row - south, column - east], order=3, mode="nearest")
    rng = np.random.default_rng(seed + 1)
    return Held(ground[None], (moved + rng.normal(0, noise, moved.shape)).astype(np.float32)[None])


@pytest.mark.parametrize("shift", [0.5, 1.0, 2.3, 5.0])
def test_shifted_copies_are_corrected(shift):
    """A copy shifted by half a pixel to five lies within 0.1 px afterwards, and the record says how it was done."""
    _, aligned = alignment.align(_pair(shift, -0.6 * shift))
    assert aligned.applied == "shift"
    assert aligned.residual.length_px < 0.1
    assert (aligned.found.south_px, aligned.found.east_px) == pytest.approx((shift, -0.6 * shift), abs=0.1)
    told = aligned.recorded()
    assert told["found"]["length_m"] == pytest.approx(10 * aligned.found.length_px, rel=1e-2)
    assert told["residual"]["length_m"] < 1.0


def test_a_good_pair_comes_back_as_it_was():
    """Nothing is resampled where nothing is off."""
    pair = _pair(0.0, 0.0)
    moved, aligned = alignment.align(pair)
    assert moved is pair
    assert aligned.applied == "none"


def test_a_long_shift_is_searched_for():
    """An offset of 45 px, beyond the reach of a block, is found, corrected and told."""
    _, aligned = alignment.align(_pair(-40.0, 21.0))
    assert aligned.applied == "shift"
    assert aligned.residual.length_px < 0.1
    assert aligned.found.length_px == pytest.approx(np.hypot(40, 21), abs=0.2)


def test_a_wrong_image_is_refused_with_its_figure():
    """An offset of 90 px is no misregistration: the sentence names it in pixels and metres."""
    with pytest.raises(WorkbenchError, match=r"90\.\d pixels \(90\d m\)") as refusal:
        alignment.align(_pair(90.0, 0.0))
    assert refusal.value.code == "detect.shifted"


def test_unrelated_images_pass_as_unknown():
    """Where nothing matches, nothing is moved and nothing is claimed."""
    moved, aligned = alignment.align(Held(_ground(1)[None], _ground(2)[None]))
    assert isinstance(moved, Held)
    assert (aligned.applied, aligned.found.known) == ("none", False)


def test_a_stretched_image_is_bent_back():
    """A stretch of 3 px over the image is corrected place by place; read in strips or whole it is the same."""
    row = np.mgrid[0:1200, 0:1200][0]
    pair = _pair(row / 400, row * 0.0, size=1200)
    bent, aligned = alignment.align(pair)
    assert aligned.applied in {"affine", "smooth"}
    assert aligned.range_px == pytest.approx(1.5, abs=0.3)
    assert aligned.residual.spread_px < 0.15
    before, after = bent.read(slice(0, 1200))
    inner = (0, slice(60, -60), slice(60, -60))
    assert np.corrcoef(before[inner].ravel(), after[inner].ravel())[0, 1] > 0.98
    strips = [counts for _, counts in bent.ahead(rows=500)]
    assert np.concatenate([strip.after for strip in strips], axis=1) == pytest.approx(after, abs=1e-4, nan_ok=True)
    assert bent.grid == pair.grid
    assert bent.names == pair.names


def test_what_does_not_go_away_is_refused(monkeypatch):
    """A pair that stays off after its correction is refused with what is left."""
    monkeypatch.setattr(Held, "shifted", lambda self, _east, _south: self)
    with pytest.raises(WorkbenchError, match="After correction") as refusal:
        alignment.align(_pair(2.0, 0.0))
    assert refusal.value.code == "detect.residual"


@pytest.fixture
def shifted(tmp_path):
    """Write the second image of a real pair with its content shifted (east, south) and return the pair."""

    def make(name, east, south):
        with rasterio.open(PAIRS / name / "t2.tif") as source:
            data, profile = source.read(), source.profile
        moved = np.stack([ndimage.shift(band.astype(float), (south, east), order=3, mode="nearest") for band in data])
        limits = np.iinfo(data.dtype) if data.dtype.kind in "ui" else np.finfo(data.dtype)
        moved = np.clip(np.rint(moved) if data.dtype.kind in "ui" else moved, limits.min, limits.max)
        with rasterio.open(tmp_path / "t2.tif", "w", **profile) as sink:
            sink.write(moved.astype(data.dtype))
        return PairFiles(PAIRS / name / "t1.tif", tmp_path / "t2.tif")

    return make


@needs_pairs
@pytest.mark.parametrize("shift", [0.5, 1.0, 3.0, 5.0])
def test_taizhou_shifted_is_brought_back(shifted, shift):
    """The residual on the shifted Taizhou pair is at most 0.15 px."""
    with files.open_pair(shifted("taizhou", shift, shift)) as pair:
        _, aligned = alignment.align(pair)
    assert aligned.residual.length_px <= 0.15
    assert aligned.found.length_px == pytest.approx(shift * np.sqrt(2), abs=0.25)


@needs_pairs
def test_the_raw_offset_of_brumadinho_is_found_corrected_and_told(shifted):
    """An offset of 30 px between two Landsat scenes with clouds leaves at most 0.15 px."""
    with files.open_pair(shifted("brumadinho_dam", -24, 18)) as pair:
        _, aligned = alignment.align(pair)
    assert (aligned.found.east_px, aligned.found.south_px) == pytest.approx((-24, 18), abs=0.2)
    assert aligned.residual.length_px <= 0.15


@needs_pairs
@pytest.mark.parametrize("name", ["taizhou", "brumadinho_dam"])
def test_real_pairs_as_they_come_are_left_alone(name):
    """Both are well registered: nothing is moved."""
    with files.open_pair(PairFiles(PAIRS / name / "t1.tif", PAIRS / name / "t2.tif")) as pair:
        moved, aligned = alignment.align(pair)
        assert moved is pair
    assert aligned.residual.length_px < 0.2


@needs_pairs
@pytest.mark.parametrize("shift", [0.5, 1.0])
def test_change_survives_a_shift(shifted, shift):
    """F1 is at least 0.93 with the second date shifted; uncorrected, one pixel gives 0.72."""
    with rasterio.open(PAIRS / "taizhou" / "ref.tif") as source:
        labels = source.read(1)
    with files.open_pair(shifted("taizhou", shift, shift)) as pair:
        flagged = detection.run(pair).change == 1
    changed, unchanged = labels == 2, labels == 1
    hits, false, missed = (flagged & changed).sum(), (flagged & unchanged).sum(), (~flagged & changed).sum()
    assert 2 * hits / (2 * hits + false + missed) >= 0.93
