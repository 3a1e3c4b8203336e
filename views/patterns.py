"""Emerging hotspots as pictures: map layers of patterns, of one month and of the monthly lists, and a cell's months."""

from html import escape

import geopandas as gpd
import numpy as np
import pandas as pd

from gis import emerging_patterns
from gis.emerging import Params
from gis.language import Catalogue
from views import colours, layers, study, wording
from views.layers import Layer

KEY = "cells"
"""Key of whichever layer of cells the map shows, so that a cell stays chosen when the view changes."""


FEW = "few"
"""Class of cells with too few cases for a colour."""


def months_of(steps: pd.DataFrame) -> list[str]:
    """Return every month from the first to the last of ``gis.emerging.STEPS``, without a gap."""
    if steps.empty:
        return []
    return [str(month) for month in pd.period_range(steps["month"].min(), steps["month"].max(), freq="M")]


def column(name: str, *, corrected: bool) -> str:
    """Return the column of ``pattern`` or ``bin`` with or without control of false discoveries."""
    return name if corrected else f"{name}_raw"


def listed(table: gpd.GeoDataFrame, *, corrected: bool) -> gpd.GeoDataFrame:
    """Return the cells that follow a pattern, by pattern and then the most cases first.

    Parameters
    ----------
    table : GeoDataFrame
        See ``gis.emerging.SCHEMA``.
    corrected : bool
    """
    name = column("pattern", corrected=corrected)
    kept = table[table[name] != emerging_patterns.NONE]
    places = {pattern: place for place, pattern in enumerate(colours.PATTERNS)}
    ranked = kept.assign(place=kept[name].map(places)).sort_values(
        ["place", "cases", "cell_id"], ascending=[True, False, True], ignore_index=True
    )
    return ranked.drop(columns="place")


def pattern_layer(table: gpd.GeoDataFrame, words: Catalogue, *, corrected: bool) -> Layer:
    """Return the cells that follow a pattern, in its colour."""
    shown = listed(table, corrected=corrected)
    kinds = list(shown[column("pattern", corrected=corrected)])
    content = layers.NO_SHAPES
    if len(shown):
        trend = [trend_of(z, p, words) for z, p in zip(shown["trend_z"], shown["trend_p"], strict=True)]
        values = [list(shown["cell_id"]), [label(kind, words) for kind in kinds], _texts(shown["cases"]), trend]
        content = layers.shapes(shown, list(shown["cell_id"]), kinds, values)
    fields = [words.say(f"emerging_page.field_{name}") for name in ("pattern", "cases", "trend")]
    styles = {kind: colours.area(colour, fill=0.85, weight=1.2) for kind, colour in colours.PATTERNS.items()}
    sample = colours.sample("box", "#7F0000", "#F8961E")
    return Layer(KEY, "areas", content, styles, fields, words.say("emerging_page.layer"), sample, pane="cells")


def month_layer(cells: gpd.GeoDataFrame, steps: pd.DataFrame, words: Catalogue, *, corrected: bool) -> Layer:
    """Return the cells of one month: those with cases, and those hot or cold.

    Parameters
    ----------
    cells : GeoDataFrame
        See ``gis.emerging.SCHEMA``.
    steps : DataFrame
        The month's rows of ``gis.emerging.STEPS``.
    """
    name = column("bin", corrected=corrected)
    kept = steps[(steps["count"] > 0) | (steps[name] != 0)]
    shown = cells[["cell_id", "geometry"]].merge(kept, on="cell_id")
    content = layers.NO_SHAPES
    if len(shown):
        said = bin_labels(shown, words, corrected=corrected)
        p = [wording.chance(each) for each in shown[column_p(corrected=corrected)]]
        values = [list(shown["cell_id"]), said, _texts(shown["count"]), [wording.number(z) for z in shown["z"]], p]
        kinds = np.where(study.few(shown), FEW, _texts(shown[name]))
        content = layers.shapes(shown, list(shown["cell_id"]), list(kinds), values)
    fields = [words.say(f"emerging_page.field_{name}") for name in ("bin", "count", "z", "p")]
    styles = {
        str(each): colours.area(colour, fill=0.85, weight=1.2 if each else 0.6) for each, colour in colours.BINS.items()
    } | {FEW: colours.area(colours.FEW, fill=0.05, weight=1.4, dashes="3 3")}
    sample = colours.sample("box", "#B2182B", "#EF8A62")
    return Layer(KEY, "areas", content, styles, fields, words.say("emerging_page.layer_month"), sample, pane="cells")


def list_layer(cells: gpd.GeoDataFrame, rows: pd.DataFrame, words: Catalogue) -> Layer:
    """Return the cells of a monthly list (``gis.lists.SCHEMA``); those with few cases are outlined alone."""
    shown = cells[["cell_id", "geometry"]].merge(rows, on="cell_id").sort_values("rank", ignore_index=True)
    content = layers.NO_SHAPES
    if len(shown):
        kinds = [FEW if few else "rise" for few in shown["few"]]
        values = [list(shown["cell_id"]), *(_texts(shown[name]) for name in ("rank", "count", "before", "change"))]
        content = layers.shapes(shown, list(shown["cell_id"]), kinds, values)
    fields = [words.say(f"emerging_page.field_{name}") for name in ("rank", "count", "before", "change")]
    styles = {"rise": colours.area(colours.RISE), FEW: colours.area(colours.FEW, fill=0.05, dashes="3 3")}
    sample = colours.sample("box", colours.RISE, f"{colours.RISE}99")
    return Layer(KEY, "areas", content, styles, fields, words.say("emerging_page.layer_list"), sample, pins=True)


def pattern_legend(table: gpd.GeoDataFrame, words: Catalogue, *, corrected: bool) -> dict[str, object]:
    """Return the legend of the patterns that are there, each with its number of cells."""
    counts = table[column("pattern", corrected=corrected)].value_counts()
    items = [
        {**colours.sample("box", "#94A3B8", colour), "text": f"{label(kind, words)} {counts[kind]:,}"}
        for kind, colour in colours.PATTERNS.items()
        if kind in counts
    ]
    return {"title": words.say("emerging_page.legend"), "items": items}


def month_legend(steps: pd.DataFrame, month: str, words: Catalogue, *, corrected: bool) -> dict[str, object]:
    """Return the legend of the classes that a month holds."""
    there = set(steps[column("bin", corrected=corrected)])
    items = [
        {**colours.sample("box", "#94A3B8", colour), "text": wording.bin_label(int(each), words)}
        for each, colour in colours.BINS.items()
        if each in there
    ]
    if study.few(steps).any():
        items.append({**colours.sample("dashed", colours.FEW), "text": words.say("emerging_page.few")})
    return {"title": words.say("emerging_page.legend_month", month=month), "items": items}


def list_legend(rows: pd.DataFrame, words: Catalogue) -> dict[str, object]:
    """Return the legend of a monthly list."""
    items = [{**colours.sample("box", colours.RISE, f"{colours.RISE}99"), "text": words.say("emerging_page.enough")}]
    few = {**colours.sample("dashed", colours.FEW), "text": words.say("emerging_page.few")}
    kinds = [] if rows.empty else [*(items if not rows["few"].all() else []), *([few] if rows["few"].any() else [])]
    return {"title": words.say("emerging_page.layer_list"), "items": kinds}


def bin_labels(steps: pd.DataFrame, words: Catalogue, *, corrected: bool) -> list[str]:
    """Return what people call the class of every month, a warning where cases are too few."""
    pairs = zip(steps[column("bin", corrected=corrected)], study.few(steps), strict=True)
    return [words.say("emerging_page.few") if scarce else wording.bin_label(int(each), words) for each, scarce in pairs]


def label(pattern: str, words: Catalogue) -> str:
    """Return what people call a pattern."""
    return words.say(f"emerging_page.{pattern}")


def trend_of(z: float, p: float, words: Catalogue) -> str:
    """Return a Mann-Kendall trend in words, with its figures."""
    return words.say("emerging_page.trend", way=way_of(z, p, words), z=f"{z:.2f}", p=wording.chance(p))


def way_of(z: float, p: float, words: Catalogue) -> str:
    """Return which way a trend goes, in words; the sign counts only where it is significant."""
    way = "flat" if not p < Params().alpha else "up" if z > 0 else "down"
    return words.say(f"emerging_page.trend_{way}")


def sentence(cell: pd.Series, own: pd.DataFrame, words: Catalogue, *, corrected: bool) -> str:
    """Return what a cell's pattern means; the steps without correction are counted from its months ``own``."""
    hot, cold = int(cell["hot_steps"]), int(cell["cold_steps"])
    if not corrected:
        hot, cold = int((own["bin_raw"] > 0).sum()), int((own["bin_raw"] < 0).sum())
    pattern = str(cell[column("pattern", corrected=corrected)])
    return emerging_patterns.sentence(pattern, words, hot=hot, cold=cold, steps=int(cell["steps"]))


def series(own: pd.DataFrame, months: list[str], now: str, words: Catalogue, *, corrected: bool) -> str:
    """Return a cell's months as bars in HTML: hot and cold ones in their colours, the month of the slider marked."""
    by_month = own.set_index("month").reindex(months)
    counts = by_month["count"].fillna(0).astype(int).to_numpy()
    bins = by_month[column("bin", corrected=corrected)].fillna(0).astype(int).to_numpy()
    most = max(int(counts.max(initial=0)), 1)
    bars = []
    for month, count, each in zip(months, counts, bins, strict=True):
        said = words.say("emerging_page.month_of", month=month, count=count, kind=wording.bin_label(int(each), words))
        colour = colours.BINS[int(each)] if each else "#94A3B8"
        mark = ' class="now"' if month == now else ""
        height = f"{100 * count / most:.1f}%"
        bars.append(
            f'<span{mark} title="{escape(said)}"><b style="background:{colour if each else "transparent"}"></b>'
            f'<i style="height:{height};background:{colour}"></i></span>'
        )
    told = [month if place == 0 else month[:4] if month.endswith("-01") else "" for place, month in enumerate(months)]
    ticks = "".join(f"<span>{each}</span>" for each in told)
    return (
        f'<div class="hdq-series"><small>{most}</small><div class="bars">{"".join(bars)}</div>'
        f'<small>0</small><div class="ticks">{ticks}</div></div>'
    )


def column_p(*, corrected: bool) -> str:
    """Return the column of p with or without control of false discoveries."""
    return "p_adjusted" if corrected else "p"


def _texts(values: pd.Series) -> list[str]:
    return [str(int(each)) for each in np.asarray(values)]
