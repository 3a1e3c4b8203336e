"""The three monthly lists of the national practice: highest this month, worst against last year, against last month.

The ministry's "thousand-mile eye" plan cuts cities into cells of 3 km and singles out, each month, the cells with the
highest value, the worst change on the year and the worst change on the month. A small count rises by chance, so each
rise has its p: of the cases of both months, half would fall in the later one (exact binomial test, one-sided), and
cells with few cases carry a warning.
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from gis import schema
from gis.errors import WorkbenchError

KINDS = ("highest", "on_year", "on_month")

SCHEMA = schema.table(
    {
        "list": schema.text(schema.one_of(*KINDS)),
        "rank": schema.whole(),
        "cell_id": schema.text(),
        "month": schema.text(),
        "count": schema.whole(),
        "before": schema.whole(),
        "change": schema.whole(),
        "p": schema.number(0, 1, nullable=True),
        "p_adjusted": schema.number(0, 1, nullable=True),
        "few": schema.flag(),
    }
)
"""``before``: the count of the month compared with, that of last month in the list of the highest. ``p``: of so large
a rise by chance, ``p_adjusted`` after Benjamini and Hochberg over all cells; neither in the list of the highest."""

Whole = NDArray[np.int64]

_YEAR = 12


def monthly(
    counts: Whole, months: list[str], ids: NDArray[np.str_], *, month: str, most: int = 20, fewest: int = 5
) -> pd.DataFrame:
    """Return the three lists of a month.

    Parameters
    ----------
    counts : (months, n) int
    months : list of str
        "2024-05" and so on, without a gap.
    ids : (n,) str
    month : str
        The month to list.
    most : int
        Length of each list. Cells without a case, or without a rise, are on none.
    fewest : int
        Cells with fewer cases in both months together are marked ``few``.

    Returns
    -------
    DataFrame
        See ``SCHEMA``. A list whose earlier month lies before the record is empty.

    Raises
    ------
    WorkbenchError
        ``lists.no_month`` if the record does not hold the month.
    """
    if month not in months:
        raise WorkbenchError(
            "lists.no_month",
            "The record holds {first} to {last}, not {month}",
            first=months[0],
            last=months[-1],
            month=month,
        )
    at = months.index(month)
    now = counts[at]
    nothing = np.zeros_like(now)
    parts = [_ranked("highest", now, counts[at - 1] if at else nothing, now, most)]
    for kind, back in (("on_year", _YEAR), ("on_month", 1)):
        if at >= back:
            before = counts[at - back]
            parts.append(_ranked(kind, now, before, now - before, most))
    table = pd.concat(parts, ignore_index=True)
    table["cell_id"] = np.asarray(ids, object)[table.pop("cell").to_numpy(np.int64)]
    table["month"] = month
    table["few"] = table["count"] + table["before"] < fewest
    return schema.demand(table[list(SCHEMA.columns)], SCHEMA, "monthly lists")


def _ranked(kind: str, now: Whole, before: Whole, value: Whole, most: int) -> pd.DataFrame:
    """Return the cells with the largest values above zero; of equals the one with more cases, then the first."""
    order = np.lexsort((np.arange(len(now)), -now, -value))[:most]
    order = order[value[order] > 0]
    p, adjusted = (np.full(len(now), np.nan),) * 2 if kind == "highest" else _chance(now, before)
    columns = {
        "list": kind,
        "rank": np.arange(1, len(order) + 1),
        "cell": order,
        "count": now[order],
        "before": before[order],
        "change": now[order] - before[order],
        "p": p[order],
        "p_adjusted": adjusted[order],
    }
    return pd.DataFrame(columns)


def _chance(now: Whole, before: Whole) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the chance of at least so many cases in the later of two months, raw and adjusted over all cells."""
    p = np.where(now + before > 0, stats.binom.sf(now - 1, now + before, 0.5), 1.0)
    return p, stats.false_discovery_control(p, method="bh")
