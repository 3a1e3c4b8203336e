"""Surveys and assessments by third parties: ordered, delivered, examined; the bureau makes leads of what is found."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from cross_check import surveys as surveys_
from cross_check.ledger import rules
from cross_check.ledger.events import Event, Record
from gis.language import Catalogue
from views import cases, choosing, frame, handout, state, who, wording

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
        choosing.keep(PAGE, [])
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
        hide_index=True,
        key=choosing.keep(PAGE, list(shown["report_no"])),
        on_select="rerun",
        selection_mode="single-row",
        height=choosing.fit(len(shown), _HEIGHT),
        row_height=choosing.ROW_PX,
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
    mark = f"{PAGE}-{kind}-{verb}"
    with st.form(mark, border=True):
        keys = _asked(words, mark, ("report_no", *(_ORDERED if verb == "order" else _DELIVERED)), {})
        run = partial(_begin, surveys_.order if verb == "order" else surveys_.deliver, kind)
        _submit(words, "record", keys, run)


def _begin(run: Callable[..., list[Event]], kind: str, told: dict[str, Any]) -> Sequence[Event]:
    return run(cases.ledger(), who.act(), kind, str(told.pop("report_no") or ""), told)


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
    mark = f"deliver-{record.key[1]}-{record.version}"
    with st.form(mark, border=True):
        keys = _asked(words, mark, ("done_on", "finding", "document_no"), record.fields)
        _submit(words, "deliver", keys, partial(_delivered, kind, record))


def _delivered(kind: str, record: Record, told: dict[str, Any]) -> Sequence[Event]:
    return surveys_.deliver(cases.ledger(), who.act(), kind, record.key[1], told, record.version)


def _examine(words: Catalogue, kind: str, record: Record) -> None:
    mark = f"examine-{record.key[1]}-{record.version}"
    with st.form(mark, border=True):
        keys = _asked(words, mark, ("acceptance",), record.fields) | {"why": f"{mark}-why"}
        st.text_input(words.say("surveys_page.why"), key=keys["why"])
        with st.container(horizontal=True):
            _submit(words, "accept", keys, partial(_accept, kind, record))
            _submit(words, "return", keys, partial(_return, kind, record), main=False)


def _accept(kind: str, record: Record, told: dict[str, Any]) -> Sequence[Event]:
    act = who.act(told.pop("why") or "")
    return surveys_.examine(cases.ledger(), act, kind, record.key[1], accept=True, fields=told, seen=record.version)


def _return(kind: str, record: Record, told: dict[str, Any]) -> Sequence[Event]:
    act = who.act(told["why"] or "")
    return surveys_.examine(cases.ledger(), act, kind, record.key[1], accept=False, seen=record.version)


def _lead(words: Catalogue, kind: str, number: str) -> None:
    told = (words, partial(_raise, kind, number), words.say("casework.recorded"))
    label = words.say("surveys_page.lead")
    st.button(label, type="primary", key=f"lead-{number}", on_click=cases.attempt, args=told)


def _raise(kind: str, number: str) -> Sequence[Event]:
    return surveys_.raise_lead(state.project(), who.act(), kind, number)


def _asked(words: Catalogue, mark: str, names: Sequence[str], known: Mapping[str, object]) -> dict[str, str]:
    """Ask for fields and return the keys of their widgets."""
    # What a third party finds is called so, and not the result of a check.
    said = {"finding": words.say("surveys_page.column_finding")}
    keys = {name: f"{mark}-{name}" for name in names}
    for name, key in keys.items():
        cases.asked(words, name, known.get(name), said.get(name, ""), key)
    return keys


def _submit(
    words: Catalogue,
    code: str,
    keys: Mapping[str, str],
    verb: Callable[[dict[str, Any]], Sequence[Event]],
    *,
    main: bool = True,
) -> None:
    st.form_submit_button(
        words.say(f"surveys_page.{code}"),
        type="primary" if main else "secondary",
        on_click=cases.press,
        args=(words, keys, verb),
    )


if __name__ == "__main__":
    page()
