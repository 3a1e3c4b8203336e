"""Officers: certificates, expertise, home and interests; teams formed from them."""

from dataclasses import dataclass
from datetime import date

import geopandas as gpd
import pandas as pd

from gis import regions as gis_regions
from gis import schema

EXPERTISE = ("water", "air", "waste", "ecology")

SCHEMA = schema.table(
    {
        "officer_id": schema.text(unique=True),
        "name": schema.text(),
        "certificate_no": schema.text(nullable=True),
        "certificate_until": schema.day(nullable=True),
        "expertise": schema.text(schema.one_of(*EXPERTISE)),
        "home_division": schema.text(),
        "interest_sites": schema.text(nullable=True),
    }
)
"""``interest_sites`` joins the site ids an officer must stay away from with ``;``."""

TEAMS = schema.table(
    {
        "team_id": schema.text(unique=True),
        "home_division": schema.text(unique=True),
        "officer_ids": schema.text(),
        "officers": schema.whole(),
        "expertise": schema.text(),
        "interest_sites": schema.text(nullable=True),
    }
)
"""One row a team; ``officer_ids``, ``expertise`` and ``interest_sites`` (of all its officers) are joined with ``;``."""

FEWEST = 2
"""Officers with certificates at every visit: Administrative Penalty Law (2021), articles 42 and 43."""


@dataclass(frozen=True)
class Teams:
    """Teams, and everybody and every division that has none.

    Attributes
    ----------
    table : DataFrame
        See ``TEAMS``, by team id.
    left_out : DataFrame
        Officers in no team: officer_id, name, home_division, reason (a catalogue code).
    without_team : DataFrame
        Divisions that send no team: division_code, valid_officers, reason (a catalogue code).
    """

    table: pd.DataFrame
    left_out: pd.DataFrame
    without_team: pd.DataFrame


def teams(officers: pd.DataFrame, regions: gpd.GeoDataFrame, *, on: date) -> Teams:
    """Form one team for each home division that has at least two officers with valid certificates.

    Parameters
    ----------
    officers : DataFrame
        See ``SCHEMA``. The order of the rows does not matter.
    regions : GeoDataFrame
        See ``gis.regions.SCHEMA``: the divisions that take part.
    on : date
        The day on which certificates must be valid, both ends included. Give the last day of the round, so that
        none expires on the way.

    Returns
    -------
    Teams
        Every officer is either in a team or left out with a reason.

    Raises
    ------
    TableFaults
        If a table is not of its schema.
    """
    officers = schema.demand(officers, SCHEMA, "officers").sort_values("officer_id", ignore_index=True)
    divisions = sorted(schema.demand(regions, gis_regions.SCHEMA, "regions")["division_code"])
    reasons = _reasons(officers, divisions, on)
    valid = officers[reasons == ""]
    counts = valid.groupby("home_division").size().reindex(divisions, fill_value=0)
    short = counts[counts < FEWEST]
    reasons = reasons.mask((reasons == "") & officers["home_division"].isin(short.index), "officers.too_few")
    left_out = officers.assign(reason=reasons).loc[reasons != "", ["officer_id", "name", "home_division", "reason"]]
    return Teams(
        table=_formed(officers[reasons == ""]),
        left_out=left_out.reset_index(drop=True),
        without_team=pd.DataFrame(
            {"division_code": short.index, "valid_officers": short.to_numpy(), "reason": "officers.division_too_few"}
        ),
    )


def _reasons(officers: pd.DataFrame, divisions: list[str], on: date) -> pd.Series:
    """Return why an officer may not go, an empty text for those who may; later rules overrule earlier ones."""
    number = officers["certificate_no"].fillna("").str.strip()
    until = officers["certificate_until"]
    reasons = pd.Series("", index=officers.index)
    # One number on two people proves that one of them is wrong, not which.
    reasons = reasons.mask(number.duplicated(keep=False), "officers.certificate_repeated")
    reasons = reasons.mask(until < pd.Timestamp(on), "officers.certificate_expired")
    reasons = reasons.mask(until.isna(), "officers.certificate_undated")
    reasons = reasons.mask(number == "", "officers.no_certificate")
    return reasons.mask(~officers["home_division"].isin(divisions), "officers.not_taking_part")


def _formed(officers: pd.DataFrame) -> pd.DataFrame:
    rows = [
        {
            "team_id": f"T{division}",
            "home_division": division,
            "officer_ids": ";".join(members["officer_id"]),
            "officers": len(members),
            "expertise": ";".join(kind for kind in EXPERTISE if kind in set(members["expertise"])),
            "interest_sites": ";".join(sorted(split(members["interest_sites"]))) or None,
        }
        for division, members in officers.groupby("home_division")
    ]
    return schema.demand(pd.DataFrame(rows, columns=list(TEAMS.columns)), TEAMS, "teams")


def split(values: pd.Series) -> set[str]:
    """Return the single parts of texts joined with ``;``; missing values have none."""
    return {part.strip() for value in values.dropna() for part in value.split(";") if part.strip()}
