"""Tests mirror the tree: every module has its file of tests, and every file of tests its module."""

from collections.abc import Collection


def tests_of(path: str) -> str:
    """Return where the tests of a module lie."""
    folder, _, name = path.rpartition("/")
    return "/".join(part for part in ("tests", folder, f"test_{name}") if part)


def untested(modules: Collection[str], tests: Collection[str], without: Collection[str]) -> list[str]:
    """Find modules without tests that are not excused, and excuses of modules that have tests or are gone."""
    named = [path for path in modules if not path.endswith("__init__.py")]
    faults = [f"{path}: no {tests_of(path)}" for path in named if path not in without and tests_of(path) not in tests]
    return faults + [f"{path}: excused for nothing" for path in without if path not in named or tests_of(path) in tests]


def stray(modules: Collection[str], tests: Collection[str], besides: Collection[str]) -> list[str]:
    """Find files of tests that belong to no module and are not listed."""
    expected = {tests_of(path) for path in modules}
    return [f"{path}: tests no module" for path in tests if path not in expected and path not in besides]
