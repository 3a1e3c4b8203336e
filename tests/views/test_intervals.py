"""Accuracy as pictures: the diagonal stands out, intervals lie where they are, few places say so."""

from gis.language import catalogue
from views import intervals

ZH = catalogue("zh")
KNOWN = {"value": 0.8, "low": 0.7, "high": 0.9, "error": 0.05, "places": 40}
FEW = {"value": None, "low": None, "high": None, "error": None, "places": 3}


def test_the_matrix_names_classes_and_sums():
    """Chinese names, a sum a row, the right ones in another colour than the wrong ones."""
    drawn = intervals.matrix({"classes": ["burn", "unchanged"], "counts": [[8, 2], [0, 30]]}, ZH)
    assert "焚烧过火" in drawn
    assert "<td>10</td>" in drawn
    assert drawn.count("rgba(15,92,110") == 2
    assert drawn.count("rgba(178,24,43") == 2


def test_an_interval_is_drawn_where_it_lies():
    """From 70 % on, 20 % wide, the point in the middle; without enough places words instead of a line."""
    drawn = intervals.shares([("a<b", KNOWN), ("c", FEW)], ZH)
    assert "left:70.00%;width:20.00%" in drawn
    assert "calc(80.00%" in drawn
    assert drawn.count("border-radius:50%") == 1
    assert "不足 5 个" in drawn
    assert "a&lt;b" in drawn


def test_areas_are_told_with_their_interval():
    """Hectares with both ends, or why not."""
    wide = {"value": 2e5, "low": 1e5, "high": 3e5, "places": 50}
    assert intervals.area(wide, ZH).count("公顷") == 3
    assert "不足" in intervals.area(FEW, ZH)
