"""Footprints of images on the map: what a catalogue offers, coloured by its clouds, and what is chosen of it. Pure."""

from collections.abc import Collection, Sequence

import geopandas as gpd
import numpy as np
import pandas as pd

from gis.language import Catalogue
from views import colours, layers, wording
from views.layers import Layer

KEY = "footprints"
_CLASSES = ("clear", "some", "cloudy", "untold", "chosen")
_COLOURS = {"clear": "#0072B2", "some": "#E69F00", "cloudy": "#6B6B6B", "untold": "#7C3AED", "chosen": "#D81B60"}
_SOME, _CLOUDY = 10.0, 40.0


def cloud_class(percent: float) -> str:
    """Return clear (up to 10 %), some (up to 40 %), cloudy, or untold for NaN."""
    if np.isnan(percent):
        return "untold"
    return "clear" if percent <= _SOME else "some" if percent <= _CLOUDY else "cloudy"


def layer(found: gpd.GeoDataFrame, chosen: Collection[str], words: Catalogue) -> Layer:
    """Return the footprints of a search as a layer; chosen ones stand out.

    Parameters
    ----------
    found : GeoDataFrame
        See ``satellite.offers.SCHEMA``.
    chosen : collection of str
        Scene ids.
    words : Catalogue
    """
    kinds = [
        "chosen" if each in chosen else cloud_class(cloud)
        for each, cloud in zip(found["scene_id"], found["cloud_percent"], strict=True)
    ]
    # The chosen ones last, for they are drawn above the others.
    order = np.argsort([kind == "chosen" for kind in kinds], kind="stable")
    rows, sorted_kinds = found.iloc[order], [kinds[place] for place in order]
    content = layers.NO_SHAPES
    if len(found):
        values = [
            list(rows["title"]),
            [wording.day(each) for each in rows["seen_on"]],
            [cloud(each) for each in rows["cloud_percent"]],
            [size(each) for each in rows["size_mb"]],
        ]
        content = layers.shapes(rows, list(rows["scene_id"]), sorted_kinds, values)
    styles = {
        kind: colours.area(colour, fill=0.28 if kind == "chosen" else 0.03, weight=2.6 if kind == "chosen" else 1.3)
        for kind, colour in _COLOURS.items()
    }
    fields = [words.say(f"finding.{name}") for name in ("day", "cloud", "size")]
    return Layer(KEY, "areas", content, styles, fields, words.say("finding.footprints"), legend_sample("clear"))


def legend(found: gpd.GeoDataFrame, chosen: Collection[str], words: Catalogue) -> list[dict[str, object]]:
    """Return the legend of what is there."""
    there = {cloud_class(cloud) for cloud in found["cloud_percent"]} | ({"chosen"} if chosen else set())
    items = [{**legend_sample(kind), "text": words.say(f"finding.class_{kind}")} for kind in _CLASSES if kind in there]
    return [{"title": words.say("finding.cloud"), "items": items}] if items else []


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
        Scene ids that the project has already.
    words : Catalogue
    """
    yes = words.say("finding.present")
    columns = {
        "look": list(pictures),
        "day": [wording.day(each) for each in found["seen_on"]],
        "cloud": [cloud(each) for each in found["cloud_percent"]],
        "size": [size(each) for each in found["size_mb"]],
        "there": [yes if each in present else "" for each in found["scene_id"]],
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
