"""Partners: a second department that draws along, its list of units matched with our register, and its officers.

Another department knows firms by their credit code, seldom by a permit number: either is taken. Rows that are not in
our register are told, not lost: they cannot be drawn here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from cross_check import forms
from cross_check import officers as staff
from gis import entries, schema
from gis.errors import TableFaults

UNITS = schema.table(
    {
        "unit_id": schema.text(nullable=True),
        "credit_code": schema.text(nullable=True),
        "name": schema.text(nullable=True),
    }
)
"""Rows of the other department's list."""

OFFICERS = schema.table(
    {
        **{name: staff.SCHEMA.columns[name] for name in staff.SCHEMA.columns if name != "expertise"},
        **{name: staff.PARTICULARS.columns[name] for name in ("former_employers", "leave")},
    }
)
"""As our own (``cross_check.officers``), without expertise: kinds of expertise are ours, not theirs."""


@dataclass(frozen=True)
class Matched:
    """Units of ours that are on the other list, and the rows of that list that are no unit of ours.

    Attributes
    ----------
    unit_ids : frozenset of str
    unmatched : DataFrame
        See ``UNITS``; index as the file's rows.
    """

    unit_ids: frozenset[str]
    unmatched: pd.DataFrame


@dataclass(frozen=True)
class Partner:
    """A second department that draws along.

    Attributes
    ----------
    name : str
    unit_ids : frozenset of str
        Units of ours that are on its list too; all others are left out of the draw with that reason.
    officers : DataFrame
        See ``OFFICERS``.
    unmatched : int
        Rows of its list that are no unit of ours.
    sources : mapping
        SHA-256 of the files it sent, by name.
    """

    name: str
    unit_ids: frozenset[str]
    officers: pd.DataFrame
    unmatched: int = 0
    sources: Mapping[str, str] = field(default_factory=dict)


def units(rows: pd.DataFrame, register: pd.DataFrame, source: str) -> Matched:
    """Match the other department's list with our register, by unit id, else by credit code.

    Parameters
    ----------
    rows : DataFrame of str
        Raw, with the sender's headings; see ``partner_units`` of cross_check/data/forms.toml.
    register : DataFrame
        With ``site_id`` and ``credit_code``. All sites of a firm are on the list if its credit code is.
    source : str
        What the user calls the file.

    Raises
    ------
    TableFaults
        ``draws.no_key`` for every row that has neither.
    """
    table = forms.demand(rows, "partner_units", UNITS, source)
    table.index = rows.index
    bare = table["unit_id"].isna() & table["credit_code"].isna()
    if bare.any():
        raise TableFaults(source, entries.faults_where(bare, "credit_code", "draws.no_key", table["name"].fillna("")))
    by_id = table["unit_id"].isin(register["site_id"])
    codes = table["credit_code"].str.upper()
    by_code = ~by_id & codes.isin(register["credit_code"].dropna())
    found = set(table.loc[by_id, "unit_id"])
    found |= set(register.loc[register["credit_code"].isin(codes[by_code]), "site_id"])
    return Matched(frozenset(found), table[~by_id & ~by_code])


def officers(rows: pd.DataFrame, source: str) -> pd.DataFrame:
    """Return the other department's officers (``OFFICERS``) from rows of a file.

    Raises
    ------
    TableFaults
        With every fault by the row the user sees.
    """
    return forms.demand(rows, "partner_officers", OFFICERS, source)
