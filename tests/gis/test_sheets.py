"""The division of a sheet: papers of the standard's size, parts inside the paper and apart from each other."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis.sheets import ORIENTATIONS, PAPERS, Box, lay_out


def test_papers_have_the_sizes_of_iso_216():
    """A3 is 420 x 297 mm and A4 its half."""
    assert PAPERS["A3"] == (420.0, 297.0)
    assert PAPERS["A4"] == (297.0, 210.0)


@given(st.sampled_from(sorted(PAPERS)), st.sampled_from(ORIENTATIONS), st.floats(0.1, 10))
def test_parts_lie_on_the_paper_and_apart(size, orientation, aspect):
    """Head, framed map, panel columns and foot never overlap and never leave the paper."""
    sheet = lay_out(size, orientation, aspect)
    parts = [sheet.head, sheet.frame.grown(sheet.band_mm), *sheet.columns, sheet.foot]
    for part in parts:
        assert part.width > 0
        assert part.height > 0
        assert part.x >= 0
        assert part.y >= 0
        assert part.right <= sheet.width_mm + 1e-9
        assert part.top <= sheet.height_mm + 1e-9
    assert not any(_overlap(one, other) for one, other in combinations(parts, 2))


def test_a_square_map_leaves_room_for_two_columns_and_a_wide_one_for_one():
    """The frame is as wide as its content asks for."""
    square, wide = lay_out("A3", "landscape", 1.0), lay_out("A3", "landscape", 3.0)
    assert square.frame.width == pytest.approx(square.frame.height)
    assert (len(square.columns), len(wide.columns)) == (2, 1)


@pytest.mark.parametrize("choice", [("A5", "landscape", 1.0), ("A3", "round", 1.0), ("A3", "landscape", 0.0)])
def test_unknown_sheets_are_a_programmers_mistake(choice):
    """A size, an orientation or an aspect that is none is refused."""
    with pytest.raises(ValueError, match="no sheet"):
        lay_out(*choice)


def _overlap(one: Box, other: Box) -> bool:
    slack = 1e-9
    across = one.x < other.right - slack and other.x < one.right - slack
    return across and one.y < other.top - slack and other.y < one.top - slack
