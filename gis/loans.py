"""Loans: arrays and generators that a compiled loop borrows without counting who refers to them."""

from collections.abc import Sequence
from typing import Any

from numba.core import cgutils
from numba.extending import intrinsic


def _lend(_: object, kind: Any) -> tuple[Any, Any]:  # noqa: ANN401 - a type of numba's, which has no stubs
    proxy: Any = cgutils.create_struct_proxy
    null: Any = cgutils.get_null_value

    def code(context: object, builder: object, _: object, given: Sequence[object]) -> object:
        held = proxy(kind)(context, builder, value=given[0])
        held.meminfo = null(held.meminfo.type)
        held.parent = null(held.parent.type)
        return held._getvalue()  # noqa: SLF001 - the only way to the value of a changed proxy

    return kind(kind), code


lent: Any = intrinsic(_lend)
"""Compiled code alone: return the same array or generator without its count of references.

Every call with an array, and every row taken from it, raises and lowers that count by an atomic instruction; in a loop
of many small functions that took two thirds of the time. Who lends keeps the array alive: lend what came in as an
argument, never what the compiled function made itself and does not touch afterwards.
"""
