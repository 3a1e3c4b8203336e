"""Hotspots of measured values: planted plumes are found, maps without any stay blank, gaps are no neighbours."""

import geopandas as gpd
import numpy as np
import pytest
from shapely.geometry import box

from gis import gistar, grids, measures, windows
from gis.crs import EQUAL_AREA, STORAGE
from gis.errors import WorkbenchError
from gis.hotspots import Params


def _tiles(rows=20, columns=25):
    area = gpd.GeoDataFrame(geometry=[box(300, 300, 3000 * columns - 300, 3000 * rows - 300)], crs=EQUAL_AREA).to_crs(
        STORAGE
    )
    return grids.cover(area)


TILES = _tiles()
SIZE = len(TILES.ids())
ONE = np.ones(SIZE, np.int64)


def _values(seed, plume=0.0):
    """Return lognormal concentrations with a plume of five by five cells around row 10, column 12."""
    values = np.random.default_rng(seed).lognormal(0, 0.5, TILES.inside.shape)
    values[8:13, 10:15] += plume
    return values.ravel()


def test_a_plume_is_found_and_only_there():
    """The middle of what was planted is hot at 99 %; no hot cell's window lies beside it."""
    table = measures.find(_values(1, plume=2.0), ONE, TILES)
    hot = table[table["bin"] > 0]
    column, row = (hot["cell_id"].str.split(":", expand=True)[at].astype(int) for at in (1, 2))
    assert table.set_index("cell_id").loc["3000:12:10", "bin"] == 3
    assert (column.between(6, 18) & row.between(4, 16)).all()
    assert table["p_map"].iloc[0] == pytest.approx(1 / 200)


def test_maps_without_a_plume_stay_blank():
    """Of ten maps of noise two at most show anything at 95 %; more has a chance of one in ninety."""
    shown = [
        measures.find(_values(seed), ONE, TILES, params=Params(deals=99))["bin"].abs().max() >= 2 for seed in range(10)
    ]
    assert sum(shown) <= 2


def test_z_is_gi_star_of_the_measured_cells():
    """Cells without a measurement neither count nor are neighbours."""
    values = _values(3)
    values[::7] = np.nan
    table = measures.find(values, ONE, TILES, params=Params(radii=(1.5,), deals=0)).set_index("cell_id")
    kept = TILES.only(np.isfinite(values))
    z = gistar.z(values[np.isfinite(values)], windows.Lattice(kept.inside, windows.square(1)))
    assert len(table) == np.isfinite(values).sum()
    assert table.loc[kept.ids(), "z"].to_numpy() == pytest.approx(z, abs=1e-9)


def test_few_measurements_get_a_warning():
    """A window whose values stand on fewer measurements than asked for is not coloured."""
    table = measures.find(_values(1, plume=2.0), ONE, TILES, params=Params(least_cases=100))
    assert table["few"].any()
    assert not table["bin"].any()


def test_moran_names_the_pattern():
    """High among high in the plume."""
    table = measures.find(_values(1, plume=3.0), ONE, TILES, params=Params(radii=(1.5,), statistic="moran"))
    middle = table.set_index("cell_id").loc["3000:12:10"]
    assert (middle["bin"], middle["pattern"]) == (3, "high_high")


def test_means_are_taken_by_cell():
    """Two stations in one cell count as their mean; a reading that is missing does not count."""
    places = gpd.GeoSeries(gpd.points_from_xy([100, 200, 4000, 7000], [100] * 4), crs=EQUAL_AREA).to_crs(STORAGE)
    points = gpd.GeoDataFrame(geometry=places)
    means, records = measures.by_cell(points, np.array([1.0, 3.0, 5.0, np.nan]), TILES)
    assert means[:2].tolist() == [2.0, 5.0]
    assert np.isnan(means[2:]).all()
    assert records[:3].tolist() == [2, 1, 0]


def test_too_few_cells_and_flat_maps_are_refused():
    """Each with its own sentence."""
    values = np.full(SIZE, np.nan)
    values[:10] = 1.0
    with pytest.raises(WorkbenchError) as fault:
        measures.find(values, ONE, TILES)
    assert (fault.value.code, fault.value.params["cells"]) == ("measures.few_cells", 10)
    with pytest.raises(WorkbenchError) as fault:
        measures.find(np.ones(SIZE), ONE, TILES)
    assert fault.value.code == "measures.flat"
