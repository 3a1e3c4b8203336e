"""Footprints on the map and rows in the list."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
import shapely

from gis.language import LANGUAGES, catalogue
from satellite import offers
from satellite.offers import Offer
from views import footprints

ONE = Offer("S2_a", "t", "s", "c", "A", datetime(2026, 5, 10, tzinfo=UTC), shapely.box(126, 45, 127, 46), 5.0, 812.4)
FOUND = offers.as_table(
    [
        ONE,
        replace(ONE, scene_id="S2_b", title="B", cloud_percent=float("nan"), size_mb=1230.0),
        replace(ONE, scene_id="S2_c", title="C", cloud_percent=80.0),
    ],
    "test",
)


@pytest.mark.parametrize(
    ("percent", "kind"),
    [(0, "c0"), (25, "c0"), (25.1, "c1"), (50, "c1"), (75, "c2"), (100, "c3"), (float("nan"), "untold")],
)
def test_clear_sky_has_four_classes_and_none(percent, kind):
    """Those of the coverage page; limits belong to the clearer class."""
    assert footprints.sky_class(float(percent)) == kind


def test_the_chosen_one_is_drawn_last_and_stands_out():
    """Above its neighbours, whatever its place in the list."""
    layer = footprints.layer(FOUND, {"S2_a"}, catalogue("zh"))
    features = json.loads(layer.content)["features"]
    assert [each["properties"]["id"] for each in features] == ["S2_b", "S2_c", "S2_a"]
    assert [each["properties"]["s"] for each in features] == ["untold", "c3", "chosen"]
    assert features[2]["properties"]["v"] == ["A", "2026-05-10", "5 %", "812.4 MB"]
    assert set(layer.styles) >= {"untold", "c3", "chosen"}


def test_a_footprint_does_not_cover_its_quick_look():
    """Its rim keeps the colour; the others are filled."""
    layer = footprints.layer(FOUND, (), catalogue("zh"), pictured=["S2_c"])
    looks = {
        each["properties"]["id"]: layer.styles[each["properties"]["s"]]
        for each in json.loads(layer.content)["features"]
    }
    assert looks["S2_c"]["fillOpacity"] < 0.05 < looks["S2_a"]["fillOpacity"]
    assert looks["S2_c"]["color"] == footprints.legend_sample("c3")["line"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_legend_tells_what_is_there(language):
    """And nothing else."""
    words = catalogue(language)
    (legend,) = footprints.legend(FOUND, (), words)
    assert len(legend["items"]) == 3
    assert len(footprints.legend(FOUND, ("S2_a",), words)[0]["items"]) == 4
    assert footprints.legend(FOUND.iloc[:0], (), words) == []


def test_nothing_found_is_an_empty_layer():
    """The map stays."""
    assert json.loads(footprints.layer(FOUND.iloc[:0], (), catalogue("zh")).content)["features"] == []


def test_rows_are_read_by_people():
    """A picture where there is one, dashes where nothing is told, a word where the project has the image."""
    rows = footprints.listed(FOUND, ["data:x", None, None], {"S2_b"}, catalogue("zh"))
    assert rows.columns.tolist() == ["快视图", "日期", "云量", "大小", "工程", "名称"]
    assert rows.iloc[:, 2].tolist() == ["5 %", "—", "80 %"]
    assert rows.iloc[:, 3].tolist() == ["812.4 MB", "1.23 GB", "812.4 MB"]
    assert rows.iloc[:, 4].tolist() == ["", "已有", ""]
    by_title = FOUND.assign(scene_id=["1", "2", "3"], title=FOUND["scene_id"])
    assert footprints.listed(by_title, [None] * 3, {"S2_b"}, catalogue("zh")).iloc[:, 4].tolist() == ["", "已有", ""]
