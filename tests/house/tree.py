"""What the house consists of: tracked files, modules and their syntax trees."""

import ast
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
STOREYS = ("gis", "satellite", "cross_check", "views")
FRAME = ("app.py", "cli.py", "commands")

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Module:
    """A Python file: its path from the root, its text and its tree."""

    path: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        """The syntax tree."""
        return ast.parse(self.text)

    @cached_property
    def functions(self) -> list[Function]:
        """All functions and methods, nested ones too."""
        return [node for node in ast.walk(self.tree) if isinstance(node, Function)]

    @cached_property
    def calls(self) -> list[ast.Call]:
        """All calls."""
        return [node for node in ast.walk(self.tree) if isinstance(node, ast.Call)]


@cache
def tracked() -> tuple[str, ...]:
    """Return the files of the next commit, from the root: known to git or not ignored by it, and present."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    names = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return tuple(sorted(name for name in set(names.split("\0")) if name and (ROOT / name).is_file()))


@cache
def modules(*tops: str) -> tuple[Module, ...]:
    """Return the Python files under some folders or by name; without a name those of the storeys and the frame."""
    wanted = tops or (*STOREYS, *FRAME)
    names = (name for name in tracked() if name.endswith(".py") and (name in wanted or name.split("/")[0] in wanted))
    return tuple(Module(name, (ROOT / name).read_text(encoding="utf-8")) for name in names)


def texts() -> Iterator[tuple[str, str]]:
    """Yield the path and text of each tracked file that is text."""
    for name in tracked():
        try:
            yield name, (ROOT / name).read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue


def all_faults(check: Callable[[Module], list[str]], modules: tuple[Module, ...]) -> list[str]:
    """Return what a checker finds over several modules."""
    return [fault for module in modules for fault in check(module)]


def none(faults: list[str]) -> None:
    """Fail with every fault on a line of its own, for whoever has to mend them."""
    if faults:
        pytest.fail("\n".join(faults), pytrace=False)
