"""Officers: certificates, expertise, home, interests and leave; teams formed from them."""

from dataclasses import dataclass
from datetime import date

import geopandas as gpd
import pandas as pd

from cross_check import forms
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

PARTICULARS = schema.table(
    {
        "also_expertise": schema.text(
            schema.rule(lambda lists: lists.map(_known), "table.unknown_value"), nullable=True
        ),
        "home_unit": schema.text(nullable=True),
        "former_employers": schema.text(nullable=True),
        "leave": schema.text(schema.rule(lambda lists: lists.map(_periods_read), "officers.bad_leave"), nullable=True),
    }
)
"""What a table of officers may say beyond ``SCHEMA``; ``completed`` fills what it lacks. ``also_expertise`` joins
further kinds with ``;``, ``former_employers`` joins site ids or credit codes of firms an officer worked for, ``leave``
joins periods such as ``2026-07-01/2026-07-10``, both days included."""

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


def completed(officers: pd.DataFrame) -> pd.DataFrame:
    """Return officers (``SCHEMA``) with all ``PARTICULARS``, those the table lacks missing.

    Raises
    ------
    TableFaults
        If the table is not of its schema.
    """
    lacking = [column for column in PARTICULARS.columns if column not in officers]
    whole = officers.assign(**{column: pd.Series(None, index=officers.index, dtype=object) for column in lacking})
    return schema.demand(schema.demand(whole, SCHEMA, "officers"), PARTICULARS, "officers")


def read(rows: pd.DataFrame, source: str) -> pd.DataFrame:
    """Return officers (``SCHEMA`` and ``PARTICULARS``) from rows of a file under Chinese or English headings.

    Raises
    ------
    TableFaults
        With every fault by the row the user sees.
    """
    both = schema.table({**SCHEMA.columns, **PARTICULARS.columns})
    return forms.demand(rows, "officers", both, source)


def unfit(officers: pd.DataFrame, *, first: date, last: date) -> pd.Series:
    """Return why an officer cannot inspect on some days, "" for one who can; index as the table.

    Parameters
    ----------
    officers : DataFrame
        See ``completed``.
    first, last : date
        The certificate must be valid on the last day, and no leave touch one of the days.

    Returns
    -------
    Series of str
        Catalogue codes ``officers.no_certificate``, ``officers.certificate_undated``,
        ``officers.certificate_expired``, ``officers.certificate_repeated`` or ``officers.on_leave``.
    """
    away = officers["leave"].map(lambda periods: _touches(periods, first, last)).astype(bool)
    reasons = pd.Series("", index=officers.index).mask(away, "officers.on_leave")
    faulty = _certificate_reasons(officers, last)
    return faulty.mask(faulty == "", reasons)


def expertise_of(officers: pd.DataFrame) -> pd.Series:
    """Return all kinds of expertise of each officer as a set; index as the table."""
    both = officers["expertise"] + ";" + officers["also_expertise"].fillna("")
    return both.map(lambda kinds: frozenset(filter(None, kinds.split(";"))))


def conflicted(officers: pd.DataFrame, site_id: str, credit_code: str = "") -> pd.Series:
    """Say which officers must keep away from a site: a declared interest, or a former employer; index as the table."""
    named = {site_id, credit_code} - {""}
    interests = officers["interest_sites"].map(lambda sites: _named(sites, named))
    return (interests | officers["former_employers"].map(lambda firms: _named(firms, named))).astype(bool)


def expiring(officers: pd.DataFrame, *, on: date, within_days: int = 60) -> pd.DataFrame:
    """Return officers whose certificate ends within some days of a day or has ended, the earliest first."""
    until = officers["certificate_until"]
    due = officers[until < pd.Timestamp(on) + pd.Timedelta(days=within_days)]
    return due.sort_values(["certificate_until", "officer_id"], ignore_index=True)


def _reasons(officers: pd.DataFrame, divisions: list[str], on: date) -> pd.Series:
    """Return why an officer may not go, an empty text for those who may; later rules overrule earlier ones."""
    return _certificate_reasons(officers, on).mask(
        ~officers["home_division"].isin(divisions), "officers.not_taking_part"
    )


def _certificate_reasons(officers: pd.DataFrame, on: date) -> pd.Series:
    number = officers["certificate_no"].fillna("").str.strip()
    until = officers["certificate_until"]
    reasons = pd.Series("", index=officers.index)
    # One number on two people proves that one of them is wrong, not which.
    reasons = reasons.mask(number.duplicated(keep=False), "officers.certificate_repeated")
    reasons = reasons.mask(until < pd.Timestamp(on), "officers.certificate_expired")
    reasons = reasons.mask(until.isna(), "officers.certificate_undated")
    return reasons.mask(number == "", "officers.no_certificate")


def _known(joined: str) -> bool:
    return all(kind in EXPERTISE for kind in joined.split(";"))


def _periods(joined: str) -> list[tuple[date, date]]:
    pairs = [period.partition("/") for period in joined.split(";")]
    return [
        (date.fromisoformat(first.strip()), date.fromisoformat((last or first).strip())) for first, _, last in pairs
    ]


def _periods_read(joined: str) -> bool:
    try:
        return all(first <= last for first, last in _periods(joined))
    except ValueError:
        return False


def _touches(joined: object, first: date, last: date) -> bool:
    return isinstance(joined, str) and any(begin <= last and first <= end for begin, end in _periods(joined))


def _named(joined: object, wanted: set[str]) -> bool:
    return isinstance(joined, str) and bool(wanted & {part.strip() for part in joined.split(";")})


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
