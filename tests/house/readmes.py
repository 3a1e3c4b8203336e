"""The two readmes: the same commands, pictures and figures in both languages, and none that does not exist."""

import re

_COMMAND = re.compile(r"(?:^\s*(?:\$ )?|`)((?:make|hdq)(?: [a-z][a-z-]*)+)", re.MULTILINE)
_PICTURE = re.compile(r"!\[[^\]]*\]\(([^)]+)\)")
_TARGET = re.compile(r"^([a-z]+):", re.MULTILINE)


def commands(text: str) -> list[str]:
    """Return the commands of a readme, sorted: ``make target`` and ``hdq word word``."""
    return sorted(set(_COMMAND.findall(text)))


def pictures(text: str) -> list[str]:
    """Return the pictures that a readme shows, in order."""
    return _PICTURE.findall(text)


def targets(makefile: str) -> set[str]:
    """Return the targets of a Makefile that are called by name."""
    return set(_TARGET.findall(makefile))
