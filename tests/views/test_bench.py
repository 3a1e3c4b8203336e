"""The bench shows one lead after another with its pictures and figures."""

import pytest

from cross_check.files import Project
from gis.errors import WorkbenchError
from gis.files import write_json
from tests.views import opened, small
from views import bench


@pytest.mark.parametrize(("language", "notice"), [("zh", "不作为处罚依据"), ("en", "no ground for a penalty")])
def test_first_lead_is_the_most_urgent_and_the_notice_stands_above(monkeypatch, project, language, notice):
    """The bench begins with the highest priority and says what a lead is worth."""
    drawn = opened.html(opened.page(monkeypatch, project, "bench", language))
    assert "<td>L1</td>" in drawn
    assert notice in drawn
    assert "-0.310" in drawn


def test_next_and_previous_walk_the_list(monkeypatch, project):
    """Next goes down by priority; at the ends the buttons rest."""
    test = opened.page(monkeypatch, project, "bench")
    assert test.button(key="previous").disabled
    test.button(key="next").click().run()
    assert "<td>L2</td>" in opened.html(test)
    for _ in range(4):
        test.button(key="next").click().run()
    assert "<td>L5</td>" in opened.html(test)
    assert test.button(key="next").disabled


def test_neighbour_name_is_no_markup(monkeypatch, project):
    """A hostile name of a neighbour is shown as written."""
    test = opened.page(monkeypatch, project, "bench")
    test.session_state["bench-chosen"] = ("leads", "L0")
    test.run()
    drawn = opened.html(test)
    assert "&lt;img src=x" in drawn
    assert "<img" not in drawn


def test_lost_images_leave_the_figures(monkeypatch, tmp_path):
    """Without its images a lead can still be read by place and figures."""
    project = small.write(tmp_path / "own")
    (project.folder / "images" / "after.tif").unlink()
    test = opened.page(monkeypatch, project, "bench")
    assert "after.tif" in opened.told(test)[0]
    assert "<td>L1</td>" in opened.html(test)


def test_dates_come_from_the_recipe(project):
    """The two images are found beside the recipe, with their days."""
    recipe = {
        "inputs": {
            "before": {"path": "../a.tif", "seen_on": "2024-06-18"},
            "after": {"path": "../b.tif", "seen_on": None},
        }
    }
    pair = bench.dates_of(project, recipe)
    assert pair.before == (project.folder / "a.tif").resolve()
    assert (pair.before_on, pair.after_on) == ("2024-06-18", "")


@pytest.mark.parametrize(
    "recipe",
    [
        {},
        {"inputs": {}},
        {"inputs": {"before": {"path": "a.tif"}}},
        {"inputs": {"before": {}, "after": {"sha256": ""}}},
        {"inputs": [{"path": "a.tif"}, {"path": "b.tif"}]},
    ],
)
def test_recipe_without_a_pair_is_told(tmp_path, recipe):
    """A recipe that names no pair is the user's to mend."""
    with pytest.raises(WorkbenchError) as told:
        bench.dates_of(Project(tmp_path), recipe)
    assert told.value.code == "bench.no_recipe"


def test_new_images_show_at_once(monkeypatch, tmp_path):
    """A detection made anew changes the pictures, not a stale copy of the old."""
    project = small.write(tmp_path / "own")
    assert opened.told(opened.page(monkeypatch, project, "bench")) == []
    write_json({"inputs": {}}, project.recipe)
    assert len(opened.told(opened.page(monkeypatch, project, "bench"))) == 1
