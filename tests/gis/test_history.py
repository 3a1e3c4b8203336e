"""History: the present register is the fold of its events, undo restores exactly, versions say what held when."""

import datetime as dt

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from geopandas.testing import assert_geodataframe_equal
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import Point

from gis import files, history, schema, synthetic
from gis.errors import WorkbenchError
from gis.history import Act, Event

NAMES = st.sampled_from(["甲", "乙", "丙"])
BASINS = st.sampled_from([None, "", "松花江", "嫩江"])


@pytest.fixture(scope="module")
def sites():
    """Six synthetic sites."""
    return synthetic.enterprises(np.random.default_rng(3), files.read_sketch(), 6)


SITES = synthetic.enterprises(np.random.default_rng(3), files.read_sketch(), 6)
"""The same, for strategies, which take no fixtures."""


def act(day=1, **changes):
    """Li, on a day of June 2025."""
    return Act(**({"by": "李", "at": dt.datetime(2025, 6, day, 2, tzinfo=dt.UTC)} | changes))


def event(number, made, day=1, kind="import", reverses=0, seen=()):
    """An event of a day."""
    return Event(number, kind, act(day), made, f"{number}.csv", reverses, seen=seen)


@st.composite
def steps(draw):
    """Imports of some sites under some names, and undos, in any order."""
    some = st.lists(st.tuples(st.integers(0, 5), NAMES, BASINS), min_size=1, max_size=6, unique_by=lambda one: one[0])
    return draw(st.lists(st.one_of(some, st.integers(1, 5)), min_size=1, max_size=5))


def incoming(rows):
    """What a file with names and river basins says."""
    table = SITES.iloc[[at for at, _, _ in rows]].reset_index(drop=True)
    return table.assign(name=[name for _, name, _ in rows], river_basin=[basin for _, _, basin in rows])


def played(script):
    """Play a script; return the events, and the register after each of them."""
    events, states = [], [history.empty()]
    for step in script:
        state = states[-1]
        number = len(events) + 1
        if isinstance(step, list):
            made = history.changes(state, history.revised(state, incoming(step), 2025))
            events.append(event(number, made))
        elif step in {one.number for one in history.in_force(events)}:
            try:
                history.applied(state, history.reversed_changes(events[step - 1].changes))
            except WorkbenchError:
                continue
            events.append(event(number, history.reversed_changes(events[step - 1].changes), kind="undo", reverses=step))
        else:
            continue
        states.append(history.applied(state, events[-1].changes))
    return events, states


@settings(max_examples=6)
@given(steps())
def test_the_register_is_the_fold_of_its_events(script):
    """Whatever came in and was taken back: folding anew gives the register that was kept, cell by cell."""
    events, states = played(script)
    assert_geodataframe_equal(history.fold(events), states[-1])
    assert history.digest(history.fold(events)) == history.digest(states[-1])


@settings(max_examples=6)
@given(steps())
def test_undo_restores_the_register_exactly(script):
    """Taking the last event back gives the register before it, and the events before stay as they were."""
    events, states = played(script)
    if events:
        back = history.applied(states[-1], history.reversed_changes(events[-1].changes))
        assert_geodataframe_equal(back, states[-2])


@settings(max_examples=6)
@given(steps())
def test_the_versions_of_today_are_the_register(script):
    """What holds after the last event, by what is in force, is the fold."""
    events, states = played(script)
    assert_geodataframe_equal(history.as_of(events, dt.date(2025, 6, 1)), states[-1], check_dtype=False)


def test_a_register_survives_the_disk(sites, tmp_path):
    """Changes written as GeoParquet and read back are the same changes, empty columns too."""
    made = history.changes(history.empty(), history.completed(sites))
    files.write_table(made, tmp_path / "made.parquet")
    again = history.as_changes(files.read_layer(tmp_path / "made.parquet"))
    assert_geodataframe_equal(again, made)
    nothing = history.changes(history.empty(), history.empty())
    files.write_table(nothing, tmp_path / "nothing.parquet")
    assert history.as_changes(files.read_layer(tmp_path / "nothing.parquet")).empty


def test_equal_rows_are_no_change(sites):
    """The same file again is an event without changes."""
    state = history.completed(sites)
    assert history.changes(state, history.revised(state, sites, 2025).assign(listed_years=state["listed_years"])).empty


def test_a_blank_keeps_and_a_word_for_nothing_clears(sites):
    """A file without a river basin does not erase it; years of key lists add up."""
    one = sites.iloc[:1].assign(key_lists="air", river_basin="松花江", park="化工园")
    state = history.applied(
        history.empty(), history.changes(history.empty(), history.revised(history.empty(), one, 2024))
    )
    again = sites.iloc[:1].assign(key_lists="air", river_basin=None, park="")
    after = history.revised(state, again, 2025)
    assert after.loc[0, "river_basin"] == "松花江"
    assert pd.isna(after.loc[0, "park"])
    assert after.loc[0, "listed_years"] == "air:2024,2025"


def test_changes_that_do_not_fit_are_refused(sites):
    """A site that was changed since, or came in otherwise, is told; nothing is overwritten."""
    state = history.completed(sites)
    made = history.changes(state, state.iloc[:2].assign(name="甲"))
    later = history.applied(state, history.changes(state, state.iloc[:1].assign(name="乙")))
    with pytest.raises(WorkbenchError) as refusal:
        history.applied(later, made)
    assert refusal.value.code == "history.touched_later"
    assert refusal.value.params["count"] == 1
    with pytest.raises(WorkbenchError):
        history.applied(state, history.changes(history.empty(), state.iloc[:1]))


def test_versions_tell_what_held_when(sites):
    """Came on the 1st, renamed on the 10th, gone on the 20th: one version each, and none after."""
    first = history.completed(sites.iloc[:2])
    renamed = first.iloc[:1].assign(name="新名")
    came = event(1, history.changes(history.empty(), first), 1)
    new_name = event(2, history.changes(first, renamed), 10)
    after = history.applied(first, new_name.changes)
    gone = event(3, history.changes(after, after.iloc[:0], [first.loc[0, "site_id"]]), 20)
    events = [came, new_name, gone]
    held = history.versions(events)
    mine = held[held["site_id"] == first.loc[0, "site_id"]]
    assert mine["name"].tolist() == [first.loc[0, "name"], "新名"]
    assert mine["valid_to"].dt.day.tolist() == [10, 20]
    other = held[held["site_id"] == first.loc[1, "site_id"]]
    assert other["valid_to"].isna().all()
    counts = {day: len(history.as_of(events, dt.date(2025, 6, day))) for day in (9, 10, 19, 20)}
    assert counts == {9: 2, 10: 2, 19: 2, 20: 1}
    assert history.as_of(events, dt.date(2025, 5, 31)).empty
    assert "新名" not in set(history.as_of(events, dt.date(2025, 6, 9))["name"])


def test_what_was_taken_back_never_held(sites):
    """An undone import has no version; the undo of the undo brings it back."""
    state = history.completed(sites.iloc[:1])
    made = history.changes(history.empty(), state)
    events = [event(1, made), event(2, history.reversed_changes(made), kind="undo", reverses=1)]
    assert history.in_force(events) == []
    assert history.versions(events).empty
    events.append(event(3, made, kind="undo", reverses=2))
    assert [one.number for one in history.in_force(events)] == [1]
    assert history.summary(events)["in_force"].tolist() == [True, False, True]
    assert len(history.versions(events)) == 1


def test_differences_are_told_cell_by_cell(sites):
    """A new name and a moved place are two cells; a site that came is one row."""
    state = history.completed(sites.iloc[:1])
    moved = gpd.GeoSeries([Point(125.5, 46.5)], crs=state.crs)
    after = pd.concat([state.assign(name="新名", geometry=moved), history.completed(sites.iloc[1:2])])
    told = history.differences(history.changes(state, after)).set_index("column")
    assert set(told.index) == {"name", "place", "site_id"}
    assert told.loc["name", ["before", "after"]].tolist() == [state.loc[0, "name"], "新名"]
    assert told.loc["place", "after"] == "125.5, 46.5"


def test_a_site_has_its_whole_history(sites):
    """With who and why, also what was taken back."""
    state = history.completed(sites.iloc[:1])
    came = history.changes(history.empty(), state)
    renamed = history.changes(state, state.assign(name="新名"))
    events = [event(1, came), event(2, renamed), event(3, history.reversed_changes(renamed), kind="undo", reverses=2)]
    told = history.site_history(events, state.loc[0, "site_id"])
    assert told[["event", "column"]].to_numpy().tolist() == [[1, "site_id"], [2, "name"], [3, "name"]]
    assert told.loc[2, "after"] == state.loc[0, "name"]
    assert history.site_history(events, "nobody").empty


def test_confirmed_is_the_last_day_that_spoke_of_a_site(sites):
    """A file that repeats a site confirms it, changed or not."""
    state = history.completed(sites.iloc[:2])
    nothing = history.changes(state, state)
    events = [
        event(1, history.changes(history.empty(), state), 1),
        event(2, nothing, 9, seen=(state.loc[0, "site_id"],)),
    ]
    days = history.confirmed(events)
    assert days[state["site_id"]].dt.day.tolist() == [9, 1]
    assert history.confirmed([]).empty


def test_pairs_found_to_be_two_are_kept():
    """Until somebody takes the finding back."""
    nothing = history.changes(history.empty(), history.empty())
    found = Event(1, "separate", act(), nothing, receipt={"left": "a", "right": "b"})
    assert history.settled([found]) == {("a", "b")}
    assert history.settled([found, event(2, nothing, kind="undo", reverses=1)]) == set()


def test_an_act_holds_from_its_day_in_beijing():
    """Late in the evening of Greenwich it is the next day; a day that is given goes before."""
    assert act(at=dt.datetime(2025, 6, 1, 17, tzinfo=dt.UTC)).holds_from == dt.date(2025, 6, 2)
    assert act(valid_from=dt.date(2024, 1, 1)).holds_from == dt.date(2024, 1, 1)


def test_older_files_are_refused_unless_the_newer_was_taken_back(sites):
    """Only what is in force counts."""
    made = history.changes(history.empty(), history.completed(sites))
    events = [event(1, made, 9)]
    with pytest.raises(WorkbenchError) as refusal:
        history.check_date(events, act(8))
    assert refusal.value.code == "history.backdated"
    history.check_date(events, act(9))
    history.check_date([*events, event(2, history.reversed_changes(made), 9, "undo", 1)], act(8))


def test_digest_tells_registers_apart_and_not_their_order(sites):
    """A hair's breadth of a move is seen."""
    state = history.completed(sites)
    assert history.digest(state) == history.digest(state.iloc[::-1])
    moved = state.copy()
    moved.loc[0, "geometry"] = Point(moved.geometry[0].x + 1e-12, moved.geometry[0].y)
    assert history.digest(moved) != history.digest(state)


def test_every_kind_of_table_meets_its_schema(sites):
    """Empty and filled alike."""
    state = history.completed(sites)
    for table in (history.empty(), state):
        assert schema.find_faults(table, history.STATE).empty
    assert schema.find_faults(history.between(state, state.iloc[:2]), history.CHANGES).empty
    assert len(history.between(state, state.iloc[:2])) == len(state) - 2
