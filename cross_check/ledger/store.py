"""Rim: the ledger on its database. Events and the state they make are written in one transaction, or not at all."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, RowMapping, bindparam, insert, select, update

from cross_check.ledger import engines, events, rules, seals
from cross_check.ledger.events import Act, Entry, Event, Key, Record
from cross_check.ledger.seals import Verdict
from cross_check.ledger.tables import EVENTS, HEAD, RECORDS
from gis.errors import WorkbenchError

_AT_ONCE = 400


class Conflict(WorkbenchError):
    """Somebody else changed a record meanwhile.

    Parameters
    ----------
    entry : Entry
        What was to be recorded.
    now : Record
        What the record is by now.
    since : sequence of Event
        What happened since the version that the person saw.
    """

    def __init__(self, entry: Entry, now: Record, since: Sequence[Event]) -> None:
        by = ", ".join(dict.fromkeys(event.who for event in since)) or "-"
        super().__init__(
            "ledger.conflict",
            "{name} was changed meanwhile by {by}; compare both versions and decide again",
            name=entry.key[1],
            by=by,
        )
        self.entry, self.now, self.since = entry, now, tuple(since)

    def __reduce__(self) -> tuple[object, ...]:
        """Survive pickling with both versions."""
        return Conflict, (self.entry, self.now, self.since)


@dataclass(frozen=True)
class Ledger:
    """A ledger that is open.

    Attributes
    ----------
    engine : Engine
    """

    engine: Engine

    def record(self, key: Key) -> Record:
        """Return the present state of one record; one that does not exist has no state."""
        with self._reading() as connection:
            return _present(connection, [key])[key]

    def records(self, object_kind: str, states: Sequence[str] = ()) -> list[Record]:
        """Return the records of a kind by id, those of some states only; withdrawn ones are left out."""
        wanted = select(RECORDS).where(RECORDS.c.object_kind == object_kind, RECORDS.c.state != "")
        if states:
            wanted = wanted.where(RECORDS.c.state.in_(list(states)))
        with self._reading() as connection:
            return [_as_record(row) for row in connection.execute(wanted.order_by(RECORDS.c.object_id)).mappings()]

    def events(self, key: Key | None = None, *, after: int = 0, object_kind: str = "") -> list[Event]:
        """Return events by number: all, or those of one record or kind of record; only those after a number."""
        wanted = select(EVENTS).where(EVENTS.c.number > after).order_by(EVENTS.c.number)
        if object_kind:
            wanted = wanted.where(EVENTS.c.object_kind == object_kind)
        if key is not None:
            wanted = wanted.where(EVENTS.c.object_kind == key[0], EVENTS.c.object_id == key[1])
        with self._reading() as connection:
            return [_as_event(row) for row in connection.execute(wanted).mappings()]

    def head(self) -> tuple[int, str]:
        """Return number and seal of the last event; results that depend on the ledger are kept by it."""
        with self._reading() as connection:
            last = connection.execute(select(HEAD.c.number, HEAD.c.seal)).one()
        return last.number, last.seal

    def append(self, act: Act, entries: Sequence[Entry]) -> list[Event]:
        """Record what one person did at once: all of it, or nothing.

        Parameters
        ----------
        act : Act
        entries : sequence of Entry
            Several may concern one record; they follow on each other.

        Returns
        -------
        list of Event

        Raises
        ------
        Conflict
            If a record was changed since the version that the person saw.
        WorkbenchError
            See ``rules.admit``.
        """
        return self._write(act, entries, reverses=0)

    def undo(self, act: Act, number: int) -> list[Event]:
        """Take a whole act back by reversing events; nothing is deleted.

        Parameters
        ----------
        act : Act
            Needs a reason.
        number : int
            Of any event of the act.

        Raises
        ------
        WorkbenchError
            ``ledger.no_event``; ``ledger.undone`` if it was taken back before; ``ledger.touched_later`` if later events
            changed the same records and were not taken back; ``ledger.no_reason``; see ``rules.permit_back``.
        """
        with self._reading() as connection:
            named = connection.execute(select(EVENTS.c.act).where(EVENTS.c.number == number)).scalar()
            if named is None:
                raise WorkbenchError("ledger.no_event", "There is no event {number}", number=number)
            done = connection.execute(select(EVENTS.c.number).where(EVENTS.c.reverses == named)).first()
            if done is not None:
                raise WorkbenchError("ledger.undone", "Event {number} is taken back already", number=number)
            rows = connection.execute(
                select(EVENTS).where(EVENTS.c.act == named).order_by(EVENTS.c.number.desc())
            ).mappings()
            undone = [_as_event(row) for row in rows]
            entries = [_past(connection, entry) for entry in _in_line(undone)]
        for event in undone:
            rules.permit_back(act, event)
        try:
            return self._write(act, entries, reverses=named)
        except Conflict as later:
            raise WorkbenchError(
                "ledger.touched_later",
                "{name} was changed again later; take the later changes back first",
                name=later.entry.key[1],
            ) from later

    def verify(self, head: str = "") -> Verdict:
        """Check the chain, the state that is stored beside it, and, where one was noted elsewhere, its head.

        Returns
        -------
        Verdict
            Beside the faults of ``seals.verify``: ``ledger.cut_off`` (the head names another last event),
            ``ledger.other_head`` (the noted seal is none of the chain's), ``ledger.state_altered`` (a stored record
            does not follow from the events).
        """
        with self._reading() as connection:
            chain = [_as_event(row) for row in connection.execute(select(EVENTS).order_by(EVENTS.c.number)).mappings()]
            last = connection.execute(select(HEAD.c.number, HEAD.c.seal)).one()
            stored = {record.key: record for record in map(_as_record, connection.execute(select(RECORDS)).mappings())}
        found = seals.verify(chain)
        if not found.whole:
            return found
        if (last.number, last.seal) != (found.events, found.head):
            return replace(found, fault="ledger.cut_off", number=found.events + 1)
        if head and head not in {event.seal for event in chain}:
            return replace(found, fault="ledger.other_head")
        told = events.fold(chain)
        wrong = sorted(key for key in told.keys() | stored.keys() if told.get(key) != stored.get(key))
        return replace(found, fault="ledger.state_altered", name=wrong[0][1]) if wrong else found

    def _write(self, act: Act, entries: Sequence[Entry], *, reverses: int) -> list[Event]:
        with self._writing() as connection:
            last = connection.execute(select(HEAD.c.number, HEAD.c.seal).with_for_update()).one()
            before = _present(connection, {entry.key for entry in entries})
            state = dict(before)
            made: list[Event] = []
            for entry in entries:
                now = state[entry.key]
                free = entry.seen == 0 and not now.state
                if entry.seen not in {None, now.version} and not free:
                    raise Conflict(entry, now, _since(connection, entry))
                rules.admit(act, entry, now, undoing=bool(reverses))
                where = (last.number + 1, last.number + len(made) + 1, made[-1].seal if made else last.seal)
                event = _sealed(act, entry, now, where, reverses)
                state[entry.key] = events.applied(now, event)
                made.append(event)
            if made:
                _store(connection, made, [record for key, record in state.items() if record != before[key]], before)
        return made

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with self.engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with self.engine.connect() as connection, connection.execution_options(**engines.WRITING).begin():
            yield connection


def opened(file: Path) -> Ledger:
    """Return a project's ledger, made at first use, see ``engines``.

    Parameters
    ----------
    file : Path
        Of SQLite, where no other database is named.
    """
    return Ledger(engines.opened(engines.url_of(file)))


def _sealed(act: Act, entry: Entry, now: Record, where: tuple[int, int, str], reverses: int) -> Event:
    first, number, previous = where
    event = Event(
        number=number,
        act=first,
        kind=entry.kind,
        object_kind=entry.key[0],
        object_id=entry.key[1],
        version=now.version + 1,
        who=act.who,
        role=act.role,
        at=act.at_utc,
        from_state=now.state,
        to_state=now.state if entry.state is None else entry.state,
        why=act.why,
        changes=events.changed(now, entry),
        reverses=reverses,
        previous=previous,
    )
    return replace(event, seal=seals.seal(event))


def _in_line(undone: Iterable[Event]) -> list[Entry]:
    """Return reversing entries, newest first; of several on one record only the first meets a version seen."""
    met: set[Key] = set()
    entries = []
    for event in undone:
        entry = events.reversing(event)
        entries.append(replace(entry, seen=None) if entry.key in met else entry)
        met.add(entry.key)
    return entries


def _past(connection: Connection, entry: Entry) -> Entry:
    """Let a reversing entry meet the present version where all that happened since was taken back itself."""
    since = _since(connection, entry) if entry.seen is not None else []
    return replace(entry, seen=since[-1].version) if since and events.cancelled(since) else entry


def _present(connection: Connection, keys: Iterable[Key]) -> dict[Key, Record]:
    """Return the records of some keys; those that do not exist have no state."""
    found = {key: Record(key) for key in keys}
    by_kind: dict[str, list[str]] = {}
    for kind, name in found:
        by_kind.setdefault(kind, []).append(name)
    for kind, names in by_kind.items():
        for first in range(0, len(names), _AT_ONCE):
            mine = RECORDS.c.object_id.in_(names[first : first + _AT_ONCE])
            wanted = select(RECORDS).where(RECORDS.c.object_kind == kind, mine)
            found |= {record.key: record for record in map(_as_record, connection.execute(wanted).mappings())}
    return found


def _since(connection: Connection, entry: Entry) -> list[Event]:
    kind, name = entry.key
    mine = (EVENTS.c.object_kind == kind, EVENTS.c.object_id == name, EVENTS.c.version > (entry.seen or 0))
    rows = connection.execute(select(EVENTS).where(*mine).order_by(EVENTS.c.version)).mappings()
    return [_as_event(row) for row in rows]


def _store(
    connection: Connection, made: Sequence[Event], changed: Sequence[Record], before: Mapping[Key, Record]
) -> None:
    rows = [event.plain() for event in made]
    connection.execute(insert(EVENTS), [row | {"changes": _text(row["changes"])} for row in rows])
    new = [record for record in changed if not before[record.key].version]
    known = [record for record in changed if before[record.key].version]
    if new:
        rows = [{"object_kind": one.key[0], "object_id": one.key[1]} | _stored(one) for one in new]
        connection.execute(insert(RECORDS), rows)
    if known:
        mine = (RECORDS.c.object_kind == bindparam("of_kind"), RECORDS.c.object_id == bindparam("of_id"))
        rows = [{"of_kind": one.key[0], "of_id": one.key[1]} | _stored(one) for one in known]
        connection.execute(update(RECORDS).where(*mine), rows)
    connection.execute(update(HEAD).values(number=made[-1].number, seal=made[-1].seal))


def _stored(record: Record) -> dict[str, Any]:
    return {"version": record.version, "state": record.state, "fields": _text(dict(record.fields))}


def _text(value: object) -> str:
    return seals.canonical(value)


def _as_record(row: RowMapping) -> Record:
    return Record((row["object_kind"], row["object_id"]), row["version"], row["state"], json.loads(row["fields"]))


def _as_event(row: RowMapping) -> Event:
    values = dict(row)
    changes = {name: (before, after) for name, (before, after) in json.loads(values.pop("changes")).items()}
    return Event(changes=changes, **values)
