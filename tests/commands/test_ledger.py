"""Commands of the ledger."""

import re
from datetime import UTC, datetime

import pytest

import cli
from cross_check.files import Project
from cross_check.ledger import store
from cross_check.ledger.events import Act, Entry

ACT = Act("甲", "analyst", datetime(2026, 4, 6, tzinfo=UTC), "因")


@pytest.fixture
def place(tmp_path):
    """Return a project folder with two leads in its ledger."""
    ledger = store.opened(Project(tmp_path / "p").ledger)
    ledger.append(ACT, [Entry("lead.add", ("lead", name), {}, "new", 0) for name in ("L1", "L2")])
    return tmp_path / "p"


def _run(capsys, *argv):
    code = cli.main(["ledger", *map(str, argv)])
    told = capsys.readouterr()
    return code, told.out + told.err


def test_a_whole_ledger_says_its_seal_and_a_damaged_one_its_event(place, capsys):
    """The seal can be noted and given back; damage ends with 1."""
    code, told = _run(capsys, "verify", "--project", place)
    assert code == 0
    head = re.search("[0-9a-f]{64}", told).group()
    assert _run(capsys, "verify", "--project", place, "--head", head)[0] == 0
    code, told = _run(capsys, "verify", "--project", place, "--head", "f" * 64)
    assert code == 1
    assert "重写" in told


def test_history_and_undo(place, capsys):
    """Who, from, to and why are told; an undo is an event more."""
    code, told = _run(capsys, "undo", "1", "--by", "乙", "--role", "analyst", "--why", "重复登记", "--project", place)
    assert (code, "2" in told) == (0, True)
    told = _run(capsys, "history", "--id", "L1", "--project", place)[1]
    assert "甲" in told
    assert "重复登记" in told
    assert "新线索" in told
    assert "L2" not in told


def test_backup_and_restore(place, tmp_path, capsys):
    """A copy goes into another project; over a ledger with events it is refused."""
    assert _run(capsys, "backup", tmp_path / "c.zip", "--project", place)[0] == 0
    assert _run(capsys, "restore", tmp_path / "c.zip", "--project", tmp_path / "q")[0] == 0
    code, told = _run(capsys, "restore", tmp_path / "c.zip", "--project", place)
    assert code == 1
    assert "台账" in told
