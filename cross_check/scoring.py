"""Scoring: the risk of each site by rule, its reasons line by line, and how often it is visited.

After IMPEL's Integrated Risk Assessment Method (IRAM, easyTools 2012): the highest impact score decides, not the mean,
so that a grave thing is not diluted by harmless ones; the operator's behaviour moves the result by one step at most.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from cross_check import data
from gis import codes, schema
from gis.crs import metric_for

FACTS = schema.table(
    {
        "site_id": schema.text(unique=True),
        "permit_category": schema.text(nullable=True),
        "key_lists": schema.text(nullable=True),
        "heavy": schema.flag(),
        "special_object": schema.text(nullable=True),
        "zone_m": schema.number(0, nullable=True),
        "positive_list": schema.flag(),
        "problems": schema.whole(),
        "relapses": schema.whole(),
        "complaints": schema.whole(),
    }
)
"""What the rules look at. ``zone_m``: metres to the nearest protected zone, missing where none is known. ``problems``,
``relapses``, ``complaints``: counts of the period that the bureau has chosen."""

SCORES = schema.table(
    {
        "site_id": schema.text(unique=True),
        "impact": schema.whole(),
        "step": schema.whole(),
        "risk": schema.whole(),
        "visits_a_year": schema.number(0),
    }
)

LINES = schema.table(
    {
        "site_id": schema.text(),
        "part": schema.text(schema.one_of("impact", "behaviour", "rule")),
        "code": schema.text(),
        "value": schema.text(),
        "points": schema.whole(),
        "decides": schema.flag(),
    }
)
"""Why a site has its score: ``code`` is a sentence of the catalogue, ``value`` what the register says, ``points`` the
score or step, ``decides`` whether the line is among those that made the result."""

_COUNTS = ("problems", "relapses", "complaints")


@dataclass(frozen=True)
class Scored:
    """Scores (``SCORES``) by site id, and their reasons (``LINES``) by site id, the weightiest first."""

    table: pd.DataFrame
    lines: pd.DataFrame


def facts(
    enterprises: gpd.GeoDataFrame, zones: gpd.GeoDataFrame | None = None, counts: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Return what the rules look at (``FACTS``) for each site.

    Parameters
    ----------
    enterprises : GeoDataFrame
        See ``gis.register.SCHEMA``; ``special_object`` of ``gis.particulars`` where it is there.
    zones : GeoDataFrame, optional
        See ``gis.regions.ZONES``.
    counts : DataFrame, optional
        problems, relapses, complaints by site; index the site ids. Sites and columns not named count 0.

    Raises
    ------
    TableFaults
        If the result is not of its schema.
    """
    table = pd.DataFrame(enterprises)[["site_id", "permit_category", "key_lists", "positive_list"]]
    special = enterprises.get("special_object", pd.Series(None, index=enterprises.index, dtype=object))
    table = table.assign(heavy=codes.is_heavy(enterprises["industry_code"]), special_object=special)
    table["zone_m"] = np.nan if zones is None or zones.empty else _zone_m(enterprises, zones)
    given = pd.DataFrame() if counts is None else counts
    for name in _COUNTS:
        known = given[name] if name in given else pd.Series(dtype="int64")
        table[name] = table["site_id"].map(known).fillna(0).astype("int64")
    return schema.demand(table, FACTS, "facts")


def score(told: pd.DataFrame, rules: Mapping[str, Any] | None = None) -> Scored:
    """Return the risk of each site with its reasons.

    Parameters
    ----------
    told : DataFrame
        See ``FACTS``; the rules may name further columns.
    rules : mapping, optional
        As cross_check/data/scoring.toml, which is the default.

    Returns
    -------
    Scored
        Without any impact line a site has the lowest impact.

    Raises
    ------
    TableFaults
        If ``told`` is not of its schema.
    """
    rules = data.rules("scoring") if rules is None else rules
    told = schema.demand(told, FACTS, "facts").sort_values("site_id", ignore_index=True)
    lowest, highest = int(rules["lowest"]), int(rules["highest"])
    points = _points(told, rules["impact"], "score")
    top = np.max(np.vstack([*points, np.full(len(told), lowest)]), axis=0)
    at_top = np.sum([each == top for each in points], axis=0) if points else np.zeros(len(told))
    ruled = (at_top < int(rules["fewest"])) & (top > lowest)
    impact = np.clip(top - ruled, lowest, highest).astype(int)
    steps = _points(told, rules["behaviour"], "step")
    step = np.clip(np.sum(steps, axis=0), -1, 1).astype(int) if steps else np.zeros(len(told), int)
    risk = np.clip(impact + step, lowest, highest)
    table = pd.DataFrame({"site_id": told["site_id"], "impact": impact, "step": step, "risk": risk})
    table["visits_a_year"] = frequency(table["risk"], rules).to_numpy()
    lines = [
        *_lines(told, rules["impact"], points, "impact", top),
        *_lines(told, rules["behaviour"], steps, "behaviour", None),
        _ruled(told, ruled),
    ]
    return Scored(schema.demand(table, SCORES, "scores"), _ordered(lines))


def frequency(risk: pd.Series, rules: Mapping[str, Any] | None = None) -> pd.Series:
    """Return visits a year for risks from the lowest to the highest; index as given.

    Raises
    ------
    ValueError
        If the rules name no frequency for a risk.
    """
    by_risk = (data.rules("scoring") if rules is None else rules)["frequency"]
    found = risk.astype(int).astype(str).map(by_risk)
    if found.isna().any():
        raise ValueError(f"no frequency for risk {sorted(set(risk[found.isna()]))}")
    return found.astype(float)


def _zone_m(enterprises: gpd.GeoDataFrame, zones: gpd.GeoDataFrame) -> pd.Series:
    system = metric_for(enterprises)
    joined = gpd.sjoin_nearest(
        enterprises[["geometry"]].to_crs(system), zones[["geometry"]].to_crs(system), distance_col="zone_m"
    )
    return joined["zone_m"].groupby(level=0).min()


def _points(told: pd.DataFrame, rules: Sequence[Mapping[str, Any]], what: str) -> list[np.ndarray]:
    """Return the points of each rule for each site, 0 where it does not hold."""
    return [np.where(_holds(told, rule), int(rule[what]), 0) for rule in rules]


def _holds(told: pd.DataFrame, rule: Mapping[str, Any]) -> np.ndarray:
    """Say for which sites a rule holds; a value that is missing meets none."""
    column = told[rule["column"]]
    if "equals" in rule:
        held = column.isin(rule["equals"])
    elif "has" in rule:
        wanted = set(rule["has"])
        held = column.map(lambda joined: isinstance(joined, str) and bool(wanted & set(joined.split(";"))))
    elif "at_least" in rule:
        held = column >= rule["at_least"]
    elif "at_most" in rule:
        held = column <= rule["at_most"]
    else:
        held = column.fillna("").astype(str).str.startswith(tuple(rule["begins"]))
    return held.to_numpy(dtype=bool)


def _lines(
    told: pd.DataFrame,
    rules: Sequence[Mapping[str, Any]],
    points: Sequence[np.ndarray],
    part: str,
    top: np.ndarray | None,
) -> list[pd.DataFrame]:
    lines = []
    for rule, each in zip(rules, points, strict=True):
        held = each != 0
        values = told.loc[held, rule["column"]].astype(str).to_numpy()
        decides = True if top is None else (each == top)[held]
        rows = {"site_id": told.loc[held, "site_id"], "part": part, "code": rule["code"], "value": values}
        lines.append(pd.DataFrame(rows).assign(points=each[held], decides=decides))
    return lines


def _ruled(told: pd.DataFrame, ruled: np.ndarray) -> pd.DataFrame:
    rows = {"site_id": told.loc[ruled, "site_id"], "part": "rule", "code": "scoring.too_few", "value": ""}
    return pd.DataFrame(rows).assign(points=-1, decides=True)


def _ordered(lines: Sequence[pd.DataFrame]) -> pd.DataFrame:
    filled = [line for line in lines if len(line)]
    whole = pd.concat(filled, ignore_index=True) if filled else pd.DataFrame(columns=list(LINES.columns))
    order = whole.assign(first=whole["part"].map({"impact": 0, "rule": 1, "behaviour": 2}))
    order = order.sort_values(["site_id", "first", "points"], ascending=[True, True, False], kind="stable")
    return schema.demand(order.drop(columns="first"), LINES, "lines")
