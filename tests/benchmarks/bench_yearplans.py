"""Time and covered risk of a year for 20,000 sites and 800 officers, against planning by hand: run as a script."""

import sys
import time

import numpy as np
import pandas as pd

from cross_check import calendars, yearplan_audits, yearplans
from gis import files

SITES, OFFICERS, YEAR = 20_000, 800, 2026
SHARE = 0.07
"""Of the working days for planned checks: room for two of three visits wished, so that choosing matters."""


def wishes() -> yearplans.Wishes:
    """Return a province like the synthetic one: a fifth of its sites in one city, five sites in a hundred of risk 5."""
    rng = np.random.default_rng(1)
    cities = sorted(files.read_sketch()["division_code"])
    weights = np.r_[0.2, np.full(len(cities) - 1, 0.8 / (len(cities) - 1))]
    risk = rng.choice([1, 2, 3, 4, 5], SITES, p=[0.3, 0.3, 0.2, 0.15, 0.05])
    sites = pd.DataFrame(
        {
            "site_id": [f"S{number:05d}" for number in range(SITES)],
            "name": "site",
            "division_code": rng.choice(cities, SITES, p=weights),
            "risk": risk.astype(float),
            "visits_per_year": np.array([0, 1 / 3, 0.5, 1, 2, 4])[risk],
            "frozen": rng.random(SITES) < 0.05,
            "on_site": rng.random(SITES) > 0.05,
        }
    )
    days = calendars.of_year(YEAR).days
    capacity = pd.DataFrame(
        [
            (city, month + 1, OFFICERS * weight * days[month] * SHARE, OFFICERS * weight / 4 * days[month] * 0.15)
            for city, weight in zip(cities, weights, strict=True)
            for month in range(12)
        ],
        columns=["division_code", "month", "officer_days", "vehicle_days"],
    )
    named = rng.choice(SITES, 1000, replace=False)
    ids = sites["site_id"].to_numpy()[named]
    campaigns = pd.DataFrame({"campaign_id": "C1", "months": "5;6", "site_id": ids[:600]})
    drawn = pd.DataFrame({"site_id": ids[600:], "quarter": rng.integers(1, 5, 400)})
    return yearplans.Wishes(sites, capacity, campaigns, drawn)


def main() -> None:
    """Plan the year both ways and write the figures."""
    given, params = wishes(), yearplans.Params(YEAR)
    tables = (given.sites, given.capacity, given.campaigns, given.drawn)
    rules = yearplan_audits.Rules(*tables, caps=given.caps, cap=params.cap, frozen_months=params.frozen_months)
    covered = {}
    for name, plan in (("by hand", yearplans.greedy), ("this plan", yearplans.build)):
        began, worked = time.perf_counter(), time.process_time()
        found = plan(given, params)
        seconds, worked = time.perf_counter() - began, time.process_time() - worked
        covered[name] = found.covered
        broken = len(yearplan_audits.check(found.visits, rules))
        bound = f", {found.covered / found.bound:.2%} of the bound" if found.bound else ""
        sys.stdout.write(
            f"{name}: {len(found.visits)} visits, covered risk {found.covered:.0f}{bound}, {broken} violations, "
            f"{seconds:.1f} s ({worked:.1f} s of processor time)\n"
        )
    sys.stdout.write(f"ratio {covered['this plan'] / covered['by hand']:.3f}\n")


if __name__ == "__main__":
    main()
