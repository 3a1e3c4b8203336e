"""Rim: the import desk. A file comes into the register as one event, or nothing of it does.

The folder ``history`` of a project holds two files an event: ``000001-<hash>.parquet`` with the rows before and after,
and ``000001.json`` with who, when, why and the receipt, which comes last and makes the event. Each names the SHA-256 of
the one before. ``enterprises.parquet`` is the present state that all else reads; where a killed import left it behind,
the next command brings it up to date.
"""

import datetime as dt
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from cross_check import arrivals, chain, layers
from cross_check.arrivals import Arrival, Letter
from cross_check.chain import Step
from cross_check.files import Project
from gis import duplicates, files, history, quality, register
from gis.errors import TableFaults, WorkbenchError
from gis.history import Act, Event


@dataclass(frozen=True)
class Preview:
    """What an import would do. Nothing is saved yet.

    Attributes
    ----------
    step : Step
        The receipt as it would be.
    differences : DataFrame
        See ``history.differences``.
    faults : DataFrame
        Rows that would be skipped, and behind them oddities: row, column, code, value.
    faulty : int
        How many of these are faults.
    duplicates : DataFrame
        New sites that may be known ones, see ``duplicates.CANDIDATES``.
    after : GeoDataFrame
        The register as it would be (``history.STATE``), both sides of the duplicates among it.
    """

    step: Step
    differences: pd.DataFrame
    faults: pd.DataFrame
    faulty: int
    duplicates: pd.DataFrame
    after: gpd.GeoDataFrame


@dataclass(frozen=True)
class _Register:
    """The register as it lies on disk.

    ``pending`` is the kind of an event that must be recorded before any other: the opening of a history, or a change by
    other hands.
    """

    records: Sequence[Mapping[str, object]]
    state: gpd.GeoDataFrame
    pending: str = ""


@dataclass(frozen=True)
class _Incoming:
    arrival: Arrival
    checked: register.Checked
    before: gpd.GeoDataFrame
    changes: gpd.GeoDataFrame
    after: gpd.GeoDataFrame
    receipt: register.Receipt


def preview(source: Path, project: Project, act: Act, letter: Letter | None = None) -> Preview:
    """Say what an import would change; save nothing.

    Raises
    ------
    WorkbenchError
        See ``import_enterprises``; faulty rows are no error here.
    """
    return _seen(source, _incoming(source, project, _standing(project), act, letter))


def inspect(source: Path, project: Project, act: Act, letter: Letter | None = None) -> tuple[Arrival, Preview | None]:
    """Say what a file is and what its import would change; save nothing, refuse nothing that a person can settle.

    Returns
    -------
    arrival : Arrival
        With all hypotheses on its coordinates, the decided ones too.
    preview : Preview or None
        None while the coordinate system of some rows is not decided.

    Raises
    ------
    WorkbenchError
        As ``preview``, but for open questions.
    """
    standing = _standing(project)
    arrival = _received(source, project, standing, act, letter)
    if arrival.located is not None and len(arrival.located.questions):
        return arrival, None
    return arrival, _seen(source, _worked_out(arrival, project, standing, act))


def _seen(source: Path, incoming: _Incoming) -> Preview:
    known = set(incoming.before["site_id"])
    new = set(incoming.changes["site_id"]) - known
    suspects = duplicates.find(incoming.after, among=new)
    notes = pd.concat([incoming.checked.faults, incoming.checked.notes], ignore_index=True)
    step = Step("history.would_import", _figures(source, incoming))
    faulty = len(incoming.checked.faults)
    return Preview(step, history.differences(incoming.changes), notes, faulty, suspects, incoming.after)


def import_enterprises(
    source: Path, project: Project, act: Act, letter: Letter | None = None, *, skip_faulty: bool = False
) -> tuple[Step, pd.DataFrame]:
    """Take a file of enterprises into the register as one event.

    Parameters
    ----------
    source : Path
        See ``readers.read``.
    project : Project
    act : Act
        Who imports, when and why, since when the file holds, who sent it.
    letter : Letter, optional
        What is said of the file's coordinate system, columns and sheets; by default nothing.
    skip_faulty : bool
        Save the good rows although there are faulty ones.

    Returns
    -------
    step : Step
        The receipt.
    notes : DataFrame
        Faults that were skipped and oddities: row, column, code, value.

    Raises
    ------
    TableFaults
        With every fault, if there is one and ``skip_faulty`` is not set; the register stays as it was.
    coordinates.Undecided
        If the evidence does not tell in which coordinate system the file is; the register stays as it was.
    WorkbenchError
        ``chain.nothing_good`` if every row is faulty; ``history.backdated``; ``history.broken``; ``history.busy``.
    """
    standing = _standing(project)
    incoming = _incoming(source, project, standing, act, letter, refuse=not skip_faulty)
    checked = incoming.checked
    if checked.enterprises.empty:
        raise WorkbenchError("chain.nothing_good", "{name} holds no row without a fault", name=source.name)
    event = Event(
        number=_next(standing),
        kind="import",
        act=act,
        changes=incoming.changes,
        source=source.name,
        receipt=asdict(incoming.receipt),
        seen=tuple(checked.enterprises["site_id"]),
    )
    extra = {
        "source_sha256": files.sha256(source),
        "skipped": checked.faults.to_dict("records"),
        "left_out": incoming.arrival.left_out.to_dict("records"),
        "fixed": incoming.arrival.fixed.to_dict("records"),
    }
    _save(project, standing, event, incoming.after, extra)
    arrivals.remember(incoming.arrival, project, act.sender)
    notes = pd.concat([checked.faults, checked.notes, incoming.arrival.left_out], ignore_index=True)
    figures = dict(_figures(source, incoming)) | {"number": event.number}
    return Step("chain.imported", figures, (project.enterprises,)), notes


def undo(project: Project, act: Act, number: int = 0) -> Step:
    """Take an event back by one that reverses it; nothing is deleted.

    Parameters
    ----------
    project : Project
    act : Act
    number : int
        Of the event; 0 is the latest one in force.

    Raises
    ------
    WorkbenchError
        ``history.nothing_to_undo``; ``history.no_event``; ``history.undone`` if it was taken back before;
        ``history.touched_later`` if later events changed the same sites.
    """
    standing = _standing(project)
    known = _headers(standing.records)
    in_force = {event.number for event in history.in_force(known)}
    number = number or max(in_force, default=0)
    if not number:
        raise WorkbenchError("history.nothing_to_undo", "There is no event to take back")
    if not 1 <= number <= len(known):
        raise WorkbenchError("history.no_event", "There is no event {number}", number=number)
    target = _event(project, standing.records[number - 1])
    if target.kind != "undo" and number not in in_force:
        raise WorkbenchError("history.undone", "Event {number} is taken back already", number=number)
    changes = history.reversed_changes(target.changes)
    after = history.applied(standing.state, changes)
    event = Event(_next(standing), "undo", act, changes, target.source, number)
    _save(project, standing, event, after, {})
    figures = {"number": number, "kind": target.kind, "sites": target.changes["site_id"].nunique(), "total": len(after)}
    return Step("history.taken_back", figures, (project.enterprises,))


def merge(project: Project, act: Act, keep_id: str, gone_id: str, take: Sequence[str] = ()) -> Step:
    """Make one site of two as a person has decided, see ``duplicates.merged``; ``undo`` takes it back.

    Raises
    ------
    WorkbenchError
        See ``duplicates.merged``; ``history.no_reason`` without a reason.
    """
    _demand_reason(act)
    standing = _standing(project)
    changes = duplicates.merged(standing.state, keep_id, gone_id, take)
    after = history.applied(standing.state, changes)
    receipt = {"left": keep_id, "right": gone_id, "take": list(take)}
    _save(project, standing, Event(_next(standing), "merge", act, changes, receipt=receipt), after, {})
    return Step("history.merged", {"keep": keep_id, "gone": gone_id, "total": len(after)}, (project.enterprises,))


def separate(project: Project, act: Act, left_id: str, right_id: str) -> Step:
    """Record that two sites are two, so that they are proposed no more.

    Raises
    ------
    WorkbenchError
        ``duplicates.no_site`` or ``duplicates.one_site``; ``history.no_reason`` without a reason.
    """
    _demand_reason(act)
    standing = _standing(project)
    duplicates.sides(standing.state, left_id, right_id)
    nothing = history.changes(standing.state, standing.state.iloc[:0])
    receipt = {"left": left_id, "right": right_id}
    _save(project, standing, Event(_next(standing), "separate", act, nothing, receipt=receipt), standing.state, {})
    return Step("history.separated", {"left": left_id, "right": right_id})


def find_duplicates(project: Project, params: duplicates.Params | None = None) -> pd.DataFrame:
    """Return pairs of sites that may be one and that nobody has decided on, see ``duplicates.CANDIDATES``."""
    standing = _standing(project)
    return duplicates.find(standing.state, settled=history.settled(_headers(standing.records)), params=params)


def both_sides(project: Project, left_id: str, right_id: str) -> pd.DataFrame:
    """Return two sites side by side, see ``duplicates.sides``."""
    return duplicates.sides(_standing(project).state, left_id, right_id)


def events(project: Project) -> list[Event]:
    """Return everything that ever changed the register, the first event first.

    Raises
    ------
    WorkbenchError
        ``history.broken`` if a file of the history was changed or is gone.
    """
    return [_event(project, record) for record in _records(project)]


def record(project: Project, number: int) -> dict[str, object]:
    """Return the record of an event as it was written: who, when, why, receipt, rows left out and cells put right.

    Raises
    ------
    WorkbenchError
        ``history.no_event``; ``history.broken``.
    """
    known = _records(project)
    if not 1 <= number <= len(known):
        raise WorkbenchError("history.no_event", "There is no event {number}", number=number)
    return known[number - 1]


def assess(project: Project, on: dt.date) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the findings on the register's quality, and their counts by city.

    See ``quality.findings`` and ``quality.board``.
    """
    state, known = _standing(project).state, history.confirmed(events(project))
    areas, counties = chain.regions_of(project), layers.counties_of(project)
    found = quality.findings(state, areas, on=on, counties=counties, confirmed=known if len(known) else None)
    return found, quality.board(state, found)


def _incoming(
    source: Path, project: Project, standing: _Register, act: Act, letter: Letter | None, *, refuse: bool = False
) -> _Incoming:
    """Return what a file would change; with ``refuse`` a faulty one is refused before that is worked out."""
    arrival = arrivals.settled(_received(source, project, standing, act, letter), source)
    return _worked_out(arrival, project, standing, act, source.name if refuse else "")


def _received(source: Path, project: Project, standing: _Register, act: Act, letter: Letter | None) -> Arrival:
    history.check_date(_headers(standing.records), act)
    letter = letter or Letter()
    signed = replace(letter, sender=act.sender, answer=replace(letter.answer, by=act.by))
    return arrivals.receive(source, project, chain.regions_of(project), standing.state, signed)


def _worked_out(arrival: Arrival, project: Project, standing: _Register, act: Act, refuse: str = "") -> _Incoming:
    """Return what an arrival would change; a faulty one is refused if ``refuse`` is its name."""
    state = standing.state
    checked = register.check(arrival.rows, chain.regions_of(project), located=arrival.located, told=arrival.columns)
    if refuse and len(checked.faults):
        raise TableFaults(refuse, checked.faults)
    changes = history.changes(state, history.revised(state, checked.enterprises, act.holds_from.year))
    touched, known = set(changes["site_id"]), set(state["site_id"])
    new, changed = len(touched - known), len(touched & known)
    receipt = replace(checked.receipt, new=new, changed=changed, unchanged=checked.receipt.good - new - changed)
    return _Incoming(arrival, checked, state, changes, history.applied(state, changes), receipt)


def _figures(source: Path, incoming: _Incoming) -> Mapping[str, object]:
    receipt = asdict(incoming.receipt)
    return {"name": source.name, "saved": receipt["good"], "total": len(incoming.after)} | receipt


def _demand_reason(act: Act) -> None:
    if not act.why.strip():
        raise WorkbenchError("history.no_reason", "Say why; a decision without a reason is not recorded")


def _records(project: Project) -> list[dict[str, object]]:
    """Return the records of all events; each must follow on the one before."""
    paths = sorted(project.history.glob("??????.json")) if project.history.is_dir() else []
    found, previous = [], ""
    for number, path in enumerate(paths, 1):
        record = files.read_json(path)
        if record.get("number") != number or record.get("previous") != previous:
            raise _broken(path)
        previous = files.sha256(path)
        found.append(record)
    return found


def _headers(records: Sequence[Mapping[str, object]]) -> list[Event]:
    """Return the events without their rows, which is enough to tell what is in force."""
    nothing = history.changes(history.empty(), history.empty())
    return [_told(record, nothing) for record in records]


def _event(project: Project, record: Mapping[str, object]) -> Event:
    path = project.history / str(record["rows"])
    if not path.is_file() or files.sha256(path) != record["rows_sha256"]:
        raise _broken(path)
    return _told(record, history.as_changes(files.read_layer(path)))


def _told(record: Mapping[str, Any], changes: gpd.GeoDataFrame) -> Event:
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


def _standing(project: Project) -> _Register:
    """Return the register as it lies on disk.

    Where the file of the present state is what the last but one event left, or is gone, an import was killed: the
    events say what stands, and the file is written again. Any other difference was made by other hands.
    """
    records = _records(project)
    if project.enterprises.is_file():
        state = history.completed(files.read_layer(project.enterprises))
        if not records:
            return _Register(records, state, "opening")
        found = history.digest(state)
        if found == records[-1]["state"]:
            return _Register(records, state)
        if found not in {record["state"] for record in records[-2:-1]}:
            return _Register(records, state, "outside")
    folded = history.fold(_event(project, record) for record in records)
    if records:
        files.write_table(folded, project.enterprises)
    return _Register(records, folded)


def _next(standing: _Register) -> int:
    return len(standing.records) + (2 if standing.pending else 1)


def _save(
    project: Project, standing: _Register, event: Event, after: gpd.GeoDataFrame, extra: Mapping[str, object]
) -> None:
    """Write an event whole, one that is pending before it; last the present state."""
    if event.kind != "undo":
        history.check_date(_headers(standing.records), event.act)
    if standing.pending:
        former = history.fold(_event(project, record) for record in standing.records)
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
    _commit(record | dict(extra), folder / f"{event.number:06d}.json")


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
