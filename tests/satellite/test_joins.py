"""Scenes joined."""

import json

import numpy as np
import pytest
import xarray as xr

from satellite import joins


def scene(name, day, values, *, shift=0.0, source=1):
    values = np.asarray(values, np.float32)
    told = np.where(np.isnan(values), 0, source).astype(np.int16)
    table = json.dumps([{"number": 1, "scene_id": name}])
    made = xr.Dataset(
        {"red": (("y", "x"), values, {"units": "1"}), "source": (("y", "x"), told, {"scenes": table})},
        coords={"y": [15.0 + shift, 5.0 + shift], "x": [5.0, 15.0], "time": np.datetime64(day, "ns")},
    )
    return made.rio.write_crs("EPSG:32652")


FIRST = [[0.1, np.nan], [0.1, 0.1]]
SECOND = [[0.2, 0.2], [np.nan, 0.2]]


def test_a_stack_is_ordered_in_time_and_keeps_whose_each_pixel_is():
    """The later scene given first comes second; numbers of the table do not repeat."""
    stack = joins.stacked([scene("b", "2024-07-01", SECOND), scene("a", "2024-06-01", FIRST)])
    assert stack["red"].dims == ("time", "y", "x")
    assert stack["red"][0].to_numpy()[0, 0] == np.float32(0.1)
    assert stack["source"].to_numpy().tolist() == [[[1, 0], [1, 1]], [[2, 2], [0, 2]]]
    assert [row["scene_id"] for row in json.loads(stack["source"].attrs["scenes"])] == ["a", "b"]
    assert stack["source"].dtype == np.int16
    assert stack.rio.crs.to_epsg() == 32652


def test_a_mosaic_takes_the_first_scene_that_knows():
    """Gaps are filled from the next one, and the number says so."""
    mosaic = joins.mosaicked([scene("a", "2024-06-01", FIRST), scene("b", "2024-06-01", SECOND)])
    assert np.allclose(mosaic["red"], [[0.1, 0.2], [0.1, 0.1]])
    assert mosaic["source"].to_numpy().tolist() == [[1, 2], [1, 1]]
    assert [row["number"] for row in json.loads(mosaic["source"].attrs["scenes"])] == [1, 2]


def test_what_is_missing_everywhere_stays_missing():
    """Missing inside a footprint says more than outside of all."""
    first, second = scene("a", "2024-06-01", FIRST), scene("b", "2024-06-01", [[0.2, np.nan], [0.2, 0.2]])
    second["source"][0, 1] = -1
    mosaic = joins.mosaicked([first, second])
    assert mosaic["source"].to_numpy()[0, 1] == -1
    assert np.isnan(mosaic["red"].to_numpy()[0, 1])


def test_other_grids_and_no_time_are_refused():
    """Half a pixel off would subtract to nothing without a word."""
    one = scene("a", "2024-06-01", FIRST)
    with pytest.raises(ValueError, match="grid"):
        joins.stacked([one, scene("b", "2024-07-01", SECOND, shift=5.0)])
    with pytest.raises(ValueError, match="coordinate system"):
        joins.mosaicked([one, scene("b", "2024-07-01", SECOND).rio.write_crs("EPSG:32651")])
    with pytest.raises(ValueError, match="time"):
        joins.stacked([one, scene("b", "2024-07-01", SECOND).drop_vars("time")])
