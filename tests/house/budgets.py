"""Budgets: how long a module or a body may be, how much a function may ask for."""

import ast

from tests.house.tree import Function, Module

MODULE_LINES = 500
BODY_LINES = 50
PARAMETERS = 7


def long_module(module: Module) -> list[str]:
    """Find a module that is too long."""
    lines = len(module.text.splitlines())
    return [f"{module.path}: {lines} lines, {MODULE_LINES} at most"] if lines > MODULE_LINES else []


def long_bodies(module: Module) -> list[str]:
    """Find functions whose body, without its docstring, is too long."""
    return [
        f"{module.path}:{function.lineno}: {function.name} has {lines} lines, {BODY_LINES} at most"
        for function in module.functions
        if (lines := _body_lines(function)) > BODY_LINES
    ]


def many_parameters(module: Module) -> list[str]:
    """Find functions with too many parameters; ``self`` and ``cls`` count for nothing."""
    faults = []
    for function in module.functions:
        given = function.args
        names = [each.arg for each in (*given.posonlyargs, *given.args, *given.kwonlyargs)]
        count = len([name for name in names if name not in {"self", "cls"}])
        if count > PARAMETERS:
            faults.append(f"{module.path}:{function.lineno}: {function.name} has {count} parameters")
    return faults


def open_parameters(module: Module) -> list[str]:
    """Find functions that take ``**anything``."""
    return [
        f"{module.path}:{function.lineno}: {function.name} takes **{function.args.kwarg.arg}"
        for function in module.functions
        if function.args.kwarg is not None
    ]


def _body_lines(function: Function) -> int:
    body = function.body[1:] if ast.get_docstring(function) is not None else function.body
    return body[-1].end_lineno - body[0].lineno + 1 if body else 0
