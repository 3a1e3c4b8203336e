"""Docstrings: everything public has one, and what a body raises stands under Raises."""

import ast
import re
from collections.abc import Iterator

from tests.house.tree import Function, Module

_RAISES = re.compile(r"^Raises\n-{6}\n(.*?)(?=^\S[^\n]*\n-{3,}$|\Z)", re.MULTILINE | re.DOTALL)


def undocumented(module: Module) -> list[str]:
    """Find a module, and public classes and functions, without a docstring."""
    faults = [] if ast.get_docstring(module.tree) else [f"{module.path}: no docstring"]
    named = (node for node in _public(module.tree) if ast.get_docstring(node) is None)
    return faults + [f"{module.path}:{node.lineno}: {node.name} has no docstring" for node in named]


def untold_errors(module: Module) -> list[str]:
    """Find public functions that raise in their own body something their docstring does not list."""
    faults = []
    for node in _public(module.tree):
        if isinstance(node, ast.ClassDef):
            continue
        section = _RAISES.search(ast.get_docstring(node) or "")
        told = section.group(1) if section else ""
        untold = {name for name in _raised(node) if not re.search(rf"^{name}\b", told, re.MULTILINE)}
        faults += [f"{module.path}:{node.lineno}: {node.name} raises {name}, untold" for name in sorted(untold)]
    return faults


def unexplained_tests(module: Module) -> list[str]:
    """Find tests without a sentence."""
    tests = (function for function in module.functions if function.name.startswith("test_"))
    return [f"{module.path}:{test.lineno}: {test.name}" for test in tests if not ast.get_docstring(test)]


def _public(tree: ast.Module | ast.ClassDef) -> Iterator[Function | ast.ClassDef]:
    for node in tree.body:
        if isinstance(node, Function | ast.ClassDef) and not node.name.startswith("_"):
            yield node
            if isinstance(node, ast.ClassDef):
                yield from _public(node)


def _raised(function: Function) -> set[str]:
    """Return the names of the errors that a function's own body makes and raises."""
    names = set()
    stack: list[ast.AST] = list(function.body)
    while stack:
        node = stack.pop()
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
            names.add(ast.unparse(node.exc.func).split(".")[-1])
        if not isinstance(node, Function | ast.ClassDef | ast.Lambda):
            stack.extend(ast.iter_child_nodes(node))
    return {name for name in names if name[0].isupper()}
