"""Rulings on single sites: each with its reason, each an event that can be taken back."""

import datetime as dt
from functools import partial

import pytest

from cross_check import annals, desk, rulings
from cross_check.files import Project
from gis import files
from gis.errors import WorkbenchError
from tests.cross_check.test_desk import GOOD, OTHER, act, bring, sheet


@pytest.fixture
def project(tmp_path):
    """A register of two sites."""
    project = Project(tmp_path / "project")
    bring(sheet(tmp_path / "a.csv", GOOD, OTHER), project, act())
    return project


def ids(project):
    """Ids of the sites in the register."""
    return files.read_layer(project.enterprises)["site_id"].tolist()


def test_a_move_is_recorded_with_who_and_why_and_can_be_taken_back(project):
    """The record of the place names the person; undo restores it exactly."""
    before = files.read_layer(project.enterprises)
    step = rulings.move(project, act(2, why="现场核对"), ids(project)[0], (125.25, 46.61))
    row = files.read_layer(project.enterprises).set_index("site_id").loc[ids(project)[0]]
    assert (row.geometry.x, row.geometry.y) == (125.25, 46.61)
    assert (row["coord_decided"], row["coord_by"], row["coord_raw"]) == ("cgcs2000", "李", "125.25 | 46.61")
    assert step.figures["metres"] > 100
    event = annals.events(project)[-1]
    assert (event.kind, event.act.why, event.receipt["after"]) == ("move", "现场核对", [125.25, 46.61])
    desk.undo(project, act(3))
    assert files.read_layer(project.enterprises).equals(before)


@pytest.mark.parametrize(
    ("lonlat", "why", "code"),
    [
        ((125.2, 46.5), " ", "history.no_reason"),
        ((116.4, 39.9), "核对", "history.outside_province"),
        ((133.9, 49.6), "核对", "history.outside_province"),
    ],
)
def test_a_move_without_reason_or_out_of_the_province_is_refused(project, lonlat, why, code):
    """Nothing is recorded."""
    with pytest.raises(WorkbenchError) as refusal:
        rulings.move(project, act(2, why=why), ids(project)[0], lonlat)
    assert refusal.value.code == code
    assert len(annals.events(project)) == 1


def test_a_move_to_the_same_place_is_none(project):
    """Within a metre."""
    row = files.read_layer(project.enterprises).iloc[0]
    with pytest.raises(WorkbenchError) as refusal:
        rulings.move(project, act(2), row["site_id"], (row.geometry.x, row.geometry.y))
    assert refusal.value.code == "history.not_moved"


def test_who_removed_a_site_when_and_why_is_kept(project):
    """The site is gone, the list of removals names it, undo brings it back."""
    site = ids(project)[0]
    rulings.remove(project, act(2, why="已注销"), site)
    assert site not in ids(project)
    told = rulings.removals(project).iloc[0]
    assert (told["site_id"], told["on"], told["by"], told["why"]) == (site, "2025-06-02", "李", "已注销")
    desk.undo(project, act(3), int(told["event"]))
    assert site in ids(project)
    assert rulings.removals(project).empty


def test_an_unknown_site_is_refused(project):
    """By both verbs."""
    for verb in (partial(rulings.remove, site_id="X"), partial(rulings.move, site_id="X", lonlat=(125.3, 46.6))):
        with pytest.raises(WorkbenchError) as refusal:
            verb(project, act(2))
        assert refusal.value.code == "duplicates.no_site"


def test_rulings_keep_the_order_of_days(project):
    """A ruling that holds from an earlier day than the last change comes too late."""
    with pytest.raises(WorkbenchError) as refusal:
        rulings.remove(project, act(2, valid_from=dt.date(2025, 5, 1)), ids(project)[0])
    assert refusal.value.code == "history.backdated"
