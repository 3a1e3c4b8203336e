"""What the house needs, and the checkers that hold the lists together."""

import tomllib

import pytest
import yaml

from tests.house import dependencies
from tests.house.tree import FRAME, ROOT, STOREYS, Module, modules, none

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
RUNTIME = PROJECT["dependencies"]
ALL = RUNTIME + PROJECT["optional-dependencies"]["dev"]
PINS = (ROOT / "constraints.txt").read_text(encoding="utf-8")

ENGINES = {"openpyxl": "to_excel", "pyarrow": "to_parquet", "pyogrio": "to_file"}
"""Packages that pandas and geopandas load by themselves, and the method that makes them."""


def test_conda_and_pip_install_the_same():
    """environment.yml is the conda form of pyproject.toml."""
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    python = {"python": PROJECT["requires-python"]}
    assert dependencies.conda_wants(environment) == dependencies.wants(ALL) | python


def test_constraints_are_names_and_versions():
    """No address, no path, no digest."""
    none(dependencies.impure_pins(PINS))


def test_everything_needed_is_pinned():
    """Each requirement has a pin that meets it."""
    none(dependencies.unpinned(ALL, PINS))


def test_everything_needed_is_used():
    """A package that no module imports is not asked of anybody."""
    none(dependencies.unused(RUNTIME, modules(), ENGINES))


def test_everything_used_is_asked_for():
    """No module leans on a package that another package happened to bring along."""
    own = {*STOREYS, *(name.removesuffix(".py") for name in FRAME)}
    none(dependencies.undeclared(RUNTIME, modules(), own))


def test_conda_names_are_translated():
    """Other names, and packages that come by pip inside the conda file."""
    environment = {"dependencies": ["pip", "matplotlib-base>=3", {"pip": ["PyVRP>=0.14"]}]}
    assert dependencies.conda_wants(environment) == {"matplotlib": ">=3", "pyvrp": ">=0.14"}


@pytest.mark.parametrize(
    "line", ["a>=1", "a @ file:" + "//a.whl", "-e .", "--find-links x", "a==1 --hash=sha256:0", "", "# made by hand"]
)
def test_impure_pins_are_found(line):
    """Whatever is not a name, a number and at most a Python marker."""
    assert dependencies.impure_pins(f"a==1.0\n{line}\nb==2") == [line]


def test_markers_are_pure():
    """Two Pythons may need two versions."""
    assert dependencies.impure_pins('a==1.4 ; python_version < "3.12"\na==1.5; python_version >= "3.12"') == []


def test_missing_and_wrong_pins_are_found():
    """Names are compared in canonical form."""
    assert dependencies.unpinned(["A_b>=1"], "a-b==1.2") == []
    assert dependencies.unpinned(["a>=2", "c"], "a==1.2") == ["a>=2: pinned as ['1.2']", "c: pinned as []"]


def test_unused_packages_are_found():
    """Imports anywhere count, and methods that need an engine."""
    module = Module("m.py", "def f(table):\n    from a_b.c import d\n    table.to_e()\n")
    assert dependencies.unused(["a-b", "c", "e", "g"], [module], {"e": "to_e", "g": "to_g"}) == ["c", "g"]


def test_undeclared_packages_are_found():
    """The standard library and our own packages need no declaration."""
    module = Module("m.py", "import ast, gis.crs, a_b\nfrom c.d import e\nfrom . import f\n")
    assert dependencies.undeclared(["A-b"], [module], ["gis"]) == ["c"]
