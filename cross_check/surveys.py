"""Surveys and assessments by third parties in the ledger: ordered with a deadline, delivered, accepted or returned.

A third party surveys or assesses; it never inspects. What it finds is no on-site check, and becomes a lead by the hand
of the bureau's own people only.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from cross_check import casebook, sources
from cross_check.files import Project
from cross_check.ledger.events import Act, Entry, Event
from cross_check.ledger.rules import CONTRACTORS
from cross_check.ledger.store import Ledger
from gis.errors import TableFaults, WorkbenchError

_ORDINARY = "2"
"""Severity of a lead that a third party's finding becomes, see ``sources.FORM``."""

FIELDS = ("site_id", "organisation", "task", "due_on", "done_on", "finding", "document_no", "acceptance", "lead_id")


def table(ledger: Ledger, kind: str, *, on: dt.date) -> pd.DataFrame:
    """Return surveys or assessments as they stand: report_no, state, version, ``FIELDS``, days_left and overdue.

    Overdue is what was ordered or returned and is not delivered by its deadline.
    """
    rows = [
        {"report_no": one.key[1], "state": one.state, "version": one.version}
        | {name: one.fields.get(name) for name in FIELDS}
        for one in ledger.records(_known(kind))
    ]
    found = pd.DataFrame(rows, columns=["report_no", "state", "version", *FIELDS])
    left = (pd.to_datetime(found["due_on"]) - pd.Timestamp(on)).dt.days
    return found.assign(days_left=left, overdue=(left < 0) & found["state"].isin(["ordered", "returned"]))


def order(ledger: Ledger, act: Act, kind: str, report_no: str, fields: Mapping[str, Any]) -> list[Event]:
    """Order a survey or an assessment of a site from a third party, with a deadline.

    Raises
    ------
    WorkbenchError
        ``ledger.lacks`` without site, organisation, task or deadline; ``ledger.there_already``; ``ledger.not_allowed``
        for the third party itself; see ``Ledger.append``.
    """
    _demand(report_no, fields, ("site_id", "organisation", "task", "due_on"))
    entry = Entry(f"{_known(kind)}.order", (kind, report_no), {"report_no": report_no} | dict(fields), "ordered", 0)
    return ledger.append(act, [entry])


def deliver(
    ledger: Ledger, act: Act, kind: str, report_no: str, fields: Mapping[str, Any], seen: int | None = None
) -> list[Event]:
    """Record what a third party found; a new number is delivered without an order.

    Raises
    ------
    WorkbenchError
        ``ledger.lacks`` without a finding and its day, for a new one also site and organisation; see ``Ledger.append``.
    """
    now = ledger.record((_known(kind), report_no))
    told = {"report_no": report_no} | dict(fields)
    _demand(report_no, dict(now.fields) | told, ("site_id", "organisation", "done_on", "finding"))
    return ledger.append(act, [Entry(f"{kind}.{'move' if now.state else 'add'}", now.key, told, "open", seen)])


def examine(
    ledger: Ledger,
    act: Act,
    kind: str,
    report_no: str,
    *,
    accept: bool,
    fields: Mapping[str, Any] | None = None,
    seen: int | None = None,
) -> list[Event]:
    """Accept what was delivered, or return it with a reason; ``seen`` is the version before the examiner's eyes.

    Raises
    ------
    WorkbenchError
        ``ledger.no_reason``; ``ledger.not_allowed`` for the third party itself; ``ledger.no_move``.
    """
    key = (_known(kind), report_no)
    to = "accepted" if accept else "returned"
    version = ledger.record(key).version or None if seen is None else seen
    return ledger.append(act, [Entry(f"{kind}.move", key, dict(fields or {}), to, version)])


def raise_lead(project: Project, act: Act, kind: str, report_no: str) -> list[Event]:
    """Make a lead of an accepted finding, in the same form as every other; triage decides what follows.

    Raises
    ------
    WorkbenchError
        ``surveys.not_accepted``; ``surveys.lead_already``; ``ledger.not_allowed`` for the third party itself.
    TableFaults
        If the site is not in the register.
    """
    ledger = casebook.opened(project)
    now = ledger.record((_known(kind), report_no))
    if now.state != "accepted":
        raise WorkbenchError("surveys.not_accepted", "{name} is not accepted yet", name=report_no)
    if now.fields.get("lead_id"):
        raise WorkbenchError("surveys.lead_already", "{name} is a lead already", name=report_no)
    row = {name: str(now.fields.get(name) or "") for name in ("site_id", "document_no")}
    row |= {"source_ref": report_no, "seen_on": now.fields["done_on"], "lon": "", "lat": "", "severity": _ORDINARY}
    row |= {"evidence": "document", "note": str(now.fields["finding"])}
    taken = sources.from_rows(pd.DataFrame([row], index=[1]), "survey", casebook.ground(project))
    if len(taken.faults):
        raise TableFaults(report_no, taken.faults)
    made = casebook.additions(taken.leads)
    linked = Entry(f"{kind}.note", now.key, {"lead_id": made[0].key[1]}, None, now.version)
    return ledger.append(act, [*made, linked])


def names(sites: pd.DataFrame, found: pd.DataFrame) -> Sequence[str]:
    """Return the name of the site of each row, its id where the register does not know it."""
    known = dict(zip(sites["site_id"], sites["name"], strict=True)) if len(sites) else {}
    return [known.get(site, site or "") for site in found["site_id"]]


def _known(kind: str) -> str:
    if kind not in CONTRACTORS:
        raise ValueError(f"{kind} is neither survey nor assessment")
    return kind


def _demand(report_no: str, fields: Mapping[str, Any], wanted: Sequence[str]) -> None:
    missing = [name for name in wanted if fields.get(name) in (None, "")]
    if missing or not report_no.strip():
        raise WorkbenchError(
            "ledger.lacks", "{name} lacks {fields}", name=report_no or "-", fields=", ".join(missing or ["report_no"])
        )
