"""What all commands share: options, readers of arguments, and how results and faults are printed."""

import argparse
import os
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import pandas as pd

from gis.language import LANGUAGES, Catalogue

if TYPE_CHECKING:
    Verbs = argparse._SubParsersAction[argparse.ArgumentParser]
    from cross_check.files import Project
    from cross_check.steps import Step

PROJECT = "haidongqing-project"
DEMO = "haidongqing-demo"
_SHOWN_FAULTS = 30

Arguments = argparse.Namespace
Verb = Callable[[Arguments, Catalogue], int]


def command(verbs: "Verbs", name: str, code: str, verb: Verb, words: Catalogue) -> argparse.ArgumentParser:
    """Add a command with the options that all commands share."""
    parser: argparse.ArgumentParser = verbs.add_parser(name, help=words.say(code), description=words.say(code))
    project = _default_project(name)
    parser.add_argument("--project", type=Path, default=project, help=words.say("cli.project", default=project))
    parser.add_argument("--language", choices=LANGUAGES, help=words.say("cli.language"))
    parser.set_defaults(verb=verb)
    return parser


def _default_project(command: str) -> Path:
    """Return the folder a command works in unless told; the demo keeps to its own, which the app shows to newcomers."""
    if named := os.environ.get("HDQ_PROJECT"):
        return Path(named)
    newcomer = command == "app" and not Path(PROJECT).exists()
    return Path(DEMO if command == "demo" or newcomer else PROJECT)


def group(verbs: "Verbs", name: str, code: str, words: Catalogue) -> "Verbs":
    """Add a group of commands."""
    parser = verbs.add_parser(name, help=words.say(code), description=words.say(code))
    return parser.add_subparsers(required=True, metavar="COMMAND")


def project(arguments: Arguments) -> "Project":
    """Return the project a command works in."""
    from cross_check.files import Project

    return Project(arguments.project)


def owner(arguments: Arguments, out: Path) -> "Project | None":
    """Return the command's project if a folder of results lies in it: only there are they remembered."""
    own = project(arguments)
    return own if out.resolve().is_relative_to(own.folder.resolve()) else None


def print_step(step: "Step", words: Catalogue) -> int:
    """Print what an arrow of the chain did and which files it wrote; return 0."""
    print(words.say(step.code, **step.figures))
    for path in step.outputs:
        print(f"  {path}")
    return 0


def print_faults(faults: pd.DataFrame, words: Catalogue, to: Path | None, stream: TextIO) -> None:
    """Print faults, the first ones only; all of them go to a file where one is named."""
    told = faults.assign(sentence=[words.say(code) for code in faults["code"]])
    for fault in told.head(_SHOWN_FAULTS).itertuples(index=False):
        facts = {"row": fault.row, "column": fault.column, "sentence": fault.sentence, "value": fault.value}
        print(words.say("cli.fault_row", **facts).rstrip(), file=stream)
    if to is not None:
        from gis import files

        files.write_table(told, to)
    elif len(told) > _SHOWN_FAULTS:
        print(words.say("cli.more_faults", count=len(told) - _SHOWN_FAULTS), file=stream)


def progress(words: Catalogue) -> Callable[[int, int, str], None]:
    """Return a progress line for a terminal, or a file to tell for a job of the queue; a log file gets none."""
    if told := os.environ.get("HDQ_PROGRESS"):
        from cross_check import jobs

        return jobs.teller(Path(told))

    def tell(done: int, total: int, code: str) -> None:
        if sys.stderr.isatty():
            print(f"\r\033[K[{done}/{total}] {words.say(code)}", end="" if done < total else "\n", file=sys.stderr)

    return tell


def day(words: Catalogue) -> Callable[[str], date]:
    """Return a reader of days, YYYY-MM-DD."""

    def read(text: str) -> date:
        try:
            return date.fromisoformat(text)
        except ValueError as fault:
            raise argparse.ArgumentTypeError(words.say("cli.wrong_day", text=text)) from fault

    return read


def csv_file(words: Catalogue) -> Callable[[str], Path]:
    """Return a reader of paths that end in .csv."""

    def read(text: str) -> Path:
        if not text.lower().endswith(".csv"):
            raise argparse.ArgumentTypeError(words.say("cli.wrong_ending", name=text))
        return Path(text)

    return read


def positive(text: str) -> float:
    """Read a number above 0.

    Raises
    ------
    ValueError
        If it is none, which argparse tells.
    """
    value = float(text)
    if not value > 0:
        raise ValueError(text)
    return value


def share(text: str) -> float:
    """Read a number between 0 and 1.

    Raises
    ------
    ValueError
        If it is none, which argparse tells.
    """
    value = float(text)
    if not 0 < value < 1:
        raise ValueError(text)
    return value
