"""Commands that make one image of many, and indices."""

from pathlib import Path
from typing import TYPE_CHECKING

from commands import frame
from commands.frame import Arguments
from gis.language import Catalogue

if TYPE_CHECKING:  # heavy libraries wait until a command runs
    from commands.frame import Verbs

_METHODS = ("best", "median", "season")


def composite(verbs: "Verbs", words: Catalogue) -> None:
    """Add ``hdq composite``."""
    parser = frame.command(verbs, "composite", "composites.command", _compose, words)
    parser.add_argument("images", type=Path, nargs="+", help=words.say("composites.images"))
    parser.add_argument("--method", choices=_METHODS, default=_METHODS[0], help=words.say("composites.method"))
    parser.add_argument("--on", type=frame.day(words), required=True, metavar="DAY", help=words.say("composites.on"))
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help=words.say("composites.out"))
    parser.add_argument("--bands", nargs="+", default=[], metavar="NAME", help=words.say("composites.bands"))
    parser.add_argument("--years", type=int, default=3, metavar="N", help=words.say("composites.years"))
    parser.add_argument("--within-days", type=int, default=15, metavar="N", help=words.say("composites.within_days"))


def index(verbs: "Verbs", words: Catalogue) -> None:
    """Add ``hdq index``."""
    group = frame.group(verbs, "index", "indices.command", words)
    parser = frame.command(group, "compute", "indices.compute", _compute, words)
    parser.add_argument("image", type=Path, help=words.say("indices.image"))
    parser.add_argument("name", help=words.say("indices.name"))
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help=words.say("composites.out"))
    frame.command(group, "list", "indices.list", _list, words)


def _compose(arguments: Arguments, words: Catalogue) -> int:
    from cross_check import composed

    wanted = composed.Wanted(
        arguments.method, arguments.on, tuple(arguments.bands), arguments.years, arguments.within_days
    )
    step = composed.compose(arguments.images, arguments.out, wanted, progress=frame.progress(words))
    return frame.print_step(step, words)


def _compute(arguments: Arguments, words: Catalogue) -> int:
    from cross_check import composed

    return frame.print_step(composed.write_index(arguments.image, arguments.name, arguments.out), words)


def _list(_: Arguments, words: Catalogue) -> int:
    from satellite import indices

    for name, each in indices.listing().items():
        title = each.titles[words.language]
        unit = "" if each.unit == "1" else f" [{each.unit}]"
        print(f"{name:12}{title}{unit}  {' '.join(each.bands.values())}  {each.source}")
    print(words.say("indices.listed", count=len(indices.listing())))
    return 0
