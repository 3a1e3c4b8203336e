"""A small year for tests: sites of three cities, what their officers can do, campaigns and draws."""

import numpy as np
import pandas as pd

from cross_check.yearplan_audits import Rules
from cross_check.yearplans import Params, Wishes

CITIES = ("230100", "230200", "232700")
PARAMS = Params(2026)


def wishes(seed: int, count: int = 120, days: float = 6.0, **changes: object) -> Wishes:
    """Return sites with risks 1 to 5, ``days`` officer-days a month and city, a campaign in May and June, a draw."""
    rng = np.random.default_rng(seed)
    risk = rng.integers(1, 6, count)
    sites = pd.DataFrame(
        {
            "site_id": [f"S{number:04d}" for number in range(count)],
            "name": [f"firm {number}" for number in range(count)],
            "division_code": rng.choice(CITIES, count),
            "risk": risk.astype(float),
            "visits_per_year": np.array([0, 1 / 3, 0.5, 1, 2, 4])[risk],
            "frozen": rng.random(count) < 0.1,
            "on_site": rng.random(count) > 0.1,
            "lon": rng.uniform(124, 130, count),
            "lat": rng.uniform(45, 48, count),
        }
    )
    capacity = pd.DataFrame(
        [(city, month, days, 0.6 * days) for city in CITIES for month in range(1, 13)],
        columns=["division_code", "month", "officer_days", "vehicle_days"],
    )
    named = rng.choice(count, 16, replace=False)
    campaigns = pd.DataFrame({"campaign_id": "C1", "months": "5;6", "site_id": sites["site_id"].iloc[named[:8]]})
    quarters = rng.integers(2, 4, 8)
    drawn = pd.DataFrame({"site_id": sites["site_id"].iloc[named[8:]], "quarter": quarters})
    upper = pd.DataFrame({"site_id": sites["site_id"].iloc[:30], "quarter": rng.integers(1, 5, 30), "level": "省级"})
    given = {"sites": sites, "capacity": capacity, "campaigns": campaigns, "drawn": drawn, "upper": upper}
    return Wishes(**(given | changes))


def rules(given: Wishes, params: Params = PARAMS) -> Rules:
    """Return what a plan of these wishes is checked against."""
    tables = {name: getattr(given, name) for name in ("sites", "capacity", "campaigns", "drawn")}
    own = {name: getattr(params, name) for name in ("cap", "cap_routine", "cap_special", "frozen_months")}
    return Rules(**tables, caps=given.caps, **own)
