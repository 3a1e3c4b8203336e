"""What the filters of the register page let through. Pure; a sieve is frozen, so that what it lets through is kept."""

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass

import geopandas as gpd
import numpy as np

from gis import codes

SEARCHED = ("name", "credit_code", "permit_no", "site_id", "address")


_EQUAL = (
    "permit_category", "supervision", "special_object", "operating", "management_level", "county_code", "unit_id",
    "river_basin",
)  # fmt: skip


@dataclass(frozen=True)
class Sieve:
    """Filters; an empty one lets everything through.

    Attributes
    ----------
    search : str
        Words that must all stand in one of ``SEARCHED``, whatever their width and case.
    division_code : str
        Of a prefecture.
    permit_category, key_list, supervision, special_object, operating : str
    positive_list : str
        ``yes``, ``no`` or "".
    management_level, county_code, unit_id, river_basin : str
    pollution_type : str
        One of the kinds of source of a site.
    list_year : str
        A year in which a site is on the chosen key list, or on any.
    doubt : str
        Code of a finding of ``gis.quality``.
    """

    search: str = ""
    division_code: str = ""
    permit_category: str = ""
    key_list: str = ""
    supervision: str = ""
    special_object: str = ""
    operating: str = ""
    positive_list: str = ""
    management_level: str = ""
    county_code: str = ""
    unit_id: str = ""
    river_basin: str = ""
    pollution_type: str = ""
    list_year: str = ""
    doubt: str = ""

    @property
    def empty(self) -> bool:
        """Tell whether everything passes."""
        return self == Sieve()


def sift(state: gpd.GeoDataFrame, sieve: Sieve, doubted: Collection[str] = ()) -> gpd.GeoDataFrame:
    """Return the sites that a sieve lets through, in the order of the register.

    Parameters
    ----------
    state : GeoDataFrame
        See ``history.STATE``.
    sieve : Sieve
    doubted : collection of str
        Sites with the sieve's doubt.
    """
    kept = np.ones(len(state), dtype=bool)
    for column in _EQUAL:
        wanted = getattr(sieve, column)
        if wanted:
            kept &= (state[column] == wanted).fillna(value=False).to_numpy(dtype=bool)
    if sieve.division_code:
        kept &= (state["division_code"].map(codes.prefecture_of) == sieve.division_code).to_numpy(dtype=bool)
    for column, wanted in (("key_lists", sieve.key_list), ("pollution_types", sieve.pollution_type)):
        if wanted:
            pattern = rf"(?:^|;){re.escape(wanted)}(?:;|$)"
            kept &= state[column].fillna("").str.contains(pattern, regex=True).to_numpy(dtype=bool)
    if sieve.list_year:
        pattern = rf"(?:^|;){re.escape(sieve.key_list) or '[^:;]+'}:(?:[^;]*,)?{re.escape(sieve.list_year)}"
        kept &= state["listed_years"].fillna("").str.contains(pattern, regex=True).to_numpy(dtype=bool)
    if sieve.positive_list:
        kept &= state["positive_list"].to_numpy(dtype=bool) == (sieve.positive_list == "yes")
    if sieve.doubt:
        kept &= state["site_id"].isin(set(doubted)).to_numpy()
    if sieve.search.strip():
        kept &= _found(state, sieve.search)
    return state[kept]


def _found(state: gpd.GeoDataFrame, search: str) -> np.ndarray:
    whole = state[SEARCHED[0]].fillna("").astype(str)
    for column in SEARCHED[1:]:
        whole = whole + "\n" + state[column].fillna("").astype(str)
    whole = whole.str.casefold()
    kept = np.ones(len(state), dtype=bool)
    for word in unicodedata.normalize("NFKC", search).casefold().split():
        kept &= whole.str.contains(word, regex=False).to_numpy(dtype=bool)
    return kept
