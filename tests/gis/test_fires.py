"""Fires from fire points: who saw them, what else is hot, and the windows of the straw ban."""

from datetime import date

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import Point, box

from gis import fires, register
from gis.crs import EQUAL_AREA, STORAGE
from gis.errors import TableFaults
from gis.fires import Params


def _points(xy, days, satellite="N", instrument="VIIRS"):
    """Return observed points at places of the equal-area plane."""
    places = gpd.GeoSeries(gpd.points_from_xy(*np.array(xy, float).T), crs=EQUAL_AREA).to_crs(STORAGE)
    columns = {"signal_id": [f"F{number:03d}" for number in range(len(days))], "kind": "fire_point"}
    columns |= {"seen_on": pd.to_datetime(days), "satellite": satellite, "instrument": instrument, "frp_mw": 5.0}
    return gpd.GeoDataFrame(columns, geometry=places, crs=STORAGE)


def _sources(shapes, reach_m=500.0):
    """Return known sources of heat on the equal-area plane."""
    ids = [f"S{number}" for number in range(len(shapes))]
    table = gpd.GeoDataFrame({"source_id": ids, "kind": "flare", "reach_m": reach_m}, geometry=shapes, crs=EQUAL_AREA)
    return table.to_crs(STORAGE)


def test_several_satellites_see_one_fire():
    """Three satellites within a pixel and a day are one fire; the sharper pixel draws it to itself."""
    points = _points(
        [(0, 0), (200, 100), (700, 0)],
        ["2024-10-05", "2024-10-05", "2024-10-06"],
        ["N", "1", "Aqua"],
        ["VIIRS", "VIIRS", "MODIS"],
    )
    fire = fires.merge(points).iloc[0]
    assert (fire["points"], fire["satellites"], fire["satellite_names"]) == (3, 3, "1 Aqua N")
    assert (fire["first_on"], fire["last_on"]) == (pd.Timestamp("2024-10-05"), pd.Timestamp("2024-10-06"))
    at = gpd.GeoSeries([fire.geometry], crs=STORAGE).to_crs(EQUAL_AREA).iloc[0]
    assert at.distance(Point(100, 50)) < at.distance(Point(700, 0)) / 3
    assert fire["search_m"] >= at.distance(Point(700, 0)) + 700


@pytest.mark.parametrize(("apart_m", "days", "count"), [(500, 1, 1), (560, 1, 2), (500, 2, 2), (500, 0, 1)], ids=str)
def test_pixels_that_touch_on_near_days_are_one_fire(apart_m, days, count):
    """Two VIIRS pixels touch up to 530 m between their middles; two days are too far apart."""
    later = pd.Timestamp("2024-10-05") + pd.Timedelta(days=days)
    assert len(fires.merge(_points([(0, 0), (apart_m, 0)], ["2024-10-05", later]))) == count


def test_every_point_belongs_to_one_fire_and_order_does_not_matter():
    """All points are kept, ids are the same for shuffled rows."""
    rng = np.random.default_rng(1)
    points = _points(
        rng.uniform(0, 8000, (150, 2)), pd.Timestamp("2024-10-01") + pd.to_timedelta(rng.integers(0, 9, 150), "D")
    )
    found = fires.merge(points)
    assert sorted(" ".join(found["signal_ids"]).split()) == sorted(points["signal_id"])
    assert set(fires.merge(points.sample(frac=1, random_state=1))["fire_id"]) == set(found["fire_id"])


def test_a_flare_is_marked_and_its_neighbour_is_not():
    """Points at a source are merged among themselves; the field beside it stays a fire of its own."""
    points = _points([(0, 0), (300, 0), (1000, 0)], ["2024-10-05"] * 3)
    found = fires.merge(points, _sources([Point(0, 0)], reach_m=200)).set_index("points")
    assert found.loc[2, ["verdict", "source_id", "source_kind"]].tolist() == ["heat_source", "S0", "flare"]
    assert found.loc[1, "verdict"] == "straw_window"
    assert pd.isna(found.loc[1, "source_id"])


def test_the_ground_of_an_oil_field_is_a_source():
    """A polygon masks what lies on it, and a pixel that touches it."""
    field = _sources([box(0, 0, 5000, 5000)], reach_m=0)
    found = fires.merge(_points([(2500, 2500), (5200, 2500), (6000, 2500)], ["2024-07-01"] * 3), field)
    assert found["verdict"].value_counts().to_dict() == {"heat_source": 2, "outside_window": 1}


def test_sources_come_from_the_register_and_from_the_own_layer():
    """Steel works by their industry, flares from the bureau's layer; a school is no source."""
    rows = [("A", "3120"), ("B", "8311"), ("C", "0711")]
    nobody = dict.fromkeys(register.SCHEMA.columns, "")
    sites = gpd.GeoDataFrame(
        [nobody | {"site_id": site, "industry_code": code} for site, code in rows],
        geometry=[Point(125, 46), Point(126, 46), Point(127, 46)],
        crs=STORAGE,
    )
    found = fires.sources(sites, _sources([Point(0, 0)])).set_index("source_id")["kind"]
    assert found.to_dict() == {"S0": "flare", "A": "steel", "C": "oil_field"}


@pytest.mark.parametrize(
    ("day", "window"),
    [
        (date(2024, 9, 14), None),
        (date(2024, 9, 15), "autumn"),
        (date(2024, 12, 10), "autumn"),
        (date(2024, 12, 11), None),
        (date(2024, 3, 10), "spring"),
        (date(2024, 5, 15), "spring"),
    ],
)
def test_windows_hold_their_first_and_last_day(day, window):
    """Both ends are included."""
    assert fires.window_of(day) == window


def test_a_fire_is_read_by_the_rule_of_its_day(monkeypatch):
    """A rule that was replaced still holds for the days on which it was in force."""
    old = {"name": "old", "first": "10-01", "last": "10-31", "from": date(2015, 1, 1), "until": date(2019, 12, 31)}
    new = {"name": "new", "first": "09-15", "last": "12-10", "from": date(2020, 1, 1), "until": date(9999, 12, 31)}
    monkeypatch.setattr(fires.data, "words", lambda _: {"windows": [old, new]})
    days = [date(2014, 10, 5), date(2018, 10, 5), date(2018, 11, 5), date(2020, 11, 5)]
    assert [fires.window_of(day) for day in days] == [None, "old", None, "new"]


def test_a_file_of_firms_is_read():
    """Headings of FIRMS; two satellites with one pixel middle are two points, a repeated line is one."""
    rows = pd.DataFrame(
        {
            "latitude": ["46.5", "46.5", "46.5", "46.6"],
            "longitude": ["125.1"] * 4,
            "acq_date": ["2024-10-05"] * 4,
            "satellite": ["N", "1", "N", "N"],
            "instrument": ["VIIRS"] * 4,
            "frp": ["3.5", "4.0", "3.5", ""],
        },
        index=[2, 3, 4, 5],
    )
    points = fires.from_rows(rows)
    assert len(points) == 3
    assert points.groupby("satellite").size().to_dict() == {"1": 1, "N": 2}
    assert sorted(points["frp_mw"].dropna()) == [3.5, 4.0]
    assert fires.merge(points)["satellites"].tolist() == [2, 1]


def test_an_unreadable_date_is_told():
    """The fault is that of signals, with its row."""
    with pytest.raises(TableFaults):
        fires.from_rows(pd.DataFrame({"lat": ["46.5"], "lon": ["125.1"], "date": ["soon"]}, index=[2]))


def test_what_burns_all_year_is_suspected():
    """A flare seen in ten months is told, a field that burns each autumn is not, nor a listed source."""
    flare = [(0, 0)] * 40
    field = [(20_000, 0)] * 40
    days = list(pd.date_range("2023-01-05", periods=40, freq="9D"))
    autumn = list(pd.date_range("2023-10-01", periods=40, freq="D"))
    points = _points(flare + field, days + autumn)
    found = fires.suspects(points)
    assert (len(found), found["days"].tolist()) == (1, [40])
    assert found["months"].iloc[0] >= 10
    assert fires.suspects(points, _sources([Point(0, 0)])).empty
    assert len(fires.suspects(points, params=Params(suspect_months=1))) == 2


def test_signals_without_satellites_are_fires_too():
    """Plain signals have nobody's name; complaints are no fire."""
    plain = _points([(0, 0), (90_000, 0)], ["2024-10-05"] * 2)[["signal_id", "kind", "seen_on", "geometry"]]
    plain.loc[1, "kind"] = "complaint"
    found = fires.merge(fires.observed(plain))
    assert (len(found), found["satellites"].tolist(), found["satellite_names"].tolist()) == (1, [1], [""])
