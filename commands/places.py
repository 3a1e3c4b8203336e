"""What the commands of the import desk ask and tell of coordinate systems, columns and sheets."""

import argparse
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from commands.frame import Arguments
from gis.language import Catalogue

if TYPE_CHECKING:
    from cross_check.arrivals import Letter
    from gis.coordinates import Undecided

_AUTO = "auto"
_PACKED = ":dms"


def add_options(parser: argparse.ArgumentParser, words: Catalogue) -> None:
    """Add ``--system``, ``--column`` and ``--part``."""
    system, column = words.say("cli.system"), words.say("cli.column")
    parser.add_argument("--system", action="append", default=[], metavar="[N=]SYSTEM", help=system)
    pair = _pair(words)
    parser.add_argument("--column", type=pair, action="append", default=[], metavar="COLUMN=HEADING", help=column)
    parser.add_argument("--part", default="", metavar="NAME", help=words.say("cli.part"))
    cell = _cell(words)
    parser.add_argument(
        "--fix", type=cell, action="append", default=[], metavar="ROW:HEADING=TEXT", help=words.say("cli.fix")
    )
    parser.add_argument(
        "--skip-row", type=int, action="append", default=[], metavar="ROW", help=words.say("cli.skip_row")
    )


def letter(arguments: Arguments) -> "Letter":
    """Return what the options say of the file."""
    from cross_check.arrivals import Letter
    from gis.coordinates import Answer

    whole = [text for text in arguments.system if "=" not in text]
    groups = [text.partition("=") for text in arguments.system if "=" in text]
    named = {int(number): system for number, _, system in groups if number.isdigit()}
    answer = Answer(system=whole[-1] if whole else _AUTO, groups=named)
    return Letter(
        answer=answer,
        columns=dict(arguments.column),
        part=arguments.part,
        fixes=dict(arguments.fix),
        skipped=frozenset(arguments.skip_row),
    )


def tell(refusal: "Undecided", words: Catalogue) -> int:
    """Print the open questions with their hypotheses, and how to answer; return 1."""
    print(words.explain(refusal), file=sys.stderr)
    for _, rows in refusal.questions.groupby("group"):
        head = rows.iloc[0]
        facts = {"group": head["group"], "rows": head["rows"], "first_row": head["first_row"]}
        print(words.say("coordinates.question", reason=words.say(head["reason"]), **facts), file=sys.stderr)
        for row in rows.itertuples(index=False):
            told = {"name": row.name, "label": _label(row.name, words), "probability": row.probability}
            line = words.say("coordinates.hypothesis", lon=row.lon, lat=row.lat, shift_m=row.shift_m, **told)
            print(line, file=sys.stderr)
    print(words.say("coordinates.how_to_answer"), file=sys.stderr)
    return 1


def _label(name: str, words: Catalogue) -> str:
    system = name.removesuffix(_PACKED)
    label = words.say("coordinates.metres") if system.startswith("EPSG:") else words.say(f"coordinates.is_{system}")
    return words.say("coordinates.packed", label=label) if name.endswith(_PACKED) else label


def _pair(words: Catalogue) -> Callable[[str], tuple[str, str]]:
    def read(text: str) -> tuple[str, str]:
        column, sign, heading = text.partition("=")
        if not (column and sign):  # without a heading: a column that the file shall not have
            raise argparse.ArgumentTypeError(words.say("cli.wrong_column", text=text))
        return column, heading

    return read


def _cell(words: Catalogue) -> Callable[[str], tuple[tuple[int, str], str]]:
    def read(text: str) -> tuple[tuple[int, str], str]:
        row, _, rest = text.partition(":")
        heading, sign, value = rest.partition("=")
        if not (row.strip().isdigit() and heading and sign):
            raise argparse.ArgumentTypeError(words.say("cli.wrong_fix", text=text))
        return (int(row), heading), value

    return read
