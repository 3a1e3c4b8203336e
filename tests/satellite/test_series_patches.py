"""Groups of one state and what is told about them."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from affine import Affine
from pyproj import CRS

from satellite import series, series_patches
from satellite.patches import Grid
from satellite.series_patches import Facts

GRID = Grid(CRS.from_epsg(32652), Affine(10, 0, 400_000, 0, -10, 5_100_000), 40, 50)
FACTS = Facts("ndvi", 0.04, date(2020, 10, 1), date(2021, 7, 1))
PARAMS = series.Params(smallest_m2=1500)


def _day(year, month, day):
    return (date(year, month, day) - date(1970, 1, 1)).days


def _planted():
    """A confirmed square beside a provisional one, and a confirmed speck."""
    state = np.zeros((40, 50), np.uint8)
    state[5:15, 5:15] = series.CONFIRMED
    state[5:15, 15:20] = series.PROVISIONAL
    state[30, 30] = series.CONFIRMED
    watch = series.begin(state.shape)
    watch.run[state > 0] = -3
    watch.run[5:10, 5:15] = 0
    watch.days[0][state > 0] = _day(2021, 6, 1)
    watch.days[0][7, 7] = _day(2021, 5, 20)
    watch.days[1][state == series.CONFIRMED] = _day(2021, 6, 21)
    watch.days[2][:] = _day(2021, 7, 1)
    watch.departure[state > 0] = -4000
    return state, watch


def _described(tiles):
    state, watch = _planted()
    groups = series_patches.group(state, GRID, PARAMS)
    parts = (
        (tile, series.Watch(watch.run[tile], watch.days[(slice(None), *tile)], watch.departure[tile])) for tile in tiles
    )
    return groups, series_patches.describe(groups, parts, grid=GRID, facts=FACTS, params=PARAMS)


WHOLE = [(slice(0, 40), slice(0, 50))]


def test_states_make_patches_of_their_own():
    """Confirmed and provisional pixels that touch stay apart; the speck is counted, not lost."""
    groups, found = _described(WHOLE)
    assert groups.too_small == 1
    assert sorted(found["state"]) == ["confirmed", "provisional"]
    confirmed = found.set_index("state").loc["confirmed"]
    assert confirmed["area_m2"] == pytest.approx(10_000, rel=0.01)
    assert confirmed["departure"] == confirmed["d_ndvi"] == pytest.approx(-0.4)
    assert confirmed["begun_on"] == pd.Timestamp(2021, 5, 20)
    assert confirmed["confirmed_on"] == pd.Timestamp(2021, 6, 21)
    assert confirmed["still_share"] == 0.5
    assert confirmed["score"] == pytest.approx(1 - PARAMS.threshold * FACTS.typical / 0.4)
    assert found["confirmed_on"].isna().sum() == 1


def test_tiles_do_not_matter():
    """The table is the same whatever tiles the state is read in, ids included."""
    halves = [(slice(0, 9), slice(0, 50)), (slice(9, 40), slice(0, 11)), (slice(9, 40), slice(11, 50))]
    pd.testing.assert_frame_equal(pd.DataFrame(_described(WHOLE)[1]), pd.DataFrame(_described(halves)[1]))


def test_nothing_found_is_an_empty_table():
    """A quiet year gives no row and all columns."""
    groups = series_patches.group(np.zeros((40, 50), np.uint8), GRID, PARAMS)
    parts = [(WHOLE[0], series.begin((40, 50)))]
    found = series_patches.describe(groups, parts, grid=GRID, facts=FACTS, params=PARAMS)
    assert found.empty
    assert set(series_patches.SCHEMA.columns) == set(found.columns)
