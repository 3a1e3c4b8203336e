"""Radar and learned change from files to the four files of a detection."""

import json

import numpy as np
import pytest
import rasterio
from scipy import ndimage

from cross_check import sensors
from gis import files
from gis.errors import WorkbenchError
from tests.satellite import networks_made, tifs

WRITTEN = ["change.tif", "patches.gpkg", "recipe.json", "score.tif"]


def _speckled(rng, level, looks=4):
    return (level * rng.gamma(looks, 1 / looks, level.shape)).astype(np.float32)


@pytest.fixture(scope="module")
def radar_files(tmp_path_factory):
    """Four days of speckle; a square eight times brighter from the third on, one eight times darker."""
    folder = tmp_path_factory.mktemp("radar")
    rng = np.random.default_rng(1)
    paths = []
    for at in range(4):
        level = np.ones((1, 150, 140))
        if at >= 2:
            level[:, 20:50, 20:60], level[:, 90:120, 80:110] = 8, 1 / 8
        paths.append(tifs.write(folder / f"s1_2021060{at + 1}.tif", _speckled(rng, level, 12)))
    return paths


def test_two_dates_give_signed_patches(radar_files, tmp_path):
    """One rise and one fall of nine decibels (less at the smoothed edges), and a recipe that is plain JSON."""
    step = sensors.detect_radar([radar_files[0], radar_files[3]], tmp_path / "out", smallest_m2=5000)
    assert sorted(path.name for path in step.outputs) == WRITTEN
    found = files.read_layer(tmp_path / "out" / "patches.gpkg").set_index("direction")
    assert sorted(found.index) == ["fall", "rise"]
    assert found.loc["rise", "d_db"] == pytest.approx(7.5, abs=1.2)
    assert found.loc["fall", "d_db"] == pytest.approx(-7.5, abs=1.2)
    assert found.loc["rise", "area_m2"] == pytest.approx(120_000, rel=0.1)
    recipe = json.loads((tmp_path / "out" / "recipe.json").read_text(encoding="utf-8"), parse_constant=pytest.fail)
    assert recipe["inputs"]["before"]["seen_on"] == "2021-06-01"


def test_a_series_tells_when(radar_files, tmp_path):
    """The omnibus test puts both patches between the second and the third image."""
    sensors.detect_radar(radar_files, tmp_path / "out", looks=12, smallest_m2=5000)
    found = files.read_layer(tmp_path / "out" / "patches.gpkg")
    assert len(found) == 2
    assert {str(day)[:10] for day in found["begun_after"]} == {"2021-06-02"}
    assert {str(day)[:10] for day in found["begun_by"]} == {"2021-06-03"}
    with rasterio.open(tmp_path / "out" / "change.tif") as change:
        flags = change.read(1)
    assert (flags[22:48, 22:58] == 1).mean() > 0.95


def test_no_change_gives_an_empty_layer(radar_files, tmp_path):
    """Two days before the change: four files, no patch, nothing called unseen."""
    step = sensors.detect_radar(radar_files[:2], tmp_path / "out")
    assert step.figures["patches"] == 0
    assert step.figures["observed"] == 1
    assert files.read_layer(tmp_path / "out" / "patches.gpkg").empty


def test_radar_asks_for_what_it_needs(radar_files, tmp_path):
    """One image, a series without looks, images without coordinates."""
    nowhere = tifs.write(tmp_path / "nowhere.tif", np.ones((1, 9, 9), np.float32), crs=None)
    for code, taken in (
        ("radar.too_few", radar_files[:1]),
        ("radar.no_looks", radar_files),
        ("detect.no_crs", [nowhere, nowhere]),
    ):
        with pytest.raises(WorkbenchError) as refusal:
            sensors.detect_radar(taken, tmp_path / "out")
        assert refusal.value.code == code
    assert not (tmp_path / "out").exists()


def test_a_mask_hides_and_a_shift_is_taken_back(tmp_path):
    """Half of the scene is masked: unseen; the second image lies three pixels off: moved back, as the recipe says."""
    rng = np.random.default_rng(5)
    ground = np.exp(8 * ndimage.gaussian_filter(rng.normal(size=(1, 150, 140)), (0, 3, 3)))
    before, after = (_speckled(rng, ground, 12) for _ in range(2))
    after[:, 20:50, 20:60] *= 8
    shifted = np.roll(after, (2, -3), axis=(1, 2))
    pair = [tifs.write(tmp_path / f"{name}.tif", image) for name, image in (("a", before), ("b", shifted))]
    mask = np.ones((1, 150, 140), np.uint8)
    mask[:, 75:] = 0
    tifs.write(tmp_path / "clear.tif", mask)
    step = sensors.detect_radar(pair, tmp_path / "out", clear=[tmp_path / "clear.tif"])
    assert step.figures["observed"] == pytest.approx(0.5, abs=0.05)
    recipe = json.loads((tmp_path / "out" / "recipe.json").read_text(encoding="utf-8"))
    assert recipe["figures"]["shifts"][0]["moved_px"] == [-3, 2]
    assert [each["path"] for each in recipe["inputs"]["clear"]] == ["clear.tif"]
    with rasterio.open(tmp_path / "out" / "change.tif") as change:
        flags = change.read(1)
    assert (flags[76:] == 255).all()
    assert (flags[23:47, 23:57] == 1).mean() > 0.95
    assert (flags[:70, 70:-8] == 1).mean() < 0.01


def test_a_pair_far_off_is_refused(tmp_path):
    """Sixty pixels are no misregistration: a sentence with the figure, no files."""
    rng = np.random.default_rng(6)
    ground = np.exp(8 * ndimage.gaussian_filter(rng.normal(size=(1, 400, 400)), (0, 3, 3)))
    pair = [
        tifs.write(tmp_path / f"{name}.tif", _speckled(rng, np.roll(ground, shift, axis=2), 12))
        for name, shift in (("a", 0), ("b", 60))
    ]
    with pytest.raises(WorkbenchError) as refusal:
        sensors.detect_radar(pair, tmp_path / "out")
    assert refusal.value.code == "detect.shifted"
    assert not (tmp_path / "out").exists()


def _scene(seed):
    """Return a textured pair with an area built over, and where."""
    rng = np.random.default_rng(seed)
    before = 3000 + 7000 * ndimage.gaussian_filter(rng.normal(size=(3, 300, 300)), (0, 2, 2))
    truth = np.zeros((300, 300), bool)
    top, left = rng.integers(60, 180, 2)
    truth[top : top + 60, left : left + 60] = True
    roof = 5500 + 300 * rng.normal(size=before.shape)
    after = np.where(truth, roof, 1.03 * before + 40 * rng.normal(size=before.shape))
    return before.astype(np.float32), after.astype(np.float32), truth


@pytest.mark.parametrize("shift", [0.0, 2.5])
def test_a_trained_network_meets_planted_truth(tmp_path, shift):
    """Trained on one pair, run on another: F1 at least 0.9, masked pixels unseen, even if the second image lies off."""
    networks_made.trained(tmp_path / "m.onnx", *_scene(8), scale=0.001)
    text = 'model = "m.onnx"\ninputs = ["before", "after"]\noutput = "probability"\nscale = 0.001\n'
    (tmp_path / "m.toml").write_text(text + "tile_px = 64\noverlap_px = 16", encoding="utf-8")
    before, after, truth = _scene(9)
    mask = np.ones((1, 300, 300), np.uint8)
    mask[:, :20] = 0
    tifs.write(tmp_path / "clear.tif", mask)
    moved = ndimage.shift(after, (0, shift, -shift), order=3, mode="reflect") if shift else after
    pair = [tifs.write(tmp_path / f"{name}.tif", image) for name, image in (("a", before), ("b", moved))]
    sensors.detect_learned(tmp_path / "m.toml", *pair, tmp_path / "out", clear=[tmp_path / "clear.tif"])
    recipe = json.loads((tmp_path / "out" / "recipe.json").read_text(encoding="utf-8"))
    assert recipe["figures"]["shifts"][0]["moved_px"] == pytest.approx([-shift, shift], abs=0.2)
    with rasterio.open(tmp_path / "out" / "change.tif") as change:
        flags = change.read(1)
    assert (flags[:20] == 255).all()
    inner = (slice(25, -10), slice(10, -10))
    found = flags[inner] == 1
    assert 2 * (found & truth[inner]).sum() / (found.sum() + truth.sum()) >= 0.9


def test_a_network_writes_the_same_files(tmp_path):
    """A square of other bands is the one patch; its score is the network's probability."""
    networks_made.siamese(tmp_path / "m.onnx")
    text = 'model = "m.onnx"\ninputs = ["before", "after"]\noutput = "probability"\n'
    (tmp_path / "m.toml").write_text(
        text + 'bands = ["red", "green", "blue"]\nscale = 0.001\ntile_px = 64\noverlap_px = 16', encoding="utf-8"
    )
    before = np.full((3, 100, 90), 2000, np.uint16)
    after = before.copy()
    after[:, 30:50, 30:50] = np.array([9000, 500, 9000])[:, None, None]
    after[:, 0, :] = 0
    pair = [
        tifs.write(tmp_path / f"{name}.tif", bands, names=("B04", "B03", "B02"), nodata=0)
        for name, bands in (("a_20210601", before), ("b_20210701", after))
    ]
    step = sensors.detect_learned(tmp_path / "m.toml", *pair, tmp_path / "out")
    assert sorted(path.name for path in step.outputs) == WRITTEN
    found = files.read_layer(tmp_path / "out" / "patches.gpkg")
    assert len(found) == 1
    assert found.loc[0, "area_m2"] == pytest.approx(40_000, rel=0.25)
    assert str(found.loc[0, "after_on"])[:10] == "2021-07-01"
    assert step.figures["observed"] == pytest.approx(0.99)
    with rasterio.open(tmp_path / "out" / "score.tif") as score:
        chance = score.read(1)
    assert np.nanmax(chance) <= 1
    assert np.isnan(chance[0]).all()
