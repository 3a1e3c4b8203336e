"""Year plan audits: whether a year's plan keeps every rule, counted anew from its rows alone."""

from collections import Counter
from dataclasses import dataclass

import numpy as np
import pandas as pd

_ROUNDING = 1e-6
_CAPS = {
    "total": "yearplan_audits.cap",
    "routine": "yearplan_audits.cap_routine",
    "special": "yearplan_audits.cap_special",
}


@dataclass(frozen=True, order=True)
class Violation:
    """A broken rule: catalogue code, city, month (0 where none applies) and site or campaign (or nothing)."""

    code: str
    division_code: str
    month: int = 0
    what: str = ""


@dataclass(frozen=True)
class Rules:
    """What a plan is checked against: the tables it was made from, see ``yearplans``, and its caps.

    ``caps`` are those of single sites (``yearplan_caps.CAPS``), before ``cap`` and the others, which hold for the rest.
    """

    sites: pd.DataFrame
    capacity: pd.DataFrame
    campaigns: pd.DataFrame
    drawn: pd.DataFrame
    caps: pd.DataFrame
    cap: int
    frozen_months: tuple[int, ...]
    cap_routine: int | None = None
    cap_special: int | None = None


def check(plan: pd.DataFrame, rules: Rules) -> list[Violation]:
    """Return every rule that a plan breaks; an empty list is a plan that keeps all.

    Parameters
    ----------
    plan : DataFrame
        See ``yearplans.PLAN``.
    rules : Rules

    Returns
    -------
    list of Violation
        Sorted. Rules: sites of the register, in their own city (``yearplan_audits.stranger``); months from 1 to 12
        (``yearplan_audits.month``), none of the frozen season for a frozen site (``yearplan_audits.frozen``); no firm
        beyond its cap in all (``yearplan_audits.cap``), of routine checks, drawn ones among them
        (``yearplan_audits.cap_routine``), or of special ones (``yearplan_audits.cap_special``), nor twice in a month
        (``yearplan_audits.twice``); no month beyond its officer-days (``yearplan_audits.officers``) or vehicle-days
        (``yearplan_audits.vehicles``); every campaign's site visited for it in its months
        (``yearplan_audits.campaign``), every drawn site in its quarter (``yearplan_audits.drawn``); a site checked
        off-site in principle only for one of these (``yearplan_audits.off_site``).
    """
    return sorted({*_sites(plan, rules), *_caps(plan, rules), *_room(plan, rules), *_must(plan, rules)})


def _sites(plan: pd.DataFrame, rules: Rules) -> list[Violation]:
    found = []
    known = {site.site_id: site for site in rules.sites.itertuples()}
    months = Counter(zip(plan["site_id"], plan["month"], strict=True))
    for visit in plan.itertuples():
        site = known.get(visit.site_id)
        here = (visit.division_code, visit.month, visit.site_id)
        if site is None or site.division_code != visit.division_code:
            found.append(Violation("yearplan_audits.stranger", *here))
            continue
        if not 1 <= visit.month <= 12:  # noqa: PLR2004 - a year
            found.append(Violation("yearplan_audits.month", *here))
        if site.frozen and visit.month in rules.frozen_months:
            found.append(Violation("yearplan_audits.frozen", *here))
        if not site.on_site and visit.kind == "routine":
            found.append(Violation("yearplan_audits.off_site", *here))
        if months[visit.site_id, visit.month] > 1:
            found.append(Violation("yearplan_audits.twice", *here))
    return found


def _caps(plan: pd.DataFrame, rules: Rules) -> list[Violation]:
    own = {(row.site_id, kind): getattr(row, kind) for row in rules.caps.itertuples() for kind in _CAPS}
    general = {"total": rules.cap, "routine": rules.cap_routine, "special": rules.cap_special}
    cities = dict(zip(plan["site_id"], plan["division_code"], strict=True))
    found = []
    for kind, code in _CAPS.items():
        mine = plan if kind == "total" else plan[(plan["kind"] == "special") == (kind == "special")]
        for site, count in Counter(mine["site_id"]).items():
            most = own.get((site, kind))
            most = general[kind] if most is None or pd.isna(most) else most
            if most is not None and count > most:
                found.append(Violation(code, cities[site], 0, site))
    return found


def _room(plan: pd.DataFrame, rules: Rules) -> list[Violation]:
    found = []
    for name, code in (("officer_days", "yearplan_audits.officers"), ("vehicle_days", "yearplan_audits.vehicles")):
        used: Counter[tuple[str, int]] = Counter()
        for city, month, days in zip(plan["division_code"], plan["month"], plan[name], strict=True):
            used[city, int(month)] += days
        there: Counter[tuple[str, int]] = Counter()
        for city, month, days in zip(
            rules.capacity["division_code"], rules.capacity["month"], rules.capacity[name], strict=True
        ):
            there[city, int(month)] += days
        found += [
            Violation(code, city, month)
            for (city, month), days in used.items()
            if days > there[city, month] + _ROUNDING
        ]
    return found


def _must(plan: pd.DataFrame, rules: Rules) -> list[Violation]:
    found = []
    city_of = dict(zip(rules.sites["site_id"], rules.sites["division_code"], strict=True))
    special = {
        (visit.site_id, visit.campaign_id): visit.month for visit in plan.itertuples() if visit.kind == "special"
    }
    for order in rules.campaigns.itertuples():
        allowed = {int(month) for month in order.months.split(";")}
        if special.get((order.site_id, order.campaign_id)) not in allowed:
            city = city_of.get(order.site_id, "")
            found.append(Violation("yearplan_audits.campaign", city, 0, f"{order.campaign_id} {order.site_id}"))
    drawn = plan[plan["kind"] == "drawn"]
    quarters = set(zip(drawn["site_id"], np.ceil(drawn["month"] / 3).astype(int), strict=True))
    return found + [
        Violation("yearplan_audits.drawn", city_of.get(order.site_id, ""), 0, order.site_id)
        for order in rules.drawn.itertuples()
        if (order.site_id, int(order.quarter)) not in quarters
    ]
