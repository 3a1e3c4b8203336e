"""Comparisons before and after they ran."""

import os
from pathlib import Path

import numpy as np
import pytest

from cross_check import chain, comparisons
from cross_check.files import Project
from gis import files
from satellite import files as images
from satellite import synthetic
from satellite.files import PairFiles


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A project with two images, their masks and a detection."""
    made = Project(tmp_path_factory.mktemp("compared"))
    world = synthetic.make_world(5, size_px=300, each=1)
    for at, name in ((0, "a"), (3, "b")):
        images.write_scene(synthetic.scene(world, at), made.imagery / f"{name}.tif")
        mask = made.imagery / f"{name}-clear.tif"
        images.write_raster(synthetic.clear(world, at), world.land.grid, mask, nodata=255, tags={})
    pair = PairFiles(made.imagery / "a.tif", made.imagery / "b.tif")
    chain.detect(pair, made.detect)
    return made


ASKED = {"before": "a.tif", "after": "b.tif", "method": "irmad", "preset": "all"}
BY_TILES = {"inputs": {"before": {"sha256": "0"}, "after": {"sha256": "0", "seen_on": "2026-06-01"}, "clear": []}}
ASKED |= {"false_leads": 1.0, "smallest_m2": 1000.0}


def test_images_and_masks_are_told_apart(project):
    """Masks are no images, and each image brings the mask beside it."""
    taken = comparisons.listing(project)
    assert [path.name for path in taken] == ["a.tif", "b.tif"]
    assert [path.name for path in comparisons.masks(*taken)] == ["a-clear.tif", "b-clear.tif"]


def test_a_pair_is_checked_before_it_runs(project):
    """Shift, common area and cost are told without a comparison."""
    found = comparisons.check(PairFiles(*comparisons.listing(project)))
    assert found.area_km2 == pytest.approx(9, rel=0.01)
    assert found.alignment.found.length_px == pytest.approx(0.4, abs=0.15)
    assert 0 < found.seconds < 60
    assert 0 < found.gigabytes < 1


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, []),
        ({"before": "b.tif"}, ["change_page.stale_params"]),
        ({"method": "cva"}, ["change_page.stale_params"]),
        ({"smallest_m2": 500.0}, ["change_page.stale_params"]),
        ({"before": "b.tif", "method": "cva"}, ["change_page.stale_params"]),
    ],
)
def test_a_result_knows_when_it_is_stale(project, changes, said):
    """Another pair or other parameters are told, the same ones are not."""
    recipe = files.read_json(project.recipe)
    assert comparisons.stale(recipe, project.detect, ASKED | changes) == said


def test_the_images_of_a_detection_are_told_by_its_recipe(project):
    """The earlier one first, as paths from the recipe's folder; none where the recipe names no pair."""
    told = comparisons.images_of(files.read_json(project.recipe))
    assert [(project.detect / each["path"]).resolve() for each in told] == comparisons.listing(project)
    for inputs in (None, [], {}, BY_TILES["inputs"], {"before": told[0]}):
        assert comparisons.images_of({"inputs": inputs}) == []
    assert comparisons.images_of({}) == []


def test_a_result_that_names_no_pair_answers_none(project):
    """That of a province by tiles, with what it compared or without."""
    recipe = files.read_json(project.recipe)
    for changes in (BY_TILES, {"inputs": None, "method": None}):
        assert comparisons.stale(recipe | changes, project.detect, ASKED) == ["change_page.stale_params"]


def test_a_changed_image_makes_a_result_stale(project):
    """An image written after the detection is told."""
    image = project.imagery / "a.tif"
    made = image.stat()
    os.utime(image, (made.st_atime, project.recipe.stat().st_mtime + 10))
    try:
        recipe = files.read_json(project.recipe)
        assert comparisons.stale(recipe, project.detect, ASKED) == ["change_page.stale_inputs"]
    finally:
        os.utime(image, (made.st_atime, made.st_mtime))


def test_a_higher_threshold_lets_through_fewer_false_leads(project):
    """The recipe is enough to say how many false leads a threshold leaves; without it nothing is known."""
    recipe = files.read_json(project.recipe)
    least = recipe["figures"]["noise"]["lead_threshold"]
    rates = [comparisons.expected(recipe, least + step) for step in (0, 1, 2)]
    assert rates == sorted(rates, reverse=True)
    assert rates[0] <= 0.1
    assert np.isnan(comparisons.expected({"figures": {}}, 3.0))
    assert Path(project.detect / "score.tif").is_file()
