"""Presets that come with the workbench."""

from datetime import date

import pytest

from commands import detect
from satellite import presets, targets


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
        ("straw_burning", date(2024, 10, 1), date(2024, 10, 11), []),
        ("straw_burning", date(2024, 10, 1), date(2025, 10, 1), ["detect.too_long_between"]),
        ("reserve", None, date(2025, 7, 1), []),
    ],
)
def test_dates_are_held_against_the_preset(name, before, after, said):
    """Season and spell are told where they do not fit; unknown dates are not."""
    assert presets.standard()[name].misfits(before, after) == said
