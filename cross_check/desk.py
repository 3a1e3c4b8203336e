"""Rim: the import desk. A file comes into the register as one event (``cross_check.annals``), or nothing of it does."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from cross_check import annals, arrivals, layers
from cross_check.annals import Standing
from cross_check.areas import regions_of
from cross_check.arrivals import Arrival, Letter
from cross_check.files import Project
from cross_check.steps import Step
from gis import corrections, duplicates, entries, history, quality, register
from gis.errors import TableFaults, WorkbenchError
from gis.history import Act, Event
from gis.progress import Progress, silent

_STEPS = 4
_FAULTS = ("skipped", "noted", "left_out")


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
    earlier : Event or None
        The import of the same file, byte by byte, that is in force.
    """

    step: Step
    differences: pd.DataFrame
    faults: pd.DataFrame
    faulty: int
    duplicates: pd.DataFrame
    after: gpd.GeoDataFrame
    earlier: Event | None = None


@dataclass(frozen=True)
class _Incoming:
    arrival: Arrival
    checked: register.Checked
    before: gpd.GeoDataFrame
    changes: gpd.GeoDataFrame
    after: gpd.GeoDataFrame
    receipt: register.Receipt
    earlier: Event | None


def preview(source: Path, project: Project, act: Act, letter: Letter | None = None) -> Preview:
    """Say what an import would change; save nothing.

    Raises
    ------
    WorkbenchError
        See ``import_enterprises``; faulty rows are no error here.
    """
    return _seen(source, _incoming(source, project, annals.standing(project), act, letter))


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
    standing = annals.standing(project)
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
    changed = history.differences(incoming.changes)
    return Preview(step, changed, notes, faulty, suspects, incoming.after, incoming.earlier)


def import_enterprises(
    source: Path,
    project: Project,
    act: Act,
    letter: Letter | None = None,
    *,
    skip_faulty: bool = False,
    progress: Progress = silent,
) -> tuple[Step, pd.DataFrame]:
    """Take a file of enterprises into the register as one event; a file that is in it already changes nothing.

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
    progress : Progress
        Told before each of four steps.

    Returns
    -------
    step : Step
        The receipt; ``desk.imported_before`` with the earlier event where the same file would change nothing.
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
    progress(0, _STEPS, "desk.doing_read")
    standing = annals.standing(project)
    arrival = arrivals.settled(_received(source, project, standing, act, letter), source)
    progress(1, _STEPS, "desk.doing_check")
    incoming = _worked_out(arrival, project, standing, act, "" if skip_faulty else source.name)
    if incoming.checked.enterprises.empty:
        raise WorkbenchError("chain.nothing_good", "{name} holds no row without a fault", name=source.name)
    if incoming.earlier is not None and incoming.changes.empty:
        return _again(project, source, incoming, incoming.earlier)
    progress(2, _STEPS, "desk.doing_save")
    event = Event(
        number=annals.next_number(standing),
        kind="import",
        act=act,
        changes=incoming.changes,
        source=source.name,
        receipt=asdict(incoming.receipt),
        seen=tuple(incoming.checked.enterprises["site_id"]),
    )
    annals.save(project, standing, event, incoming.after, _extra(incoming))
    arrivals.remember(arrival, project, act.sender)
    progress(_STEPS, _STEPS, "desk.doing_done")
    return receipt(project, event.number)


def receipt(project: Project, number: int) -> tuple[Step, pd.DataFrame]:
    """Return the receipt of an import and its notes, as ``import_enterprises`` did when it was made.

    Raises
    ------
    WorkbenchError
        ``history.no_event``; ``history.broken``; ``history.no_receipt`` if the event is no import.
    """
    told: dict[str, Any] = annals.record(project, number)
    if told["kind"] != "import":
        raise WorkbenchError("history.no_receipt", "Event {number} is no import", number=number)
    figures = told["receipt"]
    rows = [pd.DataFrame(told.get(part, []), columns=["row", "column", "code", "value"]) for part in _FAULTS]
    facts = {"name": told["source"], "saved": figures["good"], "total": told.get("total", 0)}
    facts |= {"number": number, "by": told["by"]}
    return Step("chain.imported", facts | figures, (project.enterprises,)), entries.joined(rows)


def imported(project: Project, sha256: str) -> int:
    """Return the number of the latest import in force of a file of this content, 0 if there is none."""
    records = annals.records(project)
    earlier = _earlier(records, annals.headers(records), sha256)
    return earlier.number if earlier else 0


def _again(project: Project, source: Path, incoming: _Incoming, earlier: Event) -> tuple[Step, pd.DataFrame]:
    """Return what is said of a file that was brought before, with the event that brought it."""
    at = earlier.act.at.astimezone(history.BEIJING).strftime("%Y-%m-%d %H:%M")
    facts = {"at": at, "by": earlier.act.by, "number": earlier.number}
    checked = incoming.checked
    notes = entries.joined([checked.faults, checked.notes, incoming.arrival.left_out])
    return Step("desk.imported_before", dict(_figures(source, incoming)) | facts, (project.enterprises,)), notes


def _extra(incoming: _Incoming) -> Mapping[str, object]:
    """Return what the record of an import holds beside the event."""
    return {
        "source_sha256": incoming.arrival.sha256,
        "total": len(incoming.after),
        "skipped": incoming.checked.faults.to_dict("records"),
        "noted": incoming.checked.notes.to_dict("records"),
        "left_out": incoming.arrival.left_out.to_dict("records"),
        "fixed": incoming.arrival.fixed.to_dict("records"),
    }


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
    standing = annals.standing(project)
    known = annals.headers(standing.records)
    in_force = {event.number for event in history.in_force(known)}
    number = number or max(in_force, default=0)
    if not number:
        raise WorkbenchError("history.nothing_to_undo", "There is no event to take back")
    if not 1 <= number <= len(known):
        raise WorkbenchError("history.no_event", "There is no event {number}", number=number)
    target = annals.event_of(project, standing.records[number - 1])
    if target.kind != "undo" and number not in in_force:
        raise WorkbenchError("history.undone", "Event {number} is taken back already", number=number)
    changes = history.reversed_changes(target.changes)
    after = history.applied(standing.state, changes)
    event = Event(annals.next_number(standing), "undo", act, changes, target.source, number)
    annals.save(project, standing, event, after, {})
    figures = {"number": number, "kind": target.kind, "sites": target.changes["site_id"].nunique(), "total": len(after)}
    return Step("history.taken_back", figures, (project.enterprises,))


def find_duplicates(project: Project, params: duplicates.Params | None = None) -> pd.DataFrame:
    """Return pairs of sites that may be one and that nobody has decided on, see ``duplicates.CANDIDATES``."""
    standing = annals.standing(project)
    return duplicates.find(standing.state, settled=history.settled(annals.headers(standing.records)), params=params)


def both_sides(project: Project, left_id: str, right_id: str) -> pd.DataFrame:
    """Return two sites side by side, see ``duplicates.sides``."""
    return duplicates.sides(annals.standing(project).state, left_id, right_id)


def assess(project: Project, on: dt.date) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the findings on the register's quality, and their counts by city.

    See ``quality.findings`` and ``quality.board``.
    """
    state, known = annals.standing(project).state, history.confirmed(annals.events(project))
    areas, counties = regions_of(project), layers.counties_of(project)
    found = quality.findings(state, areas, on=on, counties=counties, confirmed=known if len(known) else None)
    return found, quality.board(state, found)


def _incoming(source: Path, project: Project, standing: Standing, act: Act, letter: Letter | None) -> _Incoming:
    arrival = arrivals.settled(_received(source, project, standing, act, letter), source)
    return _worked_out(arrival, project, standing, act)


def _received(source: Path, project: Project, standing: Standing, act: Act, letter: Letter | None) -> Arrival:
    history.check_date(annals.headers(standing.records), act)
    letter = letter or Letter()
    signed = replace(letter, sender=act.sender, answer=replace(letter.answer, by=act.by))
    return arrivals.receive(source, project, regions_of(project), standing.state, signed)


def _worked_out(arrival: Arrival, project: Project, standing: Standing, act: Act, refuse: str = "") -> _Incoming:
    """Return what an arrival would change; a faulty one is refused if ``refuse`` is its name."""
    state, events = standing.state, annals.headers(standing.records)
    checked = register.check(arrival.rows, regions_of(project), located=arrival.located, told=arrival.columns)
    if refuse and len(checked.faults):
        raise TableFaults(refuse, checked.faults)
    checked = _upheld(checked, state, events)
    changes = history.changes(state, history.revised(state, checked.enterprises, act.holds_from.year))
    touched, known = set(changes["site_id"]), set(state["site_id"])
    new, changed = len(touched - known), len(touched & known)
    receipt = replace(checked.receipt, new=new, changed=changed, unchanged=checked.receipt.good - new - changed)
    earlier = _earlier(standing.records, events, arrival.sha256)
    return _Incoming(arrival, checked, state, changes, history.applied(state, changes), receipt, earlier)


def _upheld(checked: register.Checked, state: gpd.GeoDataFrame, events: list[Event]) -> register.Checked:
    """Return rows that respect what people have ruled on single sites, and what is to be noted of it."""
    enterprises, kept = corrections.upheld(checked.enterprises, state, corrections.moves(events))
    back = corrections.returning(enterprises, state, corrections.removals(events))
    return replace(checked, enterprises=enterprises, notes=entries.joined([checked.notes, kept, back]))


def _earlier(records: Sequence[Mapping[str, object]], events: list[Event], sha256: str) -> Event | None:
    """Return the latest import in force of a file of this content."""
    same = {record["number"] for record in records if record.get("source_sha256") == sha256}
    return next((event for event in history.in_force(events)[::-1] if event.number in same), None)


def _figures(source: Path, incoming: _Incoming) -> Mapping[str, object]:
    receipt = asdict(incoming.receipt)
    return {"name": source.name, "saved": receipt["good"], "total": len(incoming.after)} | receipt
