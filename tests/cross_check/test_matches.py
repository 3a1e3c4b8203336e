"""Matches: pairs that may be one, measured independently."""

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod

from cross_check import matches
from cross_check.matches import Params
from tests.cross_check import cases

GEOD = Geod(ellps="GRS80")


def _table(*rows):
    found = cases.leads(*(cases.lead(str(at)) | row for at, row in enumerate(rows)))
    return found.assign(shown_class=found["machine_class"])


def _place(lon, lat):
    from shapely import Point

    return Point(lon, lat)


def test_a_pair_says_distance_days_site_and_class():
    """Two leads 390 m apart, each may be off by 100 m, five days between."""
    found = matches.suggest(
        _table(
            {"geometry": _place(126.5, 45.5), "reach_m": 100.0},
            {"geometry": _place(126.505, 45.5), "reach_m": 100.0, "seen_on": pd.Timestamp("2026-06-25")},
        )
    ).iloc[0]
    _, _, metres = GEOD.inv(126.5, 45.5, 126.505, 45.5)
    assert abs(found["distance_m"] - (metres - 200)) < 2
    assert (found["days"], found["same_site"], found["same_class"]) == (5, True, True)


def test_the_earlier_lead_stands_left_and_another_class_weighs_half():
    """The number that came first is kept first."""
    rows = [{"seen_on": pd.Timestamp("2026-06-25")}, {}]
    found = matches.suggest(_table(*rows))
    other = matches.suggest(_table(rows[0], rows[1] | {"machine_class": "burn"}))
    assert found["left_id"].tolist() == [cases.lead("1")["lead_id"]]
    assert other["score"].iloc[0] * 2 == found["score"].iloc[0]


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10**6), count=st.integers(0, 25))
def test_all_near_pairs_are_found_and_no_other(seed, count):
    """Against every pair measured on the ellipsoid, away from the edge of the distance."""
    rng = np.random.default_rng(seed)
    rows = [
        {
            "geometry": _place(126.5 + rng.uniform(0, 0.02), 45.5 + rng.uniform(0, 0.02)),
            "reach_m": float(rng.uniform(0, 200)),
            "seen_on": pd.Timestamp("2026-01-01") + pd.Timedelta(days=int(rng.integers(0, 120))),
        }
        for _ in range(count)
    ]
    table, params = (_table(*rows) if rows else _table({})), Params()
    found = {frozenset(pair) for pair in matches.suggest(table)[["left_id", "right_id"]].to_numpy().tolist()}
    whole = table.to_dict("records")
    for at, one in enumerate(whole):
        for other in whole[:at]:
            a, b = one["geometry"], other["geometry"]
            apart = GEOD.inv(a.x, a.y, b.x, b.y)[2] - one["reach_m"] - other["reach_m"]
            near = abs((one["seen_on"] - other["seen_on"]).days) <= params.days
            if abs(apart - params.within_m) > 2:
                pair = frozenset((one["lead_id"], other["lead_id"]))
                assert (pair in found) == (apart <= params.within_m and near)
