"""Some weeks of work on a demo project, so that pictures of pages show cases and registers: all made up."""

import datetime as dt
import itertools
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from cross_check import casebook, officers, orders, rectification, registers, staffing
from cross_check.files import Project
from cross_check.ledger import rules
from cross_check.ledger.events import Act
from cross_check.orders import Decision
from gis import offsets
from gis.history import BEIJING

_LEADS, _EXCLUDED, _FIRMS, _ROWS = 12, 3, 6, 14
_BEGAN_DAYS = 40
# How far each problem has come, and how many days its deadline is away; what a picture needs most comes first, since
# the rules may send officers to fewer places than there are problems here.
_PROBLEMS = (
    (("to_hand_over", "handed_over", "rectifying", "closing_asked", "verifying", "announced", "closed"), 3),
    (("to_hand_over", "handed_over", "rectifying"), -6),
    (("to_hand_over", "handed_over", "rectifying"), 5),
    (("to_hand_over", "handed_over", "rectifying", "closing_asked"), 12),
    (("to_hand_over", "handed_over"), 20),
)
_LOCAL = ("rectifying", "closing_asked")

Acts = Callable[..., Act]
"""Makes an act of a role: by its role, the code of its reason and the day, counted from the first."""


def write(project: Project, now: dt.datetime) -> None:
    """Read leads, send officers, find problems and bring them as far as weeks allow; fill the registers.

    Parameters
    ----------
    project : Project
        A demo's own, or a copy of one; whatever its ledger holds stays.
    now : datetime
        The last day of work.
    """
    told = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
    first = now - dt.timedelta(days=_BEGAN_DAYS)

    def act(role: str, why: str = "", days: float = 0) -> Act:
        return Act(told["people"][role], role, first + dt.timedelta(days=days), told["why"].get(why, ""))

    casebook.take_results(project, act("analyst"), "patch")
    ledger = casebook.opened(project)
    leads = casebook.table(ledger).sort_values("score", ascending=False)
    unread = leads[leads["state"] == "new"].head(_LEADS)
    kept = max(len(_PROBLEMS), len(unread) - _EXCLUDED)
    for at, row in enumerate(unread.to_dict("records")):
        verdict, why = ("suspected", "read") if at < kept else ("excluded", "excluded")
        casebook.read(ledger, act("analyst", why, 1), row["lead_id"], verdict, row["machine_class"])
    sent = _sent(project, act("approver", "decide", 2))
    for at, lead in enumerate(sent[: len(_PROBLEMS)]):
        _found(project, act, told, lead, at)
    _registers(project, act("analyst", "listed"), told, now.astimezone(BEIJING).date())
    _sheet(project, told["sheet"])


def _sent(project: Project, act: Act) -> list[str]:
    """Approve the suspected leads that the rules let go on site now, as many as were read; return them."""
    ledger, day = casebook.opened(project), act.day
    whole = casebook.table(ledger).sort_values("score", ascending=False)
    wanted = whole[whole["state"] == "suspected"].head(_LEADS - _EXCLUDED).reset_index(drop=True)
    found = orders.propose(ledger, wanted, casebook.ground(project).enterprises, on=day)
    good = [name for name, one in found.items() if one.way == "onsite_now"]
    orders.decide(project, act, [Decision(name, "onsite_now", "") for name in good])
    return good


def _found(project: Project, act: Acts, told: Mapping[str, Any], lead: str, at: int) -> None:
    """Inspect a lead, make a problem of it and bring it as far as it has come."""
    ledger = casebook.opened(project)
    fields = ledger.record(("lead", lead)).fields
    letter = {"receiver": fields["division_code"], "due_on": _day(act, 12)}
    casebook.move(ledger, act("analyst", days=3), [lead], "to_check", told["lead"] | letter)
    crew = _crew(project, str(fields.get("site_id") or ""), act("leader", days=5).at.date())
    orders.inspect(project, act("leader", days=5), lead, crew, on=act("leader", days=5).at.date())
    casebook.move(ledger, act("leader", days=6), [lead], "to_review", {"finding": told["lead"]["finding"]})
    casebook.move(ledger, act("analyst", days=7), [lead], "confirmed")
    made = orders.open_problem(ledger, act("analyst", days=7), lead)
    problem = next(event.object_id for event in made if event.object_kind == "problem")
    road, left = _PROBLEMS[at]
    letter |= {"due_on": _day(act, _BEGAN_DAYS + left)}
    for days, to in zip(itertools.count(8, 3), road, strict=False):
        who = "local" if to in _LOCAL else "approver"
        needed, _ = rules.needs("problem", ledger.record(("problem", problem)).state, to)
        fields = {name: text for name, text in (told["problem"] | letter).items() if name in needed}
        orders.move_problem(ledger, act(who, days=days), problem, to, fields)
    if road[-1] == "rectifying" and left > 0:
        until = dt.date.fromisoformat(_day(act, _BEGAN_DAYS + left + 20))
        rectification.ask_extension(ledger, act("local", "extend", _BEGAN_DAYS - 1), problem, until)


def _day(act: Acts, days: float) -> str:
    return act("analyst", days=days).day.isoformat()


def _crew(project: Project, site_id: str, day: dt.date) -> list[str]:
    """Return two officers who may go there that day."""
    staff = staffing.table(project)
    fit = officers.unfit(staff, first=day, last=day) == ""
    return list(staff["officer_id"][fit & ~officers.conflicted(staff, site_id)][: officers.FEWEST])


def _registers(project: Project, act: Act, told: Mapping[str, Any], today: dt.date) -> None:
    """Fill positive list, caps, items and visits; two lines of the list run out, one of them lately."""
    ledger, sites = casebook.opened(project), casebook.ground(project).enterprises.head(_FIRMS)
    ends = [today + dt.timedelta(days=days) for days in (-20, 25, 400, 500, 600, 700)]
    began = {"valid_from": str(today - dt.timedelta(days=500)), "published_on": str(today - dt.timedelta(days=510))}
    firms = [
        told["positive"] | began | {"site_id": site, "name": name, "valid_to": str(end)}
        for site, name, end in zip(sites["site_id"], sites["name"], ends, strict=True)
    ]
    rows = {
        "positive": firms,
        "cap": [told["cap"] | {"year": str(today.year)}],
        "item": [told["item"] | {"valid_to": str(today + dt.timedelta(days=30))}],
        "visit": [told["visit"] | {"site_id": sites["site_id"].iloc[-1], "visited_on": str(today)}],
    }
    for kind, lines in rows.items():
        registers.take(ledger, act, pd.DataFrame(lines, index=range(2, len(lines) + 2)), kind)


def _sheet(project: Project, told: Mapping[str, Any]) -> None:
    """Lay a table of known sites into the inbox, in the offset coordinates of web maps."""
    sites = casebook.ground(project).enterprises
    some = sites[sites["division_code"] == told["division_code"]].head(_ROWS)
    lon, lat = offsets.to_gcj02(some.geometry.x.to_numpy(), some.geometry.y.to_numpy())
    table = pd.DataFrame(some).assign(
        lon=lon.round(6), lat=lat.round(6), permit_category=some["permit_category"].map(told["permit_category"])
    )
    project.inbox.mkdir(exist_ok=True)
    table[list(told["heads"])].rename(columns=told["heads"]).to_excel(project.inbox / told["name"], index=False)
