"""hdq detect and hdq targets."""

import pytest

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
