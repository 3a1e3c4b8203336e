"""Leads: all that is suspected, by state, the overdue first; each with its history, its next steps, and an undo."""

from collections.abc import Callable
from functools import partial
from html import escape
from typing import Any

import geopandas as gpd
import pandas as pd
import streamlit as st

from cross_check import casebook
from cross_check.ledger import rules
from gis.errors import WorkbenchError
from gis.language import Catalogue
from views import cases, choosing, frame, listing, next_steps, state, who, wording

PAGE = "casework"
_HEIGHT = 460


def page() -> None:
    """Draw the page."""
    words = frame.words_now()
    frame.title(words, "casework.title", words.say("casework.hint"))
    leads = cases.leads()
    if leads.empty:
        _empty(words)
        return
    st.html(f'<div class="hdq-notice">{escape(words.say("bench.notice"))}</div>')
    shown = _filtered(words, _tab(words, leads))
    left, right = st.columns([3, 2], gap="medium")
    with left:
        chosen = _table(words, shown)
        listing.downloads(shown.drop(columns=["geometry"]).set_geometry(shown.geometry), "leads", words)
    with right:
        if len(chosen) == 1:
            _lead(words, shown[shown["lead_id"] == chosen[0]].iloc[0])
        elif chosen:
            _several(words, shown[shown["lead_id"].isin(chosen)])
        else:
            st.info(words.say("casework.choose"), icon=":material/touch_app:")
    _suggestions(words, leads)


def _empty(words: Catalogue) -> None:
    st.info(words.say("casework.empty"), icon=":material/inbox:")
    st.code(f"hdq leads take patch --project {state.project().folder.name}", language=None)
    if state.project().leads.is_file():
        next_steps.take(words)


def overdue(leads: gpd.GeoDataFrame) -> pd.Series:
    """Say which leads should have been answered by today."""
    today = pd.Timestamp(state.today())
    return (leads["due_on"] < today) & ~leads["state"].isin(rules.OVER)


def _tab(words: Catalogue, leads: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    late, standing = overdue(leads), ~leads["state"].isin(rules.OVER)
    counts = leads["state"].value_counts()
    sizes = {"overdue": int(late.sum()), "standing": int(standing.sum())}
    sizes |= {each: int(counts[each]) for each in rules.LEAD_STATES if each in counts}

    codes = {each: f"lead_state.{each}" for each in sizes}
    codes |= {each: f"casework.{each}" for each in ("overdue", "standing")}
    tab = cases.tab(words, PAGE, sizes, codes, "standing")
    kept = late if tab == "overdue" else standing if tab == "standing" else leads["state"] == tab
    ordered = leads[kept].assign(late=late[kept])
    order = ordered.sort_values(["late", "due_on", "severity", "score"], ascending=[False, True, False, False])
    return order.reset_index(drop=True)


def _filtered(words: Catalogue, leads: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    names = cases.region_names(words)
    labels: dict[str, Callable[[Any], str]] = {
        "source": lambda each: words.say(f"sources.{each}"),
        "division_code": lambda each: names.get(each, each),
        "shown_class": lambda each: words.say(f"class.{each}"),
    }
    for column, (name, label) in zip(st.columns(len(labels)), labels.items(), strict=True):
        picked = column.multiselect(
            words.say(f"casework.by_{name}"),
            sorted(leads[name].dropna().unique()),
            format_func=label,
            placeholder=words.say(f"casework.by_{name}"),
            label_visibility="collapsed",
            key=f"{PAGE}-{name}",
        )
        if picked:
            leads = leads[leads[name].isin(picked)]
    return leads.reset_index(drop=True)


def _table(words: Catalogue, leads: gpd.GeoDataFrame) -> list[str]:
    names = cases.region_names(words)
    late = words.say("casework.late")
    columns = {
        "due_on": [
            f"{late} {wording.day(day)}" if off else wording.day(day)
            for day, off in zip(leads["due_on"], leads["late"], strict=True)
        ],
        "state": [words.say(f"lead_state.{each}") for each in leads["state"]],
        "source": [words.say(f"sources.{each}") for each in leads["source"]],
        "class": [words.say(f"class.{each}") if isinstance(each, str) else "" for each in leads["shown_class"]],
        "region": [names.get(code, code) for code in leads["division_code"]],
        "site": [wording.text(each) for each in leads["site_name"]],
        "seen_on": [wording.day(each) for each in leads["seen_on"]],
        "severity": [words.say(f"severity.{int(each)}") for each in leads["severity"]],
        "lead_id": list(leads["lead_id"]),
    }
    table = pd.DataFrame({words.say(f"cases.column_{name}"): values for name, values in columns.items()})
    st.caption(words.say("casework.count", count=len(leads)))
    picked = st.dataframe(
        table,
        height=_HEIGHT,
        hide_index=True,
        key=choosing.keep(PAGE, list(leads["lead_id"])),
        on_select="rerun",
        selection_mode="multi-row",
        column_config={words.say("cases.column_due_on"): st.column_config.TextColumn(width=125)},
    )
    rows = [row for row in picked["selection"]["rows"] if row < len(leads)]
    return list(leads["lead_id"].iloc[rows])


def _lead(words: Catalogue, lead: pd.Series) -> None:
    opened = cases.ledger()
    record, events = opened.record(("lead", lead["lead_id"])), opened.events(("lead", lead["lead_id"]))
    st.subheader(words.say("casework.lead", name=lead["lead_id"], state=words.say(f"lead_state.{lead['state']}")))
    st.html(_facts(words, lead))
    next_steps.draw(words, lead, record)
    st.html(cases.history(words, events))
    next_steps.undo(words, events[-1].number)


def _facts(words: Catalogue, lead: pd.Series) -> str:
    names = cases.region_names(words)

    def kind(column: str) -> str:
        return words.say(f"class.{lead[column]}") if isinstance(lead[column], str) else "-"

    both = words.say("casework.classes", machine=kind("machine_class"), human=kind("human_class"))
    evidence = [words.say(f"evidence.{part}") for part in str(lead["evidence"] or "").split(";") if part]
    source = words.say(f"sources.{lead['source']}")
    rows = {
        "class": both,
        "source": f"{source} {lead['source_ref']}",
        "region": names.get(lead["division_code"], lead["division_code"]),
        "site": " ".join(filter(None, [wording.text(lead["site_name"]), wording.distance(lead["distance_m"], words)])),
        "position": f"{lead.geometry.x:.5f}, {lead.geometry.y:.5f}",
        "evidence": words.say("triage_cli.joint").join(evidence),
        "merged": wording.text(lead["merged"]).replace(";", ", "),
        "note": wording.text(lead["note"]),
        "due_on": wording.day(lead["due_on"]),
    }
    return frame.facts((words.say(f"cases.column_{name}"), value) for name, value in rows.items())


def _several(words: Catalogue, leads: gpd.GeoDataFrame) -> None:
    """Say what a common move would change and what is refused, then move those that may."""
    st.subheader(words.say("casework.several", count=len(leads)))
    counts = leads["state"].value_counts()
    heads = [words.say("cases.column_state"), words.say("casework.number"), words.say("casework.onward")]
    joint = words.say("triage_cli.joint")
    rows = [
        (
            words.say(f"lead_state.{each}"),
            str(count),
            joint.join(
                words.say(f"lead_state.{to}")
                for to in rules.moves("lead", each, who.role())
                if to not in next_steps.ELSEWHERE
            )
            or words.say("casework.refused"),
        )
        for each, count in counts.items()
    ]
    st.html(frame.sheet(heads, rows))
    if not who.name():
        st.info(words.say("casework.who"), icon=":material/person:")
        return
    first = st.selectbox(
        words.say("casework.which"), list(counts.index), format_func=lambda each: words.say(f"lead_state.{each}")
    )
    next_steps.onward(words, list(leads.loc[leads["state"] == first, "lead_id"]), str(first), {})


@st.cache_resource(max_entries=4, show_spinner=False)
def _pairs(folder: str, head: tuple[int, str], _leads: gpd.GeoDataFrame) -> pd.DataFrame:
    del folder, head
    return casebook.suggestions(_leads)


def _suggestions(words: Catalogue, leads: gpd.GeoDataFrame) -> None:
    try:
        found = _pairs(str(state.project().folder), cases.ledger().head(), leads)
    except WorkbenchError as fault:
        st.error(words.explain(fault), icon=":material/error:")
        return
    with st.expander(words.say("casework.pairs", count=len(found)), icon=":material/merge:"):
        if found.empty:
            st.caption(words.say("casework.no_pairs"))
            return
        told = {
            "left": list(found["left_id"]),
            "right": list(found["right_id"]),
            "distance": [wording.distance(each, words) for each in found["distance_m"]],
            "days": [words.say("casework.days", count=each) for each in found["days"]],
            "same_site": [words.say("map.yes" if each else "map.no") for each in found["same_site"]],
            "score": list(found["score"].round(2)),
        }
        table = pd.DataFrame({words.say(f"casework.pair_{name}"): values for name, values in told.items()})
        picked = st.dataframe(
            table, hide_index=True, key=f"{PAGE}-pairs", on_select="rerun", selection_mode="single-row", height=240
        )
        rows = picked["selection"]["rows"]
        if not rows or rows[0] >= len(found):
            st.caption(words.say("casework.choose_pair"))
            return
        _pair(words, found.iloc[rows[0]])


def _pair(words: Catalogue, pair: pd.Series) -> None:
    ids = (pair["left_id"], pair["right_id"])
    keys = {"why": f"pair-why-{ids[0]}-{ids[1]}"}
    st.text_input(words.say("casework.why"), key=keys["why"])
    with st.container(horizontal=True):
        for code, verb in (("merge", casebook.merge), ("apart", casebook.keep_apart)):
            st.button(
                words.say(f"casework.{code}", left=ids[0], right=ids[1]),
                key=f"{code}-{ids[0]}-{ids[1]}",
                on_click=cases.press,
                args=(words, keys, partial(_decided, verb, ids)),
            )


def _decided(verb: Callable[..., object], ids: tuple[str, str], told: dict[str, Any]) -> object:
    return verb(cases.ledger(), who.act(told["why"] or ""), *ids)


if __name__ == "__main__":
    page()
