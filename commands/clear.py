"""Commands that make images ready: conversion, clear pixels, coverage."""

from pathlib import Path
from typing import TYPE_CHECKING

from commands import frame
from commands.frame import Arguments
from gis.language import Catalogue

if TYPE_CHECKING:  # heavy libraries wait until a command runs
    from commands.frame import Verbs


def add(group: "Verbs", words: Catalogue) -> None:
    """Add the commands to ``hdq scenes``."""
    named = words.say("scene_ids.named")
    parser = frame.command(group, "describe", "cli.scenes_describe", _describe, words)
    parser.add_argument("scenes", nargs="+", metavar="SCENE", help=named)
    parser = frame.command(group, "convert", "cli.scenes_convert", _convert, words)
    parser.add_argument("scenes", nargs="+", metavar="SCENE", help=named)
    parser = frame.command(group, "prepare", "cli.scenes_prepare", _prepare, words)
    parser.add_argument("scenes", nargs="+", metavar="SCENE", help=named)
    parser.add_argument("--bands", nargs="+", default=[], metavar="NAME", help=words.say("cli.scene_bands"))
    parser.add_argument("--bbox", type=float, nargs=4, metavar=("W", "S", "E", "N"), help=words.say("cli.scene_bbox"))
    parser.add_argument("--like", type=Path, metavar="FILE", help=words.say("cli.scene_like"))
    height = parser.add_mutually_exclusive_group()
    height.add_argument("--height-m", type=float, default=0.0, metavar="M", help=words.say("cli.scene_height"))
    height.add_argument("--heights", type=Path, metavar="FILE", help=words.say("cli.scene_heights"))
    parser.add_argument("--snow", action="store_true", help=words.say("cli.scene_snow"))
    parser = frame.command(group, "coverage", "cli.scenes_coverage", _coverage, words)
    parser.add_argument("scenes", nargs="*", metavar="ID", help=words.say("scene_ids.only"))
    parser.add_argument("--division", metavar="CODE", help=words.say("cli.scene_division"))


def _describe(arguments: Arguments, words: Catalogue) -> int:
    from cross_check import imagery
    from satellite import scenes

    for path in imagery.located(frame.project(arguments), arguments.scenes):
        told = scenes.describe(path)
        unknown = words.say("scene.unknown_fact")
        facts = {
            "scene_id": told.scene_id,
            "sensor": told.sensor,
            "platform": told.platform or unknown,
            "sensed_at": f"{told.sensed_at:%Y-%m-%d %H:%M} UTC" if told.sensed_at else unknown,
            "bands": " ".join(told.bands),
            "gsd": unknown if told.gsd_m is None else words.say("scene.metres", value=f"{told.gsd_m:g}"),
            "cloud": unknown if told.cloud_percent is None else f"{told.cloud_percent:.1f} %",
        }
        print(words.say("scene.told", **facts))
        for mark in told.marks:
            print(f"  {words.say(mark)}")
    return 0


def _convert(arguments: Arguments, words: Catalogue) -> int:
    from cross_check import coverage, imagery

    project, progress = frame.project(arguments), frame.progress(words)
    paths = imagery.located(project, arguments.scenes)
    return frame.print_step(coverage.convert(paths, project, progress=progress), words)


def _prepare(arguments: Arguments, words: Catalogue) -> int:
    from cross_check import coverage, imagery

    wish = coverage.Wish(
        bands=tuple(arguments.bands),
        bbox=tuple(arguments.bbox) if arguments.bbox else None,
        like=arguments.like,
        height_m=arguments.heights or arguments.height_m,
        snow=arguments.snow,
    )
    project, progress = frame.project(arguments), frame.progress(words)
    paths = imagery.located(project, arguments.scenes)
    return frame.print_step(coverage.prepare(paths, project, wish, progress=progress), words)


def _coverage(arguments: Arguments, words: Catalogue) -> int:
    from cross_check import coverage, imagery
    from gis import files
    from satellite.masks import REASONS

    project = frame.project(arguments)
    area = imagery.area(project, division=arguments.division) if arguments.division else None
    step = coverage.months(project, area, only=arguments.scenes, progress=frame.progress(words))
    for row in coverage.read(project, only=arguments.scenes).itertuples():
        shares = [(words.say(f"scene.{reason}"), getattr(row, reason)) for reason in REASONS[1:]]
        said = ", ".join(f"{reason} {share:.1%}" for reason, share in shares if share > 0)
        print(f"{row.seen_on:%Y-%m-%d}  {row.scene_id}  {said}")
    for row in files.read_table(project.coverage_months).itertuples():
        facts = {"month": row.month, "scenes": int(row.scenes), "covered": f"{row.covered:.1%}"}
        facts |= {"observed": f"{row.observed:.1%}", "looks": f"{row.looks:.1f}"}
        print(words.say("scene.month_line", **facts))
    return frame.print_step(step, words)
