"""Commands on the yearly plan: build, check, compare, change, pack, note as filed."""

import argparse
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from commands import frame
from commands.frame import Arguments
from gis.language import Catalogue

if TYPE_CHECKING:  # heavy libraries wait until a command runs
    from commands.frame import Verbs

_TABLES = ("capacity", "campaigns", "drawn", "upper", "visits")
_SHOWN = 30


def plan(verbs: "Verbs", words: Catalogue) -> None:
    """Add ``hdq plan``."""
    group = frame.group(verbs, "plan", "planning.command", words)
    parser = _yearly(group, "build", "planning.build", _build, words)
    for name in _TABLES:
        parser.add_argument(f"--{name}", type=Path, metavar="FILE", help=words.say(f"planning.table_{name}"))
    parser.add_argument("--cap", type=int, choices=range(1, 13), metavar="N", default=4, help=words.say("planning.cap"))
    for kind in ("routine", "special"):
        parser.add_argument(
            f"--cap-{kind}", type=int, choices=range(13), metavar="N", help=words.say(f"planning.cap_{kind}")
        )
    parser.add_argument("--share", type=frame.share, default=0.3, metavar="P", help=words.say("planning.share"))
    _yearly(group, "check", "planning.check", _check, words)
    parser = _yearly(group, "diff", "planning.diff", _diff, words)
    parser.add_argument("old", type=int, metavar="OLD", help=words.say("planning.version"))
    parser.add_argument("new", type=int, metavar="NEW", help=words.say("planning.version"))
    parser = _yearly(group, "change", "planning.change", _change, words)
    parser.add_argument("--reason", required=True, metavar="TEXT", help=words.say("planning.reason"))
    parser.add_argument("--approver", required=True, metavar="NAME", help=words.say("planning.approver"))
    parser.add_argument("--on", type=frame.day(words), required=True, metavar="DAY", help=words.say("planning.on"))
    parser.add_argument("--campaigns", type=Path, metavar="FILE", help=words.say("planning.table_campaigns"))
    parser = _yearly(group, "file", "planning.file", _file, words)
    parser.add_argument("--maker", required=True, help=words.say("cli.maker"))
    day = frame.day(words)
    parser.add_argument("--made-on", type=day, metavar="DAY", default=date.today(), help=words.say("cli.made_on"))  # noqa: DTZ011 - the maker's own calendar
    parser.add_argument("--filed-on", type=day, metavar="DAY", help=words.say("planning.filed_day"))


def _yearly(group: "Verbs", name: str, code: str, verb: frame.Verb, words: Catalogue) -> argparse.ArgumentParser:
    parser = frame.command(group, name, code, verb, words)
    parser.add_argument("--year", type=int, required=True, metavar="YYYY", help=words.say("planning.year"))
    return parser


def _build(arguments: Arguments, words: Catalogue) -> int:
    from cross_check import calendars, planning
    from cross_check.yearplans import Params

    caps = {"cap": arguments.cap, "cap_routine": arguments.cap_routine, "cap_special": arguments.cap_special}
    params = Params(arguments.year, **caps, frozen_months=calendars.frozen_months())
    given = {name: getattr(arguments, name) for name in _TABLES}
    order = planning.YearOrder(params, share=arguments.share, **given)
    step = planning.build(frame.project(arguments), order, progress=frame.progress(words))
    if not calendars.of_year(arguments.year).announced:
        print(words.say("planning.no_calendar", year=arguments.year))
    return frame.print_step(step, words)


def _check(arguments: Arguments, words: Catalogue) -> int:
    from cross_check import planning

    project = frame.project(arguments)
    found, step = planning.check(project, arguments.year)
    frame.print_step(step, words)
    told = planning.filing(project, arguments.year, date.today())  # noqa: DTZ011 - the calendar of who asks
    facts = {"year": arguments.year, "due": told.due_on, "days": abs(told.days_left), "document": told.document}
    print(words.say(f"board_page.alarm_{told.alarm}", **facts))
    for fault in found[:_SHOWN]:
        where = {"city": fault.division_code, "month": fault.month, "what": fault.what, "rule": words.say(fault.code)}
        line = words.say("planning.fault", **where)
        print(f"  {line}")
    return 1 if found else 0


def _diff(arguments: Arguments, words: Catalogue) -> int:
    from cross_check import planning

    changes = planning.diff(frame.project(arguments), arguments.year, arguments.old, arguments.new)
    print(words.say("planning.changes", count=len(changes), old=arguments.old, new=arguments.new))
    for row in changes.head(_SHOWN).itertuples():
        months = {"old": _month(row.old_month), "new": _month(row.new_month)}
        line = words.say(
            "planning.change_line", change=words.say(f"planning.change_{row.change}"), name=row.name, **months
        )
        print(f"  {line}")
    return 0


def _month(value: float) -> str:
    return "-" if value != value else f"{value:.0f}"  # noqa: PLR0124 - NaN is no number


def _change(arguments: Arguments, words: Catalogue) -> int:
    from cross_check import planning

    why = planning.Change(arguments.reason, arguments.approver, arguments.on)
    project = frame.project(arguments)
    step = planning.change(project, arguments.year, why, campaigns=arguments.campaigns, progress=frame.progress(words))
    return frame.print_step(step, words)


def _file(arguments: Arguments, words: Catalogue) -> int:
    from cross_check import planning
    from cross_check.reports import filing

    project = frame.project(arguments)
    cover = filing.Cover(arguments.maker, arguments.made_on, words.language, synthetic=project.truth.is_dir())
    # The day comes first, so that the change sheet in the package names it.
    if arguments.filed_on is not None:
        frame.print_step(planning.mark_filed(project, arguments.year, arguments.filed_on), words)
    return frame.print_step(filing.write(project, arguments.year, cover), words)
