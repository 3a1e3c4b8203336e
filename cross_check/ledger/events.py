"""Events: what happened to a record, when, by whom and why, and the present state as their fold."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from gis.errors import WorkbenchError
from gis.history import BEIJING

Key = tuple[str, str]
"""Kind and id of a record, such as ``("lead", "L0A1B2C3D4")``."""

Changes = Mapping[str, tuple[Any, Any]]
"""Value before and after by field; None where a field has none."""


@dataclass(frozen=True)
class Act:
    """Who acts, in which role, when and why.

    Attributes
    ----------
    who : str
    role : str
        One of ``rules.ROLES``.
    at : datetime
        With its time zone.
    why : str
    """

    who: str
    role: str
    at: dt.datetime
    why: str = ""

    @property
    def at_utc(self) -> str:
        """The time in UTC, to the second, such as ``2026-04-06T01:02:03Z``."""
        return self.at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    @property
    def day(self) -> dt.date:
        """The day in Beijing, by which deadlines run and registers hold."""
        return self.at.astimezone(BEIJING).date()


@dataclass(frozen=True)
class Entry:
    """What is to be recorded of one record.

    Attributes
    ----------
    kind : str
        The verb, such as ``"lead.move"``.
    key : (str, str)
    fields : mapping
        Values that JSON can hold, by field; None clears one. Fields not named stay.
    state : str, optional
        The state to come; by default it stays.
    seen : int, optional
        Version of the record that the person had before the eyes, 0 for a record that must be new.
    """

    kind: str
    key: Key
    fields: Mapping[str, Any] = field(default_factory=dict)
    state: str | None = None
    seen: int | None = None


@dataclass(frozen=True)
class Record:
    """The present state of one thing.

    Attributes
    ----------
    key : (str, str)
    version : int
        Number of its events; 0 if there is none.
    state : str
        "" for a record that does not exist, or no longer.
    fields : mapping
    """

    key: Key
    version: int = 0
    state: str = ""
    fields: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Event:
    """One change of one record.

    Attributes
    ----------
    number : int
        1 for the first; without gaps.
    act : int
        Number of the first event of what one person did at once; an act is undone as a whole.
    kind : str
    object_kind, object_id : str
    version : int
        Of the record after the event.
    who, role, at, why : str
        ``at`` in UTC.
    from_state, to_state : str
    changes : mapping
        See ``Changes``.
    reverses : int
        The act that this one takes back, 0 otherwise.
    previous, seal : str
        Seals of the event before and of this one, see ``seals``.
    """

    number: int
    act: int
    kind: str
    object_kind: str
    object_id: str
    version: int
    who: str
    role: str
    at: str
    from_state: str
    to_state: str
    why: str
    changes: Changes
    reverses: int = 0
    previous: str = ""
    seal: str = ""

    @property
    def key(self) -> Key:
        """Kind and id of the record."""
        return self.object_kind, self.object_id

    def plain(self) -> dict[str, Any]:
        """Return everything as JSON holds it."""
        # Not asdict: it copies every value, and a seal is made of each event.
        return dict(vars(self)) | {"changes": {name: list(both) for name, both in self.changes.items()}}


def void(told: Sequence[Event]) -> set[int]:
    """Return the acts among events, the oldest first, that were taken back, and not brought back again."""
    gone: set[int] = set()
    for event in reversed(told):
        if event.reverses and event.act not in gone:
            gone.add(event.reverses)
    return gone


def cancelled(told: Iterable[Event]) -> bool:
    """Say whether events, the oldest first, amount to nothing: every act among them was taken back by another."""
    whole = list(told)
    gone, acts = void(whole), {event.act for event in whole}
    return all(event.act in gone or event.reverses in acts for event in whole)


def changed(record: Record, entry: Entry) -> Changes:
    """Return what an entry changes in a record; fields that stay as they are do not count."""
    return {
        name: (record.fields.get(name), value)
        for name, value in entry.fields.items()
        if record.fields.get(name) != value
    }


def applied(record: Record, event: Event) -> Record:
    """Return a record after an event.

    Raises
    ------
    WorkbenchError
        ``ledger.does_not_follow`` if the record is not as the event found it.
    """
    found = all(record.fields.get(name) == before for name, (before, _) in event.changes.items())
    if event.version != record.version + 1 or event.from_state != record.state or not found:
        raise WorkbenchError(
            "ledger.does_not_follow",
            "Event {number} does not follow on the state of {name}",
            number=event.number,
            name=event.object_id,
        )
    fields = dict(record.fields) | {name: after for name, (_, after) in event.changes.items()}
    kept = {name: value for name, value in fields.items() if value is not None}
    return replace(record, version=event.version, state=event.to_state, fields=kept)


def fold(events: Iterable[Event]) -> dict[Key, Record]:
    """Return the present state of every record: all its events, one after the other.

    Raises
    ------
    WorkbenchError
        See ``applied``.
    """
    state: dict[Key, Record] = {}
    for event in events:
        state[event.key] = applied(state.get(event.key, Record(event.key)), event)
    return state


def reversing(event: Event) -> Entry:
    """Return the entry that takes an event back."""
    fields = {name: before for name, (before, _) in event.changes.items()}
    return Entry(event.kind, event.key, fields, event.from_state, event.version)
