"""Manners: what no module of the house does."""

import ast
import re

from tests.house.tree import Module

_CJK = re.compile("[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef]")
_NAMELESS = frozenset({"base", "common", "helper", "helpers", "manager", "misc", "util", "utils"})
_CATCH_ALL = frozenset({"Exception", "BaseException"})


def foreign_script(module: Module) -> list[str]:
    """Find Chinese characters and full-width marks; sentences belong in the catalogues, names in data files."""
    lines = enumerate(module.text.splitlines(), start=1)
    return [f"{module.path}:{number}: {line.strip()}" for number, line in lines if _CJK.search(line)]


def nameless(path: str) -> list[str]:
    """Find files and folders named after nothing of the trade."""
    words = {word for part in path.removesuffix(".py").split("/") for word in part.split("_")}
    return [f"{path}: {word}" for word in sorted(words & _NAMELESS)]


def catch_all(module: Module) -> list[str]:
    """Find handlers that catch everything."""
    return [
        f"{module.path}:{node.lineno}: catches everything"
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ExceptHandler) and (node.type is None or _names(node.type) & _CATCH_ALL)
    ]


def printing(module: Module) -> list[str]:
    """Find calls of ``print``."""
    return [
        f"{module.path}:{call.lineno}: prints"
        for call in module.calls
        if isinstance(call.func, ast.Name) and call.func.id == "print"
    ]


def asserting(module: Module) -> list[str]:
    """Find assertions, which vanish under ``python -O``."""
    return [f"{module.path}:{node.lineno}: asserts" for node in ast.walk(module.tree) if isinstance(node, ast.Assert)]


def _names(kind: ast.expr) -> set[str]:
    return {node.id for node in ast.walk(kind) if isinstance(node, ast.Name)}
