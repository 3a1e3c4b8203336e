"""What a reviewer is told of a patch."""

import geopandas as gpd
import numpy as np
import pytest
from affine import Affine
from pyproj import CRS
from shapely.geometry import box

from gis.crs import STORAGE
from satellite import findings
from satellite.findings import Facts
from satellite.patches import Grid

GRID = Grid(CRS.from_epsg(32651), Affine(10, 0, 600_000, 0, -10, 5_060_000), 400, 400)


def _found(side_m=100.0):
    squares = [
        box(600_500, 5_059_000, 600_500 + side_m, 5_059_000 + side_m),
        box(603_000, 5_057_000, 603_100, 5_057_100),
    ]
    table = {"strength": [9.0, 9.0], "pixels": [100, 100], "machine_class": ["construction", "other"]}
    return gpd.GeoDataFrame(table, geometry=gpd.GeoSeries(squares, crs=GRID.crs).to_crs(STORAGE))


def _facts(residual=0.0, unseen=()):
    cells = np.zeros((50, 50), bool)
    for row, column in unseen:
        cells[row, column] = True
    return Facts(GRID, 5.0, residual, cells, ("size",))


def test_the_error_of_an_area_is_that_of_its_border():
    """40 border pixels of 100 m2, each off by a twelfth squared: 183 m2; what is left of a shift adds to it."""
    still = findings.area_errors_m2(_found(), _facts())
    assert still[0] == pytest.approx(100 * np.sqrt(40 / 12), rel=0.01)
    moved = findings.area_errors_m2(_found(), _facts(residual=0.5))
    assert moved[0] == pytest.approx(np.hypot(still[0], 0.5 * 10 * 400 / 4), rel=0.01)


def test_distance_to_what_was_not_observed():
    """Ten cells of eight pixels away are 800 m; where all was seen nothing is said."""
    inside = (94 // 8, 55 // 8)
    away = findings._unseen_m(_found(), _facts(unseen=[(inside[0], inside[1] + 10)]))
    assert away[0] == pytest.approx(800, rel=0.01)
    assert np.isnan(findings._unseen_m(_found(), _facts())).all()


def test_where_a_rule_holds_change_is_likelier():
    """The probability is higher where a rule holds, rises with the size of such patches, and lies between 0 and 1."""
    found = _found()
    said = findings.probability(found, 5.0)
    assert ((said > 0) & (said < 1)).all()
    assert said[0] > 0.5 > said[1]
    assert findings.probability(found.assign(pixels=400), 5.0)[0] > said[0]


def test_odds_are_what_is_weighed():
    """Odds of 3 to 1, halved and doubled, are 3 to 2 and 6 to 1; what is sure stays so, a ratio of 1 tells nothing."""
    said = np.array([0.75, 0.75, 1.0, 0.0, 0.3])
    weighed = findings.weighed(said, np.array([0.5, 2.0, 0.1, 9.0, 1.0]))
    assert weighed == pytest.approx([3 / 5, 6 / 7, 1.0, 0.0, 0.3])
