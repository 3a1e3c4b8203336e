"""The lists of a draw: which stratum each site is in, with what weight, and what keeps it out this time.

Sites kept out stay on the list with their reason: whoever reads the record sees everybody.
"""

from dataclasses import dataclass

import geopandas as gpd
import pandas as pd

from cross_check import draws, scoring
from gis import schema

RUNNING = "running"

BARRED = schema.table({"unit_id": schema.text(), "excluded": schema.text(), "excluded_why": schema.text(nullable=True)})
"""Units that other lists keep out: yearly cap reached, inspected a short while ago, positive list; ``excluded`` is a
code, ``excluded_why`` tells facts and document."""

_NEEDS = {"water": "water", "air": "air", "soil": "waste", "groundwater": "water"}


@dataclass(frozen=True)
class Sources:
    """What the lists are made of.

    Attributes
    ----------
    enterprises : GeoDataFrame
        The register with particulars, see ``gis.history.STATE``.
    scores : DataFrame
        See ``scoring.SCORES``; the risk is the weight.
    barred : DataFrame
        See ``BARRED``, as ``barring.barred`` makes it; the first row of a unit counts.
    """

    enterprises: gpd.GeoDataFrame
    scores: pd.DataFrame
    barred: pd.DataFrame


def candidates(sources: Sources) -> pd.DataFrame:
    """Return all sites as candidates (``draws.CANDIDATES``), by id.

    Strata are two fields made one: ``special`` for special objects, else ``key`` or ``ordinary`` by the supervision
    that the register tells, without it by the permit category.

    Raises
    ------
    TableFaults
        If a table is not of its schema.
    """
    sites = pd.DataFrame(sources.enterprises).drop(columns="geometry").sort_values("site_id", ignore_index=True)
    scores = schema.demand(sources.scores, scoring.SCORES, "scores").set_index("site_id")["risk"]
    risk = sites["site_id"].map(scores).fillna(1).astype(int)
    table = pd.DataFrame(
        {
            "unit_id": sites["site_id"],
            "name": sites["name"],
            "credit_code": sites["credit_code"],
            "stratum": _strata(sites),
            "weight": risk.clip(lower=1),
            "why": "risk " + risk.astype(str),
            "pool": sites["division_code"],
            "needs": sites["key_lists"].map(_needs_of),
        }
    )
    reasons = _reasons(sites, schema.demand(sources.barred, BARRED, "barred"))
    return schema.demand(table.join(reasons), draws.CANDIDATES, "candidates")


def _strata(sites: pd.DataFrame) -> pd.Series:
    told = sites["supervision"] if "supervision" in sites else pd.Series(None, index=sites.index, dtype=object)
    by_permit = sites["permit_category"].map(lambda category: "key" if category == "key" else "ordinary")
    strata = told.where(told.notna(), by_permit)
    return strata.mask(sites["special_object"] == "yes", "special") if "special_object" in sites else strata


def _needs_of(lists: object) -> str | None:
    kinds = {_NEEDS[each] for each in str(lists or "").split(";") if each in _NEEDS}
    return ";".join(sorted(kinds)) or None


def _reasons(sites: pd.DataFrame, barred: pd.DataFrame) -> pd.DataFrame:
    """Return excluded and excluded_why of each site; a stopped site is out for that before anything else."""
    first = barred.drop_duplicates("unit_id").set_index("unit_id")
    code = sites["site_id"].map(first["excluded"]).astype(object)
    why = sites["site_id"].map(first["excluded_why"]).astype(object)
    stopped = sites["operating"] != RUNNING
    return pd.DataFrame(
        {
            "excluded": code.mask(stopped, "draws.stopped"),
            "excluded_why": why.mask(stopped, sites["operating"]),
        }
    )
