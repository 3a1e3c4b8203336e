"""The list of a project's images."""

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import geopandas as gpd
import numpy as np
import pytest
import shapely

from gis import files
from gis.crs import STORAGE
from gis.errors import TableFaults
from satellite import scene_list
from satellite.scene_list import Listed, as_table, empty, joined

SEEN = datetime(2026, 5, 10, 17, 30, tzinfo=UTC)
ONE = Listed(
    "c1", "S2_1", "sentinel2-l2a", SEEN, shapely.box(126, 45, 127, 46), "imagery/a", SEEN, bands=("red", "nir")
)


def test_images_are_listed_with_their_facts():
    """A moment in UTC, its day in Beijing, bands as words, NaN for what is not told."""
    table = as_table([ONE])
    row = table.iloc[0]
    assert table.crs == STORAGE
    assert list(table.columns) == list(scene_list.SCHEMA.columns)
    assert (row["sensed_at"], row["seen_on"].day) == (np.datetime64("2026-05-10T17:30:00"), 11)
    assert (row["bands"], row["origin"]) == ("red nir", "disk")
    assert math.isnan(row["cloud_percent"])


def test_an_empty_list_has_the_columns(tmp_path):
    """And is written and read as such."""
    assert list(empty().columns) == list(scene_list.SCHEMA.columns)
    files.write_table(empty(), tmp_path / "scenes.parquet")
    read = files.read_layer(tmp_path / "scenes.parquet")
    assert joined(read, as_table([ONE]))[1] == 1


def test_an_image_stands_once_by_its_content():
    """Added again it keeps its first day and takes the newer path; the earliest image stands first."""
    first = as_table([ONE])
    later = replace(ONE, path="elsewhere", added_at=SEEN + timedelta(days=3), cloud_percent=7.0)
    other = replace(ONE, content="c2", path="imagery/b", sensed_at=SEEN - timedelta(days=1))
    table, fresh = joined(first, as_table([later, other]))
    assert fresh == 1
    assert table["content"].tolist() == ["c2", "c1"]
    row = table.iloc[1]
    assert (row["path"], row["cloud_percent"]) == ("elsewhere", 7.0)
    assert row["added_at"] == np.datetime64("2026-05-10T17:30:00")


def test_a_place_holds_one_image():
    """A folder to which a band was added is another content at the same place: the older row goes."""
    table, fresh = joined(as_table([ONE]), as_table([replace(ONE, content="c9", bands=("red", "nir", "scl"))]))
    assert (table["content"].tolist(), fresh) == (["c9"], 1)


def test_joining_nothing_changes_nothing():
    """And joining the same again is no news."""
    known = as_table([ONE])
    for table, fresh in (joined(known, empty()), joined(known, known)):
        assert fresh == 0
        assert gpd.GeoDataFrame(table).equals(known)
    assert len(joined(empty(), empty())[0]) == 0


@pytest.mark.parametrize("fault", [{"cloud_percent": 140.0}, {"footprint": shapely.Point(126, 45)}])
def test_what_cannot_be_is_refused(fault):
    """At the door."""
    with pytest.raises(TableFaults):
        as_table([replace(ONE, **fault)])
