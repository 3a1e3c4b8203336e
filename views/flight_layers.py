"""Layers of the drone page: footprints, cells, heaps, and the picture of a difference of heights. Pure."""

from io import BytesIO

import geopandas as gpd
import numpy as np
import pandas as pd
import xarray as xr
from PIL import Image

from gis.language import Catalogue
from views import colours, layers, wording
from views.colours import Style
from views.layers import Layer

KINDS = {"heap": "#B2182B", "pit": "#2166AC"}
"""Piled up is warm, dug out is cold, as in the picture of heights."""
COVERED = {"whole": "#1B9E77", "part": "#E69F00", "none": "#D55E00"}
FOOTPRINT = "#4A6FA5"
WHOLE, NONE = 0.99, 0.01
_WARM = np.array([[247, 247, 247], [253, 219, 199], [239, 138, 98], [178, 24, 43], [103, 0, 31]], float)
_COLD = np.array([[247, 247, 247], [209, 229, 240], [103, 169, 207], [33, 102, 172], [5, 48, 97]], float)


def footprints(photos: gpd.GeoDataFrame, words: Catalogue) -> Layer:
    """Return the ground that each photo shows (``satellite.footprints.SCHEMA``); photos without any are left out."""
    shown = photos[~photos.geometry.is_empty].reset_index(drop=True)
    values = [
        list(shown["name"]),
        [_minute(each) for each in shown["taken_at"]],
        [_metres(each, words) for each in shown["height_m"]],
        [_metres(each, words, digits=3) for each in shown["gsd_m"]],
    ]
    content = layers.shapes(shown, list(shown["photo_id"]), ["photo"] * len(shown), values)
    fields = [words.say(f"drone_page.field_{name}") for name in ("taken", "height", "gsd")]
    name = words.say("drone_page.footprints", count=len(shown))
    style = colours.area(FOOTPRINT, fill=0.06, weight=0.8)
    return Layer("photos", "areas", content, {"photo": style}, fields, name, colours.sample("box", FOOTPRINT))


def cells(coverage: gpd.GeoDataFrame, words: Catalogue) -> Layer:
    """Return the cells of a task in the colour of how much of them was shown (``satellite.coverage.SCHEMA``)."""
    kinds = [covered_class(each) for each in coverage["covered"]]
    values = [
        list(coverage["cell_id"]),
        [f"{each:.1%}" for each in coverage["covered"]],
        [str(each) for each in coverage["photos"]],
        [wording.area(each, words) for each in coverage["missing_m2"]],
    ]
    content = layers.shapes(coverage, list(coverage["cell_id"]), kinds, values)
    styles: dict[str, Style] = {kind: colours.area(colour, fill=0.12, weight=2) for kind, colour in COVERED.items()}
    fields = [words.say(f"drone_page.field_{name}") for name in ("covered", "photos", "missing")]
    name = words.say("drone_page.cells", count=len(coverage))
    return Layer("cells", "areas", content, styles, fields, name, colours.sample("box", COVERED["whole"]))


def heaps(table: gpd.GeoDataFrame, words: Catalogue) -> Layer:
    """Return outlines of heaps and pits (``satellite.heaps.SCHEMA``)."""
    values = [
        [words.say(f"drone_page.{kind}") for kind in table["kind"]],
        [volume(row, words) for row in table.itertuples(index=False)],
        [wording.area(each, words) for each in table["area_m2"]],
        [_metres(each, words) for each in table["extreme_m"]],
    ]
    content = layers.shapes(table, list(table["heap_id"]), list(table["kind"]), values)
    styles = {kind: colours.area(colour, fill=0, weight=2.4) for kind, colour in KINDS.items()}
    fields = [words.say(f"drone_page.field_{name}") for name in ("volume", "area", "extreme")]
    name = words.say("drone_page.heaps", count=len(table))
    return Layer("heaps", "areas", content, styles, fields, name, colours.sample("box", KINDS["heap"]))


def alone(table: gpd.GeoDataFrame, words: Catalogue) -> pd.DataFrame:
    """Return heaps of one flight alone as people read them (``satellite.lone_heaps.SCHEMA``)."""
    columns = {
        "flight_heaps.head_outline": [f"{each:.0f}" for each in table["outline"]],
        "drone_page.head_kind": [words.say(f"drone_page.{kind}") for kind in table["kind"]],
        "drone_page.head_volume": [f"{each:,.0f}" for each in table["volume_m3"]],
        "drone_page.head_interval": [
            f"{low:,.0f} – {high:,.0f}" for low, high in zip(table["low_m3"], table["high_m3"], strict=True)
        ],
        "drone_page.head_area": [f"{each:,.0f}" for each in table["area_m2"]],
        "drone_page.head_extreme": [f"{each:.1f}" for each in table["extreme_m"]],
        "flight_heaps.head_scatter": [f"{each:.2f}" for each in table["scatter_m"]],
        "flight_heaps.head_remark": [
            words.say(f"flight_heaps.remark_{each}") if each else "" for each in table["remark"]
        ],
    }
    return pd.DataFrame({words.say(code): values for code, values in columns.items()})


def volume(row: object, words: Catalogue) -> str:
    """Return a volume with its interval."""
    facts = {name: f"{getattr(row, name):,.0f}" for name in ("volume_m3", "low_m3", "high_m3")}
    return words.say("drone_page.volume", **facts)


def covered_class(share: float) -> str:
    """Return whole, part or none."""
    return "whole" if share >= WHOLE else "none" if share <= NONE else "part"


def cell_legend(words: Catalogue) -> dict[str, object]:
    """Return what the colours of cells mean."""
    items = [
        {**colours.sample("box", colour), "text": words.say(f"drone_page.covered_{kind}")}
        for kind, colour in COVERED.items()
    ]
    return {"title": words.say("drone_page.legend_cells"), "items": items}


def height_legend(words: Catalogue, most_m: float) -> dict[str, object]:
    """Return what the colours of heights mean, up to the greatest that is told apart."""
    items = []
    for ramp, sign in ((_WARM, 1), (_COLD, -1)):
        for at in (len(ramp) - 1, 2) if sign > 0 else (2, len(ramp) - 1):
            colour = "#{:02X}{:02X}{:02X}".format(*ramp[at].astype(int))
            height = sign * most_m * at / (len(ramp) - 1)
            items.append({**colours.sample("box", colour, colour), "text": f"{height:+.1f} m"})
    return {"title": words.say("drone_page.legend_heights"), "items": items}


def most_of(heights: xr.DataArray, limit_m: float) -> float:
    """Return the height at which the colours end: the 99th percentile of what is more than error."""
    size = np.abs(heights.to_numpy()[0])
    size = size[np.isfinite(size) & (size > limit_m)]
    return float(np.percentile(size, 99)) if size.size else 4 * limit_m


def heights_png(heights: xr.DataArray, limit_m: float, most_m: float) -> bytes:
    """Return a difference of heights as a PNG: warm where more is there, cold where less, pale within the error.

    Parameters
    ----------
    heights : DataArray, dims (band, y, x)
        Metres, in its first band; NaN is transparent.
    limit_m : float
        Level of detection.
    most_m : float
        See ``most_of``.
    """
    values = heights.to_numpy()[0]
    known = np.isfinite(values)
    size = np.abs(np.nan_to_num(values))
    strength = np.where(size > limit_m, np.clip(size / max(most_m, 1e-9), 0.08, 1), 0.0) * (len(_WARM) - 1)
    places = np.arange(len(_WARM))
    painted = [
        np.stack([np.interp(strength, places, ramp[:, channel]) for channel in range(3)], axis=2)
        for ramp in (_WARM, _COLD)
    ]
    colour = np.where((np.nan_to_num(values) >= 0)[..., None], *painted)
    pixels = np.concatenate([colour, (known * 255)[..., None]], axis=2).round().astype(np.uint8)
    packed = BytesIO()
    Image.fromarray(pixels, "RGBA").save(packed, "PNG")
    return packed.getvalue()


def _minute(moment: pd.Timestamp) -> str:
    """Return a time (UTC) in Beijing time."""
    return "" if pd.isna(moment) else (moment + pd.Timedelta(hours=8)).strftime("%Y-%m-%d %H:%M:%S")


def _metres(value: float, words: Catalogue, digits: int = 1) -> str:
    return "" if pd.isna(value) else words.say("drone_page.metres", value=f"{value:.{digits}f}")
