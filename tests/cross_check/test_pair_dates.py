"""What the days of a pair, and its pictures, say of the season: a May and a July of one made-up year."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

import cli
from cross_check import chain, judging, pair_dates
from cross_check.files import Project
from gis import files
from gis.language import catalogue
from satellite import phases, presets, seasons, synthetic, synthetic_seasons
from satellite.files import PairFiles
from tests.cross_check import pictures_made

MAY, JULY, EARLIER = "2025-05-16", "2025-07-16", "2024-07-14"


@pytest.fixture(scope="module")
def turned(tmp_path_factory):
    """36 square kilometres whose fields were green in July and are bare in the next May, compared; the recipe of it."""
    made = Project(tmp_path_factory.mktemp("turned"))
    plain = synthetic.make_world(3, size_px=600, each=1)
    world = synthetic_seasons.phased(plain, {0: "july", 3: "may"}, np.random.default_rng(3))
    for at, day in ((0, EARLIER), (3, MAY)):
        pictures_made.write(made, world, at, day)
    pair = pictures_made.pair(made, EARLIER, MAY)
    wanted = presets.standard()["all"]
    chain.detect(pair, made.detect, preset=replace(wanted, field_work=False), project=made)
    every = files.read_layer(made.patches)
    chain.detect(pair, made.detect, preset=wanted, project=made)
    return made, world, pair, every, files.read_layer(made.patches)


def test_a_scene_that_turned_together_says_so(turned):
    """The recipe holds the share and the warning, no patch passes the season, and the sentence names the share."""
    made, _, _, _, found = turned
    recipe = files.read_json(made.recipe)
    assert recipe["judging"]["moved"] > phases.TOGETHER
    assert {"detect.other_season", "detect.moved_together"} <= set(recipe["warnings"])
    assert not found["gates"].str.contains("season").any()
    for language in ("zh", "en"):
        said = pair_dates.sentences(recipe["warnings"], recipe["judging"], catalogue(language))
        assert any(f"{recipe['judging']['moved']:.0%}" in sentence for sentence in said)
        assert any("60" in sentence and "45" in sentence for sentence in said)


def test_what_all_fields_did_is_put_apart_and_targets_stay(turned):
    """Nine of ten false patches of the named classes go to ``crowd``, counted; at most one planted target with them."""
    made, world, _, every, found = turned
    truth = synthetic.truth(world, 0, 3)
    real = truth[~truth["decoy"] & (truth["kind"] != synthetic_seasons.KIND)].to_crs(32651)

    def figures(table):
        named = table[table["machine_class"].isin(["excavation", "waste", "clearing", "construction"])].to_crs(32651)
        false = named.intersection(real.union_all()).area / named.area < 0.25
        return int(false.sum()), real.sjoin(table.to_crs(32651)).index.nunique()

    (before, hit_before), (after, hit) = figures(every), figures(found)
    assert before >= 10
    assert after <= 0.1 * before
    assert hit >= hit_before - 1 >= 4
    left_out = files.read_layer(made.detect / "left-out.gpkg")
    crowd = left_out[left_out["reason"] == "crowd"]
    assert len(crowd) == files.read_json(made.recipe)["figures"]["suppressed"]["crowd"] >= before - after


def test_the_picture_of_one_season_is_named(turned, tmp_path):
    """For May and July it is the project's July of the year before; without that none is named."""
    _, world, _, _, _ = turned
    made, wanted = Project(tmp_path), presets.standard()["all"]
    for at, day in ((3, MAY), (0, JULY)):
        pictures_made.write(made, world, at, day)
    pair = PairFiles(*(made.imagery / f"{day}.tif" for day in (MAY, JULY)))
    told = pair_dates.foretold(pair, (None, None), wanted, made)
    assert told.codes == ("detect.other_season", "detect.out_of_season")
    assert told.figures["targets"] == ["clearing"]
    pictures_made.write(made, world, 0, EARLIER)
    told = pair_dates.foretold(pair, (None, None), wanted, made)
    assert told.codes[-1] == "detect.better_before"
    assert told.figures["better"] == f"{EARLIER}.tif"
    said = pair_dates.sentences(told.codes, told.figures, catalogue("en"))
    assert f"{EARLIER}.tif" in said[-1]
    assert "(06-01/09-30, month-day)" in said[1]
    assert pair_dates.foretold(pair, (date(2025, 7, 1), None), wanted, made).codes == ()


@pytest.mark.parametrize(("language", "word"), [("zh", "物候期"), ("en", "phases of the season")])
def test_the_command_tells_before_it_runs(turned, capsys, language, word):
    """The calendar comes on standard error before the comparison, what the pictures say after it."""
    made, _, pair, _, _ = turned
    asked = ["detect", pair.before, pair.after, "--project", made.folder, "--language", language]
    code = cli.main([str(each) for each in (*asked, "--season-rule", "refuse")])
    refused = capsys.readouterr()
    assert (code, "60" in refused.err.splitlines()[0]) == (1, True)
    code = cli.main([str(each) for each in asked])
    said = capsys.readouterr()
    assert (code, word in said.out, word in said.err) == (0, True, False)


def test_older_recipes_are_still_read():
    """A recipe that names no figures gives sentences without them."""
    said = pair_dates.sentences(["detect.other_season", "detect.out_of_season"], {}, catalogue("en"))
    assert len(said) == 2


def test_nothing_is_told_of_one_season():
    """Two Junes, and a judging that knows no share: no warning."""
    judged = judging.Judged(None, None, {}, ("judging.no_earlier",))
    days = (date(2024, 6, 18), date(2025, 6, 20))
    told = pair_dates.of_run(days, seasons.PLAIN, presets.standard()["all"], None, judged)
    assert told.codes == ("judging.no_earlier",)
    assert told.figures["moved"] is None
