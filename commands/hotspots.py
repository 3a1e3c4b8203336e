"""Command on hotspots: in what cells, of what size, in proportion to what, how strictly."""

from pathlib import Path
from typing import TYPE_CHECKING

from commands import frame
from commands.frame import Arguments
from gis.language import Catalogue

if TYPE_CHECKING:  # heavy libraries wait until a command runs
    from commands.frame import Verbs

_KINDS = ("fire_point", "complaint")
_CELL_M = 3000.0
_RADII = (1.5, 3.0)
_LEAST = 5


def add(verbs: "Verbs", words: Catalogue) -> None:
    """Add ``hdq hotspots``."""
    parser = frame.command(verbs, "hotspots", "cli.hotspots", _run, words)
    day = frame.day(words)
    parser.add_argument("--kind", choices=_KINDS, default=_KINDS[0], help=words.say("cli.kind"))
    parser.add_argument("--events", type=Path, metavar="FILE", help=words.say("cli.events"))
    parser.add_argument("--first", type=day, metavar="DAY", help=words.say("cli.first"))
    parser.add_argument("--last", type=day, metavar="DAY", help=words.say("cli.last"))
    cells = parser.add_mutually_exclusive_group()
    cells.add_argument("--cell-m", type=frame.positive, default=_CELL_M, metavar="M", help=words.say("cli.cell"))
    cells.add_argument("--h3", type=int, choices=range(3, 11), help=words.say("hotspots.h3"))
    cells.add_argument("--polygons", type=Path, metavar="FILE", help=words.say("hotspots.polygons"))
    parser.add_argument("--id-column", default="division_code", metavar="NAME", help=words.say("hotspots.id_column"))
    parser.add_argument("--step-m", type=frame.positive, metavar="M", help=words.say("hotspots.step"))
    parser.add_argument("--exposure", metavar="NAME", help=words.say("hotspots.exposure"))
    parser.add_argument(
        "--radius", type=_radius, nargs="+", default=_RADII, metavar="CELLS", help=words.say("hotspots.radius")
    )
    parser.add_argument("--statistic", choices=("gi", "moran"), default="gi", help=words.say("hotspots.statistic"))
    parser.add_argument("--tail", choices=("hot", "cold", "both"), default="hot", help=words.say("hotspots.tail"))
    parser.add_argument("--method", choices=("bh", "by"), default="bh", help=words.say("hotspots.method"))
    parser.add_argument("--least-cases", type=int, default=_LEAST, metavar="N", help=words.say("hotspots.least"))
    parser.add_argument("--density-m", type=frame.positive, metavar="M", help=words.say("hotspots.density"))


def _run(arguments: Arguments, words: Catalogue) -> int:
    from datetime import date

    from cross_check import chain
    from gis.hotspots import Params

    counting = chain.Counting(
        cell_m=arguments.cell_m,
        resolution=arguments.h3,
        polygons=arguments.polygons,
        id_column=arguments.id_column,
        step_m=arguments.step_m,
        exposure=arguments.exposure,
        density_m=arguments.density_m,
    )
    params = Params(
        radii=tuple(arguments.radius),
        statistic=arguments.statistic,
        tail=arguments.tail,
        method=arguments.method,
        least_cases=arguments.least_cases,
    )
    asked = arguments.first is not None or arguments.last is not None
    step = chain.find_hotspots(
        frame.project(arguments),
        kind=arguments.kind,
        between=(arguments.first or date.min, arguments.last or date.max) if asked else None,
        events=arguments.events,
        counting=counting,
        params=params,
    )
    return frame.print_step(step, words)


def _radius(text: str) -> float:
    value = float(text)
    if not value >= 1:
        raise ValueError(text)
    return value
