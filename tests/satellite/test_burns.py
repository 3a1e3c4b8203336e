"""Scars and fire points."""

from datetime import date

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import Point

from gis.crs import STORAGE
from satellite import burns
from tests.satellite.test_merging import M, patches_of

DAY = date(2024, 10, 20)


def _found(*kinds, before=date(2024, 10, 1)):
    """Make squares 3 km apart."""
    rows = [((3000 * at, 0, 3000 * at + 100, 100), kind, 0.5, DAY) for at, kind in enumerate(kinds)]
    return patches_of(*rows).assign(before_on=pd.Timestamp(before), probability=0.5, gates="size;noise")


def _points(*places):
    """Make fire points from (metres east, metres north, day)."""
    at = [Point(127 + x * M / 0.7071, 45 + y * M) for x, y, _ in places]
    return gpd.GeoDataFrame({"seen_on": pd.to_datetime([day for *_, day in places])}, geometry=at, crs=STORAGE)


def test_a_point_beside_a_scar_confirms_it():
    """Count, distance and day stand beside the scar, its probability rises, that of one without falls."""
    found = burns.corroborate(_found("burn", "burn"), _points((400, 50, date(2024, 10, 12)), (500, 50, DAY)))
    assert found["fire_points"].tolist() == [2, 0]
    assert found["fire_m"].iloc[0] == pytest.approx(300, rel=0.02)
    assert found["fire_on"].iloc[0] == pd.Timestamp(2024, 10, 12)
    assert found["gates"].tolist() == ["size;noise;fire_point", "size;noise"]
    assert found["probability"].iloc[0] > 0.9
    assert found["probability"].iloc[1] == pytest.approx(0.6 * 0.5 / (1 - 0.5 + 0.6 * 0.5))


@pytest.mark.parametrize("point", [(700, 50, DAY), (400, 50, date(2024, 10, 21)), (400, 50, date(2024, 9, 30))])
def test_far_later_or_earlier_points_do_not_count(point):
    """Six hundred metres away, a day after the later image, a day before the earlier one."""
    assert burns.corroborate(_found("burn"), _points(point))["fire_points"].tolist() == [0]


def test_only_days_before_the_later_image_count():
    """In a pair of a year a fire of spring says nothing of a scar of October."""
    found = _found("burn", before=date(2024, 3, 1))
    assert burns.corroborate(found, _points((400, 50, date(2024, 4, 1))))["fire_points"].tolist() == [0]
    wide = burns.Params(days=300)
    assert burns.corroborate(found, _points((400, 50, date(2024, 4, 1))), params=wide)["fire_points"].tolist() == [1]


def test_other_classes_and_unknown_dates_are_left_alone():
    """A shed beside a fire is no scar; without dates nothing can be held together."""
    near = _points((50, 50, DAY), (3050, 50, DAY))
    found = burns.corroborate(_found("construction", "burn").assign(before_on=pd.NaT), near)
    assert found["fire_points"].isna().all()
    assert found["probability"].tolist() == [0.5, 0.5]


def test_the_odds_move_as_the_data_do():
    """Bayes on planted truth: scars and decoys with points at their own rates; what is said is what is true."""
    rng = np.random.default_rng(3)
    params, chance, count = burns.Params(seen_share=0.4), 0.1, 200_000
    prior = rng.uniform(0.05, 0.95, count)
    real = rng.random(count) < prior
    with_fire = (real & (rng.random(count) < 0.4)) | (rng.random(count) < chance)
    said = burns.moved(prior, with_fire, np.full(count, chance), params)
    for low in np.arange(0, 1, 0.1):
        inside = (said >= low) & (said < low + 0.1)
        assert real[inside].mean() == pytest.approx(said[inside].mean(), abs=0.015)


def test_many_points_around_prove_little():
    """Where fires burn everywhere a point beside a scar raises its probability less."""
    alone = burns.corroborate(_found("burn"), _points((400, 50, DAY)))
    rng = np.random.default_rng(1)
    crowd = [(*place, DAY) for place in rng.uniform(-15_000, 15_000, (400, 2))]
    among = burns.corroborate(_found("burn"), _points((400, 50, DAY), *crowd))
    assert 0.5 < among["probability"].iloc[0] < alone["probability"].iloc[0]


@pytest.mark.parametrize("wrong", [{"seen_share": 0}, {"within_m": -1}, {"days": -1}])
def test_meaningless_parameters_are_refused(wrong):
    """Shares lie between 0 and 1, lengths are not negative."""
    with pytest.raises(ValueError, match="seen_share"):
        burns.Params(**wrong)
