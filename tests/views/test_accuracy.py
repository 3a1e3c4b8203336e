"""The page of accuracy: what to do without an audit, and what an audit says."""

import pytest

from cross_check import assessments
from cross_check.assessments import Order
from cross_check.files import Project
from gis.language import catalogue
from tests.cross_check import test_assessments as made
from tests.views import opened


@pytest.fixture
def audited(tmp_path):
    """A project with a detection whose sample was drawn and reviewed."""
    project = Project(tmp_path / "project")
    made.detection(project)
    assessments.draw(project, Order("seed", fewest=30))
    assessments.take(made.fill(project, tmp_path / "form.csv"), project)
    assessments.report(project)
    return project


@pytest.mark.parametrize("language", ["zh", "en"])
def test_without_an_audit_the_page_says_what_to_do(monkeypatch, tmp_path, language):
    """No detection names its command; a detection without a sample explains the draw and waits for a seed."""
    project = Project(tmp_path / "project")
    test = opened.page(monkeypatch, project, "accuracy", language)
    assert "hdq detect" in test.code[0].value
    made.detection(project)
    test = opened.page(monkeypatch, project, "accuracy", language)
    assert catalogue(language).say("accuracy_page.no_audit") in opened.told(test)
    assert test.button("accuracy-draw").disabled
    test.text_input("accuracy-seed").set_value("public").run()
    assert not test.button("accuracy-draw").disabled


def test_an_audit_is_shown_with_its_intervals(monkeypatch, audited):
    """Matrix, accuracies, areas and months in Chinese."""
    drawn = opened.html(opened.page(monkeypatch, audited, "accuracy"))
    assert "焚烧过火 2021-08" in drawn
    assert "公顷" in drawn
    assert "总体精度" in drawn


def test_a_detection_run_again_makes_it_stale(monkeypatch, audited):
    """The page says so before the figures."""
    from gis import files

    files.write_table(files.read_layer(audited.patches).iloc[:1], audited.patches)
    assert catalogue("zh").say("accuracy.other_map") in opened.told(opened.page(monkeypatch, audited, "accuracy"))
