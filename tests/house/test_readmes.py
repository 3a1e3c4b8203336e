"""The two readmes, and the readers that compare them."""

import pytest

import cli
from tests.house import readmes
from tests.house.tree import ROOT, none

ENGLISH = (ROOT / "README.md").read_text(encoding="utf-8")
CHINESE = (ROOT / "README.zh-CN.md").read_text(encoding="utf-8")
OWN = [command.split()[1:] for command in readmes.commands(ENGLISH) if command.startswith("hdq ")]


def test_both_readmes_name_the_same_commands():
    """What one can do does not depend on the language one reads."""
    assert readmes.commands(ENGLISH) == readmes.commands(CHINESE)


def test_both_readmes_show_the_same_pictures():
    """In the same order."""
    assert readmes.pictures(ENGLISH) == readmes.pictures(CHINESE)


def test_targets_exist():
    """Every ``make`` of a readme is in the Makefile."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    named = {command.split()[1] for command in readmes.commands(ENGLISH) if command.startswith("make ")}
    assert named - readmes.targets(makefile) == set()


@pytest.mark.parametrize("words", OWN, ids=" ".join)
def test_commands_exist(words, capsys):
    """Every ``hdq`` of a readme explains itself."""
    with pytest.raises(SystemExit) as ended:
        cli.main([*words, "--help"])
    assert ended.value.code == 0
    assert " ".join(words) in capsys.readouterr().out


def test_pictures_exist():
    """No picture is broken."""
    none([name for name in readmes.pictures(ENGLISH) if not (ROOT / name).is_file()])


def test_commands_are_read_from_blocks_and_lines():
    """From code in a line and from blocks; options and arguments are not part of a command."""
    text = "Run `make demo`, then\n```\n$ hdq rounds plan --days 5\nhdq app\n```\nto make it so. `hdq app -x`"
    assert readmes.commands(text) == ["hdq app", "hdq rounds plan", "make demo"]


def test_targets_are_read():
    """Variables and files are no targets."""
    assert readmes.targets("demo: setup  ## x\nA := b\n$(B): c\n\techo d: e\n") == {"demo"}
