"""Commands on radar images and on networks of the user's own."""

from pathlib import Path
from typing import TYPE_CHECKING

from commands import detect, frame
from commands.frame import Arguments
from gis.language import Catalogue

if TYPE_CHECKING:  # heavy libraries wait until a command runs
    from commands.frame import Verbs


def radar(verbs: "Verbs", words: Catalogue) -> None:
    """Add the command that compares radar images."""
    parser = frame.command(verbs, "radar", "cli.radar", _run_radar, words)
    parser.add_argument("images", type=Path, nargs="+", help=words.say("cli.radar_images"))
    parser.add_argument("--looks", type=frame.positive, metavar="N", help=words.say("cli.looks"))
    parser.add_argument("--clear", type=Path, nargs="+", default=[], metavar="MASK", help=words.say("cli.clear"))
    parser.add_argument("--out", type=Path, metavar="DIR", help=words.say("cli.out"))
    parser.add_argument("--smallest-m2", type=frame.positive, metavar="M2", help=words.say("cli.smallest"))


def learned(verbs: "Verbs", words: Catalogue) -> None:
    """Add the command that runs a network of the user's own."""
    parser = frame.command(verbs, "learned", "cli.learned", _run_learned, words)
    parser.add_argument("model", type=Path, help=words.say("cli.model"))
    detect.add_pair(parser, words)


def _run_radar(arguments: Arguments, words: Catalogue) -> int:
    from cross_check import sensors

    out = arguments.out or frame.project(arguments).detect
    step = sensors.detect_radar(
        arguments.images,
        out,
        looks=arguments.looks,
        smallest_m2=arguments.smallest_m2,
        clear=arguments.clear,
        progress=frame.progress(words),
    )
    frame.print_step(step, words)
    return _remembered(arguments, out, "radar", words)


def _run_learned(arguments: Arguments, words: Catalogue) -> int:
    from cross_check import sensors

    out = arguments.out or frame.project(arguments).detect
    dates = (arguments.before_on, arguments.after_on)
    step = sensors.detect_learned(
        arguments.model,
        arguments.before,
        arguments.after,
        out,
        dates=dates,
        clear=arguments.clear,
        progress=frame.progress(words),
    )
    frame.print_step(step, words)
    return _remembered(arguments, out, "network", words)


def _remembered(arguments: Arguments, out: Path, sensor: str, words: Catalogue) -> int:
    """Let a result inside the project count as a look, and say how many patches other detections saw too."""
    from cross_check import detections

    if project := frame.owner(arguments, out):
        found = detections.remember(project, out, sensor)
        print(words.say("sensor_tiles.seen_again", count=int((found["looks"] > 1).sum())))
    return 0
