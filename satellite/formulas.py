"""Formulas: arithmetic written as text, read into a tree and computed on arrays. Nothing is ever executed as code.

A formula of a table that anybody may edit must not be able to open a file. Only numbers, names, ``+ - * / **``, a sign
and a handful of functions are understood; whatever else stands in it is refused when it is read.
"""

import ast
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

_OPERATIONS: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: np.divide,
    ast.Pow: np.power,
}
_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "abs": np.abs,
    "exp": np.exp,
    "log": np.log,
    "maximum": np.maximum,
    "minimum": np.minimum,
    "sqrt": np.sqrt,
}
_LONGEST = 2000
_LARGEST = 1e300


@dataclass(frozen=True)
class Formula:
    """A formula that has been read.

    Attributes
    ----------
    text : str
    names : tuple of str
        What it needs, in order of first use.
    """

    text: str
    names: tuple[str, ...]
    body: ast.expr

    def __call__(self, values: Mapping[str, Any]) -> Any:  # noqa: ANN401 - as the values are: numbers or arrays
        """Return its value, element by element; NaN or infinite where arithmetic gives that, without a warning.

        Parameters
        ----------
        values : mapping of name to number or array
            Of shapes that broadcast.
        """
        with np.errstate(all="ignore"):
            return _value(self.body, values)


@cache
def read(text: str) -> Formula:
    """Read a formula.

    Raises
    ------
    ValueError
        If it is no arithmetic, or longer than 2,000 characters.
    """
    if len(text) > _LONGEST:
        raise ValueError(f"a formula of {len(text)} characters is none")
    try:
        body = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as fault:
        raise ValueError(f"no formula: {text!r}") from fault
    names: dict[str, None] = {}
    _check(body, names, text)
    return Formula(text, tuple(names), body)


def _check(node: ast.expr, names: dict[str, None], text: str) -> None:
    """Refuse whatever is not arithmetic, and note the names."""
    match node:
        case ast.BinOp(left, op, right) if type(op) in _OPERATIONS:
            _check(left, names, text)
            _check(right, names, text)
        case ast.UnaryOp(ast.USub() | ast.UAdd(), operand):
            _check(operand, names, text)
        case ast.Call(ast.Name(function), arguments, []) if function in _FUNCTIONS and arguments:
            for argument in arguments:
                _check(argument, names, text)
        case ast.Constant(value) if isinstance(value, int | float) and abs(value) <= _LARGEST:
            pass
        case ast.Name(name):
            names[name] = None
        case _:
            raise ValueError(f"no arithmetic: {ast.unparse(node)!r} in {text!r}")


def _value(node: ast.expr, values: Mapping[str, Any]) -> Any:  # noqa: ANN401 - as the values are
    match node:
        case ast.BinOp(left, op, right):
            return _OPERATIONS[type(op)](_value(left, values), _value(right, values))
        case ast.UnaryOp(op, operand):
            value = _value(operand, values)
            return -value if isinstance(op, ast.USub) else value
        case ast.Call(ast.Name(function), arguments):
            return _FUNCTIONS[function](*(_value(argument, values) for argument in arguments))
        case ast.Constant(value) if isinstance(value, int | float):
            return float(value)  # whole numbers without end would let a power stall the machine
        case ast.Name(name):
            return values[name]
        case _:
            raise ValueError(f"no arithmetic: {ast.unparse(node)!r}")
