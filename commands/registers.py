"""Commands of the bureau's registers: officers, positive list, items of enforcement, caps, visits, third parties."""

import argparse
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from commands import acts, frame, problems
from commands.frame import Arguments
from gis.language import Catalogue

if TYPE_CHECKING:
    from commands.frame import Verbs


def officers(verbs: "Verbs", words: Catalogue) -> None:
    """Add ``hdq officers``."""
    group = frame.group(verbs, "officers", "cli.officers", words)
    parser = frame.command(group, "import", "cli.officers_import", _import_officers, words)
    _add_file(parser, words)
    acts.add_options(parser, words)
    frame.command(group, "list", "registers_cli.list", _officers_list, words)
    parser = frame.command(group, "withdraw", "registers_cli.officers_withdraw", _officers_withdraw, words)
    parser.add_argument("id", help=words.say("registers_cli.line"))
    acts.add_options(parser, words)
    parser = frame.command(group, "alarms", "registers_cli.officers_alarms", _officers_alarms, words)
    _add_days(parser, words)


def positive(verbs: "Verbs", words: Catalogue) -> None:
    """Add ``hdq positive``."""
    group = _register(verbs, "positive", "positive", words)
    parser = frame.command(group, "remove", "registers_cli.remove", _remove, words)
    parser.add_argument("id", help=words.say("cli.site"))
    parser.add_argument("--on", type=frame.day(words), metavar="DAY", help=words.say("registers_cli.removed_on"))
    parser.add_argument("--barred-until", type=frame.day(words), metavar="DAY", help=words.say("registers_cli.barred"))
    acts.add_options(parser, words)
    parser = frame.command(group, "suggest", "registers_cli.suggest", _suggest, words)
    parser.add_argument("--site", default="", metavar="ID", help=words.say("registers_cli.suggest_site"))
    parser = frame.command(group, "alarms", "registers_cli.alarms", _alarms, words)
    _add_days(parser, words)


def items(verbs: "Verbs", words: Catalogue) -> None:
    """Add ``hdq items``."""
    _withdrawing(_register(verbs, "items", "item", words), words)


def caps(verbs: "Verbs", words: Catalogue) -> None:
    """Add ``hdq caps``."""
    _withdrawing(_register(verbs, "caps", "cap", words), words)


def visits(verbs: "Verbs", words: Catalogue) -> None:
    """Add ``hdq visits``."""
    _withdrawing(_register(verbs, "visits", "visit", words), words)


def surveys(verbs: "Verbs", words: Catalogue) -> None:
    """Add ``hdq surveys``."""
    problems.add_third_party(_register(verbs, "surveys", "survey", words), "survey", words)


def assessments(verbs: "Verbs", words: Catalogue) -> None:
    """Add ``hdq assessments``."""
    problems.add_third_party(_register(verbs, "assessments", "assessment", words), "assessment", words)


def _register(verbs: "Verbs", name: str, kind: str, words: Catalogue) -> "Verbs":
    group = frame.group(verbs, name, f"registers_cli.{kind}", words)
    parser = frame.command(group, "import", "registers_cli.import", _import, words)
    parser.set_defaults(register=kind)
    _add_file(parser, words)
    acts.add_options(parser, words)
    parser = frame.command(group, "list", "registers_cli.list", _list, words)
    parser.set_defaults(register=kind)
    return group


def _withdrawing(group: "Verbs", words: Catalogue) -> None:
    parser = frame.command(group, "withdraw", "registers_cli.withdraw", _withdraw, words)
    parser.set_defaults(register=group.choices["list"].get_default("register"))
    parser.add_argument("id", help=words.say("registers_cli.line"))
    acts.add_options(parser, words)


def _add_file(parser: argparse.ArgumentParser, words: Catalogue) -> None:
    parser.add_argument("file", type=Path, help=words.say("cli.source"))
    parser.add_argument("--faults", type=frame.csv_file(words), metavar="CSV", help=words.say("cli.faults_to"))


def _add_days(parser: argparse.ArgumentParser, words: Catalogue) -> None:
    parser.add_argument("--within-days", type=int, default=60, metavar="N", help=words.say("registers_cli.within"))


def _import_officers(arguments: Arguments, words: Catalogue) -> int:
    from cross_check import staffing

    step = staffing.import_file(frame.project(arguments), acts.act(arguments), arguments.file)
    return frame.print_step(step, words)


def _officers_list(arguments: Arguments, words: Catalogue) -> int:
    from cross_check import staffing

    table = staffing.table(frame.project(arguments))
    until = table["certificate_until"].dt.strftime("%Y-%m-%d")
    shown = table.assign(certificate_until=until).astype(object).where(table.notna(), "")
    acts.print_table(shown, words)
    return 0


def _officers_withdraw(arguments: Arguments, words: Catalogue) -> int:
    from cross_check import staffing

    staffing.withdraw(frame.project(arguments), acts.act(arguments), arguments.id)
    print(words.say("registers.withdrawn", name=arguments.id))
    return 0


def _withdraw(arguments: Arguments, words: Catalogue) -> int:
    from cross_check import registers

    registers.withdraw(acts.ledger(arguments), acts.act(arguments), arguments.register, arguments.id)
    print(words.say("registers.withdrawn", name=arguments.id))
    return 0


def _officers_alarms(arguments: Arguments, words: Catalogue) -> int:
    from cross_check import officers as staff
    from gis import files

    table = files.read_table(frame.project(arguments).officers)
    today = date.today()  # noqa: DTZ011 - the bureau's own calendar
    due = staff.expiring(table, on=today, within_days=arguments.within_days)
    told = due.assign(day=due["certificate_until"].dt.strftime("%Y-%m-%d"))
    acts.print_table(told[["officer_id", "name", "certificate_no", "day"]], words)
    print(words.say("registers.alarms", count=len(due)))
    return 0


def _import(arguments: Arguments, words: Catalogue) -> int:
    from cross_check import registers

    step = registers.import_file(acts.ledger(arguments), acts.act(arguments), arguments.file, arguments.register)
    return frame.print_step(step, words)


def _list(arguments: Arguments, words: Catalogue) -> int:
    from cross_check import registers

    table = registers.lines(acts.ledger(arguments), arguments.register)
    acts.print_table(table.astype(object).where(table.notna(), ""), words)
    return 0


def _remove(arguments: Arguments, words: Catalogue) -> int:
    from cross_check import registers

    act = acts.act(arguments)
    on = arguments.on or act.day
    registers.remove(acts.ledger(arguments), act, arguments.id, on=on, barred_until=arguments.barred_until)
    print(words.say("registers.removed", name=arguments.id))
    return 0


def risk(verbs: "Verbs", words: Catalogue) -> None:
    """Add ``hdq risk``."""
    parser = frame.command(verbs, "risk", "registers_cli.risk", _risk, words)
    parser.add_argument("--site", default="", metavar="ID", help=words.say("registers_cli.risk_site"))
    parser.add_argument("--most", type=int, default=20, metavar="N", help=words.say("registers_cli.risk_most"))


def _risk(arguments: Arguments, words: Catalogue) -> int:
    from cross_check import casebook, risks

    project = frame.project(arguments)
    found = risks.scored(project)
    if arguments.site:
        for line in found.lines[found.lines["site_id"] == arguments.site].itertuples():
            mark = words.say("registers_cli.decides") if line.decides else ""
            told = {"why": words.say(line.code), "value": line.value, "points": line.points, "mark": mark}
            print(words.say("registers_cli.risk_line", **told))
        return 0
    names = casebook.ground(project).enterprises.set_index("site_id")["name"]
    first = found.table.sort_values(["risk", "site_id"], ascending=[False, True]).head(arguments.most)
    told = first[["site_id", "risk", "impact", "step", "visits_a_year"]].rename(
        columns={"site_id": "object_id", "step": "behaviour"}
    )
    told.insert(1, "name", first["site_id"].map(names))
    acts.print_table(told, words)
    return 0


def _suggest(arguments: Arguments, words: Catalogue) -> int:
    from cross_check import casebook, registers

    today = date.today()  # noqa: DTZ011 - the bureau's own calendar
    sites = casebook.ground(frame.project(arguments)).enterprises
    found = registers.qualified(acts.ledger(arguments), sites, on=today)
    if arguments.site:
        for line in found.lines[found.lines["site_id"] == arguments.site].itertuples():
            held = words.say("registers_cli.holds" if line.holds else "registers_cli.fails")
            print(
                words.say("registers_cli.ground", held=held, ground=words.say(f"ground.{line.ground}"), fact=line.fact)
            )
        return 0
    advised = found.table[found.table["advice"].notna()].merge(sites[["site_id", "name"]], on="site_id")
    joint = words.say("triage_cli.joint")
    told = pd.DataFrame(
        {
            "object_id": advised["site_id"],
            "name": advised["name"],
            "advice": [words.say(f"advice.{each}") for each in advised["advice"]],
            "missing": [
                joint.join(words.say(f"ground.{name}") for name in str(each or "").split(";") if name)
                for each in advised["missing"].astype(object).where(advised["missing"].notna(), None)
            ],
        }
    )
    acts.print_table(told, words)
    counts = found.table["advice"].value_counts()
    print(words.say("registers_cli.advised", enter=int(counts.get("list", 0)), leave=int(counts.get("remove", 0))))
    return 0


def _alarms(arguments: Arguments, words: Catalogue) -> int:
    from cross_check import registers

    today = date.today()  # noqa: DTZ011 - the bureau's own calendar
    found = registers.alarms(acts.ledger(arguments), on=today, within_days=arguments.within_days)
    told = pd.DataFrame(found).assign(
        code=[words.say(code) for code in found["code"]], day=found["day"].dt.strftime("%Y-%m-%d")
    )
    acts.print_table(told[["object_id", "name", "code", "day", "days_left"]].fillna(""), words)
    print(words.say("registers.alarms", count=len(found)))
    return 0
