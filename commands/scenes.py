"""Commands on images: find them in catalogues, fetch them, list what a project has."""

from pathlib import Path
from typing import TYPE_CHECKING

from commands import frame
from commands.frame import Arguments
from gis.language import Catalogue

if TYPE_CHECKING:  # heavy libraries wait until a command runs
    import argparse

    from shapely.geometry.base import BaseGeometry

    from commands.frame import Verbs

_SENSOR = "sentinel2-l2a"
_DEFAULT = "dataspace"
_AT_MOST = 500


def add(verbs: "Verbs", words: Catalogue) -> None:
    """Add ``hdq scenes``."""
    group = frame.group(verbs, "scenes", "cli.scenes", words)
    _add_search(frame.command(group, "search", "cli.scenes_search", _search, words), words)


def _add_search(parser: "argparse.ArgumentParser", words: Catalogue) -> None:
    _add_source(parser, words)
    area = parser.add_mutually_exclusive_group(required=True)
    area.add_argument("--bbox", type=float, nargs=4, metavar=("W", "S", "E", "N"), help=words.say("cli.bbox"))
    area.add_argument("--division", metavar="CODE", help=words.say("imagery.division"))
    area.add_argument("--area", type=Path, metavar="FILE", help=words.say("imagery.area"))
    day = frame.day(words)
    parser.add_argument("--first", type=day, required=True, metavar="DAY", help=words.say("cli.first"))
    parser.add_argument("--last", type=day, required=True, metavar="DAY", help=words.say("cli.last"))
    parser.add_argument("--max-cloud", type=float, default=100.0, metavar="PERCENT", help=words.say("cli.max_cloud"))
    parser.add_argument("--at-most", type=int, default=_AT_MOST, metavar="N", help=words.say("imagery.at_most"))
    parser.add_argument("--out", type=Path, metavar="FILE", help=words.say("imagery.out"))


def _add_source(parser: "argparse.ArgumentParser", words: Catalogue) -> None:
    parser.add_argument("--provider", default=_DEFAULT, help=words.say("cli.provider"))
    parser.add_argument("--sensor", default=_SENSOR, metavar="NAME", help=words.say("imagery.sensor"))
    parser.add_argument("--collection", default="", metavar="NAME", help=words.say("imagery.collection"))


def _search(arguments: Arguments, words: Catalogue) -> int:
    from gis import files
    from satellite import catalog, providers
    from satellite.questions import Question

    question = Question(
        _area(arguments),
        (arguments.first, arguments.last),
        arguments.sensor,
        max_cloud=arguments.max_cloud,
        collection=arguments.collection,
    )
    found = catalog.Search(providers.provider(arguments.provider), question).table(at_most=arguments.at_most)
    for scene in found.itertuples(index=False):
        cloud = "    -  " if scene.cloud_percent != scene.cloud_percent else f"{scene.cloud_percent:5.1f} %"
        size = "        -   " if scene.size_mb != scene.size_mb else f"{scene.size_mb:8.1f} MB"
        print(f"{scene.seen_on:%Y-%m-%d}  {cloud}  {size}  {scene.scene_id}")
    print(words.say("cli.scenes_found", count=len(found)))
    if arguments.out:
        files.write_table(found, arguments.out)
        print(f"  {arguments.out}")
    return 0


def _area(arguments: Arguments) -> "BaseGeometry":
    from cross_check import imagery
    from satellite import questions

    if arguments.bbox:
        return questions.in_box(*arguments.bbox)
    return imagery.area(frame.project(arguments), division=arguments.division or "", file=arguments.area)
