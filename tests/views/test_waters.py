"""The page of water bodies."""

import pytest

from cross_check import water_bodies
from cross_check.files import Project
from gis.language import catalogue
from tests.cross_check import test_water_bodies as made
from tests.views import opened

lakes = made.lakes


@pytest.mark.parametrize("language", ["zh", "en"])
def test_findings_and_their_history_are_shown(monkeypatch, lakes, language):
    """The summary counts the finding, and the chosen body's numbers are told."""
    water_bodies.find(lakes)
    water_bodies.judge(lakes)
    words = catalogue(language)
    test = opened.page(monkeypatch, lakes, "waters", language)
    said = [each.value for each in test.caption]
    assert words.say("waters.summary", day="2025-07-08", bodies=2, findings=1) in said
    assert any(words.say("waters.verdict_finding") in each for each in said)


def test_without_results_the_page_says_what_to_do(monkeypatch, tmp_path):
    """An empty project names the command."""
    test = opened.page(monkeypatch, Project(tmp_path / "none"), "waters")
    assert "hdq waters --find" in test.code[0].value
