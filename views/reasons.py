"""Why a cell: the sentence, the rule with its figures, every record and every neighbour that took part."""

import geopandas as gpd
import pandas as pd
import streamlit as st

from gis.hotspots import LEVELS, Params
from gis.language import Catalogue
from gis.moran import PATTERNS
from views import frame, study, wording
from views.study import Asked, Evidence

_HEIGHT = 250


def draw(cell: gpd.GeoDataFrame, seen: Evidence, asked: Asked | None, words: Catalogue) -> None:
    """Draw the reasons for one cell, a row of the judged table; without what was asked only what the file tells."""
    row = cell.iloc[0]
    frame.reason(sentence(row, seen, asked, words), _tone(row))
    tabs = ("records", "rule", "members")
    counts = {"records": len(seen.records), "members": len(seen.members)}
    labels = {name: words.say(f"hotspots_page.tab_{name}", count=counts.get(name, 0)) for name in tabs}
    records, rule, members = st.tabs([labels[name] for name in tabs])
    with records:
        st.dataframe(_records(seen, str(row["cell_id"]), words), hide_index=True, height=_HEIGHT)
    with rule:
        st.html(
            frame.sheet([words.say("hotspots_page.rule"), words.say("hotspots_page.value")], rules(row, asked, words))
        )
    with members:
        heads = {name: words.say(f"hotspots_page.head_{name}") for name in ("cell_id", "count", "weight")}
        st.dataframe(seen.members.rename(columns=heads), hide_index=True, height=_HEIGHT)


def sentence(row: pd.Series, seen: Evidence, asked: Asked | None, words: Catalogue) -> str:
    """Return what the analysis says about a cell, in one or two sentences."""
    said = verdict(row, words)
    if asked is None:
        return words.say("hotspots_page.sentence_stored", cell=row["cell_id"], cases=int(row["count"]), verdict=said)
    cases, expected = int(row["window_count"]), float(row["expected"])
    return words.say(
        "hotspots_page.sentence",
        cell=row["cell_id"],
        members=len(seen.members),
        first=asked.first,
        last=asked.last,
        events=words.say(f"hotspots_page.events_{asked.events}"),
        cases=f"{cases:,}",
        expected=f"{expected:,.1f}",
        p=wording.chance(row["p_adjusted"]),
        verdict=said,
    )


def verdict(row: pd.Series, words: Catalogue) -> str:
    """Return how a cell is judged and, where no colour is given, which lock stayed shut."""
    if bool(row.get("few", False)):
        return words.say("hotspots_page.verdict_few", least=Params().least_cases)
    if row["bin"]:
        return words.say("hotspots_page.verdict_marked", kind=wording.bin_label(int(row["bin"]), words))
    p_map = row.get("p_map", float("nan"))
    if row["p_adjusted"] <= LEVELS[0] and p_map > LEVELS[0]:
        return words.say("hotspots_page.verdict_map", p=wording.chance(p_map))
    if row["p_adjusted"] <= LEVELS[0]:
        return words.say("hotspots_page.verdict_unlike")
    return words.say("hotspots_page.verdict_none")


def rules(row: pd.Series, asked: Asked | None, words: Catalogue) -> list[tuple[str, str]]:
    """Return the rule a cell was judged by, and each of its figures, as lines of (name, value)."""

    def line(name: str, value: str) -> tuple[str, str]:
        return words.say(f"hotspots_page.rule_{name}"), value

    lines = []
    if asked is not None:
        weights = words.say("hotspots_page.weights", radius=f"{row['radius']:g}")
        exposed = asked.exposure if asked.statistic == "gi" else "none"
        lines = [
            line("statistic", words.say(f"hotspots_page.statistic_{asked.statistic}")),
            line("weights", weights),
            line("exposure", words.say(f"hotspots_page.exposure_{exposed}")),
            line("cases", f"{int(row['window_count']):,} / {row['expected']:,.2f}"),
        ]
    lines += [line("z", wording.number(row["z"])), line("p", wording.chance(row["p"]))]
    lines.append(line("p_adjusted", wording.chance(row["p_adjusted"])))
    if asked is not None:
        lines.append(line("correction", words.say(f"hotspots_page.correction_{asked.correction}")))
        lines.append(line("p_map", wording.chance(row["p_map"])))
        if row.get("pattern", PATTERNS[0]) in PATTERNS[1:] and asked.statistic == "moran":
            lines.append(line("pattern", words.say(f"hotspots_page.pattern_{row['pattern']}")))
    lines.append(line("least", words.say("hotspots_page.least", least=Params().least_cases)))
    return lines


def about(asked: Asked | None, made_at: str, words: Catalogue) -> list[tuple[str, str]]:
    """Return what stands on top of a handed-out file: everything that was asked."""
    title = (words.say("app.content"), words.say("hotspots_page.title"))
    if asked is None:
        return [title, (words.say("hotspots_page.source"), words.say("hotspots_page.stored", time=made_at))]
    chosen = {name: str(getattr(asked, name)) for name in ("events", "cells", *study.CHOICES)}
    said = [
        (words.say(f"hotspots_page.{name}"), words.say(f"hotspots_page.{name}_{value}"))
        for name, value in chosen.items()
    ]
    return [title, *said, (words.say("hotspots_page.period"), f"{asked.first} \u2013 {asked.last}")]


def _tone(row: pd.Series) -> str:
    if bool(row.get("few", False)):
        return "few"
    return "hot" if row["bin"] > 0 else "cold" if row["bin"] < 0 else "none"


def _records(seen: Evidence, own: str, words: Catalogue) -> pd.DataFrame:
    table = seen.records
    where = {True: words.say("hotspots_page.own"), False: words.say("hotspots_page.neighbour")}
    columns = {
        "event_id": list(table["event_id"]),
        "seen_on": [wording.day(each) for each in table["seen_on"]],
        "distance": [wording.distance(each, words) for each in table["distance_m"]],
        "where": [where[each == own] for each in table["cell_id"]],
        "cell_id": list(table["cell_id"]),
    }
    return pd.DataFrame({words.say(f"hotspots_page.head_{name}"): values for name, values in columns.items()})
