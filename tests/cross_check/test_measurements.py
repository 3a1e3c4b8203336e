"""From a file of measured values to a map of hotspots: points by cell, polygons by themselves, faults by row."""

import numpy as np
import pandas as pd
import pytest

from cross_check import measurements
from cross_check.chain import Counting
from cross_check.files import Project
from cross_check.measurements import Source
from gis import files, grids
from gis.errors import TableFaults, WorkbenchError
from gis.hotspots import Params


@pytest.fixture(scope="module")
def stations():
    """Return stations in the province, those near 126 E 46 N with high values."""
    rng = np.random.default_rng(7)
    cells = grids.cover(files.read_sketch(), size_m=40_000).outlines().representative_point()
    values = rng.lognormal(0, 0.4, len(cells))
    near = (cells.x - 126).abs().lt(1) & (cells.y - 46).abs().lt(1)
    return pd.DataFrame({"lon": cells.x, "lat": cells.y, "pm25": np.where(near, values + 5, values)}), near.to_numpy()


def test_points_become_hot_cells(tmp_path, stations):
    """What was planted is hot, the recipe tells file and column, and cells that were not measured have no row."""
    table, near = stations
    table.iloc[1:].to_csv(tmp_path / "stations.csv", index=False)
    step = measurements.find(
        Project(tmp_path), Source(tmp_path / "stations.csv", "pm25"), counting=Counting(cell_m=40_000)
    )
    found, recipe = files.read_layer(step.outputs[0]), files.read_json(step.outputs[2])
    assert len(found) == len(table) - 1
    assert found.nlargest(3, "z")["bin"].tolist() == [3, 3, 3]
    assert step.figures["hot"] >= near.sum() // 2
    assert (recipe["value"], recipe["file"]) == ("pm25", "stations.csv")


def test_polygons_are_cells_themselves(tmp_path):
    """Counties with a load each; an empty one is left out."""
    counties = files.read_county_sketch()
    loads = pd.Series(np.random.default_rng(8).lognormal(0, 1, len(counties))).round(3).astype(str)
    loads[0] = ""
    files.write_table(counties.assign(so2_t=loads.to_numpy()), tmp_path / "loads.gpkg")
    step = measurements.find(
        Project(tmp_path), Source(tmp_path / "loads.gpkg", "so2_t"), params=Params(radii=(1.0,), deals=19)
    )
    assert step.figures["cells"] == len(counties) - 1


def test_values_that_are_no_numbers_are_told_by_row(tmp_path, stations):
    """File, row, column and what stands there; nothing is written."""
    table = stations[0].astype(str)
    table.loc[[3, 5], "pm25"] = ["<0.01", "inf"]
    table.to_csv(tmp_path / "stations.csv", index=False)
    with pytest.raises(TableFaults) as refusal:
        measurements.find(Project(tmp_path), Source(tmp_path / "stations.csv", "pm25"))
    faults = refusal.value.faults
    assert faults["row"].tolist() == [5, 7]
    assert faults["value"].tolist() == ["<0.01", "inf"]
    assert set(faults["column"]) == {"pm25"}
    assert not Project(tmp_path).measures.exists()


def test_a_column_that_is_missing_names_those_there(tmp_path, stations):
    """The sentence helps to type it right."""
    stations[0].to_csv(tmp_path / "stations.csv", index=False)
    with pytest.raises(WorkbenchError, match="lon, lat, pm25") as fault:
        measurements.find(Project(tmp_path), Source(tmp_path / "stations.csv", "PM10"))
    assert fault.value.code == "measures.no_value"


def test_places_that_cannot_be_are_told_by_row(tmp_path, stations):
    """A latitude of 146 degrees."""
    table = stations[0].copy()
    table.loc[2, "lat"] = 146.0
    table.to_csv(tmp_path / "stations.csv", index=False)
    with pytest.raises(TableFaults) as refusal:
        measurements.find(Project(tmp_path), Source(tmp_path / "stations.csv", "pm25"))
    assert refusal.value.faults[["row", "code"]].to_numpy().tolist() == [[4, "signals.unreadable"]]
