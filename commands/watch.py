"""Commands that watch a series: learn the seasons, take in one date, report what stands."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from commands import frame
from commands.frame import Arguments
from gis.language import Catalogue

if TYPE_CHECKING:  # heavy libraries wait until a command runs
    from commands.frame import Verbs


def watch(verbs: "Verbs", words: Catalogue) -> None:
    """Add the commands that watch a series: fit, update, report."""
    group = frame.group(verbs, "watch", "cli.watch", words)
    parser = frame.command(group, "fit", "cli.watch_fit", _fit, words)
    parser.add_argument("images", type=Path, nargs="+", help=words.say("cli.history"))
    parser.add_argument("--clear", type=Path, nargs="+", default=[], metavar="MASK", help=words.say("cli.masks"))
    parser.add_argument("--index", choices=("ndvi", "ndwi", "mndwi", "ndbi", "nbr", "bsi"), default="ndvi")
    parser.add_argument("--direction", choices=("fall", "rise", "both"), help=words.say("cli.direction"))
    parser.add_argument("--threshold", type=frame.positive, metavar="SIGMA", help=words.say("cli.sigma"))
    parser.add_argument("--smallest-m2", type=frame.positive, metavar="M2", help=words.say("cli.smallest"))
    parser = frame.command(group, "update", "cli.watch_update", _update, words)
    parser.add_argument("image", type=Path, help=words.say("cli.newest"))
    parser.add_argument("--clear", type=Path, metavar="MASK", help=words.say("cli.clear_one"))
    parser.add_argument("--seen-on", type=frame.day(words), metavar="DAY", help=words.say("cli.seen_on"))
    parser.add_argument("--report", action="store_true", help=words.say("cli.watch_and_report"))
    parser = frame.command(group, "report", "cli.watch_report", _report, words)
    parser.add_argument("--out", type=Path, metavar="DIR", help=words.say("cli.watch_out"))
    parser.add_argument("--smallest-m2", type=frame.positive, metavar="M2", help=words.say("cli.smallest"))


def _fit(arguments: Arguments, words: Catalogue) -> int:
    from cross_check import watches
    from satellite.series import Params

    wanted = {name: getattr(arguments, name) for name in ("direction", "threshold", "smallest_m2")}
    params = replace(Params(), **{name: value for name, value in wanted.items() if value is not None})
    project, progress = frame.project(arguments), frame.progress(words)
    step = watches.fit(
        arguments.images, project, clear=arguments.clear, index=arguments.index, params=params, progress=progress
    )
    return frame.print_step(step, words)


def _update(arguments: Arguments, words: Catalogue) -> int:
    from cross_check import watches

    project, progress = frame.project(arguments), frame.progress(words)
    step = watches.update(arguments.image, project, clear=arguments.clear, seen_on=arguments.seen_on, progress=progress)
    code = frame.print_step(step, words)
    return frame.print_step(watches.report(project, project.series_report), words) if arguments.report else code


def _report(arguments: Arguments, words: Catalogue) -> int:
    from cross_check import watches

    project = frame.project(arguments)
    step = watches.report(project, arguments.out or project.series_report, smallest_m2=arguments.smallest_m2)
    return frame.print_step(step, words)
