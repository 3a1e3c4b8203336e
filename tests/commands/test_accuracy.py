"""The commands of the audit: draw, import, report, in both languages."""

import pytest

import cli
from cross_check.files import Project
from tests.cross_check import test_assessments as made


def _hdq(capsys, *arguments):
    code = cli.main([str(argument) for argument in arguments])
    said = capsys.readouterr()
    return code, said.out, said.err


@pytest.mark.parametrize(("language", "word"), [("zh", "用户精度"), ("en", "user's accuracy")])
def test_an_audit_from_the_draw_to_the_report(capsys, tmp_path, language, word):
    """Three commands; the last one prints a line a class with its interval."""
    project = Project(tmp_path / "project")
    made.detection(project)
    shared = ["--project", project.folder, "--language", language]
    assert _hdq(capsys, "accuracy", "report", *shared)[0] == 1
    assert _hdq(capsys, "accuracy", "draw", "--seed", "1", *shared[:2])[0] == 0
    assert _hdq(capsys, "accuracy", "import", made.fill(project, tmp_path / "form.csv"), *shared)[0] == 0
    code, out, _ = _hdq(capsys, "accuracy", "report", *shared)
    assert code == 0
    assert out.count(word) == 2
    assert "%" in out
