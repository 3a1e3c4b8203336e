"""Images that wait to be made ready."""

from datetime import UTC, datetime

import numpy as np
import pytest

from cross_check import coverage, imagery
from cross_check.coverage import Wish
from cross_check.files import Project
from gis.language import catalogue
from tests.satellite import tifs
from tests.views import opened

NOW = datetime(2026, 6, 1, tzinfo=UTC)


@pytest.fixture
def listed(tmp_path):
    """Return a project with two listed images, none of them made ready, and where they lie."""
    project, folder = Project(tmp_path / "project"), tmp_path / "in"
    folder.mkdir()
    for day, value in (("20260510", 1.0), ("20260512", 2.0)):
        tifs.write(folder / f"scene_{day}.tif", np.full((1, 40, 40), value, np.float32), names=("red",))
    imagery.add(project, folder, at=NOW)
    return project, folder


@pytest.mark.parametrize("language", ["zh", "en"])
def test_listed_images_are_made_ready_from_the_page(monkeypatch, listed, language):
    """Before anything is prepared the list stands open, the latest first; the button names all, or the chosen."""
    asked = []
    monkeypatch.setattr("cross_check.jobs.submit", lambda _, argv, **__: asked.append(argv))
    test = opened.page(monkeypatch, listed[0], "coverage", language)
    assert list(test.dataframe[0].value.iloc[:, 5]) == ["scene_20260512", "scene_20260510"]
    assert test.button("waiting-scenes-go").label == catalogue(language).say("waiting_scenes.all", count=2)
    test.button("waiting-scenes-go").click().run()
    assert asked == [["scenes", "prepare", "scene_20260512", "scene_20260510"]]
    assert catalogue(language).say("app.missing_coverage") in opened.told(test)


def test_the_list_is_read_once_until_it_changes(monkeypatch, listed):
    """Drawn twice, read once; another image on the list is read of at once."""
    project, folder = listed
    read = []
    asked = coverage.waiting
    monkeypatch.setattr(coverage, "waiting", lambda shown: read.append(shown) or asked(shown))
    for _ in range(2):
        opened.page(monkeypatch, project, "coverage")
    assert len(read) == 1
    tifs.write(folder / "scene_20260520.tif", np.full((1, 40, 40), 3.0, np.float32), names=("red",))
    imagery.add(project, folder, at=NOW)
    assert len(opened.page(monkeypatch, project, "coverage").dataframe[0].value) == 3
    assert len(read) == 2


def test_what_is_prepared_waits_no_more(monkeypatch, listed):
    """One of two is left on the list above the coverage; with both done the list is gone."""
    project, folder = listed
    coverage.prepare([folder / "scene_20260510.tif"], project, Wish())
    assert list(coverage.waiting(project)["scene_id"]) == ["scene_20260512"]
    test = opened.page(monkeypatch, project, "coverage")
    assert catalogue("zh").say("waiting_scenes.title", count=1) in [each.label for each in test.expander]
    coverage.prepare([folder / "scene_20260512.tif"], project, Wish())
    assert coverage.waiting(project).empty
    test = opened.page(monkeypatch, project, "coverage")
    assert not [
        each for each in test.expander if catalogue("zh").say("waiting_scenes.title", count=0)[:8] in each.label
    ]
