"""Commands on images: find them in catalogues, fetch them, list what a project has."""

import math
import os
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from commands import clear, frame
from commands.frame import Arguments
from gis.errors import WorkbenchError
from gis.language import Catalogue

if TYPE_CHECKING:  # heavy libraries wait until a command runs
    import argparse

    from shapely.geometry.base import BaseGeometry

    from commands.frame import Verbs
    from gis.progress import Progress

_SENSOR = "sentinel2-l2a"
_DEFAULT = "dataspace"
_AT_MOST = 500
_BAR = 30


def add(verbs: "Verbs", words: Catalogue) -> None:
    """Add ``hdq scenes``."""
    group = frame.group(verbs, "scenes", "cli.scenes", words)
    _add_search(frame.command(group, "search", "cli.scenes_search", _search, words), words)
    _add_fetch(frame.command(group, "fetch", "imagery.fetch", _fetch, words), words)
    parser = frame.command(group, "add", "imagery.add", _add, words)
    parser.add_argument("path", type=Path, help=words.say("imagery.path"))
    parser.add_argument("--seen-on", type=frame.day(words), metavar="DAY", help=words.say("imagery.seen_on"))
    parser = frame.command(group, "list", "imagery.list", _list, words)
    parser.add_argument("--out", type=Path, metavar="FILE", help=words.say("imagery.list_out"))
    clear.add(group, words)


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


def _add_fetch(parser: "argparse.ArgumentParser", words: Catalogue) -> None:
    parser.add_argument("ids", nargs="*", metavar="ID", help=words.say("imagery.ids"))
    _add_source(parser, words)
    parser.add_argument("--from", dest="saved", type=Path, metavar="FILE", help=words.say("imagery.saved"))
    parser.add_argument("--bands", nargs="+", default=[], metavar="BAND", help=words.say("imagery.bands"))
    parser.add_argument(
        "--at-once", type=int, choices=range(1, 9), default=4, metavar="N", help=words.say("imagery.at_once")
    )


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
        size = "        -   " if math.isnan(scene.size_mb) else f"{scene.size_mb:8.1f} MB"
        print(f"{scene.seen_on:%Y-%m-%d}  {_cloud(scene.cloud_percent)}  {size}  {scene.title}")
        if scene.title != scene.scene_id:
            print(f"{'':10}  {scene.scene_id}")
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


def _fetch(arguments: Arguments, words: Catalogue) -> int:
    from cross_check import parcels
    from satellite import download, providers

    if bool(arguments.ids) == bool(arguments.saved):
        raise WorkbenchError("imagery.ids_or_list", "Name images or a saved list, one of the two")
    orders = (
        [
            parcels.Order(
                providers.provider(arguments.provider),
                arguments.sensor,
                tuple(arguments.ids),
                collection=arguments.collection,
            )
        ]
        if arguments.ids
        else parcels.read_orders(arguments.saved, os.environ)
    )
    params, failed = download.Params(at_once=arguments.at_once), False
    for order in orders:
        delivery = parcels.fetch(
            frame.project(arguments),
            replace(order, bands=tuple(arguments.bands)),
            at=datetime.now(UTC),
            environment=os.environ,
            params=params,
            progress=_bar(words),
        )
        frame.print_step(delivery.step, words)
        for title, fault in delivery.faults:
            print(f"{title}: {words.explain(fault)}", file=sys.stderr)
        failed = failed or bool(delivery.faults)
    return int(failed)


def _add(arguments: Arguments, words: Catalogue) -> int:
    from cross_check import imagery

    at = datetime.now(UTC)
    project, tell = frame.project(arguments), frame.progress(words)
    return frame.print_step(
        imagery.add(project, arguments.path, at=at, seen_on=arguments.seen_on, progress=tell), words
    )


def _list(arguments: Arguments, words: Catalogue) -> int:
    from cross_check import imagery
    from gis import files

    found = imagery.listing(frame.project(arguments))
    for scene in found.itertuples(index=False):
        print(f"{scene.seen_on:%Y-%m-%d}  {_cloud(scene.cloud_percent)}  {scene.sensor:<16}  {scene.scene_id}")
        print(f"{'':10}  {scene.bands or '-'}  {scene.path}")
    print(words.say("cli.scenes_found", count=len(found)))
    if arguments.out:
        files.write_table(found, arguments.out)
        print(f"  {arguments.out}")
    return 0


def _cloud(percent: float) -> str:
    return "    -  " if math.isnan(percent) else f"{percent:5.1f} %"


def _bar(words: Catalogue) -> "Progress":
    """Return a progress bar in megabytes for a terminal; a job of the queue is told as usual."""
    if "HDQ_PROGRESS" in os.environ or not sys.stderr.isatty():
        return frame.progress(words)

    def tell(done: int, total: int, code: str) -> None:
        full = round(_BAR * done / total) if total else 0
        shown = f"[{'#' * full}{'.' * (_BAR - full)}] {done / 1e6:.1f}/{total / 1e6:.1f} MB {words.say(code)}"
        print(f"\r\033[K{shown}", end="" if done < total else "\n", file=sys.stderr)

    return tell
