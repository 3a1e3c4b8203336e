"""Commands on signals: options reach the verbs, sentences come in both languages."""

import numpy as np
import pytest

import cli
from cross_check.files import Project
from gis import files, synthetic


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Return a project folder with a year of synthetic fire points."""
    from datetime import date

    folder = tmp_path_factory.mktemp("signals")
    plan = synthetic.SignalPlan("fire_point", date(2022, 7, 1), months=12, background=600, clusters=3)
    points, _ = synthetic.signals(np.random.default_rng(1), files.read_sketch(), plan)
    files.write_table(points, Project(folder).signals)
    return folder


def _hdq(capsys, folder, *arguments):
    code = cli.main([*map(str, arguments), "--project", str(folder)])
    said = capsys.readouterr()
    return code, said.out, said.err


def test_scan_reports_and_keeps_its_options(capsys, folder):
    """`hdq scan` writes clusters and a recipe with what was asked for."""
    options = ["--cell-m", 10_000, "--step-days", 30, "--longest-steps", 2, "--prospective", "--replications", 19]
    code, out, _ = _hdq(capsys, folder, "scan", *options, "--seed", 7, "--last", "2023-06-30")
    recipe = files.read_json(Project(folder).scan)
    assert code == 0
    assert "扫描统计" in out
    assert (recipe["step_days"], recipe["seed"], recipe["last"]) == (30, 7, "2023-06-30")
    assert (recipe["params"]["longest"], recipe["params"]["prospective"]) == (2, True)


@pytest.mark.parametrize(("command", "word"), [("emerging", "Emerging"), ("lists", "Lists of"), ("fires", "Fires")])
def test_the_others_report_in_english(capsys, folder, command, word):
    """Each says what it found and lists the files it wrote."""
    options = [] if command == "fires" else ["--cell-m", 10_000]
    code, out, _ = _hdq(capsys, folder, command, *options, "--language", "en")
    assert code == 0
    assert word in out
    assert ".parquet" in out


def test_a_wrong_month_is_a_sentence(capsys, folder):
    """Exit code 1 and what the record holds."""
    code, _, err = _hdq(capsys, folder, "lists", "--month", "2030-01", "--cell-m", 10_000)
    assert code == 1
    assert "2030-01" in err


def test_counts_are_positive(capsys, folder):
    """Zero steps are refused by the reader of arguments."""
    with pytest.raises(SystemExit):
        _hdq(capsys, folder, "scan", "--step-days", 0)
