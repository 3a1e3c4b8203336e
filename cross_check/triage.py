"""Triage: which way a lead goes, from an off-site clue to an on-site check or to the archive, by rules that are data.

Every refusal names the rule, its document and article. A hard rule binds everybody; another may be overruled by the
approver with a reason on record.
"""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from cross_check import data
from cross_check.ledger.rules import CHECKS, WAYS
from gis import schema
from gis.language import Catalogue

ONSITE = WAYS[:2]

FACTS = schema.table(
    {
        "lead_id": schema.text(unique=True),
        "source": schema.text(),
        "state": schema.text(),
        "human_class": schema.text(nullable=True),
        "confidence": schema.number(0, 1),
        "severity": schema.number(1, 3),
        "evidence": schema.text(nullable=True),
        "site_id": schema.text(nullable=True),
        "positive_list": schema.flag(),
        "positive_document": schema.text(nullable=True),
        "trigger": schema.text(nullable=True),
        "visits_routine": schema.whole(),
        "visits_special": schema.whole(),
        "visits_case": schema.whole(),
        "last_visit_on": schema.day(nullable=True),
        "cap_routine": schema.number(0, nullable=True),
        "cap_special": schema.number(0, nullable=True),
        "cap_case": schema.number(0, nullable=True),
        "cap_total": schema.number(0, nullable=True),
        "cap_routine_document": schema.text(nullable=True),
        "cap_special_document": schema.text(nullable=True),
        "cap_case_document": schema.text(nullable=True),
        "cap_total_document": schema.text(nullable=True),
        "benign_reason": schema.text(nullable=True),
    }
)
"""What the rules look at, a row a lead. ``trigger``: a recorded one, see triage.toml. ``visits_*``: on-site checks of
the site this year, by kind; ``cap_*``: how many it may have and by which document, missing where the register of caps
has no figure."""


@dataclass(frozen=True)
class Refusal:
    """Why a way is closed to a lead.

    Attributes
    ----------
    way : str
        One of ``WAYS``.
    code : str
        Catalogue code, such as ``"triage.cap"``.
    document, article, issued_on : str
        Where the rule stands, and the day of the document where it is known.
    hard : bool
        Whether nobody may overrule it.
    facts : mapping
        What the sentence is filled with.
    """

    way: str
    code: str
    document: str
    article: str
    issued_on: str
    hard: bool
    facts: Mapping[str, object]


@dataclass(frozen=True)
class Proposal:
    """Which way is proposed for a lead, and why not the ones before it.

    Attributes
    ----------
    lead_id : str
    way : str
    check_kind : str
        ``case`` for a visit that a lead causes; "" where nobody goes on site.
    approver : str
        Role that decides.
    due_on : date
    reply_hours : int
        Clock of the first answer, from the approval; 0 where none is asked for.
    trigger : str
        What opens the positive list, "" where none is needed or recorded.
    refusals : tuple of Refusal
        Of all ways.
    version : str
        Of the rules.
    """

    lead_id: str
    way: str
    check_kind: str
    approver: str
    due_on: dt.date
    reply_hours: int
    trigger: str
    refusals: tuple[Refusal, ...]
    version: str

    def against(self, way: str) -> tuple[Refusal, ...]:
        """Return what speaks against a way."""
        return tuple(refusal for refusal in self.refusals if refusal.way == way)


def propose(
    facts: pd.DataFrame, *, on: dt.date, rules: Mapping[str, Any] | None = None, check_kind: str = "case"
) -> list[Proposal]:
    """Propose a way for each lead: the first that nothing refuses.

    Parameters
    ----------
    facts : DataFrame
        See ``FACTS``.
    on : date
        Today.
    rules : mapping, optional
        As cross_check/data/triage.toml, which is the default.
    check_kind : str
        Kind of check that a visit would be, one of ``rules.CHECKS``.

    Returns
    -------
    list of Proposal
        In the order of the table.

    Raises
    ------
    TableFaults
        If the table is not of its schema.
    ValueError
        If the kind of check is none.
    """
    if check_kind not in CHECKS:
        raise ValueError(f"{check_kind} is no kind of check")
    rules = data.rules("triage") if rules is None else rules
    facts = schema.demand(facts, FACTS, "triage")
    return [_proposal(row, on, rules, check_kind) for row in facts.to_dict("records")]


def _proposal(lead: Mapping[str, Any], on: dt.date, rules: Mapping[str, Any], check_kind: str) -> Proposal:
    refusals = tuple(
        refusal for way in WAYS for check in _CHECKS for refusal in check(lead, way, _Case(on, check_kind, rules))
    )
    closed = {refusal.way for refusal in refusals}
    open_ways = [way for way in WAYS if way not in closed]
    benign = isinstance(lead["benign_reason"], str)
    way = "archive" if benign or not open_ways else open_ways[0]
    settings = rules["ways"][way]
    severity = str(int(lead["severity"]))
    grave = severity == "3"
    return Proposal(
        lead_id=lead["lead_id"],
        way=way,
        check_kind=check_kind if way in ONSITE else "",
        approver=settings["approver"],
        due_on=on + dt.timedelta(days=settings["due_days"][severity]),
        reply_hours=settings["reply_hours_grave" if grave else "reply_hours"],
        trigger=trigger_of(lead, rules) if lead["positive_list"] else "",
        refusals=refusals,
        version=rules["version"],
    )


def trigger_of(lead: Mapping[str, Any], rules: Mapping[str, Any] | None = None) -> str:
    """Return what opens the positive list for a lead: a recorded trigger, or its source; "" where nothing does."""
    rule = (data.rules("triage") if rules is None else rules)["rules"]["positive"]
    recorded = lead["trigger"]
    if isinstance(recorded, str) and recorded in rule["triggers"]:
        return recorded
    return str(lead["source"]) if lead["source"] in rule["by_source"] else ""


def said(refusal: Refusal, words: Catalogue) -> tuple[str, str]:
    """Return why a way is closed, in words, and where the rule stands: document, its day, article."""
    told = dict(refusal.facts)
    if "kind" in told:
        told["kind"] = words.say(f"check.{told['kind']}")
    if "state" in told:
        told["state"] = words.say(f"lead_state.{told['state']}")
    if "missing" in told:
        parts = str(told["missing"]).split(";")
        told["missing"] = words.say("triage_cli.joint").join(words.say(f"evidence.{part}") for part in parts)
    where = " ".join(filter(None, [refusal.document, refusal.issued_on, refusal.article]))
    return words.say(refusal.code, **told), where


def opens(trigger: str, rules: Mapping[str, Any] | None = None) -> bool:
    """Say whether a trigger, once recorded, opens the positive list."""
    return trigger in (data.rules("triage") if rules is None else rules)["rules"]["positive"]["triggers"]


@dataclass(frozen=True)
class _Case:
    on: dt.date
    check_kind: str
    rules: Mapping[str, Any]

    def refusal(
        self, way: str, name: str, facts: Mapping[str, object] | None = None, document: object = None
    ) -> Refusal:
        """Return a refusal by a rule; a document of the case's own goes before the rule's."""
        rule = self.rules["rules"][name]
        source = document if isinstance(document, str) and document else rule["document"]
        article, issued = (str(rule["article"]), str(rule["issued_on"])) if source == rule["document"] else ("", "")
        return Refusal(way, f"triage.{name}", source, article, issued, bool(rule["hard"]), facts or {})


Refusals = Iterator[Refusal]


def _reviewed(lead: Mapping[str, Any], way: str, case: _Case) -> Refusals:
    unread = lead["source"] in case.rules["rules"]["unreviewed"]["sources"] and not isinstance(lead["human_class"], str)
    if unread and way in WAYS[:3]:
        yield case.refusal(way, "unreviewed")


def _state(lead: Mapping[str, Any], way: str, case: _Case) -> Refusals:
    if way in WAYS[:3] and lead["state"] not in case.rules["rules"]["state"]["states"]:
        yield case.refusal(way, "state", {"state": lead["state"]})


def _evidence(lead: Mapping[str, Any], way: str, case: _Case) -> Refusals:
    at_hand = set(str(lead["evidence"] or "").split(";"))
    lists: Sequence[Mapping[str, Any]] = case.rules["evidence"]
    needs = next(each["needs"] for each in lists if lead["source"] in each["sources"] or "*" in each["sources"])
    missing = [kind for kind in needs if kind not in at_hand and (way in ONSITE or kind == "place")]
    if missing and way in WAYS[:3]:
        yield case.refusal(way, "evidence", {"missing": ";".join(missing)})


def _confidence(lead: Mapping[str, Any], way: str, case: _Case) -> Refusals:
    rule = case.rules["rules"]["confidence"]
    least = {"onsite_now": rule["onsite_from"], "into_plan": rule["onsite_from"], "local": rule["local_from"]}
    if lead["confidence"] < least.get(way, 0):
        yield case.refusal(way, "confidence", {"confidence": float(lead["confidence"]), "least": float(least[way])})


def _severity(lead: Mapping[str, Any], way: str, case: _Case) -> Refusals:
    least = case.rules["rules"]["severity"]["onsite_from"]
    if way == "onsite_now" and lead["severity"] < least:
        yield case.refusal(way, "severity", {"severity": int(lead["severity"]), "least": int(least)})


def _positive(lead: Mapping[str, Any], way: str, case: _Case) -> Refusals:
    if way in ONSITE and lead["positive_list"] and not trigger_of(lead, case.rules):
        yield case.refusal(way, "positive")


def _cap(lead: Mapping[str, Any], way: str, case: _Case) -> Refusals:
    rule = case.rules["rules"]["cap"]
    if way not in ONSITE or not isinstance(lead["site_id"], str):
        return
    outside = rule["case_outside"]
    if case.check_kind == "case" and outside:
        return
    counted = [kind for kind in CHECKS if kind != "case" or not outside]
    for kind, visits in ((case.check_kind, lead[f"visits_{case.check_kind}"]), ("total", _sum(lead, counted))):
        cap = lead[f"cap_{kind}"] if pd.notna(lead[f"cap_{kind}"]) else (rule[kind] or None)
        if cap is not None and visits >= cap:
            yield case.refusal(
                way, "cap", {"kind": kind, "visits": int(visits), "most": int(cap)}, lead[f"cap_{kind}_document"]
            )
            return


def _sum(lead: Mapping[str, Any], kinds: Sequence[str]) -> int:
    return sum(int(lead[f"visits_{kind}"]) for kind in kinds)


def _recent(lead: Mapping[str, Any], way: str, case: _Case) -> Refusals:
    rule, last = case.rules["rules"]["recent"], lead["last_visit_on"]
    if way != "onsite_now" or pd.isna(last) or lead["severity"] >= rule["unless_severity"]:
        return
    days = (case.on - pd.Timestamp(last).date()).days
    if days < rule["days"]:
        yield case.refusal(way, "recent", {"days": days, "least": int(rule["days"])})


def _benign(lead: Mapping[str, Any], way: str, case: _Case) -> Refusals:
    if way in WAYS[:3] and isinstance(lead["benign_reason"], str):
        yield case.refusal(way, "benign", {"reason": lead["benign_reason"]})


_CHECKS = (_reviewed, _state, _evidence, _confidence, _severity, _positive, _cap, _recent, _benign)
