"""The commands on tiles: exit codes, a line a tile, sentences in both languages."""

import pytest
import rasterio

import cli
from tests.satellite import provinces


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
