"""Surveys and assessments by third parties: ordered, delivered, examined; the bureau makes leads of what is found."""

from collections.abc import Mapping, Sequence
from functools import partial

import pandas as pd
import streamlit as st

from cross_check import surveys as surveys_
from cross_check.ledger import rules
from cross_check.ledger.events import Record
from gis.errors import TableFaults
from gis.language import Catalogue
from views import cases, frame, handout, state, who, wording

PAGE = "surveys"
_HEIGHT = 420
_ORDERED = ("site_id", "organisation", "task", "due_on", "document_no")
_DELIVERED = ("site_id", "organisation", "done_on", "finding", "document_no")


def page() -> None:
    """Draw the page."""
    words = frame.words_now()
    frame.title(words, "surveys_page.title", words.say("surveys_page.hint"))
    kind = st.segmented_control(
        words.say("surveys_page.kind"),
        rules.CONTRACTORS,
        format_func=lambda each: words.say(f"surveys_page.{each}"),
        default=rules.CONTRACTORS[0],
        required=True,
        key=f"{PAGE}-kind",
        label_visibility="collapsed",
    )
    found = surveys_.table(cases.ledger(), str(kind), on=state.today())
    late = int(found["overdue"].sum())
    if late:
        st.error(words.say("surveys_page.alarm", count=late), icon=":material/alarm:")
    left, right = st.columns([3, 2], gap="medium")
    with left:
        shown = _tab(words, found)
        chosen = _table(words, shown)
    with right:
        if not who.name():
            st.info(words.say("casework.who"), icon=":material/person:")
        elif chosen is None:
            _new(words, str(kind))
        else:
            _one(words, str(kind), chosen)


def _tab(words: Catalogue, found: pd.DataFrame) -> pd.DataFrame:
    kept = {"overdue": found["overdue"], "all": pd.Series(data=True, index=found.index)}
    kept |= {each: found["state"] == each for each in rules.SURVEY_STATES}

    codes = {each: f"survey_state.{each}" for each in kept}
    codes |= {each: f"surveys_page.{each}" for each in ("overdue", "all")}
    tab = cases.tab(words, PAGE, {each: int(part.sum()) for each, part in kept.items()}, codes, "all")
    ordered = found[kept[tab]].sort_values(["overdue", "due_on", "report_no"], ascending=[False, True, True])
    return ordered.reset_index(drop=True)


def _table(words: Catalogue, shown: pd.DataFrame) -> str | None:
    if shown.empty:
        st.info(words.say("surveys_page.empty"), icon=":material/inbox:")
        return None
    names = surveys_.names(frame.tables(words)["enterprises"], shown)
    columns = {
        "due_on": [_due(words, row) for row in shown.itertuples()],
        "state": [words.say(f"survey_state.{each}") for each in shown["state"]],
        "site": names,
        "organisation": [wording.text(each) for each in shown["organisation"]],
        "task": [wording.text(each) for each in shown["task"]],
        "done_on": [wording.text(each) for each in shown["done_on"]],
        "finding": [wording.text(each) for each in shown["finding"]],
        "lead_id": [wording.text(each) for each in shown["lead_id"]],
        "report_no": list(shown["report_no"]),
    }
    table = pd.DataFrame({words.say(f"surveys_page.column_{name}"): values for name, values in columns.items()})
    picked = st.dataframe(
        table,
        height=min(_HEIGHT, 38 + 35 * max(len(shown), 3)),
        hide_index=True,
        key=f"{PAGE}-list",
        on_select="rerun",
        selection_mode="single-row",
    )
    st.download_button(
        "Excel",
        data=lambda: handout.sheet(table),
        file_name="surveys.xlsx",
        icon=":material/download:",
        on_click="ignore",
        key=f"{PAGE}-xlsx",
    )
    rows = picked["selection"]["rows"]
    return str(shown["report_no"].iloc[rows[0]]) if rows and rows[0] < len(shown) else None


def _due(words: Catalogue, row: object) -> str:
    day = wording.text(getattr(row, "due_on", None))
    return words.say("problems_page.late", day=day, days=int(-getattr(row, "days_left", 0))) if row.overdue else day  # type: ignore[attr-defined]


def _new(words: Catalogue, kind: str) -> None:
    """Order one, or deliver one that nobody ordered."""
    st.subheader(words.say("surveys_page.new"))
    may_order = who.may(f"{kind}.order") and who.role() != "contractor"
    verbs = ["order", "deliver"] if may_order else ["deliver"]
    if not who.may(f"{kind}.add"):
        st.caption(words.say("surveys_page.choose"))
        return
    verb = st.segmented_control(
        words.say("surveys_page.new"),
        verbs,
        format_func=lambda each: words.say(f"surveys_page.{each}"),
        default=verbs[0],
        required=True,
        key=f"{PAGE}-verb",
        label_visibility="collapsed",
    )
    with st.form(f"{PAGE}-{kind}-{verb}", border=True):
        number = st.text_input(cases.field(words, "report_no"))
        told = _filled(words, _ORDERED if verb == "order" else _DELIVERED, {})
        if st.form_submit_button(words.say("surveys_page.record"), type="primary"):
            run = surveys_.order if verb == "order" else surveys_.deliver
            if cases.attempt(
                words, partial(run, cases.ledger(), who.act(), kind, number, told), words.say("casework.recorded")
            ):
                st.rerun()


def _one(words: Catalogue, kind: str, number: str) -> None:
    record = cases.ledger().record((kind, number))
    st.subheader(words.say("surveys_page.one", name=number, state=words.say(f"survey_state.{record.state}")))
    if record.state in {"ordered", "returned"}:
        _deliver(words, kind, record)
    elif record.state == "open" and who.role() != "contractor":
        _examine(words, kind, record)
    elif record.state == "accepted" and who.may("lead.add") and not record.fields.get("lead_id"):
        _lead(words, kind, number)
    st.html(cases.history(words, cases.ledger().events(record.key)))


def _deliver(words: Catalogue, kind: str, record: Record) -> None:
    with st.form(f"deliver-{record.key[1]}-{record.version}", border=True):
        told = _filled(words, ("done_on", "finding", "document_no"), record.fields)
        if st.form_submit_button(words.say("surveys_page.deliver"), type="primary"):
            verb = partial(surveys_.deliver, cases.ledger(), who.act(), kind, record.key[1], told, record.version)
            if cases.attempt(words, verb, words.say("casework.recorded")):
                st.rerun()


def _examine(words: Catalogue, kind: str, record: Record) -> None:
    with st.form(f"examine-{record.key[1]}-{record.version}", border=True):
        told = _filled(words, ("acceptance",), record.fields)
        why = st.text_input(words.say("surveys_page.why"))
        pressed = {}
        with st.container(horizontal=True):
            pressed[True] = st.form_submit_button(words.say("surveys_page.accept"), type="primary")
            pressed[False] = st.form_submit_button(words.say("surveys_page.return"))
        for accept, down in pressed.items():
            verb = partial(
                surveys_.examine,
                cases.ledger(),
                who.act(why),
                kind,
                record.key[1],
                accept=accept,
                fields=told if accept else None,
            )
            if down and cases.attempt(words, verb, words.say("casework.recorded")):
                st.rerun()


def _lead(words: Catalogue, kind: str, number: str) -> None:
    if not st.button(words.say("surveys_page.lead"), type="primary", key=f"lead-{number}"):
        return
    try:
        if cases.attempt(
            words,
            partial(surveys_.raise_lead, state.project(), who.act(), kind, number),
            words.say("casework.recorded"),
        ):
            st.rerun()
    except TableFaults as refusal:
        st.error(words.explain(refusal), icon=":material/block:")


def _filled(words: Catalogue, names: Sequence[str], known: Mapping[str, object]) -> dict[str, str]:
    # What a third party finds is called so, and not the result of a check.
    said = {"finding": words.say("surveys_page.column_finding")}
    return {name: cases.asked(words, name, known.get(name), said.get(name, "")) for name in names}


if __name__ == "__main__":
    page()
