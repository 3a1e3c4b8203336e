"""The page of change: order, result, stale signs."""

import pytest

from cross_check import chain
from cross_check.files import Project
from gis import files
from gis.language import catalogue
from satellite import files as images
from satellite import synthetic
from satellite.files import PairFiles
from tests.views import opened
from views import change, state


@pytest.fixture(scope="module")
def compared(tmp_path_factory):
    """A project with two images, a mask of the clouds in either, and a detection."""
    made = Project(tmp_path_factory.mktemp("page"))
    world = synthetic.make_world(5, size_px=300, each=1)
    for at, name in ((0, "a"), (3, "b")):
        images.write_scene(synthetic.scene(world, at), made.imagery / f"{name}.tif")
        mask = made.imagery / f"{name}-clear.tif"
        images.write_raster(synthetic.clear(world, at), world.land.grid, mask, nodata=255, tags={})
    masks = tuple(made.imagery / f"{name}-clear.tif" for name in "ab")
    chain.detect(PairFiles(made.imagery / "a.tif", made.imagery / "b.tif", masks), made.detect)
    return made


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_result_is_shown_and_becomes_stale(monkeypatch, compared, language):
    """Fresh, nothing is said against it; with another method chosen the page says that it is stale."""
    words = catalogue(language)
    test = opened.page(monkeypatch, compared, "change", language)
    assert words.say("change_page.stale_params") not in opened.told(test)
    assert words.say("suppressed.too_small") in opened.html(test)
    test.selectbox[2 if test.selectbox[2].label == words.say("change_page.method") else 3].set_value("cva").run()
    assert not test.exception
    assert words.say("change_page.stale_params") in opened.told(test)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_was_not_observed_stands_apart(monkeypatch, compared, language):
    """The page tells the share that was seen, and the map has a layer of the rest beside the patches."""
    seen = files.read_json(compared.recipe)["figures"]["observed_share"]
    hidden = files.read_layer(compared.detect / "unseen.gpkg")
    assert 1 - seen <= hidden["area_m2"].sum() / 9e6 <= 3 * (1 - seen)
    test = opened.page(monkeypatch, compared, "change", language)
    words = catalogue(language)
    assert words.say("change_page.observed", share=seen) in [each.value for each in test.caption]
    drawn = change._layers(state.stamp_of(compared), 0.0, language)
    assert [layer.key for layer in drawn] == ["unseen", "patches"]
    assert drawn[0].name == words.say("change_page.unseen")
    assert drawn[0].content.count(b'"Feature"') == len(hidden)


def test_a_result_by_tiles_is_told_as_such(monkeypatch, compared):
    """Its recipe names no images and has no histogram: the page opens, and does not say that there is no detection."""
    recipe = files.read_json(compared.recipe)
    inputs = {name: {"sha256": "0", "seen_on": None} for name in ("before", "after")}
    figures = {"patches": 1, "suppressed": 0}
    files.write_json(recipe | {"inputs": inputs | {"clear": []}, "figures": figures}, compared.recipe)
    test = opened.page(monkeypatch, compared, "change")
    files.write_json(recipe, compared.recipe)
    words = catalogue("zh")
    assert words.say("change_page.no_scores") in opened.told(test)
    assert words.say("app.missing_recipe") not in opened.told(test)
    assert test.selectbox(key="change-before").value == "a.tif"


def test_the_slider_leaves_fewer_patches(monkeypatch, compared):
    """The count of patches follows the threshold."""
    test = opened.page(monkeypatch, compared, "change")
    slider = test.slider[0]
    before = int(test.metric[0].value.replace(",", ""))
    slider.set_value(slider.max).run()
    assert not test.exception
    assert int(test.metric[0].value.replace(",", "")) < before


def test_without_images_the_page_says_what_to_do(monkeypatch, tmp_path):
    """An empty project names the command that brings images in."""
    test = opened.page(monkeypatch, Project(tmp_path / "none"), "change")
    assert "hdq scenes add" in test.code[0].value


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_constant_band_is_named(monkeypatch, compared, language):
    """A band that holds one value is told on the page, not in the recipe alone."""
    recipe = files.read_json(compared.recipe)
    told = recipe | {"figures": recipe["figures"] | {"constant_bands": ["blue"]}}
    files.write_json(told, compared.recipe)
    test = opened.page(monkeypatch, compared, "change", language)
    files.write_json(recipe, compared.recipe)
    said = catalogue(language).say("detect.constant_left_out", bands="blue")
    assert said in opened.told(test)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_images_without_band_names_are_named(monkeypatch, compared, language):
    """What the recipe tells of bands without names stands on the page, with the file and the remedy."""
    recipe = files.read_json(compared.recipe)
    judging = recipe["judging"] | {"unnamed": ["b.tif"]}
    files.write_json(recipe | {"warnings": ["detect.no_band_names"], "judging": judging}, compared.recipe)
    test = opened.page(monkeypatch, compared, "change", language)
    files.write_json(recipe, compared.recipe)
    assert catalogue(language).say("detect.no_band_names", unnamed="b.tif") in opened.told(test)
