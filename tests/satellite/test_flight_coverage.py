"""Coverage: shares of cells by geometry."""

import geopandas as gpd
import numpy as np
import pytest
from shapely.geometry import Polygon, box

from gis.errors import TableFaults
from satellite import flight_coverage

CELLS = gpd.GeoDataFrame(
    {"cell_id": ["a", "b", "c"]},
    geometry=[box(126.50, 45.80, 126.51, 45.81), box(126.51, 45.80, 126.52, 45.81), box(126.6, 45.8, 126.61, 45.81)],
    crs="EPSG:4490",
)


def test_shares_are_those_of_geometry():
    """Two footprints that overlap count once; a cell without any has nothing."""
    shown = gpd.GeoSeries(
        [
            box(126.495, 45.8, 126.505, 45.81),
            box(126.503, 45.8, 126.5075, 45.81),
            box(126.51, 45.8, 126.52, 45.82),
            Polygon(),
        ],
        crs="EPSG:4490",
    )
    table = flight_coverage.of_cells(CELLS, shown)
    assert table["cell_id"].tolist() == ["a", "b", "c"]
    assert table["covered"].tolist() == pytest.approx([0.75, 1.0, 0.0], abs=1e-3)
    assert table["photos"].tolist()[2] == 0
    assert table["photos"].tolist()[0] >= 2
    assert table["missing_m2"].to_numpy() == pytest.approx(table["area_m2"] * (1 - table["covered"]))
    assert table["area_m2"].iloc[0] == pytest.approx(777.5 * 1111.5, rel=0.01)


def test_no_photo_covers_nothing():
    """Without footprints every share is 0."""
    table = flight_coverage.of_cells(CELLS, gpd.GeoSeries([], crs="EPSG:4490"))
    assert np.array_equal(table["covered"], [0, 0, 0])


def test_cells_need_ids_of_their_own():
    """A repeated id is refused with its row."""
    with pytest.raises(TableFaults):
        flight_coverage.of_cells(CELLS.assign(cell_id="a"), gpd.GeoSeries([], crs="EPSG:4490"))
