"""Sentences for people, by code, in Chinese or English."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from gis.errors import WorkbenchError

LANGUAGES = ("zh", "en")
DEFAULT = "zh"
_FOLDER = Path(__file__).parent.parent / "words"


@dataclass(frozen=True)
class Catalogue:
    """All sentences of one language; ``words`` maps a dotted code to a template with ``{name}`` places."""

    language: str
    words: Mapping[str, str]

    def say(self, code: str, **params: object) -> str:
        """Return the sentence of a code with its places filled.

        Raises
        ------
        KeyError
            If the code or a place is missing: a programmer's mistake that the house tests catch.
        """
        return self.words[code].format(**params)

    def explain(self, error: WorkbenchError) -> str:
        """Return a fault as a sentence of this language."""
        return self.say(error.code, **error.params)


@cache
def catalogue(language: str = DEFAULT) -> Catalogue:
    """Return the catalogue of ``"zh"`` or ``"en"``.

    Raises
    ------
    ValueError
        If the language is neither.
    """
    if language not in LANGUAGES:
        raise ValueError(f"language is one of {LANGUAGES}, not {language!r}")
    words: dict[str, str] = {}
    # words/ itself, and a folder for each field that outgrew it.
    for path in sorted(_FOLDER.rglob(f"{language}.toml")):
        words |= dict(_flat(tomllib.loads(path.read_text(encoding="utf-8"))))
    return Catalogue(language, words)


def _flat(tree: Mapping[str, object], prefix: str = "") -> list[tuple[str, str]]:
    pairs: list[tuple[str, str]] = []
    for key, value in tree.items():
        if isinstance(value, Mapping):
            pairs.extend(_flat(value, f"{prefix}{key}."))
        else:
            pairs.append((prefix + key, str(value)))
    return pairs
