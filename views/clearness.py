"""Scenes as the coverage page shows them: footprints by how clear they are, lists, bars of reasons, quick-looks."""

from html import escape
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gis.language import Catalogue
from satellite.masks import REASONS
from views import colours, layers, wording
from views.layers import Layer

KEY = "footprints"
STEPS = (0.75, 0.5, 0.25, 0.0)
"""Least share of clear ground of each class of the map, the clearest first."""

# ColorBrewer's YlGnBu, dark is clear.
SHADES = ("#225EA8", "#41B6C4", "#A1DAB4", "#E8E27A")
# Apart for the colour-blind: blue ground, white snow, greys of cloud, near black shadow, violet for faults.
_REASONS = {
    "clear": "#2B83BA",
    "snow": "#D6EAF8",
    "cloud": "#8E99A8",
    "thin_cloud": "#C3CAD4",
    "shadow": "#3A3F4B",
    "near_cloud": "#E3B778",
    "faulty": "#7C3AED",
    "missing": "#F3F4F6",
}
_PAPER = "#FFFFFF"


def layer(table: gpd.GeoDataFrame, words: Catalogue) -> Layer:
    """Return the footprints of prepared scenes, the clearest on top."""
    ordered = table.sort_values("clear", ignore_index=True)
    content = layers.NO_SHAPES
    if len(ordered):
        # A product's name is too long for a popup: day and sensor tell scenes apart there.
        titles = [
            f"{wording.day(day)} {words.say(f'sensor.{code}')}"
            for day, code in zip(ordered["seen_on"], _codes(ordered), strict=True)
        ]
        values = [titles, *([_percent(each) for each in ordered[name]] for name in ("clear", "cloud", "snow"))]
        content = layers.shapes(ordered, list(ordered["scene_id"]), [step(each) for each in ordered["clear"]], values)
    fields = [words.say(f"scene.{name}") for name in ("clear", "cloud", "snow")]
    styles = {f"c{at}": colours.area(shade, fill=0.3, weight=1.8) for at, shade in enumerate(SHADES)}
    name, sample = words.say("coverage_page.layer"), colours.sample("box", SHADES[0], SHADES[1])
    return Layer(KEY, "areas", content, styles, fields, name, sample, pane="zones")


def legend(table: gpd.GeoDataFrame, words: Catalogue) -> dict[str, object]:
    """Return the legend of the footprints: how many scenes each class has."""
    kinds = [step(each) for each in table["clear"]]
    items = [
        {
            **colours.sample("box", shade, f"{shade}66"),
            "text": words.say("coverage_page.legend_row", least=f"{least:.0%}", count=kinds.count(f"c{at}")),
        }
        for at, (least, shade) in enumerate(zip(STEPS, SHADES, strict=True))
    ]
    return {"title": words.say("coverage_page.legend"), "items": items}


def listed(table: gpd.GeoDataFrame, words: Catalogue) -> pd.DataFrame:
    """Return scenes as a reading list in the order of the table; shares as numbers from 0 to 1, to the hundredth."""
    columns = {
        "seen_on": [wording.day(each) for each in table["seen_on"]],
        "sensor": [words.say(f"sensor.{code}") for code in _codes(table)],
        "clear": list(table["clear"]),
        "cloud": list(table["cloud"] + table["thin_cloud"]),
        "shadow": list(table["shadow"] + table["near_cloud"]),
        "snow": list(table["snow"]),
        "told": list(table["cloud_percent"] / 100),
        "scene_id": list(table["scene_id"]),
    }
    return _rounded({words.say(f"coverage_page.column_{name}"): values for name, values in columns.items()})


def months(table: pd.DataFrame, words: Catalogue) -> pd.DataFrame:
    """Return coverage by month as a reading list, the latest first."""
    latest = table.sort_values("month", ascending=False)
    columns = {name: list(latest[name]) for name in ("month", "scenes", "covered", "observed", "snow", "looks")}
    return _rounded({words.say(f"coverage_page.month_{name}"): values for name, values in columns.items()})


def _rounded(columns: dict[str, list[Any]]) -> pd.DataFrame:
    """Return columns as a table; two more digits of a percentage would push the last columns out of sight."""
    return pd.DataFrame(columns).round(2)


def reasons(row: pd.Series, words: Catalogue) -> str:
    """Return one scene's reasons as a bar and its key in HTML."""
    there = [(name, float(row[name])) for name in REASONS[1:] if float(row[name]) > 0]
    parts, keys = [], []
    for name, share in there:
        said = f"{words.say(f'scene.{name}')} {share:.1%}"
        paint = f"background:{_REASONS[name]};box-shadow:inset 0 0 0 1px #94A3B8"
        parts.append(f'<span title="{escape(said)}" style="width:{100 * share:.2f}%;{paint};height:18px"></span>')
        dot = f'<i style="display:inline-block;width:10px;height:10px;margin-right:4px;{paint}"></i>'
        keys.append(f'<span style="margin-right:14px;white-space:nowrap">{dot}{escape(said)}</span>')
    bar = f'<div style="display:flex;width:100%;margin:2px 0 6px">{"".join(parts)}</div>'
    return f'<div style="font-size:13px">{bar}<div style="line-height:1.8">{"".join(keys)}</div></div>'


def painted(codes: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return reasons as colours, (rows, columns, 3) uint8; white outside of the scene."""
    table = np.array([_rgb(_REASONS.get(name, _PAPER)) for name in REASONS], np.uint8)
    return np.asarray(table[codes])


def step(clear: float) -> str:
    """Return the class of a share of clear ground, 0 to 1: c0 is the clearest of ``STEPS``."""
    return f"c{next(at for at, least in enumerate(STEPS) if clear >= least)}"


def _codes(table: gpd.GeoDataFrame) -> list[str]:
    """Return each scene's sensor as the word catalogues spell it."""
    return [str(each).replace("-", "_") for each in table["sensor"]]


def _rgb(colour: str) -> tuple[int, int, int]:
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return red, green, blue


def _percent(share: float) -> str:
    return f"{share:.1%}"
