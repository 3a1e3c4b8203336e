"""Problems: by state with counts, the overdue first; deadlines and their extension, evidence, look-back, the record."""

import tempfile
from collections.abc import Sequence
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from cross_check import handovers, rectification
from cross_check.ledger import rules
from cross_check.ledger.events import Event, Record
from gis.language import Catalogue
from views import cases, choosing, frame, handout, next_steps, state, who, wording

PAGE = "problems"
_HEIGHT = 460
_OWN = ("overdue", "near", "asked", "running")
_PARTS = ("act", "deadline", "evidence", "look_back", "record")
_RECORD = f"{PAGE}-zip"
_ENDINGS = ["jpg", "jpeg", "png", "pdf", "mp4", "xlsx", "docx", "csv"]


def page() -> None:
    """Draw the page."""
    words = frame.words_now()
    frame.title(words, "problems_page.title", words.say("problems_page.hint"))
    found = rectification.table(cases.ledger(), on=state.today(), role=who.role())
    if found.empty:
        st.info(words.say("problems_page.empty"), icon=":material/inbox:")
        st.page_link("views/casework.py", label=words.say("casework.title"), icon=":material/assignment_late:")
        return
    # Where there is no alarm its place stays: parts of the page that move up forget which of them was open.
    with st.container():
        _alarm(words, found)
    shown = _tab(words, found)
    left, right = st.columns([3, 2], gap="medium")
    with left:
        chosen = _table(words, shown)
        _download(words, shown)
    with right:
        if chosen is None:
            st.info(words.say("problems_page.choose"), icon=":material/touch_app:")
        else:
            _problem(words, chosen)


def _near(found: pd.DataFrame) -> pd.Series:
    days = rectification.rules()["alarm"]["days"]
    return found["days_left"].between(0, days) & found["state"].isin(rectification.RUNNING)


def _alarm(words: Catalogue, found: pd.DataFrame) -> None:
    late, near, asked = (
        int(found["overdue"].sum()),
        int(_near(found).sum()),
        int(found["extension_until"].notna().sum()),
    )
    if late or near or asked:
        said = words.say("problems_page.alarm", late=late, near=near, asked=asked)
        (st.error if late else st.warning)(said, icon=":material/alarm:")


def _tab(words: Catalogue, found: pd.DataFrame) -> pd.DataFrame:
    kept = {
        "overdue": found["overdue"],
        "near": _near(found),
        "asked": found["extension_until"].notna(),
        "running": found["state"].isin(rectification.RUNNING),
    }
    kept |= {each: found["state"] == each for each in rules.PROBLEM_STATES if (found["state"] == each).any()}

    codes = {each: f"problem_state.{each}" for each in kept}
    codes |= {each: f"problems_page.{each}" for each in _OWN}
    sizes = {each: int(part.sum()) for each, part in kept.items()}
    tab = cases.tab(words, PAGE, sizes, codes, "overdue" if sizes["overdue"] else "running")
    ordered = found[kept[tab]].sort_values(["overdue", "due_on", "problem_id"], ascending=[False, True, True])
    return ordered.reset_index(drop=True)


def _table(words: Catalogue, shown: pd.DataFrame) -> str | None:
    st.caption(words.say("problems_page.count", count=len(shown)))
    picked = st.dataframe(
        _headed(words, shown),
        hide_index=True,
        key=choosing.keep(PAGE, list(shown["problem_id"])),
        on_select="rerun",
        selection_mode="single-row",
        # Widths are kept from the tab shown first, whose states and firms may be shorter.
        column_config={
            words.say(f"problems_page.column_{name}"): st.column_config.TextColumn(width=width)
            for name, width in (("state", 110), ("site", 120))
        },
        height=choosing.fit(len(shown), _HEIGHT),
        row_height=choosing.ROW_PX,
    )
    rows = picked["selection"]["rows"]
    return str(shown["problem_id"].iloc[rows[0]]) if rows and rows[0] < len(shown) else None


def _headed(words: Catalogue, shown: pd.DataFrame) -> pd.DataFrame:
    names = cases.region_names(words)
    columns = {
        "due_on": [_due(words, row) for row in shown.itertuples()],
        "state": [words.say(f"problem_state.{each}") for each in shown["state"]],
        "class": [words.say(f"class.{each}") if isinstance(each, str) else "" for each in shown["problem_type"]],
        "site": [wording.text(each) for each in shown["site_name"]],
        "region": [names.get(code, wording.text(code)) for code in shown["division_code"]],
        "receiver": [names.get(each, wording.text(each)) for each in shown["receiver"]],
        "look_back": [_seen(words, row) for row in shown.itertuples()],
        "files": list(shown["files"]),
        "problem_id": list(shown["problem_id"]),
    }
    return pd.DataFrame({words.say(f"problems_page.column_{name}"): values for name, values in columns.items()})


def _due(words: Catalogue, row: object) -> str:
    day = wording.day(getattr(row, "due_on", None))
    if getattr(row, "overdue", False):
        return words.say("problems_page.late", day=day, days=int(-getattr(row, "days_left", 0)))
    return day


def _seen(words: Catalogue, row: object) -> str:
    verdict = rectification.seen_as({name: getattr(row, name) for name in ("look_back", "look_back_read")})
    return words.say(f"look_back.{verdict}") if verdict else ""


def _download(words: Catalogue, shown: pd.DataFrame) -> None:
    st.download_button(
        "Excel",
        data=lambda: handout.sheet(_headed(words, shown)),
        file_name="problems.xlsx",
        icon=":material/download:",
        on_click="ignore",
        disabled=shown.empty,
        key=f"{PAGE}-xlsx",
    )


def _problem(words: Catalogue, problem_id: str) -> None:
    record = cases.ledger().record(("problem", problem_id))
    st.subheader(words.say("casework.problem", name=problem_id, state=words.say(f"problem_state.{record.state}")))
    st.html(_facts(words, record))
    parts = dict(zip(_PARTS, st.tabs([words.say(f"problems_page.part_{each}") for each in _PARTS]), strict=True))
    if not who.name():
        st.info(words.say("casework.who"), icon=":material/person:")
    with parts["act"]:
        if who.name():
            next_steps.steps(words, record)
        else:
            next_steps.turn(words, "problem", record.state)
        st.html(cases.history(words, cases.ledger().events(record.key)))
    with parts["deadline"]:
        _deadline(words, record)
    with parts["evidence"]:
        _evidence(words, record)
    with parts["look_back"]:
        _look_back(words, record)
    with parts["record"]:
        _record(words, record)


def _facts(words: Catalogue, record: Record) -> str:
    told = record.fields
    names = cases.region_names(words)
    rows = {
        "problem_type": words.say(f"class.{told['problem_type']}") if told.get("problem_type") else "",
        "site_name": str(told.get("site_name") or ""),
        "finding": str(told.get("finding") or ""),
        "receiver": names.get(str(told.get("receiver")), str(told.get("receiver") or "")),
        "letter_no": str(told.get("letter_no") or ""),
        "first_due_on": str(told.get("first_due_on") or ""),
        "due_on": str(told.get("due_on") or ""),
        "measures": str(told.get("measures") or ""),
        "lead_id": str(told["lead_id"]),
    }
    return frame.facts((cases.field(words, name), value) for name, value in rows.items())


def _deadline(words: Catalogue, record: Record) -> None:
    told, rule = record.fields, rectification.rules()["extension"]
    facts = {"times": rule["most_times"], "days": rule["most_days"], "document": rule["document"]}
    st.caption(words.say("problems_page.rule", used=int(told.get("extensions") or 0), **facts))
    asked = told.get("extension_until")
    if asked:
        said = {"until": asked, "by": told.get("extension_by", ""), "why": told.get("extension_why", "")}
        st.info(words.say("problems_page.asked_for", **said), icon=":material/more_time:")
        _decide(words, record)
        return
    if record.state not in rectification.RUNNING or not told.get("due_on"):
        st.caption(words.say("problems_page.no_deadline"))
        return
    if not who.may("problem.ask"):
        st.caption(cases.not_allowed(words))
    mark = f"ask-{record.key[1]}-{record.version}"
    keys = {name: f"{mark}-{name}" for name in ("until", "why")}
    with st.form(mark, border=True):
        later = date.fromisoformat(str(told["due_on"])) + timedelta(days=30)
        st.date_input(words.say("problems_page.until"), later, format="YYYY-MM-DD", key=keys["until"])
        st.text_input(words.say("casework.why_needed"), key=keys["why"])
        st.form_submit_button(
            words.say("problems_page.ask"),
            type="primary",
            disabled=not (who.name() and who.may("problem.ask")),
            on_click=cases.press,
            args=(words, keys, partial(_ask, record)),
        )


def _ask(record: Record, told: dict[str, Any]) -> Sequence[Event]:
    act, until = who.act(told["why"] or ""), date.fromisoformat(told["until"])
    return rectification.ask_extension(cases.ledger(), act, record.key[1], until, record.version)


def _decide(words: Catalogue, record: Record) -> None:
    if not who.may("problem.extend"):
        st.caption(words.say("orders_page.approver_only", role=words.say(f"roles.{who.role()}")))
        return
    keys = {"why": f"extend-why-{record.key[1]}-{record.version}"}
    st.text_input(words.say("problems_page.why"), key=keys["why"])
    with st.container(horizontal=True):
        for grant, code in ((True, "grant"), (False, "refuse")):
            st.button(
                words.say(f"problems_page.{code}"),
                type="primary" if grant else "secondary",
                key=f"{code}-{record.key[1]}-{record.version}",
                disabled=not who.name(),
                on_click=cases.press,
                args=(words, keys, partial(_decided, record, grant)),
            )


def _decided(record: Record, grant: bool, told: dict[str, Any]) -> Sequence[Event]:  # noqa: FBT001 - a part of a callback
    act = who.act(told["why"] or "")
    return rectification.decide_extension(cases.ledger(), act, record.key[1], grant=grant, seen=record.version)


def _evidence(words: Catalogue, record: Record) -> None:
    kept = record.fields.get("files") or ()
    if kept:
        heads = [words.say(f"case_sheet.file_{name}") for name in ("no", "kind", "bytes", "sha")]
        rows = [
            (
                f"{at:02}",
                words.say(f"evidence_file.{each['kind']}"),
                f"{each['bytes']:,}",
                each["sha256"][:16] + "\u2026",
            )
            for at, each in enumerate(kept, start=1)
        ]
        st.html(frame.sheet(heads, rows))
    else:
        st.caption(words.say("problems_page.no_files"))
    if not _may(words, "problem.attach"):
        return
    keys = {"kind": f"kind-{record.key[1]}", "sent": f"file-{record.key[1]}-{record.version}"}
    st.selectbox(
        words.say("problems_page.kind"),
        rules.EVIDENCE,
        format_func=lambda each: words.say(f"evidence_file.{each}"),
        key=keys["kind"],
    )
    sent = frame.upload(words, words.say("problems_page.file"), _ENDINGS, key=keys["sent"])
    st.button(
        words.say("problems_page.attach"),
        type="primary",
        disabled=sent is None,
        key=f"{PAGE}-attach",
        on_click=cases.press,
        args=(words, keys, partial(_attach, record.key[1])),
    )


def _may(words: Catalogue, kind: str) -> bool:
    """Say whether who works may record a kind of event; who lacks a name is asked for it above."""
    if who.name() and not who.may(kind):
        st.caption(cases.not_allowed(words))
    return bool(who.name()) and who.may(kind)


def _attach(problem_id: str, told: dict[str, Any]) -> Sequence[Event]:
    with frame.put_down(told["sent"]) as path:
        return rectification.attach(state.project(), who.act(), problem_id, path, str(told["kind"]))


def _look_back(words: Catalogue, record: Record) -> None:
    told, read = record.fields.get("look_back"), record.fields.get("look_back_read")
    if told:
        said = {"before": told["before_on"], "after": told["after_on"], "share": f"{told['share']:.0%}"}
        machine = words.say(f"look_back.{told['verdict']}")
        human = words.say(f"look_back.{read}") if read else "-"
        st.write(words.say("case_sheet.look_back", machine=machine, human=human, **said))
        speaks = "against" if rectification.stands_against(record.fields) else told["speaks"]
        tone = {"for": st.success, "against": st.error}.get(speaks, st.warning)
        tone(words.say(f"look_back.{speaks}"), icon=":material/satellite_alt:")
    else:
        st.caption(words.say("problems_page.no_look_back"))
    if not _may(words, "problem.look_back"):
        return
    if not state.project().recipe.is_file():
        st.caption(words.say("problems_page.no_detection"))
        st.page_link("views/change.py", label=words.say("problems_page.detect"), icon=":material/difference:")
    else:
        st.button(
            words.say("problems_page.look"),
            key=f"look-{record.key[1]}",
            icon=":material/satellite_alt:",
            on_click=cases.attempt,
            args=(words, partial(_look, record.key[1]), words.say("casework.recorded")),
        )
    if told:
        _read_look_back(words, record)


def _read_look_back(words: Catalogue, record: Record) -> None:
    """Ask how a person reads the last look-back; another reading than the machine's needs a reason."""
    mark = f"read-{record.key[1]}-{record.version}"
    keys = {name: f"{mark}-{name}" for name in ("verdict", "why")}
    with st.form(mark, border=True):
        st.selectbox(
            words.say("problems_page.read"),
            rules.LOOK_BACKS,
            index=rules.LOOK_BACKS.index(rectification.seen_as(record.fields)),
            format_func=lambda each: words.say(f"look_back.{each}"),
            key=keys["verdict"],
        )
        st.text_input(words.say("problems_page.read_why"), key=keys["why"])
        verb = partial(_read, record)
        st.form_submit_button(words.say("casework.record"), on_click=cases.press, args=(words, keys, verb))


def _look(problem_id: str) -> object:
    return rectification.look_back(state.project(), who.act(), problem_id)


def _read(record: Record, told: dict[str, Any]) -> Sequence[Event]:
    act, verdict = who.act(told["why"] or ""), str(told["verdict"])
    return rectification.read_look_back(cases.ledger(), act, record.key[1], verdict, record.version)


def _record(words: Catalogue, record: Record) -> None:
    st.caption(words.say("problems_page.record_hint"))
    if _may(words, "problem.record"):
        st.button(
            words.say("problems_page.make_record"),
            key=f"record-{record.key[1]}",
            on_click=cases.attempt,
            args=(words, partial(_make, words, record.key[1]), words.say("casework.recorded")),
        )
    made = st.session_state.get(_RECORD)
    if made and made[0] == record.key[1]:
        st.download_button(
            words.say("problems_page.download_record"),
            data=made[1],
            file_name=f"{record.key[1]}.zip",
            mime="application/zip",
            icon=":material/folder_zip:",
            on_click="ignore",
            key=f"zip-{record.key[1]}",
        )
    if record.fields.get("record_sha256"):
        st.caption(words.say("problems_page.record_sha", sha256=record.fields["record_sha256"]))


def _make(words: Catalogue, problem_id: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "record.zip"
        handovers.write(state.project(), who.act(), problem_id, path, words)
        st.session_state[_RECORD] = (problem_id, path.read_bytes())


if __name__ == "__main__":
    page()
