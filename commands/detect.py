"""Commands of change between two dates: detect, and the table of targets."""

import argparse
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from commands import frame
from commands.frame import Arguments
from gis.language import Catalogue

if TYPE_CHECKING:  # heavy libraries wait until a command runs
    from commands.frame import Verbs
    from cross_check.pair_dates import Told
    from satellite.detection import Params
    from satellite.presets import Preset

_RULES = ("warn", "lower", "refuse")
_METHODS = ("irmad", "mad", "cva", "ndvi", "ndwi", "mndwi", "ndbi", "nbr", "bsi")
_PRESETS = ("all", "construction", "sheds", "mining", "waste", "water", "straw_burning", "reserve")


def add_pair(parser: argparse.ArgumentParser, words: Catalogue) -> None:
    """Add the two images, their masks and days, and where what is found goes."""
    parser.add_argument("before", type=Path, help=words.say("cli.before"))
    parser.add_argument("after", type=Path, help=words.say("cli.after"))
    parser.add_argument("--clear", type=Path, nargs="+", default=[], metavar="MASK", help=words.say("cli.clear"))
    parser.add_argument("--out", type=Path, metavar="DIR", help=words.say("cli.out"))
    day = frame.day(words)
    parser.add_argument("--before-on", type=day, metavar="DAY", help=words.say("cli.before_on"))
    parser.add_argument("--after-on", type=day, metavar="DAY", help=words.say("cli.after_on"))


def detect(verbs: "Verbs", words: Catalogue) -> None:
    """Add the command that compares two images."""
    parser = frame.command(verbs, "detect", "cli.detect", _run_detect, words)
    add_pair(parser, words)
    parser.add_argument("--bands", nargs="+", default=[], metavar="NAME", help=words.say("cli.pair_bands"))
    parser.add_argument("--method", choices=_METHODS, default="irmad", help=words.say("cli.method"))
    parser.add_argument("--side", choices=("both", "rise", "fall"), default="both", help=words.say("cli.side"))
    parser.add_argument("--targets", type=Path, metavar="TOML", help=words.say("cli.target_rules"))
    parser.add_argument("--null-pair", type=Path, nargs=2, action="append", metavar="TIF", help=words.say("past.pair"))
    add_search(parser, words)


def add_search(parser: argparse.ArgumentParser, words: Catalogue) -> None:
    """Add what a search is for and how its patches are judged, of one pair or of a whole province."""
    parser.add_argument("--preset", choices=_PRESETS, default="all", help=words.say("cli.preset"))
    parser.add_argument("--false-leads", type=frame.positive, metavar="N", help=words.say("cli.false_leads"))
    parser.add_argument("--false-alarm", type=frame.share, metavar="P", help=words.say("cli.false_alarm"))
    parser.add_argument("--smallest-m2", type=frame.positive, metavar="M2", help=words.say("cli.smallest"))
    parser.add_argument("--season-days", type=int, metavar="N", help=words.say("judging.season_days"))
    parser.add_argument("--season-rule", choices=_RULES, help=words.say("judging.season_rule"))
    parser.add_argument("--merge-m", type=float, metavar="M", help=words.say("judging.merge_m"))
    parser.add_argument("--keep-field-work", action="store_true", help=words.say("judging.keep_field_work"))


def targets(verbs: "Verbs", words: Catalogue) -> None:
    """Add the command that shows the targets."""
    frame.command(verbs, "targets", "cli.targets", _show_targets, words)


def _run_detect(arguments: Arguments, words: Catalogue) -> int:
    from cross_check import chain, comparisons, pair_dates
    from satellite.files import PairFiles

    bands = tuple(name for text in arguments.bands for name in text.split(",") if name)
    pair = PairFiles(arguments.before, arguments.after, tuple(arguments.clear), bands)
    out = arguments.out or frame.project(arguments).detect
    dates = (arguments.before_on, arguments.after_on)
    params = _params(arguments)
    if arguments.null_pair:
        earlier = [(one, two) for one, two in arguments.null_pair]
        told = comparisons.past(earlier, params, frame.progress(words), bands=bands)
        params = replace(params, past=told)
    preset, owner = preset_of(arguments), frame.owner(arguments, out)
    forewarn(pair_dates.foretold(pair, dates, preset, owner), words)
    step = chain.detect(
        pair,
        out,
        dates=dates,
        params=params,
        preset=preset,
        project=owner,
        progress=frame.progress(words),
    )
    frame.print_step(step, words)
    say(step.figures, words)
    if constant := step.figures["constant_bands"]:
        print(words.say("detect.constant_left_out", bands=", ".join(constant)))  # type: ignore[arg-type]
    return 0


def forewarn(told: "Told", words: Catalogue) -> None:
    """Print on standard error what is known of a comparison before it runs."""
    from cross_check import pair_dates

    for sentence in pair_dates.sentences(told.codes, told.figures, words):
        print(sentence, file=sys.stderr, flush=True)


def say(figures: Mapping[str, Any], words: Catalogue) -> None:
    """Print the warnings of a comparison."""
    from cross_check import pair_dates

    for sentence in pair_dates.sentences(figures["warnings"], figures["judging"], words):
        print(sentence)


def preset_of(arguments: Arguments) -> "Preset":
    """Return the preset that was chosen, with what was asked for instead."""
    from satellite import presets

    preset = presets.standard()[arguments.preset]
    given = {name: getattr(arguments, name) for name in ("season_days", "season_rule", "merge_m")}
    preset = replace(preset, **{name: value for name, value in given.items() if value is not None})
    return replace(preset, field_work=False) if arguments.keep_field_work else preset


def search_of(arguments: Arguments) -> "Params":
    """Return the limits of the chosen preset, with what was asked for instead."""
    from satellite import presets
    from satellite.detection import Params

    preset = presets.standard()[arguments.preset]
    wanted = None if preset.name == "all" else preset.targets
    params = Params(false_leads=preset.false_leads, smallest_m2=preset.smallest_m2, wanted=wanted)
    given = {name: getattr(arguments, name) for name in ("false_leads", "false_alarm", "smallest_m2")}
    return replace(params, **{name: value for name, value in given.items() if value is not None})


def _params(arguments: Arguments) -> "Params":
    from satellite.scores import Method

    params = search_of(arguments)
    if arguments.side != "both" and arguments.method in _METHODS[:3]:
        arguments.side = "both"
    params = replace(params, method=Method(arguments.method, arguments.side))
    if arguments.targets is None:
        return params
    from cross_check import chain

    return replace(params, targets=chain.read_targets(arguments.targets))


def _show_targets(arguments: Arguments, words: Catalogue) -> int:  # noqa: ARG001 - one signature for all verbs
    from satellite import targets

    print(targets.standard_text(), end="")
    return 0
