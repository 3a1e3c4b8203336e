"""Presets that come with the workbench."""

from datetime import date

import pytest

from commands import detect
from gis.errors import WorkbenchError
from satellite import presets, seasons, targets


def test_presets_speak_of_targets_that_exist():
    """Each preset keeps known targets, and the command offers every preset."""
    known = {target.name for target in targets.standard()}
    assert all(set(preset.targets) <= known for preset in presets.standard().values())
    assert set(presets.standard()["all"].targets) == known
    assert tuple(presets.standard()) == detect._PRESETS


@pytest.mark.parametrize(
    ("name", "before", "after", "said"),
    [
        ("construction", date(2024, 6, 1), date(2025, 6, 1), []),
        ("construction", date(2024, 1, 5), date(2025, 6, 1), ["detect.out_of_season"]),
        ("straw_burning", date(2024, 7, 20), date(2024, 8, 10), ["detect.out_of_season"]),
        ("straw_burning", date(2024, 10, 1), date(2024, 10, 11), []),
        ("straw_burning", date(2024, 10, 1), date(2025, 10, 1), ["detect.too_long_between"]),
        ("reserve", None, date(2025, 7, 1), []),
    ],
)
def test_dates_are_held_against_the_preset(name, before, after, said):
    """Season and spell are told where they do not fit; unknown dates are not."""
    assert presets.standard()[name].misfits(before, after) == said


def test_a_strict_search_refuses_what_no_date_can_tell():
    """In a reserve two Aprils tell nothing and are refused with the windows; two Mays tell pits, though no felling."""
    wanted = presets.standard()["reserve"]
    with pytest.raises(WorkbenchError) as refusal:
        wanted.demand(date(2024, 4, 10), date(2025, 4, 12))
    assert refusal.value.code == "detect.no_season"
    assert refusal.value.params == {"windows": "06-01/09-30; 05-01/09-30; 05-01/10-31"}
    mays = date(2024, 5, 20), date(2025, 5, 22)
    wanted.demand(*mays)
    assert wanted.out_of_season(*mays) == ["clearing"]
    presets.standard()["all"].demand(date(2024, 4, 10), date(2025, 4, 12))


def test_entries_that_presets_name_exist():
    """A preset that goes by one entry of the calendar names one that there is."""
    named = {preset.calendar for preset in presets.standard().values()} - {None}
    assert named == {"straw"} <= seasons.calendar().keys()
