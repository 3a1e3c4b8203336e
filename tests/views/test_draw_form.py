"""Parts of the form of a draw that need no page."""

from cross_check.files import Project
from gis import files
from tests.cross_check import drawing
from views import draw_form


def test_officers_are_called_by_name(tmp_path):
    """Those of the register; nobody without one."""
    project = Project(tmp_path)
    assert draw_form.people(project) == {}
    files.write_table(drawing.officers(), project.officers)
    assert draw_form.people(project)["O3"] == "人员3"
