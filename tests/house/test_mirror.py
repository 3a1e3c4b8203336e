"""Where tests lie, and the checkers that hold it."""

from tests.house import mirror
from tests.house.tree import STOREYS, modules, none, tracked

WITHOUT = {
    "cross_check/files.py": "paths only; every test of the chain goes through them",
    "cross_check/ledger/migrations/env.py": "run by every test of the store",
    "cross_check/ledger/migrations/versions/r0001_events.py": "test_engines.py compares it with the tables",
    "cross_check/ledger/tables.py": "the same",
    "gis/progress.py": "a type and a function that does nothing",
}
BESIDES = {
    "tests/test_exports.py": "every way out of the workbench",
    "tests/views/test_browser.py": "all pages in a real browser",
    "tests/views/test_browser_case.py": "from a lead to a closed case by hand in a real browser",
    "tests/views/test_browser_imagery.py": "image search, coverage and drone flights in a real browser",
    "tests/views/test_browser_register.py": "import desk, register and dossier in a real browser",
    "tests/cross_check/test_hostile_files.py": "the whole way of an import, on files that are to be refused",
    "tests/gis/test_messy_files.py": "reading and locating together, on files of known truth",
    "tests/gis/test_files_aside.py": "writing aside and tables, beside the files of geometry",
}

MODULES = [module.path for module in modules()]
TESTS = [
    name
    for name in tracked()
    if name.startswith(("tests/test_", *(f"tests/{folder}/" for folder in (*STOREYS, "commands")))) and "/test_" in name
]


def test_every_module_has_its_tests():
    """Who looks for the tests of a module finds them at once."""
    none(mirror.untested(MODULES, TESTS, WITHOUT))


def test_every_file_of_tests_has_its_module():
    """A module that moves takes its tests along."""
    none(mirror.stray(MODULES, TESTS, BESIDES))


def test_untested_modules_are_found():
    """Without tests, and excused although there are tests."""
    assert mirror.untested(["gis/a.py", "gis/__init__.py"], [], []) == ["gis/a.py: no tests/gis/test_a.py"]
    assert mirror.untested(["app.py"], [], []) == ["app.py: no tests/test_app.py"]
    assert mirror.untested(["gis/a.py"], ["tests/gis/test_a.py"], ["gis/a.py"]) == ["gis/a.py: excused for nothing"]


def test_stray_tests_are_found():
    """A file of tests whose module is gone."""
    assert mirror.stray(["gis/a.py"], ["tests/gis/test_a.py", "tests/gis/test_b.py"], []) == [
        "tests/gis/test_b.py: tests no module"
    ]
