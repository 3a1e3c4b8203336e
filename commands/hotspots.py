"""Command on hotspots: in what cells, of what size, in proportion to what, how strictly."""

import argparse
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from commands import frame
from commands.frame import Arguments
from gis.language import Catalogue

if TYPE_CHECKING:  # heavy libraries wait until a command runs
    from commands.frame import Verbs
    from gis.hotspots import Params

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
    cells = _add_cells(parser, words)
    cells.add_argument("--polygons", type=Path, metavar="FILE", help=words.say("hotspots.polygons"))
    parser.add_argument("--exposure", metavar="NAME", help=words.say("hotspots.exposure"))
    _add_statistic(parser, words)
    parser.add_argument("--density-m", type=frame.positive, metavar="M", help=words.say("hotspots.density"))
    parser.add_argument("--image", type=Path, metavar="TIF", help=words.say("surfaces.image"))


def measures(verbs: "Verbs", words: Catalogue) -> None:
    """Add ``hdq measures``."""
    parser = frame.command(verbs, "measures", "measures.command", _run_measures, words)
    parser.add_argument("file", type=Path, help=words.say("measures.file"))
    parser.add_argument("--value", required=True, metavar="NAME", help=words.say("measures.value"))
    _add_cells(parser, words)
    _add_statistic(parser, words)


def _add_cells(parser: argparse.ArgumentParser, words: Catalogue) -> argparse._MutuallyExclusiveGroup:
    cells = parser.add_mutually_exclusive_group()
    cells.add_argument("--cell-m", type=frame.positive, default=_CELL_M, metavar="M", help=words.say("cli.cell"))
    cells.add_argument("--h3", type=int, choices=range(3, 11), help=words.say("hotspots.h3"))
    parser.add_argument("--id-column", default="division_code", metavar="NAME", help=words.say("hotspots.id_column"))
    parser.add_argument("--step-m", type=frame.positive, metavar="M", help=words.say("hotspots.step"))
    return cells


def _add_statistic(parser: argparse.ArgumentParser, words: Catalogue) -> None:
    parser.add_argument(
        "--radius", type=_radius, nargs="+", default=_RADII, metavar="CELLS", help=words.say("hotspots.radius")
    )
    parser.add_argument("--statistic", choices=("gi", "moran"), default="gi", help=words.say("hotspots.statistic"))
    parser.add_argument("--tail", choices=("hot", "cold", "both"), default="hot", help=words.say("hotspots.tail"))
    parser.add_argument("--method", choices=("bh", "by"), default="bh", help=words.say("hotspots.method"))
    parser.add_argument("--least-cases", type=int, default=_LEAST, metavar="N", help=words.say("hotspots.least"))


def _run(arguments: Arguments, words: Catalogue) -> int:
    from cross_check import chain

    asked = arguments.first is not None or arguments.last is not None
    between = (arguments.first or date.min, arguments.last or date.max) if asked else None
    if arguments.image is not None:
        return _draw(arguments, words, between)
    counting = chain.Counting(
        cell_m=arguments.cell_m,
        resolution=arguments.h3,
        polygons=arguments.polygons,
        id_column=arguments.id_column,
        step_m=arguments.step_m,
        exposure=arguments.exposure,
        density_m=arguments.density_m,
    )
    step = chain.find_hotspots(
        frame.project(arguments),
        kind=arguments.kind,
        between=between,
        events=arguments.events,
        counting=counting,
        params=_params(arguments),
    )
    return frame.print_step(step, words)


def _draw(arguments: Arguments, words: Catalogue, between: tuple[date, date] | None) -> int:
    from cross_check import surfaces
    from cross_check.clusters import Source

    source = Source(arguments.kind, arguments.events, arguments.cell_m)
    project = frame.project(arguments)
    params = replace(_params(arguments), deals=surfaces.DEALS)
    step = surfaces.draw(
        project, source, arguments.image, between=between, params=params, progress=frame.progress(words)
    )
    return frame.print_step(step, words)


def _run_measures(arguments: Arguments, words: Catalogue) -> int:
    from cross_check import measurements
    from cross_check.chain import Counting

    counting = Counting(
        cell_m=arguments.cell_m, resolution=arguments.h3, id_column=arguments.id_column, step_m=arguments.step_m
    )
    source = measurements.Source(arguments.file, arguments.value)
    project = frame.project(arguments)
    return frame.print_step(measurements.find(project, source, counting=counting, params=_params(arguments)), words)


def _params(arguments: Arguments) -> "Params":
    from gis.hotspots import Params

    return Params(
        radii=tuple(arguments.radius),
        statistic=arguments.statistic,
        tail=arguments.tail,
        method=arguments.method,
        least_cases=arguments.least_cases,
    )


def _radius(text: str) -> float:
    value = float(text)
    if not value >= 1:
        raise ValueError(text)
    return value
