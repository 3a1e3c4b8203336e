"""What all pages share: language, project, missing parts, small tables."""

import pytest

from cross_check.files import Project
from tests.views import opened, small
from views import frame, state


def test_cells_of_a_sheet_are_text():
    """A name that is markup is shown, not drawn."""
    drawn = frame.sheet(["<b>"], [[small.HOSTILE]])
    assert "<img" not in drawn
    assert "&lt;img" in drawn


@pytest.mark.parametrize(
    ("name", "part"), [("work_map", "regions"), ("bench", "leads"), ("hotspots", "hotspots"), ("plan", "visits")]
)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_page_of_an_empty_project_says_which_command_helps(monkeypatch, tmp_path, name, part, language):
    """Every page of an empty project says what is missing and names the command."""
    test = opened.page(monkeypatch, Project(tmp_path), name, language)
    assert len(opened.told(test)) == 1
    assert test.code[0].value == frame.command(part, state.stamp_of(Project(tmp_path)))
    assert test.code[0].value.startswith("hdq ")


@pytest.mark.parametrize(("name", "to"), [("bench", "变化检测"), ("coverage", "影像检索"), ("plan", "交叉检查编组")])
def test_what_is_missing_names_the_page_on_which_it_begins(monkeypatch, tmp_path, name, to):
    """People who have no command line go on by a link."""
    links = opened.page(monkeypatch, Project(tmp_path), name).get("page_link")
    assert [each.proto.label for each in links] == [to]


def test_facts_leave_out_what_is_unknown():
    """A row a fact; markup in a name or value is shown, not drawn."""
    drawn = frame.facts([("a<b", "1"), ("c", ""), ("d", small.HOSTILE)])
    assert drawn.count("<tr>") == 2
    assert "a&lt;b" in drawn
    assert "<img" not in drawn


def test_broken_file_is_told_not_thrown(monkeypatch, tmp_path):
    """A file that vanishes between two looks is told in the page's language."""
    project = small.write(tmp_path / "own")
    stamp = state.stamp_of(project)
    project.zones.unlink()
    monkeypatch.setattr(state, "stamp_of", lambda _: stamp)
    state.tables.clear()
    test = opened.page(monkeypatch, project, "work_map")
    assert opened.told(test) == ["找不到文件 zones.parquet"]


def test_unknown_language_in_the_surroundings_falls_back(monkeypatch):
    """A language that the workbench lacks gives Chinese."""
    monkeypatch.setenv(state.LANGUAGE, "fr")
    assert frame.language() == "zh"
