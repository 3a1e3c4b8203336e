"""The overview: what there is, what the chain has made of it, and where to look first."""

from collections.abc import Iterable
from html import escape

import geopandas as gpd
import streamlit as st

from cross_check import casebook
from gis.language import Catalogue
from views import colours, frame, funnels, listing, reminders, scenes, state, wording
from views.state import Stamp, Tables

FIRST = 8

# The chain from bottom to top; every part is made by one command.
CHAIN = ("regions", "enterprises", "recipe", "leads", "hotspots", "visits")


def page() -> None:
    """Draw the page."""
    words = frame.words_now()
    frame.title(words, "overview.title", words.say("overview.hint"))
    shown = frame.tables(words)
    if not shown.stamp.marks:
        st.info(words.say("overview.empty", folder=shown.stamp.project.folder.name), icon=":material/inbox:")
        st.code(frame.command("regions", shown.stamp), language=None)
        st.stop()
    _counters(words, shown)
    reminders.unfiled(words)
    left, right = st.columns([3, 2], gap="medium")
    with left:
        st.subheader(words.say("overview.first", count=min(FIRST, len(_open(shown)))))
        _first(words, shown)
    with right:
        st.subheader(words.say("overview.by_class"))
        _by_class(words, shown)
        st.subheader(words.say("overview.by_region"))
        _by_region(words, shown)
        _truth(words, shown.stamp)
    if casebook.begun(shown.stamp.project):
        funnels.draw(words)
        reminders.draw(words, shown)
    st.subheader(words.say("overview.chain"))
    _chain(words, shown.stamp, shown)


def _counters(words: Catalogue, shown: Tables) -> None:
    sites, cells, visits = (shown[name] for name in ("enterprises", "hotspots", "visits"))
    leads = _open(shown)
    listed = int(sites["positive_list"].sum()) if len(sites) else 0
    new = int((leads["state"] == "new").sum()) if len(leads) else 0
    hot = int((cells["bin"] > 0).sum()) if len(cells) else 0
    cold = int((cells["bin"] < 0).sum()) if len(cells) else 0
    days = len(set(visits["day"])) if len(visits) else 0
    teams = len(set(visits["team_id"])) if len(visits) else 0
    cards = [
        ("sites", len(sites), words.say("overview.sites_of", listed=f"{listed:,}"), colours.SITE),
        ("leads", len(leads), words.say("overview.leads_of", new=f"{new:,}"), colours.CLASSES["construction"]),
        ("cells", hot, words.say("overview.cells_of", cells=f"{len(cells):,}", cold=f"{cold:,}"), colours.BINS[3]),
        ("visits", len(visits), words.say("overview.visits_of", teams=teams, days=days), colours.TEAMS[0]),
    ]
    body = "".join(
        f'<div style="--tone:{tone}"><span>{escape(words.say(f"overview.{code}"))}</span><b>{count:,}</b>'
        f"<small>{escape(part)}</small></div>"
        for code, count, part, tone in cards
    )
    st.html(f'<div class="hdq-cards">{body}</div>')


def _open(shown: Tables) -> gpd.GeoDataFrame:
    """Return the leads that are still open, by priority."""
    return scenes.chosen_leads(shown["leads"], shown["enterprises"], scenes.Choice())


def _first(words: Catalogue, shown: Tables) -> None:
    if shown["leads"].empty:
        st.caption(words.say("app.missing_leads"))
        return
    leads = _open(shown).head(FIRST)
    whole = listing.leads(leads, shown["regions"], shown["zones"], words)
    kept = [words.say(f"app.column_{name}") for name in ("priority", "class", "area", "region", "site", "distance")]
    st.dataframe(whole[kept], hide_index=True, column_config=listing.columns(words), row_height=32, key="first")
    st.page_link("views/bench.py", label=words.say("overview.to_bench"), icon=":material/compare:")
    st.html(f'<div class="hdq-notice">{escape(words.say("bench.notice"))}</div>')


def _by_class(words: Catalogue, shown: Tables) -> None:
    kinds = wording.class_of(_open(shown))
    counts = [(wording.class_label(kind, words), kinds.count(kind), colour) for kind, colour in colours.CLASSES.items()]
    st.html(_bars(each for each in counts if each[1]))


def _by_region(words: Catalogue, shown: Tables) -> None:
    if shown["leads"].empty:
        return
    names = wording.region_names(shown["regions"], words.language)
    counts = _open(shown)["division_code"].value_counts().head(FIRST)
    st.html(_bars((names.get(code, code), count, colours.SITE) for code, count in counts.items()))


def _truth(words: Catalogue, stamp: Stamp) -> None:
    report = state.facts(stamp, "report")
    if not report:
        return
    st.subheader(words.say("overview.truth"))
    heads = [words.say(f"overview.truth_{name}") for name in ("what", "recall", "precision", "reported")]
    rows = [
        (words.say(f"overview.{part}"), f"{score['recall']:.1%}", f"{score['precision']:.1%}", f"{score['reported']:,}")
        for part, score in (("leads", report["leads"]), ("cells", report["hotspots"]))
    ]
    st.html(frame.sheet(heads, rows))
    st.caption(words.say("overview.truth_hint"))


def _bars(rows: Iterable[tuple[str, int, str]]) -> str:
    listed = list(rows)
    most = max((count for _, count, _ in listed), default=1)
    body = "".join(
        f"<span>{escape(name)}</span>"
        f'<i style="width:{100 * count / most:.1f}%;background:{colour}"></i><b>{count:,}</b>'
        for name, count, colour in listed
    )
    return f'<div class="hdq-bars">{body}</div>'


def _chain(words: Catalogue, stamp: Stamp, shown: Tables) -> None:
    made = {name: when for name, when, _ in stamp.marks}
    heads = [words.say(f"overview.head_{name}") for name in ("part", "rows", "made", "by")]
    rows = []
    for part in CHAIN:
        count = f"{len(shown[part]):,}" if part != "recipe" else f"{len(shown['patches']):,}"
        cells = (
            words.say(f"overview.part_{part}"),
            count if part in made else "",
            state.written_at(made[part]) if part in made else words.say("overview.not_made"),
            frame.command(part, stamp),
        )
        rows.append(cells)
    st.html(frame.sheet(heads, rows))


if __name__ == "__main__":
    page()
