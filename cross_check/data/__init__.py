"""Rules and words of the trade that ship with the code. Read once, never written."""

import tomllib
from functools import cache
from importlib import resources
from typing import Any


@cache
def rules(name: str) -> dict[str, Any]:
    """Return a shipped TOML file, such as ``"triage"``, as nested dictionaries; treat it as read-only."""
    text = resources.files(__name__).joinpath(f"{name}.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
