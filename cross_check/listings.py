"""Listings: positive list, items of enforcement, yearly caps, visits, third parties' reports; what runs out when."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from cross_check.ledger.rules import CHECKS
from gis import schema

KINDS = ("positive", "item", "cap", "visit", "survey", "assessment")

POSITIVE = schema.table(
    {
        "site_id": schema.text(unique=True),
        "name": schema.text(nullable=True),
        "grounds": schema.text(),
        "document_no": schema.text(),
        "valid_from": schema.day(),
        "valid_to": schema.day(),
        "published_on": schema.day(nullable=True),
    }
)
"""Firms inspected off-site in principle. The ledger adds removed_on, removal_reason and barred_until."""

ITEMS = schema.table(
    {
        "item_no": schema.text(unique=True),
        "name": schema.text(),
        "basis": schema.text(),
        "level": schema.text(schema.one_of("province", "city", "county"), nullable=True),
        "issued_on": schema.day(nullable=True),
        "valid_to": schema.day(nullable=True),
        "document_no": schema.text(nullable=True),
    }
)
"""The published list of enforcement items; problems and leads point to one."""

CAPS = schema.table(
    {
        "site_id": schema.text(),
        "year": schema.number(2000, 2100),
        "check_kind": schema.text(schema.one_of(*CHECKS, "total")),
        "most": schema.number(0),
        "document_no": schema.text(),
    }
)
"""How many on-site checks a site may have in a year, by kind; ``*`` as site stands for all that have no line."""

VISITS = schema.table(
    {
        "visit_no": schema.text(unique=True),
        "site_id": schema.text(),
        "visited_on": schema.day(),
        "check_kind": schema.text(schema.one_of(*CHECKS)),
        "document_no": schema.text(nullable=True),
    }
)
"""On-site checks made elsewhere, so that the cap counts them."""

REPORTS = schema.table(
    {
        "report_no": schema.text(unique=True),
        "site_id": schema.text(),
        "done_on": schema.day(),
        "organisation": schema.text(),
        "finding": schema.text(),
        "document_no": schema.text(nullable=True),
    }
)
"""Surveys and assessments, which a third party may record itself; they are no on-site checks and no cap counts them."""

FORMS = {"positive": "positive", "item": "items", "cap": "caps", "visit": "visits"}
FORMS |= dict.fromkeys(("survey", "assessment"), "reports")
SCHEMAS = {"positive": POSITIVE, "item": ITEMS, "cap": CAPS, "visit": VISITS, "survey": REPORTS, "assessment": REPORTS}

ALARMS = schema.table(
    {
        "kind": schema.text(),
        "object_id": schema.text(),
        "name": schema.text(nullable=True),
        "code": schema.text(),
        "day": schema.day(),
        "days_left": schema.whole(),
    }
)
"""What runs out or has run out: ``days_left`` is negative for the latter."""

Fields = Mapping[str, Any]


def key_of(kind: str, row: Fields) -> str:
    """Return the id under which the ledger keeps a line."""
    if kind == "cap":
        return f"{row['site_id']}/{int(row['year'])}/{row['check_kind']}"
    return str(row[{"positive": "site_id", "item": "item_no", "visit": "visit_no"}.get(kind, "report_no")])


def listed(entry: Fields, on: dt.date) -> bool:
    """Say whether a line of the positive list holds on a day, both ends included; a removed one does not."""
    removed = entry.get("removed_on")
    if removed and removed <= on.isoformat():
        return False
    return bool(entry["valid_from"] <= on.isoformat() <= entry["valid_to"])


def barred(entry: Fields, valid_from: str) -> bool:
    """Say whether a firm may not come back to the positive list by a day, because it was removed with a bar."""
    return bool(entry.get("barred_until")) and valid_from <= str(entry["barred_until"])


def alarms(lines: Iterable[tuple[str, str, Fields]], *, on: dt.date, within_days: int = 60) -> pd.DataFrame:
    """Return what runs out within some days or has run out (``ALARMS``), the earliest first.

    Parameters
    ----------
    lines : iterable of (kind, id, fields)
        Of the positive list and of items; a removed one raises no alarm but the end of its bar.
    on : date
    within_days : int
    """
    rows = []
    for kind, object_id, entry in lines:
        removed = bool(entry.get("removed_on"))
        days = {"listings.bar_ends": entry.get("barred_until")} if removed else {"listings.ends": entry.get("valid_to")}
        if kind == "positive" and not removed and not entry.get("published_on"):
            days["listings.unpublished"] = entry["valid_from"]
        for code, text in days.items():
            if not text:
                continue
            left = (dt.date.fromisoformat(text) - on).days
            if left <= within_days:
                told = {"kind": kind, "object_id": object_id, "name": entry.get("name"), "code": code}
                rows.append(told | {"day": pd.Timestamp(text), "days_left": left})
    table = pd.DataFrame(rows, columns=list(ALARMS.columns)).sort_values(["day", "object_id"], ignore_index=True)
    return schema.demand(table, ALARMS, "alarms")


def caps_of(caps: Sequence[Fields], sites: Sequence[str], year: int) -> pd.DataFrame:
    """Return the caps of sites in a year, by kind: ``cap_<kind>`` and ``cap_<kind>_document``; index the sites.

    A line of the site goes before the line of all (``*``); missing where neither has a figure.
    """
    told = pd.DataFrame(list(caps), columns=["site_id", "year", "check_kind", "most", "document_no"])
    told = told[told["year"].astype(float) == year]
    table = pd.DataFrame(index=list(sites))
    for kind in (*CHECKS, "total"):
        lines = told[told["check_kind"] == kind].drop_duplicates("site_id", keep="last").set_index("site_id")
        own = table.index.isin(lines.index)
        which = table.index.where(own, "*")
        table[f"cap_{kind}"] = which.map(lines["most"]).astype(float)
        table[f"cap_{kind}_document"] = which.map(lines["document_no"]).astype(object)
    return table


def visits_of(visits: Sequence[Fields], sites: Sequence[str], year: int) -> pd.DataFrame:
    """Return the on-site checks of sites in a year, by kind, and last_visit_on (of any year); index the sites."""
    table = pd.DataFrame(index=list(sites))
    told = pd.DataFrame(list(visits), columns=["site_id", "visited_on", "check_kind"])
    told = told[told["site_id"].isin(table.index)].astype(str)
    this = told[told["visited_on"].str.startswith(str(year))]
    for kind in CHECKS:
        counts = this.loc[this["check_kind"] == kind, "site_id"].value_counts()
        table[f"visits_{kind}"] = table.index.map(counts).fillna(0).astype("int64")
    last = told.groupby("site_id")["visited_on"].max()
    return table.assign(last_visit_on=pd.to_datetime(table.index.map(last)))
