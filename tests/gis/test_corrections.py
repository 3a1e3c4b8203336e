"""Corrections of single sites, without a disk."""

import datetime as dt

import geopandas as gpd
import numpy as np
import pytest
from shapely.geometry import Point

from gis import corrections, files, history, synthetic
from gis.corrections import Move
from gis.errors import WorkbenchError
from gis.history import Act, Event

AT = dt.datetime(2025, 6, 1, 2, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def state():
    """Twenty sites."""
    return history.completed(synthetic.enterprises(np.random.default_rng(5), files.read_sketch(), 20))


def event(number, kind, receipt, changes, reverses=0):
    """An event of Li's."""
    return Event(number, kind, Act("李", AT, "核对"), changes, receipt=receipt, reverses=reverses)


def test_a_move_changes_one_site_and_its_record(state):
    """Before and after of this site alone."""
    site = state["site_id"].iloc[3]
    made = corrections.moved(state, site, (128.0, 47.0), "李")
    assert made["site_id"].unique().tolist() == [site]
    after = history.applied(state, made).set_index("site_id")
    assert (after.geometry[site].x, after.geometry[site].y) == (128.0, 47.0)
    assert after.loc[site, "coord_by"] == "李"


def test_moves_and_removals_are_those_in_force(state):
    """One that was taken back counts no more; the latest of one site counts."""
    nothing = history.changes(state, state.iloc[:0])
    facts = {"site": "A", "before": [1.0, 2.0]}
    events = [
        event(1, "move", facts | {"after": [3.0, 4.0]}, nothing),
        event(2, "move", facts | {"after": [5.0, 6.0]}, nothing),
        event(3, "remove", {"site": "B", "name": "乙"}, nothing),
        event(4, "undo", {}, nothing, reverses=2),
    ]
    assert corrections.moves(events) == {"A": Move((1.0, 2.0), (3.0, 4.0))}
    assert corrections.removals(events)[["site_id", "name", "by"]].to_numpy().tolist() == [["B", "乙", "李"]]


def test_only_the_former_place_is_overruled(state):
    """A file that repeats it keeps the corrected one; any other place of the file stands."""
    site = state["site_id"].iloc[0]
    before = corrections.place_of(corrections.site(state, site))
    after = (before[0] + 0.01, before[1])
    now = history.applied(state, corrections.moved(state, site, after, "李"))
    known = {site: Move(before, after)}
    same = state.iloc[:2].copy()
    kept, notes = corrections.upheld(same, now, known)
    assert (kept.geometry.iloc[0].x, kept.geometry.iloc[0].y) == after
    assert kept.geometry.iloc[1].equals(same.geometry.iloc[1])
    assert notes["row"].tolist() == [0]
    elsewhere = same.set_geometry(gpd.GeoSeries([Point(127, 46), same.geometry.iloc[1]], crs=same.crs))
    assert corrections.upheld(elsewhere, now, known)[0].geometry.iloc[0].x == 127


def test_a_broken_receipt_is_told(state):
    """Places are pairs of numbers."""
    nothing = history.changes(state, state.iloc[:0])
    with pytest.raises(WorkbenchError):
        corrections.moves([event(1, "move", {"site": "A", "before": "x", "after": [1.0, 2.0]}, nothing)])
