"""Rim: backup and restore. A copy is a zip of all events as lines of JSON, readable without this program.

A copy knows no database: made from SQLite it goes into PostgreSQL and back. Records are not in it, for they are the
fold of the events; a restore makes them anew and the whole is checked before it counts. Complainants are never in it.
"""

import hashlib
import json
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select, update

from cross_check.ledger import engines, events, seals
from cross_check.ledger.events import Event
from cross_check.ledger.store import Ledger
from cross_check.ledger.tables import EVENTS, HEAD, RECORDS
from gis import files
from gis.errors import WorkbenchError

_EVENTS, _MANIFEST = "events.jsonl", "manifest.json"
_DAY_ONE = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Copy:
    """What a copy holds: how many events and records, the last seal, and the SHA-256 of its lines."""

    events: int
    records: int
    head: str
    sha256: str


def backup(ledger: Ledger, path: Path) -> Copy:
    """Write a ledger to a zip, read it again and compare.

    Raises
    ------
    WorkbenchError
        ``ledger.bad_ledger`` if the ledger is not whole: a copy of it would hide that; ``ledger.bad_copy`` if what was
        read again differs.
    """
    chain = ledger.events()
    found = seals.verify(chain)
    if not found.whole:
        raise WorkbenchError("ledger.bad_ledger", "The ledger is not whole; run hdq ledger verify")
    lines = "".join(seals.canonical(event.plain()) + "\n" for event in chain).encode()
    made = Copy(len(chain), len(events.fold(chain)), found.head, hashlib.sha256(lines).hexdigest())
    manifest = {"events": made.events, "records": made.records, "head": made.head, "sha256": made.sha256}
    with files.written_aside(path) as aside, zipfile.ZipFile(aside, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo(_EVENTS, _DAY_ONE), lines, zipfile.ZIP_DEFLATED)
        archive.writestr(zipfile.ZipInfo(_MANIFEST, _DAY_ONE), seals.canonical(manifest))
    if read(path)[0] != made:
        raise WorkbenchError("ledger.bad_copy", "{name} is no whole copy of a ledger", name=path.name)
    return made


def read(path: Path) -> tuple[Copy, list[Event]]:
    """Read a copy and check it against its own manifest and chain.

    Raises
    ------
    WorkbenchError
        ``files.missing``; ``ledger.bad_copy`` if it is damaged, altered or no copy of a ledger.
    """
    if not path.is_file():
        raise WorkbenchError("files.missing", "There is no file {name}", name=path.name)
    try:
        with zipfile.ZipFile(path) as archive:
            lines, manifest = archive.read(_EVENTS), json.loads(archive.read(_MANIFEST))
        chain = [_event(json.loads(line)) for line in lines.decode().splitlines()]
        found = seals.verify(chain)
        whole = Copy(len(chain), len(events.fold(chain)), found.head, hashlib.sha256(lines).hexdigest())
        good = found.whole and Copy(**manifest) == whole
    except (zipfile.BadZipFile, KeyError, TypeError, ValueError, WorkbenchError):
        good = False
    if not good:
        raise WorkbenchError("ledger.bad_copy", "{name} is no whole copy of a ledger", name=path.name)
    return whole, chain


def restore(path: Path, ledger: Ledger) -> Copy:
    """Write a copy into an empty ledger, in one transaction, and check what is there then.

    Raises
    ------
    WorkbenchError
        See ``read``; ``ledger.not_empty`` if the ledger holds events; ``ledger.bad_ledger`` if the result is not whole.
    """
    told, chain = read(path)
    stored = [
        {"object_kind": key[0], "object_id": key[1], "version": record.version, "state": record.state}
        | {"fields": seals.canonical(dict(record.fields))}
        for key, record in events.fold(chain).items()
    ]
    with ledger.engine.connect() as connection, connection.execution_options(**engines.WRITING).begin():
        if connection.execute(select(HEAD.c.number).with_for_update()).scalar_one():
            raise WorkbenchError("ledger.not_empty", "This ledger holds events; restore into a project without any")
        if chain:
            plain = [event.plain() for event in chain]
            rows = [row | {"changes": seals.canonical(row["changes"])} for row in plain]
            connection.execute(insert(EVENTS), rows)
            connection.execute(insert(RECORDS), stored)
            connection.execute(update(HEAD).values(number=told.events, seal=told.head))
    found = ledger.verify(told.head if chain else "")
    if not found.whole or (found.events, found.head) != (told.events, told.head):
        raise WorkbenchError("ledger.bad_ledger", "The ledger is not whole; run hdq ledger verify")
    return told


def _event(plain: dict[str, Any]) -> Event:
    changes = {name: (before, after) for name, (before, after) in plain.pop("changes").items()}
    return Event(changes=changes, **plain)
