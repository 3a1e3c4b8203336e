"""Commands on signals in space and time: scan, patterns over months, monthly lists, fires."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from commands import frame
from commands.frame import Arguments
from gis.language import Catalogue

if TYPE_CHECKING:  # heavy libraries wait until a command runs
    from commands.frame import Verbs
    from cross_check.clusters import Source

_KINDS = ("fire_point", "complaint")
_CELL_M = 3000.0
_RADIUS_M = 30_000.0


def scan(verbs: "Verbs", words: Catalogue) -> None:
    """Add ``hdq scan``."""
    parser = frame.command(verbs, "scan", "scan.command", _scan, words)
    _add_source(parser, words)
    day = frame.day(words)
    models, exposures = ("permutation", "poisson", "bernoulli"), ("area", "enterprises")
    parser.add_argument("--model", choices=models, default=models[0], help=words.say("scan.model"))
    parser.add_argument("--first", type=day, metavar="DAY", help=words.say("cli.first"))
    parser.add_argument("--last", type=day, metavar="DAY", help=words.say("cli.last"))
    parser.add_argument("--step-days", type=_count, default=7, metavar="N", help=words.say("scan.step_days"))
    parser.add_argument("--longest-steps", type=_count, metavar="N", help=words.say("scan.longest"))
    parser.add_argument("--prospective", action="store_true", help=words.say("scan.prospective"))
    parser.add_argument("--exposure", choices=exposures, default=exposures[0], help=words.say("scan.exposure"))
    radius = words.say("scan.radius")
    parser.add_argument("--radius-m", type=frame.positive, default=_RADIUS_M, metavar="M", help=radius)
    parser.add_argument("--replications", type=_count, default=999, metavar="N", help=words.say("scan.replications"))
    parser.add_argument("--seed", type=int, default=1, metavar="N", help=words.say("scan.seed"))


def emerging(verbs: "Verbs", words: Catalogue) -> None:
    """Add ``hdq emerging``."""
    parser = frame.command(verbs, "emerging", "emerging.command", _emerging, words)
    _add_source(parser, words)
    parser.add_argument("--each-step", action="store_true", help=words.say("emerging.each_step"))


def lists(verbs: "Verbs", words: Catalogue) -> None:
    """Add ``hdq lists``."""
    parser = frame.command(verbs, "lists", "lists.command", _lists, words)
    _add_source(parser, words)
    parser.add_argument("--month", metavar="YYYY-MM", help=words.say("lists.month"))
    parser.add_argument("--most", type=_count, default=20, metavar="N", help=words.say("lists.most"))


def fires(verbs: "Verbs", words: Catalogue) -> None:
    """Add ``hdq fires``."""
    parser = frame.command(verbs, "fires", "fires.command", _fires, words)
    parser.add_argument("--points", type=Path, metavar="FILE", help=words.say("fires.points"))
    parser.add_argument("--gap-days", type=int, choices=range(8), default=1, metavar="N", help=words.say("fires.gap"))


def _add_source(parser: argparse.ArgumentParser, words: Catalogue) -> None:
    parser.add_argument("--kind", choices=_KINDS, default=_KINDS[0], help=words.say("cli.kind"))
    parser.add_argument("--events", type=Path, metavar="FILE", help=words.say("cli.events"))
    parser.add_argument("--cell-m", type=frame.positive, default=_CELL_M, metavar="M", help=words.say("cli.cell"))


def _scan(arguments: Arguments, words: Catalogue) -> int:
    from cross_check import clusters
    from gis.scan import Params

    params = Params(
        radius_m=arguments.radius_m,
        longest=arguments.longest_steps,
        prospective=arguments.prospective,
        replications=arguments.replications,
    )
    order = clusters.ScanOrder(
        first=arguments.first,
        last=arguments.last,
        model=arguments.model,
        step_days=arguments.step_days,
        exposure=arguments.exposure,
        seed=arguments.seed,
        params=params,
    )
    return frame.print_step(clusters.scan_signals(frame.project(arguments), _source(arguments), order), words)


def _emerging(arguments: Arguments, words: Catalogue) -> int:
    from cross_check import clusters
    from gis.emerging import Params

    params = Params(each_step=arguments.each_step)
    step = clusters.find_emerging(frame.project(arguments), _source(arguments), params=params)
    return frame.print_step(step, words)


def _lists(arguments: Arguments, words: Catalogue) -> int:
    from cross_check import clusters

    wanted = {"month": arguments.month, "most": arguments.most}
    return frame.print_step(clusters.make_lists(frame.project(arguments), _source(arguments), **wanted), words)


def _fires(arguments: Arguments, words: Catalogue) -> int:
    from cross_check import clusters
    from gis.fires import Params

    params = Params(gap_days=arguments.gap_days)
    return frame.print_step(
        clusters.merge_fires(frame.project(arguments), points=arguments.points, params=params), words
    )


def _source(arguments: Arguments) -> "Source":
    from cross_check.clusters import Source

    return Source(arguments.kind, arguments.events, arguments.cell_m)


def _count(text: str) -> int:
    value = int(text)
    if value < 1:
        raise ValueError(text)
    return value
