"""What the map is told: a safe script, a frame that never changes, a state that names its layers by address."""

import json

import pytest
import streamlit as st
from hypothesis import given, strategies

from gis.language import catalogue
from views import board, layers
from views.layers import Layer
from views.shelf import SHELF

LAYER = Layer("leads", "areas", layers.NO_SHAPES, {"burn": {"color": "#000"}}, ["class"], "name")


@given(strategies.text(max_size=60))
def test_script_json_is_plain_and_true(text):
    """Any text survives, and none can end a script or start a tag."""
    written = board.script_json({"name": text + "</script><b>&"})
    assert json.loads(written)["name"] == text + "</script><b>&"
    assert not set(written) & set("<&")
    assert written.isascii()


def test_state_names_layers_by_address_and_keeps_their_content():
    """The content lies on the shelf; the state has its address only."""
    state = board.state_of(board.Scene([LAYER], chosen=("leads", "L1"), flight=3), catalogue("zh"))
    address = state["layers"][0]["url"]
    assert SHELF.take(address.removeprefix("/layers/")) is not None
    assert state["chosen"] == {"layer": "leads", "id": "L1"}
    assert state["flight"] == 3
    assert "swipe" not in state


def test_equal_scenes_give_equal_states():
    """A page that runs again with nothing changed tells the map nothing new."""
    first, second = (board.state_of(board.Scene([LAYER]), catalogue("zh")) for _ in range(2))
    assert board.script_json(first) == board.script_json(second)


def test_swipe_adds_two_pictures_below_the_layers():
    """Before lies left, after right, each with its text."""
    swipe = board.Swipe(b"one", b"two", layers.PROVINCE, "A", "B")
    state = board.state_of(board.Scene([LAYER], swipe=swipe), catalogue("en"))
    assert [each["key"] for each in state["layers"]] == ["left", "right", "leads"]
    assert (state["swipe"]["left_text"], state["swipe"]["right_text"]) == ("A", "B")


@pytest.mark.parametrize(("value", "expected"), [(None, None), ({}, None), ({"picked": None}, None)])
def test_nothing_picked_yet(monkeypatch, value, expected):
    """Before the first click there is no pick."""
    monkeypatch.setattr(st, "session_state", {"map": value})
    assert board.picked("map") is expected


def test_pick_is_read_from_what_the_map_sent(monkeypatch):
    """A click comes back as layer, id and count."""
    monkeypatch.setattr(st, "session_state", {"map": {"picked": {"layer": "sites", "id": "S1", "count": 2}}})
    assert board.picked("map") == board.Pick("sites", "S1", 2)
