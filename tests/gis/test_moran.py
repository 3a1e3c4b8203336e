"""Local Moran's I against esda and real data."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from esda.moran import Moran_Local
from libpysal.graph import Graph

from gis import moran, weights, windows
from gis.windows import Lattice

REAL = Path(__file__).parents[3] / "shared" / "data" / "hotspots"


def test_i_and_quadrants_are_those_of_esda():
    """The same grid with holes through esda gives the same I within 1e-9 and the same quadrants."""
    rng = np.random.default_rng(1)
    inside = rng.random((15, 18)) < 0.9
    counts = rng.poisson(3, inside.shape)[inside]
    rows, columns = np.nonzero(inside)
    graph = Graph.build_contiguity(gpd.GeoSeries(shapely.box(columns, rows, columns + 1, rows + 1)), rook=False)
    expected = Moran_Local(counts.astype(float), graph, transformation="r", permutations=0)
    found = moran.of_counts(counts, Lattice(inside, windows.square(1)))
    assert found.i == pytest.approx(expected.Is, abs=1e-9)
    assert (found.quadrant == expected.q).all()


@pytest.mark.skipif(not REAL.is_dir(), reason="the real data of ../shared/data/hotspots are not here")
@pytest.mark.parametrize("name", ["nc_sids2_SID74", "columbus_CRIME"])
def test_real_polygons_reproduce(name):
    """I, quadrant and, within the error of 999 permutations, p of North Carolina and Columbus."""
    table = pd.read_parquet(REAL / f"{name}.parquet")
    around = weights.touching(gpd.GeoSeries.from_wkt(table["geometry_wkt"]))
    values = table["y"].to_numpy(dtype=float)
    if name.startswith("nc"):
        found, below = (moran.of_counts(values.astype(np.int64), around, tail=tail) for tail in ("hot", "cold"))
    else:
        rngs = np.random.default_rng(2).spawn(2)
        tails = zip(rngs, ("hot", "cold"), strict=True)
        found, below = (moran.of_values(values, around, rng, tail=tail) for rng, tail in tails)
    assert found.i == pytest.approx(table["moran_Is"].to_numpy(), abs=1e-9)
    assert (found.quadrant == table["moran_q"]).all()
    # esda counts permuted I at least as large: for low cells these are low neighbours. The smaller side is told.
    p = np.where(values > values.mean(), found.p, below.p)
    folded = np.minimum(p, 1 - p)
    error = np.sqrt(folded * (1 - folded) / 999)
    assert (np.abs(folded - table["moran_p999"]) <= 4.5 * error + 0.004).all()


def test_patterns_name_what_they_are():
    """A high block is high among high, a peak alone is high among low, a hole in the block is low among high."""
    counts = np.ones((20, 20), np.int64)
    counts[4:9, 4:9] = 9
    counts[6, 6] = 0
    counts[15, 15] = 9
    found = moran.of_counts(counts.ravel(), Lattice(np.ones(counts.shape, bool), windows.square(1)))
    names = np.array(moran.PATTERNS)[found.quadrant].reshape(counts.shape)
    assert names[5, 5] == "high_high"
    assert names[15, 15] == "high_low"
    assert names[6, 6] == "low_high"
    assert names[0, 0] == "low_low"


def test_cells_alone_and_flat_maps_have_no_association():
    """Without neighbours or without variation there is nothing to say."""
    inside = np.zeros((6, 6), bool)
    inside[0, 0] = inside[3:, 3:] = True
    counts = np.arange(int(inside.sum()))
    alone = moran.of_counts(counts, Lattice(inside, windows.square(1)))
    assert np.isnan(alone.i[0])
    assert np.isnan(alone.p[0])
    assert alone.quadrant[0] == 0
    flat = moran.of_counts(np.full(36, 2), Lattice(np.ones((6, 6), bool), windows.square(1)))
    assert np.isnan(flat.i).all()
