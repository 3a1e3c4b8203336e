"""Commands of the ledger: is it whole, what happened, copies of it."""

from pathlib import Path
from typing import TYPE_CHECKING

from commands import acts, frame
from commands.frame import Arguments
from gis.language import Catalogue

if TYPE_CHECKING:
    from commands.frame import Verbs

_KINDS = (
    "lead",
    "order",
    "problem",
    "inspection",
    "survey",
    "assessment",
    "positive",
    "item",
    "cap",
    "visit",
    "benign",
    "officer",
)


def ledger(verbs: "Verbs", words: Catalogue) -> None:
    """Add ``hdq ledger``."""
    group = frame.group(verbs, "ledger", "cli.ledger", words)
    parser = frame.command(group, "verify", "cli.ledger_verify", _verify, words)
    parser.add_argument("--head", default="", metavar="SEAL", help=words.say("cli.ledger_head"))
    parser = frame.command(group, "history", "cli.ledger_history", _history, words)
    parser.add_argument("--kind", choices=_KINDS, default="lead", help=words.say("cli.ledger_kind"))
    parser.add_argument("--id", metavar="ID", help=words.say("cli.ledger_id"))
    acts.add_undo(group, words)
    parser = frame.command(group, "backup", "cli.ledger_backup", _backup, words)
    parser.add_argument("file", type=Path, help=words.say("cli.ledger_to"))
    parser = frame.command(group, "restore", "cli.ledger_restore", _restore, words)
    parser.add_argument("file", type=Path, help=words.say("cli.ledger_from"))


def _verify(arguments: Arguments, words: Catalogue) -> int:
    found = acts.ledger(arguments).verify(arguments.head)
    if found.whole:
        print(words.say("ledger.whole", events=found.events, head=found.head))
        return 0
    print(words.say(found.fault, number=found.number, name=found.name))
    return 1


def _history(arguments: Arguments, words: Catalogue) -> int:
    key = (arguments.kind, arguments.id) if arguments.id else None
    acts.print_events(acts.ledger(arguments).events(key), words)
    return 0


def _backup(arguments: Arguments, words: Catalogue) -> int:
    from cross_check.ledger import copies

    made = copies.backup(acts.ledger(arguments), arguments.file)
    print(words.say("ledger.copied", events=made.events, records=made.records, head=made.head, sha256=made.sha256))
    return 0


def _restore(arguments: Arguments, words: Catalogue) -> int:
    from cross_check.ledger import copies

    made = copies.restore(arguments.file, acts.ledger(arguments))
    print(words.say("ledger.restored", events=made.events, records=made.records, head=made.head))
    return 0
