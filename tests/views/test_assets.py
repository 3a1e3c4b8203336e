"""No element of the map asks another host for a script or a style, and everything asked for is there."""

import re

import pytest
from folium.elements import JSCSSMixin

from gis.language import catalogue
from views import assets, board


def elements(plain):
    """Return every element of a map that asks for scripts or styles."""
    found = [plain]
    for child in plain._children.values():
        found += elements(child)
    return [each for each in found if isinstance(each, JSCSSMixin)]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_element_of_the_map_asks_the_workbench_alone(language):
    """Map, controls and house script link to addresses on this server, in both languages."""
    links = [
        link for each in elements(board.frame(catalogue(language))) for _, link in each.default_js + each.default_css
    ]
    assert len(links) > 10
    assert [link for link in links if not re.match(r"/(assets|house)/", link)] == []


@pytest.mark.skipif(not assets.ready(), reason="browser assets are not set up")
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_link_leads_to_a_file(language):
    """Set-up fetched each file that the map asks for."""
    homes = {"assets": assets.STATIC, "house": assets.BROWSER}
    for each in elements(board.frame(catalogue(language))):
        for _, link in each.default_js + each.default_css:
            _, home, path = link.split("/", 2)
            assert (homes[home] / path).is_file(), link


def test_house_files_name_no_other_host():
    """The house script and styles hold no address of another host."""
    for path in assets.BROWSER.iterdir():
        text = path.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
        assert "http" not in text, path.name


def test_assets_count_as_missing_without_their_manifest(tmp_path):
    """An empty folder is not ready."""
    assert not assets.ready(tmp_path)
