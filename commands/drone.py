"""Commands on drone flights: images in, photos and cells, registration, volumes."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from commands import frame
from commands.frame import Arguments
from gis.language import Catalogue

if TYPE_CHECKING:  # heavy libraries wait until a command runs
    from commands.frame import Verbs

_FACTS = ("drone", "pilot", "height_m", "overlap")


def drone(verbs: "Verbs", words: Catalogue) -> None:
    """Add ``hdq drone``."""
    group = frame.group(verbs, "drone", "drone.command", words)
    parser = frame.command(group, "cog", "drone.cog", _cog, words)
    _add_flight(parser, words)
    parser.add_argument("--ortho", type=Path, metavar="FILE", help=words.say("drone.ortho"))
    parser.add_argument("--dsm", type=Path, metavar="FILE", help=words.say("drone.dsm"))
    parser.add_argument("--flown-on", type=frame.day(words), metavar="DAY", help=words.say("drone.flown_on"))
    for fact in _FACTS:
        parser.add_argument(f"--{fact.replace('_', '-')}", metavar="TEXT", help=words.say(f"drone.fact_{fact}"))
    parser = frame.command(group, "photos", "drone.photos", _photos, words)
    parser.add_argument("folder", type=Path, help=words.say("drone.folder"))
    _add_flight(parser, words)
    parser = frame.command(group, "coverage", "drone.coverage", _coverage, words)
    _add_flight(parser, words)
    parser.add_argument("--cells", type=Path, required=True, metavar="FILE", help=words.say("drone.cells"))
    parser = frame.command(group, "register", "drone.register", _register, words)
    _add_flight(parser, words)
    onto = parser.add_mutually_exclusive_group(required=True)
    onto.add_argument("--onto", metavar="FLIGHT", help=words.say("drone.onto"))
    onto.add_argument("--image", type=Path, metavar="FILE", help=words.say("drone.image"))
    parser = frame.command(group, "volume", "drone.volume", _volume, words)
    parser.add_argument("before", metavar="BEFORE", help=words.say("drone.before"))
    parser.add_argument("after", metavar="AFTER", help=words.say("drone.after"))
    parser.add_argument("--stable", type=Path, metavar="FILE", help=words.say("drone.stable"))
    parser.add_argument("--level", type=frame.share, default=0.95, metavar="P", help=words.say("drone.level"))
    parser.add_argument(
        "--smallest-m2", type=frame.positive, default=10.0, metavar="M2", help=words.say("cli.smallest")
    )
    parser = frame.command(group, "heaps", "flight_heaps.command", _heaps, words)
    _add_flight(parser, words)
    parser.add_argument("--outlines", type=Path, required=True, metavar="FILE", help=words.say("flight_heaps.outlines"))
    parser.add_argument("--level", type=frame.share, default=0.95, metavar="P", help=words.say("drone.level"))
    frame.command(group, "list", "drone.list", _list, words)


def _add_flight(parser: argparse.ArgumentParser, words: Catalogue) -> None:
    parser.add_argument("--flight", required=True, metavar="NAME", help=words.say("drone.flight"))


def _cog(arguments: Arguments, words: Catalogue) -> int:
    from cross_check import flights

    facts = {name: getattr(arguments, name) for name in _FACTS if getattr(arguments, name)}
    brought = flights.Brought(arguments.ortho, arguments.dsm, arguments.flown_on, facts)
    step = flights.add(frame.project(arguments), arguments.flight, brought, progress=frame.progress(words))
    return frame.print_step(step, words)


def _photos(arguments: Arguments, words: Catalogue) -> int:
    from cross_check import flights

    step = flights.take_photos(
        frame.project(arguments), arguments.flight, arguments.folder, progress=frame.progress(words)
    )
    return frame.print_step(step, words)


def _coverage(arguments: Arguments, words: Catalogue) -> int:
    from cross_check import flights

    return frame.print_step(flights.cover(frame.project(arguments), arguments.flight, arguments.cells), words)


def _register(arguments: Arguments, words: Catalogue) -> int:
    from cross_check import flights

    onto = arguments.onto or arguments.image
    return frame.print_step(flights.register(frame.project(arguments), arguments.flight, onto), words)


def _volume(arguments: Arguments, words: Catalogue) -> int:
    from cross_check import flights
    from satellite.heaps import Params

    pair = (arguments.before, arguments.after)
    step = flights.measure_volumes(
        frame.project(arguments),
        pair,
        params=Params(arguments.level, arguments.smallest_m2),
        stable=arguments.stable,
        progress=frame.progress(words),
    )
    return frame.print_step(step, words)


def _heaps(arguments: Arguments, words: Catalogue) -> int:
    from cross_check import flight_heaps
    from satellite.heaps import Params

    step = flight_heaps.measure(
        frame.project(arguments),
        arguments.flight,
        arguments.outlines,
        params=Params(arguments.level),
        progress=frame.progress(words),
    )
    return frame.print_step(step, words)


def _list(arguments: Arguments, words: Catalogue) -> int:
    from cross_check import flights

    table = flights.listing(frame.project(arguments))
    for flight in table.itertuples(index=False):
        has = words.say("drone.has", **_has(flight, words))
        print(f"{flight.flown_on:10}  {flight.flight}  {has}")
    print(words.say("drone.listed", count=len(table)))
    return 0


def _has(flight: object, words: Catalogue) -> dict[str, str]:
    """Return what a flight has, in words."""
    marks = {True: words.say("drone.yes"), False: words.say("drone.no")}
    photos, covered = flight.photos, flight.covered  # type: ignore[attr-defined]
    return {
        "ortho": marks[bool(flight.ortho)],  # type: ignore[attr-defined]
        "dsm": marks[bool(flight.dsm)],  # type: ignore[attr-defined]
        "photos": "-" if photos != photos else f"{photos:.0f}",  # noqa: PLR0124 - NaN
        "covered": "-" if covered != covered else f"{covered:.1%}",  # noqa: PLR0124
    }
