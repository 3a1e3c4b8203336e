"""Signals from files of points."""

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import Point

from gis import signals
from gis.crs import STORAGE
from gis.errors import TableFaults


def _rows(**changes):
    rows = {"latitude": ["45.8", "46.1"], "longitude": ["126.5", "125.1"], "acq_date": ["2024-04-01", "2024-04-02"]}
    return pd.DataFrame(rows | changes, index=[2, 3])


def test_a_firms_table_is_read():
    """FIRMS headings give fire points with ids that a second reading repeats."""
    table = signals.from_rows(_rows(), "fire_point")
    assert [(point.x, point.y) for point in table.geometry] == [(126.5, 45.8), (125.1, 46.1)]
    assert table["signal_id"].tolist() == signals.from_rows(_rows(), "fire_point")["signal_id"].tolist()
    assert table["seen_on"].dt.strftime("%Y-%m-%d").tolist() == ["2024-04-01", "2024-04-02"]


def test_a_repeated_row_counts_once():
    """Two satellites' files joined by hand do not double a point of one day and place."""
    doubled = pd.concat([_rows(), _rows()], ignore_index=True)
    assert len(signals.from_rows(doubled, "fire_point")) == 2


def test_a_layer_brings_its_own_places():
    """Points of a layer need no columns of coordinates."""
    layer = gpd.GeoDataFrame({"date": ["2024-04-01"]}, geometry=[Point(126, 45)], crs=STORAGE, index=[1])
    assert signals.from_rows(layer, "complaint")["kind"].tolist() == ["complaint"]


def test_unreadable_rows_are_named():
    """A wrong date and a wrong number are reported with their rows."""
    with pytest.raises(TableFaults) as refusal:
        signals.from_rows(_rows(acq_date=["spring", "2024-04-02"], longitude=["126.5", "east"]), "fire_point")
    assert refusal.value.faults["row"].tolist() == [2, 3]


def test_a_missing_column_is_named():
    """Without a date column nothing can be told."""
    with pytest.raises(TableFaults) as refusal:
        signals.from_rows(_rows().drop(columns="acq_date"), "fire_point")
    assert refusal.value.faults[["column", "code"]].to_numpy().tolist() == [["seen_on", "table.no_column"]]


def test_repeated_complaints_all_count():
    """Fifty complaints about one address on one day are fifty signals."""
    rows = pd.concat([_rows().iloc[:1]] * 50, ignore_index=True)
    table = signals.from_rows(rows, "complaint")
    assert len(table) == 50
    assert table["signal_id"].is_unique


@pytest.mark.parametrize("day", ["13/04/2025", "05/04/2025", "2025-02-30", "20250401"])
def test_a_date_that_could_be_two_is_none(day):
    """Day and month are not guessed, and a day that does not exist is refused."""
    with pytest.raises(TableFaults):
        signals.from_rows(_rows(acq_date=[day, "2024-04-02"]), "fire_point")


@pytest.mark.parametrize("day", ["2024/4/1", "2024-04-01 10:11", "2024-04-01T10:11:00+08:00", "2024年4月1日"])
def test_dates_with_the_year_first_are_read(day):
    """Slashes, times, time zones and Chinese marks do not matter."""
    table = signals.from_rows(_rows(acq_date=[day, "2024-04-02"]), "fire_point")
    assert table["seen_on"].dt.strftime("%Y-%m-%d").tolist() == ["2024-04-01", "2024-04-02"]


def test_impossible_places_are_refused():
    """A latitude of 126 is a swapped pair."""
    with pytest.raises(TableFaults):
        signals.from_rows(_rows(latitude=["126.5", "46"], longitude=["45.8", "125"]), "fire_point")


def test_chinese_headings_are_known():
    """A bureau's own table needs no renaming."""
    rows = _rows().set_axis(["纬度", "经度", "日期"], axis=1)
    assert len(signals.from_rows(rows, "fire_point")) == 2
