"""Gi* against esda, exact p against simulation and enumeration, and honesty on maps without a cluster."""

from itertools import combinations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import stats
from shapely.geometry import box

from gis import grids, hotspots
from gis.crs import EQUAL_AREA, STORAGE

ALL = np.ones((20, 25), bool)


def test_z_is_that_of_esda():
    """The same grid through esda's binary Gi* gives the same z within 1e-9, border cells and holes included."""
    from esda.getisord import G_Local
    from libpysal.graph import Graph

    rng = np.random.default_rng(1)
    counts = rng.poisson(2, ALL.shape)
    inside = rng.random(ALL.shape) < 0.9
    counts[~inside] = 0
    rows, columns = np.nonzero(inside)
    cells = gpd.GeoSeries(shapely.box(columns, rows, columns + 1, rows + 1))
    weights = Graph.build_contiguity(cells, rook=False).assign_self_weight()
    expected = G_Local(counts[inside].astype(float), weights, transform="B", star=True, permutations=0).Zs
    assert hotspots.gi_star(counts, inside).z[inside] == pytest.approx(expected, abs=1e-9)


@settings(max_examples=25)
@given(values=st.lists(st.integers(0, 6), min_size=5, max_size=9), draws=st.integers(1, 4))
def test_tails_equal_enumeration(values, draws):
    """All subsets counted by hand give the law of the sum."""
    below, above = hotspots._tails(np.array(values), draws)
    sums = [sum(chosen) for chosen in combinations(values, draws)]
    for total in range(len(below)):
        assert below[total] == pytest.approx(np.mean([s <= total for s in sums]), abs=1e-12)
        assert above[total] == pytest.approx(np.mean([s >= total for s in sums]), abs=1e-12)


def test_p_equals_simulation():
    """9,999 random draws of a window agree within four Monte Carlo errors."""
    rng = np.random.default_rng(2)
    counts = rng.negative_binomial(1, 0.4, ALL.shape)
    below, above = hotspots._tails(counts.ravel(), 9)
    sums = np.array([rng.choice(counts.ravel(), 9, replace=False).sum() for _ in range(9999)])
    for total in (5, 10, 15, 20, 30):
        share = (sums >= total).mean()
        assert above[total] == pytest.approx(share, abs=4 * np.sqrt(share * (1 - share) / 9999) + 1e-4)
        assert below[total] + above[total] >= 1


@settings(max_examples=25)
@given(counts=hnp.arrays(np.int64, (6, 7), elements=st.integers(0, 5)), reach=st.integers(1, 3))
def test_windows_equal_a_plain_loop(counts, reach):
    """Prefix sums equal sums written out."""
    found = hotspots._window_sums(counts, reach)
    for row in range(6):
        for column in range(7):
            window = counts[max(row - reach, 0) : row + reach + 1, max(column - reach, 0) : column + reach + 1]
            assert found[row, column] == window.sum()


def test_maps_without_a_cluster_stay_quiet():
    """Of 300 cluster-free maps about one in twenty or fewer shows anything at 95 % (a normal z would show 18 %)."""
    rng = np.random.default_rng(3)
    inside = np.ones((40, 40), bool)
    shown = 0
    for _ in range(300):
        p = hotspots.gi_star(rng.poisson(2, inside.shape), inside).p
        shown += (stats.false_discovery_control(p.ravel()) <= 0.05).any()
    assert shown / 300 <= 0.08


def test_a_planted_cluster_is_found():
    """A block with three times the rate is hot at 99 %, and little else is."""
    rng = np.random.default_rng(4)
    rate = np.full((40, 40), 2.0)
    rate[10:16, 20:26] = 6
    local = hotspots.gi_star(rng.poisson(rate), np.ones(rate.shape, bool))
    adjusted = stats.false_discovery_control(local.p.ravel()).reshape(rate.shape)
    hot = hotspots.bins(local.z, adjusted) == 3
    assert hot[12:14, 22:24].all()
    assert hot[:8].sum() == 0


def test_a_flat_map_says_nothing():
    """Counts that do not vary have no z and no p."""
    local = hotspots.gi_star(np.full(ALL.shape, 3), ALL)
    assert np.isnan(local.z).all()
    assert np.isnan(local.p).all()


def test_the_table_is_whole():
    """Signals in, a row a cell out: counts add up, the bin follows the adjusted p, ids are stable."""
    area = gpd.GeoDataFrame(geometry=[box(126, 45, 127, 45.6)], crs=STORAGE)
    rng = np.random.default_rng(5)
    lon = np.concatenate([rng.uniform(126.02, 126.98, 400), rng.normal(126.5, 0.02, 150)])
    lat = np.concatenate([rng.uniform(45.02, 45.58, 400), rng.normal(45.3, 0.015, 150)])
    table = {"signal_id": [f"s{at}" for at in range(550)], "kind": "fire_point", "seen_on": pd.Timestamp("2024-04-01")}
    points = gpd.GeoDataFrame(table, geometry=gpd.points_from_xy(lon, lat), crs=STORAGE)
    cells = hotspots.find(points, grids.cover(area))
    assert cells["count"].sum() == pytest.approx(550, abs=12)
    assert (cells["p_adjusted"] >= cells["p"] - 1e-15).all()
    assert (cells.loc[cells["bin"] == 3, "p_adjusted"] <= 0.01).all()
    centre = gpd.GeoSeries(gpd.points_from_xy([126.5], [45.3]), crs=STORAGE).to_crs(EQUAL_AREA).iloc[0]
    hot = cells[cells["bin"] == 3].to_crs(EQUAL_AREA)
    assert len(hot)
    assert hot.distance(centre).max() < 12_000


@pytest.mark.parametrize(("counts", "reach"), [(np.full(ALL.shape, -1), 1), (np.zeros(ALL.shape, int), 0)])
def test_meaningless_input_is_refused(counts, reach):
    """Negative counts and empty windows are a programmer's mistake."""
    with pytest.raises(ValueError, match="reach"):
        hotspots.gi_star(counts, ALL, reach=reach)
