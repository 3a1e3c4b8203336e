"""The ledger's door: which role may record what, which state follows on which, and what never gets in."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from cross_check import data
from cross_check.ledger.events import Act, Entry, Event, Record, reversing
from gis.errors import WorkbenchError

ROLES = ("analyst", "leader", "contractor", "briefing", "local", "reader", "approver")

LEAD_STATES = (
    "new",
    "to_read",
    "suspected",
    "excluded",
    "doubtful",
    "to_issue",
    "to_check",
    "checking",
    "to_review",
    "confirmed",
    "refuted",
    "lawful",
    "problem",
    "watched",
)
"""In the order in which a lead goes through them."""

DISMISSED = ("excluded", "refuted", "lawful", "watched")
"""States of leads that came to nothing: no map or briefing shows them as open."""

CLOSED = "closed"
"""How a lead stands whose problem is closed; the lead's own last state is ``problem``."""

OVER = (*DISMISSED, "problem", CLOSED)
"""States in which nothing more is asked of anybody over the lead itself."""

ORDER_STATES = ("drafted", "approved", "refused", "withdrawn")

PROBLEM_STATES = (
    "pooled",
    "to_hand_over",
    "handed_over",
    "rectifying",
    "closing_asked",
    "verifying",
    "announced",
    "closed",
    "returned",
    "filed",
    "transferred",
    "relapsed",
)

SURVEY_STATES = ("ordered", "open", "returned", "accepted")
"""Of surveys and assessments by third parties; ``open`` is what was delivered."""

EVIDENCE = ("before", "after", "monitoring", "document", "video")
"""Kinds of files that a problem may have."""

LOOK_BACKS = ("gone", "changed", "still", "untouched", "again", "unseen")
"""What a look-back from space may find: two verdicts for closing, three against it, and nothing seen."""

DRAW_STATES = ("announced", "concluded", "aborted")

FIRST_STATES: dict[str, tuple[str, ...]] = {
    "lead": ("new",),
    "order": ("drafted",),
    "problem": ("pooled",),
    "draw": ("announced",),
}
FIRST_STATES |= {"survey": ("ordered", "open"), "assessment": ("ordered", "open")}
"""States in which a record of a kind begins; kinds not named here have one state, ``open``."""

MACHINE = ("patch", "hotspot", "fire_point")
"""Sources that are machines: a person reads these before anything else, for they are no evidence until reviewed."""

TOLD = ("complaint", "monitoring", "electricity", "water_use", "video", "mobile_lab", "boat", "department", "survey")
"""Sources that come as tables."""

WAYS = ("onsite_now", "into_plan", "local", "watch", "archive")
"""Ways that a lead may go, in the order in which triage tries them."""

CHECKS = ("routine", "special", "case")
"""Kinds of on-site check, counted differently against a yearly cap (State Council Office 2024, no. 54)."""

OFFICERS = 2
"""Officers with certificates at every visit: Administrative Penalty Law (2021), article 42."""

CONTRACTORS = ("survey", "assessment")
"""All that a contractor may record: third parties take no part in inspections (State Council Office 2024, no. 54)."""

_ON_THE_WAY = ("to_issue", "to_check", "checking", "to_review", "confirmed", "problem")
_OF_INSPECTIONS = ("check_kind", "officer_ids", "order_id")
_OF_EXAMINATION = ("acceptance", "lead_id")
"""What the bureau alone writes of a survey or an assessment."""
_FOR_GOOD = {
    "lead": ("source", "source_ref", "machine_class"),
    "order": ("lead_id",),
    "inspection": ("lead_id", "order_id", "officer_ids", "check_kind"),
    "problem": ("lead_id", "source"),
}
"""Fields that are what they were when a record of a kind began: every rule about it rests on them."""
_FINAL = ("draw",)
"""Records whose steps are never taken back: a draw would be chosen among, once its numbers are known."""
# Digits within a longer word of letters and digits, such as a hash, are neither. Credit codes begin with 9.
_PHONE = re.compile(r"(?<![0-9A-Za-z])1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?![0-9A-Za-z])")
_PERSON_NO = re.compile(
    r"(?<![0-9A-Za-z])[1-8]\d{5}(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])\d{3}[0-9Xx](?![0-9A-Za-z])"
)


def admit(act: Act, entry: Entry, now: Record, *, undoing: bool = False) -> None:
    """Let an entry in, or refuse it.

    Parameters
    ----------
    act : Act
    entry : Entry
    now : Record
        The present state.
    undoing : bool
        Whether the entry takes an earlier event back: it needs a reason, and may go back against the moves.

    Raises
    ------
    WorkbenchError
        ``ledger.no_name``; ``ledger.unknown_role``; ``ledger.not_allowed``; ``ledger.contractor``;
        ``ledger.no_move``; ``ledger.no_reason``; ``ledger.lacks``; ``ledger.personal``; ``ledger.unreviewed``;
        ``ledger.no_record``; ``ledger.there_already``; ``ledger.no_inspection``; ``ledger.no_day``;
        ``ledger.for_good``; ``ledger.accepted``.
    ValueError
        If an entry's kind does not fit its record.
    """
    if not act.who.strip():
        raise WorkbenchError("ledger.no_name", "Say who you are first")
    permit(act, entry)
    _without_persons(act, entry)
    _days(entry)
    if undoing:
        _reason(act)
        return
    _existing(entry, now)
    _kept(entry, now)
    if act.role == "contractor" and now.state == "accepted":
        raise WorkbenchError(
            "ledger.accepted", "{name} is accepted: what was delivered stays as it is", name=entry.key[1]
        )
    if entry.kind == "inspection.open":
        _inspection(entry)
    to = now.state if entry.state is None else entry.state
    if to != now.state and now.state:
        _move(act, entry, now)
    after = {**now.fields, **entry.fields}
    read = after.get("human_class")
    if entry.key[0] == "lead" and to in _ON_THE_WAY and after.get("source") in MACHINE and not read:
        raise WorkbenchError(
            "ledger.unreviewed", "{name} has not been read by a person: it cannot go on site", name=entry.key[1]
        )


def allowed(role: str, kind: str) -> bool:
    """Say whether a role may record a kind of event, such as ``"lead.move"``."""
    group = kind.partition(".")[0]
    if role == "contractor" and group not in CONTRACTORS:
        return False
    may = data.rules("rules")["roles"].get(role, {}).get("may", ())
    return kind in may or f"{group}.*" in may


def moves(object_kind: str, state: str, role: str = "") -> list[str]:
    """Return the states that may follow on a state, those a role may bring about only, in the order of the rules."""
    found = [
        to
        for move in data.rules("rules")["moves"]
        if move["object"] == object_kind and state in move["from"] and (not role or role in move["roles"])
        for to in move["to"]
        if to != state
    ]
    return list(dict.fromkeys(found))


def usual(object_kind: str, state: str) -> dict[str, tuple[str, ...]]:
    """Return the states that usually follow on a state, with the roles that bring each about.

    A move that asks for a reason goes back or aside; what is left is the way on. Empty where a record is done with.
    """
    return {
        to: tuple(move["roles"])
        for move in data.rules("rules")["moves"]
        if move["object"] == object_kind and state in move["from"] and not move.get("reason")
        for to in move["to"]
        if to != state
    }


def needs(object_kind: str, state: str, to: str) -> tuple[tuple[str, ...], bool]:
    """Return the fields that a move needs, and whether it needs a reason.

    Raises
    ------
    WorkbenchError
        ``ledger.no_move`` if there is no such move.
    """
    move = _find(object_kind, state, to)
    return tuple(move.get("needs", ())), bool(move.get("reason", False))


def permit(act: Act, entry: Entry) -> None:
    """Refuse whoever may not record such an entry, whatever it says.

    Raises
    ------
    WorkbenchError
        ``ledger.unknown_role``; ``ledger.contractor``; ``ledger.not_allowed``.
    ValueError
        If an entry's kind does not fit its record.
    """
    if act.role not in ROLES:
        raise WorkbenchError("ledger.unknown_role", "There is no role {role}", role=act.role)
    group = entry.kind.partition(".")[0]
    if act.role == "contractor" and (entry.key[0] not in CONTRACTORS or group not in CONTRACTORS):
        raise WorkbenchError(
            "ledger.contractor", "A third party may survey and assess only; it never takes part in an inspection"
        )
    if act.role == "contractor" and any(name in entry.fields for name in _OF_INSPECTIONS):
        raise WorkbenchError(
            "ledger.contractor", "A third party may survey and assess only; it never takes part in an inspection"
        )
    ordering = entry.kind.endswith(".order") or any(name in entry.fields for name in _OF_EXAMINATION)
    if (act.role == "contractor" and ordering) or not allowed(act.role, entry.kind):
        raise _not_allowed(act, entry)
    if group != entry.key[0]:
        raise ValueError(f"{entry.kind} records no {entry.key[0]}")


def permit_back(act: Act, event: Event) -> None:
    """Refuse whoever may not take an event back: a move is taken back, or done again, by those who may make it.

    Raises
    ------
    WorkbenchError
        ``ledger.final``; those of ``permit``.
    """
    entry = reversing(event)
    permit(act, entry)
    if event.object_kind in _FINAL:
        raise WorkbenchError("ledger.final", "What is recorded of {name} is never taken back", name=event.object_id)
    there, back = (event.from_state, event.to_state), (event.to_state, event.from_state)
    # What took a move back is taken back by making the move again.
    ways = (back, there) if event.reverses else (there,)
    move = next(filter(None, (_known(event.object_kind, *way) for way in ways)), None)
    if there[0] != there[1] and move is not None and act.role not in move["roles"]:
        raise _not_allowed(act, entry)


def _not_allowed(act: Act, entry: Entry) -> WorkbenchError:
    return WorkbenchError("ledger.not_allowed", "The role {role} may not record {kind}", role=act.role, kind=entry.kind)


def _without_persons(act: Act, entry: Entry) -> None:
    """Refuse phone numbers and personal identity numbers: nothing that enters the ledger leaves it again."""
    texts = [act.why, entry.key[1], *_texts(entry.fields)]
    # Figures of full width are figures.
    plain = [text if text.isascii() else unicodedata.normalize("NFKC", text) for text in texts]
    if any(_PHONE.search(text) or _PERSON_NO.search(text) for text in plain):
        raise WorkbenchError(
            "ledger.personal", "The text holds a phone or identity number; such things are kept apart, take it out"
        )


def _texts(value: object) -> Iterator[str]:
    """Return every text within a value that JSON can hold."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _texts(each)


def _days(entry: Entry) -> None:
    """Refuse a text that is no day where a day belongs: deadlines are counted with it."""
    for name, value in entry.fields.items():
        if name.endswith("_on") and isinstance(value, str):
            try:
                date.fromisoformat(value)
            except ValueError:
                raise WorkbenchError("ledger.no_day", "{value} is no day", value=value) from None


def _inspection(entry: Entry) -> None:
    officers = {part.strip() for part in str(entry.fields.get("officer_ids") or "").split(";") if part.strip()}
    if len(officers) < OFFICERS or entry.fields.get("check_kind") not in CHECKS:
        raise WorkbenchError(
            "ledger.no_inspection",
            "An inspection needs its kind and at least {officers} officers with certificates",
            officers=OFFICERS,
        )


def _existing(entry: Entry, now: Record) -> None:
    first = FIRST_STATES.get(entry.key[0], ("open",))
    if not now.state and entry.state not in first:
        raise WorkbenchError("ledger.no_record", "There is no {name}", name=entry.key[1])
    if now.state and entry.seen == 0:
        raise WorkbenchError("ledger.there_already", "{name} is there already", name=entry.key[1])


def _kept(entry: Entry, now: Record) -> None:
    """Refuse to change what a record rests on."""
    for name in _FOR_GOOD.get(entry.key[0], ()) if now.state else ():
        if name in entry.fields and entry.fields[name] != now.fields.get(name):
            raise WorkbenchError(
                "ledger.for_good", "{field} of {name} stays as it was recorded", field=name, name=entry.key[1]
            )


def _move(act: Act, entry: Entry, now: Record) -> None:
    move = _find(entry.key[0], now.state, str(entry.state))
    if act.role not in move["roles"]:
        raise _not_allowed(act, entry)
    if move.get("reason"):
        _reason(act)
    after = {**now.fields, **entry.fields}
    missing = [name for name in move.get("needs", ()) if after.get(name) in (None, "")]
    if missing:
        raise WorkbenchError("ledger.lacks", "{name} lacks {fields}", name=entry.key[1], fields=", ".join(missing))


def _reason(act: Act) -> None:
    if not act.why.strip():
        raise WorkbenchError("ledger.no_reason", "Give a reason")


def _find(object_kind: str, state: str, to: str) -> Mapping[str, Any]:
    found = _known(object_kind, state, to)
    if found is None:
        raise WorkbenchError(
            "ledger.no_move", "From the state {state} nothing leads to {to}", state=state or "-", to=to or "-"
        )
    return found


def _known(object_kind: str, state: str, to: str) -> Mapping[str, Any] | None:
    for move in data.rules("rules")["moves"]:
        if move["object"] == object_kind and state in move["from"] and to in move["to"]:
            found: Mapping[str, Any] = move
            return found
    return None
