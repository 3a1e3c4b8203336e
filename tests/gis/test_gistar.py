"""Gi* against esda and real data, its p against permutations."""

import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from esda.getisord import G_Local
from libpysal.graph import Graph

from gis import gistar, weights, windows
from gis.errors import WorkbenchError
from gis.windows import Lattice

REAL = Path(__file__).parents[3] / "shared" / "data" / "hotspots"
needs_real = pytest.mark.skipif(not REAL.is_dir(), reason="the real data of ../shared/data/hotspots are not here")


def _esda(values, inside, radius):
    rows, columns = np.nonzero(inside)
    if radius == 1.5:
        cells = gpd.GeoSeries(shapely.box(columns, rows, columns + 1, rows + 1))
        graph = Graph.build_contiguity(cells, rook=False)
    else:
        graph = Graph.build_distance_band(gpd.GeoSeries(gpd.points_from_xy(columns, rows)), radius, binary=True)
    return G_Local(values, graph.assign_self_weight(), transform="B", star=True, permutations=0).Zs


def _real(name):
    table = pd.read_parquet(REAL / f"{name}.parquet")
    return table, weights.touching(gpd.GeoSeries.from_wkt(table["geometry_wkt"]))


@pytest.mark.parametrize("radius", [1.5, 3, 7])
@pytest.mark.parametrize("whole", [False, True])
def test_z_is_that_of_esda(radius, whole):
    """The same grid through esda's binary Gi* gives the same z within 1e-9, border cells and holes included."""
    rng = np.random.default_rng(1)
    inside = rng.random((20, 25)) < 0.9
    counts = rng.poisson(2, inside.shape)[inside]
    values = counts if whole else counts + rng.normal(100, 50, counts.size)
    found = gistar.z(values, Lattice(inside, windows.disc(radius)))
    assert found == pytest.approx(_esda(values.astype(float), inside, radius), abs=1e-9)


@needs_real
@pytest.mark.parametrize("name", ["nc_sids2_SID74", "columbus_CRIME"])
def test_real_polygons_reproduce(name):
    """North Carolina and Columbus: z cell by cell, the largest and its place, the number below .05."""
    table, around = _real(name)
    summary = json.loads((REAL / "summary.json").read_text())[name.removeprefix("nc_")]
    z = gistar.z(table["y"].to_numpy(dtype=float), around)
    assert z == pytest.approx(table["gistar_z"].to_numpy(), abs=1e-9)
    assert z.max() == pytest.approx(summary["gistar_max"], abs=1e-9)
    assert z.argmax() == summary["gistar_argmax"]
    assert (table["gistar_p_two"] < 0.05).sum() == summary["n_p05"]


def _permuted(values, around, times, rng):
    """Return the share of conditional permutations with at least as large a sum of neighbours, the plain way."""
    others = around.sums(values) - values
    share = np.empty(values.size)
    for at in range(values.size):
        rest = np.delete(values, at)
        many = int(around.members[at]) - 1
        picks = rng.integers(rest.size, size=(times, many))
        while len(again := np.flatnonzero((np.diff(np.sort(picks, axis=1), axis=1) == 0).any(axis=1))):
            picks[again] = rng.integers(rest.size, size=(len(again), many))
        share[at] = (rest[picks].sum(axis=1) >= others[at] - 1e-9).mean()
    return share


def test_p_of_counts_is_what_permutations_come_near_to():
    """Against 9,999 conditional permutations of 400 cells the error is the Monte Carlo error and nothing else."""
    rng = np.random.default_rng(2)
    counts = rng.poisson(2, 400)
    around = Lattice(np.ones((20, 20), bool), windows.disc(1.5))
    p = gistar.of_counts(counts, around, tail="hot", own_stays=True).p
    share = _permuted(counts, around, 9999, rng)
    expected = np.sqrt((p * (1 - p) / 9999).mean())
    assert np.sqrt(((share - p) ** 2).mean()) == pytest.approx(expected, rel=0.1)


@needs_real
@pytest.mark.parametrize("name", ["nc_sids2_SID74", "columbus_CRIME"])
def test_p_of_real_data_is_what_permutations_come_near_to(name):
    """Counts by the exact law, rates by shared deals: both agree with 9,999 permutations cell by cell."""
    table, around = _real(name)
    values = table["y"].to_numpy(dtype=float)
    rng = np.random.default_rng(3)
    if name.startswith("nc"):
        p = gistar.of_counts(values.astype(np.int64), around, tail="hot", own_stays=True).p
        errors = 1
    else:
        p = gistar.of_values(values, around, rng, tail="hot", own_stays=True).p
        errors = 2
    share = _permuted(values, around, 9999, rng)
    rms = np.sqrt((errors * p * (1 - p) / 9999).mean())
    assert np.sqrt(((share - p) ** 2).mean()) < 1.4 * rms
    assert np.abs(share - p).max() < 6 * np.sqrt(errors * 0.25 / 9999)


def test_shared_deals_hold_the_level():
    """Of continuous values without a pattern, one in twenty cells has p below .05, hot and cold."""
    rng = np.random.default_rng(4)
    around = Lattice(np.ones((60, 60), bool), windows.disc(1.5))
    for tail in ("hot", "cold"):
        found = gistar.of_values(rng.lognormal(0, 1, 3600), around, rng, tail=tail)
        assert (found.p <= 0.05).mean() == pytest.approx(0.05, abs=0.02)


def test_the_own_count_matters_only_where_it_is_dealt():
    """A lone peak is hot itself when all is dealt anew, and its neighbours are not hot when it keeps its count."""
    counts = np.zeros((15, 15), np.int64)
    counts[::3, ::3] = 1
    counts[7, 7] = 12
    around = Lattice(np.ones(counts.shape, bool), windows.disc(1.5))
    dealt = gistar.of_counts(counts.ravel(), around, tail="hot").p.reshape(counts.shape)
    stays = gistar.of_counts(counts.ravel(), around, tail="hot", own_stays=True).p.reshape(counts.shape)
    assert dealt[7, 7] < 0.05
    assert stays[7, 7] > 0.2


def test_exposure_explains_what_it_holds():
    """Cases that follow exposure stand out nowhere; without it they would; an excess above it is found."""
    rng = np.random.default_rng(5)
    exposure = np.ones((40, 40))
    exposure[5:12, 5:12] = 8
    rate = exposure.copy()
    rate[25:28, 25:28] *= 4
    counts = rng.poisson(2 * rate).ravel()
    around = Lattice(np.ones((40, 40), bool), windows.disc(1.5))
    found = gistar.of_exposed(counts, exposure.ravel(), around, tail="hot").p.reshape(40, 40)
    blind = gistar.of_counts(counts, around, tail="hot").p.reshape(40, 40)
    assert blind[8, 8] < 1e-6
    assert found[5:12, 5:12].min() > 1e-4
    assert found[26, 26] < 1e-6


def test_windows_without_exposure_say_nothing():
    """Where nobody lives there is no excess to speak of, and an exposure below 0 is refused."""
    exposure = np.ones(100)
    exposure[:40] = 0
    counts = np.random.default_rng(6).poisson(2 * exposure)
    around = Lattice(np.ones((10, 10), bool), windows.disc(1.5))
    found = gistar.of_exposed(counts, exposure, around)
    assert np.isnan(found.z[:30]).all()
    assert np.isnan(found.p[:30]).all()
    assert np.isfinite(found.p[50:]).all()
    with pytest.raises(ValueError, match="not negative"):
        gistar.of_exposed(counts, -exposure, around)


def test_nothing_is_said_of_flat_maps_and_whole_maps():
    """No z without variation, none of a window that is the map."""
    around = Lattice(np.ones((5, 5), bool), windows.square(5))
    assert np.isnan(gistar.of_counts(np.full(25, 3), around).p).all()
    assert np.isnan(gistar.z(np.full(25, 0.1), around)).all()
    assert np.isnan(gistar.of_counts(np.arange(25), around).z).all()


def test_negative_counts_and_laws_too_large_are_refused():
    """A mistake of the caller, and a request that memory cannot meet."""
    around = Lattice(np.ones((120, 120), bool), windows.square(50))
    with pytest.raises(ValueError, match="not negative"):
        gistar.of_counts(np.full(14_400, -1), around)
    with pytest.raises(WorkbenchError) as refusal:
        gistar.of_counts(np.random.default_rng(7).poisson(1000, 14_400), around)
    assert refusal.value.code == "hotspots.too_many"
