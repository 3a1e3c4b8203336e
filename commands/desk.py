"""Commands of the import desk: the register with its history, its quality and doubles, and the bureau's own layers."""

import argparse
import getpass
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from commands import frame, places
from commands.frame import Arguments
from gis.language import Catalogue

if TYPE_CHECKING:
    from commands.frame import Verbs
    from gis.history import Act

_SHOWN_ROWS = 40


def enterprises(verbs: "Verbs", words: Catalogue) -> None:
    """Add ``hdq enterprises``."""
    group = frame.group(verbs, "enterprises", "cli.enterprises", words)
    parser = frame.command(group, "preview", "cli.enterprises_preview", _preview, words)
    _add_source(parser, words)
    places.add_options(parser, words)
    _add_act(parser, words)
    parser = frame.command(group, "import", "cli.enterprises_import", _import, words)
    _add_source(parser, words)
    places.add_options(parser, words)
    parser.add_argument("--skip-faulty", action="store_true", help=words.say("cli.skip_faulty"))
    _add_act(parser, words)
    parser = frame.command(group, "undo", "cli.enterprises_undo", _undo, words)
    parser.add_argument("--event", type=int, default=0, metavar="N", help=words.say("cli.event"))
    _add_act(parser, words)
    parser = frame.command(group, "history", "cli.enterprises_history", _history, words)
    parser.add_argument("--site", metavar="ID", help=words.say("cli.site"))
    parser.add_argument("--on", type=frame.day(words), metavar="DAY", help=words.say("cli.as_of"))
    parser.add_argument("--out", type=Path, metavar="FILE", help=words.say("cli.table_to"))
    parser = frame.command(group, "move", "cli.enterprises_move", _move, words)
    parser.add_argument("site", metavar="ID", help=words.say("cli.site"))
    parser.add_argument(
        "--to", nargs=2, type=float, required=True, metavar=("LON", "LAT"), help=words.say("cli.move_to")
    )
    _add_act(parser, words)
    parser = frame.command(group, "remove", "cli.enterprises_remove", _remove, words)
    parser.add_argument("site", metavar="ID", nargs="?", default="", help=words.say("cli.site"))
    _add_act(parser, words)
    parser = frame.command(group, "quality", "cli.enterprises_quality", _quality, words)
    parser.add_argument("--out", type=Path, metavar="FILE", help=words.say("cli.table_to"))
    _add_duplicates(frame.command(group, "duplicates", "cli.enterprises_duplicates", _duplicates, words), words)
    parser = frame.command(group, "senders", "cli.enterprises_senders", _senders, words)
    parser.add_argument("--forget", metavar="NAME", help=words.say("cli.forget"))
    parser = frame.command(group, "dossier", "cli.enterprises_dossier", _dossier, words)
    parser.add_argument("site", help=words.say("cli.dossier_site"))
    parser.add_argument("--out", type=Path, metavar="FILE", help=words.say("cli.dossier_to"))


def regions(verbs: "Verbs", words: Catalogue) -> None:
    """Add ``hdq regions``."""
    from gis.boundaries import ASKED, KINDS, LEVELS

    group = frame.group(verbs, "regions", "cli.regions", words)
    parser = frame.command(group, "import", "cli.regions_import", _import_regions, words)
    _add_source(parser, words)
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--level", choices=LEVELS, help=words.say("cli.level"))
    what.add_argument("--kind", choices=KINDS, help=words.say("cli.layer_kind"))
    for name, verb in (("overlap", _overlap), ("nearest", _nearest)):
        parser = frame.command(group, name, f"cli.regions_{name}", verb, words)
        parser.add_argument("kind", choices=(*LEVELS, *KINDS), help=words.say("cli.asked_layer"))
        parser.add_argument("--of", choices=ASKED, default="sites", help=words.say("cli.asked_of"))
        parser.add_argument("--out", type=Path, metavar="FILE", help=words.say("cli.table_to"))
        if name == "nearest":
            parser.add_argument("--within-m", type=frame.positive, default=3000.0, help=words.say("cli.within_m"))


def _add_source(parser: argparse.ArgumentParser, words: Catalogue) -> None:
    parser.add_argument("file", type=Path, help=words.say("cli.source"))
    parser.add_argument("--faults", type=frame.csv_file(words), metavar="CSV", help=words.say("cli.faults_to"))


def _add_act(parser: argparse.ArgumentParser, words: Catalogue) -> None:
    """Add who, why, since when and from whom."""
    parser.add_argument("--by", default=getpass.getuser(), metavar="NAME", help=words.say("cli.by"))
    parser.add_argument("--why", default="", metavar="TEXT", help=words.say("cli.why"))
    parser.add_argument("--valid-from", type=frame.day(words), metavar="DAY", help=words.say("cli.valid_from"))
    parser.add_argument("--sender", default="", metavar="NAME", help=words.say("cli.sender"))


def _add_duplicates(parser: argparse.ArgumentParser, words: Catalogue) -> None:
    decision = parser.add_mutually_exclusive_group()
    decision.add_argument("--show", nargs=2, metavar=("ID", "ID"), help=words.say("cli.show_pair"))
    decision.add_argument("--merge", nargs=2, metavar=("KEEP", "GONE"), help=words.say("cli.merge_pair"))
    decision.add_argument("--separate", nargs=2, metavar=("ID", "ID"), help=words.say("cli.separate_pair"))
    parser.add_argument("--take", nargs="+", default=[], metavar="COLUMN", help=words.say("cli.take"))
    parser.add_argument("--out", type=Path, metavar="FILE", help=words.say("cli.table_to"))
    _add_act(parser, words)


def _act(arguments: Arguments) -> "Act":
    from gis.history import Act

    return Act(arguments.by, datetime.now(UTC), arguments.why, arguments.valid_from, arguments.sender)


def _preview(arguments: Arguments, words: Catalogue) -> int:
    from cross_check import desk
    from gis.coordinates import Undecided

    try:
        seen = desk.preview(arguments.file, frame.project(arguments), _act(arguments), places.letter(arguments))
    except Undecided as refusal:
        return places.tell(refusal, words)
    frame.print_step(seen.step, words)
    _print_table(seen.differences, ("site_id", "name", "column", "before", "after"), words)
    frame.print_faults(seen.faults, words, arguments.faults, sys.stdout)
    if len(seen.duplicates):
        print(words.say("history.maybe_known", count=len(seen.duplicates)))
        _print_candidates(seen.duplicates, words)
    return 0


def _import(arguments: Arguments, words: Catalogue) -> int:
    from cross_check import arrivals, desk
    from gis.coordinates import Undecided

    project, act = frame.project(arguments), _act(arguments)
    letter = places.letter(arguments)
    if arrivals.open_elsewhere(arguments.file):
        print(words.say("desk.open_elsewhere", name=arguments.file.name), file=sys.stderr)
    try:
        step, notes = desk.import_enterprises(
            arguments.file,
            project,
            act,
            letter,
            skip_faulty=arguments.skip_faulty,
            progress=frame.progress(words),
        )
    except Undecided as refusal:
        return places.tell(refusal, words)
    frame.print_step(step, words)
    frame.print_faults(notes, words, arguments.faults, sys.stdout)
    return 0


def _undo(arguments: Arguments, words: Catalogue) -> int:
    from cross_check import desk

    return frame.print_step(desk.undo(frame.project(arguments), _act(arguments), arguments.event), words)


def _move(arguments: Arguments, words: Catalogue) -> int:
    from cross_check import rulings

    lon, lat = arguments.to
    return frame.print_step(rulings.move(frame.project(arguments), _act(arguments), arguments.site, (lon, lat)), words)


def _remove(arguments: Arguments, words: Catalogue) -> int:
    """Remove a site, or list those that were."""
    from cross_check import rulings

    project = frame.project(arguments)
    if arguments.site:
        return frame.print_step(rulings.remove(project, _act(arguments), arguments.site), words)
    _print_table(rulings.removals(project), ("event", "site_id", "name", "on", "by", "why"), words)
    return 0


def _history(arguments: Arguments, words: Catalogue) -> int:
    from cross_check import annals
    from gis import history

    events = annals.events(frame.project(arguments))
    if arguments.on is not None:
        table = pd.DataFrame(history.as_of(events, arguments.on)).drop(columns="geometry")
        shown: Sequence[str] = ("site_id", "name", "permit_category", "operating", "division_code")
    elif arguments.site:
        table = history.site_history(events, arguments.site)
        table = table.assign(kind=[words.say(f"history.{kind}") for kind in table["kind"]])
        shown = ("event", "kind", "by", "why", "source", "column", "before", "after")
    else:
        table = history.summary(events)
        table = table.assign(kind=[words.say(f"history.{kind}") for kind in table["kind"]])
        shown = ("event", "kind", "at", "by", "why", "source", "sites", "in_force")
    return _told(table, shown, arguments.out, words)


def _quality(arguments: Arguments, words: Catalogue) -> int:
    from cross_check import desk
    from gis import codes

    found, board = desk.assess(frame.project(arguments), date.today())  # noqa: DTZ011 - the bureau's own calendar
    names = codes.prefectures()
    board = board[board["found"] > 0].assign(
        division_code=board["division_code"].map(lambda code: names.get(code, code)),
        share=board["share"].map("{:.1%}".format),
        sentence=[words.say(code) for code in board["code"][board["found"] > 0]],
    )
    _print_table(board, ("division_code", "sentence", "found", "sites", "share"), words, rows=len(board))
    if arguments.out is not None:
        _write(found.assign(sentence=[words.say(code) for code in found["code"]]), arguments.out)
    print(words.say("quality.told", findings=len(found), sites=found["site_id"].nunique()))
    return 0


def _duplicates(arguments: Arguments, words: Catalogue) -> int:
    from cross_check import desk, rulings

    project = frame.project(arguments)
    if arguments.show:
        table = desk.both_sides(project, *arguments.show)
        return _told(table, ("column", "left", "right", "differs"), arguments.out, words)
    if arguments.merge:
        keep, gone = arguments.merge
        return frame.print_step(rulings.merge(project, _act(arguments), keep, gone, arguments.take), words)
    if arguments.separate:
        left, right = arguments.separate
        return frame.print_step(rulings.separate(project, _act(arguments), left, right), words)
    found = desk.find_duplicates(project)
    if arguments.out is not None:
        _write(found, arguments.out)
    _print_candidates(found, words)
    print(words.say("duplicates.told", count=len(found)))
    return 0


def _import_regions(arguments: Arguments, words: Catalogue) -> int:
    from cross_check import layers

    project = frame.project(arguments)
    if arguments.level:
        step, notes = layers.import_divisions(arguments.file, project, arguments.level)
    else:
        step, notes = layers.import_layer(arguments.file, project, arguments.kind)
    if "kind" in step.figures:
        step = replace(step, figures=dict(step.figures) | {"kind": words.say(f"legend.{arguments.kind}")})
    frame.print_step(step, words)
    frame.print_faults(notes, words, arguments.faults, sys.stdout)
    return 0


def _overlap(arguments: Arguments, words: Catalogue) -> int:
    from cross_check import layers

    found = layers.overlaps(frame.project(arguments), arguments.of, arguments.kind)
    return _told(found, ("id", "name", "overlap_m2", "share"), arguments.out, words)


def _nearest(arguments: Arguments, words: Catalogue) -> int:
    from cross_check import layers

    found = layers.nearest(frame.project(arguments), arguments.of, arguments.kind, arguments.within_m)
    return _told(found, ("id", "name", "distance_m"), arguments.out, words)


def _senders(arguments: Arguments, words: Catalogue) -> int:
    from cross_check import arrivals

    project = frame.project(arguments)
    if arguments.forget:
        arrivals.forget(project, arguments.forget)
    for sender, custom in arrivals.senders(project).items():
        columns = ", ".join(f"{heading}={column}" for column, heading in custom.columns.items())
        print(words.say("cli.sender_line", sender=sender, system=custom.system or "-", columns=columns))
    return 0


def _dossier(arguments: Arguments, words: Catalogue) -> int:
    from cross_check import surroundings
    from cross_check.reports import dossier_pdf, dossier_sheet
    from gis import files
    from views import dossier, state

    project = frame.project(arguments)
    site = surroundings.site_called(project, arguments.site)
    found = surroundings.dossier(project, site, on=date.today())  # noqa: DTZ011 - the bureau's own calendar
    shown = dossier.pictures(state.stamp_of(project), found.lonlat, words)
    path = arguments.out or Path(f"{site}.html")
    if path.suffix.lower() == ".pdf":
        pages = dossier_pdf.write(found, words, path, shown)
        print(words.say("dossier.saved_pages", name=path, pages=pages))
        return 0
    with files.written_aside(path) as aside:
        aside.write_text(dossier_sheet.document(found, words, shown), encoding="utf-8")
    print(words.say("dossier.saved", name=path))
    return 0


def _print_candidates(found: pd.DataFrame, words: Catalogue) -> None:
    joint = words.say("duplicates.joint")
    told = found.assign(
        score=found["score"].map("{:.2f}".format),
        distance_m=found["distance_m"].round().astype("int64"),
        reasons=[
            joint.join(words.say(f"duplicates.{reason}") for reason in reasons.split(";"))
            for reasons in found["reasons"]
        ],
    )
    columns = ("score", "left_id", "left_name", "right_id", "right_name", "distance_m", "reasons")
    _print_table(told, columns, words)


def _told(table: pd.DataFrame, columns: Sequence[str], out: Path | None, words: Catalogue) -> int:
    """Print a table and write it whole where a file is named."""
    if out is not None:
        _write(table, out)
    if table.empty:
        print(words.say("cli.nothing_found"))
    _print_table(table, columns, words)
    return 0


def _write(table: pd.DataFrame, out: Path) -> None:
    from gis import files

    files.write_table(table, out)


def _print_table(table: pd.DataFrame, columns: Sequence[str], words: Catalogue, rows: int = _SHOWN_ROWS) -> None:
    """Print some columns of the first rows under headings in words."""
    headings = [words.say(f"cli.head_{column}") for column in columns]
    shown = table.loc[:, list(columns)].head(rows).set_axis(headings, axis=1)
    if len(shown):
        with pd.option_context("display.unicode.east_asian_width", True, "display.max_colwidth", 60):  # noqa: FBT003 - pandas takes it by position
            print(shown.to_string(index=False))
    if len(table) > rows:
        print(words.say("cli.more_rows", count=len(table) - rows))
