"""The queue on a page: the button asks, the panel tells."""

import datetime as dt
from types import SimpleNamespace

from streamlit.testing.v1 import AppTest

from cross_check import jobs
from cross_check.files import Project
from gis import files
from views import state

AT = dt.datetime(2026, 11, 26, 1, 2, 3, tzinfo=dt.UTC)


def _page():
    from gis.language import catalogue
    from views import queue

    words = catalogue("zh")
    queue.button(words, "运行", ["jobs", "list"], key="run")
    queue.panel(words, "jobs")


def test_a_click_is_a_job_and_the_panel_shows_it(tmp_path, monkeypatch):
    """Pressed once, asked once; the state is told in words."""
    monkeypatch.setenv(state.PROJECT, str(tmp_path))
    monkeypatch.setattr(jobs.subprocess, "Popen", lambda *_, **__: SimpleNamespace(wait=int))
    test = AppTest.from_function(_page).run()
    test.button(key="run").click().run()
    found = jobs.listing(Project(tmp_path.resolve()))
    assert [each.argv for each in found] == [("jobs", "list")]
    assert any("排队中" in each.label for each in test.expander)


def test_a_broken_job_can_be_run_again(tmp_path, monkeypatch):
    """The panel offers what the state allows."""
    monkeypatch.setenv(state.PROJECT, str(tmp_path))
    monkeypatch.setattr(jobs.subprocess, "Popen", lambda *_, **__: SimpleNamespace(wait=int))
    project = Project(tmp_path.resolve())
    job = jobs.submit(project, ["jobs", "list"], sent_at=AT)
    (project.jobs / job.job_id / "taken").touch()
    files.write_json({"done": 1, "total": 2, "code": ""}, project.jobs / job.job_id / "progress.json")
    test = AppTest.from_function(_page).run()
    assert any("意外中断" in each.label for each in test.expander)
    test.button(key=f"again-{job.job_id}").click().run()
    assert len(jobs.listing(project)) == 2
