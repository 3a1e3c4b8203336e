"""Commands on routes: plan, check, a closed gate with preview and take-over, lodgings."""

import pandas as pd
import pytest

import cli
from cross_check.files import Project
from gis import files
from tests.cross_check import round_made as made


@pytest.fixture
def folder(tmp_path):
    """A project folder with a round of two teams, not yet planned."""
    project = Project(tmp_path / "p")
    files.write_table(made.regions(), project.regions)
    files.write_table(made.assignment(), project.assignment)
    files.write_table(made.targets(14, 1), project.targets)
    return project.folder


def _hdq(capsys, folder, *arguments):
    code = cli.main([*map(str, arguments), "--project", str(folder)])
    said = capsys.readouterr()
    return code, said.out, said.err


def test_plan_check_gate_and_take_over(capsys, folder):
    """A round is planned and sound; a closed gate previews its changes, and only --take-over makes them the plan."""
    assert _hdq(capsys, folder, "routes", "plan", "--days", 3, "--iterations", 200)[0] == 0
    code, out, _ = _hdq(capsys, folder, "routes", "check")
    assert (code, "未发现" in out) == (0, True)
    project = Project(folder)
    visits = files.read_layer(project.visits)
    before = project.visits.read_bytes()
    gate = ("routes", "gate", visits["target_id"].iloc[0], "--at", visits["leave"].iloc[0])
    code, out, _ = _hdq(capsys, folder, *gate)
    assert (code, "未能进入" in out, "nan" in out) == (0, True, False)
    assert project.visits.read_bytes() == before
    code, out, _ = _hdq(capsys, folder, *gate, "--take-over", "--by", "chief", "--language", "en")
    assert (code, "is the plan now" in out) == (0, True)
    assert project.visits.read_bytes() != before
    assert _hdq(capsys, folder, "routes", "check")[0] == 0


def test_a_broken_plan_ends_with_its_rules(capsys, folder):
    """A visit brought forward by an hour is found and named; the command ends with 1."""
    _hdq(capsys, folder, "routes", "plan", "--days", 3, "--iterations", 100)
    project = Project(folder)
    visits = files.read_layer(project.visits)
    visits.loc[0, ["arrive", "leave"]] = ["06:00", "07:30"]
    files.write_table(visits, project.visits)
    code, out, _ = _hdq(capsys, folder, "routes", "check")
    assert (code, "路程时间不足" in out) == (1, True)


def test_roads_and_houses_of_the_bureau(capsys, folder, tmp_path):
    """Houses come from a sheet; a road table that lacks places, and a silent service, are told in a sentence."""
    rows = pd.DataFrame({"lodging_id": ["H9"], "name": ["招待所"], "lon": [126.4], "lat": [45.9]})
    rows.to_csv(tmp_path / "houses.csv", index=False)
    assert _hdq(capsys, folder, "routes", "lodgings", tmp_path / "houses.csv")[0] == 0
    pd.DataFrame({"from_id": ["a"], "to_id": ["b"], "km": [1], "minutes": [1]}).to_csv(tmp_path / "r.csv", index=False)
    code, _, err = _hdq(capsys, folder, "routes", "plan", "--roads", tmp_path / "r.csv")
    assert (code, "里程表缺少" in err) == (1, True)
    code, _, err = _hdq(capsys, folder, "routes", "plan", "--osrm", "http://127.0.0.1:9")
    assert (code, "没有应答" in err) == (1, True)
