"""Next steps of a lead: read it, move it, open its inspection, make a problem of it, and bring that to its closing."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from cross_check import casebook, officers, orders, rectification, staffing
from cross_check.ledger import rules
from cross_check.ledger.events import Event, Record
from gis.language import Catalogue
from satellite.targets import CLASSES
from views import cases, state, who

ELSEWHERE = ("to_issue", "checking", "problem")
"""States to which nobody moves a lead by hand."""

READABLE = ("to_read", "doubtful", "new")
"""States in which a lead is read."""

_VERDICTS = ("suspected", "doubtful", "excluded")


def draw(words: Catalogue, lead: pd.Series, record: Record) -> None:
    """Offer what can be done next with a lead in its state and for the role of who works."""
    turn(words, "lead", lead["state"])
    if lead["state"] == "suspected":
        st.page_link("views/orders.py", label=words.say("casework.to_orders"), icon=":material/gavel:")
    if not who.name():
        st.info(words.say("casework.who"), icon=":material/person:")
    elif lead["state"] in READABLE:
        reading(words, lead)
    elif lead["state"] == "to_check" and who.may("inspection.open"):
        inspection(words, record)
    elif lead["state"] == "confirmed" and who.may("problem.open"):
        _open(words, record)
    elif lead["state"] == "problem":
        problem(words, str(record.fields["problem_id"]))
    else:
        onward(words, [lead["lead_id"]], lead["state"], dict(record.fields))


def turn(words: Catalogue, kind: str, now: str) -> None:
    """Say what usually follows on a state and whose turn it is, whoever looks."""
    follows: dict[tuple[str, ...], list[str]] = {}
    for to, roles in rules.usual(kind, now).items():
        follows.setdefault(roles, []).append(words.say(f"{kind}_state.{to}"))
    if not follows:
        st.caption(words.say("casework.over"))
        return
    joint = words.say("triage_cli.joint")
    said = [
        words.say(
            "casework.turn", to=joint.join(states), roles=joint.join(words.say(f"roles.{role}") for role in roles)
        )
        for roles, states in follows.items()
    ]
    st.caption(words.say("casework.turns", turns=words.say("casework.turns_joint").join(said)))


def offered(kind: str, now: str) -> list[str]:
    """Return the states that who works may bring about, the usual ones before those that go back or aside."""
    usual = rules.usual(kind, now)
    return sorted(rules.moves(kind, now, who.role()), key=lambda to: to not in usual)


def take(words: Catalogue) -> None:
    """Offer to take the leads of the detection into the ledger."""
    st.button(
        words.say("casework.take"),
        type="primary",
        key="take",
        on_click=cases.attempt,
        args=(words, _take, words.say("casework.taken")),
    )


def _take() -> object:
    return casebook.take_results(state.project(), who.act(), "patch")


def reading(words: Catalogue, lead: pd.Series) -> None:
    """Ask for a verdict, the class as a person sees it, and a reason."""
    now = lead["shown_class"] if lead["shown_class"] in CLASSES else CLASSES[0]
    mark = f"read-{lead['lead_id']}-{lead['version']}"
    keys = {name: f"{mark}-{name}" for name in ("verdict", "human", "why")}
    with st.form(mark, border=True):
        st.segmented_control(
            words.say("casework.verdict"),
            _VERDICTS,
            format_func=lambda each: words.say(f"lead_state.{each}"),
            default=_VERDICTS[0],
            required=True,
            key=keys["verdict"],
        )
        st.selectbox(
            words.say("casework.human"),
            CLASSES,
            index=CLASSES.index(now),
            format_func=lambda each: words.say(f"class.{each}"),
            key=keys["human"],
        )
        st.text_input(words.say("casework.why"), key=keys["why"])
        verb = partial(read, str(lead["lead_id"]), int(lead["version"]))
        st.form_submit_button(
            words.say("casework.record"), type="primary", on_click=cases.press, args=(words, keys, verb)
        )


def read(lead_id: str, seen: int, told: dict[str, Any], verdict: str = "") -> Sequence[Event]:
    """Record a reading as a person filled it in; ``verdict`` is that of the button, where there is one for each."""
    act = who.act(told["why"] or "")
    return casebook.read(cases.ledger(), act, lead_id, verdict or told["verdict"], told["human"], seen)


def inspection(words: Catalogue, record: Record) -> None:
    """Ask who goes when; every rule is asked once more when it is recorded."""
    staff = staffing.table(state.project())
    if staff.empty:
        st.info(words.say("casework.no_officers"), icon=":material/badge:")
        st.code(f"hdq officers import FILE --project {state.project().folder.name}", language=None)
        return
    today = state.today()
    mark = f"inspect-{record.key[1]}-{record.version}"
    keys = {name: f"{mark}-{name}" for name in ("day", "going", "kind")}
    with st.form(mark, border=True):
        st.date_input(words.say("casework.visit_on"), today, format="YYYY-MM-DD", key=keys["day"])
        fit = staff[officers.unfit(staff, first=today, last=today) == ""]
        names = dict(zip(fit["officer_id"], fit["name"] + " " + fit["certificate_no"].fillna(""), strict=True))
        st.multiselect(
            words.say("casework.officers"),
            list(names),
            format_func=lambda each: names[each],
            placeholder=words.say("casework.choose_officers"),
            key=keys["going"],
        )
        st.selectbox(
            words.say("casework.check_kind"),
            rules.CHECKS,
            index=rules.CHECKS.index("case"),
            format_func=lambda each: words.say(f"check.{each}"),
            key=keys["kind"],
        )
        verb = partial(_inspect, record.key[1])
        st.form_submit_button(
            words.say("casework.inspect"), type="primary", on_click=cases.press, args=(words, keys, verb)
        )


def _inspect(lead_id: str, told: dict[str, Any]) -> Sequence[Event]:
    day, going = date.fromisoformat(told["day"]), told["going"] or ()
    return orders.inspect(state.project(), who.act(), lead_id, going, on=day, check_kind=str(told["kind"]))


def problem(words: Catalogue, problem_id: str) -> None:
    """Show where the problem of a lead stands, and what may follow."""
    record = cases.ledger().record(("problem", problem_id))
    st.markdown(words.say("casework.problem", name=problem_id, state=words.say(f"problem_state.{record.state}")))
    steps(words, record)
    st.page_link("views/problems.py", label=words.say("problems_page.more"), icon=":material/build:")
    st.html(cases.history(words, cases.ledger().events(record.key)))


def steps(words: Catalogue, record: Record) -> None:
    """Offer the states that may follow on that of a problem, and ask for what each needs."""
    turn(words, "problem", record.state)
    known = offered("problem", record.state)
    if not known:
        st.caption(words.say("problems_page.nothing", role=words.say(f"roles.{who.role()}")))
        return
    to = st.selectbox(
        words.say("casework.to"),
        known,
        format_func=lambda each: words.say(f"problem_state.{each}"),
        key=f"problem-to-{record.key[1]}-{record.version}-{who.role()}",
    )
    needed, asks = rules.needs("problem", record.state, str(to))
    mark = f"problem-{record.key[1]}-{record.version}-{to}"
    known_fields = dict(record.fields)
    if "due_on" in needed and not known_fields.get("due_on"):
        by_rule = rectification.due(known_fields, state.today())
        known_fields["due_on"] = by_rule["due_on"]
        st.caption(words.say("casework.due_by_rule", **by_rule))
    with st.form(mark, border=True):
        keys = _fields(words, mark, needed, known_fields, asks=asks)
        verb = partial(_move_problem, record.key[1], str(to), record.version)
        st.form_submit_button(
            words.say("casework.move", count=1), type="primary", on_click=cases.press, args=(words, keys, verb)
        )


def _move_problem(problem_id: str, to: str, seen: int, told: dict[str, Any]) -> Sequence[Event]:
    act = who.act(told.pop("why") or "")
    return orders.move_problem(cases.ledger(), act, problem_id, to, told, seen)


def _open(words: Catalogue, record: Record) -> None:
    lead_id = record.key[1]
    st.button(
        words.say("casework.make_problem"),
        type="primary",
        key=f"problem-{lead_id}",
        on_click=cases.attempt,
        args=(words, partial(_opened, lead_id), words.say("casework.made", name=f"P{lead_id[1:]}")),
    )
    onward(words, [record.key[1]], record.state, dict(record.fields))


def _opened(lead_id: str) -> Sequence[Event]:
    return orders.open_problem(cases.ledger(), who.act(), lead_id)


def onward(words: Catalogue, lead_ids: Sequence[str], now: str, known: dict[str, Any]) -> None:
    """Offer the states that may follow for this role, and ask for what each needs."""
    steps = [to for to in offered("lead", now) if to not in ELSEWHERE]
    if not steps:
        st.caption(words.say("casework.nothing", role=words.say(f"roles.{who.role()}")))
        return
    to = st.selectbox(
        words.say("casework.to"),
        steps,
        format_func=lambda each: words.say(f"lead_state.{each}"),
        key=f"to-{now}-{who.role()}",
    )
    needed, asks = rules.needs("lead", now, str(to))
    mark = f"move-{'-'.join(lead_ids)[:80]}-{to}"
    with st.form(mark, border=True):
        keys = _fields(words, mark, needed, known, asks=asks)
        verb = partial(_move, lead_ids, str(to), cases.versions(lead_ids))
        st.form_submit_button(
            words.say("casework.move", count=len(lead_ids)),
            type="primary",
            on_click=cases.press,
            args=(words, keys, verb),
        )


def _move(lead_ids: Sequence[str], to: str, seen: Mapping[str, int], told: dict[str, Any]) -> Sequence[Event]:
    act = who.act(told.pop("why") or "")
    return casebook.move(cases.ledger(), act, lead_ids, to, told, seen)


def _fields(words: Catalogue, mark: str, needed: Sequence[str], known: dict[str, Any], *, asks: bool) -> dict[str, str]:
    """Ask for each field that a move needs, filled with what is known, and for the reason; return the widgets' keys."""
    keys = {name: f"{mark}-{name}" for name in (*needed, "why")}
    for name in needed:
        cases.asked(words, name, known.get(name) or _guess(words, name, known), key=keys[name])
    st.text_input(words.say("casework.why_needed" if asks else "casework.why"), key=keys["why"])
    return keys


def _guess(words: Catalogue, name: str, known: dict[str, Any]) -> str | None:
    """Return what a field most often holds: a case goes to the division that it lies in."""
    if name != "receiver" or not known.get("division_code"):
        return None
    return cases.region_names(words).get(str(known["division_code"]))


def undo(words: Catalogue, number: int) -> None:
    """Offer to take the last act back, with a reason."""
    with st.popover(words.say("casework.undo"), icon=":material/undo:"):
        keys = {"why": f"undo-why-{number}"}
        st.text_input(words.say("casework.why_needed"), key=keys["why"])
        st.button(
            words.say("casework.undo_now", number=number),
            key=f"undo-{number}",
            on_click=cases.press,
            args=(words, keys, partial(_undo, number)),
        )


def _undo(number: int, told: dict[str, Any]) -> Sequence[Event]:
    return staffing.undo(state.project(), who.act(told["why"] or ""), number)
