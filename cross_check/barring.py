"""Barring: which sites a draw or a plan leaves out this time, and by which rule and document. Pure.

A site whose yearly cap is used up, that was visited a short while ago, or that is on the positive list without a
trigger. Which of these rules a draw heeds is data (``draws.bars`` of cross_check/data/triage.toml).
"""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import pandas as pd

from cross_check import data, listings
from cross_check.draw_lists import BARRED
from cross_check.ledger.rules import CHECKS
from gis import schema
from gis.crs import metric_for

Lines = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Standing:
    """What the registers of the ledger hold.

    Attributes
    ----------
    caps, visits : sequence of mapping
        See ``listings.CAPS``; visits have site_id, visited_on and check_kind.
    positive : mapping of str to mapping
        Lines of the positive list by site.
    benign : GeoDataFrame
        See ``learning.BENIGN``.
    triggered : frozenset of str
        Sites for which a trigger is on record: the positive list does not keep them out.
    """

    caps: Lines
    visits: Lines
    positive: Mapping[str, Mapping[str, Any]]
    benign: gpd.GeoDataFrame
    triggered: frozenset[str] = frozenset()


def barred(
    sites: gpd.GeoDataFrame,
    standing: Standing,
    *,
    on: dt.date,
    check_kind: str = "routine",
    rules: Mapping[str, Any] | None = None,
) -> pd.DataFrame:
    """Return the sites that are left out, with the first rule that keeps each out (``draw_lists.BARRED``).

    Parameters
    ----------
    sites : GeoDataFrame
        The register: site_id, positive_list and the place; the flag counts where the ledger has no line of a site.
    standing : Standing
    on : date
        Day of the visit at the earliest: caps are those of its year.
    check_kind : str
        Kind of check that the visit would be, one of ``CHECKS``.
    rules : mapping, optional
        As cross_check/data/triage.toml, which is the default; ``draws.bars`` names the rules in their order.

    Returns
    -------
    DataFrame
        A row a barred site, in the order of the register. ``excluded`` is the catalogue code of the rule,
        ``excluded_why`` its facts and document.

    Raises
    ------
    ValueError
        If the kind of check is none.
    """
    if check_kind not in CHECKS:
        raise ValueError(f"{check_kind} is no kind of check")
    case = _Case(sites, standing, on, check_kind, data.rules("triage") if rules is None else rules)
    found = pd.Series(pd.NA, index=pd.Index(sites["site_id"], name="unit_id"), dtype=object)
    code = found.copy()
    for name in case.rules["draws"]["bars"]:
        why = _RULES[name](case).where(found.isna()).dropna()
        found.loc[why.index], code.loc[why.index] = why, f"barring.{name}"
    table = pd.DataFrame({"excluded": code, "excluded_why": found}).dropna(subset=["excluded"]).reset_index()
    return schema.demand(table.astype(str), BARRED, "barred")


def positive(
    sites: pd.DataFrame, lines: Mapping[str, Mapping[str, Any]], on: dt.date, fallback: str = ""
) -> pd.DataFrame:
    """Return positive_list and positive_document of each site on a day, index as of ``sites``.

    Parameters
    ----------
    sites : DataFrame
        site_id and the register's flag positive_list, which counts where there is no line.
    lines : mapping of str to mapping
        Of the ledger's positive list, by site.
    on : date
    fallback : str
        Document of sites that only the flag names.
    """
    held, documents = [], []
    for site, flag in zip(sites["site_id"], sites["positive_list"], strict=True):
        line = lines.get(site)
        held.append(listings.listed(line, on) if line else bool(flag))
        documents.append(str(line["document_no"]) if line else fallback or None)
    return pd.DataFrame({"positive_list": held, "positive_document": documents}, index=sites.index)


@dataclass(frozen=True)
class _Case:
    sites: gpd.GeoDataFrame
    standing: Standing
    on: dt.date
    check_kind: str
    rules: Mapping[str, Any]

    @property
    def ids(self) -> list[str]:
        return list(self.sites["site_id"])

    def document(self, name: str) -> str:
        rule = self.rules["rules"][name]
        return " ".join(filter(None, [rule["document"], rule["article"]]))


def _cap(case: _Case) -> "pd.Series[str]":
    rule, year = case.rules["rules"]["cap"], case.on.year
    caps = listings.caps_of(case.standing.caps, case.ids, year)
    visits = listings.visits_of(case.standing.visits, case.ids, year)
    outside = bool(rule["case_outside"])
    counted = [f"visits_{kind}" for kind in CHECKS if not (kind == "case" and outside)]
    made = {case.check_kind: visits[f"visits_{case.check_kind}"], "total": visits[counted].sum(axis=1)}
    why = pd.Series(pd.NA, index=caps.index, dtype=object)
    if case.check_kind == "case" and outside:
        return why
    for kind, number in made.items():
        most = caps[f"cap_{kind}"].astype(float).fillna(rule[kind] or float("inf"))
        documents = caps[f"cap_{kind}_document"].fillna(case.document("cap"))
        full = (number >= most) & why.isna()
        told = number.astype(str) + "/" + most.map(lambda value: f"{value:.0f}") + " " + documents
        why = why.mask(full, told)
    return why


def _recent(case: _Case) -> "pd.Series[str]":
    days = int(case.rules["rules"]["recent"]["days"])
    last = listings.visits_of(case.standing.visits, case.ids, case.on.year)["last_visit_on"]
    since = (pd.Timestamp(case.on) - last).dt.days
    day = "%Y-%m-%d"
    until = (last + pd.Timedelta(days=days)).dt.strftime(day)
    told = last.dt.strftime(day) + " \u2192 " + until + " " + case.document("recent")
    return told.where(since < days).astype(object)


def _positive(case: _Case) -> "pd.Series[str]":
    told = positive(case.sites, case.standing.positive, case.on, case.document("positive"))
    keeps = told["positive_list"] & ~case.sites["site_id"].isin(case.standing.triggered)
    return told["positive_document"].where(keeps).set_axis(case.ids).astype(object)


def _benign(case: _Case) -> "pd.Series[str]":
    why = pd.Series(pd.NA, index=case.ids, dtype=object)
    holds = case.standing.benign[case.standing.benign["until"] >= pd.Timestamp(case.on)]
    if holds.empty or case.sites.empty:
        return why
    metric = metric_for(holds)
    places = holds.to_crs(metric)
    circles = places.set_geometry(places.buffer(places["reach_m"]))
    near = case.sites[["site_id", "geometry"]].to_crs(metric).sjoin(circles[["reason", "until", "geometry"]])
    first = near.drop_duplicates("site_id").set_index("site_id")
    told = first["reason"] + " (" + first["until"].dt.strftime("%Y-%m-%d") + ") " + case.document("benign")
    why.loc[first.index] = told
    return why


_RULES: Mapping[str, Callable[[_Case], "pd.Series[str]"]] = {
    "cap": _cap,
    "recent": _recent,
    "positive": _positive,
    "benign": _benign,
}
