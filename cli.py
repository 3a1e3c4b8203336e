"""The verbs of the workbench on the command line: parse, call, print. No logic."""

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from datetime import date
from typing import TYPE_CHECKING

import pandas as pd

from commands import (
    accuracy,
    clusters,
    composites,
    desk,
    detect,
    draws,
    drone,
    hotspots,
    jobs,
    leads,
    ledger,
    plan,
    problems,
    province,
    registers,
    routes,
    scenes,
    sensing,
    triage,
    watch,
    watched,
    waters,
)
from commands.frame import Arguments, Verb
from commands.frame import command as _command
from commands.frame import day as _day
from commands.frame import print_faults as _print_faults
from commands.frame import print_step as _print_step
from commands.frame import progress as _progress
from commands.frame import project as _project
from gis.errors import TableFaults, WorkbenchError
from gis.language import DEFAULT, LANGUAGES, Catalogue, catalogue

if TYPE_CHECKING:
    Verbs = argparse._SubParsersAction[argparse.ArgumentParser]
    from cross_check.demo import Report
    from cross_check.scoreboard import Score

_PORT = 8501
_FEWEST_PX = 200


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; return 0, or 1 after a fault that the user can mend."""
    watched.begin()
    argv = list(sys.argv[1:] if argv is None else argv)
    words = catalogue(_language(argv))
    arguments = _parser(words).parse_args(argv)
    try:
        verb: Verb = arguments.verb
        return verb(arguments, words)
    except TableFaults as refusal:
        print(words.explain(refusal), file=sys.stderr)
        _print_faults(refusal.faults, words, arguments.faults, sys.stderr)
        return 1
    except WorkbenchError as fault:
        print(words.explain(fault), file=sys.stderr)
        return 1
    except OSError as fault:
        print(words.say("cli.disk", reason=fault.strerror or "", name=fault.filename or ""), file=sys.stderr)
        return 1


def _language(argv: Sequence[str]) -> str:
    """Read the language before all else: the help is written in it."""
    early = argparse.ArgumentParser(add_help=False)
    early.add_argument("--language", choices=LANGUAGES, default=os.environ.get("HDQ_LANGUAGE", DEFAULT))
    chosen = early.parse_known_args(argv)[0].language
    return chosen if chosen in LANGUAGES else DEFAULT


def _parser(words: Catalogue) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="hdq", description=words.say("cli.about"))
    parser.set_defaults(faults=None)
    verbs = parser.add_subparsers(required=True, metavar="COMMAND")
    for build in (
        desk.enterprises,
        desk.regions,
        registers.officers,
        registers.risk,
        registers.positive,
        registers.items,
        registers.caps,
        registers.visits,
        registers.surveys,
        registers.assessments,
        detect.detect,
        detect.targets,
        sensing.radar,
        sensing.learned,
        watch.watch,
        waters.waters,
        province.province,
        accuracy.accuracy,
        leads.leads,
        triage.triage,
        problems.problems,
        ledger.ledger,
        hotspots.add,
        hotspots.measures,
        clusters.scan,
        clusters.emerging,
        clusters.lists,
        clusters.fires,
        draws.add,
        routes.rounds,
        routes.routes,
        plan.plan,
        _brief,
        scenes.add,
        composites.composite,
        composites.index,
        drone.drone,
        jobs.add,
        _app,
        _demo,
    ):
        build(verbs, words)
    return parser


def _brief(verbs: "Verbs", words: Catalogue) -> None:
    parser = _command(verbs, "brief", "cli.brief", _write_brief, words)
    parser.add_argument("--title", default=words.say("demo.title"), help=words.say("cli.title"))
    parser.add_argument("--maker", required=True, help=words.say("cli.maker"))
    day = _day(words)
    parser.add_argument("--made-on", type=day, metavar="DAY", default=date.today(), help=words.say("cli.made_on"))  # noqa: DTZ011 - the maker's own calendar
    levels = ("public", "internal", "sensitive")
    parser.add_argument("--classification", choices=levels, default="internal", help=words.say("cli.classification"))
    parser.add_argument("--approval-no", default="", metavar="NO", help=words.say("cli.approval"))


def _app(verbs: "Verbs", words: Catalogue) -> None:
    parser = _command(verbs, "app", "cli.app", _serve, words)
    parser.add_argument("--port", type=int, default=_PORT, help=words.say("cli.port"))


def _demo(verbs: "Verbs", words: Catalogue) -> None:
    parser = _command(verbs, "demo", "cli.demo", _run_demo, words)
    parser.add_argument("--no-app", action="store_true", help=words.say("cli.no_app"))
    parser.add_argument("--port", type=int, default=_PORT, help=words.say("cli.port"))
    parser.add_argument("--seed", type=int, default=20_210_406, help=words.say("cli.demo_seed"))
    parser.add_argument("--size-px", type=_pixels(words), default=2000, metavar="PX", help=words.say("cli.size"))


def _write_brief(arguments: Arguments, words: Catalogue) -> int:
    from cross_check import briefs
    from cross_check.reports.contents import Brief

    brief = Brief(
        title=arguments.title,
        maker=arguments.maker,
        made_on=arguments.made_on,
        sources=briefs.image_sources(_project(arguments)),
        classification=arguments.classification,
        approval_no=arguments.approval_no,
        language=words.language,
        synthetic=_project(arguments).truth.is_dir(),
    )
    return _print_step(briefs.write(_project(arguments), brief, progress=_progress(words)), words)


def _serve(arguments: Arguments, words: Catalogue) -> int:
    from views import server

    print(words.say("cli.opening", port=arguments.port), flush=True)
    return server.serve(arguments.project, arguments.port, words.language)


def _run_demo(arguments: Arguments, words: Catalogue) -> int:
    from cross_check import demo, warming

    params = demo.Params(seed=arguments.seed, size_px=arguments.size_px, language=words.language)
    with warming.beside():
        report = demo.run(arguments.project, params=params, progress=_progress(words))
    _print_report(report, words)
    return 0 if arguments.no_app else _serve(arguments, words)


def _print_report(report: "Report", words: Catalogue) -> None:
    for step, seconds in report.steps:
        took = words.say("demo.took", seconds=seconds)
        print(f"{took:>8}  ", end="")
        _print_step(step, words)
    print()
    print(words.say("demo.scores"))
    _print_score(report.leads, words.say("demo.what_leads"), words)
    print(words.say("demo.decoys_note"))
    _print_score(report.hotspots, words.say("demo.what_hotspots"), words)
    print(words.say("demo.synthetic_note"))


def _print_score(score: "Score", what: str, words: Catalogue) -> None:
    figures = {"reported": score.reported, "right": score.right, "recall": score.recall, "precision": score.precision}
    print(words.say("demo.score_title", what=what, **figures))
    missed = score.rows["planted"] - score.rows["hidden"] - score.rows["found"]
    table = pd.DataFrame(
        {
            words.say("demo.kind"): [_kind(row.kind, words, decoy=row.decoy) for row in score.rows.itertuples()],
            words.say("demo.planted"): score.rows["planted"],
            words.say("demo.hidden"): score.rows["hidden"],
            words.say("demo.found"): score.rows["found"],
            words.say("demo.missed"): _counts(missed, score),
            words.say("demo.right_class"): _counts(score.rows["right_class"], score),
        }
    )
    with pd.option_context("display.unicode.east_asian_width", True):  # noqa: FBT003 - pandas takes it by position
        print(table.to_string(index=False))


def _counts(counts: pd.Series, score: "Score") -> list[str]:
    """Write counts; a decoy is neither missed nor rightly named."""
    return ["-" if decoy else str(count) for count, decoy in zip(counts, score.rows["decoy"], strict=True)]


def _kind(kind: str, words: Catalogue, *, decoy: bool) -> str:
    from gis.signals import KINDS

    if decoy:
        name, mark = words.say(f"demo.{kind}"), words.say("demo.is_decoy")
        return f"{mark}: {name}"
    return words.say(f"signals.{kind}" if kind in KINDS else f"class.{kind}")


def _pixels(words: Catalogue) -> Callable[[str], int]:
    def read(text: str) -> int:
        if int(text) < _FEWEST_PX:
            raise argparse.ArgumentTypeError(words.say("cli.fewest_px", fewest=_FEWEST_PX))
        return int(text)

    return read


if __name__ == "__main__":
    raise SystemExit(main())
