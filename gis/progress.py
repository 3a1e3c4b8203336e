"""How long work tells where it is."""

from collections.abc import Callable

Progress = Callable[[int, int, str], None]
"""Called as ``progress(done, total, code)``; the code names a sentence of the catalogues."""


def silent(done: int, total: int, code: str) -> None:
    """Say nothing: the default of every verb."""
