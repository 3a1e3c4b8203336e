"""A new double-random draw: what is drawn by which rule, everybody in and out of it, and the announcement."""

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from cross_check import draw_records, draw_rules, draws, staffing
from cross_check.draws import Order
from cross_check.files import Project
from cross_check.partners import Partner
from cross_check.steps import Step
from gis.errors import WorkbenchError
from gis.language import Catalogue
from views import cases, choosing, draw_joint, draw_minutes, frame, state, who

PAGE = "draw"
NEXT = f"{PAGE}-next"
"""Key of the session under which the number of a draw just announced waits to be opened."""

_BEACONS = 2
_DIGEST = re.compile(r"[0-9a-f]{64}")


def draw(words: Catalogue) -> None:
    """Draw the form, the preview of what would be announced, and the button."""
    order, joined = _order(words), draw_joint.ask(words)
    # Title and witnesses change nobody's place: they must not freeze the lists anew at every word.
    with st.spinner(words.say("draw_page.freezing")):
        frozen = _frozen(_stamp(), replace(order, title="", witnesses=()), _mark(joined), joined)
    st.subheader(words.say("draw_page.preview"))
    theirs = dict(zip(joined.officers["officer_id"], joined.officers["name"], strict=True)) if joined else {}
    lists(words, frozen, people(state.project()) | theirs)
    with st.container(border=True):
        document, beacons = _public(words)
        parties = str(st.text_area(words.say("draw_page.parties"), key=f"{PAGE}-parties", height=80))
        st.caption(words.say("draw_page.parties_hint"))
        if not may(words):
            return
        ready = bool(order.title and document.strip() and beacons)
        if not ready:
            st.caption(words.say("draw_page.incomplete"))
        if st.button(words.say("draw_page.announce"), type="primary", disabled=not ready, key=f"{PAGE}-announce"):
            attempt(words, lambda: _announce(order, joined, document, beacons, parties))


def may(words: Catalogue) -> bool:
    """Say whether who works may draw, and if not, what is missing."""
    if not who.name():
        st.info(words.say("casework.who"), icon=":material/person:")
    elif not who.may("draw.announce"):
        st.info(words.say("draw_page.not_allowed", role=words.say(f"roles.{who.role()}")), icon=":material/block:")
    return bool(who.name()) and who.may("draw.announce")


def attempt(words: Catalogue, verb: Callable[[], Step]) -> None:
    """Take a step of a draw and show the page anew, or say why it was refused."""
    try:
        step = verb()
    except WorkbenchError as refusal:
        cases.refused(words, refusal)
        return
    st.session_state[NEXT] = step.figures["number"]
    st.toast(words.say(f"draw_page.{step.code.partition('.')[2]}"), icon=":material/check_circle:")
    st.rerun()


def lists(words: Catalogue, frozen: Mapping[str, Any], names: Mapping[str, str]) -> None:
    """Draw strata with the formula of their size, and all units and officers that are kept out, with the reason.

    ``names`` calls officers by id, those of a second department too.
    """
    if frozen["partner"]:
        st.markdown(draw_minutes.partner(words, frozen))
    st.html(frame.sheet(draw_minutes.heads(words, "strata"), draw_minutes.strata(words, frozen)))
    left, right = st.columns([3, 2], gap="medium")
    with left:
        out = frozen["excluded"]
        st.markdown(f"**{words.say('draw_page.excluded_units', count=len(out))}**")
        told = {
            "unit": [each["name"] for each in out],
            "stratum": [draw_minutes.stratum(words, each["stratum"]) for each in out],
            "reason": [draw_minutes.reason(words, each["reason"]) for each in out],
            "why": [words.words.get(f"map.{each['why']}", each["why"]) for each in out],
        }
        _table(words, told)
    with right:
        away = [*frozen["left_out_officers"], *frozen["left_out_partner_officers"]]
        counts = {"count": len(away), "on_post": len(frozen["officers"]), "recusals": len(frozen["recusals"])}
        st.markdown(f"**{words.say('draw_page.left_out_officers', **counts)}**")
        told = {
            "officer": [names.get(each["id"], each["id"]) for each in away],
            "reason": [draw_minutes.reason(words, each["reason"]) for each in away],
        }
        _table(words, told)


def _table(words: Catalogue, told: Mapping[str, list[str]]) -> None:
    table = pd.DataFrame({words.say(f"draw_page.head_{name}"): values for name, values in told.items()})
    if table.empty:
        st.caption(words.say("draw_page.nobody"))
        return
    st.dataframe(table, hide_index=True, height=choosing.fit(len(table), 260), row_height=choosing.ROW_PX)


def people(project: Project) -> dict[str, str]:
    """Return what officers are called by id."""
    table = staffing.table(project)
    return dict(zip(table["officer_id"], table["name"], strict=True))


def _order(words: Catalogue) -> Order:
    """Ask for what is drawn; the rule's own document stands under it."""
    with st.container(border=True):
        one, two = st.columns([1, 2], gap="medium")
        with two:
            known, foreign = _rules(words)
        rule = one.selectbox(
            words.say("draw_page.rule"),
            list(known),
            format_func=lambda each: words.words.get(f"draw_rule.{each}", each),
            key=f"{PAGE}-rule",
        )
        row = known[rule]
        period = words.words.get(f"draw_page.period_{row['period']}", row["period"])
        one.caption(words.say("draw_page.rule_document", document=row["document"], period=period))
        if foreign:
            one.warning(words.say("draw_page.foreign"), icon=":material/travel_explore:")
        title = one.text_input(words.say("draw_page.head_title"), key=f"{PAGE}-title", max_chars=80)
        with two, st.container(horizontal=True, vertical_alignment="bottom"):
            day = st.date_input(
                words.say("draw_page.fact_valid_on"), state.today(), format="YYYY-MM-DD", key=f"{PAGE}-day", width=180
            )
            most = st.number_input(words.say("draw_page.most"), 0, 999, 0, key=f"{PAGE}-most", width=180)
            pooled = st.toggle(words.say("draw_page.pooled"), key=f"{PAGE}-pooled")
        witnesses = two.text_area(words.say("draw_page.witnesses"), key=f"{PAGE}-witnesses", height=80)
    people_named = tuple(each.strip() for each in str(witnesses).splitlines() if each.strip())
    return Order(str(title).strip(), {**row, "name": rule}, day, int(most), bool(pooled), people_named)


def _rules(words: Catalogue) -> tuple[dict[str, Any], bool]:
    """Return the sets of ratios there are, and whether they are those of other places."""
    project = state.project()
    with st.expander(words.say("draw_page.own_rules"), icon=":material/upload_file:"):
        st.caption(words.say("draw_page.own_rules_hint"))
        sent = frame.upload(words, words.say("draw_page.own_rules"), ["toml"], key=f"{PAGE}-own")
        if sent is not None:
            with frame.put_down(sent) as path:
                found = draw_rules.read(path)
                if st.button(words.say("draw_page.keep_rules"), key=f"{PAGE}-keep"):
                    step = draw_rules.take(project, path)
                    st.success(words.say(step.code, **step.figures), icon=":material/check_circle:")
            return found, False
    return draw_rules.known(project), draw_rules.foreign(project)


def _public(words: Catalogue) -> tuple[str, dict[str, dt.date]]:
    """Ask for document and public values to come."""
    document = st.text_input(words.say("draw_page.fact_document"), key=f"{PAGE}-document", width=360)
    st.caption(words.say("draw_page.beacons_hint"))
    beacons = {}
    for at in range(_BEACONS):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            name = st.text_input(words.say("draw_page.beacon", number=at + 1), key=f"{PAGE}-beacon-{at}", width=360)
            due = st.date_input(
                words.say("draw_page.due"),
                state.today() + dt.timedelta(days=3),
                format="YYYY-MM-DD",
                key=f"{PAGE}-due-{at}",
                width=180,
            )
        if str(name).strip():
            beacons[str(name).strip()] = due
    return str(document), beacons


def _lines(text: str) -> dict[str, str]:
    """Return the parties' digests, a line each as ``NAME=SHA256``."""
    found = {}
    for line in filter(None, map(str.strip, text.splitlines())):
        name, _, digest = line.partition("=")
        if not (name.strip() and _DIGEST.fullmatch(digest.strip())):
            raise WorkbenchError("draw_page.bad_party", "{line} is not NAME=SHA256", line=line)
        found[name.strip()] = digest.strip()
    return found


def _announce(
    order: Order, joined: Partner | None, document: str, beacons: Mapping[str, dt.date], parties: str
) -> Step:
    act, frozen = who.act(document), _frozen(_stamp(), order, _mark(joined), joined)
    announcement = draws.announce(
        frozen, beacons=beacons, nonces=_lines(parties), document=document.strip(), at=act.at_utc
    )
    return draw_records.announce(state.project(), act, frozen, announcement, joined)


def _stamp() -> tuple[str, tuple[object, ...]]:
    """Return the project and the state of what its draws are frozen from: files, and the ledger by its last event."""
    project = state.project()
    paths = (project.enterprises, project.zones, project.officers)
    times = (path.stat().st_mtime_ns if path.is_file() else 0 for path in paths)
    return str(project.folder), (*times, cases.ledger().head())


def _mark(joined: Partner | None) -> tuple[str, ...]:
    """Return what tells one second department's lists from another's."""
    return (joined.name, *joined.sources.values()) if joined else ()


@st.cache_resource(max_entries=8, show_spinner=False)
def _frozen(
    stamp: tuple[str, tuple[object, ...]],
    order: Order,
    mark: tuple[str, ...],  # noqa: ARG001 - the key of the cache
    _joined: Partner | None,
) -> draws.Frozen:
    return draw_records.freeze(Project(Path(stamp[0])), order, joined=_joined)
