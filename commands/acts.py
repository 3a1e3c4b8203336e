"""Who acts: the options of every command that records something, and how acts and events are printed."""

import argparse
import getpass
import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pandas as pd

from commands import frame
from commands.frame import Arguments
from gis.language import Catalogue

if TYPE_CHECKING:
    from collections.abc import Iterable

    from commands.frame import Verbs
    from cross_check.ledger.events import Act, Event
    from cross_check.ledger.store import Ledger

ROLE = "HDQ_ROLE"
"""Environment variable that names the role of who works at this terminal."""

_MOST = 200


def add_options(parser: argparse.ArgumentParser, words: Catalogue) -> None:
    """Add who, in which role, and why."""
    from cross_check.ledger.rules import ROLES

    parser.add_argument("--by", default=getpass.getuser(), metavar="NAME", help=words.say("cli.by"))
    role = os.environ.get(ROLE, "analyst")
    parser.add_argument("--role", choices=ROLES, default=role, help=words.say("cli.role", default=role))
    parser.add_argument("--why", default="", metavar="TEXT", help=words.say("cli.why"))


def add_undo(group: "Verbs", words: Catalogue) -> None:
    """Add ``undo`` of a whole act by one of its events."""
    parser = frame.command(group, "undo", "cli.ledger_undo", _undo, words)
    parser.add_argument("event", type=int, metavar="N", help=words.say("cli.ledger_event"))
    add_options(parser, words)


def _undo(arguments: Arguments, words: Catalogue) -> int:
    from cross_check import staffing

    made = staffing.undo(frame.project(arguments), act(arguments), arguments.event)
    print(words.say("ledger.took_back", count=len(made)))
    return 0


def act(arguments: Arguments) -> "Act":
    """Return the act of a command, now."""
    from cross_check.ledger.events import Act

    return Act(arguments.by, arguments.role, datetime.now(UTC), arguments.why)


def ledger(arguments: Arguments) -> "Ledger":
    """Return the ledger of a command's project."""
    from cross_check.ledger import store

    return store.opened(frame.project(arguments).ledger)


def state_of(object_kind: str, state: str, words: Catalogue) -> str:
    """Return what people call a state."""
    known = object_kind in {"lead", "order", "problem"} and state
    return words.say(f"{object_kind}_state.{state}") if known else state


def print_table(table: pd.DataFrame, words: Catalogue, rows: int = _MOST) -> None:
    """Print a table whose headings are ``ledger_head`` codes."""
    shown = table.head(rows).set_axis([words.say(f"ledger_head.{name}") for name in table.columns], axis=1)
    if len(shown):
        with pd.option_context("display.unicode.east_asian_width", True, "display.max_colwidth", 50):  # noqa: FBT003 - pandas takes it by position
            print(shown.to_string(index=False))
    if len(table) > rows:
        print(words.say("cli.more_rows", count=len(table) - rows))


def print_events(events: "Iterable[Event]", words: Catalogue) -> None:
    """Print events: number, when, who, from, to, why, what changed."""
    rows = [
        {
            "number": event.number,
            "at": event.at,
            "who": event.who,
            "role": words.say(f"roles.{event.role}"),
            "object": event.object_id,
            "kind": event.kind + (f" (-{event.reverses})" if event.reverses else ""),
            "from": state_of(event.object_kind, event.from_state, words),
            "to": state_of(event.object_kind, event.to_state, words),
            "why": event.why,
        }
        for event in events
    ]
    print_table(pd.DataFrame(rows), words)
