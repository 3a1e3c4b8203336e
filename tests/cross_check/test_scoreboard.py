"""The scoreboard on hand-made truths whose score is plain."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import box

from cross_check import scoreboard
from gis.crs import EQUAL_AREA, STORAGE


def _squares(*places, **columns):
    geometry = [box(x, y, x + 100, y + 100) for x, y in places]
    return gpd.GeoDataFrame(columns, geometry=geometry, crs=EQUAL_AREA).to_crs(STORAGE)


TRUTH = _squares(
    (0, 0), (1000, 0), (2000, 0), (3000, 0), kind=["waste", "waste", "burn", "ploughing"], decoy=[False] * 3 + [True]
)
ALL_SEEN = pd.Series(1.0, index=TRUTH.index)


def _rows(score):
    return {row.kind: (row.planted, row.hidden, row.found, row.right_class) for row in score.rows.itertuples()}


def test_found_missed_and_made_up():
    """One of two heaps found and named, the burn found under another name, a decoy and a fancy reported."""
    leads = _squares((0, 0), (2000, 0), (3000, 0), (9000, 0), machine_class=["waste", "clearing", "waste", "waste"])
    score = scoreboard.score_leads(leads, TRUTH, ALL_SEEN)
    assert _rows(score) == {"waste": (2, 0, 1, 1), "burn": (1, 0, 1, 0), "ploughing": (1, 0, 1, 0)}
    assert (score.reported, score.right) == (4, 2)
    assert (score.recall, score.precision) == (pytest.approx(2 / 3), 0.5)


def test_what_lay_under_cloud_is_not_missed():
    """A hidden change counts neither as found nor against the recall."""
    seen = ALL_SEEN.copy()
    seen[1] = 0.2
    score = scoreboard.score_leads(_squares((0, 0), machine_class=["waste"]), TRUTH, seen)
    assert _rows(score)["waste"] == (2, 1, 1, 1)
    assert score.recall == pytest.approx(1 / 2)


def test_a_mere_touch_is_no_find():
    """A lead that covers a tenth of a change has not found it, and is not right."""
    score = scoreboard.score_leads(_squares((90, 0), machine_class=["waste"]), TRUTH, ALL_SEEN)
    assert (score.recall, score.right) == (0, 0)


def test_nothing_reported():
    """Without leads the recall is 0 and the precision unknown."""
    score = scoreboard.score_leads(TRUTH.iloc[:0].assign(machine_class="waste"), TRUTH, ALL_SEEN)
    assert score.recall == 0
    assert np.isnan(score.precision)


def test_hot_cells_and_clusters():
    """A cluster is found by one hot cell in its disc; cold cells and cells elsewhere do not help."""
    clusters = _squares((0, 0), (5000, 0), kind=["fire_point", "fire_point"])
    cells = _squares((50, 50), (60, 60), (8000, 0), (5000, 0), bin=[3, 2, 3, 1])
    score = scoreboard.score_hotspots(cells, clusters)
    assert _rows(score) == {"fire_point": (2, 0, 1, 1)}
    assert (score.reported, score.right) == (3, 2)
