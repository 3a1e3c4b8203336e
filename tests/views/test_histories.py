"""Pictures of a series: colours of states, one pixel's life."""

import io
from datetime import date

import numpy as np
import pandas as pd
import xarray as xr
from PIL import Image

from gis.language import catalogue
from satellite import series
from satellite.traces import Trace
from views import histories

ZH = catalogue("zh")


def _trace(**changed):
    given = {
        "history": pd.DataFrame({"day": [date(2020, 6, 1), date(2020, 7, 1)], "value": [0.7, np.nan]}),
        "looks": pd.DataFrame(
            {
                "day": [date(2021, 6, 1), date(2021, 6, 11)],
                "value": [0.1, np.nan],
                "expected": [0.7, np.nan],
                "common": [0.0, np.nan],
                "limit": [0.2, np.nan],
                "state": ["first", "first"],
            }
        ),
        "curve": pd.DataFrame(
            {"day": [date(2020, 6, 1), date(2021, 1, 1), date(2021, 6, 1)], "expected": [0.7, np.nan, 0.7]}
        ),
        "missing": 0,
        "agrees": True,
        "index": "ndvi",
    }
    return Trace(**given | changed)


def test_states_get_their_colours_and_the_rest_none():
    """Every state its colour; a number that is no state is transparent. Unseen is a state."""
    numbers = np.array([[series.STABLE, series.CONFIRMED], [series.UNSEEN, 77]], np.uint8)
    place = xr.DataArray(numbers, dims=("y", "x"), coords={"y": [5.8e6, 5.79e6], "x": [1.41e7, 1.411e7]})
    png, bounds = histories.picture(place.rio.write_crs("EPSG:3857"))
    pixels = np.asarray(Image.open(io.BytesIO(png)))
    assert pixels[..., 3].tolist() == [[205, 205], [205, 0]]
    assert tuple(pixels[0, 1, :3]) == (0xB2, 0x18, 0x2B)
    assert bounds[0][0] < bounds[1][0]


def test_the_drawing_shows_looks_limits_and_days_unseen():
    """Two seen days are dots, two unseen ones ticks, the limit stands on both sides, the curve is broken in winter."""
    drawn = histories.drawing(_trace(), ZH)
    assert drawn.count("<circle") == 2
    assert drawn.count("当日未观测") == 2
    assert drawn.count('stroke="#B2182B"') == 2
    assert histories.COLOURS["first"] in drawn
    assert drawn.startswith("<svg xmlns")


def test_a_pixel_never_seen_is_no_drawing():
    """Nothing to draw."""
    nothing = pd.DataFrame({"day": [date(2020, 6, 1)], "value": [np.nan]})
    empty = _trace().looks.iloc[:0]
    curve = pd.DataFrame({"day": [date(2020, 6, 1)], "expected": [np.nan]})
    assert histories.drawing(_trace(history=nothing, looks=empty, curve=curve), ZH) == ""


def test_legend_and_bars_name_every_state():
    """Six states, also the one not observed."""
    assert [each["text"] for each in histories.legend(ZH)["items"]][-1] == "未观测"
    assert histories.bars(dict.fromkeys(histories.COLOURS, 0.1), ZH).count("<b>10.00%</b>") == 6
    assert "季节基线" in histories.key(ZH)
