"""Orders: what triage proposes for suspected leads and why; decisions in bulk, shown before they are made; the form."""

from collections.abc import Mapping, Sequence
from functools import partial
from html import escape
from typing import Any

import geopandas as gpd
import pandas as pd
import streamlit as st

from cross_check import data, triage
from cross_check import orders as orders_
from cross_check.ledger import rules
from cross_check.ledger.events import Event
from cross_check.orders import Decision
from cross_check.triage import Proposal
from gis.language import Catalogue
from views import cases, choosing, frame, order_form, printing, state, who, wording

PAGE = "orders"
_HEIGHT = 340
_AS_PROPOSED = "as_proposed"
_REFUSE = "refuse"
_MARKS = {"yes": ":material/check_circle:", "reason": ":material/edit_note:", "no": ":material/block:"}


def page() -> None:
    """Draw the page."""
    words = frame.words_now()
    version = data.rules("triage")["version"]
    frame.title(words, "orders_page.title", words.say("orders_page.hint", version=version))
    opened, leads = cases.ledger(), cases.leads()
    suspected = leads[leads["state"] == "suspected"].reset_index(drop=True)
    today = state.today().isoformat()
    proposals = cases.proposals(str(state.project().folder), opened.head(), today)
    if suspected.empty:
        st.info(words.say("orders_page.none"), icon=":material/inbox:")
        st.page_link("views/casework.py", label=words.say("casework.title"), icon=":material/assignment_late:")
    else:
        _propose(words, suspected, proposals)
    _orders(words, cases.leads(merged=True))


def _propose(words: Catalogue, leads: gpd.GeoDataFrame, proposals: Mapping[str, Proposal]) -> None:
    left, right = st.columns([3, 2], gap="medium")
    with left:
        chosen = _table(words, leads, proposals)
    with right:
        if not chosen:
            st.info(words.say("orders_page.choose"), icon=":material/touch_app:")
            return
        st.html(_why(words, [proposals[name] for name in chosen[:3]]))
        if len(chosen) > 3:  # noqa: PLR2004 -- as many as fit beside the table
            st.caption(words.say("orders_page.more", count=len(chosen) - 3))
    _decide(words, leads[leads["lead_id"].isin(chosen)].reset_index(drop=True), proposals)


def _table(words: Catalogue, leads: gpd.GeoDataFrame, proposals: Mapping[str, Proposal]) -> list[str]:
    waiting = {one.fields["lead_id"] for one in cases.ledger().records("order", ["drafted"])}
    names = cases.region_names(words)
    each = [proposals[name] for name in leads["lead_id"]]
    columns = {
        "proposed": [words.say(f"way.{one.way}") for one in each],
        "due_on": [one.due_on.isoformat() for one in each],
        "class": [words.say(f"class.{kind}") if isinstance(kind, str) else "" for kind in leads["shown_class"]],
        "severity": [words.say(f"severity.{int(grave)}") for grave in leads["severity"]],
        "site": [wording.text(name) for name in leads["site_name"]],
        "region": [names.get(code, code) for code in leads["division_code"]],
        "refused": [_short(words, one) for one in each],
        "drafted": [words.say("map.yes") if name in waiting else "" for name in leads["lead_id"]],
        "lead_id": list(leads["lead_id"]),
    }
    table = pd.DataFrame({words.say(f"cases.column_{name}"): values for name, values in columns.items()})
    key = choosing.keep(PAGE, list(leads["lead_id"]))
    picked = st.dataframe(
        table, height=_HEIGHT, hide_index=True, key=key, on_select="rerun", selection_mode="multi-row"
    )
    rows = [row for row in picked["selection"]["rows"] if row < len(leads)]
    return list(leads["lead_id"].iloc[rows])


def _short(words: Catalogue, proposal: Proposal) -> str:
    """Return the names of the rules that closed a way."""
    codes = dict.fromkeys(refusal.code.removeprefix("triage.") for refusal in proposal.refusals)
    return words.say("triage_cli.joint").join(words.say(f"rule.{code}") for code in codes)


def _why(words: Catalogue, proposals: Sequence[Proposal]) -> str:
    """Return, lead by lead, each closed way with its rule and document, as HTML."""
    parts = []
    for proposal in proposals:
        way = words.say(f"way.{proposal.way}")
        parts.append(f"<h4>{escape(words.say('orders_page.proposal', name=proposal.lead_id, way=way))}</h4>")
        heads = [words.say(f"orders_page.head_{name}") for name in ("way", "reason", "where", "binds")]
        rows = []
        for refusal in proposal.refusals:
            said, where = triage.said(refusal, words)
            binds = words.say("orders_page.hard" if refusal.hard else "orders_page.soft")
            rows.append((words.say(f"way.{refusal.way}"), said, where, binds))
        parts.append(frame.sheet(heads, rows) if rows else f"<p>{escape(words.say('orders_page.free'))}</p>")
    return "".join(parts)


def _decide(words: Catalogue, leads: gpd.GeoDataFrame, proposals: Mapping[str, Proposal]) -> None:
    """Ask for a way, show what it would do and what is refused, and record it on a second press."""
    with st.container(border=True):
        one, two, three = st.columns([2, 2, 3])
        way = one.selectbox(
            words.say("orders_page.way"),
            (_AS_PROPOSED, *rules.WAYS, _REFUSE),
            format_func=lambda each: words.say(
                f"orders_page.{each}" if each in {_AS_PROPOSED, _REFUSE} else f"way.{each}"
            ),
            key=f"{PAGE}-way",
        )
        triggers = data.rules("triage")["rules"]["positive"]["triggers"]
        trigger = two.selectbox(
            words.say("orders_page.trigger"),
            ("", *triggers),
            format_func=lambda each: words.say(f"sources.{each}") if each else words.say("orders_page.no_trigger"),
            key=f"{PAGE}-trigger",
        )
        why = three.text_input(words.say("orders_page.why"), key=f"{PAGE}-why")
        decisions = [_decision(lead, str(way), str(trigger), proposals) for lead in leads.itertuples()]
        seen = orders_.preview(leads, proposals, decisions)
        _preview(words, seen)
        _buttons(words, leads, decisions, seen, why)


def _decision(lead: object, way: str, trigger: str, proposals: Mapping[str, Proposal]) -> Decision:
    name = str(getattr(lead, "lead_id"))  # noqa: B009 - a row of any table
    chosen = proposals[name].way if way == _AS_PROPOSED else "" if way == _REFUSE else way
    return Decision(name, chosen, trigger, int(getattr(lead, "version")))  # noqa: B009 - the same


def _preview(words: Catalogue, seen: pd.DataFrame) -> None:
    heads = [words.say(f"orders_page.head_{name}") for name in ("lead", "way", "change", "possible", "reason")]
    rows = []
    for row in seen.itertuples():
        first, second = words.say(f"lead_state.{row.from_state}"), row.to_state
        change = words.say("cases.moved", first=first, second=words.say(f"lead_state.{second}")) if second else first
        said = [
            words.say("triage_cli.refusal", reason=a, where=b)
            for a, b in (triage.said(one, words) for one in row.refusals)
        ]
        way = words.say(f"way.{row.way}") if row.way else words.say("orders_page.refuse")
        rows.append((row.lead_id, way, change, words.say(f"possible.{row.possible}"), " ".join(said)))
    st.html(frame.sheet(heads, rows))
    counts = seen["possible"].value_counts()
    told = {name: int(counts.get(name, 0)) for name in _MARKS}
    st.caption(words.say("orders.preview", yes=told["yes"], reason=told["reason"], no=told["no"]))


def _buttons(
    words: Catalogue, leads: gpd.GeoDataFrame, decisions: Sequence[Decision], seen: pd.DataFrame, why: str
) -> None:
    if not who.name():
        st.info(words.say("casework.who"), icon=":material/person:")
        return
    passing = {"yes", "reason"} if why.strip() else {"yes"}
    good = set(seen.loc[seen["possible"].isin(passing), "lead_id"])
    ready = [one for one in decisions if one.lead_id in good]
    keys = {"why": f"{PAGE}-why"}
    with st.container(horizontal=True):
        st.button(
            words.say("orders_page.approve", count=len(ready)),
            type="primary",
            disabled=not (ready and who.may("order.decide")),
            key=f"{PAGE}-approve",
            on_click=cases.press,
            args=(words, keys, partial(_approve, ready), words.say("orders.decided", count=len(ready))),
        )
        waiting = {one.fields["lead_id"] for one in cases.ledger().records("order", ["drafted"])}
        ids = [name for name in leads["lead_id"] if name not in waiting]
        st.button(
            words.say("orders_page.draft", count=len(ids)),
            disabled=not (ids and who.may("order.draft")),
            key=f"{PAGE}-draft",
            on_click=cases.press,
            args=(words, keys, partial(_draft, ids), words.say("orders.drafted", count=len(ids))),
        )
    if not who.may("order.decide"):
        st.caption(words.say("orders_page.approver_only", role=words.say(f"roles.{who.role()}")))


def _approve(ready: Sequence[Decision], told: dict[str, Any]) -> Sequence[Event]:
    return orders_.decide(state.project(), who.act(told["why"] or ""), ready)


def _draft(lead_ids: Sequence[str], told: dict[str, Any]) -> Sequence[Event]:
    return orders_.draft(state.project(), who.act(told["why"] or ""), lead_ids)


def _orders(words: Catalogue, leads: gpd.GeoDataFrame) -> None:
    # What this role may not see at all, such as a complaint, is not here by its order either.
    seen = set(leads["lead_id"])
    found = [one for one in cases.ledger().records("order") if one.fields["lead_id"] in seen]
    st.subheader(words.say("orders_page.list", count=len(found)))
    if not found:
        st.caption(words.say("orders_page.no_orders"))
        return
    order = {name: at for at, name in enumerate(rules.ORDER_STATES)}
    found.sort(key=lambda one: (order[one.state], one.fields["due_on"]))
    columns = {
        "order": [one.key[1] for one in found],
        "state": [words.say(f"order_state.{one.state}") for one in found],
        "lead_id": [one.fields["lead_id"] for one in found],
        "proposed": [words.say(f"way.{one.fields['proposed']}") for one in found],
        "way": [words.say(f"way.{one.fields['way']}") if one.fields.get("way") else "" for one in found],
        "due_on": [one.fields["due_on"] for one in found],
        "reply_by": [cases.beijing(one.fields["reply_by"]) if one.fields.get("reply_by") else "" for one in found],
    }
    table = pd.DataFrame({words.say(f"cases.column_{name}"): values for name, values in columns.items()})
    key = choosing.keep(f"{PAGE}-orders", [one.key[1] for one in found])
    picked = st.dataframe(
        table,
        height=240,
        hide_index=True,
        key=key,
        on_select="rerun",
        selection_mode="single-row",
    )
    rows = picked["selection"]["rows"]
    if not rows or rows[0] >= len(found):
        st.caption(words.say("orders_page.choose_order"))
        return
    _order(words, found[rows[0]].key[1], leads)


def _order(words: Catalogue, order_id: str, leads: gpd.GeoDataFrame) -> None:
    opened = cases.ledger()
    order = opened.record(("order", order_id))
    lead = opened.record(("lead", order.fields["lead_id"]))
    names = cases.region_names(words)
    code = str(lead.fields["division_code"])
    # What this role may not see exactly is not on its paper either.
    at = leads.loc[leads["lead_id"] == lead.key[1], "geometry"].iloc[0]
    lead = type(lead)(lead.key, lead.version, lead.state, {**lead.fields, "lon": at.x, "lat": at.y})
    page_of = printing.whole(order_form.sheet(order, lead, names.get(code, code), words))
    st.download_button(
        words.say("orders_page.print"),
        data=page_of,
        file_name=f"{order_id}.html",
        mime="text/html",
        icon=":material/print:",
        on_click="ignore",
        key=f"print-{order_id}",
    )
    st.html(cases.history(words, opened.events(order.key)))


if __name__ == "__main__":
    page()
