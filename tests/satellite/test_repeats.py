"""Patches that several pairs saw."""

from datetime import date

import pandas as pd

from satellite import repeats
from tests.satellite.test_merging import SQUARE, patches_of

JUNE, AUGUST, SEPTEMBER, OCTOBER = date(2024, 6, 1), date(2024, 8, 1), date(2024, 9, 20), date(2024, 10, 30)


def _pair(before, after, *places, name="N", kind="burn"):
    """Make the patches of one pair under ids of its own."""
    table = patches_of(*((place, kind, 0.5, after) for place in places))
    ids = [f"{name}{at}" for at in range(len(places))]
    return table.assign(patch_id=ids, before_on=pd.Timestamp(before))


def _known(*tables, sensor="optical"):
    rows = [
        table.assign(turn=turn, own_id=table.get("own_id", table["patch_id"]), sensor=sensor)
        for turn, table in enumerate(tables, 1)
    ]
    return pd.concat(rows, ignore_index=True)


def test_another_later_image_is_another_look():
    """June-August, then June-September, then June-October: one id, looks 1, 2, 3, first seen in August."""
    first = repeats.settle(_pair(JUNE, AUGUST, SQUARE, name="A"), _known(_pair(JUNE, AUGUST)))
    assert first["looks"].tolist() == [1]
    second = repeats.settle(_pair(JUNE, SEPTEMBER, SQUARE, name="B"), _known(first))
    third = repeats.settle(_pair(JUNE, OCTOBER, (20, 20, 140, 130), name="C"), _known(first, second))
    assert [table["patch_id"].tolist() for table in (first, second, third)] == [["A0"]] * 3
    assert [table["looks"].tolist() for table in (second, third)] == [[2], [3]]
    assert third["first_on"].tolist() == [pd.Timestamp(AUGUST)]


def test_the_same_pair_again_is_no_look():
    """A re-run of the same images counts nothing, and gives the same ids, whatever was detected meanwhile."""
    first = repeats.settle(_pair(JUNE, SEPTEMBER, SQUARE, name="A"), _known(_pair(JUNE, AUGUST)))
    later = repeats.settle(_pair(JUNE, AUGUST, SQUARE, name="B"), _known(first))
    again = repeats.settle(_pair(JUNE, SEPTEMBER, SQUARE, name="A"), _known(first, later))
    assert again["patch_id"].tolist() == later["patch_id"].tolist() == ["A0"]
    assert again["looks"].tolist() == [2]
    alone = repeats.settle(_pair(JUNE, SEPTEMBER, SQUARE, name="A"), _known(first))
    assert alone["looks"].tolist() == [1]


def test_what_comes_after_is_another_patch():
    """August-October begins where June-August ended, and its later image is 90 days away: a new event, a new number."""
    first = repeats.settle(_pair(JUNE, AUGUST, SQUARE, name="A"), _known(_pair(JUNE, AUGUST)))
    after = repeats.settle(_pair(AUGUST, OCTOBER, SQUARE, name="B"), _known(first))
    assert (after["patch_id"].tolist(), after["looks"].tolist()) == (["B0"], [1])


def test_other_class_or_place_is_another_patch():
    """Sixty metres away, or of another class."""
    first = repeats.settle(_pair(JUNE, AUGUST, SQUARE, name="A"), _known(_pair(JUNE, AUGUST)))
    far = repeats.settle(_pair(JUNE, SEPTEMBER, (165, 0, 260, 100), name="B"), _known(first))
    other = repeats.settle(_pair(JUNE, SEPTEMBER, SQUARE, name="B", kind="waste"), _known(first))
    assert far["patch_id"].tolist() == other["patch_id"].tolist() == ["B0"]


def test_an_id_is_given_once():
    """Two patches that were one: the first takes its number, the other keeps its own; both have been seen before."""
    whole = repeats.settle(_pair(JUNE, AUGUST, (0, 0, 300, 100), name="A"), _known(_pair(JUNE, AUGUST)))
    halves = repeats.settle(_pair(JUNE, SEPTEMBER, SQUARE, (200, 0, 300, 100), name="B"), _known(whole))
    assert halves["patch_id"].tolist() == ["A0", "B1"]
    assert halves["looks"].tolist() == [2, 2]


def test_unchanged_takes_seeing():
    """Most of it seen and hardly any of it changed; off the grid nothing is said."""
    shown = pd.DataFrame({"seen": [1.0, 0.3, 1.0, float("nan")], "changed": [0.0, 0.0, 0.5, float("nan")]})
    assert repeats.unchanged(shown).tolist() == [True, False, False, False]


def test_another_sensor_is_a_look_and_brings_no_number():
    """Radar saw the place under a class of its own: a look even of the same day; each sensor keeps its number."""
    radar = _pair(JUNE, AUGUST, SQUARE, name="R", kind="other")
    seen = _known(radar, sensor="radar")
    same_day = repeats.settle(_pair(JUNE, AUGUST, SQUARE, name="A"), seen)
    assert (same_day["patch_id"].tolist(), same_day["looks"].tolist()) == (["A0"], [2])
    both = pd.concat([seen, _known(_pair(JUNE, SEPTEMBER, SQUARE, name="B"))], ignore_index=True)
    later = repeats.settle(_pair(JUNE, AUGUST, SQUARE, name="A"), both)
    assert (later["patch_id"].tolist(), later["looks"].tolist()) == (["B0"], [3])
    far = repeats.settle(_pair(JUNE, AUGUST, (165, 0, 260, 100), name="A"), seen)
    assert far["looks"].tolist() == [1]
