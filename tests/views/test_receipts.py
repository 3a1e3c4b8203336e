"""Receipts and changes of the register in words."""

import datetime as dt

import pandas as pd

from cross_check import annals, desk
from cross_check.files import Project
from gis import history
from gis.language import catalogue
from tests.cross_check.test_desk import GOOD, SAID, sheet
from views import receipts

WORDS = catalogue("zh")


def test_cards_escape_and_name_every_figure():
    """Seven figures, each with its words."""
    drawn = receipts.cards({"rows": "<b>", "saved": 2, "total": 9}, WORDS)
    assert "&lt;b&gt;" in drawn
    assert drawn.count("<b>") == 7


def test_reasons_count_rows_the_commonest_first():
    """A row with one fault twice counts once."""
    codes = ["table.empty_value", "table.empty_value", "register.markup"]
    told = receipts.reasons(pd.DataFrame({"row": [1, 2, 2], "code": codes}), WORDS)
    assert told == [["不能为空", "2"], ["含有网页标记或脚本，请只留文字", "1"]]


def test_events_are_kept_until_the_history_grows(tmp_path):
    """The mark of a history tells one more event."""
    project = Project(tmp_path / "project")
    act = history.Act(by="李", at=dt.datetime(2026, 6, 1, tzinfo=dt.UTC), why="核对")
    assert receipts.mark(project) == ()
    desk.import_enterprises(sheet(tmp_path / "a.csv", GOOD), project, act, SAID)
    first = receipts.mark(project)
    assert len(receipts.events(str(project.folder), first)) == 1
    desk.undo(project, act)
    assert receipts.mark(project) != first
    told = receipts.differences(history.differences(annals.events(project)[0].changes), WORDS)
    assert told["列"].tolist() == ["场所编号"]
