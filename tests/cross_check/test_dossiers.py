"""Dossiers: what is gathered of one site, and nothing of another."""

import datetime as dt

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import LineString, Point, box

from cross_check import dossiers
from cross_check.dossiers import Surroundings
from gis import files, history, synthetic
from gis.crs import STORAGE
from gis.errors import WorkbenchError
from gis.history import Act, Event

ON = dt.date(2026, 6, 1)


@pytest.fixture(scope="module")
def state():
    """Three sites near Daqing: two of one firm, 700 m apart, and one far away."""
    made = synthetic.enterprises(np.random.default_rng(4), files.read_sketch(), 3)
    codes = ["91130200699229617X", "91130200699229617X", "911302307808371268"]
    made["credit_code"] = codes
    made["permit_no"] = ["91130200699229617X001P", "91130200699229617X002P", "911302307808371268001W"]
    made["site_id"], made["permit_category"] = made["permit_no"], ["key", "key", "key"]
    made["geometry"] = gpd.GeoSeries([Point(125.1, 46.6), Point(125.1, 46.6063), Point(125.9, 46.6)], crs=STORAGE)
    return history.completed(made)


def layer(shapes, **columns):
    """A table of shapes in degrees."""
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=STORAGE)


@pytest.fixture(scope="module")
def around(state):
    """A lead that holds the first site, one of the site's own far away, one of nobody; a zone, a river, a fire."""
    near, far = box(125.099, 46.599, 125.101, 46.601), box(126.5, 47.0, 126.501, 47.001)
    leads = layer([near, far, far], lead_id=["L1", "L2", "L3"], site_id=["x", state["site_id"][0], "x"])
    zones = layer([box(125.11, 46.59, 125.2, 46.7)], zone_id=["Z"], name=["湿地"], kind=["reserve"])
    river = layer([LineString([(125.0, 46.61), (125.2, 46.61)])], name=["河"])
    return Surroundings(
        state=state,
        areas=files.read_sketch(),
        leads=leads,
        zones=zones,
        layers={"river": river},
        checks=pd.DataFrame({"site_id": [state["site_id"][0], "x"], "visited_on": ["2026-01-01", "2026-01-02"]}),
    )


def gathered(state, around):
    """The dossier of the first site, after the event that brought it."""
    act = Act(by="李", at=dt.datetime(2026, 5, 1, tzinfo=dt.UTC))
    event = Event(1, "import", act, history.changes(history.empty(), state), "a.xlsx")
    return dossiers.gather(state["site_id"][0], around, [event], on=ON)


def test_what_lies_near_is_told_with_its_distance(state, around):
    """0.0063 degrees of latitude are 700 m; what holds the site is 0 m away; a far lead only if it is the site's."""
    found = gathered(state, around)
    assert found.neighbours["away_m"].tolist() == [pytest.approx(700, abs=3)]
    assert found.leads["lead_id"].tolist() == ["L1", "L2"]
    assert found.leads["away_m"].iloc[0] == 0
    assert found.zones["away_m"].iloc[0] == pytest.approx(766, abs=5)
    assert found.waters["away_m"].iloc[0] == pytest.approx(1112, abs=8)
    assert found.fires.empty


def test_the_firm_and_the_past_belong_to_the_site(state, around):
    """Another site of the firm is a sibling, wherever it lies; of the ledger only the site's own lines."""
    found = gathered(state, around)
    assert found.siblings["site_id"].tolist() == [state["site_id"][1]]
    assert found.past["event"].tolist() == [1]
    assert found.checks["visited_on"].tolist() == ["2026-01-01"]
    assert "quality.key_unlisted" in set(found.doubts["code"]) or state["key_lists"].notna()[0]


def test_identity_is_checked_by_the_published_rules(state, around):
    """Both codes printed in the coding rules pass; a receipt's letter on a site under key management does not."""
    good = gathered(state, around).identity.set_index("code")["good"]
    assert good[["credit_code_check", "permit_check", "permit_owner", "permit_mark"]].tolist() == ["yes"] * 4
    other = dossiers.identity(state.iloc[2], state).set_index("code")["good"]
    assert other["permit_mark"] == "no"


def test_a_site_that_is_not_there_is_named(around):
    """By the id that was asked for."""
    with pytest.raises(WorkbenchError, match="U0") as caught:
        dossiers.gather("U0", around, [], on=ON)
    assert caught.value.code == "duplicates.no_site"
