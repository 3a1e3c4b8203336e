"""Budgets of the house, and the checkers that hold them."""

from tests.house import budgets
from tests.house.tree import Module, all_faults, modules, none

OPEN_ON_PURPOSE = {
    "gis/errors.py": "the places of a sentence are known by its code only",
    "gis/language.py": "the same",
}


def test_modules_are_short():
    """A module is read in one sitting; tests and tools are held to the same."""
    none(all_faults(budgets.long_module, (*modules(), *modules("tests", "tools"))))


def test_bodies_are_short():
    """A function fits on a screen."""
    none(all_faults(budgets.long_bodies, (*modules(), *modules("tools"))))


def test_functions_ask_for_little():
    """More than seven parameters become a dataclass."""
    none(all_faults(budgets.many_parameters, (*modules(), *modules("tools"))))


def test_verbs_name_their_parameters():
    """No verb takes **anything, where a misspelt name would pass unseen."""
    strict = tuple(module for module in modules() if module.path not in OPEN_ON_PURPOSE)
    none(all_faults(budgets.open_parameters, strict))


def test_a_long_module_is_found():
    """One line more than the budget is told."""
    assert budgets.long_module(Module("m.py", "x = 1\n" * 500)) == []
    assert budgets.long_module(Module("m.py", "x = 1\n" * 501)) == ["m.py: 501 lines, 500 at most"]


def test_a_long_body_is_found():
    """Docstrings do not count; one line more than the budget does."""
    head = 'class C:\n    def f(self):\n        """Say.\n\n        More.\n        """\n'
    assert budgets.long_bodies(Module("m.py", head + "        x = 1\n" * 50)) == []
    assert budgets.long_bodies(Module("m.py", head + "        x = 1\n" * 51)) == ["m.py:2: f has 51 lines, 50 at most"]


def test_many_parameters_are_found():
    """Positional and keyword-only ones count, self does not."""
    assert budgets.many_parameters(Module("m.py", "def f(self, a, b, c, /, d, *, e, f, g): ...")) == []
    assert budgets.many_parameters(Module("m.py", "def f(a, b, c, /, d, *, e, f, g, h): ...")) == [
        "m.py:1: f has 8 parameters"
    ]


def test_open_parameters_are_found():
    """Nested functions and methods too."""
    assert budgets.open_parameters(Module("m.py", "def f(x):\n  def g(**rest): ...")) == ["m.py:2: g takes **rest"]
