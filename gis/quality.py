"""Quality of the register: what is missing or doubtful, site by site and by city. A finding is a question, no fault."""

import datetime as dt
from dataclasses import dataclass

import geopandas as gpd
import pandas as pd

from gis import codes, history, regions, schema

FINDINGS = schema.table(
    {
        "site_id": schema.text(),
        "name": schema.text(),
        "division_code": schema.text(),
        "column": schema.text(),
        "code": schema.text(),
        "value": schema.text(),
    }
)
"""``code`` is a sentence of the catalogues, ``value`` what stands in the register or was found instead."""

MISSING = (
    "supervision",
    "special_object",
    "river_basin",
    "grid_cell",
    "address",
    "unit_id",
    "pollution_types",
    "management_level",
)
"""Particulars that every site should have. A park and facilities are not every site's, nor is a person kept of each."""

_EXACT = 1e-6
_SHORTEST_PHONE = 7
_RECEIPT_MARKS = ("W", "X", "Y", "Z")


@dataclass(frozen=True)
class Params:
    """What a bureau may set.

    Attributes
    ----------
    crowd : int
        More sites in exactly one place share a default position.
    decimals : int
        A place with fewer decimals of a degree in both coordinates is rough: three are about 100 m.
    border_m : float
        A site farther than this outside the division it answers to is told.
    stale_days : int
        A site that no file has confirmed for longer is told.
    """

    crowd: int = 5
    decimals: int = 4
    border_m: float = 5000.0
    stale_days: int = 730


def findings(
    state: gpd.GeoDataFrame,
    areas: gpd.GeoDataFrame,
    *,
    on: dt.date,
    counties: gpd.GeoDataFrame | None = None,
    confirmed: pd.Series | None = None,
    params: Params | None = None,
) -> pd.DataFrame:
    """Return what is missing or doubtful.

    Parameters
    ----------
    state : GeoDataFrame
        See ``history.STATE``.
    areas : GeoDataFrame
        See ``regions.SCHEMA``.
    on : date
        Today, for positive lists that have run out and rows that nobody has confirmed.
    counties : GeoDataFrame, optional
        See ``boundaries.COUNTIES``: the county in which a site lies is told where its row has none, as a proposal.
    confirmed : Series of datetime, optional
        The day on which the latest file spoke of each site, see ``history.confirmed``.
    params : Params, optional

    Returns
    -------
    DataFrame
        See ``FINDINGS``, by division and site.
    """
    params = params or Params()
    state = schema.demand(state, history.STATE, "register")
    parts = [*_missing(state), *_permits(state), *_told(state), *_lists(state, on), *_places(state, areas, params)]
    if counties is not None:
        lies = regions.county_of(state.geometry, counties)
        parts.append(_found(state, state["county_code"].isna(), "county_code", "quality.no_county_code", lies))
    if confirmed is not None:
        last = state["site_id"].map(confirmed)
        stale = last < pd.Timestamp(on) - pd.Timedelta(days=params.stale_days)
        parts.append(_found(state, stale, "site_id", "quality.stale", last.dt.strftime("%Y-%m-%d")))
    whole = pd.concat(parts, ignore_index=True)
    ordered = whole.sort_values(["division_code", "site_id", "column", "code"], ignore_index=True)
    return schema.demand(ordered, FINDINGS, "quality")


def board(state: gpd.GeoDataFrame, found: pd.DataFrame) -> pd.DataFrame:
    """Return the findings counted by city.

    Parameters
    ----------
    state : GeoDataFrame
        See ``history.STATE``.
    found : DataFrame
        See ``FINDINGS``.

    Returns
    -------
    DataFrame
        division_code, code, sites (of the division), found, share (0 to 1), by division and code; a row for each code
        that is found anywhere and each division, so that a zero is seen. The code ``quality.any`` counts sites with
        any finding.
    """
    sites = state.groupby("division_code").size()
    every = found.drop_duplicates("site_id").assign(code="quality.any")
    counted = pd.concat([found, every]).groupby(["division_code", "code"])["site_id"].nunique()
    grid = pd.MultiIndex.from_product([sites.index, sorted({*found["code"], "quality.any"})])
    table = counted.reindex(grid, fill_value=0).rename("found").rename_axis(["division_code", "code"]).reset_index()
    table.insert(2, "sites", table["division_code"].map(sites))
    return table.astype({"sites": "int64"}).assign(share=table["found"] / table["sites"].astype("int64"))


def _found(state: gpd.GeoDataFrame, wrong: pd.Series, column: str, code: str, values: pd.Series) -> pd.DataFrame:
    rows = wrong.to_numpy(dtype=bool)
    table = pd.DataFrame(state.loc[rows, ["site_id", "name", "division_code"]])
    told = values[rows].astype(object)
    return table.assign(column=column, code=code, value=told.where(told.notna(), "").astype(str))


def _missing(state: gpd.GeoDataFrame) -> list[pd.DataFrame]:
    return [_found(state, state[column].isna(), column, f"quality.no_{column}", state[column]) for column in MISSING]


def _permits(state: gpd.GeoDataFrame) -> list[pd.DataFrame]:
    """Return doubts about permits and trades."""
    number, category, industry = state["permit_no"], state["permit_category"], state["industry_code"]
    needed = number.isna() & category.isin(["key", "simplified"])
    mark = number.str[-1].isin(_RECEIPT_MARKS)
    full = number.notna() & ~codes.permit_nos_of_trial(number)
    contrary = full & (mark != (category == "registration"))
    heavy = codes.is_heavy(industry) & (category == "registration")
    return [
        _found(state, needed, "permit_no", "quality.no_permit_no", number),
        _found(state, contrary, "permit_no", "quality.other_mark", number),
        _found(state, heavy, "permit_category", "quality.heavy_registered", industry),
        _found(state, codes.industry_sections(industry) == "", "industry_code", "quality.no_such_industry", industry),
    ]


def _told(state: gpd.GeoDataFrame) -> list[pd.DataFrame]:
    """Return doubts about codes and numbers that a register repeats."""
    organisation, phone = state["organisation_code"], state["contact_phone"]
    other = organisation.notna() & (organisation != state["credit_code"].str[8:17])
    digits = phone.fillna("").str.replace(r"\D", "", regex=True).str.len()
    short = phone.notna() & (digits < _SHORTEST_PHONE)
    return [
        _found(state, other, "organisation_code", "quality.other_organisation", organisation),
        _found(state, short, "contact_phone", "quality.bad_phone", digits.astype(str)),
    ]


def _lists(state: gpd.GeoDataFrame, on: dt.date) -> list[pd.DataFrame]:
    """Return doubts about key lists and the positive list (rules of 2023: key management means a key list)."""
    unlisted = (state["permit_category"] == "key") & state["key_lists"].isna()
    idle = state["key_lists"].notna() & (state["operating"] == "stopped")
    positive, until = state["positive_list"], state["positive_until"]
    years = state["listed_years"].fillna("").str.findall(r"\d{4}").map(lambda found: max(map(int, found), default=0))
    return [
        _found(state, unlisted, "key_lists", "quality.key_unlisted", state["permit_category"]),
        _found(state, idle, "operating", "quality.listed_stopped", state["key_lists"]),
        _found(state, (years > 0) & (years < on.year - 1), "listed_years", "quality.old_years", state["listed_years"]),
        _found(state, positive & until.isna(), "positive_until", "quality.no_positive_until", until),
        _found(
            state,
            positive & (until < pd.Timestamp(on)),
            "positive_until",
            "quality.positive_over",
            until.dt.strftime("%Y-%m-%d"),
        ),
    ]


def _places(state: gpd.GeoDataFrame, areas: gpd.GeoDataFrame, params: Params) -> list[pd.DataFrame]:
    """Return doubts about places: shared by many, rough, away from the division."""
    lon, lat = state.geometry.x, state.geometry.y
    shown = lon.round(6).astype(str) + ", " + lat.round(6).astype(str)
    crowded = shown.groupby(shown).transform("size") > params.crowd
    scale = 10 ** (params.decimals - 1)
    rough = pd.Series(data=True, index=state.index)
    for degrees in (lon * scale, lat * scale):
        rough &= (degrees - degrees.round()).abs() < _EXACT
    away_m = regions.distances_m(state.geometry, state["division_code"], areas)
    beyond = regions.beyond_outline(state.geometry, state["division_code"])
    astray = (away_m > params.border_m) & ~beyond
    county = state["county_code"].fillna("").astype(str)
    other = (county != "") & (county.map(codes.prefecture_of) != state["division_code"].map(codes.prefecture_of))
    return [
        _found(state, crowded, "geometry", "quality.crowded", shown),
        _found(state, rough, "geometry", "quality.rough", shown),
        _found(state, astray, "geometry", "quality.astray", shown),
        _found(state, other, "county_code", "quality.other_county", county),
    ]
