"""Year plan slots: the visits that each site should get, when each may be, and what it is worth."""

import math
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from cross_check import yearplan_caps
from cross_check.yearplan_caps import Cap
from gis.errors import WorkbenchError

if TYPE_CHECKING:
    from cross_check.yearplans import Params, Wishes

MONTHS = 12
_HEAVY_FROM = 4
_STAYS = 0.05
"""Share of its worth that a visit gains by staying in the month announced before."""

Months = tuple[int, ...]


@dataclass(frozen=True)
class _Wish:
    kind: str
    campaign_id: str | None


_ROUTINE = _Wish("routine", None)


def of(wishes: "Wishes", params: "Params") -> pd.DataFrame:
    """Return one row a visit wished.

    Parameters
    ----------
    wishes : Wishes
        Checked by their schemas.
    params : Params

    Returns
    -------
    DataFrame
        site_id, name, division_code, risk, kind, campaign_id, months (tuple of those allowed), must, worth, stays
        (month announced before, 0 for none), officer_days, vehicle_days; by site.

    Raises
    ------
    WorkbenchError
        ``yearplans.over_cap`` or ``yearplans.no_month``, see ``yearplans.build``.
    """
    past, to_come = _announced(wishes)
    must = _open_orders(_mandatory(wishes), past)
    caps = yearplan_caps.of(wishes.sites, wishes.caps, params)
    yearplan_caps.demand(must, past, caps)
    named, over = dict(iter(must.groupby("site_id"))), dict(iter(past.groupby("site_id")))
    rows: list[dict[str, object]] = []
    for site in wishes.sites.itertuples():
        orders, done = named.get(site.site_id), over.get(site.site_id)
        wanted = _wanted(site, caps[site.site_id], params)
        if orders is not None or done is not None or wanted:
            fixed = [] if done is None else list(done.itertuples())
            mandatory = [] if orders is None else list(orders.itertuples())
            rows += _site_rows(site, (wanted, caps[site.site_id]), fixed, mandatory, params)
    columns = ["site_id", "name", "division_code", "risk", "kind", "campaign_id", "months", "must", "worth", "over"]
    slots = pd.DataFrame(rows, columns=columns)
    heavy = np.where(slots["risk"].astype(float) >= _HEAVY_FROM, params.heavier, 1.0)
    slots = slots.assign(officer_days=params.officer_days * heavy, vehicle_days=params.vehicle_days * heavy)
    return _with_stays(slots, to_come, wishes.from_month)


def _wanted(site: Any, cap: Cap, params: "Params") -> int:  # noqa: ANN401 - a row of the sites
    return int(min(due(site.site_id, site.visits_per_year, params.year), cap.total)) if site.on_site else 0


def due(site_id: str, visits_per_year: float, year: int) -> int:
    """Return how often a site is due in a year: a third is once in three years, in a year that its id decides.

    The phase is the id's SHA-256 over 2**256, so that a city's sites spread evenly over the years.
    """
    phase = int.from_bytes(sha256(site_id.encode()).digest()[:8], "big") / 2**64
    return math.floor(year * visits_per_year + phase) - math.floor((year - 1) * visits_per_year + phase)


def _mandatory(wishes: "Wishes") -> pd.DataFrame:
    campaigns = wishes.campaigns.assign(
        months=[tuple(sorted({int(month) for month in text.split(";")})) for text in wishes.campaigns["months"]],
        kind="special",
    )
    drawn = wishes.drawn.assign(
        months=[tuple(range(3 * quarter - 2, 3 * quarter + 1)) for quarter in wishes.drawn["quarter"].astype(int)],
        kind="drawn",
        campaign_id=None,
    )
    columns = ["site_id", "campaign_id", "months", "kind"]
    parts = [part[columns] for part in (campaigns, drawn) if len(part)]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)


def _announced(wishes: "Wishes") -> tuple[pd.DataFrame, dict[str, list[int]]]:
    """Return the visits of the plan so far that are over, and the months of those to come by site."""
    if wishes.kept is None:
        return pd.DataFrame(columns=["site_id", "month", "kind", "campaign_id"]), {}
    ordered = wishes.kept.sort_values(["site_id", "month"])
    over = ordered["month"] < wishes.from_month
    return ordered[over], {site: list(rows["month"]) for site, rows in ordered[~over].groupby("site_id")}


def _open_orders(must: pd.DataFrame, past: pd.DataFrame) -> pd.DataFrame:
    """Return the mandatory visits that no visit so far has answered."""
    special = set(zip(past["site_id"], past["campaign_id"], strict=True))
    drawn = set(zip(past["site_id"], past["month"], past["kind"] == "drawn", strict=True))
    answered = [
        (order.site_id, order.campaign_id) in special
        if order.kind == "special"
        else any((order.site_id, month, True) in drawn for month in order.months)
        for order in must.itertuples()
    ]
    return must[~np.array(answered, dtype=bool)]


def _site_rows(
    site: Any,  # noqa: ANN401 - a row of the sites
    wish: tuple[int, Cap],
    past: list[Any],
    must: list[Any],
    params: "Params",
) -> list[dict[str, object]]:
    """Return a site's visits: those that are over, and each mandatory one, take the place of the wished one nearest."""
    wanted, cap = wish
    closed = params.frozen_months if site.frozen else ()
    windows = [_window(number, wanted) for number in range(wanted)]
    rows: list[dict[str, object]] = []
    for visit in past:
        _drop_nearest(windows, (visit.month,))
        rows.append(_row(site, visit, (visit.month,), len(rows), params) | {"must": True, "over": True})
    for order in must:
        months = tuple(month for month in order.months if month not in closed)
        if not months:
            raise WorkbenchError(
                "yearplans.no_month",
                "{site} must be visited in months {months}, all of them in its frozen season",
                site=site.site_id,
                months=";".join(map(str, order.months)),
            )
        _drop_nearest(windows, months)
        rows.append(_row(site, order, months, len(rows), params) | {"must": True})
    for window in windows[: yearplan_caps.routine_left((str(row["kind"]) for row in rows), cap)]:
        months = tuple(month for month in window if month not in closed)
        rows.append(_row(site, _ROUTINE, months, len(rows), params))
    return rows


def _drop_nearest(windows: list[Months], months: Months) -> None:
    """Take out the window that shares most months with a visit, or lies nearest to it."""
    if windows:
        windows.remove(max(windows, key=lambda each: (len(set(each) & set(months)), -abs(each[0] - months[0]))))


def _row(
    site: Any,  # noqa: ANN401 - a row of the sites
    visit: Any,  # noqa: ANN401 - anything with kind and campaign
    months: Months,
    number: int,
    params: "Params",
) -> dict[str, object]:
    facts = {name: getattr(site, name) for name in ("site_id", "name", "division_code", "risk")}
    worth = float(site.risk) * params.fading**number
    told = {"kind": visit.kind, "campaign_id": visit.campaign_id, "months": months, "worth": worth}
    return facts | told | {"must": False, "over": False}


def _window(number: int, count: int) -> Months:
    """Return the months of one of several visits that share the year evenly."""
    first, last = MONTHS * number // count, MONTHS * (number + 1) // count
    return tuple(range(first + 1, max(last, first + 1) + 1))


def _with_stays(slots: pd.DataFrame, announced: dict[str, list[int]], first: int) -> pd.DataFrame:
    """Return the slots with the month each was announced for; what is not over may only come from now on."""
    months, stays = [], []
    left = {site: list(each) for site, each in announced.items()}
    for slot in slots.itertuples():
        allowed = slot.months if slot.over else tuple(month for month in slot.months if month >= first)
        before = next((month for month in left.get(slot.site_id, ()) if month in allowed), 0)
        if before:
            left[slot.site_id].remove(before)
        months.append(allowed)
        stays.append(before)
    return slots.assign(months=months, stays=stays)


def gains(slots: pd.DataFrame) -> list[np.ndarray]:
    """Return for each slot what each of its months gains: its worth, a little less later, more where it was before."""
    found = []
    for months, worth, stays in zip(slots["months"], slots["worth"], slots["stays"], strict=True):
        when = np.array(months, dtype=np.float64)
        found.append(worth * (1.0 - 1e-4 * when + _STAYS * (when == stays)))
    return found
