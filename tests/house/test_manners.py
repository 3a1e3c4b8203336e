"""Manners of the house, and the checkers that hold them."""

import pytest

from tests.house import manners
from tests.house.tree import Module, all_faults, modules, none, tracked


def test_modules_are_written_in_latin_script():
    """Chinese stands in the catalogues and in data files."""
    none(all_faults(manners.foreign_script, (*modules(), *modules("tools"))))


def test_modules_are_named_after_the_trade():
    """No file is a drawer for odds and ends."""
    none([fault for name in tracked() if name.endswith(".py") for fault in manners.nameless(name)])


def test_nothing_catches_everything():
    """An unforeseen fault is seen."""
    none(all_faults(manners.catch_all, (*modules(), *modules("tools"))))


def test_only_the_command_line_prints():
    """A verb tells by what it returns."""
    silent = tuple(module for module in modules() if not module.path.startswith(("cli.py", "commands/")))
    none(all_faults(manners.printing, silent))


def test_nothing_asserts():
    """Input is checked at the door, with a sentence."""
    none(all_faults(manners.asserting, (*modules(), *modules("tools"))))


@pytest.mark.parametrize("text", ["x = '哈'", "# \uff0c", "x = 1  # ℃。"])
def test_foreign_script_is_found(text):
    """Characters and full-width marks, in strings and comments."""
    assert len(manners.foreign_script(Module("m.py", text))) == 1


def test_latin_script_passes():
    """Degrees, dashes and escapes are no fault."""
    assert manners.foreign_script(Module("m.py", 'x = "45° 30′ – \\u54c8 é"')) == []


@pytest.mark.parametrize("path", ["gis/utils.py", "gis/map_helpers.py", "common/x.py", "gis/base.py"])
def test_nameless_files_are_found(path):
    """As a file, a folder or a part of a name."""
    assert len(manners.nameless(path)) == 1


def test_named_files_pass():
    """A word that only contains a forbidden one is free."""
    assert manners.nameless("gis/basemap_commons.py") == []


@pytest.mark.parametrize("kind", ["", " Exception", " BaseException as e", " (OSError, Exception)"])
def test_catching_everything_is_found(kind):
    """Bare, by name and within a tuple."""
    assert len(manners.catch_all(Module("m.py", f"try: f()\nexcept{kind}: pass"))) == 1


def test_catching_something_passes():
    """Named faults may be caught."""
    assert manners.catch_all(Module("m.py", "try: f()\nexcept (OSError, ValueError): pass")) == []


def test_printing_and_asserting_are_found():
    """Calls and statements, not words."""
    module = Module("m.py", 'print(1)\nx = "print(1)"\nassert x\nprinter(1)')
    assert manners.printing(module) == ["m.py:1: prints"]
    assert manners.asserting(module) == ["m.py:3: asserts"]
