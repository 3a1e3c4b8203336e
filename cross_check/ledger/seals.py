"""Seals: one text for each event, its SHA-256 together with the seal before it, and who broke the chain."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass

from cross_check.ledger.events import Event

FIRST = "0" * 64
"""What stands before the first event."""


@dataclass(frozen=True)
class Verdict:
    """What a check of the chain found.

    Attributes
    ----------
    events : int
        Events read, up to the first fault.
    head : str
        Seal of the last event read; noted elsewhere it also shows a chain that was written anew.
    fault : str
        Catalogue code, "" where the chain is whole.
    number : int
        The first event that was altered or removed, 0 where none was.
    name : str
        The record whose stored state does not follow from the events, "" where there is none.
    """

    events: int
    head: str
    fault: str = ""
    number: int = 0
    name: str = ""

    @property
    def whole(self) -> bool:
        """Whether nothing is wrong."""
        return not self.fault


def canonical(value: object) -> str:
    """Return a value as JSON: keys sorted, no blanks, all characters as themselves.

    Raises
    ------
    ValueError
        If a number is NaN or infinite.
    """
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def seal(event: Event) -> str:
    """Return the SHA-256 of an event with the seal before it, 64 hexadecimal digits; its own seal has no part in it."""
    body = {name: value for name, value in event.plain().items() if name != "seal"}
    return hashlib.sha256(canonical(body).encode()).hexdigest()


def verify(events: Iterable[Event]) -> Verdict:
    """Check that events follow on each other without a gap and each is what was sealed.

    Parameters
    ----------
    events : iterable of Event
        In the order of their numbers.

    Returns
    -------
    Verdict
        The first fault: ``ledger.missing`` (an event is gone), ``ledger.altered`` (an event is not what its seal or
        the seal in its successor says).
    """
    count, head = 0, FIRST
    for event in events:
        if event.number != count + 1:
            return Verdict(count, head, "ledger.missing", count + 1)
        if seal(event) != event.seal:
            return Verdict(count, head, "ledger.altered", event.number)
        if event.previous != head:
            # The successor is as it was sealed and tells of another predecessor.
            return Verdict(count, head, "ledger.altered", max(count, 1))
        count, head = event.number, event.seal
    return Verdict(count, head)
