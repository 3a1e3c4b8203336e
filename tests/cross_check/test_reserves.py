"""Reserves: each target in hand really fits its day in place of the visit named."""

from dataclasses import replace

from cross_check import audits, routes
from tests.cross_check import round_made as made


def test_every_reserve_fits_and_comes_by_risk():
    """Of forty targets many stay out; those in hand are unserved, three a day at most, ordered by risk then drive."""
    targets = made.targets(40, 2, 0.3)
    params = replace(made.QUICK, days=2)
    planned = routes.plan(made.assignment(), targets, made.regions(), params=params, lodgings=made.houses())
    hand = planned.reserve
    assert len(hand)
    assert set(hand["target_id"]) <= set(planned.unserved["target_id"])
    for (_, _, day), rows in hand.groupby(["team_id", "crew", "day"]):
        assert len(rows) <= params.reserve
        assert rows["rank"].tolist() == list(range(1, len(rows) + 1))
        keys = list(zip(-rows["risk"], rows["more_min"], strict=True))
        assert keys == sorted(keys)
        today = planned.visits[planned.visits["day"] == day]["target_id"]
        assert set(rows["instead_of"]) <= set(today)


def test_a_reserve_taken_in_keeps_the_rules():
    """A round of the day's visits with the exchange made holds all of them."""
    targets = made.targets(40, 4, 0.3)
    params = replace(made.QUICK, days=1)
    planned = routes.plan(made.assignment(), targets, made.regions(), params=params, lodgings=made.houses())
    first = planned.reserve.iloc[0]
    today = set(planned.visits["target_id"]) - {first["instead_of"]} | {first["target_id"]}
    only = targets[targets["target_id"].isin(today)]
    again = routes.plan(made.assignment(), only, made.regions(), params=params, lodgings=made.houses())
    assert set(again.visits["target_id"]) == today
    audited = {"params": params, "lodgings": made.houses()}
    assert audits.check(again, only, made.assignment(), made.regions(), **audited) == []
