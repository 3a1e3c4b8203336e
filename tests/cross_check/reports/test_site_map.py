"""The map of a dossier."""

import pytest
from defusedxml.ElementTree import fromstring

from cross_check.reports import site_map
from gis.language import catalogue
from tests.cross_check.reports import dossier_made

WORDS = catalogue("zh")


@pytest.fixture(scope="module")
def dossier():
    """A site with a hostile name, a neighbour, a lead and a zone."""
    return dossier_made.dossier()


def test_map_is_wellformed_and_speaks_no_script(dossier):
    """A name that tries to be markup is escaped; nothing in it runs or fetches."""
    drawn = site_map.svg(dossier, WORDS)
    fromstring(drawn)
    assert "<img" not in drawn
    assert "href" not in drawn


def test_distances_on_the_map_are_those_on_the_ground(dossier):
    """A neighbour 1,000 m to the north stands a sixth of the map's height above its middle."""
    tree = fromstring(site_map.svg(dossier, WORDS))
    dots = [each for each in tree.iter("{http://www.w3.org/2000/svg}circle") if each.get("fill") == site_map.OTHER]
    assert float(dots[0].get("cx")) == pytest.approx(site_map.SIZE / 2, abs=1)
    assert float(dots[0].get("cy")) == pytest.approx(site_map.SIZE / 2 - site_map.SIZE / 6, abs=1)


def test_legend_tells_only_what_is_there(dossier):
    """No water, no fire."""
    said = [text for _, text in site_map.legend(dossier, WORDS)]
    assert said == ["本单位", "影像线索", "其他单位", "自然保护地"]
