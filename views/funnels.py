"""The funnel from alert to closed case as bars, with the days between the steps and where leads wait."""

from html import escape

import pandas as pd
import streamlit as st

from cross_check import funnel
from gis.language import Catalogue
from views import cases, colours, state


def draw(words: Catalogue) -> None:
    """Draw the funnel of the project's ledger, and say where most leads wait."""
    found = _funnel(str(state.project().folder), cases.ledger().head(), state.now().strftime("%Y-%m-%dT%HZ"))
    st.subheader(words.say("funnel.title"))
    if not found["count"].any():
        st.caption(words.say("casework.empty"))
        return
    heads = [words.say(f"funnel.head_{name}") for name in ("step", "count", "share", "median_days")]
    heads += [words.say(f"funnel.head_{name}") for name in ("waiting", "waiting_days")]
    st.html(table(words, found, heads))
    last = found.loc[found["waiting"].idxmax()]
    if last["waiting"]:
        stuck = words.say("funnel.stuck", step=words.say(f"funnel.{last['step']}"), count=int(last["waiting"]))
        st.html(f'<div class="hdq-notice">{escape(stuck)}</div>')
    st.caption(words.say("funnel.note"))


@st.cache_resource(max_entries=4, show_spinner=False)
def _funnel(folder: str, head: tuple[int, str], hour: str) -> pd.DataFrame:
    del head  # with the hour a part of the key: waits grow older
    return funnel.of(state.ledger(folder).events(), now=pd.Timestamp(hour))


def table(words: Catalogue, found: pd.DataFrame, heads: list[str]) -> str:
    """Return the funnel as a table in HTML, a bar in each row."""
    most = max(int(found["count"].max()), 1)

    def days(value: float) -> str:
        return "-" if pd.isna(value) else f"{value:.1f}"

    rows = []
    for row in found.to_dict("records"):
        share = "-" if pd.isna(row["share"]) else f"{row['share']:.0%}"
        waiting = str(row["waiting"] or "-")
        cells = (f"{row['count']:,}", share, days(row["median_days"]), waiting, days(row["waiting_days"]))
        told = "".join(f"<td>{escape(cell)}</td>" for cell in cells)
        width = 100 * row["count"] / most
        bar = f'<i style="width:{width:.1f}%;background:{colours.SITE}"></i>'
        said = escape(words.say(f"funnel.{row['step']}"))
        rows.append(f"<tr><td>{said}<div class=hdq-funnel>{bar}</div></td>{told}</tr>")
    head = "".join(f"<th>{escape(each)}</th>" for each in heads)
    return f'<table class="hdq-sheet head"><tr>{head}</tr>{"".join(rows)}</table>'
