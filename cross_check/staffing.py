"""Rim: the register of officers: every change an event of the ledger, the table beside it what plans and draws read.

The table is the present state, also where somebody laid another one there by hand: before each act the ledger takes in
what differs, so that its history is of what stood there.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from cross_check import casebook, officers
from cross_check.files import Project
from cross_check.ledger.events import Act, Entry, Event, Record
from cross_check.ledger.store import Ledger
from cross_check.steps import Step
from gis import files, readers
from gis.errors import WorkbenchError

KIND = "officer"
_COLUMNS = (*officers.SCHEMA.columns, *officers.PARTICULARS.columns)


def table(project: Project) -> pd.DataFrame:
    """Return the officers (``officers.completed``), none where there is no table yet."""
    if project.officers.is_file():
        return officers.completed(files.read_table(project.officers))
    return pd.DataFrame(columns=list(_COLUMNS)).astype({"certificate_until": "datetime64[us]"})


def import_file(project: Project, act: Act, path: Path) -> Step:
    """Take a table of officers in as one act; who is not in it is no longer an officer.

    Raises
    ------
    TableFaults
        With every fault by the row the user sees; the officers so far stay.
    WorkbenchError
        If the file cannot be read; see ``Ledger.append``.
    """
    wanted = officers.completed(officers.read(pd.DataFrame(readers.read_rows(path)), path.name))
    made = _recorded(project, act, table(project), wanted)
    gone = sum(event.kind == f"{KIND}.withdraw" for event in made)
    figures = {"officers": len(wanted), "changed": len(made) - gone, "gone": gone}
    return Step("staffing.imported", figures, (project.officers,))


def take(project: Project, act: Act, rows: pd.DataFrame, source: str = "", seen: int | None = None) -> list[Event]:
    """Add or change officers from rows under the headings of the form; the others stay.

    Parameters
    ----------
    project : Project
    act : Act
    rows : DataFrame of str
    source : str
        Where the rows are from, for the message.
    seen : int, optional
        Version of the officer before the eyes of who changes it, 0 for one who must not be there yet.

    Raises
    ------
    TableFaults
        With every fault; nothing is changed.
    WorkbenchError
        See ``Ledger.append``.
    """
    told = officers.completed(officers.read(rows, source or KIND))
    now = table(project)
    others = now[~now["officer_id"].isin(told["officer_id"])]
    whole = officers.completed(pd.concat([others, told], ignore_index=True) if len(others) else told)
    return _recorded(project, act, now, whole, seen)


def withdraw(project: Project, act: Act, officer_id: str, seen: int | None = None) -> list[Event]:
    """Take an officer off the register, with the reason; the history stays.

    Raises
    ------
    WorkbenchError
        ``ledger.no_reason``; ``ledger.no_record``; see ``Ledger.append``.
    """
    if not act.why.strip():
        raise WorkbenchError("ledger.no_reason", "Give a reason")
    now = table(project)
    if officer_id not in set(now["officer_id"]):
        raise WorkbenchError("ledger.no_record", "There is no {name}", name=officer_id)
    return _recorded(project, act, now, now[now["officer_id"] != officer_id], seen)


def undo(project: Project, act: Act, number: int) -> list[Event]:
    """Take a whole act of the ledger back, see ``Ledger.undo``; where it was about officers the table follows.

    Raises
    ------
    WorkbenchError
        See ``Ledger.undo``.
    """
    ledger = casebook.opened(project)
    made = ledger.undo(act, number)
    if any(event.object_kind == KIND for event in made):
        _write(project, ledger)
    return made


def _recorded(
    project: Project, act: Act, now: pd.DataFrame, wanted: pd.DataFrame, seen: int | None = None
) -> list[Event]:
    """Record what makes the register as the table holds it, then as it is wanted; then write the table anew."""
    ledger = casebook.opened(project)
    known = ledger.records(KIND)
    if stood := _differing(known, now):
        ledger.append(act, stood)
        known = ledger.records(KIND)
    made = ledger.append(act, _differing(known, wanted, seen))
    _write(project, ledger)
    return made


def _differing(known: Sequence[Record], wanted: pd.DataFrame, seen: int | None = None) -> list[Entry]:
    before = {one.key[1]: one.fields for one in known}
    after = {row["officer_id"]: _plain(row) for row in wanted.to_dict("records")}
    made = [
        Entry(f"{KIND}.add", (KIND, name), fields, None if name in before else "open", seen)
        for name, fields in after.items()
        if name not in before or any(before[name].get(field) != value for field, value in fields.items())
    ]
    return made + [Entry(f"{KIND}.withdraw", (KIND, name), {}, "", seen) for name in before if name not in after]


def _plain(row: Mapping[Any, Any]) -> dict[str, Any]:
    told = {name: None if pd.isna(row[name]) else row[name] for name in _COLUMNS}
    day = told["certificate_until"]
    return told | {"certificate_until": day and pd.Timestamp(day).date().isoformat()}


def _write(project: Project, ledger: Ledger) -> None:
    rows = [{name: one.fields.get(name) for name in _COLUMNS} for one in ledger.records(KIND)]
    made = pd.DataFrame(rows, columns=list(_COLUMNS))
    days = pd.to_datetime(made["certificate_until"]).astype("datetime64[us]")
    files.write_table(officers.completed(made.assign(certificate_until=days)), project.officers)
