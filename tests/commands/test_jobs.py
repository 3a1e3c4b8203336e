"""Commands on the queue: list, cancel, again."""

import datetime as dt
from types import SimpleNamespace

import cli
from cross_check import jobs
from cross_check.files import Project

AT = dt.datetime(2026, 11, 26, 1, 2, 3, tzinfo=dt.UTC)


def _hdq(capsys, folder, *arguments):
    code = cli.main([*arguments, "--project", str(folder)])
    return code, capsys.readouterr()


def test_an_empty_queue_says_so(capsys, tmp_path):
    """No jobs, one sentence."""
    code, said = _hdq(capsys, tmp_path, "jobs", "list")
    assert code == 0
    assert "没有后台任务" in said.out


def test_a_job_is_listed_cancelled_and_asked_for_again(capsys, tmp_path, monkeypatch):
    """Each of the commands reaches the queue."""
    monkeypatch.setattr(jobs.subprocess, "Popen", lambda *_, **__: SimpleNamespace(wait=int))
    job = jobs.submit(Project(tmp_path), ["jobs", "list"], sent_at=AT)
    _, said = _hdq(capsys, tmp_path, "jobs", "list")
    assert job.job_id in said.out
    assert "排队中" in said.out
    assert _hdq(capsys, tmp_path, "jobs", "cancel", job.job_id)[0] == 0
    assert cli.main(["jobs", "work", job.job_id, "--project", str(tmp_path)]) == 1
    assert jobs.find(Project(tmp_path), job.job_id).state == "cancelled"
    assert _hdq(capsys, tmp_path, "jobs", "again", job.job_id)[0] == 0
    assert len(jobs.listing(Project(tmp_path))) == 2


def test_an_unknown_job_is_a_sentence(capsys, tmp_path):
    """Exit code 1 and its number."""
    code, said = _hdq(capsys, tmp_path, "jobs", "cancel", "19990101")
    assert code == 1
    assert "19990101" in said.err
