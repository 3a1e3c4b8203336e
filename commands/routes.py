"""Commands on rounds and their routes: send teams, plan days, plan anew after a closed gate, check."""

import argparse
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from commands import frame, rotations
from commands.frame import Arguments
from gis.language import Catalogue

if TYPE_CHECKING:  # heavy libraries wait until a command runs
    from commands.frame import Verbs
    from cross_check.route_params import Params
    from cross_check.routing import RoadOrder

_NIGHTS = ("lodging", "base")


def rounds(verbs: "Verbs", words: Catalogue) -> None:
    """Add ``hdq rounds``."""
    group = frame.group(verbs, "rounds", "cli.rounds", words)
    parser = frame.command(group, "plan", "cli.rounds_plan", _plan_round, words)
    day = frame.day(words)
    parser.add_argument("--document", required=True, metavar="NO", help=words.say("cli.document"))
    parser.add_argument("--seed", required=True, metavar="TEXT", help=words.say("cli.seed"))
    parser.add_argument("--starts-on", type=day, required=True, metavar="DAY", help=words.say("cli.starts_on"))
    parser.add_argument("--past", type=Path, metavar="FILE", help=words.say("cli.past"))
    price = rotations.relaxed(words)
    parser.add_argument(
        "--relax", type=price, nargs="*", default=[], metavar="RULE=KM", help=words.say("cli.rounds_relax")
    )
    _add_hours(parser, words)
    rotations.add(group, words)


def routes(verbs: "Verbs", words: Catalogue) -> None:
    """Add ``hdq routes``."""
    group = frame.group(verbs, "routes", "routing.command", words)
    parser = frame.command(group, "plan", "routing.plan", _plan, words)
    _add_hours(parser, words)
    parser = frame.command(group, "gate", "routing.gate", _gate, words)
    parser.add_argument("target", metavar="TARGET", help=words.say("routing.target"))
    parser.add_argument("--at", required=True, metavar="HH:MM", help=words.say("routing.at"))
    parser.add_argument("--take-over", action="store_true", help=words.say("routing.take_over"))
    parser.add_argument("--by", default="", metavar="NAME", help=words.say("routing.by"))
    frame.command(group, "check", "routing.check", _check, words)
    parser = frame.command(group, "lodgings", "routing.lodgings_command", _lodgings, words)
    parser.add_argument("file", type=Path, help=words.say("cli.source"))


def _add_hours(parser: argparse.ArgumentParser, words: Catalogue) -> None:
    parser.add_argument("--days", type=int, choices=range(1, 32), metavar="N", default=5, help=words.say("cli.days"))
    parser.add_argument("--nights", choices=_NIGHTS, default=_NIGHTS[0], help=words.say("routing.nights"))
    parser.add_argument(
        "--crews", type=int, choices=range(1, 10), metavar="N", default=1, help=words.say("routing.crews")
    )
    parser.add_argument("--iterations", type=int, metavar="N", help=words.say("routing.iterations"))
    roads = parser.add_mutually_exclusive_group()
    roads.add_argument("--osrm", metavar="URL", help=words.say("routing.osrm"))
    roads.add_argument("--valhalla", metavar="URL", help=words.say("routing.valhalla"))
    roads.add_argument("--roads", type=Path, metavar="FILE", help=words.say("routing.roads"))


def _params(arguments: Arguments) -> "Params":
    from cross_check.route_params import Params

    params = Params(days=arguments.days, nights=arguments.nights, crews=arguments.crews)
    if arguments.iterations is None:
        return params
    return replace(params, search=replace(params.search, iterations=arguments.iterations))


def _roads(arguments: Arguments) -> "RoadOrder":
    from cross_check.routing import RoadOrder

    return RoadOrder(arguments.osrm, arguments.valhalla, arguments.roads)


def _plan_round(arguments: Arguments, words: Catalogue) -> int:
    from cross_check import plans, routing
    from cross_check.round_cases import Params as Assign

    plan = plans.Params(document_no=arguments.document, seed=arguments.seed)
    order = routing.RoundOrder(
        arguments.starts_on,
        plan,
        assign=Assign(relaxed=dict(arguments.relax)),
        route=_params(arguments),
        past=arguments.past,
        roads=_roads(arguments),
    )
    step = routing.plan_round(frame.project(arguments), order, progress=frame.progress(words))
    return frame.print_step(step, words)


def _plan(arguments: Arguments, words: Catalogue) -> int:
    from cross_check import routing

    step = routing.plan(
        frame.project(arguments), _params(arguments), roads=_roads(arguments), progress=frame.progress(words)
    )
    return frame.print_step(step, words)


def _when(told: object, words: Catalogue) -> str:
    """Return day and clock time of a visit in words, or that it is none any more."""
    if not isinstance(told, str):
        return words.say("replanning.nowhere")
    day, clock = told.split()
    return words.say("day_page.when", day=day, clock=clock)


def _gate(arguments: Arguments, words: Catalogue) -> int:
    from cross_check import routing
    from cross_check.replanning import Closed

    project = frame.project(arguments)
    found, step = routing.close_gate(project, Closed(arguments.target, arguments.at))
    frame.print_step(step, words)
    for row in found.changes.itertuples():
        facts = {"name": row.name, "before": _when(row.before, words), "after": _when(row.after, words)}
        line = words.say(f"replanning.line_{row.change}", **facts)
        print(f"  {line}")
    if not arguments.take_over:
        return 0
    name = routing.proposal_of(Closed(arguments.target, arguments.at))
    return frame.print_step(routing.take_over(project, name, by=arguments.by, at=datetime.now(UTC)), words)


def _check(arguments: Arguments, words: Catalogue) -> int:
    from cross_check import routing

    found, step = routing.check(frame.project(arguments))
    frame.print_step(step, words)
    for fault in found:
        where = {"team": fault.team_id, "day": fault.day, "target": fault.target_id, "rule": words.say(fault.code)}
        line = words.say("routing.fault", **where)
        print(f"  {line}")
    return 1 if found else 0


def _lodgings(arguments: Arguments, words: Catalogue) -> int:
    from cross_check import routing

    return frame.print_step(routing.import_lodgings(arguments.file, frame.project(arguments)), words)
