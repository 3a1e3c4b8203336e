"""Rim: orders in the ledger. Triage proposes, the approver decides, and a lead goes on site, elsewhere or to rest.

From a decision on, one arrow follows on the other: issue, inspection, finding, review, problem, closing.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from cross_check import barring, casebook, learning, listings, officers, rectification, registers, triage
from cross_check.barring import Standing
from cross_check.files import Project
from cross_check.ledger import rules
from cross_check.ledger.events import Act, Entry, Event, Record
from cross_check.ledger.rules import CHECKS
from cross_check.ledger.store import Ledger
from cross_check.triage import Proposal, Refusal
from gis import files
from gis.errors import WorkbenchError

PREVIEW = ("lead_id", "way", "from_state", "to_state", "possible", "refusals")
_RESTING = ("watch", "archive")
_CLOSING = (
    "signed_by", "measures", "acceptance", "proof_cleared", "proof_traced", "proof_punished", "proof_published",
    "closed_by",
)  # fmt: skip
"""What rectification and closing of a problem rest on."""


@dataclass(frozen=True)
class Decision:
    """What the approver decides over a lead.

    Attributes
    ----------
    lead_id : str
    way : str
        One of ``triage.WAYS``; "" refuses to begin anything, with a reason.
    trigger : str
        What opens the positive list, recorded with the decision.
    seen : int, optional
        Version of the lead that the approver had before the eyes.
    """

    lead_id: str
    way: str
    trigger: str = ""
    seen: int | None = None


def facts(ledger: Ledger, leads: gpd.GeoDataFrame, enterprises: gpd.GeoDataFrame, *, on: dt.date) -> pd.DataFrame:
    """Return what the rules look at (``triage.FACTS``) for some leads.

    Parameters
    ----------
    ledger : Ledger
    leads : GeoDataFrame
        Some rows of ``casebook.table``.
    enterprises : GeoDataFrame
        The register; where a site has no line in the ledger's positive list, its flag there counts.
    on : date

    Returns
    -------
    DataFrame
        Confidence is learned from all leads that have an answer.
    """
    whole = casebook.table(ledger, merged=True)
    sites = list(leads["site_id"].dropna().unique())
    caps = listings.caps_of([one.fields for one in ledger.records("cap")], sites, on.year)
    visits = listings.visits_of(visits_made(ledger), sites, on.year)
    columns = ["lead_id", "source", "state", "human_class", "severity", "evidence", "site_id", "trigger"]
    told = pd.DataFrame(leads)[columns].reset_index(drop=True)
    harmless = registers.benign(ledger)
    told["confidence"] = learning.confidence(leads, learning.telling(whole, harmless, on=on)).to_numpy()
    flags = enterprises["site_id"][enterprises["positive_list"]]
    flagged = told[["site_id"]].assign(positive_list=told["site_id"].isin(flags))
    told = told.join(barring.positive(flagged, registers.listed(ledger), on))
    # A lead without a site has no visits and no cap.
    told = told.merge(visits, how="left", left_on="site_id", right_index=True)
    told = told.merge(caps, how="left", left_on="site_id", right_index=True)
    for kind in CHECKS:
        told[f"visits_{kind}"] = told[f"visits_{kind}"].fillna(0).astype("int64")
    told["benign_reason"] = learning.suppressed(leads, harmless, on=on)["reason"].to_numpy()
    return told


def visits_made(ledger: Ledger) -> list[Mapping[str, Any]]:
    """Return all on-site checks: inspections of the ledger and visits made elsewhere."""
    return [one.fields for kind in ("inspection", "visit") for one in ledger.records(kind) if one.fields.get("site_id")]


def barred(ledger: Ledger, enterprises: gpd.GeoDataFrame, *, on: dt.date, check_kind: str = "routine") -> pd.DataFrame:
    """Return which sites of the register a draw or plan leaves out on a day, and by which rule, see ``barring.barred``.

    A site of the positive list stays in while a trigger of triage.toml is on record with a lead of it that is still
    open; a lead that only a machine saw opens nothing.
    """
    standing = Standing(
        [one.fields for one in ledger.records("cap")],
        visits_made(ledger),
        registers.listed(ledger),
        registers.benign(ledger),
        _triggered(ledger),
    )
    return barring.barred(enterprises, standing, on=on, check_kind=check_kind)


def as_listed(project: Project, enterprises: gpd.GeoDataFrame, *days: dt.date) -> gpd.GeoDataFrame:
    """Return the register with ``positive_list`` as the ledger has it on any of some days; without a ledger as it is.

    It does not hold where a trigger is on record, as in ``barred``.
    """
    if not casebook.begun(project):
        return enterprises
    ledger = casebook.opened(project)
    lines, opened = registers.listed(ledger), _triggered(ledger)
    held = [barring.positive(enterprises, lines, day)["positive_list"] for day in days]
    listed = np.logical_or.reduce(held) & ~enterprises["site_id"].isin(opened)
    return enterprises.assign(positive_list=listed)


def propose(
    ledger: Ledger, leads: gpd.GeoDataFrame, enterprises: gpd.GeoDataFrame, *, on: dt.date
) -> dict[str, Proposal]:
    """Return a proposal for each of some leads, by id."""
    if leads.empty:
        return {}
    return {one.lead_id: one for one in triage.propose(facts(ledger, leads, enterprises, on=on), on=on)}


def preview(leads: gpd.GeoDataFrame, proposals: Mapping[str, Proposal], decisions: Sequence[Decision]) -> pd.DataFrame:
    """Say what decisions would change and what is refused; nothing is recorded.

    Returns
    -------
    DataFrame
        ``PREVIEW``: refusals holds ``Refusal`` tuples; ``possible`` is "yes", "reason" (only with a reason on
        record) or "no".
    """
    states = dict(zip(leads["lead_id"], leads["state"], strict=True))
    rows = []
    for one in decisions:
        against = against_decision(proposals[one.lead_id], one)
        possible = "no" if any(refusal.hard for refusal in against) else "reason" if against else "yes"
        rows.append((one.lead_id, one.way, states[one.lead_id], _state_after(one.way), possible, against))
    return pd.DataFrame(rows, columns=list(PREVIEW))


def against_decision(proposal: Proposal, decision: Decision) -> tuple[Refusal, ...]:
    """Return what speaks against a decision; a trigger that it records opens the positive list."""
    against = proposal.against(decision.way)
    opens = triage.opens(decision.trigger)
    return tuple(refusal for refusal in against if not (opens and refusal.code == "triage.positive"))


def draft(project: Project, act: Act, lead_ids: Sequence[str]) -> list[Event]:
    """Draft an order for each of some leads, with the way proposed and the reasons, for the approver to decide.

    Raises
    ------
    WorkbenchError
        ``orders.open_already`` if an order of a lead waits already; see ``Ledger.append``.
    """
    ledger = casebook.opened(project)
    leads = _chosen(ledger, lead_ids)
    proposals = propose(ledger, leads, casebook.ground(project).enterprises, on=act.day)
    waiting = {one.fields["lead_id"]: one.key[1] for one in ledger.records("order", ["drafted"])}
    for name in lead_ids:
        if name in waiting:
            raise WorkbenchError("orders.open_already", "{name} has an order that waits already", name=name)
    versions = dict(zip(leads["lead_id"], leads["version"], strict=True))
    return ledger.append(act, [_draft(proposals[name], versions[name]) for name in lead_ids])


def decide(project: Project, act: Act, decisions: Sequence[Decision]) -> list[Event]:
    """Decide over leads in one act: orders are approved or refused, and the leads go their way.

    Parameters
    ----------
    project : Project
    act : Act
        Of an approver. The reason overrules what is not a hard rule, and stays on record.
    decisions : sequence of Decision

    Raises
    ------
    WorkbenchError
        ``orders.refused`` if a rule closes a way (hard, or soft and no reason given): the sentence names lead, rule and
        document; nothing is recorded. ``ledger.no_reason``; ``ledger.conflict``; see ``Ledger.append``.
    """
    ledger = casebook.opened(project)
    leads = _chosen(ledger, [one.lead_id for one in decisions])
    proposals = propose(ledger, leads, casebook.ground(project).enterprises, on=act.day)
    waiting = {one.fields["lead_id"]: one for one in ledger.records("order", ["drafted"])}
    versions = dict(zip(leads["lead_id"], leads["version"], strict=True))
    made: list[Entry] = []
    for one in decisions:
        proposal = proposals[one.lead_id]
        _demand_open(proposal, one, act)
        order = waiting.get(one.lead_id)
        if order is None:
            made.append(_draft(proposal, versions[one.lead_id]))
        name = order.key[1] if order else made[-1].key[1]
        made += _decided(proposal, one, act, name)
    return ledger.append(act, made)


def inspect(
    project: Project, act: Act, lead_id: str, officer_ids: Sequence[str], *, on: dt.date, check_kind: str = "case"
) -> list[Event]:
    """Open the inspection of a lead that was issued: two fit officers without an interest, and each hard rule again.

    Parameters
    ----------
    project : Project
    act : Act
    lead_id : str
    officer_ids : sequence of str
        Of the project's officers.
    on : date
        Day of the visit.
    check_kind : str
        One of ``rules.CHECKS``; counts against the cap.

    Raises
    ------
    WorkbenchError
        ``orders.no_order`` without an approved order that sends somebody there; ``orders.officers`` if somebody is
        unknown, has no valid certificate that day, is on leave, or has an interest; ``orders.refused`` if a hard rule
        closes the way by now; see ``Ledger.append``.
    """
    rules.permit(act, Entry("inspection.open", ("inspection", lead_id)))
    ledger = casebook.opened(project)
    lead = ledger.record(("lead", lead_id))
    order = _approved(ledger, lead)
    leads, sites = _chosen(ledger, [lead_id]), casebook.ground(project).enterprises
    _demand_officers(project, officer_ids, lead, sites, on)
    told = facts(ledger, leads, sites, on=on).assign(state="suspected")
    if order.fields.get("trigger"):
        told["trigger"] = order.fields["trigger"]
    proposal = triage.propose(told, on=on, check_kind=check_kind)[0]
    hard = [refusal for refusal in proposal.against("into_plan") if refusal.hard]
    if hard:
        raise _refused(lead_id, hard[0])
    number = 1 + sum(one.fields.get("lead_id") == lead_id for one in ledger.records("inspection"))
    fields = {
        "lead_id": lead_id,
        "order_id": order.key[1],
        "officer_ids": ";".join(officer_ids),
        "check_kind": check_kind,
        "visited_on": on.isoformat(),
        "site_id": lead.fields.get("site_id"),
        "item_no": lead.fields.get("item_no"),
    }
    name = f"J{lead_id[1:]}-{number}"
    return ledger.append(
        act,
        [
            Entry("inspection.open", ("inspection", name), fields, "open", 0),
            Entry("lead.move", lead.key, {"inspection_id": name}, "checking", lead.version),
        ],
    )


def open_problem(ledger: Ledger, act: Act, lead_id: str, fields: Mapping[str, Any] | None = None) -> list[Event]:
    """Make a problem of a confirmed lead; it keeps its number for good, also when it relapses.

    Raises
    ------
    WorkbenchError
        See ``Ledger.append``.
    """
    lead = ledger.record(("lead", lead_id))
    kept = (
        "source",
        "site_id",
        "site_name",
        "division_code",
        "lon",
        "lat",
        "zone_ids",
        "finding",
        "item_no",
        "severity",
    )
    told = {name: lead.fields[name] for name in kept if name in lead.fields} | dict(fields or {})
    # Whatever else is told: the problem is that of this lead, which hides who complained.
    told |= {"lead_id": lead_id, "source": lead.fields.get("source")}
    told["problem_type"] = lead.fields.get("human_class") or lead.fields.get("machine_class")
    name = f"P{lead_id[1:]}"
    return ledger.append(
        act,
        [
            Entry("problem.open", ("problem", name), told, "pooled", 0),
            Entry("lead.move", lead.key, {"problem_id": name}, "problem", lead.version),
        ],
    )


def move_problem(
    ledger: Ledger,
    act: Act,
    problem_id: str,
    to: str,
    fields: Mapping[str, Any] | None = None,
    seen: int | None = None,
) -> list[Event]:
    """Move a problem; closing asks for a document or a recorded waiver of each of the four requirements.

    What closed a problem does not close it again after a relapse: it is asked for anew. A hand-over that states no
    deadline has that of the rule, see ``rectification.due``.

    Raises
    ------
    WorkbenchError
        ``rectification.look_back_against`` if the last look-back speaks against what is to be announced or closed and
        no reason is given; see ``Ledger.append``.
    """
    now = ledger.record(("problem", problem_id))
    if to in {"announced", "closed"} and rectification.stands_against(now.fields) and not act.why.strip():
        raise WorkbenchError(
            "rectification.look_back_against",
            "The look-back of {name} speaks against closing: read it, or go on with a reason on record",
            name=problem_id,
        )
    told = dict(fields or {})
    if to == "handed_over" and not (told.get("due_on") or now.fields.get("due_on")):
        told |= rectification.due(now.fields, act.day)
    if to == "relapsed":
        told = dict.fromkeys(_CLOSING) | told | {"relapses": int(now.fields.get("relapses") or 0) + 1}
    if to == "closed":
        told["closed_by"] = act.who
    return ledger.append(act, [Entry("problem.move", now.key, told, to, seen or now.version or None)])


def counts_by_site(ledger: Ledger) -> pd.DataFrame:
    """Return problems, relapses and complaints by site for ``scoring.facts``; index the site ids."""
    problems = [one.fields for one in ledger.records("problem") if one.fields.get("site_id")]
    told = pd.DataFrame(problems, columns=["site_id", "relapses"])
    leads = casebook.table(ledger)
    complained = leads.loc[leads["source"] == "complaint", "site_id"].dropna().value_counts()
    by_site = told.groupby("site_id")
    table = pd.DataFrame({"problems": by_site.size(), "relapses": by_site["relapses"].sum()})
    return table.join(complained.rename("complaints"), how="outer").fillna(0).astype("int64")


def _triggered(ledger: Ledger) -> frozenset[str]:
    """Return the sites for which a trigger is on record with an open lead that a person has read, where one must."""
    leads = casebook.table(ledger)
    unread = leads["source"].isin(rules.MACHINE) & leads["human_class"].isna()
    opened = leads[leads["trigger"].map(triage.opens).astype(bool) & ~unread & ~leads["state"].isin(rules.OVER)]
    return frozenset(opened["site_id"].dropna())


def _chosen(ledger: Ledger, lead_ids: Sequence[str]) -> gpd.GeoDataFrame:
    leads = casebook.table(ledger)
    unknown = [name for name in lead_ids if name not in set(leads["lead_id"])]
    if unknown:
        raise WorkbenchError("ledger.no_record", "There is no {name}", name=unknown[0])
    return leads[leads["lead_id"].isin(lead_ids)].reset_index(drop=True)


def _draft(proposal: Proposal, version: int) -> Entry:
    reasons = [
        {"way": one.way, "code": one.code, "document": one.document, "article": one.article, "hard": one.hard}
        | {"issued_on": one.issued_on, "facts": dict(one.facts)}
        for one in proposal.refusals
    ]
    fields = {
        "lead_id": proposal.lead_id,
        "proposed": proposal.way,
        "approver": proposal.approver,
        "due_on": proposal.due_on.isoformat(),
        "reply_hours": proposal.reply_hours,
        "rules_version": proposal.version,
        "reasons": reasons,
    }
    return Entry("order.draft", ("order", f"Q{proposal.lead_id[1:]}-{version}"), fields, "drafted", 0)


def _demand_open(proposal: Proposal, decision: Decision, act: Act) -> None:
    for refusal in against_decision(proposal, decision):
        if refusal.hard or not act.why.strip():
            raise _refused(proposal.lead_id, refusal)


def _refused(lead_id: str, refusal: Refusal) -> WorkbenchError:
    where = " ".join(filter(None, [refusal.document, refusal.article]))
    return WorkbenchError(
        "orders.refused",
        "{name}: the rule {rule} closes this way ({where})",
        name=lead_id,
        rule=refusal.code,
        where=where,
    )


def _decided(proposal: Proposal, decision: Decision, act: Act, order_id: str) -> list[Entry]:
    order, lead = ("order", order_id), ("lead", proposal.lead_id)
    if not decision.way:
        return [Entry("order.decide", order, {"refused_why": act.why}, "refused")]
    onsite = decision.way in triage.ONSITE
    clock = act.at + dt.timedelta(hours=proposal.reply_hours) if proposal.reply_hours else None
    trigger = decision.trigger or proposal.trigger
    terms = {
        "way": decision.way,
        "check_kind": "case" if onsite else None,
        "trigger": trigger or None,
        "reply_by": clock.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if clock else None,
        "overruled": [one.code for one in against_decision(proposal, decision)] or None,
    }
    due = None if decision.way == "archive" else proposal.due_on.isoformat()
    fields = {"order_id": order_id, "way": decision.way, "due_on": due, "trigger": trigger or None}
    return [
        Entry("order.decide", order, terms, "approved"),
        Entry("lead.move", lead, fields, _state_after(decision.way), decision.seen),
    ]


def _state_after(way: str) -> str:
    if not way:
        return ""
    return "watched" if way in _RESTING else "to_issue"


def _approved(ledger: Ledger, lead: Record) -> Record:
    """Return the order that the lead goes by now: an earlier one, with its trigger, sends nobody any more."""
    order = ledger.record(("order", str(lead.fields.get("order_id") or "")))
    if order.state != "approved" or order.fields.get("way") in _RESTING:
        raise WorkbenchError(
            "orders.no_order", "{name} has no approved order that sends somebody there", name=lead.key[1]
        )
    return order


def _demand_officers(
    project: Project, officer_ids: Sequence[str], lead: Record, sites: gpd.GeoDataFrame, on: dt.date
) -> None:
    staff = officers.completed(files.read_table(project.officers))
    site = str(lead.fields.get("site_id") or "")
    firms = sites.loc[sites["site_id"] == site, "credit_code"]
    reasons = officers.unfit(staff, first=on, last=on)
    keep_away = officers.conflicted(staff, site, str(firms.iloc[0]) if len(firms) else "")
    reasons = reasons.mask((reasons == "") & keep_away & bool(site), "officers.interest")
    known = dict(zip(staff["officer_id"], reasons, strict=True))
    for name in officer_ids:
        reason = known.get(name, "officers.unknown")
        if reason:
            raise WorkbenchError("orders.officers", "Officer {name} may not go: {reason}", name=name, reason=reason)
