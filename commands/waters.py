"""Command of water bodies: each against its own history."""

from dataclasses import replace
from typing import TYPE_CHECKING

from commands import frame
from commands.frame import Arguments
from gis.language import Catalogue

if TYPE_CHECKING:
    from commands.frame import Verbs


def waters(verbs: "Verbs", words: Catalogue) -> None:
    """Add ``hdq waters``."""
    parser = frame.command(verbs, "waters", "waters.command", _run, words)
    parser.add_argument("--on", type=frame.day(words), metavar="DAY", help=words.say("waters.on"))
    parser.add_argument("--find", action="store_true", help=words.say("waters.find"))
    parser.add_argument("--season-days", type=int, metavar="N", help=words.say("waters.season_days"))
    parser.add_argument("--fewest-dates", type=int, metavar="N", help=words.say("waters.fewest_dates"))


def _run(arguments: Arguments, words: Catalogue) -> int:
    from cross_check import water_bodies
    from gis import files
    from satellite.waters import Params

    project = frame.project(arguments)
    if arguments.find:
        frame.print_step(water_bodies.find(project, progress=frame.progress(words)), words)
    given = {name: getattr(arguments, name) for name in ("season_days", "fewest_dates")}
    params = replace(Params(), **{name: value for name, value in given.items() if value is not None})
    step = water_bodies.judge(project, on=arguments.on, params=params, progress=frame.progress(words))
    found = files.read_layer(project.waters / "findings.parquet")
    for row in found[found["verdict"] == "finding"].to_dict("records"):
        print(f"  {water_bodies.sentence(row, words)}")
    return frame.print_step(step, words)
