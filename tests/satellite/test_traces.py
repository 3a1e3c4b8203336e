"""The life of a pixel: the same numbers as the state on disk, and honest about images that are gone."""

import numpy as np
import pytest

from gis.errors import WorkbenchError
from satellite import looks, series, states, traces
from tests.satellite.test_states import HISTORY, NEWER, PARAMS, _image, _look


@pytest.fixture
def watched(tmp_path):
    """A series with all its looks taken in."""
    states.fit([_look(tmp_path, day) for day in HISTORY], tmp_path / "series", params=PARAMS)
    for day in NEWER:
        states.update(_look(tmp_path, day), tmp_path / "series")
    return tmp_path


@pytest.mark.parametrize("at", [(4, 4), (30, 20)])
def test_the_replay_is_the_stored_state(watched, at):
    """Values are those of the images, the last state is that on disk, and a departing look lies beyond its limit."""
    found = traces.read(watched / "series", at)
    assert found.agrees
    assert found.missing == 0
    assert found.history["value"].to_numpy() == pytest.approx([_image(day)[at] for day in HISTORY], nan_ok=True)
    assert found.looks["value"].to_numpy() == pytest.approx([_image(day)[at] for day in NEWER], nan_ok=True)
    state = states.read_states(watched / "series")[at]
    assert found.looks["state"].iloc[-1] == series.STATES[int(state)]
    seen = found.looks.dropna(subset="value")
    fell = seen["value"] - seen["expected"] - seen["common"] < -seen["limit"]
    planted = at == (4, 4)
    assert (fell == (planted & (seen["day"] >= NEWER[2]))).all()


def test_the_curve_stays_in_the_seasons_looked_at(watched):
    """Winter has no expectation; summer has one near what was seen."""
    curve = traces.read(watched / "series", (20, 20)).curve
    winter = np.array([day.month in (12, 1, 2) for day in curve["day"]])
    assert curve["expected"][winter].isna().all()
    july = curve["expected"][np.array([day.month == 7 for day in curve["day"]])]
    assert july.to_numpy() == pytest.approx(0.7, abs=0.1)


def test_images_that_are_gone_are_counted(watched):
    """Without one look the states end there; without one of the history its value is missing. Nothing fails."""
    looks.look(watched / f"ndvi_{NEWER[3]:%Y%m%d}.tif").image.unlink()
    (watched / f"ndvi_{HISTORY[0]:%Y%m%d}.tif").unlink()
    found = traces.read(watched / "series", (4, 4))
    assert found.missing == 2
    assert not found.agrees
    assert found.looks["state"].notna().tolist() == [True] * 3 + [False] * 4


def test_a_place_is_found_or_told_to_lie_outside(watched):
    """The corner of the grid is pixel 0, 0."""
    record = states.read(watched / "series")
    x, y = record.grid.transform @ (0.5, 0.5)
    from pyproj import Transformer

    lon, lat = Transformer.from_crs(record.grid.crs, "EPSG:4490", always_xy=True).transform(x, y)
    assert traces.pixel_at(record, lon, lat) == (0, 0)
    with pytest.raises(WorkbenchError) as refusal:
        traces.pixel_at(record, lon - 1, lat)
    assert refusal.value.code == "series.outside"
