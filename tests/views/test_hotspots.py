"""The hotspot page: the project's file, a study of one's own, and the reasons of a cell."""

import shutil

import pytest

from cross_check.files import Project
from gis.files import read_layer, write_table
from gis.language import catalogue
from tests.views import opened, small
from views import hotspots


@pytest.fixture
def own(project, tmp_path):
    """Return a copy of the small project that may be changed."""
    return Project(shutil.copytree(project.folder, tmp_path / "own"))


def compute(test, **choices):
    """Choose by name and press the button."""
    for name, value in choices.items():
        test.selectbox(f"hotspots-{name}").set_value(value)
    test.button("hotspots-go").click().run()
    assert not test.exception
    return test


def choose(test, cell_id):
    """Choose a cell as a click on the map does."""
    test.session_state["hotspots-chosen"] = ("cells", cell_id)
    test.run()
    assert not test.exception
    return test


@pytest.mark.parametrize("language", ["zh", "en"])
def test_list_holds_significant_cells_hot_first(monkeypatch, project, language):
    """Six of nine cells of the project's file are significant; the hottest stands first, the coldest last."""
    listed = opened.page(monkeypatch, project, "hotspots", language).dataframe[0].value
    assert list(listed.iloc[:, 0]) == ["C0", "C1", "C2", "C5", "C6", "C7"]


def test_nothing_significant_is_said(monkeypatch, own):
    """Without a significant cell the page says so."""
    write_table(read_layer(own.hotspots).assign(bin=0), own.hotspots)
    test = opened.page(monkeypatch, own, "hotspots")
    assert "校正" in opened.told(test)[0]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_button_computes_and_a_chosen_cell_shows_every_record(monkeypatch, project, language):
    """After a study the hottest cell's records are as many as its sentence says."""
    test = compute(opened.page(monkeypatch, project, "hotspots", language), cells="square_5", windows="near")
    listed = test.dataframe[0].value
    assert len(listed) > 0
    test = choose(test, listed.iloc[0, 0])
    records, members = test.dataframe[1].value, test.dataframe[2].value
    assert len(members) == 9
    assert members.iloc[:, 1].sum() == len(records) >= 5
    unit = "条" if language == "zh" else "fire points"
    assert f"{len(records)} {unit}" in opened.html(test)


def test_changed_choices_are_said_and_compute_nothing(monkeypatch, project):
    """A result that no longer fits what is chosen stays and says so, until the button is pressed again."""
    test = compute(opened.page(monkeypatch, project, "hotspots"), cells="square_5")
    before = test.dataframe[0].value
    stale = catalogue("zh").say("hotspots_page.stale")
    assert stale not in opened.told(test)
    test.selectbox("hotspots-cells").set_value("square_10").run()
    assert stale in opened.told(test)
    assert test.dataframe[0].value.equals(before)
    assert stale not in opened.told(compute(test))


def test_regions_with_enterprises_as_exposure(monkeypatch, project):
    """Regions serve as cells, and the number of enterprises as exposure."""
    test = compute(opened.page(monkeypatch, project, "hotspots"), cells="region", exposure="enterprises")
    assert "企业数比例" in "".join(each.value for each in test.caption)


def test_a_cell_of_the_file_shows_what_lies_around_it(monkeypatch, project):
    """The file does not say what it counted: the page says so and lists everything near."""
    test = choose(opened.page(monkeypatch, project, "hotspots"), "C4")
    assert catalogue("zh").say("hotspots_page.unknown") in [each.value for each in test.caption]
    assert len(test.dataframe[1].value) > 0


def test_without_a_file_the_page_asks_to_compute(monkeypatch, own):
    """With events alone nothing is shown before the button is pressed."""
    own.hotspots.unlink()
    test = opened.page(monkeypatch, own, "hotspots")
    assert opened.told(test) == [catalogue("zh").say("hotspots_page.ready")]
    assert len(compute(test, cells="square_10").dataframe) > 0


@pytest.mark.parametrize("language", ["zh", "en"])
def test_empty_project_names_the_command(monkeypatch, tmp_path, language):
    """Without any table the page says what to run."""
    test = opened.page(monkeypatch, Project(tmp_path / "none"), "hotspots", language)
    assert "hdq" in test.code[0].value


def test_cells_with_few_cases_stand_last():
    """Marked cells come first, those with a warning in place of a colour after them."""
    table = small._cells().assign(few=[False] * 3 + [True] + [False] * 5)
    assert list(hotspots.listed(table)["cell_id"])[-1] == "C3"
