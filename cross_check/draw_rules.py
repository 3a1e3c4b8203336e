"""Rim: strata and ratios of draws, shipped ones and the bureau's own, which replace them once they are taken over.

The shipped sets are those of other places, each with its document; no page or command may let them pass for the
bureau's own.
"""

import tomllib
from pathlib import Path
from typing import Any

from cross_check import data
from cross_check.files import Project
from cross_check.steps import Step
from gis import files
from gis.errors import WorkbenchError

SIZES = ("count", "share_percent", "for_each_officer", "all")
"""What a stratum's size may come from, see cross_check/data/draws.toml."""

Rules = dict[str, Any]


def shipped() -> Rules:
    """Return the sets of other places by name, see cross_check/data/draws.toml."""
    return data.rules("draws")


def read(path: Path) -> Rules:
    """Return the sets of strata and ratios of a file of the bureau's own by name.

    Raises
    ------
    WorkbenchError
        ``files.missing``; ``draws.bad_rules`` if the file is no TOML of tables; ``draws.bad_rule`` with the first set
        that lacks its document, its period or the size of a stratum.
    """
    if not path.is_file():
        raise WorkbenchError("files.missing", "There is no file {name}", name=path.name)
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as fault:
        raise WorkbenchError("draws.bad_rules", "{name} is no file of rules", name=path.name) from fault
    if not found or not all(isinstance(row, dict) for row in found.values()):
        raise WorkbenchError("draws.bad_rules", "{name} is no file of rules", name=path.name)
    for name, row in found.items():
        if not _whole(row):
            raise WorkbenchError(
                "draws.bad_rule",
                "{rule} of {name} needs document, period and strata, each with name and size",
                rule=name,
                name=path.name,
            )
    return found


def known(project: Project, own: Path | None = None) -> Rules:
    """Return the sets to choose from: those of a file named now, else the bureau's own, else those of other places."""
    if own is not None:
        return read(own)
    return read(project.draw_rules) if project.draw_rules.is_file() else shipped()


def rule(project: Project, name: str, own: Path | None = None) -> Rules:
    """Return one set by name, see ``known``.

    Raises
    ------
    WorkbenchError
        ``draws.no_rule`` with the names there are; those of ``read``.
    """
    sets = known(project, own)
    if name not in sets:
        raise WorkbenchError(
            "draws.no_rule", "There is no rule {name}; known: {known}", name=name, known=", ".join(sets)
        )
    return {**sets[name], "name": name}


def foreign(project: Project, own: Path | None = None) -> bool:
    """Say whether the sets to choose from are those of other places."""
    return own is None and not project.draw_rules.is_file()


def take(project: Project, path: Path) -> Step:
    """Make a file the bureau's own sets: from now on they stand instead of those of other places.

    Raises
    ------
    WorkbenchError
        See ``read``; the sets so far stay.
    """
    found = read(path)
    with files.written_aside(project.draw_rules) as aside:
        aside.write_text(path.read_text(encoding="utf-8-sig"), encoding="utf-8")
    documents = "; ".join(str(row["document"]) for row in found.values())
    return Step("draws.rules_taken", {"rules": ", ".join(found), "document": documents}, (project.draw_rules,))


def _whole(row: Rules) -> bool:
    strata = row.get("strata")
    if not (str(row.get("document", "")).strip() and isinstance(row.get("period"), str)):
        return False
    return isinstance(strata, list) and bool(strata) and all(map(_sized, strata))


def _sized(stratum: object) -> bool:
    if not isinstance(stratum, dict) or not str(stratum.get("name", "")).strip():
        return False
    given = {size: stratum[size] for size in SIZES if size in stratum}
    whole = all(isinstance(value, bool) if size == "all" else _number(value) for size, value in given.items())
    return bool(given) and whole


def _number(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0
