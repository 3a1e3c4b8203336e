"""The bureau's registers: positive list, items, caps, visits, officers; what runs out stands first."""

from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from cross_check import listings, officers, registers, staffing
from cross_check.files import Project
from gis.language import Catalogue
from views import cases, choosing, frame, handout, reminders, roster_acts, roster_form, state, who, wording
from views.roster_acts import PAGE
from views.roster_form import OFFICER

KINDS = ("positive", "item", "cap", "visit", OFFICER)
_HEIGHT = 520
_BEYOND = ("removed_on", "removal_reason", "barred_until")


def page() -> None:
    """Draw the page."""
    words = frame.words_now()
    frame.title(words, "rosters_page.title", words.say("rosters_page.hint"))
    tables = {kind: lines(kind) for kind in KINDS}
    sizes = {kind: len(table) for kind, table in tables.items()}
    kind = cases.tab(words, PAGE, sizes, {each: f"rosters_page.{each}" for each in KINDS}, KINDS[0])
    st.caption(words.say(f"rosters_page.about_{kind}"))
    due = reminders.due()
    due = due[due["kind"] == kind]
    _alarm(words, due)
    left, right = st.columns([3, 2], gap="medium")
    with left:
        chosen = _table(words, kind, tables[kind], due)
        if kind == "positive":
            _advice(words)
    with right:
        if not who.name():
            st.info(words.say("casework.who"), icon=":material/person:")
        elif not who.may(f"{kind}.add"):
            st.info(cases.not_allowed(words), icon=":material/lock:")
        if chosen is None:
            roster_acts.new(words, kind)
        else:
            known = tables[kind].set_index("object_id").loc[chosen].to_dict()
            roster_acts.one(words, kind, chosen, {name: None if pd.isna(one) else one for name, one in known.items()})


def lines(kind: str) -> pd.DataFrame:
    """Return a register as it stands, with ``object_id``, the id of each line in the ledger."""
    project = state.project()
    mark = project.officers.stat().st_mtime_ns if kind == OFFICER and project.officers.is_file() else 0
    return _lines(str(project.folder), cases.ledger().head(), mark, kind, state.today())


@st.cache_resource(max_entries=16, show_spinner=False)
def _lines(folder: str, head: tuple[int, str], mark: int, kind: str, today: date) -> pd.DataFrame:
    del head, mark  # parts of the key
    if kind == OFFICER:
        table = staffing.table(Project(Path(folder)))
        days = table["certificate_until"].dt.strftime("%Y-%m-%d").astype(object)
        table = table.assign(unfit=officers.unfit(table, first=today, last=today))
        return table.assign(certificate_until=days.where(days.notna(), None), object_id=table["officer_id"])
    table = registers.lines(state.ledger(folder), kind)
    return table.assign(object_id=[listings.key_of(kind, row) for row in table.to_dict("records")])


def _alarm(words: Catalogue, due: pd.DataFrame) -> None:
    if due.empty:
        return
    over = int((due["days_left"] < 0).sum())
    said = words.say("rosters_page.alarm", over=over, soon=len(due) - over, days=reminders.WITHIN_DAYS)
    (st.error if over else st.warning)(said, icon=":material/alarm:")


def _table(words: Catalogue, kind: str, table: pd.DataFrame, due: pd.DataFrame) -> str | None:
    """Draw the register, what runs out first; return the id of the chosen line."""
    if table.empty:
        choosing.keep(f"{PAGE}-{kind}", [])
        st.info(words.say(f"rosters_page.empty_{kind}"), icon=":material/inbox:")
        return None
    first = dict(zip(due["object_id"], due["days_left"], strict=True))
    order = table["object_id"].map(first).sort_values(na_position="last", kind="stable").index
    shown = table.loc[order].reset_index(drop=True)
    headed = _headed(words, kind, shown, _alarms(words, due))
    picked = st.dataframe(
        headed,
        hide_index=True,
        key=choosing.keep(f"{PAGE}-{kind}", list(shown["object_id"])),
        on_select="rerun",
        selection_mode="single-row",
        height=choosing.fit(len(shown), _HEIGHT),
        row_height=choosing.ROW_PX,
    )
    st.download_button(
        "Excel",
        data=lambda: handout.sheet(headed),
        file_name=f"{kind}.xlsx",
        icon=":material/download:",
        on_click="ignore",
        key=f"{PAGE}-{kind}-xlsx",
    )
    rows = picked["selection"]["rows"]
    return str(shown["object_id"].iloc[rows[0]]) if rows and rows[0] < len(shown) else None


def _headed(words: Catalogue, kind: str, shown: pd.DataFrame, alarms: dict[str, str]) -> pd.DataFrame:
    told = {words.say("rosters_page.state"): [_state(words, kind, row, alarms) for row in shown.to_dict("records")]}
    if kind in ("cap", "visit"):
        sites = _names() | {"*": words.say("rosters_page.all_sites")}
        told[words.say("field.site_name")] = [sites.get(each, "") for each in shown["site_id"]]
    for column in (*roster_form.headings(kind), *(_BEYOND if kind == "positive" else ())):
        if column == "home_division":
            names = cases.region_names(words)
            values = [names.get(each, wording.text(each)) for each in shown[column]]
        else:
            values = [roster_form.value(words, kind, column, each) for each in shown[column]]
        told[roster_form.label(words, kind, column)] = values
    return pd.DataFrame(told)


def _names() -> dict[str, str]:
    sites = state.tables(state.stamp_of(state.project()))["enterprises"]
    return dict(zip(sites["site_id"], sites["name"], strict=True)) if len(sites) else {}


def _state(words: Catalogue, kind: str, row: dict[str, Any], alarms: dict[str, str]) -> str:
    """Return how a line stands today: removed, what runs out of it, or that it holds."""
    said = alarms.get(row["object_id"], "")
    if kind == OFFICER and row["unfit"]:
        return words.say(row["unfit"])
    if kind == "positive" and row.get("removed_on"):
        return " ".join(filter(None, [words.say("rosters_page.removed"), said]))
    if kind == "positive" and not listings.listed(row, state.today()):
        return said or words.say("rosters_page.not_now")
    return said or words.say("rosters_page.holds")


def _alarms(words: Catalogue, due: pd.DataFrame) -> dict[str, str]:
    """Return what runs out of a line and when, by the line's id."""
    told = ((str(row["object_id"]), reminders.line(words, row)) for row in due.to_dict("records"))
    return {name: f"{what} {left}" for name, (what, _, _, left) in told}


def _advice(words: Catalogue) -> None:
    """Show whom the grounds speak for or against; who is listed or removed is decided by document."""
    stamp = state.stamp_of(state.project())
    if not stamp.has("enterprises"):
        return
    found = reminders.advised(stamp)
    with st.expander(words.say("rosters_page.advice"), icon=":material/rule:"):
        st.caption(reminders.advice(words, found))
        if found.empty:
            st.caption(words.say("rosters_page.no_advice"))
            return
        names, joint = _names(), words.say("triage_cli.joint")
        missing = found["missing"].astype(object).where(found["missing"].notna(), "")
        told = {
            "advice": [words.say(f"advice.{each}") for each in found["advice"]],
            "name": [names.get(each, "") for each in found["site_id"]],
            "missing": [joint.join(words.say(f"ground.{one}") for one in each.split(";") if one) for each in missing],
            "site_id": list(found["site_id"]),
        }
        table = pd.DataFrame({roster_form.label(words, "positive", name): values for name, values in told.items()})
        st.dataframe(table, hide_index=True, height=choosing.fit(len(table), 300), row_height=choosing.ROW_PX)


if __name__ == "__main__":
    page()
