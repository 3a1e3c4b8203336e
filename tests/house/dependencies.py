"""Rules of what the house needs: three lists that agree, and nothing named that is not used."""

import ast
import re
import sys
from collections.abc import Iterable, Mapping

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from tests.house.tree import Module

CONDA_NAMES = {
    "brotli-python": "brotli",
    "dask-core": "dask",
    "h3-py": "h3",
    "matplotlib-base": "matplotlib",
    "ortools-python": "ortools",
}
"""Packages that conda-forge calls otherwise."""

IMPORT_NAMES = {"fonttools": "fontTools", "pillow": "PIL", "scikit-learn": "sklearn"}
"""Packages that are imported under another name."""

_PIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*==[A-Za-z0-9.!+]+( ?; ?python_version [<>=!]+ ['\"]3\.\d+['\"])?")


def wants(requirements: Iterable[str]) -> dict[str, str]:
    """Return the version wanted of each package, by canonical name."""
    parsed = [Requirement(each) for each in requirements]
    return {canonicalize_name(each.name): str(each.specifier) for each in parsed}


def conda_wants(environment: Mapping[str, list[object]]) -> dict[str, str]:
    """Return the version wanted of each package of an environment file by its PyPI name, without ``pip`` itself."""
    lines: list[str] = []
    for entry in environment["dependencies"]:
        lines += entry["pip"] if isinstance(entry, dict) else [str(entry)]
    found = {CONDA_NAMES.get(name, name): version for name, version in wants(lines).items()}
    return {name: version for name, version in found.items() if name != "pip"}


def impure_pins(text: str) -> list[str]:
    """Find lines of a constraints file that are not ``name==version`` with at most a Python marker."""
    return [line for line in text.splitlines() if not _PIN.fullmatch(line)]


def unpinned(requirements: Iterable[str], pins: str) -> list[str]:
    """Find requirements without a pin, or with one that does not meet them."""
    pinned: dict[str, list[str]] = {}
    for line in pins.splitlines():
        pin = _requirement(line)
        pinned.setdefault(canonicalize_name(pin.name), []).append(str(pin.specifier).removeprefix("=="))
    faults = []
    for requirement in map(Requirement, requirements):
        versions = pinned.get(canonicalize_name(requirement.name), [])
        if not versions or not all(version in requirement.specifier for version in versions):
            faults.append(f"{requirement}: pinned as {versions}")
    return faults


def imported(modules: Iterable[Module]) -> set[str]:
    """Return the top names of all imports."""
    names: set[str] = set()
    for module in modules:
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Import):
                names |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names.add(node.module.split(".")[0])
    return names


def unused(requirements: Iterable[str], modules: Iterable[Module], engines: Mapping[str, str]) -> list[str]:
    """Find requirements that no module imports; an engine counts where the method that needs it is called."""
    modules = tuple(modules)
    names = imported(modules)
    called = {call.func.attr for module in modules for call in module.calls if isinstance(call.func, ast.Attribute)}
    wanted = {_import_name(package): engines.get(package) for package in wants(requirements)}
    return [name for name, method in wanted.items() if name not in names and method not in called]


def undeclared(requirements: Iterable[str], modules: Iterable[Module], own: Iterable[str]) -> list[str]:
    """Find imports of packages that nobody asked for: they are there by luck."""
    declared = {_import_name(package) for package in wants(requirements)}
    return sorted(imported(modules) - declared - set(own) - set(sys.stdlib_module_names))


def _import_name(package: str) -> str:
    return IMPORT_NAMES.get(package, package.replace("-", "_"))


def _requirement(line: str) -> Requirement:
    try:
        return Requirement(line)
    except InvalidRequirement as error:
        raise ValueError(f"no pin: {line}") from error
