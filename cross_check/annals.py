"""Rim: the annals of the register: its events on disk and the present state that follows from them.

The folder ``history`` of a project holds two files an event: ``000001-<hash>.parquet`` with the rows before and after,
and ``000001.json`` with who, when, why and the receipt, which comes last and makes the event. Each names the SHA-256 of
the one before. ``enterprises.parquet`` is the present state that all else reads; where a killed import left it behind,
the next command brings it up to date.
"""

import datetime as dt
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd

from cross_check.files import Project
from gis import files, history
from gis.errors import WorkbenchError
from gis.history import Act, Event


@dataclass(frozen=True)
class Standing:
    """The register as it lies on disk.

    ``pending`` is the kind of an event that must be recorded before any other: the opening of a history, or a change by
    other hands.
    """

    records: Sequence[Mapping[str, object]]
    state: gpd.GeoDataFrame
    pending: str = ""


def events(project: Project) -> list[Event]:
    """Return everything that ever changed the register, the first event first.

    Raises
    ------
    WorkbenchError
        ``history.broken`` if a file of the history was changed or is gone.
    """
    return [event_of(project, record) for record in records(project)]


def record(project: Project, number: int) -> dict[str, object]:
    """Return the record of an event as it was written: who, when, why, receipt, rows left out and cells put right.

    Raises
    ------
    WorkbenchError
        ``history.no_event``; ``history.broken``.
    """
    known = records(project)
    if not 1 <= number <= len(known):
        raise WorkbenchError("history.no_event", "There is no event {number}", number=number)
    return known[number - 1]


def records(project: Project) -> list[dict[str, object]]:
    """Return the records of all events; each must follow on the one before.

    Raises
    ------
    WorkbenchError
        ``history.broken``.
    """
    paths = sorted(project.history.glob("??????.json")) if project.history.is_dir() else []
    found, previous = [], ""
    for number, path in enumerate(paths, 1):
        told = files.read_json(path)
        if told.get("number") != number or told.get("previous") != previous:
            raise _broken(path)
        previous = files.sha256(path)
        found.append(told)
    return found


def headers(known: Sequence[Mapping[str, object]]) -> list[Event]:
    """Return the events without their rows, which is enough to tell what is in force."""
    nothing = history.changes(history.empty(), history.empty())
    return [_event_told(record, nothing) for record in known]


def event_of(project: Project, record: Mapping[str, object]) -> Event:
    """Return the event of a record with its rows.

    Raises
    ------
    WorkbenchError
        ``history.broken`` if the file of its rows was changed or is gone.
    """
    path = project.history / str(record["rows"])
    if not path.is_file() or files.sha256(path) != record["rows_sha256"]:
        raise _broken(path)
    return _event_told(record, history.as_changes(files.read_layer(path)))


def _event_told(record: Mapping[str, Any], changes: gpd.GeoDataFrame) -> Event:
    act = Act(
        by=record["by"],
        at=dt.datetime.fromisoformat(record["at"]),
        why=record["why"],
        valid_from=dt.date.fromisoformat(record["valid_from"]),
        sender=record["sender"],
    )
    return Event(
        number=record["number"],
        kind=record["kind"],
        act=act,
        changes=changes,
        source=record["source"],
        reverses=record["reverses"],
        receipt=record["receipt"],
        seen=tuple(record["seen"]),
    )


def standing(project: Project) -> Standing:
    """Return the register as it lies on disk.

    Where the file of the present state is what the last but one event left, or is gone, an import was killed: the
    events say what stands, and the file is written again. Any other difference was made by other hands.
    """
    known = records(project)
    if project.enterprises.is_file():
        state = history.completed(files.read_layer(project.enterprises))
        if not known:
            return Standing(known, state, "opening")
        found = history.digest(state)
        if found == known[-1]["state"]:
            return Standing(known, state)
        if found not in {former["state"] for former in known[-2:-1]}:
            return Standing(known, state, "outside")
    folded = history.fold(event_of(project, each) for each in known)
    if known:
        files.write_table(folded, project.enterprises)
    return Standing(known, folded)


def next_number(standing: Standing) -> int:
    """Return the number of the next event; one that is pending comes before it."""
    return len(standing.records) + (2 if standing.pending else 1)


def save(
    project: Project, standing: Standing, event: Event, after: gpd.GeoDataFrame, extra: Mapping[str, object]
) -> None:
    """Write an event whole, one that is pending before it; last the present state.

    Parameters
    ----------
    project : Project
    standing : Standing
        As it was read before the event was worked out.
    event : Event
    after : GeoDataFrame
        The register after it (``history.STATE``).
    extra : mapping
        What else its record holds.

    Raises
    ------
    WorkbenchError
        ``history.backdated``; ``history.busy`` if somebody else has written an event in the meantime.
    """
    if event.kind != "undo":
        history.check_date(headers(standing.records), event.act)
    if standing.pending:
        former = history.fold(event_of(project, each) for each in standing.records)
        changes = history.between(former, standing.state)
        first = Event(event.number - 1, standing.pending, event.act, changes, project.enterprises.name)
        _write(project, first, standing.state, {})
    _write(project, event, after, extra)
    files.write_table(after, project.enterprises)


def _write(project: Project, event: Event, after: gpd.GeoDataFrame, extra: Mapping[str, object]) -> None:
    """Write an event: its rows, then its record, which makes it."""
    folder = project.history
    rows = folder / f"{event.number:06d}-{os.getpid()}.parquet"
    files.write_table(event.changes, rows)
    rows_sha256 = files.sha256(rows)
    named = folder / f"{event.number:06d}-{rows_sha256[:12]}.parquet"
    rows.replace(named)
    former = folder / f"{event.number - 1:06d}.json"
    record = {
        "number": event.number,
        "kind": event.kind,
        "by": event.act.by,
        "at": event.act.at.isoformat(),
        "why": event.act.why,
        "sender": event.act.sender,
        "valid_from": event.act.holds_from.isoformat(),
        "source": event.source,
        "reverses": event.reverses,
        "receipt": dict(event.receipt),
        "seen": list(event.seen),
        "rows": named.name,
        "rows_sha256": rows_sha256,
        "previous": files.sha256(former) if former.is_file() else "",
        "state": history.digest(after),
    }
    try:
        _commit(record | dict(extra), folder / f"{event.number:06d}.json")
    except WorkbenchError:
        named.unlink()
        raise


def _commit(record: Mapping[str, object], path: Path) -> None:
    """Make an event: its record appears whole under a name that was free."""
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    files.write_json(record, aside)
    try:
        os.link(aside, path)
    except FileExistsError as fault:
        raise WorkbenchError(
            "history.busy", "Somebody else has changed the register in the meantime; do it again"
        ) from fault
    finally:
        aside.unlink()


def _broken(path: Path) -> WorkbenchError:
    return WorkbenchError(
        "history.broken", "{name} of the register's history was changed or is gone; restore it", name=path.name
    )
