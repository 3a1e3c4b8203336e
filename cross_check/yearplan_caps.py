"""Year plan caps: how often a firm may be visited in a year, by kind of check and in all, and what of that is left."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from gis import schema
from gis.errors import WorkbenchError

if TYPE_CHECKING:
    from cross_check.yearplans import Params

KINDS = ("routine", "special", "total")
SORT_OF = {"routine": "routine", "drawn": "routine", "special": "special"}
"""Kind of check that a planned visit is: a firm that was drawn gets a routine check, a campaign's a special one."""

CAPS = schema.table(
    {
        "site_id": schema.text(unique=True),
        "routine": schema.number(nullable=True),
        "special": schema.number(nullable=True),
        "total": schema.number(nullable=True),
        "document_no": schema.text(nullable=True),
    }
)
"""Visits that may still be planned for a site, and by which document; missing where the plan's own caps hold.

Below 0 where more visits have been made than the cap allows: none may be planned then.
"""


class Cap(NamedTuple):
    """Visits that may be planned for a site, infinite where no cap holds."""

    routine: float
    special: float
    total: float


def of(sites: pd.DataFrame, caps: pd.DataFrame, params: "Params") -> dict[str, Cap]:
    """Return the caps of each site.

    Parameters
    ----------
    sites : DataFrame
        site_id.
    caps : DataFrame
        See ``CAPS``; of some of the sites, or none.
    params : yearplans.Params
        The caps of sites without a line, and of kinds without a figure.
    """
    own = caps.set_index("site_id").reindex(sites["site_id"])
    given = Cap(*(np.inf if most is None else most for most in (params.cap_routine, params.cap_special, params.cap)))
    columns = [own[kind].astype(float).fillna(most).clip(lower=0) for kind, most in zip(KINDS, given, strict=True)]
    return {site: Cap(*row) for site, row in zip(own.index, zip(*columns, strict=True), strict=True)}


def left(caps: pd.DataFrame, made: pd.DataFrame, over: pd.DataFrame, *, case_outside: bool) -> pd.DataFrame:
    """Return what is left of the caps of the register after the visits that no plan foresaw (``CAPS``).

    Parameters
    ----------
    caps : DataFrame
        cap_routine, cap_special, cap_total and the document of each, index site_id; see ``listings.caps_of``.
    made : DataFrame
        visits_routine, visits_special and visits_case made this year; same index, see ``listings.visits_of``.
    over : DataFrame
        The plan's visits whose months are over: site_id and kind. These are counted as planned ones.
    case_outside : bool
        Whether checks of single cases stand outside the cap; else they count in the total.

    Returns
    -------
    DataFrame
        Of the sites that have a cap.
    """
    sorts = over["kind"].map(SORT_OF)
    beyond = pd.DataFrame(index=caps.index)
    for kind in ("routine", "special"):
        foreseen = caps.index.map(over.loc[sorts == kind, "site_id"].value_counts()).fillna(0)
        beyond[kind] = (made[f"visits_{kind}"] - np.asarray(foreseen)).clip(lower=0)
    beyond["total"] = beyond.sum(axis=1) + (0 if case_outside else made["visits_case"])
    table = pd.DataFrame({kind: caps[f"cap_{kind}"] - beyond[kind] for kind in KINDS})
    papers = caps[[f"cap_{kind}_document" for kind in KINDS]]
    told = ["; ".join(sorted({str(each) for each in row if pd.notna(each)})) or None for row in papers.to_numpy()]
    table = table.assign(document_no=pd.Series(told, index=table.index, dtype="str"))
    table = table[table[list(KINDS)].notna().any(axis=1)].rename_axis("site_id").reset_index()
    return schema.demand(table, CAPS, "caps")


def demand(must: pd.DataFrame, past: pd.DataFrame, allowed: Mapping[str, Cap]) -> None:
    """Refuse mandatory visits beyond the caps.

    Parameters
    ----------
    must, past : DataFrame
        Mandatory visits to come, visits that are over: site_id and kind.
    allowed : mapping of str to Cap
        See ``of``.

    Raises
    ------
    WorkbenchError
        ``yearplans.over_cap``, naming firms with visits asked for and cap.
    """
    asked: Counter[tuple[str, str]] = Counter()
    named = set(must["site_id"])
    for visits in (must, past[past["site_id"].isin(named)]):
        for site, kind in zip(visits["site_id"], visits["kind"], strict=True):
            asked[site, SORT_OF[kind]] += 1
            asked[site, "total"] += 1
    over = {
        (site, kind): f"{site} ({count} > {most:.0f})"
        for (site, kind), count in sorted(asked.items())
        if count > (most := float(getattr(allowed[site], kind)))
    }
    if over:
        raise WorkbenchError(
            "yearplans.over_cap",
            "{count} firms must be visited more often than their cap allows: {sites}",
            count=len({site for site, _ in over}),
            sites=", ".join(dict.fromkeys(list(over.values())[:5])),
        )


def routine_left(kinds: Iterable[str], cap: Cap) -> int:
    """Return how many routine visits a site may have beside planned ones of some kinds."""
    planned = list(kinds)
    routine = sum(SORT_OF[kind] == "routine" for kind in planned)
    return int(min(max(0, min(cap.total - len(planned), cap.routine - routine)), 12))
