"""How values are written for people: areas, distances, shares, dates, places and classes."""

import re
from collections.abc import Sequence

import geopandas as gpd
import pandas as pd

from gis.language import Catalogue

_HA, _MU, _KM2 = 1e4, 1e4 / 15, 1e6


def area(square_metres: float, words: Catalogue) -> str:
    """Return an area in hectares and mu, from one square kilometre on in square kilometres."""
    if square_metres >= _KM2:
        return words.say("app.area_km2", km2=f"{square_metres / _KM2:,.2f}")
    return words.say("app.area_ha", ha=f"{square_metres / _HA:,.2f}", mu=f"{square_metres / _MU:,.1f}")


def hectares(square_metres: float, words: Catalogue) -> str:
    """Return an area in hectares alone, for a narrow column."""
    return words.say("app.area_hectares", ha=f"{square_metres / _HA:,.2f}")


def distance(metres: float, words: Catalogue) -> str:
    """Return a distance in metres, from one kilometre on in kilometres; nothing for NaN."""
    if pd.isna(metres):
        return ""
    if metres >= 1000:  # noqa: PLR2004 -- metres in a kilometre
        return words.say("app.distance_km", km=f"{metres / 1000:,.1f}")
    return words.say("app.distance_m", m=f"{metres:,.0f}")


def day(date: object) -> str:
    """Return a date as 2021-04-06; nothing for a missing one."""
    return "" if pd.isna(date) else pd.Timestamp(date).strftime("%Y-%m-%d")


def number(value: float, digits: int = 2) -> str:
    """Return a number with some digits after the point; nothing for a missing one."""
    return "" if pd.isna(value) else f"{value:,.{digits}f}"


def chance(p: float) -> str:
    """Return a probability with four digits; nothing for a missing one."""
    if pd.isna(p):
        return ""
    return "<0.0001" if p < 1e-4 else f"{p:.4f}"  # noqa: PLR2004 -- the last digit shown


def text(value: object) -> str:
    """Return a text; nothing for a missing one."""
    return "" if pd.isna(value) else str(value)


def unmarked(said: str) -> str:
    """Return a text whose signs Streamlit does not take for markup: a file's name never becomes a link or a picture."""
    return re.sub(r"([\\`*_{}\[\]()#+!|<>~$:-])", r"\\\1", said)


def region_names(regions: gpd.GeoDataFrame, language: str) -> dict[str, str]:
    """Return the name of every division code."""
    if regions.empty:
        return {}
    return dict(zip(regions["division_code"], regions[f"name_{language}"], strict=True))


def zone_names(joined: object, zones: gpd.GeoDataFrame) -> str:
    """Return the names of zones whose ids are joined with semicolons."""
    if pd.isna(joined) or not joined:
        return ""
    known = {} if zones.empty else dict(zip(zones["zone_id"], zones["name"], strict=True))
    return "; ".join(known.get(each, each) for each in str(joined).split(";"))


def class_of(leads: pd.DataFrame) -> list[str]:
    """Return the class of every lead: the human one where it stands, else the machine's."""
    if leads.empty:
        return []
    return list(leads["human_class"].where(leads["human_class"].notna(), leads["machine_class"]))


def class_label(kind: str, words: Catalogue) -> str:
    """Return what people call a class of change."""
    return words.say(f"class.{kind}")


def labels(kinds: Sequence[str], words: Catalogue) -> list[str]:
    """Return what people call each class of change."""
    said = {kind: class_label(kind, words) for kind in set(kinds)}
    return [said[kind] for kind in kinds]


def bin_label(number: int, words: Catalogue) -> str:
    """Return what people call a hotspot class, 3 (hot at 99 %) to -3 (cold at 99 %)."""
    if not number:
        return words.say("hotspots_page.neither")
    share = {1: 90, 2: 95, 3: 99}[abs(number)]
    return words.say(f"hotspots_page.{'hot' if number > 0 else 'cold'}_{share}")
