"""The commands on tiles: exit codes, a line a tile, sentences in both languages."""

import numpy as np
import pytest
import rasterio

import cli
from gis import files
from tests.satellite import provinces, tifs


def _hdq(capsys, *arguments):
    code = cli.main([str(argument) for argument in arguments])
    said = capsys.readouterr()
    return code, said.out, said.err


@pytest.mark.parametrize(
    ("language", "word", "memory"), [("zh", "瓦片 4 个", "峰值内存"), ("en", "4 tiles", "peak memory")]
)
def test_a_mosaic_is_compared_tile_by_tile(capsys, tmp_path, language, word, memory):
    """A line a tile with its memory, then the sum; a second run says what was finished before."""
    before, after, _ = provinces.write(tmp_path, 200, 100)
    asked = ["province", "detect", before, after, "--tile-px", "100", "--out", tmp_path / "out", "--language", language]
    code, out, err = _hdq(capsys, *asked)
    assert (code, word in out, err.count(memory)) == (0, True, 4)
    code, out, err = _hdq(capsys, *asked)
    assert (code, err.count(memory)) == (0, 0)


@pytest.mark.parametrize(("language", "word"), [("zh", "作物和叶相"), ("en", "crops and leaves")])
def test_seasons_that_do_not_fit_are_told_before_the_first_tile(capsys, tmp_path, language, word):
    """June against late September, and bands without names: on standard error before any line of a tile."""
    before, after, _ = provinces.write(tmp_path, 200, 100)
    with rasterio.open(before, "r+") as first, rasterio.open(after, "r+") as second:
        first.descriptions = second.descriptions = [None] * first.count
    asked = ["province", "detect", before, after, "--tile-px", "100", "--out", tmp_path / "out"]
    code, out, err = _hdq(capsys, *asked, "--after-on", "2021-09-20", "--language", language)
    lines = err.splitlines()
    assert (code, word in out) == (0, True)
    assert before.name in lines[0]
    assert word in lines[1]
    assert all("r000c000" not in line for line in lines[:2])
    codes = files.read_json(tmp_path / "out" / "recipe.json")["warnings"]
    assert codes[:2] == ["detect.no_band_names", "detect.other_season"]
    code, _, err = _hdq(capsys, *asked, "--after-on", "2021-06-20", "--language", language)
    assert (code, word in err) == (0, False)


def test_an_empty_folder_is_a_sentence(capsys, tmp_path):
    """Nothing to fit, and a scheduler that is not there."""
    code, _, err = _hdq(capsys, "province", "fit", tmp_path, "--out", tmp_path / "series", "--language", "en")
    assert (code, "holds no image" in err) == (1, True)


def test_a_tile_that_cannot_be_compared_stops_nothing(capsys, tmp_path):
    """Half of the mosaic is equal on both dates: its tiles say why, the others are compared."""
    before, after, _ = provinces.write(tmp_path, 200, 100)
    with rasterio.open(before) as source:
        same = source.read(window=((0, 200), (100, 200)))
    with rasterio.open(after, "r+") as sink:
        sink.write(same, window=((0, 200), (100, 200)))
    asked = ["province", "detect", before, after, "--tile-px", "100", "--out", tmp_path / "out", "--language", "en"]
    code, out, err = _hdq(capsys, *asked)
    assert code == 0
    assert "2 not compared" in out
    assert err.count("not compared") == 2
    unseen = files.read_layer(tmp_path / "out" / "unseen.gpkg")
    assert unseen["area_m2"].tolist() == pytest.approx([1000 * 2000], rel=5e-3)


@pytest.mark.parametrize(("language", "word"), [("zh", "计入独立观测"), ("en", "0 of these patches")])
def test_inside_a_project_radar_tiles_count_as_a_look(capsys, tmp_path, language, word):
    """Written into the project, the patches of all tiles are remembered as one detection of the days that were told."""
    rng, project = np.random.default_rng(1), tmp_path / "p"
    before, after = (rng.gamma(8, 1 / 8, (1, 160, 160)).astype(np.float32) for _ in range(2))
    after[:, 70:90, 70:90] *= 10
    pair = [tifs.write(tmp_path / f"{name}.tif", image) for name, image in (("a", before), ("b", after))]
    asked = ["province", "radar", *pair, "--tile-px", "80", "--project", project, "--language", language]
    code, out, _ = _hdq(capsys, *asked, "--before-on", "2024-06-01", "--after-on", "2024-06-13")
    assert (code, word in out) == (0, True)
    (kept,) = (project / "detections").glob("D*/facts.json")
    facts = kept.read_text(encoding="utf-8")
    assert '"radar"' in facts
    assert "2024-06-13" in facts
    assert len(list(kept.parent.glob("change-*.tif"))) == 4
