"""Year plan slots: how often, when, and what a visit is worth."""

import numpy as np
import pandas as pd
import pytest

from cross_check import yearplan_slots
from tests.cross_check import year_made as made


@pytest.mark.parametrize("wish", [1 / 3, 0.5, 1.0, 2.0, 2.5])
def test_over_the_years_every_site_gets_its_share(wish):
    """Over twelve years a site is due twelve times its wish, and in one year the sites' mean is the wish."""
    years = [sum(yearplan_slots.due(f"S{site}", wish, year) for year in range(2024, 2036)) for site in range(50)]
    assert {abs(total - 12 * wish) < 1 for total in years} == {True}
    one = np.mean([yearplan_slots.due(f"S{site}", wish, 2026) for site in range(3000)])
    assert one == pytest.approx(wish, abs=0.03)


def test_visits_share_the_year_and_fade():
    """Four visits a year have a quarter each; the second covers the share that Params say."""
    wishes = made.wishes(1, 60)
    sites = wishes.sites.assign(visits_per_year=4.0, frozen=False, on_site=True)
    slots = yearplan_slots.of(
        made.Wishes(sites, wishes.capacity, wishes.campaigns[:0], wishes.drawn[:0], wishes.upper), made.PARAMS
    )
    mine = slots[slots["site_id"] == "S0000"]
    assert list(mine["months"]) == [(1, 2, 3), (4, 5, 6), (7, 8, 9), (10, 11, 12)]
    np.testing.assert_allclose(mine["worth"], mine["risk"].iloc[0] * 0.6 ** np.arange(4))


def test_a_campaign_takes_the_place_of_the_nearest_wished_visit():
    """A firm due twice and named by a campaign in May gets two visits, not three."""
    wishes = made.wishes(1, 60)
    sites = wishes.sites.assign(visits_per_year=2.0, frozen=False, on_site=True)
    campaign = pd.DataFrame({"campaign_id": ["C"], "months": ["5"], "site_id": ["S0003"]})
    slots = yearplan_slots.of(
        made.Wishes(sites, wishes.capacity, campaign, wishes.drawn[:0], wishes.upper), made.PARAMS
    )
    mine = slots[slots["site_id"] == "S0003"]
    assert list(zip(mine["kind"], mine["months"], strict=True)) == [
        ("special", (5,)),
        ("routine", (7, 8, 9, 10, 11, 12)),
    ]


def test_a_frozen_site_has_no_winter_month():
    """The frozen season is in no month list of a frozen site."""
    wishes = made.wishes(1, 60)
    sites = wishes.sites.assign(visits_per_year=1.0, frozen=True, on_site=True)
    given = made.Wishes(sites, wishes.capacity, wishes.campaigns, wishes.drawn, wishes.upper)
    slots = yearplan_slots.of(given, made.PARAMS)
    assert all(not set(months) & {1, 2, 12} for months in slots["months"])


def test_staying_gains_more_than_an_earlier_month():
    """A visit announced for June gains more in June than in any other month, though never more than a riskier one."""
    slots = pd.DataFrame({"months": [(4, 5, 6)], "worth": [3.0], "stays": [6]})
    gains = yearplan_slots.gains(slots)[0]
    assert gains.argmax() == 2
    assert gains[0] > gains[1]
    assert gains.max() < 4.0
