"""The commands that watch a series: exit codes and sentences."""

from datetime import date, timedelta

import numpy as np

import cli
from tests.satellite import tifs


def _hdq(capsys, *arguments):
    code = cli.main([str(argument) for argument in arguments])
    said = capsys.readouterr()
    return code, said.out, said.err


def test_a_series_is_fitted_updated_and_reported(capsys, tmp_path):
    """Three commands; before the first, and for a winter day, a sentence."""
    project = ["--project", tmp_path / "project", "--language", "en"]
    rng = np.random.default_rng(2)

    def look(day):
        image = (0.7 + 0.02 * rng.normal(size=(1, 60, 60))).astype(np.float32)
        return tifs.write(tmp_path / f"ndvi_{day:%Y%m%d}.tif", image)

    newest = look(date(2021, 6, 3))
    assert _hdq(capsys, "watch", "update", newest, *project)[0] == 1
    history = [look(date(2020, 4, 20) + timedelta(12 * at)) for at in range(14)]
    code, out, _ = _hdq(capsys, "watch", "fit", *history, "--threshold", "5", *project)
    assert (code, "14 images" in out) == (0, True)
    code, out, _ = _hdq(capsys, "watch", "update", newest, *project)
    assert (code, "Stable 100.00%" in out) == (0, True)
    code, _, err = _hdq(capsys, "watch", "update", newest, "--seen-on", "2021-12-24", *project)
    assert (code, "snow" in err) == (1, True)
    code, out, _ = _hdq(capsys, "watch", "update", newest, "--report", *project)
    assert (code, "states.tif" in out) == (0, True)
    code, out, _ = _hdq(capsys, "watch", "report", *project)
    assert (code, "states.tif" in out) == (0, True)
