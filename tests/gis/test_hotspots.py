"""Hotspots: honest on maps without a cluster, able to find planted ones, on squares, hexagons and polygons."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from scipy import stats
from shapely.geometry import box

from gis import grids, hotspots
from gis.crs import EQUAL_AREA, STORAGE
from gis.errors import WorkbenchError
from gis.hotspots import Params
from gis.windows import Lattice, disc
from tests.benchmarks import bench_calibration as calibration

ALL = np.ones((20, 25), bool)


def _arounds(shape, radii=(1.5, 3.0)):
    return [Lattice(np.ones(shape, bool), disc(radius)) for radius in radii]


def test_maps_without_a_cluster_stay_quiet():
    """Of 300 cluster-free maps about one in twenty shows anything at 95 %, as promised; the usual rule shows 18 %."""
    error = np.sqrt(0.05 * 0.95 / 300)
    assert 0.05 - 3 * error <= calibration.share_shown(300, np.random.default_rng(20_260_101)) <= 0.05 + 2 * error


def test_planted_clusters_are_found_and_little_else():
    """Of six discs on a map half the cells are found, and hardly a window is flagged that touches none."""
    score = calibration.planted(60, np.random.default_rng(20_260_102))
    assert score.recall >= 0.49
    assert score.astray <= 0.02


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


def _events(counts, cells):
    """Return as many events in the middle of each cell as counted."""
    middles = cells.outlines().to_crs(EQUAL_AREA).centroid.to_crs(STORAGE)
    at = np.repeat(np.arange(len(counts)), counts)
    table = {"signal_id": [f"s{one}" for one in range(len(at))], "kind": "complaint"}
    return gpd.GeoDataFrame(
        table | {"seen_on": pd.Timestamp("2024-04-01")}, geometry=middles.iloc[at].to_numpy(), crs=STORAGE
    )


def test_few_cases_are_a_warning_and_no_colour():
    """Four cases side by side in an empty county are significant, and too few to colour."""
    cells = grids.cover(gpd.GeoDataFrame(geometry=[box(126, 45, 127, 46)], crs=STORAGE))
    grid = np.zeros(cells.inside.shape, np.int64)
    grid[15:17, 15:17] = grid[3, 3] = grid[25, 12] = 1
    counts = grid[cells.inside]
    table = hotspots.find(_events(counts, cells), cells)
    assert (table["bin"] == 0).all()
    assert table["few"].any()
    assert (table.loc[table["few"], "window_count"] < 5).all()
    bold = hotspots.find(_events(counts, cells), cells, params=Params(least_cases=1))
    assert (bold["bin"] > 0).sum() == table["few"].sum()


def test_hexagons_and_polygons_are_searched_too():
    """A dense corner is hot in hexagons, by area, and in polygons, by their own population."""
    rng = np.random.default_rng(6)
    area = gpd.GeoDataFrame(geometry=[box(126, 45, 127, 46)], crs=STORAGE)
    lon = np.concatenate([rng.uniform(126, 127, 600), rng.uniform(126.1, 126.3, 200)])
    lat = np.concatenate([rng.uniform(45, 46, 600), rng.uniform(45.1, 45.3, 200)])
    table = {"signal_id": [f"s{at}" for at in range(800)], "kind": "complaint", "seen_on": pd.Timestamp("2024-04-01")}
    points = gpd.GeoDataFrame(table, geometry=gpd.points_from_xy(lon, lat), crs=STORAGE)
    hexagons = grids.hexagons(area, resolution=6)
    found = hotspots.find(points, hexagons, exposure=hexagons.areas_m2())
    corner = box(126.05, 45.05, 126.35, 45.35)
    assert (found["bin"] == 3).sum() > 5
    assert found.loc[found["bin"] == 3].within(corner.buffer(0.15)).all()
    row, column = np.divmod(np.arange(100), 10)
    west, south = 126 + column / 10, 45 + row / 10
    layer = gpd.GeoDataFrame(
        {"code": [f"t{at}" for at in range(100)]},
        geometry=shapely.box(west, south, west + 0.1, south + 0.1),
        crs=STORAGE,
    )
    towns = grids.polygons(layer, id_column="code")
    assert (hotspots.find(points, towns, params=Params(radii=(1.0,)), exposure=towns.areas_m2())["bin"] == 3).any()
    people = np.where(np.isin(row, (1, 2)) & np.isin(column, (1, 2)), 9.0, 1.0)
    explained = hotspots.find(points, towns, params=Params(radii=(1.0,)), exposure=people)
    assert not (explained.set_index("cell_id").loc[["t11", "t12", "t21", "t22"], "bin"] > 0).any()


def test_moran_colours_high_among_high():
    """A block is coloured; a lone peak is named an outlier and not coloured; an exposure is refused."""
    rng = np.random.default_rng(7)
    cells = grids.cover(gpd.GeoDataFrame(geometry=[box(126, 45, 127, 46)], crs=STORAGE))
    rate = np.full(cells.inside.shape, 0.5)
    rate[10:15, 10:15] = 6
    rate[20, 20] = 40
    counts = rng.poisson(rate)[cells.inside]
    table = hotspots.find(_events(counts, cells), cells, params=Params(statistic="moran")).set_index("cell_id")
    names = np.full(cells.inside.shape, "", object)
    names[cells.inside] = cells.ids()
    assert (table.loc[names[11:14, 11:14].ravel(), "bin"] == 3).all()
    assert table.loc[names[20, 20], ["bin", "pattern"]].tolist() == [0, "high_low"]
    assert set(table.loc[table["bin"] > 0, "pattern"]) == {"high_high"}
    with pytest.raises(WorkbenchError) as refusal:
        hotspots.judge(counts, _arounds((5, 5)), Params(statistic="moran"), exposure=np.ones(counts.size))
    assert refusal.value.code == "hotspots.no_rates"


def test_cold_cells_are_found_on_request():
    """Who looks for both sides finds the hole as well as the block, each with its sign."""
    rng = np.random.default_rng(8)
    rate = np.full((30, 30), 4.0)
    rate[5:12, 5:12] = 0.2
    rate[20:25, 20:25] = 12
    counts = rng.poisson(rate).ravel()
    both = hotspots.judge(counts, _arounds(rate.shape), Params(tail="both")).bin.reshape(rate.shape)
    assert both[8, 8] == -3
    assert both[22, 22] == 3
    assert hotspots.judge(counts, _arounds(rate.shape), Params(tail="cold")).bin.max() == 0
    assert hotspots.judge(counts, _arounds(rate.shape), Params(tail="hot")).bin.min() == 0


def test_the_stricter_correction_finds_less():
    """What Benjamini-Yekutieli colours, Benjamini-Hochberg colours too."""
    rng = np.random.default_rng(9)
    rate = np.full((40, 40), 2.0)
    rate[10:14, 10:14] = 5
    counts = rng.poisson(rate).ravel()
    loose, strict = (hotspots.judge(counts, _arounds(rate.shape), Params(method=name)).bin for name in ("bh", "by"))
    assert (strict <= loose).all()
    assert 0 < (strict > 0).sum() < (loose > 0).sum()


def test_the_same_seed_gives_the_same_map():
    """The deals behind the p of the map come from the seed alone."""
    counts = np.random.default_rng(10).poisson(2, 900)
    counts[400:404] += 9
    one, other = (hotspots.judge(counts, _arounds((30, 30)), Params()) for _ in range(2))
    assert one.p_map == other.p_map
    assert (one.bin == other.bin).all()


@pytest.mark.parametrize(("counts", "reach"), [(np.full(ALL.shape, -1), 1), (np.zeros(ALL.shape, int), 0)])
def test_meaningless_input_is_refused(counts, reach):
    """Negative counts and empty windows are a programmer's mistake."""
    with pytest.raises(ValueError, match="reach"):
        hotspots.gi_star(counts, ALL, reach=reach)


@pytest.mark.parametrize("method", ["bh", "by"])
def test_repeated_p_are_adjusted_as_single_ones(method):
    """What scipy makes of as many p as there are tests is made of the few different ones, to the bit."""
    rng = np.random.default_rng(3)
    p, times = rng.random(40), rng.integers(0, 6, 40)
    expected = stats.false_discovery_control(np.repeat(p, times), method=method)
    found = np.repeat(hotspots.adjust_repeated(p, times, method), times)
    assert (found == expected).all()
