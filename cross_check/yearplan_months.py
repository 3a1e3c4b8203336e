"""Year plan months: one city's visits put into months under what its officers and vehicles can do."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import csr_array, hstack, vstack
from scipy.sparse.csgraph import maximum_bipartite_matching

from cross_check import yearplan_slots
from cross_check.travel import Floats, Ints
from gis.errors import WorkbenchError

Placing = Callable[[pd.DataFrame, Floats, str], tuple[Ints, float]]

_WHOLE = 1 - 1e-6
_NEGLIGIBLE = 1e-6
_MONTHS = 12
_PATIENCE_S = 10
_RESOURCES = ("officer_days", "vehicle_days")


def best(slots: pd.DataFrame, room: Floats, city: str) -> tuple[Ints, float]:
    """Return a month for each slot (0 for none) that covers the most risk, and a bound that no plan exceeds.

    Parameters
    ----------
    slots : DataFrame
        Of one city, see ``yearplan_slots.of``.
    room : array (2, 12)
        Officer-days and vehicle-days of each month.
    city : str

    Returns
    -------
    (array (n,), float)
        The bound is the optimum of the relaxation, in which a visit may be split over months. Of its vertices at most
        as many visits are split as there are full months (24), so that rounding costs next to nothing.

    Raises
    ------
    WorkbenchError
        ``yearplans.clash`` if the mandatory visits do not fit, ``yearplans.past``, ``yearplans.crowded`` or
        ``yearplans.no_answer``.
    """
    _demand_months(slots, city)
    pairs = _pairs(slots)
    answer = linprog(-pairs["gain"].to_numpy(), **_limits(slots, pairs, room), bounds=(0, 1), method="highs")
    if answer.status == 2:  # noqa: PLR2004 - scipy's number for infeasible
        raise _clash(slots, room, city)
    months = np.zeros(len(slots), np.int64)
    whole = pairs[answer.x > _WHOLE]
    months[whole["slot"]] = whole["month"]
    _filled(months, slots, room)
    months = _mandatory_placed(months, slots, room, city)
    bound = float((pairs["worth"] * answer.x).sum())
    if not slots["stays"].any():
        # Where months hold only a few visits rounding can cost more than the relaxation gains.
        other, _ = by_hand(slots, room, city)
        months = max(months, other, key=lambda each: slots["worth"].to_numpy()[each > 0].sum())
    return months, bound


def by_hand(slots: pd.DataFrame, room: Floats, city: str) -> tuple[Ints, float]:
    """Return a month for each slot by hand's rule, mandatory first, then by risk, in the first month with room.

    Raises
    ------
    WorkbenchError
        ``yearplans.clash`` if the mandatory visits do not fit, even when they are placed anew as a whole; see ``best``.
    """
    _demand_months(slots, city)
    months = np.zeros(len(slots), np.int64)
    book = _Book(months, slots, room)
    for row in slots.sort_values(["must", "risk", "site_id"], ascending=[False, False, True]).itertuples():
        fitting = book.fitting(row)
        if fitting:
            book.enter(row, fitting[0])
    return _mandatory_placed(months, slots, room, city), 0.0


def _pairs(slots: pd.DataFrame) -> pd.DataFrame:
    lengths = slots["months"].map(len).to_numpy()
    number = np.repeat(np.arange(len(slots)), lengths)
    gains = yearplan_slots.gains(slots)
    return pd.DataFrame(
        {
            "slot": number,
            "month": np.array([month for months in slots["months"] for month in months], dtype=np.int64),
            "gain": np.concatenate(gains) if len(gains) else np.empty(0),
            "worth": slots["worth"].to_numpy(np.float64)[number],
        }
    )


def _limits(slots: pd.DataFrame, pairs: pd.DataFrame, room: Floats) -> dict[str, Any]:
    """Return the relaxation's constraints: each slot once at most, mandatory ones once, no month beyond its room."""
    columns, slot = np.arange(len(pairs)), pairs["slot"].to_numpy()
    month = pairs["month"].to_numpy() - 1
    must = slots["must"].to_numpy(bool)
    once = csr_array((np.ones(len(pairs)), (slot, columns)), shape=(len(slots), len(pairs)))
    use = [slots[name].to_numpy(np.float64)[slot] for name in _RESOURCES]
    data = np.concatenate(use)
    rows = np.concatenate([month, month + _MONTHS])
    load = csr_array((data, (rows, np.tile(columns, 2))), shape=(2 * _MONTHS, len(pairs)))
    apart = _apart(slots, pairs)
    upper = vstack([load, once[~must], apart]).tocsr()
    limits = np.concatenate([room.ravel(), np.ones((~must).sum() + apart.shape[0])])
    found: dict[str, Any] = {"A_ub": upper, "b_ub": limits}
    if must.any():
        found |= {"A_eq": once[must], "b_eq": np.ones(must.sum())}
    return found


def _apart(slots: pd.DataFrame, pairs: pd.DataFrame) -> csr_array:
    """Return a row for each firm and month that two of its visits could share: one of them at most."""
    keys = slots["site_id"].to_numpy()[pairs["slot"]].astype(str) + pairs["month"].astype(str).str.zfill(2)
    shared = np.flatnonzero(keys.duplicated(keep=False).to_numpy())
    rows, _ = pd.factorize(keys.iloc[shared])
    return csr_array((np.ones(len(shared)), (rows, shared)), shape=(len(set(rows)), len(pairs)))


class _Book:
    """What is left of a city's months while visits are entered, and which firm has which month already."""

    def __init__(self, months: Ints, slots: pd.DataFrame, room: Floats) -> None:
        self.months = months
        self.free = _free(months, slots, room)
        placed = months > 0
        self.taken = set(zip(slots["site_id"][placed], months[placed].tolist(), strict=True))

    def fitting(self, row: Any) -> list[int]:  # noqa: ANN401 - a row of the slots
        """Return the months in which a visit still has room."""
        need = np.array([row.officer_days, row.vehicle_days])
        return [
            month
            for month in row.months
            if (self.free[:, month - 1] >= need - _NEGLIGIBLE).all() and (row.site_id, month) not in self.taken
        ]

    def enter(self, row: Any, month: int) -> None:  # noqa: ANN401 - a row of the slots
        """Put a visit into a month."""
        self.months[row.Index] = month
        self.free[:, month - 1] -= (row.officer_days, row.vehicle_days)
        self.taken.add((row.site_id, month))


def _free(months: Ints, slots: pd.DataFrame, room: Floats) -> Floats:
    free = room.copy()
    placed = months > 0
    for row, name in enumerate(_RESOURCES):
        np.subtract.at(free[row], months[placed] - 1, slots[name].to_numpy(np.float64)[placed])
    return free


def _filled(months: Ints, slots: pd.DataFrame, room: Floats) -> None:
    """Give what the relaxation split, or left out, a month with room: mandatory first, then by worth for a day."""
    book = _Book(months, slots, room)
    rest = slots[months == 0]
    rate = rest["worth"] / rest["officer_days"]
    for row in rest.assign(rate=rate).sort_values(["must", "rate"], ascending=False, kind="stable").itertuples():
        fitting = book.fitting(row)
        if fitting:
            book.enter(row, row.stays if row.stays in fitting else fitting[0])


def _mandatory_placed(months: Ints, slots: pd.DataFrame, room: Floats, city: str) -> Ints:
    """Return the months with every mandatory visit in one, the least worthy visits making room."""
    for number in np.flatnonzero(slots["must"].to_numpy(bool) & (months == 0)).tolist():
        slot = slots.iloc[number]
        if not any(_made_room(int(month), number, months, slots, room) for month in slot["months"]):
            return _mandatory_anew(months, slots, room, city)
    return months


def _mandatory_anew(months: Ints, slots: pd.DataFrame, room: Floats, city: str) -> Ints:
    """Place all mandatory visits at once, whole ones, and then the others where they were if there is still room.

    Raises
    ------
    WorkbenchError
        ``yearplans.clash`` if there is no such placing, ``yearplans.no_answer`` if that was not found out.
    """
    mandatory = np.flatnonzero(slots["must"].to_numpy(bool))
    bought, placed = _bought(slots.iloc[mandatory].reset_index(drop=True), room, city)
    if bought.max() > _NEGLIGIBLE:
        raise _clash(slots, room, city, bought)
    anew = np.zeros(len(slots), np.int64)
    anew[mandatory] = placed
    book = _Book(anew, slots, room)
    for row in slots[anew == 0].sort_values("worth", ascending=False, kind="stable").itertuples():
        fitting = book.fitting(row)
        if months[row.Index] and fitting:
            book.enter(row, int(months[row.Index]) if months[row.Index] in fitting else fitting[0])
    return anew


def _bought(must: pd.DataFrame, room: Floats, city: str) -> tuple[Floats, Ints]:
    """Return the fewest officer-days and vehicle-days by month (2, 12) that mandatory visits lack, and their months.

    Raises
    ------
    WorkbenchError
        ``yearplans.no_answer`` if time runs out before a placing is found, or before it is proved that days lack.
    """
    pairs = _pairs(must)
    limits = _limits(must, pairs, room)
    count, more = len(pairs), limits["A_ub"].shape[0] - 2 * _MONTHS
    extra = vstack([csr_array(-np.eye(2 * _MONTHS)), csr_array((more, 2 * _MONTHS))])
    upper = hstack([limits["A_ub"], extra])
    once = hstack([limits["A_eq"], csr_array((len(must), 2 * _MONTHS))])
    answer = milp(
        np.concatenate([np.zeros(count), np.ones(2 * _MONTHS)]),
        constraints=[LinearConstraint(upper, ub=limits["b_ub"]), LinearConstraint(once, 1, 1)],
        bounds=Bounds(0, np.concatenate([np.ones(count), np.full(2 * _MONTHS, np.inf)])),
        integrality=np.concatenate([np.ones(count), np.zeros(2 * _MONTHS)]),
        options={"time_limit": _PATIENCE_S, "mip_rel_gap": 0.02},
    )
    proved = answer.mip_dual_bound is not None and answer.mip_dual_bound > _NEGLIGIBLE
    if answer.x is None or (answer.x[count:].max() > _NEGLIGIBLE and not proved):
        raise WorkbenchError(
            "yearplans.no_answer",
            "{city}: whether {count} mandatory visits fit was not found out in {seconds} s",
            city=city,
            count=len(must),
            seconds=_PATIENCE_S,
        )
    chosen = pairs[answer.x[:count] > 0.5].set_index("slot")["month"]  # noqa: PLR2004 - zero or one
    return answer.x[count:].reshape(2, _MONTHS), chosen.reindex(range(len(must))).to_numpy(np.int64)


def _made_room(month: int, number: int, months: Ints, slots: pd.DataFrame, room: Floats) -> bool:
    same = (slots["site_id"] == slots["site_id"].iloc[number]).to_numpy() & (months == month)
    if (same & slots["must"].to_numpy(bool)).any():
        return False
    trial = np.where(same, 0, months)
    trial[number] = month
    optional = np.flatnonzero((trial == month) & ~slots["must"].to_numpy(bool))
    by_worth = optional[np.argsort(slots["worth"].to_numpy(np.float64)[optional], kind="stable")]
    for out in (-1, *by_worth):
        if out >= 0:
            trial[out] = 0
        if (_free(trial, slots, room)[:, month - 1] >= -_NEGLIGIBLE).all():
            months[:] = trial
            return True
    return False


def _demand_months(slots: pd.DataFrame, city: str) -> None:
    """Refuse mandatory visits that no number of officers could make, for want of months.

    Raises
    ------
    WorkbenchError
        ``yearplans.past`` if all months of a visit are over, ``yearplans.crowded`` if a firm has more visits than
        months to be had, one visit a month.
    """
    must = slots[slots["must"]]
    none = must[must["months"].map(len) == 0]
    if len(none):
        raise WorkbenchError(
            "yearplans.past",
            "{city}: {count} mandatory visits have only months that are over: {sites}",
            city=city,
            count=len(none),
            sites=", ".join(none["site_id"][:5]),
        )
    several = must[must["site_id"].duplicated(keep=False)]
    crowded = [str(site) for site, rows in several.groupby("site_id") if not _all_apart(rows["months"].tolist())]
    if crowded:
        raise WorkbenchError(
            "yearplans.crowded",
            "{city}: {count} firms have more mandatory visits than months to make them in: {sites}",
            city=city,
            count=len(crowded),
            sites=", ".join(crowded[:5]),
        )


def _all_apart(allowed: list[tuple[int, ...]]) -> bool:
    """Tell whether each of a firm's visits can have a month of its own."""
    may = csr_array([[month in months for month in range(1, _MONTHS + 1)] for months in allowed], dtype=np.int8)
    return bool((maximum_bipartite_matching(may, perm_type="column") >= 0).all())


def _clash(slots: pd.DataFrame, room: Floats, city: str, lacking: Floats | None = None) -> WorkbenchError:
    """Return what stands against a city's mandatory visits: where days lack, which campaigns ask, what would help.

    ``lacking`` are the days that lack, see ``_bought``, where they are known.
    """
    must = slots[slots["must"]].reset_index(drop=True)
    if lacking is None:
        lacking, _ = _bought(must, room, city)
    months, asks = _crowd(must, lacking)
    counts = asks["campaign_id"].fillna(asks["kind"]).value_counts()
    spare = [month for month in range(1, _MONTHS + 1) if month not in months and room[0, month - 1] > 0]
    return WorkbenchError(
        "yearplans.clash",
        "{city}: mandatory visits do not fit months {months}: {campaigns} need {needed} officer-days, {there} are "
        "there. It would help: {officers} officer-days and {vehicles} vehicle-days more, or {fewer} objects fewer, or "
        "allowing months {spare} too",
        city=city,
        months=";".join(map(str, months)),
        campaigns=", ".join(f"{name} ({count})" for name, count in counts.items()),
        needed=f"{asks['officer_days'].sum():.0f}",
        there=f"{room[0, [month - 1 for month in months]].sum():.0f}",
        officers=f"{np.ceil(lacking[0].sum() - _NEGLIGIBLE):.0f}",
        vehicles=f"{np.ceil(lacking[1].sum() - _NEGLIGIBLE):.0f}",
        fewer=f"{np.ceil((lacking / _least(must)[:, None]).sum(axis=1).max() - _NEGLIGIBLE):.0f}",
        spare=";".join(map(str, spare)) or "-",
    )


def _crowd(must: pd.DataFrame, lacking: Floats) -> tuple[list[int], pd.DataFrame]:
    """Return the months in which days lack, with those that their visits could move to, and these visits."""
    months = {month for month in range(1, _MONTHS + 1) if lacking[:, month - 1].max() > _NEGLIGIBLE}
    while True:
        asks = must[[not months.isdisjoint(allowed) for allowed in must["months"]]]
        wider = months.union(*asks["months"])
        if wider == months:
            return sorted(months), asks
        months = wider


def _least(must: pd.DataFrame) -> Floats:
    return must[list(_RESOURCES)].min().to_numpy(np.float64)
