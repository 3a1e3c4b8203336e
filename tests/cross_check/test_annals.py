"""The annals: events written before the register learned further columns are read as ever."""

import geopandas as gpd
import pytest

from cross_check import annals, desk
from cross_check.files import Project
from gis import files, history, particulars
from gis.errors import WorkbenchError
from tests.cross_check.test_desk import GOOD, OTHER, act, bring, sheet


@pytest.fixture
def project(tmp_path):
    """An empty project."""
    return Project(tmp_path / "project")


def test_a_register_without_the_later_columns_is_the_same_register(tmp_path, project):
    """No change by other hands is seen, and an undo folds over the old event."""
    bring(sheet(tmp_path / "a.csv", GOOD), project, act())
    late = list(particulars.LATER)
    record = annals.record(project, 1)
    events = project.history / str(record["rows"])
    files.write_table(files.read_layer(events).drop(columns=late), events)
    files.write_table(files.read_layer(project.enterprises).drop(columns=late), project.enterprises)
    told = {**record, "rows_sha256": files.sha256(events)}
    files.write_json(told, project.history / "000001.json")
    bring(sheet(tmp_path / "b.csv", OTHER, 管理级别="市控"), project, act(2))
    assert [event.kind for event in annals.events(project)] == ["import", "import"]
    assert annals.standing(project).pending == ""
    desk.undo(project, act(3), 1)
    assert len(files.read_layer(project.enterprises)) == 1


def test_what_is_said_in_a_later_column_changes_the_hash(tmp_path, project):
    """A missing cell does not."""
    bring(sheet(tmp_path / "a.csv", GOOD), project, act())
    state = annals.standing(project).state
    assert history.digest(state) == annals.record(project, 1)["state"]
    assert history.digest(state.assign(scale="大型")) != history.digest(state)
    assert isinstance(state, gpd.GeoDataFrame)


@pytest.mark.parametrize("number", [0, 2])
def test_a_record_that_is_not_there_is_told(tmp_path, project, number):
    """By its number."""
    bring(sheet(tmp_path / "a.csv", GOOD), project, act())
    with pytest.raises(WorkbenchError) as refusal:
        annals.record(project, number)
    assert refusal.value.code == "history.no_event"
