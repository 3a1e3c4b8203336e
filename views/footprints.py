"""Footprints of images on the map: what a catalogue offers, coloured by its share of clear sky, and what is chosen."""

from collections.abc import Collection, Sequence

import geopandas as gpd
import numpy as np
import pandas as pd

from gis.language import Catalogue
from views import clearness, colours, layers, wording
from views.layers import Layer

KEY = "footprints"
_BARE = "-bare"
_COLOURS = {f"c{at}": shade for at, shade in enumerate(clearness.SHADES)}
_COLOURS |= {"untold": "#7C3AED", "chosen": "#D81B60"}
_FILL, _FILL_OF_CHOSEN, _HARDLY = 0.22, 0.28, 0.02


def sky_class(cloud_percent: float) -> str:
    """Return the class of the share of clear sky, see ``clearness.step``, or untold for NaN."""
    return "untold" if np.isnan(cloud_percent) else clearness.step(1 - cloud_percent / 100)


def layer(
    found: gpd.GeoDataFrame, chosen: Collection[str], words: Catalogue, *, pictured: Collection[str] = ()
) -> Layer:
    """Return the footprints of a search as a layer; chosen ones stand out.

    Parameters
    ----------
    found : GeoDataFrame
        See ``satellite.offers.SCHEMA``.
    chosen : collection of str
        Scene ids.
    words : Catalogue
    pictured : collection of str
        Scene ids whose quick-looks lie on the map: their footprints do not cover them.
    """
    kinds = [
        "chosen" if each in chosen else sky_class(cloud)
        for each, cloud in zip(found["scene_id"], found["cloud_percent"], strict=True)
    ]
    # The chosen ones last, for they are drawn above the others.
    order = np.argsort([kind == "chosen" for kind in kinds], kind="stable")
    rows = found.iloc[order]
    sorted_kinds = [f"{kinds[at]}{_BARE if found['scene_id'].iloc[at] in pictured else ''}" for at in order]
    content = layers.NO_SHAPES
    if len(found):
        values = [
            list(rows["title"]),
            [wording.day(each) for each in rows["seen_on"]],
            [cloud(each) for each in rows["cloud_percent"]],
            [size(each) for each in rows["size_mb"]],
        ]
        content = layers.shapes(rows, list(rows["scene_id"]), sorted_kinds, values)
    styles = {}
    for kind, colour in _COLOURS.items():
        fill, weight = (_FILL_OF_CHOSEN, 2.6) if kind == "chosen" else (_FILL, 1.6)
        styles[kind] = colours.area(colour, fill=fill, weight=weight)
        styles[kind + _BARE] = colours.area(colour, fill=_HARDLY, weight=weight)
    fields = [words.say(f"finding.{name}") for name in ("day", "cloud", "size")]
    return Layer(KEY, "areas", content, styles, fields, words.say("finding.footprints"), legend_sample("c0"))


def legend(found: gpd.GeoDataFrame, chosen: Collection[str], words: Catalogue) -> list[dict[str, object]]:
    """Return the legend of what is there."""
    there = {sky_class(cloud) for cloud in found["cloud_percent"]} | ({"chosen"} if chosen else set())
    named = {f"c{at}": words.say("finding_map.row", least=f"{least:.0%}") for at, least in enumerate(clearness.STEPS)}
    named |= {kind: words.say(f"finding_map.{kind}") for kind in ("untold", "chosen")}
    items = [{**legend_sample(kind), "text": text} for kind, text in named.items() if kind in there]
    return [{"title": words.say("finding_map.sky"), "items": items}] if items else []


def legend_sample(kind: str) -> dict[str, str]:
    """Return how a class looks in a legend."""
    return colours.sample("box", _COLOURS[kind], f"{_COLOURS[kind]}40")


def listed(
    found: gpd.GeoDataFrame, pictures: Sequence[str | None], present: Collection[str], words: Catalogue
) -> pd.DataFrame:
    """Return the rows of a search as people read them.

    Parameters
    ----------
    found : GeoDataFrame
        See ``satellite.offers.SCHEMA``.
    pictures : sequence of str or None
        Address of the quick-look of each row.
    present : collection of str
        Names that the project's images have already: a mirror's are listed by their title.
    words : Catalogue
    """
    yes = words.say("finding.present")
    columns = {
        "look": list(pictures),
        "day": [wording.day(each) for each in found["seen_on"]],
        "cloud": [cloud(each) for each in found["cloud_percent"]],
        "size": [size(each) for each in found["size_mb"]],
        "there": [yes if there else "" for there in found[["scene_id", "title"]].isin(present).any(axis=1)],
        "name": list(found["title"]),
    }
    return pd.DataFrame({words.say(f"finding.{name}"): values for name, values in columns.items()})


def cloud(percent: float) -> str:
    """Return a share of clouds as people read it, a dash where it is not told."""
    return "—" if np.isnan(percent) else f"{percent:.0f} %"


def size(megabytes: float) -> str:
    """Return a size as people read it, a dash where it is not told."""
    if np.isnan(megabytes):
        return "—"
    return f"{megabytes / 1000:.2f} GB" if megabytes >= 1000 else f"{megabytes:.1f} MB"  # noqa: PLR2004
