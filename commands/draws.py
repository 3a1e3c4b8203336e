"""Commands on double-random draws: announce, tell a number, run, give up, list, and the public list."""

import argparse
import hashlib
import secrets
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from commands import acts, frame
from commands.frame import Arguments
from gis.language import Catalogue

if TYPE_CHECKING:  # heavy libraries wait until a command runs
    from commands.frame import Verbs

Value = TypeVar("Value")


def add(verbs: "Verbs", words: Catalogue) -> None:
    """Add the commands of draws."""
    group = frame.group(verbs, "draw", "cli.draw", words)
    _announce(group, words)
    parser = frame.command(group, "rules", "draw_cli.rules", _run_rules, words)
    parser.add_argument("file", type=Path, nargs="?", metavar="FILE", help=words.say("draw_cli.rules_file"))
    frame.command(group, "nonce", "cli.draw_nonce", _print_nonce, words)
    parser = frame.command(group, "tell", "cli.draw_tell", _run_tell, words)
    parser.add_argument("draw", metavar="DRAW", help=words.say("cli.draw_number"))
    parser.add_argument("--party", required=True, metavar="NAME", help=words.say("cli.draw_party"))
    parser.add_argument("--nonce", required=True, metavar="TEXT", help=words.say("cli.draw_own"))
    acts.add_options(parser, words)
    parser = frame.command(group, "run", "cli.draw_run", _run_draw, words)
    parser.add_argument("draw", metavar="DRAW", help=words.say("cli.draw_number"))
    value = _pair(words, str)
    parser.add_argument(
        "--value", type=value, nargs="+", required=True, metavar="NAME=VALUE", help=words.say("cli.draw_value")
    )
    acts.add_options(parser, words)
    parser = frame.command(group, "abort", "cli.draw_abort", _run_abort, words)
    parser.add_argument("draw", metavar="DRAW", help=words.say("cli.draw_number"))
    acts.add_options(parser, words)
    frame.command(group, "list", "cli.draw_list", _print_draws, words)
    parser = frame.command(group, "excluded", "draw_cli.excluded", _print_excluded, words)
    parser.add_argument("draw", metavar="DRAW", help=words.say("cli.draw_number"))
    parser.add_argument("--to", type=Path, metavar="FILE", help=words.say("draw_cli.excluded_to"))
    parser = frame.command(group, "publish", "cli.draw_publish", _publish, words)
    parser.add_argument("draw", metavar="DRAW", help=words.say("cli.draw_number"))
    parser.add_argument("--to", type=Path, required=True, metavar="FILE", help=words.say("cli.draw_to"))


def _announce(group: "Verbs", words: Catalogue) -> None:
    parser = frame.command(group, "announce", "cli.draw_announce", _run_announce, words)
    parser.add_argument("--title", required=True, help=words.say("cli.draw_title"))
    parser.add_argument("--rule", required=True, metavar="NAME", help=words.say("cli.draw_rule"))
    parser.add_argument("--rules", type=Path, metavar="FILE", help=words.say("cli.draw_rules"))
    parser.add_argument("--document", required=True, metavar="NO", help=words.say("cli.document"))
    due = _pair(words, date.fromisoformat)
    parser.add_argument(
        "--beacon", type=due, nargs="+", required=True, metavar="NAME=DAY", help=words.say("cli.draw_beacon")
    )
    promised = _pair(words, str)
    parser.add_argument(
        "--promised", type=promised, nargs="*", default=[], metavar="PARTY=SHA256", help=words.say("cli.draw_promised")
    )
    parser.add_argument("--valid-on", type=frame.day(words), required=True, help=words.say("cli.draw_valid_on"))
    parser.add_argument("--most-visits", type=int, default=0, metavar="N", help=words.say("cli.draw_most"))
    parser.add_argument("--by-division", action="store_true", help=words.say("cli.draw_by_division"))
    parser.add_argument("--witness", nargs="*", default=[], metavar="NAME", help=words.say("cli.draw_witness"))
    parser.add_argument("--jointly", nargs=3, metavar=("NAME", "UNITS", "OFFICERS"), help=words.say("draw_cli.jointly"))
    acts.add_options(parser, words)


def _run_announce(arguments: Arguments, words: Catalogue) -> int:
    from cross_check import draw_records, draw_rules, draws

    project, act = frame.project(arguments), acts.act(arguments)
    order = draws.Order(
        title=arguments.title,
        rule=draw_rules.rule(project, arguments.rule, arguments.rules),
        valid_on=arguments.valid_on,
        most_visits=arguments.most_visits,
        pooled=arguments.by_division,
        witnesses=tuple(arguments.witness),
    )
    if draw_rules.foreign(project, arguments.rules):
        print(words.say("draws.foreign", document=order.rule["document"]))
    joined = None
    if arguments.jointly:
        name, units, officers = arguments.jointly
        joined = draw_records.partner(project, name, Path(units), Path(officers))
    frozen = draw_records.freeze(project, order, joined=joined)
    announcement = draws.announce(
        frozen,
        beacons=dict(arguments.beacon),
        nonces=dict(arguments.promised),
        document=arguments.document,
        at=act.at_utc,
    )
    return frame.print_step(draw_records.announce(project, act, frozen, announcement, joined), words)


def _run_rules(arguments: Arguments, words: Catalogue) -> int:
    from cross_check import draw_rules

    project = frame.project(arguments)
    if arguments.file:
        return frame.print_step(draw_rules.take(project, arguments.file), words)
    for name, row in draw_rules.known(project).items():
        print(f"{name}  {row['document']}")
        if draw_rules.foreign(project):
            print("  " + words.say("draws.foreign", document=row["document"]))
    return 0


def _print_nonce(arguments: Arguments, words: Catalogue) -> int:  # noqa: ARG001 - every verb gets both
    nonce = secrets.token_hex(32)
    print(words.say("draws.own_number", nonce=nonce, digest=hashlib.sha256(nonce.encode()).hexdigest()))
    return 0


def _run_tell(arguments: Arguments, words: Catalogue) -> int:
    from cross_check import draw_records

    project, act = frame.project(arguments), acts.act(arguments)
    return frame.print_step(draw_records.tell(project, act, arguments.draw, arguments.party, arguments.nonce), words)


def _run_draw(arguments: Arguments, words: Catalogue) -> int:
    from cross_check import draw_records

    project, act = frame.project(arguments), acts.act(arguments)
    return frame.print_step(draw_records.conclude(project, act, arguments.draw, dict(arguments.value)), words)


def _run_abort(arguments: Arguments, words: Catalogue) -> int:
    from cross_check import draw_records

    return frame.print_step(draw_records.abort(frame.project(arguments), acts.act(arguments), arguments.draw), words)


def _print_draws(arguments: Arguments, words: Catalogue) -> int:
    from cross_check import draw_records

    for row in draw_records.listing(frame.project(arguments)).itertuples(index=False):
        print(f"{row.number}  {words.say(f'draw_state.{row.state}')}  {row.units} / {row.to_draw}  {row.title}")
    return 0


def _print_excluded(arguments: Arguments, words: Catalogue) -> int:
    """Print how many units each reason keeps out; every one of them with reason and document goes to a file."""
    from cross_check import draw_records

    table = draw_records.excluded(frame.project(arguments), arguments.draw, words)
    for reason, count in table[words.say("draw_public.head_reason")].value_counts().items():
        print(f"{count:>7,}  {reason}")
    if arguments.to:
        from gis import files

        files.write_table(table, arguments.to)
        print(f"  {arguments.to}")
    return 0


def _publish(arguments: Arguments, words: Catalogue) -> int:
    from cross_check import draw_records

    return frame.print_step(draw_records.publish(frame.project(arguments), arguments.draw, arguments.to, words), words)


def _pair(words: Catalogue, read: Callable[[str], Value]) -> Callable[[str], tuple[str, Value]]:
    """Return a reader of ``NAME=VALUE``."""

    def parse(text: str) -> tuple[str, Value]:
        name, found, value = text.partition("=")
        refusal = argparse.ArgumentTypeError(words.say("draws.no_pair", text=text))
        if not (found and name.strip() and value.strip()):
            raise refusal
        try:
            return name.strip(), read(value.strip())
        except ValueError:
            raise refusal from None

    return parse
