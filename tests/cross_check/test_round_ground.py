"""What a round is planned on, read from a project; earlier rounds taken from a sheet."""

import datetime as dt

import pandas as pd
import pytest

from cross_check import round_ground
from gis import files
from gis.errors import WorkbenchError
from tests.cross_check import drawing
from tests.views import small

DAY = dt.date(2026, 12, 1)


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """Return a small province with officers."""
    made = small.write(tmp_path_factory.mktemp("ground") / "p")
    officers = drawing.officers()
    officers["home_division"] = ["230100", "230100", "230600", "230600", "231200", "231200", "230100", "230100"]
    files.write_table(officers, made.officers)
    return made


def test_teams_needs_and_no_past_are_read(project):
    """One team a division; who has no certificate stays away; nothing of the past is known."""
    ground = round_ground.read(project, ends_on=DAY)
    assert list(ground.formed.table["home_division"]) == ["230100", "230600", "231200"]
    assert set(ground.formed.left_out["officer_id"]) == {"O7"}
    assert list(ground.needs["division_code"]) == ["230100", "230600", "231200"]
    assert ground.past.empty


@pytest.mark.parametrize("ending", ["csv", "xlsx", "parquet"])
def test_earlier_rounds_are_taken_from_a_sheet(project, tmp_path, ending):
    """They are read back as they were; columns besides are left."""
    past = pd.DataFrame({"round": [1], "home_division": ["230100"], "division_code": ["230600"], "note": ["x"]})
    files.write_table(past, tmp_path / f"past.{ending}")
    step = round_ground.keep_past(tmp_path / f"past.{ending}", project)
    assert step.figures == {"rounds": 1, "pairs": 1}
    kept = round_ground.read(project, ends_on=DAY, past=project.past_rounds).past
    assert kept.to_numpy().tolist() == [[1, "230100", "230600"]]


def test_earlier_rounds_may_have_chinese_headings(project, tmp_path):
    """The form knows what people write over the columns."""
    past = pd.DataFrame({"轮次": [2], "派出地区代码": ["230100"], "受检地区代码": ["231200"]})
    files.write_table(past, tmp_path / "past.xlsx")
    round_ground.keep_past(tmp_path / "past.xlsx", project)
    assert files.read_table(project.past_rounds).to_numpy().tolist() == [[2, "230100", "231200"]]


def test_a_faulty_sheet_changes_nothing(project, tmp_path):
    """A table without regions is refused, the earlier one stays."""
    files.write_table(pd.DataFrame({"round": [1], "home_division": ["230100"]}), tmp_path / "bad.csv")
    before = project.past_rounds.read_bytes() if project.past_rounds.is_file() else b""
    with pytest.raises(WorkbenchError):
        round_ground.keep_past(tmp_path / "bad.csv", project)
    assert (project.past_rounds.read_bytes() if project.past_rounds.is_file() else b"") == before
