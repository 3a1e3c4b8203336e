"""What scenes show of the ground."""

from datetime import UTC, date, datetime

import numpy as np
import pytest
from shapely.geometry import box

from gis.crs import GEODESIC
from satellite import coverage
from satellite.coverage import Look
from satellite.masks import CLEAR, CLOUD, NOWHERE, REASONS, SNOW
from satellite.products import Description


def row(name, moment, counts):
    told = Description(name, "sentinel2-l2a", sensed_at=moment, cloud_percent=40.0)
    return coverage.row(told, np.array(counts), "scl", f"cleared/{name}", box(126, 45, 127, 46), 10.0)


def test_shares_are_of_the_pixels_within():
    """What lies outside does not count; the rest adds up to one; the day is that of Beijing."""
    made = row("a", datetime(2024, 6, 18, 20, tzinfo=UTC), [900, 50, 0, 30, 0, 10, 10, 0, 0])
    assert made["clear"].item() == 0.5
    assert made[list(REASONS[1:])].to_numpy().sum() == pytest.approx(1)
    assert made["seen_on"].item().date() == date(2024, 6, 19)
    assert abs(GEODESIC.geometry_area_perimeter(made.geometry.iloc[0])[0]) > 8e9
    with pytest.raises(ValueError, match="moment"):
        row("a", None, [0] * 9)


def test_a_scene_made_again_replaces_its_row():
    """The earliest stands first."""
    later = row("b", datetime(2024, 7, 1, tzinfo=UTC), [0, 1, 0, 0, 0, 0, 0, 0, 0])
    table = coverage.joined(coverage.joined(None, later), row("a", datetime(2024, 6, 1, tzinfo=UTC), [0, 1] + [0] * 7))
    assert list(table["scene_id"]) == ["a", "b"]
    again = coverage.joined(table, row("b", datetime(2024, 7, 1, tzinfo=UTC), [0, 0, 0, 1, 0, 0, 0, 0, 0]))
    assert list(again["scene_id"]) == ["a", "b"]
    assert again["clear"].tolist() == [1.0, 0.0]


def test_months_count_what_was_seen_at_least_once():
    """Ten cells of an area: two looks in May that share one, one in July all under snow, none in June."""
    area = np.ones((1, 10), bool)

    def look(day, **where):
        codes = np.full((1, 12), NOWHERE, np.uint8)
        for code, span in where.items():
            codes[0, slice(*span)] = {"clear": CLEAR, "cloud": CLOUD, "snow": SNOW}[code]
        return Look(day, codes[:, :10])

    looks = [
        look(date(2024, 5, 3), clear=(0, 4), cloud=(4, 8)),
        look(date(2024, 5, 20), clear=(3, 6)),
        look(date(2024, 7, 1), snow=(0, 10)),
    ]
    table = coverage.months(looks, area).set_index("month")
    assert list(table.index) == ["2024-05", "2024-06", "2024-07"]
    assert table.loc["2024-05"].to_dict() == {"scenes": 2, "covered": 0.8, "observed": 0.6, "snow": 0.0, "looks": 0.7}
    assert table.loc["2024-06"].sum() == 0
    assert table.loc["2024-07", ["covered", "observed", "snow"]].tolist() == [1.0, 0.0, 1.0]
    assert coverage.months([], area).empty


def test_scenes_are_counted_around_a_day():
    """Those with enough clear ground, before it and from it on."""
    table = None
    for name, day, clear in (("a", 1, 90), ("b", 5, 20), ("c", 10, 70), ("d", 20, 60)):
        counts = [0, clear, 0, 100 - clear, 0, 0, 0, 0, 0]
        table = coverage.joined(table, row(name, datetime(2024, 6, day, tzinfo=UTC), counts))
    assert coverage.around(table, date(2024, 6, 10), least_clear=0.5) == (1, 2)
    assert coverage.around(table, date(2024, 6, 10), least_clear=0.1) == (2, 2)
