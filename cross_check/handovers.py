"""Rim: the record of a case as one zip to hand over: what happened, documents, map, an extract of the chain.

Who complained is nowhere in it: of a complaint the number and what was said are left out, and the events that held them
say so. Every file is named in a manifest with its SHA-256, and each event still carries its seal: whoever receives the
zip can recompute both, and with the ledger at hand compare them with it.
"""

import hashlib
import json
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cross_check import casebook, rectification
from cross_check.files import Project
from cross_check.ledger import events as events_
from cross_check.ledger import seals
from cross_check.ledger.events import Act, Entry, Event, Key
from cross_check.ledger.store import Ledger
from cross_check.reports import case_sheet
from cross_check.steps import Step
from gis import files
from gis.errors import WorkbenchError
from gis.language import Catalogue

_EVENTS, _MANIFEST = "events.jsonl", "manifest.json"
_DAY_ONE = (1980, 1, 1, 0, 0, 0)
_TOLD = ("source_ref", "note")
"""Fields of a complaint that may lead to a person."""
_PLACE = ("lon", "lat")


@dataclass(frozen=True)
class Check:
    """What a check of a record found.

    Attributes
    ----------
    files, events, withheld : int
        Files named; events; those of the latter with a part left out, whose seal cannot be recomputed.
    fault : str
        Catalogue code, "" where all is whole.
    name : str
        The file or event concerned.
    """

    files: int
    events: int
    withheld: int
    fault: str = ""
    name: str = ""


def write(project: Project, act: Act, problem_id: str, path: Path, words: Catalogue) -> Step:
    """Write the record of a case and note in the ledger that it was handed over, with the manifest's SHA-256.

    Raises
    ------
    WorkbenchError
        ``ledger.no_record``; ``handovers.lost`` if a file of evidence is gone or altered; ``ledger.not_allowed``.
    """
    ledger = casebook.opened(project)
    case = _events_of(ledger, problem_id)
    number, head = ledger.head()
    parts = _documents(project, events_.fold(case)[("problem", problem_id)].fields)
    parts[_EVENTS] = "".join(seals.canonical(line) + "\n" for line in map(_plain, _marked(case))).encode()
    with tempfile.TemporaryDirectory() as folder:
        parts |= case_sheet.files_of(project, case, problem_id, words, Path(folder))
    manifest = {
        "problem": problem_id,
        "made_by": act.who,
        "made_at": act.at_utc,
        "ledger": {"events": number, "head": head},
        "files": {name: hashlib.sha256(content).hexdigest() for name, content in sorted(parts.items())},
    }
    told = seals.canonical(manifest).encode()
    digest = hashlib.sha256(told).hexdigest()
    entry = Entry("problem.record", ("problem", problem_id), {"record_sha256": digest})
    with files.written_aside(path) as aside:
        with zipfile.ZipFile(aside, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in [*sorted(parts.items()), (_MANIFEST, told)]:
                archive.writestr(zipfile.ZipInfo(name, _DAY_ONE), content, zipfile.ZIP_DEFLATED)
        # What the ledger refuses is never seen on disk.
        ledger.append(act, [entry])
    return Step("handovers.written", {"events": len(case), "files": len(parts), "sha256": digest}, (path,))


def verify(path: Path, ledger: Ledger | None = None) -> Check:
    """Check a record against its own manifest and seals and, where there is one, against the ledger.

    Returns
    -------
    Check
        Faults: ``handovers.missing``, ``handovers.altered``, ``handovers.unnamed`` (a file that the manifest does not
        name), ``handovers.event`` (an event's text does not give its seal), ``handovers.chain`` (two neighbours do not
        follow on each other), ``handovers.other`` (the ledger holds another event under that number).

    Raises
    ------
    WorkbenchError
        ``files.missing``; ``handovers.no_record`` if the file is no record of a case.
    """
    if not path.is_file():
        raise WorkbenchError("files.missing", "There is no file {name}", name=path.name)
    try:
        with zipfile.ZipFile(path) as archive:
            parts = {name: archive.read(name) for name in archive.namelist()}
        manifest = json.loads(parts.pop(_MANIFEST))
        wanted: Mapping[str, str] = manifest["files"]
        lines = [json.loads(line) for line in parts.get(_EVENTS, b"").decode().splitlines()]
    except (zipfile.BadZipFile, KeyError, TypeError, ValueError) as broken:
        raise WorkbenchError("handovers.no_record", "{name} is no record of a case", name=path.name) from broken
    withheld = sum(bool(line.get("withheld")) for line in lines)
    found = next(_faults(wanted, parts, lines, ledger), ("", ""))
    return Check(len(wanted), len(lines), withheld, *found)


def _faults(
    wanted: Mapping[str, str], parts: Mapping[str, bytes], lines: Sequence[dict[str, Any]], ledger: Ledger | None
) -> Iterator[tuple[str, str]]:
    """Return code and name of each fault, of files first, then of events in their order."""
    for name, digest in wanted.items():
        if name not in parts:
            yield "handovers.missing", name
        elif hashlib.sha256(parts[name]).hexdigest() != digest:
            yield "handovers.altered", name
    for name in sorted(set(parts) - set(wanted)):
        yield "handovers.unnamed", name
    known = {event.number: event.seal for event in ledger.events()} if ledger else {}
    last: dict[str, Any] = {"number": -1, "seal": ""}
    for line in lines:
        number = str(line["number"])
        if not line.get("withheld") and seals.seal(_event(line)) != line["seal"]:
            yield "handovers.event", number
        if line["number"] == last["number"] + 1 and line["previous"] != last["seal"]:
            yield "handovers.chain", number
        if ledger and known.get(line["number"]) != line["seal"]:
            yield "handovers.other", number
        last = line


def _events_of(ledger: Ledger, problem_id: str) -> list[Event]:
    """Return the events of a problem, its lead, and the orders and inspections of that lead."""
    problem = ledger.record(("problem", problem_id))
    if not problem.state:
        raise WorkbenchError("ledger.no_record", "There is no {name}", name=problem_id)
    lead = str(problem.fields["lead_id"])
    keys: set[Key] = {problem.key, ("lead", lead)}
    for kind in ("order", "inspection"):
        keys |= {one.key for one in ledger.records(kind) if one.fields.get("lead_id") == lead}
    found = [event for key in keys for event in ledger.events(key)]
    return sorted(found, key=lambda event: event.number)


def _marked(case: Iterable[Event]) -> list[tuple[Event, tuple[str, ...]]]:
    """Return events with the names of the fields that are left out of each."""
    chain = list(case)
    now = events_.fold(chain)
    lead = next(record for key, record in now.items() if key[0] == "lead")
    hidden = set(_TOLD) if lead.fields.get("source") == "complaint" else set()
    if lead.fields.get("blur_m"):
        hidden |= set(_PLACE)
    return [(event, tuple(sorted(hidden & set(event.changes)))) for event in chain]


def _plain(marked: tuple[Event, tuple[str, ...]]) -> dict[str, Any]:
    event, hidden = marked
    plain = event.plain()
    if hidden:
        plain["changes"] = {name: both for name, both in plain["changes"].items() if name not in hidden}
        plain["withheld"] = list(hidden)
    return plain


def _event(line: Mapping[str, Any]) -> Event:
    fields = {name: value for name, value in line.items() if name != "withheld"}
    changes = {name: (before, after) for name, (before, after) in fields.pop("changes").items()}
    return Event(changes=changes, **fields)


def _documents(project: Project, fields: Mapping[str, Any]) -> dict[str, bytes]:
    parts = {}
    for at, each in enumerate(fields.get("files") or (), start=1):
        kept = rectification.evidence_path(project, each["sha256"], each["ending"])
        if not kept.is_file() or files.sha256(kept) != each["sha256"]:
            raise WorkbenchError(
                "handovers.lost", "Evidence {number} is gone or altered: {sha256}", number=at, sha256=each["sha256"]
            )
        parts[f"documents/{at:02}-{each['kind']}{each['ending']}"] = kept.read_bytes()
    return parts
