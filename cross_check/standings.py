"""Standings: the leads of a detection as the ledger has them, so that what people decided counts everywhere. Pure."""

import geopandas as gpd
import pandas as pd

from cross_check.ledger.rules import CLOSED


def of(found: gpd.GeoDataFrame, told: pd.DataFrame, closed: frozenset[str] = frozenset()) -> gpd.GeoDataFrame:
    """Return leads of a detection with the state and the human class of the ledger.

    Parameters
    ----------
    found : GeoDataFrame
        See ``leads.SCHEMA``.
    told : DataFrame
        ``casebook.table`` with the merged ones: lead_id, state, human_class, merged_into.
    closed : frozenset of str
        Leads whose problem is closed: they stand as ``closed``.

    Returns
    -------
    GeoDataFrame
        The rows of ``found`` in their order, the machine's class as it was. A lead that the ledger does not hold stays
        as it is. One that went into another stands as that other does, and is left out where the other is in the table.
    """
    if found.empty or told.empty:
        return found
    known = told.drop_duplicates("lead_id").set_index("lead_id")
    into = known["merged_into"].dropna().to_dict()
    keepers = found["lead_id"].map(lambda name: _keeper(str(name), into))
    there = keepers.isin(known.index)
    states = known["state"].mask(known.index.isin(closed), CLOSED)
    stands = found.assign(
        state=keepers.map(states).where(there, found["state"]).astype("str"),
        human_class=keepers.map(known["human_class"]).where(there, found["human_class"]).astype("str"),
    )
    gone = (keepers != found["lead_id"]) & keepers.isin(found["lead_id"])
    return stands[~gone].reset_index(drop=True)


def _keeper(name: str, into: dict[str, str]) -> str:
    """Return the lead that a lead went into at last; the ledger lets no lead go in a ring."""
    while name in into:
        name = into[name]
    return name
