"""Command on several rounds planned together."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from commands import frame
from commands.frame import Arguments
from gis.language import Catalogue

if TYPE_CHECKING:  # heavy libraries wait until a command runs
    from commands.frame import Verbs

_MOST = 12
_SOFT = ("reciprocal", "past", "back")


def add(group: "Verbs", words: Catalogue) -> None:
    """Add ``hdq rounds joint`` to the group of rounds."""
    parser = frame.command(group, "joint", "cli.rounds_joint", _run, words)
    parser.add_argument("--document", required=True, metavar="NO", help=words.say("cli.document"))
    rounds = range(1, _MOST + 1)
    parser.add_argument("--rounds", type=int, choices=rounds, default=3, metavar="N", help=words.say("cli.rounds_many"))
    parser.add_argument("--ends-on", type=frame.day(words), required=True, metavar="DAY", help=words.say("cli.ends_on"))
    parser.add_argument("--past", type=Path, metavar="FILE", help=words.say("cli.past"))


def relaxed(words: Catalogue) -> Callable[[str], tuple[str, float]]:
    """Return a reader of ``RULE=KM``: a rule of rounds that may be broken, and its price."""

    def read(text: str) -> tuple[str, float]:
        rule, _, price = text.partition("=")
        try:
            if rule in _SOFT:
                return rule, frame.positive(price)
        except ValueError as fault:
            raise argparse.ArgumentTypeError(words.say("rounds.no_price", text=text)) from fault
        raise argparse.ArgumentTypeError(words.say("rounds.no_price", text=text))

    return read


def _run(arguments: Arguments, words: Catalogue) -> int:
    from cross_check import rotations
    from cross_check.rotations import RotationOrder

    order = RotationOrder(arguments.document, arguments.rounds, arguments.ends_on, arguments.past)
    return frame.print_step(rotations.plan(frame.project(arguments), order), words)
