"""Commands of leads: made, brought in, read, moved, merged; each of the latter is an event of the ledger."""

import argparse
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from commands import acts, frame
from commands.frame import Arguments
from gis.errors import TableFaults
from gis.language import Catalogue

if TYPE_CHECKING:
    import geopandas as gpd

    from commands.frame import Verbs

_VERDICTS = ("suspected", "excluded", "doubtful")


def leads(verbs: "Verbs", words: Catalogue) -> None:
    """Add ``hdq leads``."""
    group = frame.group(verbs, "leads", "cli.leads", words)
    parser = frame.command(group, "build", "cli.leads_build", _build, words)
    parser.add_argument("--patches", type=Path, metavar="FILE", help=words.say("cli.patches"))
    parser.add_argument("--within-m", type=frame.positive, metavar="M", help=words.say("cli.within"))
    parser.add_argument("--unclassified", action="store_true", help=words.say("cli.unclassified"))
    _add_incoming(group, words)
    _add_shown(group, words)
    _add_decisions(group, words)


def _add_incoming(group: "Verbs", words: Catalogue) -> None:
    from cross_check.ledger.rules import MACHINE, TOLD

    parser = frame.command(group, "take", "leads_cli.take", _take, words)
    parser.add_argument("what", choices=MACHINE, help=words.say("leads_cli.what"))
    acts.add_options(parser, words)
    parser = frame.command(group, "import", "leads_cli.import", _import, words)
    parser.add_argument("file", type=Path, help=words.say("cli.source"))
    parser.add_argument("--source", choices=TOLD, required=True, help=words.say("leads_cli.source"))
    parser.add_argument("--skip-faulty", action="store_true", help=words.say("cli.skip_faulty"))
    parser.add_argument("--faults", type=frame.csv_file(words), metavar="CSV", help=words.say("cli.faults_to"))
    acts.add_options(parser, words)
    parser = frame.command(group, "add", "leads_cli.add", _add, words)
    parser.add_argument("--source", choices=TOLD, required=True, help=words.say("leads_cli.source"))
    parser.add_argument("--number", required=True, metavar="NO", help=words.say("leads_cli.number"))
    parser.add_argument(
        "--seen-on", type=frame.day(words), required=True, metavar="DAY", help=words.say("leads_cli.seen")
    )
    parser.add_argument("--lon", type=float, metavar="DEG", help=words.say("leads_cli.lon"))
    parser.add_argument("--lat", type=float, metavar="DEG", help=words.say("leads_cli.lat"))
    parser.add_argument("--site", default="", metavar="ID", help=words.say("leads_cli.site"))
    parser.add_argument("--severity", choices=("1", "2", "3"), default="2", help=words.say("leads_cli.severity"))
    parser.add_argument("--evidence", nargs="+", default=[], metavar="KIND", help=words.say("leads_cli.evidence"))
    parser.add_argument("--note", default="", metavar="TEXT", help=words.say("leads_cli.note"))
    acts.add_options(parser, words)


def _add_shown(group: "Verbs", words: Catalogue) -> None:
    from cross_check.ledger.rules import LEAD_STATES

    parser = frame.command(group, "list", "leads_cli.list", _list, words)
    parser.add_argument("--state", nargs="+", choices=LEAD_STATES, default=[], help=words.say("leads_cli.state"))
    parser.add_argument("--overdue", action="store_true", help=words.say("leads_cli.overdue"))
    parser.add_argument("--out", type=Path, metavar="FILE", help=words.say("cli.table_to"))
    parser = frame.command(group, "show", "leads_cli.show", _show, words)
    parser.add_argument("id", help=words.say("leads_cli.id"))
    parser = frame.command(group, "matches", "leads_cli.matches", _matches, words)
    parser = frame.command(group, "rates", "leads_cli.rates", _rates, words)
    by = ("source", "machine_class", "division_code")
    parser.add_argument("--per", choices=by, default=by[0], help=words.say("leads_cli.per"))
    parser = frame.command(group, "funnel", "leads_cli.funnel", _funnel, words)
    parser.add_argument("--source", default="", metavar="SOURCE", help=words.say("leads_cli.source"))


def _add_decisions(group: "Verbs", words: Catalogue) -> None:
    from cross_check.ledger.rules import LEAD_STATES

    parser = frame.command(group, "read", "leads_cli.read", _read, words)
    parser.add_argument("id", help=words.say("leads_cli.id"))
    parser.add_argument("verdict", choices=_VERDICTS, help=words.say("leads_cli.verdict"))
    parser.add_argument("--class", dest="human_class", default="", metavar="CLASS", help=words.say("leads_cli.class"))
    parser.add_argument("--seen", type=int, metavar="VERSION", help=words.say("leads_cli.version"))
    acts.add_options(parser, words)
    parser = frame.command(group, "move", "leads_cli.move", _move, words)
    parser.add_argument("id", nargs="+", help=words.say("leads_cli.id"))
    parser.add_argument("--to", choices=LEAD_STATES, required=True, help=words.say("leads_cli.to"))
    add_fields(parser, words)
    acts.add_options(parser, words)
    parser = frame.command(group, "note", "leads_cli.note_down", _note, words)
    parser.add_argument("id", help=words.say("leads_cli.id"))
    add_fields(parser, words)
    acts.add_options(parser, words)
    parser = frame.command(group, "merge", "leads_cli.merge", _merge, words)
    parser.add_argument("keep", help=words.say("leads_cli.keep"))
    parser.add_argument("gone", help=words.say("leads_cli.gone"))
    parser.add_argument("--apart", action="store_true", help=words.say("leads_cli.apart"))
    acts.add_options(parser, words)
    parser = frame.command(group, "harmless", "leads_cli.harmless", _harmless, words)
    parser.add_argument("id", help=words.say("leads_cli.id"))
    parser.add_argument(
        "--until", type=frame.day(words), required=True, metavar="DAY", help=words.say("leads_cli.until")
    )
    parser.add_argument("--reach-m", type=frame.positive, default=200.0, metavar="M", help=words.say("leads_cli.reach"))
    acts.add_options(parser, words)
    acts.add_undo(group, words)
    parser = frame.command(group, "complainant", "leads_cli.complainant", _complainant, words)
    parser.add_argument("number", help=words.say("leads_cli.number"))
    acts.add_options(parser, words)


def add_fields(parser: argparse.ArgumentParser, words: Catalogue) -> None:
    """Add ``--set NAME=VALUE``."""
    parser.add_argument("--set", nargs="+", default=[], metavar="NAME=VALUE", help=words.say("leads_cli.set"))


def fields(arguments: Arguments) -> dict[str, object]:
    """Return what ``--set`` names; an empty value clears a field, a whole number is one."""
    pairs = [text.partition("=") for text in arguments.set]
    return {
        name: (int(value) if value.isdecimal() and name.endswith("_m") else value) or None for name, _, value in pairs
    }


def shown(table: "gpd.GeoDataFrame", words: Catalogue) -> pd.DataFrame:
    """Return leads in readable columns, the overdue first."""
    ordered = table.sort_values(["due_on", "lead_id"], na_position="last")
    kind = [words.say(f"class.{each}") if isinstance(each, str) else "" for each in ordered["shown_class"]]
    return pd.DataFrame(
        {
            "lead": ordered["lead_id"],
            "source": [words.say(f"sources.{each}") for each in ordered["source"]],
            "state": [acts.state_of("lead", each, words) for each in ordered["state"]],
            "class": kind,
            "seen_on": ordered["seen_on"].dt.strftime("%Y-%m-%d"),
            "division": ordered["division_code"],
            "site": ordered["site_name"].fillna(""),
            "due_on": ordered["due_on"].dt.strftime("%Y-%m-%d").fillna(""),
        }
    )


def _build(arguments: Arguments, words: Catalogue) -> int:
    from cross_check import chain
    from cross_check.leads import Params

    params = Params(unclassified=arguments.unclassified)
    if arguments.within_m is not None:
        params = replace(params, within_m=arguments.within_m)
    return frame.print_step(
        chain.build_leads(frame.project(arguments), patches=arguments.patches, params=params), words
    )


def _take(arguments: Arguments, words: Catalogue) -> int:
    from cross_check import casebook

    step = casebook.take_results(frame.project(arguments), acts.act(arguments), arguments.what)
    return frame.print_step(step, words)


def _import(arguments: Arguments, words: Catalogue) -> int:
    import sys

    from cross_check import casebook

    step, faults = casebook.import_file(
        frame.project(arguments),
        acts.act(arguments),
        arguments.file,
        arguments.source,
        skip_faulty=arguments.skip_faulty,
    )
    frame.print_step(step, words)
    frame.print_faults(faults, words, arguments.faults, sys.stdout)
    return 0


def _add(arguments: Arguments, words: Catalogue) -> int:
    from cross_check import casebook, sources

    row = {
        "source_ref": arguments.number,
        "seen_on": arguments.seen_on.isoformat(),
        "lon": "" if arguments.lon is None else str(arguments.lon),
        "lat": "" if arguments.lat is None else str(arguments.lat),
        "site_id": arguments.site,
        "severity": arguments.severity,
        "evidence": ";".join(arguments.evidence),
        "note": arguments.note,
    }
    project = frame.project(arguments)
    taken = sources.from_rows(pd.DataFrame([row], index=[1]), arguments.source, casebook.ground(project))
    if len(taken.faults):
        raise TableFaults(arguments.number, taken.faults)
    return frame.print_step(casebook.take_in(casebook.opened(project), acts.act(arguments), taken.leads), words)


def _list(arguments: Arguments, words: Catalogue) -> int:
    from cross_check import casebook

    table = casebook.table(acts.ledger(arguments))
    if arguments.state:
        table = table[table["state"].isin(arguments.state)]
    if arguments.overdue:
        table = table[table["due_on"] < pd.Timestamp.now().normalize()]
    if table.empty:
        print(words.say("casebook.none"))
        return 0
    if arguments.out is not None:
        from gis import files

        files.write_table(table, arguments.out)
    acts.print_table(shown(table, words), words)
    return 0


def _show(arguments: Arguments, words: Catalogue) -> int:
    ledger = acts.ledger(arguments)
    record = ledger.record(("lead", arguments.id))
    print(f"{arguments.id}  {acts.state_of('lead', record.state, words)}  v{record.version}")
    for name, value in sorted(record.fields.items()):
        print(f"  {name}: {value}")
    acts.print_events(ledger.events(record.key), words)
    return 0


def _matches(arguments: Arguments, words: Catalogue) -> int:
    from cross_check import casebook

    found = casebook.suggestions(casebook.table(acts.ledger(arguments)))
    told = found.assign(distance_m=found["distance_m"].round().astype("int64"), score=found["score"].round(2))
    acts.print_table(told[["left_id", "right_id", "distance_m", "days", "score"]], words)
    print(words.say("casebook.suggested", count=len(found)))
    return 0


def _rates(arguments: Arguments, words: Catalogue) -> int:
    from cross_check import casebook, learning

    found = learning.rates(casebook.table(acts.ledger(arguments)), arguments.per)

    def percent(column: str) -> pd.Series:
        return found[column].map(lambda value: "-" if pd.isna(value) else f"{value:.0%}")

    told = found.assign(rate=percent("rate"), low=percent("low"), high=percent("high"))
    acts.print_table(told[["value", "answers", "hits", "rate", "low", "high"]], words)
    print(words.say("leads_cli.few"))
    return 0


def _funnel(arguments: Arguments, words: Catalogue) -> int:
    from cross_check import funnel

    found = funnel.of(acts.ledger(arguments).events(), now=pd.Timestamp.now("UTC"), source=arguments.source)
    share = ["-" if pd.isna(each) else f"{each:.0%}" for each in found["share"]]
    days = {
        name: ["-" if pd.isna(each) else f"{each:.1f}" for each in found[name]]
        for name in ("median_days", "waiting_days")
    }
    steps = [words.say(f"funnel.{step}") for step in found["step"]]
    told = pd.DataFrame({"step": steps, "count": found["count"], "share": share, "median_days": days["median_days"]})
    acts.print_table(told.assign(waiting=found["waiting"], waiting_days=days["waiting_days"]), words)
    print(words.say("funnel.note"))
    return 0


def _read(arguments: Arguments, words: Catalogue) -> int:
    from cross_check import casebook

    made = casebook.read(
        acts.ledger(arguments),
        acts.act(arguments),
        arguments.id,
        arguments.verdict,
        arguments.human_class,
        arguments.seen,
    )
    return _told(len({event.object_id for event in made}), words)


def _move(arguments: Arguments, words: Catalogue) -> int:
    from cross_check import casebook

    made = casebook.move(acts.ledger(arguments), acts.act(arguments), arguments.id, arguments.to, fields(arguments))
    return _told(len(made), words)


def _note(arguments: Arguments, words: Catalogue) -> int:
    from cross_check import casebook

    return _told(
        len(casebook.note(acts.ledger(arguments), acts.act(arguments), arguments.id, fields(arguments))), words
    )


def _merge(arguments: Arguments, words: Catalogue) -> int:
    from cross_check import casebook

    verb = casebook.keep_apart if arguments.apart else casebook.merge
    return _told(len(verb(acts.ledger(arguments), acts.act(arguments), arguments.keep, arguments.gone)), words)


def _harmless(arguments: Arguments, words: Catalogue) -> int:
    from cross_check import registers

    made = registers.suppress(
        acts.ledger(arguments), acts.act(arguments), arguments.id, until=arguments.until, reach_m=arguments.reach_m
    )
    print(words.say("registers.suppressed", name=made[0].object_id))
    return 0


def _complainant(arguments: Arguments, words: Catalogue) -> int:
    from cross_check.ledger import complainants

    people = complainants.opened(frame.project(arguments).complainants)
    found = complainants.reveal(people, acts.ledger(arguments), acts.act(arguments), arguments.number)
    print(words.say("leads_cli.person", name=found.name, phone=found.phone, address=found.address))
    return 0


def _told(count: int, words: Catalogue) -> int:
    print(words.say("casebook.moved", count=count))
    return 0
