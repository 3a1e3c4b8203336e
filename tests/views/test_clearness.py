"""Scenes as the coverage page shows them."""

import json

import numpy as np
import pandas as pd
import pytest
from shapely.geometry import box

from gis.language import catalogue
from satellite import coverage, masks
from satellite.products import Description, utc
from views import clearness

SCENES = {
    "dull": ("2024-06-18T02:00:00", "sentinel2-l2a", [0, 20, 0, 70, 0, 5, 5, 0, 0]),
    "fine": ("2024-07-18T02:00:00", "gaofen1-wfv", [0, 90, 0, 0, 0, 0, 0, 0, 10]),
}


@pytest.fixture
def table():
    made = None
    for at, (name, (moment, sensor, counts)) in enumerate(SCENES.items()):
        told = Description(name, sensor, sensed_at=utc(moment))
        outline = box(126 + at, 45, 127 + at, 46)
        made = coverage.joined(made, coverage.row(told, np.array(counts), "scl", f"cleared/{name}", outline, 10.0))
    return made


@pytest.mark.parametrize("language", ["zh", "en"])
def test_footprints_are_coloured_by_what_is_clear(table, language):
    """The clearest lies on top; the popup names day and sensor; the legend counts."""
    words = catalogue(language)
    layer = clearness.layer(table, words)
    features = json.loads(layer.content)["features"]
    assert [each["properties"]["id"] for each in features] == ["dull", "fine"]
    assert [each["properties"]["s"] for each in features] == ["c3", "c0"]
    assert features[1]["properties"]["v"][0] == f"2024-07-18 {words.say('sensor.gaofen1_wfv')}"
    assert len(layer.fields) == len(features[0]["properties"]["v"]) - 1
    counts = [item["text"] for item in clearness.legend(table, words)["items"]]
    assert ["1" in counts[0], "1" in counts[3]] == [True, True]
    assert clearness.layer(table.iloc[:0], words).content.endswith(b'"features":[]}')


def test_lists_have_shares_as_numbers(table):
    """Cloud with thin cloud, shadow with edges; what the provider tells of clouds may be unknown."""
    words = catalogue("zh")
    shown = clearness.listed(table, words)
    assert shown["云"].tolist() == [0.7, 0.0]
    assert shown["云影与边缘"].tolist() == [pytest.approx(0.1), 0.0]
    assert shown["自报云量"].isna().all()
    months = pd.DataFrame(
        {"month": ["2024-06", "2024-07"], "scenes": [1, 2], "covered": 1.0, "observed": 0.5, "snow": 0.0, "looks": 1.5}
    )
    assert clearness.months(months, words)["月份"].tolist() == ["2024-07", "2024-06"]


def test_reasons_are_a_bar_with_its_key(table):
    """Only what there is, wide as its share."""
    drawn = clearness.reasons(table.iloc[0], catalogue("zh"))
    assert "width:70.00%" in drawn
    assert "云影 5.0%" in drawn
    assert "积雪" not in drawn


def test_reasons_are_painted_apart():
    """Every reason has a colour of its own; outside is white."""
    painted = clearness.painted(np.arange(len(masks.REASONS), dtype=np.uint8)[None])
    assert painted.shape == (1, len(masks.REASONS), 3)
    assert len({tuple(pixel) for pixel in painted[0].tolist()}) == len(masks.REASONS)
    assert painted[0, 0].tolist() == [255, 255, 255]
