"""Weeks of work on a demo: cases in several states, registers filled, nothing said that the rules refuse."""

import datetime as dt
import shutil

from cross_check import casebook, rectification, registers
from cross_check.files import Project
from tools import worked

NOW = dt.datetime(2026, 5, 20, 8, 0, tzinfo=dt.UTC)


def test_cases_stand_in_several_states_and_the_record_is_whole(demo_project, tmp_path):
    """One is overdue, one is near with an extension asked for, one is closed; what runs out is told."""
    made, _ = demo_project
    project = Project(tmp_path / "p")
    shutil.copytree(made.folder, project.folder)
    worked.write(project, NOW)
    ledger = casebook.opened(project)
    assert ledger.verify().whole
    problems = rectification.table(ledger, on=NOW.date())
    assert {"rectifying", "closed"} <= set(problems["state"])
    assert problems["overdue"].sum() == 1
    assert problems["extension_until"].notna().sum() == 1
    alarms = registers.alarms(ledger, on=NOW.date())
    assert (alarms["days_left"] < 0).sum() == 1
    assert set(alarms["kind"]) == {"positive", "item"}
    (sheet,) = project.inbox.iterdir()
    assert sheet.suffix == ".xlsx"
