"""Commands on a whole province by tiles, on threads or on a Dask cluster."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from commands import detect as search
from commands import frame
from commands.frame import Arguments
from gis.errors import WorkbenchError
from gis.language import Catalogue

if TYPE_CHECKING:  # heavy libraries wait until a command runs
    from commands.frame import Verbs
    from cross_check.files import Project
    from cross_check.province import Order, Pair
    from cross_check.steps import Step
    from satellite.cluster import Finished, Tell

_TILE_PX = 2048
_FEWEST_PX = 64


def province(verbs: "Verbs", words: Catalogue) -> None:
    """Add the commands on tiles: detect, fit, update."""
    group = frame.group(verbs, "province", "cluster.command", words)
    parser = frame.command(group, "detect", "cluster.detect", _detect, words)
    _add_pair(parser, words)
    search.add_search(parser, words)
    _add_running(parser, words)
    for name, verb in (("radar", _radar), ("learned", _learned)):
        parser = frame.command(group, name, f"sensor_tiles.{name}", verb, words)
        if name == "learned":
            parser.add_argument("model", type=Path, help=words.say("cli.model"))
        _add_pair(parser, words)
        _add_running(parser, words)
    parser = frame.command(group, "fit", "cluster.fit", _fit, words)
    parser.add_argument("images", type=Path, help=words.say("cluster.images"))
    parser.add_argument("--index", choices=("ndvi", "ndwi", "mndwi", "ndbi", "nbr", "bsi"), default="ndvi")
    parser.add_argument("--direction", choices=("fall", "rise", "both"), help=words.say("cli.direction"))
    _add_running(parser, words)
    parser = frame.command(group, "update", "cluster.update", _update, words)
    parser.add_argument("images", type=Path, help=words.say("cluster.images"))
    _add_running(parser, words)


def _add_pair(parser: argparse.ArgumentParser, words: Catalogue) -> None:
    parser.add_argument("before", type=Path, help=words.say("cluster.before"))
    parser.add_argument("after", type=Path, help=words.say("cluster.after"))
    parser.add_argument("--clear", type=Path, nargs="+", default=[], metavar="MASK", help=words.say("cli.clear"))
    day = frame.day(words)
    parser.add_argument("--before-on", type=day, metavar="DAY", help=words.say("cli.before_on"))
    parser.add_argument("--after-on", type=day, metavar="DAY", help=words.say("cli.after_on"))
    parser.add_argument("--tile-px", type=_pixels, default=_TILE_PX, metavar="PX", help=words.say("cluster.tile_px"))


def _add_running(parser: argparse.ArgumentParser, words: Catalogue) -> None:
    parser.add_argument("--out", type=Path, metavar="DIR", help=words.say("cluster.out"))
    parser.add_argument("--scheduler", metavar="ADDRESS", help=words.say("cluster.scheduler"))
    parser.add_argument("--workers", type=_count, metavar="N", help=words.say("cluster.workers"))


def _detect(arguments: Arguments, words: Catalogue) -> int:
    from cross_check import province as verbs

    out = arguments.out or frame.project(arguments).folder / "province"
    pair, preset, owner = _pair(arguments), search.preset_of(arguments), frame.owner(arguments, out)
    search.forewarn(verbs.foretold(pair, preset, owner), words)
    step = verbs.detect(
        pair,
        out,
        params=search.search_of(arguments),
        preset=preset,
        project=owner,
        order=_order(arguments, words),
    )
    frame.print_step(step, words)
    search.say(step.figures, words)
    return 0


def _radar(arguments: Arguments, words: Catalogue) -> int:
    from cross_check import province as verbs

    out = arguments.out or frame.project(arguments).folder / "province-radar"
    owner, order = frame.owner(arguments, out), _order(arguments, words)
    return _counted(verbs.detect_radar(_pair(arguments), out, project=owner, order=order), owner, words)


def _learned(arguments: Arguments, words: Catalogue) -> int:
    from cross_check import province as verbs

    out = arguments.out or frame.project(arguments).folder / "province-network"
    owner, order = frame.owner(arguments, out), _order(arguments, words)
    return _counted(
        verbs.detect_network(arguments.model, _pair(arguments), out, project=owner, order=order), owner, words
    )


def _pair(arguments: Arguments) -> "Pair":
    from cross_check.province import Pair

    dates = (arguments.before_on, arguments.after_on)
    return Pair(arguments.before, arguments.after, tuple(arguments.clear), dates, arguments.tile_px)


def _counted(step: "Step", owner: "Project | None", words: Catalogue) -> int:
    """Print what was done and, inside a project, how many patches its other detections saw too."""
    frame.print_step(step, words)
    if owner is not None:
        print(words.say("sensor_tiles.seen_again", count=step.figures["seen_again"]))
    return 0


def _fit(arguments: Arguments, words: Catalogue) -> int:
    from cross_check import province as verbs
    from satellite.series import Params

    params = Params() if arguments.direction is None else Params(direction=arguments.direction)
    where, order = _series(arguments), _order(arguments, words)
    step = verbs.fit(arguments.images, where, index=arguments.index, params=params, order=order)
    return frame.print_step(step, words)


def _update(arguments: Arguments, words: Catalogue) -> int:
    from cross_check import province as verbs

    step = verbs.update(arguments.images, _series(arguments), order=_order(arguments, words))
    return frame.print_step(step, words)


def _series(arguments: Arguments) -> Path:
    chosen: Path | None = arguments.out
    return chosen or frame.project(arguments).folder / "province-series"


def _order(arguments: Arguments, words: Catalogue) -> "Order":
    from cross_check.province import Order
    from satellite import cluster

    scheduler = cluster.scheduler_address(arguments.scheduler)
    return Order(scheduler, arguments.workers, frame.progress(words), _teller(words))


def _teller(words: Catalogue) -> "Tell":
    """Return what prints a line a tile: how far, how long, how much memory, by whom."""
    count = 0

    def tell(finished: "Finished") -> None:
        nonlocal count
        count += 1
        code = "cluster.tile_again" if finished.again else "cluster.tile_done"
        facts = {name: getattr(finished, name) for name in ("key", "seconds", "memory_mb", "worker")}
        print(words.say(code, count=count, **facts), file=sys.stderr, flush=True)
        if refused := finished.figures.get("refused"):
            reason = words.explain(WorkbenchError(refused["code"], refused["english"], **refused["params"]))
            print(words.say("cluster.tile_refused", key=finished.key, reason=reason), file=sys.stderr, flush=True)

    return tell


def _pixels(text: str) -> int:
    value = int(text)
    if value < _FEWEST_PX:
        raise ValueError(text)
    return value


def _count(text: str) -> int:
    value = int(text)
    if value < 1:
        raise ValueError(text)
    return value
