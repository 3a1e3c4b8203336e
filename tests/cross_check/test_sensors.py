"""Radar and learned change from files to the four files of a detection."""

import json

import numpy as np
import pytest
import rasterio

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
