"""Year plan diffs: what one plan changes against another."""

from collections import Counter

import pandas as pd

from cross_check.yearplans import PLAN
from gis import schema

CHANGES = schema.table(
    {
        "site_id": schema.text(),
        "name": schema.text(),
        "division_code": schema.text(),
        "change": schema.text(schema.one_of("added", "dropped", "moved")),
        "kind": schema.text(),
        "campaign_id": schema.text(nullable=True),
        "old_month": schema.number(1, 12, nullable=True),
        "new_month": schema.number(1, 12, nullable=True),
    }
)
"""One row a changed visit; a moved one has both months."""


def of(old: pd.DataFrame, new: pd.DataFrame) -> pd.DataFrame:
    """Return what ``new`` changes against ``old``.

    A site's visits are matched month by month first; of those left the earliest pair up as moved, the rest were added
    or dropped. A visit that stays in its month and only changes its kind is no change of the plan.

    Parameters
    ----------
    old, new : DataFrame
        See ``yearplans.PLAN``.

    Returns
    -------
    DataFrame
        See ``CHANGES``, by city, site and month.

    Raises
    ------
    TableFaults
        If a table is not of its schema.
    """
    old, new = schema.demand(old, PLAN, "old plan"), schema.demand(new, PLAN, "new plan")
    before, after = _by_site(old), _by_site(new)
    rows: list[dict[str, object]] = []
    for site in sorted({*before, *after}):
        gone, come = _left(before.get(site, []), after.get(site, [])), _left(after.get(site, []), before.get(site, []))
        for number in range(max(len(gone), len(come))):
            was = gone[number] if number < len(gone) else None
            now = come[number] if number < len(come) else None
            rows.append(_row(was, now))
    table = schema.demand(pd.DataFrame(rows, columns=list(CHANGES.columns)), CHANGES, "changes")
    return table.sort_values(["division_code", "site_id", "old_month", "new_month"], ignore_index=True)


def _by_site(plan: pd.DataFrame) -> dict[str, list[dict[str, object]]]:
    rows = plan.sort_values(["site_id", "month"]).to_dict("records")
    found: dict[str, list[dict[str, object]]] = {}
    for row in rows:
        found.setdefault(str(row["site_id"]), []).append(row)
    return found


def _left(mine: list[dict[str, object]], others: list[dict[str, object]]) -> list[dict[str, object]]:
    """Return my visits without those whose month the other plan has as well."""
    there = Counter(row["month"] for row in others)
    left = []
    for row in mine:
        if there[row["month"]] > 0:
            there[row["month"]] -= 1
        else:
            left.append(row)
    return left


def _row(was: dict[str, object] | None, now: dict[str, object] | None) -> dict[str, object]:
    shown = now or was or {}
    change = "moved" if was and now else "added" if now else "dropped"
    facts = {name: shown[name] for name in ("site_id", "name", "division_code", "kind", "campaign_id")}
    return facts | {
        "change": change,
        "old_month": was["month"] if was else None,
        "new_month": now["month"] if now else None,
    }
