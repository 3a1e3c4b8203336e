"""Large files go through the queue: the command says what the page would, and the receipt is the same."""

import datetime as dt
import shutil
import time

import pandas as pd

import cli
from cross_check import annals, desk, jobs
from cross_check.files import Project
from gis import files
from gis.history import Act
from tests.cross_check.test_desk import BAD, GOOD, OTHER, sheet
from tests.views import opened
from views import queued_import
from views.asked import Asked

ACT = Act(by="李四", at=dt.datetime(2026, 6, 1, 2, tzinfo=dt.UTC), why="-核对", sender="某市局")
SAID = Asked(
    systems=((1, "cgcs2000"),), columns=(("park", ""),), fixes=((3, "单位名称", "示例纸业=分厂"),), skipped=(4,)
)


def test_the_command_does_what_the_page_does(tmp_path):
    """Answers, corrections and rows left out: the same register and the same record but for its time."""
    path = sheet(tmp_path / "a.csv", GOOD, OTHER, BAD, 坐标系="CGCS2000", 所在市="大庆市", 园区="甲园")
    one, other = Project(tmp_path / "one"), Project(tmp_path / "other")
    desk.import_enterprises(path, one, ACT, SAID.letter(ACT.sender), skip_faulty=True)
    argv = queued_import.argv(path, ACT, SAID, skip=True)
    assert cli.main([*argv, "--project", str(other.folder)]) == 0
    assert files.read_layer(one.enterprises).equals(files.read_layer(other.enterprises))
    left, right = annals.record(one, 1), annals.record(other, 1)
    told = {name for name in left if left[name] != right[name]} - {"at", "valid_from", "rows", "rows_sha256"}
    assert told == set()
    assert right["why"] == "-核对"


def test_a_large_file_is_imported_in_the_background(monkeypatch, tmp_path):
    """The button asks the queue; when the job has ended the receipt stands on the page."""
    monkeypatch.setattr(queued_import, "FROM_ROWS", 2)
    project = Project(tmp_path / "project")
    project.inbox.mkdir(parents=True)
    sheet(project.inbox / "a.csv", GOOD, OTHER, 坐标系="CGCS2000", 所在市="大庆市")
    test = opened.page(monkeypatch, project, "import_desk")
    test.selectbox(key="desk-inbox").set_value("a.csv").run()
    next(each for each in test.selectbox if str(each.key).startswith("system-")).set_value("cgcs2000").run()
    test.text_input(key="desk-by").set_value("李四").run()
    assert test.button(key="desk-import").label == "交后台导入"
    test.button(key="desk-import").click().run()
    assert not test.exception
    (job,) = jobs.listing(project)
    deadline = time.monotonic() + 120
    while not jobs.find(project, job.job_id).ended and time.monotonic() < deadline:
        time.sleep(0.3)
    assert jobs.find(project, job.job_id).state == "done", jobs.find(project, job.job_id).said
    test.run()
    assert any("导入回执：第 1 次变更" in each.value for each in test.success)
    assert annals.record(project, 1)["by"] == "李四"
    # Asked for again, as after a killed worker, it changes nothing.
    shutil.rmtree(project.jobs)
    assert cli.main([*job.argv, "--project", str(project.folder)]) == 0
    assert len(annals.events(project)) == 1
    assert isinstance(pd.DataFrame(desk.receipt(project, 1)[1]), pd.DataFrame)
