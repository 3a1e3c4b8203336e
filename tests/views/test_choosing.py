"""One selection: whichever of map and table was touched last leads."""

import pytest
import streamlit as st

from views import choosing


@pytest.fixture(autouse=True)
def session(monkeypatch):
    """Stand in for a session."""
    state = {}
    monkeypatch.setattr(st, "session_state", state)
    return state


def test_click_on_the_map_chooses_without_a_flight(session):
    """The map stays where the user put it."""
    session["map-map"] = {"picked": {"layer": "leads", "id": "L1", "count": 1}}
    choosing.from_map("map")()
    assert choosing.chosen("map") == ("leads", "L1")
    assert choosing.flight("map") == 0


def test_each_chosen_row_is_a_new_flight():
    """Choosing the same row again brings the map back to it."""
    for count in (1, 2):
        choosing.choose("map", ("leads", "L2"))
        assert choosing.flight("map") == count


def test_table_leads_by_row_and_lets_go(session):
    """A chosen row chooses its feature; a row let go chooses nothing."""
    session["map-table"] = {"selection": {"rows": [1]}}
    choosing._follow_table("map", "leads", ["L1", "L2"])
    assert choosing.chosen("map") == ("leads", "L2")
    session["map-table"] = {"selection": {"rows": []}}
    choosing._follow_table("map", "leads", ["L1", "L2"])
    assert choosing.chosen("map") is None


def test_pages_choose_alone():
    """What is chosen on one page is not chosen on another."""
    choosing.choose("map", ("leads", "L1"))
    assert choosing.chosen("plan") is None
