"""The palette: every class has a look, told apart without colour too."""

import pytest

from cross_check.reports import palette
from gis.hotspots import SCHEMA as HOTSPOTS
from gis.language import LANGUAGES, catalogue
from gis.regions import ZONE_KINDS
from satellite.targets import CLASSES

WORDS = catalogue()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_class_zone_and_bin_has_a_symbol_with_words(language):
    """No class vanishes from a map for want of a symbol; bin 0 is not drawn."""
    words = catalogue(language)
    assert "bin" in HOTSPOTS.columns
    assert [symbol.value for symbol in palette.lead_points(words)] == list(CLASSES)
    assert [symbol.value for symbol in palette.lead_outlines(words)] == list(CLASSES)
    assert {symbol.value for symbol in palette.zones(words)} == set(ZONE_KINDS)
    assert {symbol.value for symbol in palette.bins(words)} == {-3, -2, -1, 1, 2, 3}
    labels = [symbol.label for symbol in (*palette.lead_points(words), *palette.bins(words))]
    assert len(set(labels)) == len(labels)


def test_classes_differ_by_marker_and_hatch_without_colour():
    """A black-and-white copy still tells them apart."""
    assert len({symbol.marker for symbol in palette.lead_points(WORDS)}) == len(CLASSES)
    assert len({symbol.hatch for symbol in palette.lead_outlines(WORDS)}) == len(CLASSES)


def test_hot_and_cold_bins_differ_by_hatch_and_their_steps_by_grey():
    """Hot is plain, cold dotted; the surer, the darker."""
    bins = {symbol.value: symbol for symbol in palette.bins(WORDS)}
    assert not any(bins[value].hatch for value in (1, 2, 3))
    assert all(bins[value].hatch for value in (-1, -2, -3))
    for sign in (1, -1):
        greys = [_grey(bins[sign * step].fill) for step in (1, 2, 3)]
        assert greys[0] - greys[1] > 20
        assert greys[1] - greys[2] > 20


def test_crowds_have_growing_dots_without_gaps():
    """Each class begins where the one before ends."""
    symbols = palette.crowds(WORDS)
    assert tuple(symbol.value for symbol in symbols) == palette.crowd_lows()
    sizes = [symbol.size_mm for symbol in symbols]
    assert sizes == sorted(sizes)
    assert "9" in symbols[0].label
    assert "10" in symbols[1].label


def _grey(colour: str) -> float:
    red, green, blue = (int(colour[start : start + 2], 16) for start in (1, 3, 5))
    return 0.299 * red + 0.587 * green + 0.114 * blue
