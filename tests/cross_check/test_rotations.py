"""Several rounds on disk: written with their recipe, and only on authority."""

import datetime as dt

import pytest

from cross_check import joint_rounds, rotations
from cross_check.files import Project
from cross_check.rotations import RotationOrder
from gis import files, schema
from gis.errors import WorkbenchError

ENDS_ON = dt.date(2026, 12, 31)


def test_rounds_are_written_with_their_recipe(demo_project, tmp_path):
    """Three rounds of the demo's teams, no pair twice."""
    folder = tmp_path / "project"
    folder.mkdir()
    for part in ("leads", "enterprises", "officers", "regions"):
        path = getattr(demo_project[0], part)
        (folder / path.name).write_bytes(path.read_bytes())
    step = rotations.plan(Project(folder), RotationOrder("黑环发〔2026〕1号", 3, dt.date(2021, 6, 1)))
    table = files.read_table(Project(folder).rotation)
    assert schema.find_faults(table, joint_rounds.SCHEMA).empty
    assert sorted(set(table["round"])) == [1, 2, 3]
    assert not table.duplicated(["home_division", "division_code"]).any()
    assert files.read_json(step.outputs[2])["status"] == "optimal"


def test_there_is_no_round_without_a_document(tmp_path):
    """Nobody inspects outside the own region without an authorising document."""
    with pytest.raises(WorkbenchError) as fault:
        rotations.plan(Project(tmp_path), RotationOrder(" ", 3, ENDS_ON))
    assert fault.value.code == "rounds.no_document"
