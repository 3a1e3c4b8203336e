"""Facts and words that ship with the code: codes, headings, names. Read once, never written."""

import csv
import tomllib
from functools import cache
from importlib import resources
from typing import Any


@cache
def words(name: str) -> dict[str, Any]:
    """Return a shipped TOML file, such as ``"headings"``, as nested dictionaries; treat it as read-only."""
    return tomllib.loads(_text(f"{name}.toml"))


@cache
def rows(name: str) -> tuple[dict[str, str], ...]:
    """Return the rows of a shipped CSV file, such as ``"divisions"``; lines that begin with ``#`` say its source."""
    lines = [line for line in _text(f"{name}.csv").splitlines() if not line.startswith("#")]
    return tuple(csv.DictReader(lines))


def _text(name: str) -> str:
    return resources.files(__name__).joinpath(name).read_text(encoding="utf-8")
