"""The overview counts what there is and says where to look first."""

from cross_check.files import Project
from gis.files import write_json
from tests.views import opened, small


def test_counters_and_first_leads(monkeypatch, project):
    """The four counters are those of the tables, leads the open ones alone; the most urgent stands first."""
    test = opened.page(monkeypatch, project)
    drawn = opened.html(test)
    assert all(f"<b>{count}</b>" in drawn for count in (300, 5, 3, 4))
    assert list(test.dataframe[0].value.iloc[:, 0]) == [0.9, 0.8, 0.7, 0.6, 0.5]
    assert "线索材料，须经现场核查，不作为处罚依据" in drawn


def test_names_from_the_register_are_no_markup(monkeypatch, project):
    """The page never draws a name as HTML."""
    assert "<img" not in opened.html(opened.page(monkeypatch, project))


def test_english_overview(monkeypatch, project):
    """The page speaks English when asked."""
    drawn = opened.html(opened.page(monkeypatch, project, language="en"))
    assert "Overview" in drawn
    assert "no ground for a penalty" in drawn


def test_empty_project_offers_the_demo(monkeypatch, tmp_path):
    """With nothing in the folder the page names the one command that fills it."""
    test = opened.page(monkeypatch, Project(tmp_path))
    assert test.code[0].value.startswith("hdq demo")


def test_synthetic_project_says_so_and_shows_its_score(monkeypatch, tmp_path):
    """A project with planted truth is marked as synthetic and shows recall and precision."""
    project = small.write(tmp_path / "own")
    score = {"recall": 0.95, "precision": 0.9, "reported": 6, "right": 5, "rows": []}
    write_json({"leads": score, "hotspots": score}, project.report)
    test = opened.page(monkeypatch, project)
    assert "95.0%" in opened.html(test)
    assert any("合成演示数据" in each.value for each in test.sidebar.markdown)
