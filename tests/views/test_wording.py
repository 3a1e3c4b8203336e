"""Values as people read them."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from gis.language import catalogue
from views import wording

ZH = catalogue("zh")


@pytest.mark.parametrize(
    ("square_metres", "said"),
    [(10_000, "1.00 公顷（15.0 亩）"), (999_999, "100.00 公顷（1,500.0 亩）"), (2_500_000, "2.50 平方公里")],
)
def test_area_in_hectares_and_mu_or_square_kilometres(square_metres, said):
    """One hectare is fifteen mu; from one square kilometre on the unit changes."""
    assert wording.area(square_metres, ZH) == said


@pytest.mark.parametrize(("metres", "said"), [(0, "0 米"), (999, "999 米"), (1000, "1.0 公里"), (np.nan, "")])
def test_distance_in_metres_or_kilometres(metres, said):
    """From one kilometre on the unit changes; nothing is said of a missing distance."""
    assert wording.distance(metres, ZH) == said


@pytest.mark.parametrize(("p", "said"), [(0.0, "<0.0001"), (0.04999, "0.0500"), (1.0, "1.0000"), (np.nan, "")])
def test_chance_never_reads_as_nought(p, said):
    """A small probability is below a bound, not nought."""
    assert wording.chance(p) == said


def test_missing_values_say_nothing():
    """Missing texts, dates and numbers are empty."""
    assert [wording.text(None), wording.day(pd.NaT), wording.number(np.nan)] == ["", "", ""]
    assert wording.day(pd.Timestamp("2021-04-06")) == "2021-04-06"


def test_human_class_wins_over_the_machine():
    """Where a person has named the class, that is shown."""
    leads = pd.DataFrame({"machine_class": ["burn", "waste"], "human_class": [None, "other"]})
    assert wording.class_of(leads) == ["burn", "other"]
    assert wording.class_of(leads[:0]) == []


def test_zone_ids_become_names_and_unknown_ones_stay():
    """Every joined id is named where it is known."""
    zones = gpd.GeoDataFrame({"zone_id": ["Z1"], "name": ["湿地"]}, geometry=gpd.points_from_xy([0], [0]))
    assert wording.zone_names("Z1;Z9", zones) == "湿地; Z9"
    assert wording.zone_names(None, zones) == ""


def test_bins_are_named_by_side_and_share():
    """The seven classes have seven names."""
    names = [wording.bin_label(each, ZH) for each in range(-3, 4)]
    assert len(set(names)) == 7
    assert wording.bin_label(3, ZH) == "热点（99%）"
