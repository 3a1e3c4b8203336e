"""Docstrings of the house, and the checkers that hold them."""

import pytest

from tests.house import docstrings
from tests.house.tree import Module, all_faults, modules, none


def test_everything_public_is_documented():
    """Modules, classes, functions and methods say what they are for."""
    none(all_faults(docstrings.undocumented, (*modules(), *modules("tools"))))


def test_errors_are_told():
    """A caller reads in the docstring what may be raised."""
    none(all_faults(docstrings.untold_errors, modules()))


def test_tests_are_explained():
    """Each test has a sentence."""
    none(all_faults(docstrings.unexplained_tests, modules("tests")))


def test_missing_docstrings_are_found():
    """Private names are free, public methods of public classes are not."""
    text = "def f(): ...\ndef _g(): ...\nclass C:\n    '''Say.'''\n    def h(self): ...\n    def __len__(self): ...\n"
    assert docstrings.undocumented(Module("m.py", text)) == [
        "m.py: no docstring",
        "m.py:1: f has no docstring",
        "m.py:5: h has no docstring",
    ]


DOCUMENTED = '''
def f(x):
    """Say.

    Raises
    ------
    WorkbenchError
        ``a.b`` if KeyError is meant.

    Notes
    -----
    ValueError
    """
    if x:
        raise %s("a.b", "x")
    def inner():
        raise OSError("not f's own")
'''


@pytest.mark.parametrize(("error", "faults"), [("WorkbenchError", 0), ("ValueError", 1), ("KeyError", 1)])
def test_untold_errors_are_found(error, faults):
    """Only a line of the Raises section counts, and only what the body itself raises."""
    assert len(docstrings.untold_errors(Module("m.py", DOCUMENTED % error))) == faults


def test_passing_an_error_on_is_free():
    """A bare raise, a name and a made-up error of a private function need no section."""
    text = "def f():\n    try: g()\n    except OSError: raise\ndef _g(): raise ValueError('x')\n"
    assert docstrings.untold_errors(Module("m.py", text)) == []


def test_unexplained_tests_are_found():
    """A test without a sentence is told."""
    assert docstrings.unexplained_tests(Module("t.py", "def test_a(): ...\ndef given(): ...")) == ["t.py:1: test_a"]
