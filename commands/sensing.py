"""Commands on radar images, on networks of the user's own, and on series."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from commands import frame
from commands.frame import Arguments
from gis.language import Catalogue

if TYPE_CHECKING:  # heavy libraries wait until a command runs
    from commands.frame import Verbs


def radar(verbs: "Verbs", words: Catalogue) -> None:
    """Add the command that compares radar images."""
    parser = frame.command(verbs, "radar", "cli.radar", _run_radar, words)
    parser.add_argument("images", type=Path, nargs="+", help=words.say("cli.radar_images"))
    parser.add_argument("--looks", type=frame.positive, metavar="N", help=words.say("cli.looks"))
    parser.add_argument("--out", type=Path, metavar="DIR", help=words.say("cli.out"))
    parser.add_argument("--smallest-m2", type=frame.positive, metavar="M2", help=words.say("cli.smallest"))


def learned(verbs: "Verbs", words: Catalogue) -> None:
    """Add the command that runs a network of the user's own."""
    parser = frame.command(verbs, "learned", "cli.learned", _run_learned, words)
    parser.add_argument("model", type=Path, help=words.say("cli.model"))
    parser.add_argument("before", type=Path, help=words.say("cli.before"))
    parser.add_argument("after", type=Path, help=words.say("cli.after"))
    parser.add_argument("--out", type=Path, metavar="DIR", help=words.say("cli.out"))
    day = frame.day(words)
    parser.add_argument("--before-on", type=day, metavar="DAY", help=words.say("cli.before_on"))
    parser.add_argument("--after-on", type=day, metavar="DAY", help=words.say("cli.after_on"))


def series(verbs: "Verbs", words: Catalogue) -> None:
    """Add the commands of the series: fit, update, report."""
    group = frame.group(verbs, "series", "cli.series", words)
    parser = frame.command(group, "fit", "cli.series_fit", _fit_series, words)
    parser.add_argument("images", type=Path, nargs="+", help=words.say("cli.history"))
    parser.add_argument("--clear", type=Path, nargs="+", default=[], metavar="MASK", help=words.say("cli.masks"))
    parser.add_argument("--index", choices=("ndvi", "ndwi", "mndwi", "ndbi", "nbr", "bsi"), default="ndvi")
    parser.add_argument("--direction", choices=("fall", "rise", "both"), help=words.say("cli.direction"))
    parser.add_argument("--threshold", type=frame.positive, metavar="SIGMA", help=words.say("cli.sigma"))
    parser.add_argument("--smallest-m2", type=frame.positive, metavar="M2", help=words.say("cli.smallest"))
    parser = frame.command(group, "update", "cli.series_update", _update_series, words)
    parser.add_argument("image", type=Path, help=words.say("cli.newest"))
    parser.add_argument("--clear", type=Path, metavar="MASK", help=words.say("cli.clear_one"))
    parser.add_argument("--seen-on", type=frame.day(words), metavar="DAY", help=words.say("cli.seen_on"))
    parser = frame.command(group, "report", "cli.series_report", _report_series, words)
    parser.add_argument("--out", type=Path, metavar="DIR", help=words.say("cli.series_out"))
    parser.add_argument("--smallest-m2", type=frame.positive, metavar="M2", help=words.say("cli.smallest"))


def _run_radar(arguments: Arguments, words: Catalogue) -> int:
    from cross_check import sensors

    out = arguments.out or frame.project(arguments).detect
    step = sensors.detect_radar(
        arguments.images, out, looks=arguments.looks, smallest_m2=arguments.smallest_m2, progress=frame.progress(words)
    )
    return frame.print_step(step, words)


def _run_learned(arguments: Arguments, words: Catalogue) -> int:
    from cross_check import sensors

    out = arguments.out or frame.project(arguments).detect
    dates = (arguments.before_on, arguments.after_on)
    step = sensors.detect_learned(
        arguments.model, arguments.before, arguments.after, out, dates=dates, progress=frame.progress(words)
    )
    return frame.print_step(step, words)


def _fit_series(arguments: Arguments, words: Catalogue) -> int:
    from cross_check import watches
    from satellite.series import Params

    wanted = {name: getattr(arguments, name) for name in ("direction", "threshold", "smallest_m2")}
    params = replace(Params(), **{name: value for name, value in wanted.items() if value is not None})
    project, progress = frame.project(arguments), frame.progress(words)
    step = watches.fit(
        arguments.images, project, clear=arguments.clear, index=arguments.index, params=params, progress=progress
    )
    return frame.print_step(step, words)


def _update_series(arguments: Arguments, words: Catalogue) -> int:
    from cross_check import watches

    project, progress = frame.project(arguments), frame.progress(words)
    step = watches.update(arguments.image, project, clear=arguments.clear, seen_on=arguments.seen_on, progress=progress)
    return frame.print_step(step, words)


def _report_series(arguments: Arguments, words: Catalogue) -> int:
    from cross_check import watches

    project = frame.project(arguments)
    step = watches.report(project, arguments.out or project.series / "report", smallest_m2=arguments.smallest_m2)
    return frame.print_step(step, words)
