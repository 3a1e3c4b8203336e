"""Year plans: which site is visited in which month, under what officers and vehicles can do."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from cross_check import yearplan_caps, yearplan_months, yearplan_slots
from cross_check.travel import Floats
from gis import schema
from gis.errors import WorkbenchError
from gis.progress import Progress, silent

KINDS = ("routine", "special", "drawn")
MONTHS = 12

SITES = schema.table(
    {
        "site_id": schema.text(unique=True),
        "name": schema.text(),
        "division_code": schema.text(),
        "risk": schema.number(0),
        "visits_per_year": schema.number(0),
        "frozen": schema.flag(),
        "on_site": schema.flag(),
    }
)
"""``visits_per_year`` is the wish, a third meaning one in three years. ``frozen`` sites are not visited in the frozen
season; where ``on_site`` is False (the positive list) a site is visited only if a campaign names it or it is drawn."""

CAPACITY = schema.table(
    {
        "division_code": schema.text(),
        "month": schema.whole(),
        "officer_days": schema.number(0),
        "vehicle_days": schema.number(0),
    }
)
"""What a city's officers and vehicles can give to planned visits in a month."""

CAMPAIGNS = schema.table({"campaign_id": schema.text(), "months": schema.text(), "site_id": schema.text()})
"""One row a site that a campaign must visit once in its months, joined with ``;``."""

DRAWN = schema.table({"site_id": schema.text(), "quarter": schema.whole()})
"""Sites that a draw has chosen, to be visited in the quarter (1 to 4)."""

UPPER = schema.table({"site_id": schema.text(), "quarter": schema.whole(), "level": schema.text()})
"""Visits that another level has planned: who, where, in which quarter."""

PLAN = schema.table(
    {
        "site_id": schema.text(),
        "name": schema.text(),
        "division_code": schema.text(),
        "month": schema.whole(),
        "kind": schema.text(schema.one_of(*KINDS)),
        "campaign_id": schema.text(nullable=True),
        "joint_with": schema.text(nullable=True),
        "risk": schema.number(0),
        "worth": schema.number(0),
        "officer_days": schema.number(0),
        "vehicle_days": schema.number(0),
    }
)
"""One row a visit. ``joint_with`` proposes one joint check with the level that plans the same firm in the quarter;
``worth`` is the risk that the visit covers."""

LEFT = schema.table(
    {
        "site_id": schema.text(),
        "name": schema.text(),
        "division_code": schema.text(),
        "risk": schema.number(0),
        "worth": schema.number(0),
        "reason": schema.text(),
    }
)
"""Visits wished and not planned, with a catalogue code."""


@dataclass(frozen=True)
class Params:
    """How a year is planned.

    Parameters
    ----------
    year : int
    cap : int
        Planned visits a firm and year at most, of all kinds together, where it has no cap of its own.
    cap_routine, cap_special : int, optional
        Of these, routine checks at most (those of a draw among them) and special ones (those of campaigns).
    officer_days, vehicle_days : float
        What one visit takes, travel included: two officers for half a day and a car for half a day.
    heavier : float
        Times as much for a site of risk 4 or 5.
    fading : float
        A site's second visit of the year covers this share of what the first one does, the third this share of it.
    frozen_months : tuple of int
    """

    year: int
    cap: int = 4
    cap_routine: int | None = None
    cap_special: int | None = None
    officer_days: float = 1.0
    vehicle_days: float = 0.5
    heavier: float = 1.5
    fading: float = 0.6
    frozen_months: tuple[int, ...] = (1, 2, 12)

    def __post_init__(self) -> None:
        """Refuse figures that make no plan."""
        if self.cap < 1 or min(self.officer_days, self.vehicle_days) <= 0 or self.heavier < 1:
            raise ValueError("cap is at least 1, days positive, heavier at least 1")
        if min(self.cap_routine or 0, self.cap_special or 0) < 0:
            raise ValueError("a cap is not negative")
        if not 0 < self.fading <= 1 or not set(self.frozen_months) <= set(range(1, MONTHS + 1)):
            raise ValueError("fading lies in (0, 1] and months in 1 to 12")


@dataclass(frozen=True)
class Wishes:
    """What a year's plan starts from; see ``SITES``, ``CAPACITY``, ``CAMPAIGNS``, ``DRAWN`` and ``UPPER``.

    ``caps`` are those that single sites have (``yearplan_caps.CAPS``).
    ``kept`` is a plan (``PLAN``) whose visits before ``from_month`` are done and stay; later ones stay where they can.
    """

    sites: pd.DataFrame
    capacity: pd.DataFrame
    campaigns: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(CAMPAIGNS.columns)))
    drawn: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(DRAWN.columns)))
    upper: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(UPPER.columns)))
    caps: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(yearplan_caps.CAPS.columns)))
    kept: pd.DataFrame | None = None
    from_month: int = 1


@dataclass(frozen=True)
class YearPlan:
    """A year: see ``PLAN`` and ``LEFT``.

    ``bound`` is what no plan can exceed (the relaxation's optimum), in the units of ``worth``.
    """

    visits: pd.DataFrame
    left: pd.DataFrame
    bound: float

    @property
    def covered(self) -> float:
        """Risk that the planned visits cover."""
        return float(self.visits["worth"].sum())


def build(wishes: Wishes, params: Params, *, progress: Progress = silent) -> YearPlan:
    """Plan a year, city by city.

    Mandatory visits (campaigns and draws) are all placed; what is left of officers and vehicles goes to the visits
    that cover the most risk.

    Parameters
    ----------
    wishes : Wishes
        The order of rows does not matter.
    params : Params
    progress : Progress
        Told each city with ``yearplans.city``.

    Returns
    -------
    YearPlan
        The same input gives the same plan.

    Raises
    ------
    TableFaults
        If a table is not of its schema.
    WorkbenchError
        ``yearplans.unknown_sites`` if a campaign, draw or level names a site that is not there; ``yearplans.over_cap``
        if a firm must be visited more often than its cap; ``yearplans.no_month`` or ``yearplans.past`` if a mandatory
        visit has no month left, ``yearplans.crowded`` if a firm has more of them than months; ``yearplans.clash`` if a
        city cannot make its mandatory visits, saying what would help; ``yearplans.no_answer`` if that was not found.
    """
    return _planned(wishes, params, yearplan_months.best, progress)


def greedy(wishes: Wishes, params: Params, *, progress: Progress = silent) -> YearPlan:
    """Plan a year by hand's rule: the riskiest site first, in the first month that has room; for comparison.

    Raises
    ------
    TableFaults
        See ``build``.
    WorkbenchError
        See ``build``.
    """
    return _planned(wishes, params, yearplan_months.by_hand, progress)


def _planned(wishes: Wishes, params: Params, place: yearplan_months.Placing, progress: Progress) -> YearPlan:
    wishes = _checked(wishes)
    slots = yearplan_slots.of(wishes, params)
    cities = sorted(slots["division_code"].unique())
    months, bound = np.zeros(len(slots), np.int64), 0.0
    for done, city in enumerate(cities):
        progress(done, len(cities), "yearplans.city")
        rows = np.flatnonzero((slots["division_code"] == city).to_numpy())
        room = _room(wishes.capacity, city)
        found, best = place(slots.iloc[rows].reset_index(drop=True), room, city)
        months[rows] = found
        bound += best
    progress(len(cities), len(cities), "yearplans.city")
    slots = slots.assign(month=months)
    planned = slots[slots["month"] > 0].sort_values(["division_code", "month", "site_id"], ignore_index=True)
    planned = planned.assign(joint_with=_joint(planned, wishes.upper))
    left = slots[slots["month"] == 0].sort_values(["division_code", "site_id"], ignore_index=True)
    left = left.assign(reason=np.where(left["months"].map(len) > 0, "yearplans.full", "yearplans.no_season"))
    return YearPlan(
        schema.demand(planned[list(PLAN.columns)], PLAN, "plan"),
        schema.demand(left[list(LEFT.columns)], LEFT, "left"),
        bound,
    )


def _checked(wishes: Wishes) -> Wishes:
    sites = schema.demand(wishes.sites, SITES, "sites").sort_values("site_id", ignore_index=True)
    capacity = schema.demand(wishes.capacity, CAPACITY, "capacity")
    campaigns = schema.demand(wishes.campaigns, CAMPAIGNS, "campaigns")
    drawn, upper = schema.demand(wishes.drawn, DRAWN, "drawn"), schema.demand(wishes.upper, UPPER, "upper")
    named = {*campaigns["site_id"], *drawn["site_id"]} - set(sites["site_id"])
    if named:
        raise WorkbenchError(
            "yearplans.unknown_sites",
            "{count} sites are not in the register: {sites}",
            count=len(named),
            sites=", ".join(sorted(named)[:5]),
        )
    kept = None if wishes.kept is None else schema.demand(wishes.kept, PLAN, "plan")
    caps = schema.demand(wishes.caps, yearplan_caps.CAPS, "caps")
    return Wishes(sites, capacity, campaigns, drawn, upper, caps, kept, wishes.from_month)


def _room(capacity: pd.DataFrame, city: str) -> Floats:
    """Return officer-days and vehicle-days of each month, array (2, 12)."""
    mine = capacity[capacity["division_code"] == city].groupby("month")[["officer_days", "vehicle_days"]].sum()
    return mine.reindex(range(1, MONTHS + 1), fill_value=0.0).to_numpy(np.float64).T


def _joint(planned: pd.DataFrame, upper: pd.DataFrame) -> pd.Series:
    """Return which other level plans the same firm in the quarter of a visit."""
    levels = upper.groupby(["site_id", "quarter"])["level"].agg(lambda names: ";".join(sorted(set(names))))
    keys = zip(planned["site_id"], (planned["month"] + 2) // 3, strict=True)
    found = [levels.get(key) for key in keys] if len(levels) else [None] * len(planned)
    return pd.Series(found, index=planned.index, dtype="str")


def overlaps(plan: pd.DataFrame, upper: pd.DataFrame) -> pd.DataFrame:
    """Return the firms that both this plan and another level visit in a quarter, and in which months.

    Parameters
    ----------
    plan : DataFrame
        See ``PLAN``.
    upper : DataFrame
        See ``UPPER``.

    Returns
    -------
    DataFrame
        site_id, name, division_code, quarter, month, level: one joint check is proposed for each.

    Raises
    ------
    TableFaults
        If a table is not of its schema.
    """
    plan, upper = schema.demand(plan, PLAN, "plan"), schema.demand(upper, UPPER, "upper")
    mine = plan.assign(quarter=(plan["month"] + 2) // 3)
    both = mine.merge(upper[["site_id", "quarter", "level"]], on=["site_id", "quarter"])
    columns = ["site_id", "name", "division_code", "quarter", "month", "level"]
    return both[columns].drop_duplicates().sort_values(["quarter", "division_code", "site_id"], ignore_index=True)
