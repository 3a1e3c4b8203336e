"""The command on hotspots: options reach the chain, and what is missing is said."""

from datetime import date

import numpy as np
import pytest

import cli
from cross_check.files import Project
from gis import files, synthetic


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Return a project folder with a year of synthetic fire points."""
    folder = tmp_path_factory.mktemp("hotspots")
    plan = synthetic.SignalPlan("fire_point", date(2022, 7, 1), months=12, background=600, clusters=3)
    points, _ = synthetic.signals(np.random.default_rng(1), files.read_sketch(), plan)
    files.write_table(points, Project(folder).signals)
    return folder


def _hdq(capsys, folder, *arguments):
    code = cli.main(["hotspots", *map(str, arguments), "--project", str(folder)])
    said = capsys.readouterr()
    return code, said.out, said.err


def test_options_reach_the_recipe(capsys, folder):
    """What was asked for stands in the recipe beside the result."""
    options = ["--cell-m", 10_000, "--radius", 1.5, 2, "--tail", "both", "--method", "by", "--least-cases", 3]
    code, out, _ = _hdq(capsys, folder, *options, "--density-m", 40_000, "--last", "2023-01-31")
    recipe = files.read_json(Project(folder).hotspots.with_suffix(".json"))
    assert code == 0
    assert "热点分析" in out
    assert "density.tif" in out
    assert (recipe["cell_m"], recipe["radii"], recipe["tail"]) == (10_000, [1.5, 2], "both")
    assert (recipe["method"], recipe["least_cases"]) == ("by", 3)
    assert recipe["between"] == ["0001-01-01", "2023-01-31"]


def test_hexagons_and_their_limits(capsys, folder):
    """Hexagons are counted by area; local Moran's I, which takes none, says so."""
    assert _hdq(capsys, folder, "--h3", 5)[0] == 0
    code, _, err = _hdq(capsys, folder, "--h3", 5, "--statistic", "moran")
    assert code == 1
    assert "none" in err
    assert _hdq(capsys, folder, "--h3", 5, "--statistic", "moran", "--exposure", "none")[0] == 0


@pytest.mark.parametrize("options", [("--radius", "0.5"), ("--h3", "5", "--cell-m", "100"), ("--h3", "15")])
def test_what_cannot_be_is_refused_at_once(capsys, folder, options):
    """Windows of one cell, two kinds of cells at once and hexagons by the million."""
    with pytest.raises(SystemExit):
        _hdq(capsys, folder, *options)


def test_measured_values_have_a_command_of_their_own(capsys, tmp_path):
    """Too few cells are a sentence with the number that is needed; a flat map is another."""
    table = tmp_path / "values.csv"
    table.write_text("lon,lat,v\n126,46,1\n127,46,2\n", encoding="utf-8")
    code = cli.main(["measures", str(table), "--value", "v", "--project", str(tmp_path)])
    assert code == 1
    assert "30" in capsys.readouterr().err
