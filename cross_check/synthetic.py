"""Synthetic officers and complaints with planted truth. No row stands for a real person."""

import datetime as dt
from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import pandas as pd

from cross_check.officers import EXPERTISE, SCHEMA
from gis import data, schema
from gis import synthetic as gis_synthetic
from gis.regions import SCHEMA as REGIONS

_FEWEST, _MOST = 6, 10
_WITHOUT_SHARE = 0.15
_EXPIRED_SHARE = 0.15
_INTEREST_SHARE = 0.3
_MOST_INTERESTS = 3


def officers(
    rng: np.random.Generator, regions: gpd.GeoDataFrame, *, on: dt.date, site_ids: Sequence[str] = ()
) -> pd.DataFrame:
    """Return 6 to 10 officers a region (``cross_check.officers.SCHEMA``).

    Parameters
    ----------
    rng : Generator
    regions : GeoDataFrame
        See ``gis.regions.SCHEMA``.
    on : date
        The day to which certificates count as valid or expired.
    site_ids : sequence of str
        Sites of which some officers must keep clear: about three officers in ten name one to three.

    Notes
    -----
    The first four officers of a region hold valid certificates and one expertise each, so every region can form a team;
    of the others some have an expired certificate and some none.
    """
    regions = schema.demand(regions, REGIONS, "regions")
    sizes = rng.integers(_FEWEST, _MOST, size=len(regions), endpoint=True)
    home = np.repeat(regions["division_code"].to_numpy(dtype=object), sizes)
    table = pd.DataFrame({"home_division": home})
    place = table.groupby("home_division").cumcount()
    number = np.arange(1, len(table) + 1)
    others = rng.choice(EXPERTISE, size=len(table))
    table["officer_id"] = table["home_division"] + "-" + (place + 1).astype(str).str.zfill(2)
    table["name"] = _names(rng, number)
    table["certificate_no"], table["certificate_until"] = _certificates(rng, place < len(EXPERTISE), home, number, on)
    table["expertise"] = place.map(dict(enumerate(EXPERTISE))).fillna(pd.Series(others))
    table["interest_sites"] = [_interests(rng, site_ids) for _ in number]
    return schema.demand(table[list(SCHEMA.columns)], SCHEMA, "officers")


def complaints(
    rng: np.random.Generator, regions: gpd.GeoDataFrame, *, first_on: dt.date, months: int = 36
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Return complaints around towns and their eight planted clusters, see ``gis.synthetic.signals``.

    A complaint is a number, a date and a place: who complained appears nowhere, not even in a synthetic province.
    """
    plan = gis_synthetic.SignalPlan(
        "complaint", first_on, months, background=3000, clusters=8, radius_m=(4_000.0, 12_000.0), towns_share=0.7
    )
    return gis_synthetic.signals(rng, regions, plan)


def _names(rng: np.random.Generator, numbers: np.ndarray) -> list[str]:
    words = data.words("synthetic")
    surnames = rng.choice(words["surnames"], size=len(numbers))
    return [
        words["officer"].format(mark=words["mark"], surname=surname, number=number)
        for surname, number in zip(surnames, numbers, strict=True)
    ]


def _certificates(
    rng: np.random.Generator, sure: pd.Series, home: np.ndarray, numbers: np.ndarray, on: dt.date
) -> tuple[list[str | None], pd.Series]:
    """Return numbers and last days; ``sure`` ones are valid for at least 60 days after ``on``."""
    pattern = data.words("synthetic")["certificate"]
    fate = np.where(sure, 1.0, rng.random(len(numbers)))
    without, expired = fate < _WITHOUT_SHARE, (fate >= _WITHOUT_SHARE) & (fate < _WITHOUT_SHARE + _EXPIRED_SHARE)
    days = np.where(expired, -rng.integers(1, 700, len(numbers)), rng.integers(60, 1500, len(numbers)))
    until = pd.Series(pd.Timestamp(on) + pd.to_timedelta(days, unit="D")).mask(without)
    issued = [
        None if none else pattern.format(code=code[:4], number=number)
        for none, code, number in zip(without, home, numbers, strict=True)
    ]
    return issued, until


def _interests(rng: np.random.Generator, site_ids: Sequence[str]) -> str | None:
    if not site_ids or rng.random() >= _INTEREST_SHARE:
        return None
    size = int(rng.integers(1, _MOST_INTERESTS, endpoint=True))
    chosen = rng.choice(len(site_ids), size=min(size, len(site_ids)), replace=False)
    return ";".join(site_ids[place] for place in sorted(chosen))
