"""Commands of leads, from an alarm to a merge and back."""

import pandas as pd
import pytest

import cli
from cross_check import casebook
from tests.cross_check import cases

ROW = {"报警编号": "A1", "报警时间": "2026-06-20", "排污许可证编号": cases.SITES[0], "报警内容": "超标"}


@pytest.fixture
def place(tmp_path):
    """Return a project folder with two leads beside each other."""
    made = cases.project(tmp_path / "p")
    casebook.take_in(casebook.opened(made), cases.act(), cases.leads(cases.lead("1"), cases.lead("2", lon=126.501)))
    return made.folder


L1, L2 = (cases.lead(number)["lead_id"] for number in "12")


def _run(capsys, place, *argv, group="leads"):
    code = cli.main([group, *map(str, argv), "--project", str(place)])
    told = capsys.readouterr()
    return code, told.out + told.err


def test_alarms_come_in_and_a_faulty_row_is_told(place, tmp_path, capsys):
    """By file and by hand; a fault names its row and nothing comes in."""
    pd.DataFrame([ROW]).to_csv(tmp_path / "a.csv", index=False)
    assert _run(capsys, place, "import", tmp_path / "a.csv", "--source", "monitoring")[0] == 0
    pd.DataFrame([ROW | {"报警编号": ""}]).to_csv(tmp_path / "b.csv", index=False)
    code, told = _run(capsys, place, "import", tmp_path / "b.csv", "--source", "monitoring")
    assert (code, "报警编号" in told) == (1, True)
    by_hand = (
        "add",
        "--source",
        "complaint",
        "--number",
        "X7",
        "--seen-on",
        "2026-06-21",
        "--lon",
        126.5,
        "--lat",
        45.6,
    )
    assert _run(capsys, place, *by_hand)[0] == 0
    assert _run(capsys, place, *by_hand[:-2])[0] == 1
    told = _run(capsys, place, "list")[1]
    assert "自动监测报警" in told
    assert "信访举报" in told


def test_read_show_move_and_undo(place, capsys):
    """A reading with its class; a conflict says who was first; history tells from and to."""
    assert _run(capsys, place, "read", L1, "suspected", "--class", "waste", "--by", "甲", "--seen", 1)[0] == 0
    code, told = _run(capsys, place, "read", L1, "excluded", "--why", "x", "--seen", 1)
    assert (code, "甲" in told) == (1, True)
    assert "疑似" in _run(capsys, place, "show", L1)[1]
    assert _run(capsys, place, "move", L1, "--to", "to_issue", "--role", "approver")[0] == 1
    assert _run(capsys, place, "move", L1, "--to", "watched", "--why", "冬季不动")[0] == 0
    assert _run(capsys, place, "list", "--state", "watched")[1].count(L1) == 1
    assert _run(capsys, place, "undo", 5, "--why", "改判")[0] == 0
    assert "没有" in _run(capsys, place, "list", "--state", "watched")[1]


def test_matches_merge_apart_and_harmless(place, capsys):
    """Pairs with their distance; apart they are suggested no more, merged one is left."""
    assert L2 in _run(capsys, place, "matches")[1]
    assert _run(capsys, place, "merge", L1, L2, "--apart")[0] == 0
    assert L2 not in _run(capsys, place, "matches")[1]
    assert _run(capsys, place, "merge", L1, L2)[0] == 0
    assert L2 not in _run(capsys, place, "list")[1]
    assert _run(capsys, place, "harmless", L1, "--until", "2099-01-01", "--why", "固定堆场")[0] == 0
    assert _run(capsys, place, "note", L1, "--set", "trigger=accident", "blur_m=500")[0] == 0
    assert "blur_m: 500" in _run(capsys, place, "show", L1)[1]


def test_rates_without_enough_answers_are_no_percentage(place, capsys):
    """One answer is counted, no share is told."""
    _run(capsys, place, "move", L1, "--to", "to_read")
    _run(capsys, place, "move", L1, "--to", "excluded", "--why", "农作物")
    told = _run(capsys, place, "rates", "--per", "source")[1]
    assert "patch" in told
    assert "0%" not in told


def test_who_complained_is_shown_to_the_approver_and_the_look_is_on_record(place, tmp_path, capsys):
    """An analyst is refused."""
    row = {"信访编号": "X1", "受理日期": "2026-06-20", "经度": "126.5", "纬度": "45.5", "举报人": "金丝雀"}
    pd.DataFrame([row]).to_csv(tmp_path / "c.csv", index=False)
    _run(capsys, place, "import", tmp_path / "c.csv", "--source", "complaint")
    assert _run(capsys, place, "complainant", "X1", "--why", "核实")[0] == 1
    assert "金丝雀" in _run(capsys, place, "complainant", "X1", "--why", "核实", "--role", "approver")[1]
    told = _run(capsys, place, "history", group="ledger")[1]
    assert "complainant.reveal" in told
    assert "金丝雀" not in told


@pytest.mark.parametrize("what", ["patch", "hotspot", "fire_point"])
def test_results_not_made_yet_are_told(place, capsys, what):
    """A sentence, no traceback."""
    code, told = _run(capsys, place, "take", what)
    assert (code, "找不到文件" in told) == (1, True)
