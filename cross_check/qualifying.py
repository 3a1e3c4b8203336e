"""Qualifying: who could be on the positive list, and who on it no longer should, ground by ground. Pure.

A suggestion only. Grounds are data (cross_check/data/qualifying.toml); the bureau decides, with a document.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from cross_check import data
from gis import schema

COUNTED = ("problems", "alarms", "complaints")
"""Facts that are counted within some years."""

TABLE = schema.table(
    {
        "site_id": schema.text(unique=True),
        "listed": schema.flag(),
        "qualifies": schema.flag(),
        "missing": schema.text(nullable=True),
        "advice": schema.text(schema.one_of("list", "remove"), nullable=True),
    }
)
"""A row a site: ``missing`` joins the grounds that do not hold; ``advice`` is missing where nothing is to be done."""

LINES = schema.table(
    {
        "site_id": schema.text(),
        "ground": schema.text(),
        "basic": schema.flag(),
        "holds": schema.flag(),
        "fact": schema.text(),
    }
)
"""A row a site and ground: what was found."""


@dataclass(frozen=True)
class Known:
    """What the registers hold of sites.

    Attributes
    ----------
    sites : DataFrame
        site_id, permit_no, operating, industry_code.
    listed : frozenset of str
        Sites on the positive list today.
    barred : frozenset of str
        Sites under a re-entry bar today.
    assessed : frozenset of str
        Sites with an accepted assessment by a third party.
    happened : DataFrame
        site_id, what (one of ``COUNTED``), day.
    """

    sites: pd.DataFrame
    listed: frozenset[str]
    barred: frozenset[str]
    assessed: frozenset[str]
    happened: pd.DataFrame


@dataclass(frozen=True)
class Qualified:
    """Sites (``TABLE``) and why (``LINES``)."""

    table: pd.DataFrame
    lines: pd.DataFrame


def judge(known: Known, *, on: dt.date, rules: Mapping[str, Any] | None = None) -> Qualified:
    """Return who qualifies on a day, with each ground that holds or not.

    Parameters
    ----------
    known : Known
    on : date
    rules : mapping, optional
        As cross_check/data/qualifying.toml, which is the default.
    """
    rules = data.rules("qualifying") if rules is None else rules
    sites = known.sites.sort_values("site_id", ignore_index=True)
    grounds: Sequence[Mapping[str, Any]] = rules["grounds"]
    facts = {each["name"]: _fact(known, sites, each, on) for each in grounds}
    holds = pd.DataFrame({each["name"]: _holds(facts[each["name"]], each) for each in grounds}, index=sites.index)
    basic = [each["name"] for each in grounds if each["basic"]]
    others = [each["name"] for each in grounds if not each["basic"]]
    fewest = min(int(rules["fewest"]), len(others))
    qualifies = holds[basic].all(axis=1) & (holds[others].sum(axis=1) >= fewest)
    listed = sites["site_id"].isin(known.listed)
    asked = [*basic, *others]
    table = pd.DataFrame(
        {
            "site_id": sites["site_id"],
            "listed": listed,
            "qualifies": qualifies,
            "missing": [";".join(name for name in asked if not row[name]) or None for row in holds.to_dict("records")],
            "advice": pd.Series(None, index=sites.index, dtype=object)
            .mask(qualifies & ~listed, "list")
            .mask(listed & ~qualifies, "remove"),
        }
    )
    lines = [
        pd.DataFrame(
            {
                "site_id": sites["site_id"],
                "ground": each["name"],
                "basic": bool(each["basic"]),
                "holds": holds[each["name"]],
                "fact": facts[each["name"]].astype(str),
            }
        )
        for each in grounds
    ]
    return Qualified(
        schema.demand(table, TABLE, "qualified"), schema.demand(pd.concat(lines, ignore_index=True), LINES, "grounds")
    )


def _fact(known: Known, sites: pd.DataFrame, ground: Mapping[str, Any], on: dt.date) -> pd.Series:
    name, ids = ground["fact"], sites["site_id"]
    if name in COUNTED:
        first = pd.Timestamp(on) - pd.DateOffset(years=int(ground["counted"]))
        told = known.happened[known.happened["what"] == name]
        recent = told[pd.to_datetime(told["day"]) > first]
        return ids.map(recent["site_id"].value_counts()).fillna(0).astype("int64")
    facts = {
        "permit": sites["permit_no"].notna() & (sites["permit_no"] != ""),
        "running": sites["operating"] == "running",
        "barred": ids.isin(known.barred),
        "assessed": ids.isin(known.assessed),
        "industry_code": sites["industry_code"].astype(str),
    }
    return facts[name]


def _holds(fact: pd.Series, ground: Mapping[str, Any]) -> pd.Series:
    if "at_most" in ground:
        return fact <= ground["at_most"]
    if "none_of" in ground:
        return ~fact.isin(ground["none_of"])
    return fact == bool(ground["is"])
