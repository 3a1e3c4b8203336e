"""hdq detect and hdq targets."""

import pytest
import rasterio

import cli
from commands import detect
from gis import files
from gis.language import catalogue
from satellite import files as images
from satellite import presets, scores, synthetic, targets


@pytest.fixture(scope="module")
def pair(tmp_path_factory):
    """Two small images of one synthetic place."""
    folder = tmp_path_factory.mktemp("pair")
    world = synthetic.make_world(4, size_px=250, each=1)
    for at, name in ((0, "a.tif"), (3, "b.tif")):
        images.write_scene(synthetic.scene(world, at), folder / name)
    return folder / "a.tif", folder / "b.tif"


@pytest.fixture(scope="module")
def nameless(pair, tmp_path_factory):
    """The same two images as a program writes them that keeps no descriptions of bands; the names they had."""
    folder = tmp_path_factory.mktemp("nameless")
    for path in pair:
        with rasterio.open(path) as source:
            names, profile = source.descriptions, source.profile
            with rasterio.open(folder / path.name, "w", **profile) as sink:
                sink.write(source.read())
                sink.scales = source.scales
                sink.update_tags(**source.tags())
    return (folder / "a.tif", folder / "b.tif"), names


def _hdq(*arguments):
    return cli.main([*map(str, arguments), "--language", "en"])


def test_choices_are_those_of_the_engine():
    """The command offers every method and every preset, without loading either."""
    assert detect._METHODS == scores.METHODS
    assert tuple(presets.standard()) == detect._PRESETS


def test_what_was_asked_stands_in_the_recipe(pair, tmp_path, capsys):
    """Method, preset, false leads, smallest area and a table of the user's own; other targets are counted."""
    own = tmp_path / "own.toml"
    own.write_text('[pit]\nclass = "excavation"\nrules = ["ndvi fall > 0.15", "brightness ratio > 1.7"]\n')
    options = ["--preset", "sheds", "--method", "cva", "--false-leads", "5", "--targets", own]
    assert _hdq("detect", *pair, "--out", tmp_path / "out", *options) == 0
    recipe = files.read_json(tmp_path / "out" / "recipe.json")
    assert (recipe["method"], recipe["preset"]) == ("cva", "sheds")
    assert recipe["params"]["false_leads"] == 5
    assert recipe["params"]["smallest_m2"] == 800
    assert recipe["params"]["targets"]["pit"]["rules"] == ["ndvi fall > 0.15", "brightness ratio > 1.7"]
    assert set(recipe["figures"]["suppressed"]) == {"too_small", "edge", "weak", "other_target", "merged"}
    assert "Change detection" in capsys.readouterr().out


def test_the_table_of_targets_can_be_printed_and_read_back(capsys):
    """What is printed is a table that the engine takes."""
    assert _hdq("targets") == 0
    assert targets.parse(capsys.readouterr().out, "printed") == targets.standard()


def test_a_wrong_rule_is_named(pair, tmp_path, capsys):
    """The sentence names target and rule, and nothing is written."""
    own = tmp_path / "own.toml"
    own.write_text('[pit]\nclass = "excavation"\nrules = ["ndvi drops"]\n')
    assert _hdq("detect", *pair, "--out", tmp_path / "out", "--targets", own) == 1
    assert "ndvi drops" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_target_has_a_name_for_people(language):
    """Targets are named in both languages."""
    words = catalogue(language)
    named = [f"target.{each.name}" for each in targets.standard() if each.name not in targets.CLASSES]
    assert all(words.say(code) != code for code in named)


@pytest.mark.parametrize(("language", "costs"), [("zh", "无法判定类别"), ("en", "no class and no index")])
def test_images_without_band_names_say_what_that_costs(nameless, tmp_path, capsys, language, costs):
    """Before the run and after it, both files and the remedy; the recipe keeps it, and no patch has a class."""
    code = cli.main(["detect", *map(str, nameless[0]), "--out", str(tmp_path / "out"), "--language", language])
    said = capsys.readouterr()
    assert code == 0
    for told in (said.err, said.out):
        assert all(each in told for each in ("a.tif, b.tif", costs, "--bands"))
    recipe = files.read_json(tmp_path / "out" / "recipe.json")
    assert recipe["warnings"][0] == "detect.no_band_names"
    assert recipe["judging"]["unnamed"] == ["a.tif", "b.tif"]
    assert set(files.read_layer(tmp_path / "out" / "patches.gpkg")["machine_class"]) == {"other"}


def test_bands_that_are_named_give_what_the_files_own_names_give(pair, nameless, tmp_path, capsys):
    """The same patches and classes to the last number, and no warning of bands; the recipe keeps the names."""
    bare, names = nameless
    assert _hdq("detect", *pair, "--out", tmp_path / "own") == 0
    assert _hdq("detect", *bare, "--bands", ",".join(names), "--out", tmp_path / "given") == 0
    own, given = (files.read_layer(tmp_path / name / "patches.gpkg") for name in ("own", "given"))
    assert (own["machine_class"] != "other").any()
    assert given.equals(own)
    assert files.read_json(tmp_path / "given" / "recipe.json")["params"]["bands"] == list(names)
    assert "--bands" not in "".join(capsys.readouterr())


def test_one_image_without_names_is_taken_in_the_order_of_the_other(pair, nameless, tmp_path, capsys):
    """That is told, naming the one; names of another count are refused with nothing written."""
    mixed = pair[0], nameless[0][1]
    assert _hdq("detect", *mixed, "--out", tmp_path / "out") == 0
    assert "b.tif: the bands carry no common names and are taken in the order" in capsys.readouterr().err
    assert _hdq("detect", *mixed, "--bands", "blue", "green", "red", "--out", tmp_path / "no") == 1
    assert "b.tif has" in capsys.readouterr().err
    assert not (tmp_path / "no").exists()
