"""The commands on radar and networks: exit codes and sentences in both languages."""

import numpy as np
import pytest

import cli
from tests.satellite import networks_made, tifs


def _hdq(capsys, *arguments):
    code = cli.main([str(argument) for argument in arguments])
    said = capsys.readouterr()
    return code, said.out, said.err


@pytest.fixture
def squares(tmp_path):
    """Two radar images of one place; in the second a square is ten times brighter."""
    rng = np.random.default_rng(1)
    before, after = (rng.gamma(8, 1 / 8, (1, 120, 120)).astype(np.float32) for _ in range(2))
    after[:, 40:60, 40:60] *= 10
    return [tifs.write(tmp_path / f"{name}.tif", image) for name, image in (("a", before), ("b", after))]


@pytest.mark.parametrize(("language", "word"), [("zh", "图斑 1 个"), ("en", "1 patches")])
def test_radar_finds_the_square(capsys, squares, tmp_path, language, word):
    """Four files and a sentence in the chosen language."""
    code, out, _ = _hdq(capsys, "radar", *squares, "--out", tmp_path / "out", "--language", language)
    assert code == 0
    assert word in out
    assert "patches.gpkg" in out


def test_radar_with_looks_tests_the_series(capsys, squares, tmp_path):
    """``--looks`` asks for the omnibus test; without it three images are refused in a sentence."""
    three = [squares[0], squares[0], squares[1]]
    code, out, _ = _hdq(capsys, "radar", *three, "--looks", "8", "--out", tmp_path / "out", "--language", "en")
    assert (code, "omnibus" in out) == (0, True)
    code, _, err = _hdq(capsys, "radar", *three, "--out", tmp_path / "other", "--language", "zh")
    assert (code, "等效视数" in err) == (1, True)


def test_a_network_is_run(capsys, tmp_path):
    """A description, two images, four files; a missing model is a sentence."""
    text = 'model = "m.onnx"\ninputs = ["before", "after"]\noutput = "probability"\ntile_px = 32\noverlap_px = 8\n'
    (tmp_path / "m.toml").write_text(text, encoding="utf-8")
    pair = [tifs.write(tmp_path / f"{name}.tif", np.full((3, 40, 40), at, np.float32)) for at, name in enumerate("ab")]
    arguments = ["learned", tmp_path / "m.toml", *pair, "--out", tmp_path / "out", "--language", "en"]
    code, _, err = _hdq(capsys, *arguments)
    assert (code, "m.onnx" in err) == (1, True)
    networks_made.siamese(tmp_path / "m.onnx")
    code, out, _ = _hdq(capsys, *arguments)
    assert (code, "score.tif" in out) == (0, True)


def test_inside_a_project_radar_counts_as_a_look(capsys, squares, tmp_path):
    """Written into the project, the patches are remembered and say how many were seen before."""
    project = tmp_path / "p"
    arguments = ["radar", *squares, "--out", project / "radar", "--project", project, "--language", "en"]
    code, out, _ = _hdq(capsys, *arguments)
    assert (code, "0 of these patches" in out) == (0, True)
    assert len(list((project / "detections").glob("D*/facts.json"))) == 1
