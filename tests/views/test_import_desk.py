"""The import desk: from a file in the inbox to a receipt, and back."""

import pytest

from cross_check import annals
from cross_check.files import Project
from gis import files
from tests.cross_check.test_desk import BAD, GOOD, OTHER, sheet
from tests.views import opened


@pytest.fixture
def project(tmp_path):
    """A project without a register; two files wait in its inbox, one with a fault."""
    project = Project(tmp_path / "project")
    project.inbox.mkdir(parents=True)
    sheet(project.inbox / "a.csv", GOOD, OTHER, 坐标系="CGCS2000", 所在市="大庆市")
    sheet(project.inbox / "b.csv", GOOD, BAD, 坐标系="CGCS2000", 所在市="大庆市")
    return project


def brought(monkeypatch, project, name):
    """The page with a file of the inbox on the desk."""
    test = opened.page(monkeypatch, project, "import_desk")
    test.selectbox(key="desk-inbox").set_value(name).run()
    assert not test.exception
    return test


def settled(test):
    """The page after the system of the only group was named and the person too."""
    system = next(each for each in test.selectbox if str(each.key).startswith("system-"))
    system.set_value("cgcs2000").run()
    test.text_input(key="desk-by").set_value("李四").run()
    assert not test.exception
    return test


def test_an_empty_desk_says_what_to_do(monkeypatch, project):
    """No file yet."""
    assert any("请上传文件" in said for said in opened.told(opened.page(monkeypatch, project, "import_desk")))


def test_nothing_is_saved_before_the_button_and_undo_is_one_step(monkeypatch, project):
    """Look, import, receipt, undo: the register is empty again and both events stay."""
    test = settled(brought(monkeypatch, project, "a.csv"))
    assert not project.enterprises.exists()
    test.button(key="desk-import").click().run()
    assert not test.exception
    assert len(files.read_layer(project.enterprises)) == 2
    assert any("导入回执：第 1 次变更" in each.value for each in test.success)
    test.text_input(key="receipt-undo-why").set_value("送错").run()
    test.button(key="receipt-undo").click().run()
    assert not test.exception
    assert len(files.read_layer(project.enterprises)) == 0
    assert [event.kind for event in annals.events(project)] == ["import", "undo"]


def test_a_fault_stands_in_the_way_until_it_is_answered(monkeypatch, project):
    """With faulty rows left out the good one comes in, and the record tells why the other did not."""
    test = settled(brought(monkeypatch, project, "b.csv"))
    assert test.button(key="desk-import").disabled
    next(each for each in test.checkbox if str(each.key).startswith("skip-")).check().run()
    test.button(key="desk-import").click().run()
    assert not test.exception
    assert files.read_layer(project.enterprises)["credit_code"].tolist() == [GOOD[1]]
    assert [row["row"] for row in annals.record(project, 1)["skipped"]] == [3]
