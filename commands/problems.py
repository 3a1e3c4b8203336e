"""Commands of problems, from opening to the record of the case, and of what third parties deliver."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from commands import acts, frame, leads
from commands.frame import Arguments
from gis.language import Catalogue

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from commands.frame import Verbs
    from cross_check.ledger.events import Event


def problems(verbs: "Verbs", words: Catalogue) -> None:
    """Add ``hdq problems``."""
    from cross_check.ledger.rules import PROBLEM_STATES

    group = frame.group(verbs, "problems", "problems_cli.problems", words)
    parser = frame.command(group, "open", "problems_cli.open", _open, words)
    parser.add_argument("id", help=words.say("leads_cli.id"))
    leads.add_fields(parser, words)
    acts.add_options(parser, words)
    parser = frame.command(group, "list", "problems_cli.list", _list, words)
    parser.add_argument("--overdue", action="store_true", help=words.say("leads_cli.overdue"))
    parser = frame.command(group, "move", "problems_cli.move", _move, words)
    parser.add_argument("id", help=words.say("problems_cli.id"))
    parser.add_argument("--to", choices=PROBLEM_STATES, required=True, help=words.say("leads_cli.to"))
    leads.add_fields(parser, words)
    acts.add_options(parser, words)
    _add_deadline(group, words)
    _add_proof(group, words)
    _add_record(group, words)


def _add_deadline(group: "Verbs", words: Catalogue) -> None:
    parser = frame.command(group, "ask", "problems_cli.ask", _ask, words)
    parser.add_argument("id", help=words.say("problems_cli.id"))
    parser.add_argument(
        "--until", type=frame.day(words), required=True, metavar="DAY", help=words.say("problems_cli.until")
    )
    acts.add_options(parser, words)
    parser = frame.command(group, "extend", "problems_cli.extend", _extend, words)
    parser.add_argument("id", help=words.say("problems_cli.id"))
    parser.add_argument("--refuse", action="store_true", help=words.say("problems_cli.refuse"))
    acts.add_options(parser, words)


def _add_proof(group: "Verbs", words: Catalogue) -> None:
    from cross_check.ledger.rules import EVIDENCE, LOOK_BACKS

    parser = frame.command(group, "attach", "problems_cli.attach", _attach, words)
    parser.add_argument("id", help=words.say("problems_cli.id"))
    parser.add_argument("file", type=Path, help=words.say("problems_cli.file"))
    parser.add_argument("--kind", choices=EVIDENCE, required=True, help=words.say("problems_cli.kind"))
    acts.add_options(parser, words)
    parser = frame.command(group, "look-back", "problems_cli.look_back", _look_back, words)
    parser.add_argument("id", help=words.say("problems_cli.id"))
    parser.add_argument("--detection", type=Path, metavar="FOLDER", help=words.say("problems_cli.detection"))
    parser.add_argument("--read", choices=LOOK_BACKS, help=words.say("problems_cli.read"))
    acts.add_options(parser, words)


def _add_record(group: "Verbs", words: Catalogue) -> None:
    parser = frame.command(group, "record", "problems_cli.record", _record, words)
    parser.add_argument("id", help=words.say("problems_cli.id"))
    parser.add_argument("--to", type=Path, required=True, metavar="ZIP", help=words.say("problems_cli.zip"))
    acts.add_options(parser, words)
    parser = frame.command(group, "verify", "problems_cli.verify", _verify, words)
    parser.add_argument("file", type=Path, help=words.say("problems_cli.zip"))
    parser.add_argument("--alone", action="store_true", help=words.say("problems_cli.alone"))


def add_third_party(group: "Verbs", kind: str, words: Catalogue) -> None:
    """Add order, deliver, accept, return and lead to the commands of surveys or assessments."""
    for verb, run in (
        ("order", _order),
        ("deliver", _deliver),
        ("accept", _accept),
        ("return", _return),
        ("lead", _lead),
    ):
        parser = frame.command(group, verb, f"surveys_cli.{verb}", run, words)
        parser.set_defaults(third_party=kind)
        parser.add_argument("number", help=words.say("surveys_cli.number"))
        if verb in {"order", "deliver", "accept"}:
            leads.add_fields(parser, words)
        acts.add_options(parser, words)


def _open(arguments: Arguments, words: Catalogue) -> int:
    from cross_check import orders

    made = orders.open_problem(acts.ledger(arguments), acts.act(arguments), arguments.id, leads.fields(arguments))
    print(words.say("problems_cli.opened", name=made[0].object_id))
    return 0


def _list(arguments: Arguments, words: Catalogue) -> int:
    from cross_check import rectification

    today = date.today()  # noqa: DTZ011 - the bureau's own calendar
    found = rectification.table(acts.ledger(arguments), on=today)
    if arguments.overdue:
        found = found[found["overdue"]]
    told = pd.DataFrame(
        {
            "problem": found["problem_id"],
            "lead": found["lead_id"],
            "state": [acts.state_of("problem", each, words) for each in found["state"]],
            "site": found["site_name"].fillna(""),
            "division": found["division_code"].fillna(""),
            "due_on": found["due_on"].dt.strftime("%Y-%m-%d").fillna(""),
            "days_left": [f"{each:.0f}" if pd.notna(each) else "" for each in found["days_left"]],
            "extensions": found["extensions"].fillna(0).astype(int),
        }
    )
    acts.print_table(told, words)
    print(words.say("problems_cli.counts", count=len(found), overdue=int(found["overdue"].sum())))
    return 0


def _move(arguments: Arguments, words: Catalogue) -> int:
    from cross_check import orders

    made = orders.move_problem(
        acts.ledger(arguments), acts.act(arguments), arguments.id, arguments.to, leads.fields(arguments)
    )
    print(words.say("casebook.moved", count=len(made)))
    return 0


def _ask(arguments: Arguments, words: Catalogue) -> int:
    from cross_check import rectification

    rectification.ask_extension(acts.ledger(arguments), acts.act(arguments), arguments.id, arguments.until)
    print(words.say("rectification.asked", name=arguments.id, until=arguments.until.isoformat()))
    return 0


def _extend(arguments: Arguments, words: Catalogue) -> int:
    from cross_check import rectification

    grant = not arguments.refuse
    rectification.decide_extension(acts.ledger(arguments), acts.act(arguments), arguments.id, grant=grant)
    print(words.say("rectification.granted" if grant else "rectification.refused", name=arguments.id))
    return 0


def _attach(arguments: Arguments, words: Catalogue) -> int:
    from cross_check import rectification

    project, act = frame.project(arguments), acts.act(arguments)
    made = rectification.attach(project, act, arguments.id, arguments.file, arguments.kind)
    print(words.say("rectification.attached", sha256=made[0].changes["files"][1][-1]["sha256"]))
    return 0


def _look_back(arguments: Arguments, words: Catalogue) -> int:
    from cross_check import rectification

    project, act = frame.project(arguments), acts.act(arguments)
    if arguments.read:
        rectification.read_look_back(acts.ledger(arguments), act, arguments.id, arguments.read)
        print(words.say("rectification.read", name=arguments.id, verdict=words.say(f"look_back.{arguments.read}")))
        return 0
    found, _ = rectification.look_back(project, act, arguments.id, arguments.detection)
    verdict, speaks = words.say(f"look_back.{found.verdict}"), words.say(f"look_back.{found.speaks}")
    print(words.say("rectification.looked", name=arguments.id, verdict=verdict, speaks=speaks))
    return 0


def _record(arguments: Arguments, words: Catalogue) -> int:
    from cross_check import handovers

    project, act = frame.project(arguments), acts.act(arguments)
    return frame.print_step(handovers.write(project, act, arguments.id, arguments.to, words), words)


def _verify(arguments: Arguments, words: Catalogue) -> int:
    from cross_check import casebook, handovers

    project = frame.project(arguments)
    beside = casebook.opened(project) if casebook.begun(project) and not arguments.alone else None
    found = handovers.verify(arguments.file, beside)
    if found.fault:
        print(words.say(found.fault, name=found.name))
        return 1
    told = {"files": found.files, "events": found.events, "withheld": found.withheld}
    print(words.say("handovers.whole_beside" if beside else "handovers.whole", **told))
    return 0


def _order(arguments: Arguments, words: Catalogue) -> int:
    from cross_check import surveys

    return _recorded(arguments, words, surveys.order)


def _deliver(arguments: Arguments, words: Catalogue) -> int:
    from cross_check import surveys

    return _recorded(arguments, words, surveys.deliver)


def _recorded(arguments: Arguments, words: Catalogue, verb: "Callable[..., Sequence[Event]]") -> int:
    ledger, act, fields = acts.ledger(arguments), acts.act(arguments), leads.fields(arguments)
    return _told(verb(ledger, act, arguments.third_party, arguments.number, fields), words)


def _accept(arguments: Arguments, words: Catalogue) -> int:
    return _examine(arguments, words, accept=True)


def _return(arguments: Arguments, words: Catalogue) -> int:
    return _examine(arguments, words, accept=False)


def _examine(arguments: Arguments, words: Catalogue, *, accept: bool) -> int:
    from cross_check import surveys

    ledger, act, told = acts.ledger(arguments), acts.act(arguments), leads.fields(arguments) if accept else {}
    return _told(
        surveys.examine(ledger, act, arguments.third_party, arguments.number, accept=accept, fields=told), words
    )


def _lead(arguments: Arguments, words: Catalogue) -> int:
    from cross_check import surveys

    project, act = frame.project(arguments), acts.act(arguments)
    made = surveys.raise_lead(project, act, arguments.third_party, arguments.number)
    print(words.say("surveys_cli.raised", name=made[0].object_id))
    return 0


def _told(made: "Sequence[Event]", words: Catalogue) -> int:
    print(words.say("surveys_cli.recorded", count=len(made)))
    return 0
