"""Commands of triage: proposals, orders, inspections."""

from datetime import date
from typing import TYPE_CHECKING

import pandas as pd

from commands import acts, frame
from commands.frame import Arguments
from gis.language import Catalogue

if TYPE_CHECKING:
    from commands.frame import Verbs
    from cross_check.triage import Refusal


def triage(verbs: "Verbs", words: Catalogue) -> None:
    """Add ``hdq triage``."""
    from cross_check.ledger.rules import CHECKS, WAYS

    group = frame.group(verbs, "triage", "triage_cli.triage", words)
    parser = frame.command(group, "propose", "triage_cli.propose", _propose, words)
    parser.add_argument("id", nargs="*", help=words.say("leads_cli.id"))
    parser.add_argument("--most", type=int, metavar="N", help=words.say("triage_cli.most"))
    parser = frame.command(group, "draft", "triage_cli.draft", _draft, words)
    parser.add_argument("id", nargs="+", help=words.say("leads_cli.id"))
    acts.add_options(parser, words)
    parser = frame.command(group, "decide", "triage_cli.decide", _decide, words)
    parser.add_argument("id", nargs="+", help=words.say("leads_cli.id"))
    parser.add_argument("--way", choices=(*WAYS, "refuse"), required=True, help=words.say("triage_cli.way"))
    parser.add_argument("--trigger", default="", metavar="CODE", help=words.say("triage_cli.trigger"))
    parser.add_argument("--preview", action="store_true", help=words.say("triage_cli.preview"))
    acts.add_options(parser, words)
    parser = frame.command(group, "list", "triage_cli.list", _list, words)
    parser = frame.command(group, "inspect", "triage_cli.inspect", _inspect, words)
    parser.add_argument("id", help=words.say("leads_cli.id"))
    parser.add_argument("--officers", nargs="+", required=True, metavar="ID", help=words.say("triage_cli.officers"))
    parser.add_argument("--on", type=frame.day(words), required=True, metavar="DAY", help=words.say("triage_cli.on"))
    parser.add_argument("--check-kind", choices=CHECKS, default="case", help=words.say("triage_cli.check_kind"))
    acts.add_options(parser, words)


def say_refusal(refusal: "Refusal", words: Catalogue) -> str:
    """Return why a way is closed, with the rule's document, date and article."""
    from cross_check import triage as rules

    reason, where = rules.said(refusal, words)
    return words.say("triage_cli.refusal", reason=reason, where=where)


def _propose(arguments: Arguments, words: Catalogue) -> int:
    import numpy as np

    from cross_check import casebook, learning, orders

    project, ledger = frame.project(arguments), acts.ledger(arguments)
    table = casebook.table(ledger)
    chosen = table[table["lead_id"].isin(arguments.id)] if arguments.id else table[table["state"] == "suspected"]
    today = date.today()  # noqa: DTZ011 - the bureau's own calendar
    chosen = chosen.reset_index(drop=True)
    proposals = orders.propose(ledger, chosen, casebook.ground(project).enterprises, on=today)
    if arguments.most is not None and len(chosen):
        told = orders.facts(ledger, chosen, casebook.ground(project).enterprises, on=today)
        sure = told.set_index("lead_id")["confidence"].where(told["benign_reason"].isna().to_numpy())
        drawn = learning.picked(sure, arguments.most, np.random.default_rng(today.toordinal()))["drawn"]
        proposals = {name: proposals[name] for name in drawn.index}
    for name, proposal in proposals.items():
        due = proposal.due_on.isoformat()
        print(words.say("triage_cli.proposal", name=name, way=words.say(f"way.{proposal.way}"), due=due))
        for refusal in proposal.refusals:
            print(f"  - {words.say(f'way.{refusal.way}')}: {say_refusal(refusal, words)}")
    if not proposals:
        print(words.say("casebook.none"))
    return 0


def _draft(arguments: Arguments, words: Catalogue) -> int:
    from cross_check import orders

    made = orders.draft(frame.project(arguments), acts.act(arguments), arguments.id)
    print(words.say("orders.drafted", count=len(made)))
    return 0


def _decide(arguments: Arguments, words: Catalogue) -> int:
    from cross_check import casebook, orders
    from cross_check.orders import Decision

    way = "" if arguments.way == "refuse" else arguments.way
    decisions = [Decision(name, way, arguments.trigger) for name in arguments.id]
    project, act = frame.project(arguments), acts.act(arguments)
    if not arguments.preview:
        orders.decide(project, act, decisions)
        print(words.say("orders.decided", count=len(decisions)))
        return 0
    ledger = casebook.opened(project)
    table = casebook.table(ledger)
    chosen = table[table["lead_id"].isin(arguments.id)].reset_index(drop=True)
    proposals = orders.propose(ledger, chosen, casebook.ground(project).enterprises, on=act.day)
    seen = orders.preview(chosen, proposals, [one for one in decisions if one.lead_id in proposals])
    for row in seen.itertuples():
        states = (acts.state_of("lead", state, words) for state in (row.from_state, row.to_state))
        possible = words.say(f"possible.{row.possible}")
        print(f"{row.lead_id}  {' -> '.join(states)}  {possible}")
        for refusal in row.refusals:
            print(f"  - {say_refusal(refusal, words)}")
    counts = {name: int((seen["possible"] == name).sum()) for name in ("yes", "reason", "no")}
    print(words.say("orders.preview", yes=counts["yes"], reason=counts["reason"], no=counts["no"]))
    return 0


def _list(arguments: Arguments, words: Catalogue) -> int:
    rows = [
        {
            "order": one.key[1],
            "lead": one.fields["lead_id"],
            "state": acts.state_of("order", one.state, words),
            "proposed": words.say(f"way.{one.fields['proposed']}"),
            "way": words.say(f"way.{one.fields['way']}") if one.fields.get("way") else "",
            "due_on": one.fields["due_on"],
            "reply_by": one.fields.get("reply_by") or "",
        }
        for one in acts.ledger(arguments).records("order")
    ]
    acts.print_table(pd.DataFrame(rows), words)
    return 0


def _inspect(arguments: Arguments, words: Catalogue) -> int:
    from cross_check import orders

    made = orders.inspect(
        frame.project(arguments),
        acts.act(arguments),
        arguments.id,
        arguments.officers,
        on=arguments.on,
        check_kind=arguments.check_kind,
    )
    print(words.say("orders.inspected", name=made[0].object_id, officers=", ".join(arguments.officers)))
    return 0
